#pragma once
// `network: {rates: table}`, compiled: a table of slow-downs as paces that the core looks up. And
// the kinds of jobs that such tables tell apart.

#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/network/network_plan.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/compile_recovery.h"
#include "sim/scenario/load.h"

namespace tidepool::scenario {

// By workload: what kind of job it has. Workloads that communicate alike are of one kind; of those
// that differ and would have the same name, all but the first say which workload they are.
std::vector<std::string> job_kinds(const ScenarioSpec& spec);

// By node: its pod, as far as the fabric knows pods; else 0.
std::vector<std::uint32_t> pods_of(const network::NetworkPlan& network);

// Whether the network can slow down a job of this rank at all.
inline bool communicates(const network::NetworkPlan& network, std::uint32_t rank) {
    return network.kinds[network.kind_of_job[rank]].profile.line_time > 0;
}

// Needs the jobs and nodes of the plan and the traffic of the network; `where` as for
// compile_job_rules(). Kinds without rows for the scenario's oversubscription are issues.
void compile_slowdowns(const Loaded& loaded, const std::vector<JobPlace>& where,
                       const network::NetworkPlan& network, PlanArrays& plan, Issues& issues);

}  // namespace tidepool::scenario
