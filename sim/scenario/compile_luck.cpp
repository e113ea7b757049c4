// What one seed makes of a scenario: outages, and the demand of services.

#include <algorithm>
#include <tuple>
#include <utility>

#include "sim/model/generate.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/compile_network.h"
#include "sim/scenario/compile_outages.h"

namespace tidepool::scenario {
namespace {

void draw_demand(const Loaded& loaded, std::uint64_t seed, Ticks end, Luck& luck) {
    for (const auto& service : loaded.services) {
        luck.demand.push_back(demand_of(*service, seed));
        const auto steps = plan_units(*service, luck.demand.back(), end);
        luck.demand_steps.insert(luck.demand_steps.end(), steps.begin(), steps.end());
    }
    std::ranges::sort(luck.demand_steps, {}, [](const core::DemandStep& step) {
        return std::tuple(step.tick, step.service);
    });
}

}  // namespace

Luck draw_luck(const Loaded& loaded, const PlanArrays& plan, std::uint64_t seed) {
    Luck luck;
    if (plan.interruptible) {
        const Ticks end = plan.end == kNever.value ? Ticks{kNever.value - 1} : Ticks{plan.end};
        luck.outages = model::generate_outages(loaded.topology, loaded.failures(),
                                               loaded.fault_log(), seed, end);
        luck.steps = node_steps(luck.outages, loaded.topology);
        if (has_solver(loaded.spec)) {
            luck.capacity_steps = capacity_steps(luck.outages, loaded.topology);
        }
        draw_demand(loaded, seed, end, luck);
    }
    return luck;
}

Compiled compile(const Loaded& loaded) {
    Compiled compiled = compile_plan(loaded);
    give_luck(compiled, draw_luck(loaded, compiled.plan, compiled.plan.seed));
    return compiled;
}

void give_luck(Compiled& compiled, Luck luck) {
    compiled.outages = std::move(luck.outages);
    compiled.plan.steps = std::move(luck.steps);
    compiled.capacity_steps = std::move(luck.capacity_steps);
    compiled.plan.demand = std::move(luck.demand_steps);
    compiled.demand = std::move(luck.demand);
}

}  // namespace tidepool::scenario
