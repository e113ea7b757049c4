#pragma once
// Services in the plan: their units as the first ranks, their rules, and how they share the GPUs
// with jobs.

#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Units of all services, as records behind those of the jobs and as the first ranks of the plan.
// Before the ranks of jobs. Throws nothing; what never fits is found by check_units().
void add_units(const Loaded& loaded, const std::vector<std::uint32_t>& stand_in,
               Compiled& compiled);

// Rules of units; after those of jobs. `network`: as for compile_job_rules().
void compile_unit_rules(const Loaded& loaded, PlanArrays& plan, network::NetworkPlan* network,
                        Issues& issues);

// Floors, ceilings, notice; who may be asked to go.
void compile_tide(const Loaded& loaded, Compiled& compiled);

// Units that could never run, and promises below what an idle unit can do.
void check_units(const Loaded& loaded, const core::Plan& in_service, Issues& issues);

}  // namespace tidepool::scenario
