#pragma once
// What the core has to know about failures, checkpoints, recovery and spares.

#include "sim/base/issue.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Whether anything in the scenario can interrupt or slow jobs or make them write checkpoints.
bool is_interruptible(const Loaded& loaded);

// Withholds spares and lays out their pools. Needs the nodes of the plan.
void compile_spares(const Loaded& loaded, PlanArrays& plan, Issues& issues);

// Rules of every job, and of every unit of a service. Needs the jobs of the plan; `where` finds the
// workload and the row in its trace of each job, by rank behind the units.
struct JobPlace {
    std::uint32_t workload = 0, index = 0;
};
// `network`: its links, if a solver says how long transfers take; learns which rules use which
// storage. Null: transfers take their nominal time.
void compile_job_rules(const Loaded& loaded, const std::vector<JobPlace>& where, PlanArrays& plan,
                       network::NetworkPlan* network, Issues& issues);

}  // namespace tidepool::scenario
