#include "sim/batch/gpu_cell.h"

#include <cstring>
#include <utility>

#include "sim/base/assert.h"

namespace tidepool::batch {
namespace {

constexpr std::size_t kArrayAlignment = 16;

// Calls visit(pointer, array) for every array that a plan without luck looks at.
template <class Visit>
void for_each_array(const Cell& cell, core::Plan& plan, core::TallyPlan& rest, Visit&& visit) {
    const scenario::PlanArrays& arrays = cell.compiled.plan;
    visit(plan.node_class, arrays.node_class);
    visit(plan.classes_by_size, arrays.classes);
    visit(plan.level_begin, arrays.level_begin);
    visit(plan.domains, arrays.domains);
    visit(plan.domain_of, arrays.domain_of);
    visit(plan.submit, arrays.submit);
    visit(plan.duration, arrays.duration);
    visit(plan.estimate, arrays.estimate);
    visit(plan.job_gpus, arrays.job_gpus);
    visit(plan.models, arrays.models);
    visit(plan.arrival, arrays.arrival);
    visit(plan.spare, arrays.spare);
    visit(plan.pool_of, arrays.pool_of);
    visit(plan.pool_begin, arrays.pool_begin);
    visit(plan.leaf_of, arrays.leaf_of);
    visit(plan.checkpoint_rule_of, arrays.checkpoint_rule_of);
    visit(plan.checkpoint_rules, arrays.checkpoint_rules);
    visit(plan.recovery_rule_of, arrays.recovery_rule_of);
    visit(plan.recovery_rules, arrays.recovery_rules);
    visit(plan.pace, arrays.pace);
    visit(plan.pace_kind, arrays.pace_kind);
    visit(plan.pod_of, arrays.pod_of);
    visit(plan.priority, arrays.priority);
    visit(plan.job_entity, arrays.job_entity);
    visit(plan.chip_pace, arrays.chip_pace);
    visit(plan.locality_level, arrays.locality_level);
    visit(plan.service, arrays.services);
    visit(plan.service_of, arrays.service_of);
    visit(plan.ceiling, arrays.ceiling);
    visit(plan.may_be_asked, arrays.may_be_asked);
    visit(rest.job_end, cell.job_end);
}

template <class T>
std::size_t place_of(const std::vector<T>& array) {
    return aligned(array.size() * sizeof(T), kArrayAlignment);
}

std::vector<Rung> rungs_of(const core::Plan& plan, const Ladder& ladder) {
    const auto hot = [&](std::uint32_t slots) { return warp_memory(plan, {}, slots).hot; };
    const std::uint32_t all = core::StateLayout(plan).slots();
    std::vector<Rung> rungs;
    for (const std::uint32_t slots : ladder.slots) {
        if (slots < all && hot(slots) <= ladder.shared_bytes) {
            rungs.push_back({slots, true});
        }
    }
    rungs.push_back({core::kNone, hot(core::kNone) <= ladder.shared_bytes});
    return rungs;
}

}  // namespace

GpuCell::GpuCell(std::shared_ptr<const Cell> cell, const Ladder& ladder)
    : cell_(std::move(cell)), plan_(plan_of(*cell_, {}, 0)), rest_(tally_plan_of(*cell_, {})) {
    plan_.step = nullptr;
    plan_.demand = nullptr;
    rungs_ = rungs_of(plan_, ladder);
    core::Plan plan = plan_;
    core::TallyPlan rest = rest_;
    for_each_array(*cell_, plan, rest,
                   [&](const auto&, const auto& array) { bytes_ += place_of(array); });
}

WarpMemory GpuCell::warp_memory(const Rung& rung, std::uint32_t outages) const {
    core::TallyPlan rest = rest_;
    rest.outages = outages;
    return batch::warp_memory(plan_, rest, rung.most_slots);
}

bool GpuCell::upload(Accelerator& device, GpuMemory& memory) {
    if (is_uploaded()) {
        return true;
    }
    memory_ = memory.allocate(bytes_);
    if (!memory_) {
        return false;
    }
    on_device_ = {plan_, rest_, nullptr};
    std::vector<unsigned char> copy(bytes_);
    std::size_t at = 0;
    for_each_array(*cell_, on_device_.plan, on_device_.rest,
                   [&]<class T>(core::Input<T>& pointer, const std::vector<T>& array) {
                       pointer = nullptr;
                       if (!array.empty()) {
                           pointer = reinterpret_cast<const T*>(memory_.data() + at);
                           std::memcpy(copy.data() + at, array.data(), array.size() * sizeof(T));
                           at += place_of(array);
                       }
                   });
    TP_ASSERT(at == bytes_, "every array has its place");
    device.upload(memory_.data(), copy.data(), bytes_);
    return true;
}

void GpuCell::learn(std::size_t rung, std::uint64_t rows, std::uint64_t too_few) {
    if (rung >= first_rung_ && rung + 1 < rungs_.size() && 4 * too_few > rows) {
        first_rung_ = rung + 1;
    }
}

}  // namespace tidepool::batch
