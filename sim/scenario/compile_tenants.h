#pragma once
// Tenants of a scenario as the core sees them. docs/tenants.md has the rules.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Whether it matters whose jobs are whose, or jobs make room in ways that only such plans know.
bool has_tenants(const ScenarioSpec& spec);

// The tenant that a job of a workload belongs to, by name.
const std::string& tenant_name(const Loaded& loaded, std::size_t workload,
                               const workloads::Job& job);

// As the scenario lists it; null: it does not.
const TenantSpec* listed_tenant(const ScenarioSpec& spec, const std::string& name);

// A tenant's priority comes on top of that of its jobs.
std::int32_t priority_of(const Loaded& loaded, std::size_t workload, const workloads::Job& job);

// A tenant's plan stands for that of its jobs whose trace names none.
workloads::Plan plan_of(const Loaded& loaded, std::size_t workload, const workloads::Job& job);

// The plan's tree, limits and rules, once its ranks are there.
void compile_tenants(const Loaded& loaded, Compiled& compiled, Issues& issues);

// The largest limit that each tenant of the plan ever has.
std::vector<std::uint64_t> largest_limits(const PlanArrays& plan);

// Whether the job, by its rank, is within these, and within what the hosts have, so that it could
// run some day.
bool fits_tenant(const PlanArrays& plan, const std::vector<std::uint64_t>& largest,
                 std::uint32_t rank);

// Whether the tenant of a job, or one above, is not there at its submission.
bool is_absent(const ScenarioSpec& spec, const std::string& tenant, Ticks submit);

}  // namespace tidepool::scenario
