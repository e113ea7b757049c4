#include "sim/model/service_totals.h"

#include <algorithm>

#include "sim/model/ledger.h"
#include "sim/model/ratio.h"

namespace tidepool::model {
namespace {

// Counters of units that are constant between notes.
struct Counts {
    std::uint32_t wanted = 0, held = 0, ready = 0;
};

void add_bins(std::vector<UnitBin>& bins, const Counts& now, std::uint64_t from, std::uint64_t to,
              std::uint64_t width) {
    for (; from < to;) {
        const std::uint64_t bin = from / width;
        const std::uint64_t next = std::min(to, (bin + 1) * width);
        bins[bin].wanted += now.wanted * (next - from);
        bins[bin].held += now.held * (next - from);
        bins[bin].ready += now.ready * (next - from);
        from = next;
    }
}

}  // namespace

std::vector<std::uint32_t> services_of_units(std::span<const ServiceRecord> services) {
    std::vector<std::uint32_t> of;
    for (std::size_t s = 0; s < services.size(); ++s) {
        const std::size_t first = services[s].first_unit, end = first + services[s].units;
        of.resize(std::max(of.size(), end), kNoService);
        std::fill(of.begin() + static_cast<std::ptrdiff_t>(first),
                  of.begin() + static_cast<std::ptrdiff_t>(end), static_cast<std::uint32_t>(s));
    }
    return of;
}

std::vector<std::vector<UnitNote>> notes_by_service(std::span<const ServiceRecord> services,
                                                    std::span<const UnitNote> log) {
    const std::vector<std::uint32_t> of_unit = services_of_units(services);
    std::vector<std::vector<UnitNote>> notes(services.size());
    for (const UnitNote& note : log) {
        std::uint32_t service = kNoService;
        if (note.event == UnitEvent::kWanted) {
            service = note.unit;
        } else if (note.event != UnitEvent::kAsked && note.unit < of_unit.size()) {
            service = of_unit[note.unit];
        }
        if (service < notes.size()) {
            notes[service].push_back(note);
        }
    }
    return notes;
}

UnitTime unit_time(const ServiceRecord& service, std::uint32_t number,
                   std::span<const UnitNote> log, Ticks end, Ticks bin,
                   std::vector<UnitBin>* bins) {
    UnitTime sum;
    Counts now;
    std::vector<bool> ready(service.units), held(service.units);
    if (bins != nullptr) {
        bins->assign((std::uint64_t{end.value} + bin.value - 1) / bin.value, {});
    }
    std::uint32_t since = 0;
    const auto pass = [&](std::uint32_t to) {
        const std::uint64_t ticks = to - since;
        sum.wanted += now.wanted * ticks;
        sum.held += now.held * ticks;
        sum.ready += now.ready * ticks;
        if (bins != nullptr) {
            add_bins(*bins, now, since, to, bin.value);
        }
        since = to;
    };
    const auto set = [](std::vector<bool>& flags, std::uint32_t unit, bool value,
                        std::uint32_t& count) {
        count += value && !flags[unit] ? 1U : !value && flags[unit] ? 0U - 1U : 0U;
        flags[unit] = value;
    };
    for (const UnitNote& note : log) {
        if (note.event == UnitEvent::kWanted) {
            if (note.unit == number) {
                pass(note.tick);
                now.wanted = note.units;
                sum.wanted_max = std::max(sum.wanted_max, note.units);
            }
            continue;
        }
        if (note.event == UnitEvent::kAsked || note.unit < service.first_unit ||
            note.unit >= service.first_unit + service.units) {
            continue;
        }
        pass(note.tick);
        const std::uint32_t unit = note.unit - service.first_unit;
        switch (note.event) {
            case UnitEvent::kStarted:
                set(held, unit, true, now.held);
                sum.cold_starts += note.tick > 0 ? 1 : 0;
                break;
            case UnitEvent::kReady:
                set(ready, unit, true, now.ready);
                break;
            case UnitEvent::kClosing:
                set(ready, unit, false, now.ready);
                break;
            case UnitEvent::kFailed:
                set(ready, unit, false, now.ready);
                ++sum.failures;
                break;
            case UnitEvent::kGone:
                set(ready, unit, false, now.ready);
                set(held, unit, false, now.held);
                break;
            case UnitEvent::kReopened:
            case UnitEvent::kWanted:
            case UnitEvent::kAsked:
                break;
        }
    }
    pass(end.value);
    return sum;
}

LatencySpread latency_spread(const LatencySketch& sketch) {
    if (sketch.count() == 0) {
        return {kUndefined, kUndefined, kUndefined};
    }
    const auto at = [&](std::uint32_t per_mille) {
        return static_cast<double>(sketch.quantile(per_mille)) * 1e-9;
    };
    return {at(500), at(950), at(990)};
}

namespace {

ServiceFlow& operator+=(ServiceFlow& sum, const ServiceFlow& part) {
    sum.offered += part.offered;
    sum.served += part.served;
    sum.rejected += part.rejected;
    sum.timed_out += part.timed_out;
    sum.unfinished += part.unfinished;
    sum.in_slo += part.in_slo;
    sum.cached_tokens += part.cached_tokens;
    sum.lost_tokens += part.lost_tokens;
    sum.moved += part.moved;
    return sum;
}

void merge(Latencies& sum, const Latencies& part) {
    sum.ttft.merge(part.ttft);
    sum.tpot.merge(part.tpot);
    sum.total.merge(part.total);
}

}  // namespace

ServiceSums sums_of(const ServiceLedger& ledger) {
    ServiceSums sums;
    for (const ServiceClass& c : ledger.classes) {
        sums.flow += c.flow;
        merge(sums.latencies, c.latencies);
    }
    __extension__ using Wide = unsigned __int128;
    Wide ready = 0, work = 0;
    for (const ServiceBin& bin : ledger.bins) {
        ready += bin.ready_ns;
        work += bin.work_ns;
    }
    sums.ready_ns = static_cast<double>(ready);
    sums.work_ns = static_cast<double>(work);
    return sums;
}

ServiceTotals service_totals(std::span<const ServiceRecord> services, std::span<const UnitNote> log,
                             Ticks end) {
    ServiceTotals t;
    t.on = !services.empty();
    Latencies latencies;
    const std::vector<std::vector<UnitNote>> notes = notes_by_service(services, log);
    for (std::size_t s = 0; s < services.size(); ++s) {
        const ServiceRecord& service = services[s];
        const ServiceSums sums = sums_of(service.flow);
        t.flow += sums.flow;
        merge(latencies, sums.latencies);
        const UnitTime time = unit_time(service, static_cast<std::uint32_t>(s), notes[s], end, end);
        t.held += time.held * service.gpus;
        t.ready += time.ready * service.gpus;
        t.unit_ticks += time.ready;
        t.freed += (std::uint64_t{time.wanted_max} * end.value - time.wanted) * service.gpus;
        t.units_max = std::max<std::uint64_t>(t.units_max, time.wanted_max);
        t.cold_starts += time.cold_starts;
        t.failures += time.failures;
        t.ready_gpu_ns += sums.ready_ns * service.gpus;
        t.work_gpu_ns += sums.work_ns * service.gpus;
        t.promises = t.promises || service.ttft_promise > 0 || service.tpot_promise > 0;
    }
    t.ttft = latency_spread(latencies.ttft);
    t.tpot = latency_spread(latencies.tpot);
    t.total = latency_spread(latencies.total);
    return t;
}

}  // namespace tidepool::model
