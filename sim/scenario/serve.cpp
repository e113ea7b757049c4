#include "sim/scenario/serve.h"

#include <algorithm>
#include <cmath>

#include "sim/model/service_flow.h"
#include "sim/model/service_totals.h"
#include "sim/serving/request_replay.h"

namespace tidepool::scenario {
namespace {

constexpr std::int64_t kNanosecondsPerTick = 1'000'000'000 / kTicksPerSecond;

std::int64_t ns_of(const std::optional<Seconds>& time) {
    return time ? static_cast<std::int64_t>(time->value * 1e9 + 0.5) : 0;
}

// How many units of the service were ready, from when on.
std::vector<model::ReadyStep> ready_steps(const model::ServiceRecord& service,
                                          std::span<const UnitNote> log) {
    std::vector<model::ReadyStep> steps{{0, 0}};
    std::vector<bool> ready(service.units);
    const auto set = [&](const UnitNote& note, bool now) {
        const std::uint32_t unit = note.unit - service.first_unit;
        if (ready[unit] == now) {
            return;
        }
        ready[unit] = now;
        const std::uint32_t units = steps.back().units + (now ? 1U : 0U - 1U);
        if (steps.back().tick == note.tick) {
            steps.back().units = units;
        } else {
            steps.push_back({note.tick, units});
        }
    };
    for (const UnitNote& note : log) {
        const bool of_unit = note.event != UnitEvent::kWanted && note.event != UnitEvent::kAsked;
        if (!of_unit || note.unit < service.first_unit ||
            note.unit >= service.first_unit + service.units) {
            continue;
        }
        if (note.event == UnitEvent::kReady) {
            set(note, true);
        } else if (note.event != UnitEvent::kStarted && note.event != UnitEvent::kReopened) {
            set(note, false);
        }
    }
    return steps;
}

std::vector<serving::UnitChange> unit_changes(const model::ServiceRecord& service,
                                              std::span<const UnitNote> log) {
    enum class Is : std::uint8_t { kAway, kReady, kClosing };
    std::vector<serving::UnitChange> changes;
    std::vector<Is> is(service.units, Is::kAway);
    for (const UnitNote& note : log) {
        const bool of_unit = note.event != UnitEvent::kWanted && note.event != UnitEvent::kAsked;
        if (!of_unit || note.unit < service.first_unit ||
            note.unit >= service.first_unit + service.units) {
            continue;
        }
        const std::uint32_t unit = note.unit - service.first_unit;
        const auto change = [&](serving::UnitEvent event, Is now) {
            changes.push_back({note.tick * kNanosecondsPerTick, unit, event});
            is[unit] = now;
        };
        if (note.event == UnitEvent::kReady && is[unit] != Is::kReady) {
            change(serving::UnitEvent::kReady, Is::kReady);
        } else if (note.event == UnitEvent::kClosing && is[unit] == Is::kReady) {
            change(serving::UnitEvent::kClosing, Is::kClosing);
        } else if ((note.event == UnitEvent::kFailed || note.event == UnitEvent::kGone) &&
                   is[unit] != Is::kAway) {
            change(serving::UnitEvent::kGone, Is::kAway);
        }
    }
    std::ranges::stable_sort(changes, [](const auto& a, const auto& b) {
        return a.at != b.at ? a.at < b.at : a.unit < b.unit;
    });
    return changes;
}

model::ServiceLedger by_flow(const ServiceModel& service, const workloads::DemandSeries& demand,
                             const model::ServiceRecord& record, std::span<const UnitNote> log,
                             Ticks end, Ticks bin) {
    const ServiceSpec& spec = service.spec;
    model::FlowRules rules;
    for (const RequestClassSpec& c : spec.classes) {
        for (const workloads::ClassShare& share : spec.demand.classes) {
            if (c.deadline && share.name == c.name) {  // one of them: see docs/inference-model.md
                rules.batch_class = c.name;
                rules.batch_share += share.share.value;
                rules.deadline = c.deadline->value;
            }
        }
    }
    rules.batch_fill = spec.batch_fill.value;
    rules.patience = spec.patience.value_or(Seconds{0}).value;
    rules.queue_limit = spec.queue_limit ? static_cast<double>(*spec.queue_limit) : -1;
    rules.ttft_promise = spec.slo.ttft_p95.value_or(Seconds{0}).value;
    rules.tpot_promise = spec.slo.tpot_p95.value_or(Seconds{0}).value;
    rules.cached_share = service.cached_share;
    rules.round_trip = spec.round_trip.value;
    std::vector<model::FlowDemand> bins;
    bins.reserve(demand.bins.size());
    const model::UnitSpeed speed(service.unit);
    for (const workloads::DemandBin& b : demand.bins) {
        model::FlowDemand flow{b.requests, b.tokens_in, b.tokens_out, 0, 0};
        if (b.requests > 0) {
            flow.work_seconds = model::full_batch_seconds(
                service.unit, (1 - service.cached_share) * b.tokens_in / b.requests,
                b.tokens_out / b.requests);
            flow.unit_seconds = unit_seconds_of(service, speed, b);
        }
        bins.push_back(flow);
    }
    const std::vector<model::ReadyStep> ready = ready_steps(record, log);
    return model::flow_through(rules, *latency_of(service, demand), bins,
                               to_ticks(demand.bin).value_or(Ticks{1}).value, ready, end.value,
                               bin.value);
}

serving::ServiceRules rules_of(const ServiceModel& service, std::uint64_t seed,
                               std::uint32_t block_tokens) {
    const ServiceSpec& spec = service.spec;
    serving::ServiceRules rules;
    rules.unit = service.unit;
    rules.routing = spec.routing;
    rules.queue_limit =
        spec.queue_limit ? static_cast<std::uint64_t>(*spec.queue_limit) : serving::kAnyNumber;
    rules.patience = ns_of(spec.patience);
    rules.batch_fill = static_cast<std::uint32_t>(spec.batch_fill.value * 1000 + 0.5);
    rules.ttft_promise = ns_of(spec.slo.ttft_p95);
    rules.round_trip = ns_of(spec.round_trip);
    rules.tpot_promise = ns_of(spec.slo.tpot_p95);
    for (const RequestClassSpec& c : spec.classes) {
        rules.classes.push_back(
            {c.name, static_cast<std::uint32_t>(c.priority), ns_of(c.deadline)});
    }
    if (spec.cache && !spec.cache->hit_rate && block_tokens > 0) {
        const double block = spec.cache->bytes_per_token.value * block_tokens;
        const double blocks = spec.cache->capacity ? spec.cache->capacity->value / block : HUGE_VAL;
        rules.cache.blocks =
            blocks < 0x1p63 ? static_cast<std::uint64_t>(blocks) : serving::kAnyNumber;
        rules.cache.shared = spec.cache->shared;
        if (spec.cache->bandwidth) {
            rules.cache.load_ns_per_token = static_cast<std::uint64_t>(
                spec.cache->bytes_per_token.value / spec.cache->bandwidth->value * 1e9 * 0x1p20);
        }
    }
    rules.seed = seed;
    rules.entity = service.entity;
    return rules;
}

}  // namespace

bool serve(const Loaded& loaded, std::span<const workloads::DemandSeries> demand,
           std::span<const UnitNote> log, std::uint64_t seed, Ticks end, Ticks bin,
           std::vector<model::ServiceRecord>& services,
           const std::function<bool(double)>& keep_going) {
    for (model::ServiceRecord& record : services) {  // if it ends before their turn
        record.flow.name = record.name;
        record.flow.bins.resize((std::uint64_t{end.value} + bin.value - 1) / bin.value);
    }
    const std::vector<std::vector<UnitNote>> notes = model::notes_by_service(services, log);
    for (std::size_t s = 0; s < services.size(); ++s) {
        const ServiceModel& service = *loaded.services[s];
        model::ServiceRecord& record = services[s];
        if (service.spec.fidelity == Fidelity::kFlow) {
            record.flow = by_flow(service, demand[s], record, notes[s], end, bin);
        } else {
            const auto requests = workloads::open_requests(service.spec.demand, service.folder,
                                                           seed, service.entity, to_seconds(end));
            const std::int64_t last = end.value * kNanosecondsPerTick;
            bool went_on = true;
            record.flow = serving::replay_requests(
                rules_of(service, seed, requests->block_tokens()), unit_changes(record, notes[s]),
                *requests, last, bin.value * kNanosecondsPerTick, [&](std::int64_t now) {
                    const double done = static_cast<double>(now) / static_cast<double>(last);
                    went_on = !keep_going || keep_going((static_cast<double>(s) + done) /
                                                        static_cast<double>(services.size()));
                    return went_on;
                });
            if (!went_on) {
                return false;
            }
        }
        record.flow.name = record.name;
        if (keep_going &&
            !keep_going(static_cast<double>(s + 1) / static_cast<double>(services.size()))) {
            return false;
        }
    }
    return true;
}

}  // namespace tidepool::scenario
