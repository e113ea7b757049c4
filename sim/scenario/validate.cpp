#include <algorithm>

#include "sim/scenario/spec.h"

namespace tidepool::scenario {
namespace {

const config::Value& child(const config::Value& value, const char* key) {
    const config::Value* found = value.find(key);
    return found == nullptr ? value : *found;
}

}  // namespace

void validate(const ScenarioSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const auto below = [&](const char* name) { return path.empty() ? name : path + "." + name; };
    if (spec.workloads.empty() && spec.services.empty()) {
        issues.add(config::position_of(value, "workloads"), below("workloads"),
                   "needs at least one workload", "or give the scenario `services`");
    }
    check_services(spec, value, path, issues);
    if (spec.sla && !spec.prices) {
        issues.add(config::position_of(value, "sla"), below("sla"), "needs `prices`",
                   "credits are shares of what is charged");
    }
    check_tenants(spec, value, path, issues);
    if (spec.horizon && spec.horizon->value / spec.output.bin.value > kMostBins) {
        issues.add(config::position_of(child(value, "output"), "bin"), below("output.bin"),
                   "makes more than 10,000,000 bins over the horizon", "choose a wider bin");
    }
    const SchedulerSpec& rules = spec.scheduler;
    const config::Value& scheduler = child(value, "scheduler");
    const bool has_factor = scheduler.find("estimate_factor") != nullptr;
    if (rules.estimates == EstimateSource::kFactor && !has_factor) {
        issues.add(config::position_of(scheduler, "estimates"), below("scheduler.estimates"),
                   "`factor` needs `estimate_factor`");
    }
    if (rules.estimates != EstimateSource::kFactor && has_factor && rules.estimate_factor != 1) {
        issues.add(config::position_of(scheduler, "estimate_factor"),
                   below("scheduler.estimate_factor"), "has no effect",
                   "write `estimates: factor` as well");
    }
    const bool some_own = std::any_of(spec.workloads.begin(), spec.workloads.end(),
                                      [](const WorkloadSpec& w) { return w.checkpoint; });
    const CheckpointSpec& saving = spec.checkpoint;
    const bool priced = saving.write || !saving.tiers.empty() || !saving.storage.empty();
    if (saving.interval == IntervalRule::kNone && priced && !some_own) {
        issues.add(child(value, "checkpoint").at, below("checkpoint"),
                   "writes nothing: `interval` is none", "for instance `interval: optimal`");
    }
    if (rules.preempt == Preemption::kPriority && rules.order != QueueOrder::kPriority) {
        issues.add(config::position_of(scheduler, "preempt"), below("scheduler.preempt"),
                   "`priority` needs `order: priority`");
    }
    if (rules.preempt == Preemption::kNone && scheduler.find("preempt_after") != nullptr &&
        rules.preempt_after.value != SchedulerSpec{}.preempt_after.value) {
        issues.add(config::position_of(scheduler, "preempt_after"),
                   below("scheduler.preempt_after"), "has no effect",
                   "write `preempt: priority` as well");
    }
    if (rules.locality && rules.placement == PlacementChoice::kFungible) {
        issues.add(config::position_of(scheduler, "locality"), below("scheduler.locality"),
                   "has no effect with `placement: fungible`, which knows no nodes",
                   "choose another placement");
    }
    if (rules.locality && rules.preempt != Preemption::kNone) {
        issues.add(config::position_of(scheduler, "locality"), below("scheduler.locality"),
                   "does not go together with `preempt`", "leave one of the two out");
    }
    if (rules.spares && rules.spare_nodes) {
        issues.add(config::position_of(scheduler, "spare_nodes"), below("scheduler.spare_nodes"),
                   "says the same as `spares`", "keep one of the two");
    }
}

}  // namespace tidepool::scenario
