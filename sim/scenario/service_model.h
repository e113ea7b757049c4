#pragma once
// A service as far as it is known before the run: how fast a unit is, what is asked of it, and how
// many units its autoscaler plans with. docs/tide.md states the rules.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/core/plan.h"
#include "sim/model/service_capacity.h"
#include "sim/model/unit_model.h"
#include "sim/scenario/service_spec.h"
#include "workloads/demand.h"

namespace tidepool::scenario {

struct ServiceModel {
    ServiceSpec spec;
    std::uint32_t entity = 0;  // number of the service: owner of its random streams
    std::string folder;        // where the demand's file is looked for
    Seconds end;               // of the run
    double cached_share = 0;   // of prompt tokens, as flow fidelity takes it
    model::UnitModel unit;
    std::uint64_t seed = 0;          // the scenario's own
    workloads::DemandSeries demand;  // with that seed
    std::shared_ptr<const model::FlowLatency> latency;
};

// Reads the demand and works out the latencies. Throws InputError for a demand file that is wrong.
std::shared_ptr<const ServiceModel> make_service_model(const ServiceSpec& spec,
                                                       const model::UnitModel& unit,
                                                       std::uint32_t entity,
                                                       const std::string& folder, Seconds end,
                                                       std::uint64_t seed);

// What this seed makes of the demand, per `autoscale.every`.
workloads::DemandSeries demand_of(const ServiceModel& service, std::uint64_t seed);

// The latencies for this demand: another seed may have other lengths and gaps than the scenario's.
std::shared_ptr<const model::FlowLatency> latency_of(const ServiceModel& service,
                                                     const workloads::DemandSeries& demand);

// Mean time of a unit that a request takes, s: of so many requests and tokens.
// `speed`: of its unit.
double unit_seconds_of(const ServiceModel& service, const model::UnitSpeed& speed,
                       const workloads::DemandBin& bin);

// The load of each bin of the demand, in units.
std::vector<double> loads_of(const ServiceModel& service, const workloads::DemandSeries& demand);

// One step for each bin that begins before `end`: what the autoscaler plans with, and the load.
std::vector<core::DemandStep> plan_units(const ServiceModel& service,
                                         const workloads::DemandSeries& demand, Ticks end);

// Most units that a service may have.
std::uint32_t most_units(const ServiceSpec& spec);

}  // namespace tidepool::scenario
