#include "sim/scenario/service_model.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "sim/base/assert.h"

namespace tidepool::scenario {
namespace {

constexpr double kRounding = 1e-9;  // a load of 3.0000000001 units is one of 3

std::uint32_t whole_units(double load, double utilisation) {
    const double units = std::ceil(load / utilisation - kRounding);
    return static_cast<std::uint32_t>(std::clamp(units, 0.0, 65535.0));
}

// Whether other seeds make other demand of it.
bool draws_luck(const ServiceSpec& spec) {
    const workloads::DemandSpec& demand = spec.demand;
    if (spec.fidelity == Fidelity::kRequests) {
        return true;
    }
    return demand.tide ? demand.tide->noise.has_value()  // else recorded requests come by chance
                       : demand.scale != std::floor(demand.scale);
}

// The closed forms have the first token with the prompt; where prompts take no time, it takes an
// iteration like every other one.
std::uint32_t first_token(const model::UnitModel& unit) {
    return unit.prefill.empty() ? 1 : 0;
}

std::uint32_t by_schedule(const std::vector<ScheduleStep>& schedule, double time) {
    const double of_day = std::fmod(time, 86'400.0);
    std::int64_t units = schedule.back().units;  // since yesterday
    for (const ScheduleStep& step : schedule) {
        if (step.at.value <= of_day + kRounding) {
            units = step.units;
        }
    }
    return static_cast<std::uint32_t>(units);
}

// The highest load that the coming `look_ahead` had one `look_back` ago; 0 before there is one.
double seen_before(const AutoscaleSpec& rule, const std::vector<double>& loads, std::size_t look) {
    const double width = rule.every.value;
    const double time = static_cast<double>(look) * width;
    const double from = time - rule.look_back.value;
    if (from < 0) {
        return 0;
    }
    const auto first = static_cast<std::size_t>(from / width);
    const auto last = static_cast<std::size_t>((from + rule.look_ahead.value) / width);
    double most = 0;
    for (std::size_t b = first; b <= last && b < look; ++b) {  // nobody has seen the rest
        most = std::max(most, loads[b]);
    }
    return most;
}

std::uint32_t planned(const ServiceModel& service, const model::FlowLatency& latency,
                      const std::vector<double>& loads, std::size_t look) {
    const AutoscaleSpec& rule = service.spec.autoscale;
    const double seen = loads[look == 0 ? 0 : look - 1];
    const double time = static_cast<double>(look) * rule.every.value;
    switch (rule.rule) {
        case ScaleRule::kFixed:
            return most_units(service.spec);
        case ScaleRule::kTarget:
            return whole_units(seen, rule.utilisation.value);
        case ScaleRule::kLatency: {
            if (seen <= 0) {
                return 0;
            }
            const SloSpec& slo = service.spec.slo;
            const Seconds none{0};
            const std::uint32_t least = whole_units(seen, rule.utilisation.value);
            return std::max(
                least, latency.units_for(seen * latency.capacity(),
                                         rule.ttft_p95.value_or(slo.ttft_p95.value_or(none)).value,
                                         rule.tpot_p95.value_or(slo.tpot_p95.value_or(none)).value,
                                         most_units(service.spec)));
        }
        case ScaleRule::kSchedule:
            return by_schedule(rule.schedule, time);
        case ScaleRule::kPredict:
            return whole_units(std::max(seen, seen_before(rule, loads, look)),
                               rule.utilisation.value);
    }
    TP_ASSERT(false, "every rule is listed");
}

}  // namespace

std::uint32_t most_units(const ServiceSpec& spec) {
    return static_cast<std::uint32_t>(spec.autoscale.units.back());
}

std::shared_ptr<const model::FlowLatency> latency_of(const ServiceModel& service,
                                                     const workloads::DemandSeries& demand) {
    if (service.latency && demand.lengths == service.demand.lengths &&
        demand.arrival_scv == service.demand.arrival_scv) {
        return service.latency;
    }
    std::vector<model::Length> lengths;
    for (const workloads::Lengths& length : demand.lengths) {
        lengths.push_back({length.tokens_in, length.tokens_out + first_token(service.unit)});
    }
    if (lengths.empty()) {  // nobody asks for anything
        lengths.push_back({1, 1 + first_token(service.unit)});
    }
    const ServiceSpec& spec = service.spec;
    return std::make_shared<const model::FlowLatency>(
        service.unit, lengths, service.cached_share, demand.arrival_scv,
        spec.routing == serving::Routing::kSharedQueue,
        spec.slo.ttft_p95.value_or(Seconds{0}).value, spec.slo.tpot_p95.value_or(Seconds{0}).value);
}

std::shared_ptr<const ServiceModel> make_service_model(const ServiceSpec& spec,
                                                       const model::UnitModel& unit,
                                                       std::uint32_t entity,
                                                       const std::string& folder, Seconds end,
                                                       std::uint64_t seed) {
    auto service = std::make_shared<ServiceModel>();
    service->spec = spec;
    service->entity = entity;
    service->folder = folder;
    service->end = end;
    service->seed = seed;
    service->unit = unit;
    if (spec.cache && spec.cache->hit_rate) {
        service->cached_share = spec.cache->hit_rate->value;
    }
    service->demand =
        workloads::read_demand(spec.demand, folder, seed, entity, spec.autoscale.every, end,
                               spec.fidelity == Fidelity::kFlow);
    service->latency = latency_of(*service, service->demand);
    return service;
}

workloads::DemandSeries demand_of(const ServiceModel& service, std::uint64_t seed) {
    if (seed == service.seed || !draws_luck(service.spec)) {
        return service.demand;
    }
    return workloads::read_demand(service.spec.demand, service.folder, seed, service.entity,
                                  service.spec.autoscale.every, service.end,
                                  service.spec.fidelity == Fidelity::kFlow);
}

double unit_seconds_of(const ServiceModel& service, const model::UnitSpeed& speed,
                       const workloads::DemandBin& bin) {
    if (bin.requests <= 0) {
        return 0;
    }
    return model::unit_seconds(speed, bin.tokens_in / bin.requests,
                               bin.tokens_out / bin.requests + first_token(service.unit),
                               service.cached_share);
}

std::vector<double> loads_of(const ServiceModel& service, const workloads::DemandSeries& demand) {
    std::vector<double> loads;
    loads.reserve(demand.bins.size());
    const model::UnitSpeed speed(service.unit);
    for (const workloads::DemandBin& bin : demand.bins) {
        loads.push_back(bin.requests * unit_seconds_of(service, speed, bin) / demand.bin.value);
    }
    return loads;
}

std::vector<core::DemandStep> plan_units(const ServiceModel& service,
                                         const workloads::DemandSeries& demand, Ticks end) {
    const std::vector<double> loads = loads_of(service, demand);
    const bool by_latency = service.spec.autoscale.rule == ScaleRule::kLatency;
    const auto latency = by_latency ? latency_of(service, demand) : service.latency;
    std::vector<core::DemandStep> steps;
    for (std::size_t look = 0; look < loads.size(); ++look) {
        const auto tick = to_ticks(Seconds{static_cast<double>(look) * demand.bin.value});
        if (!tick || *tick >= end) {
            break;
        }
        const double load = std::min(loads[look] * core::kUnitLoad, 4'294'967'295.0);
        steps.push_back({tick->value, service.entity, planned(service, *latency, loads, look),
                         static_cast<std::uint32_t>(load)});
    }
    return steps;
}

}  // namespace tidepool::scenario
