#pragma once
// The scenario's network, compiled: links from the topology, traffic from what workloads say.

#include <cstdint>
#include <vector>

#include "sim/base/issue.h"
#include "sim/model/outages.h"
#include "sim/network/network_plan.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/compile_recovery.h"
#include "sim/scenario/load.h"

namespace tidepool::scenario {

// Whether jobs slow each other down at all, and whether a solver says how much (not a table).
bool has_network(const ScenarioSpec& spec);
bool has_solver(const ScenarioSpec& spec);

// What a network needs that the scenario or its topology lacks, and outages that mean nothing
// without one.
void check_network(const Loaded& loaded, Issues& issues);

// Links and storage of a topology with a fabric.
network::NetworkPlan network_links(const topology::Topology& topology);

// What every job sends. Needs the jobs of the plan; `where` as for compile_job_rules().
void compile_traffic(const Loaded& loaded, const std::vector<JobPlace>& where,
                     const PlanArrays& plan, network::NetworkPlan& into, Issues& issues);

// Outages of kind kBandwidth as changes of the links' capacities, by tick. A part that several
// outages take at once has lost what the worst of them takes.
std::vector<network::CapacityStep> capacity_steps(const model::Outages& outages,
                                                  const topology::Topology& topology);

}  // namespace tidepool::scenario
