#pragma once
// A Problem as the flat arrays of core::Plan, and a driver that writes down what the core does with
// them. Follows the comments of sim/core/plan.h, not the code of sim/scenario.

#include <numeric>
#include <tuple>
#include <vector>

#include "sim/core/replay.h"
#include "tests/properties/placement_oracle.h"

namespace tidepool::properties {

class PlanBuilder {
public:
    // `spare`: by node, or empty.
    explicit PlanBuilder(const Problem& problem, const std::vector<std::uint8_t>& spare = {})
        : problem_(problem) {
        problem.fungible ? add_pools() : add_nodes();
        for (const SmallJob& job : problem.jobs) {
            submit_.push_back(job.submit);
            duration_.push_back(job.duration);
            estimate_.push_back(job.estimate);
            gpus_.push_back(job.gpus);
            models_.push_back(job.models);
        }
        const PlacementOracle oracle(problem);
        for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
            if (oracle.fits_empty_machine(rank)) {
                arrival_.push_back(rank);
            }
            const Near near = oracle.level(rank, spare);
            near_.push_back(near == Near::kAnywhere ? core::kNone
                            : near == Near::kLeaf
                                ? leaf_level_
                                : static_cast<std::uint32_t>(level_begin_.size() - 2));
        }
        std::sort(arrival_.begin(), arrival_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return std::tuple(submit_[a], a) < std::tuple(submit_[b], b);
        });
    }

    // Views into this builder.
    core::Plan plan() const {
        core::Plan plan;
        plan.nodes = static_cast<std::uint32_t>(node_class_.size());
        for (const SmallNode& node : problem_.nodes) {
            plan.gpus += node.gpus;
        }
        plan.node_class = node_class_.data();
        plan.classes = static_cast<std::uint32_t>(classes_.size());
        plan.classes_by_size = classes_.data();
        plan.levels = static_cast<std::uint32_t>(level_begin_.size() - 1);
        plan.level_begin = level_begin_.data();
        plan.domains = domains_.data();
        plan.domain_of = domain_of_.data();
        plan.leaf_level = leaf_level_;
        plan.bit_words = bit_words_;
        plan.level_counts = level_counts_;
        plan.jobs = static_cast<std::uint32_t>(submit_.size());
        plan.submit = submit_.data();
        plan.duration = duration_.data();
        plan.estimate = estimate_.data();
        plan.job_gpus = gpus_.data();
        plan.models = models_.data();
        plan.arrivals = static_cast<std::uint32_t>(arrival_.size());
        plan.arrival = arrival_.data();
        if (problem_.within != Near::kAnywhere) {
            plan.locality_wait = problem_.wait;
            plan.locality_level = near_.data();
        }
        plan.queue = problem_.queue;
        plan.placement = problem_.fungible ? core::Placement::kPack : problem_.placement;
        plan.seed = problem_.seed;
        plan.end = problem_.horizon;
        return plan;
    }

    // The model of pool `node`, where nodes are pools.
    std::uint32_t model_of(std::uint32_t node) const { return classes_[node_class_[node]].model; }

private:
    void add_pools() {
        const PlacementOracle oracle(problem_);
        for (const SmallNode& pool : oracle.places()) {
            const auto n = static_cast<std::uint32_t>(classes_.size());
            core::NodeClass c;
            c.gpus = pool.gpus;
            c.model = pool.model;
            c.first = n;
            c.last = n + 1;
            c.nodes = 1;
            c.pool = 1;
            c.count_offset = level_counts_++;
            classes_.push_back(c);
            node_class_.push_back(static_cast<std::uint8_t>(n));
        }
    }

    static bool same_class(const core::NodeClass& c, const SmallNode& node) {
        return c.model == node.model && c.gpus == node.gpus;
    }

    void add_nodes() {
        const auto& nodes = problem_.nodes;
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            auto it = std::find_if(classes_.begin(), classes_.end(),
                                   [&](const auto& c) { return same_class(c, nodes[n]); });
            if (it == classes_.end()) {
                core::NodeClass c;
                c.gpus = nodes[n].gpus;
                c.model = nodes[n].model;
                c.first = n;
                it = classes_.insert(classes_.end(), c);
            }
            it->last = n + 1;
            ++it->nodes;
        }
        std::sort(classes_.begin(), classes_.end(), [](const auto& a, const auto& b) {
            return a.gpus != b.gpus ? a.gpus > b.gpus : a.first < b.first;
        });
        for (core::NodeClass& c : classes_) {
            c.words = (c.last - 1) / 64 - c.first / 64 + 1;
            c.bit_offset = bit_words_;
            c.count_offset = level_counts_;
            bit_words_ += c.gpus * c.words;
            level_counts_ += c.gpus;
        }
        for (const SmallNode& node : nodes) {
            const auto it = std::find_if(classes_.begin(), classes_.end(),
                                         [&](const auto& c) { return same_class(c, node); });
            node_class_.push_back(static_cast<std::uint8_t>(it - classes_.begin()));
        }
        const auto shared = [&](const SmallNode& node) { return size_of_island(node) > 1; };
        if (std::any_of(nodes.begin(), nodes.end(), shared)) {
            add_level(&SmallNode::island, 2);
        }
        if (problem_.fabric && (problem_.placement == core::Placement::kCompact ||
                                problem_.within != Near::kAnywhere)) {
            leaf_level_ = static_cast<std::uint32_t>(level_begin_.size() - 1);
            add_level(&SmallNode::leaf, 1);
        }
        add_level(&SmallNode::pod, 1);
    }

    std::size_t size_of_island(const SmallNode& node) const {
        return static_cast<std::size_t>(
            std::count_if(problem_.nodes.begin(), problem_.nodes.end(),
                          [&](const SmallNode& other) { return other.island == node.island; }));
    }

    // Domains of at least `smallest` nodes. All other nodes share one that belongs to no class, so
    // that nobody looks for nodes in it.
    void add_level(std::uint32_t SmallNode::*domain, std::uint32_t smallest) {
        const auto& nodes = problem_.nodes;
        const auto size = static_cast<std::uint32_t>(nodes.size());
        std::uint32_t nowhere = core::kNone;
        for (std::uint32_t first = 0, last = 0; first < size; first = last) {
            while (last < size && nodes[last].*domain == nodes[first].*domain) {
                ++last;
            }
            if (last - first >= smallest) {
                domains_.push_back({first, last, node_class_[first]});
            } else if (nowhere == core::kNone) {
                nowhere = static_cast<std::uint32_t>(domains_.size());
                domains_.push_back({0, 0, core::kNone});
            }
            domain_of_.insert(domain_of_.end(), last - first,
                              last - first >= smallest
                                  ? static_cast<std::uint32_t>(domains_.size()) - 1
                                  : nowhere);
        }
        level_begin_.push_back(static_cast<std::uint32_t>(domains_.size()));
    }

    const Problem& problem_;
    std::vector<core::NodeClass> classes_;
    std::vector<std::uint8_t> node_class_;
    std::vector<std::uint32_t> level_begin_{0};
    std::vector<core::Domain> domains_;
    std::vector<std::uint32_t> domain_of_;
    std::uint32_t leaf_level_ = core::kNone;
    std::uint32_t bit_words_ = 0, level_counts_ = 0;
    std::vector<std::uint32_t> submit_, duration_, estimate_, gpus_, models_, arrival_, near_;
};

// What the core did, written down. With several lanes every lane has a copy, and only lane 0
// writes.
class Notes : public core::QuietDriver {
public:
    static constexpr bool kInterruptible = false;
    Notes(const Problem& problem, const PlanBuilder& builder, const core::State& state,
          Schedule& schedule, bool writes = true)
        : problem_(problem),
          builder_(builder),
          state_(state),
          schedule_(schedule),
          writes_(writes) {}

    bool advance(std::uint32_t tick) {
        TP_ASSERT(tick >= now_, "time does not run backwards");
        now_ = tick;
        return true;
    }
    void started(std::uint32_t id, std::uint32_t) {
        const core::Slot& slot = state_.slots[id];
        if (!writes_) {
            return;
        }
        TP_ASSERT(slot.start == now_, "a job starts now");
        Outcome& job = schedule_.jobs[slot.rank];
        TP_ASSERT(job.start == kNever, "a job starts once");
        job.start = now_;
        schedule_.steps.push_back({now_, Step::Kind::kStart, slot.rank});
        if (problem_.fungible) {
            for (std::uint32_t gpu = 0; gpu < slot.part_gpus; ++gpu) {
                job.held.insert({builder_.model_of(slot.part_node), gpu});
            }
            return;
        }
        for (std::uint32_t node = slot.whole; node != core::kNone; node = state_.next_node[node]) {
            for (std::uint32_t gpu = 0; gpu < problem_.nodes[node].gpus; ++gpu) {
                job.held.insert({node, gpu});
            }
        }
        for (std::uint32_t gpu = 0; gpu < core::kLargestNode; ++gpu) {
            if ((slot.part_mask >> gpu & 1) != 0) {
                job.held.insert({slot.part_node, gpu});
            }
        }
    }
    void finished(std::uint32_t id, std::uint32_t) {
        const core::Slot& slot = state_.slots[id];
        if (!writes_) {
            return;
        }
        schedule_.jobs[slot.rank].end = now_;
        schedule_.steps.push_back({now_, Step::Kind::kEnd, slot.rank});
    }

private:
    const Problem& problem_;
    const PlanBuilder& builder_;
    const core::State& state_;
    Schedule& schedule_;
    const bool writes_;
    std::uint32_t now_ = 0;
};

// The schedule according to the simulator's core.
inline Schedule core_schedule(const Problem& problem) {
    const PlanBuilder builder(problem);
    const core::Plan plan = builder.plan();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    Schedule schedule;
    schedule.jobs.resize(problem.jobs.size());
    Notes notes(problem, builder, state, schedule);
    schedule.over = core::replay(core::Serial{}, plan, state, notes);
    return schedule;
}

}  // namespace tidepool::properties
