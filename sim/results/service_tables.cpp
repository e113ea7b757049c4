#include "sim/results/service_tables.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/model/gpu_time.h"
#include "sim/model/kpis.h"
#include "sim/model/service_totals.h"
#include "sim/results/columns.h"
#include "sim/results/series_grid.h"

namespace tidepool::results {
namespace {

using model::kUndefined;
using model::ratio;
using model::ServiceBin;
using model::ServiceFlow;
using model::ServiceRecord;

constexpr std::array<std::string_view, 2> kFidelityNames{"flow", "requests"};
constexpr std::array<std::string_view, 8> kEventNames{"started", "ready", "closing", "reopened",
                                                      "failed",  "gone",  "wanted",  "asked"};

// What requests came to; T: a row with a ServiceFlow and Latencies.
template <class Record, class Flow, class Latencies>
void add_flow(Columns<Record>& columns, Flow flow, Latencies latencies) {
    const auto sums = [&](const char* name, const std::string& what, auto part) {
        columns.template add<std::uint64_t>(
            (std::string("requests_") + name).c_str(), "1", "requests " + what,
            [&](const Record& r) { return part(flow(r)).requests; });
        columns.template add<std::uint64_t>(
            (std::string("tokens_in_") + name).c_str(), "1", "prompt tokens of requests " + what,
            [&](const Record& r) { return part(flow(r)).tokens_in; });
        columns.template add<std::uint64_t>(
            (std::string("tokens_out_") + name).c_str(), "1", "answer tokens of requests " + what,
            [&](const Record& r) { return part(flow(r)).tokens_out; });
    };
    sums("offered", "that arrived", [](const ServiceFlow& f) { return f.offered; });
    sums("served", "served to their last token", [](const ServiceFlow& f) { return f.served; });
    sums("rejected", "turned away", [](const ServiceFlow& f) { return f.rejected; });
    sums("timed_out", "given up", [](const ServiceFlow& f) { return f.timed_out; });
    sums("unfinished", "in the house at the end",
         [](const ServiceFlow& f) { return f.unfinished; });
    sums("in_slo", "served within both promises", [](const ServiceFlow& f) { return f.in_slo; });
    columns.template add<std::uint64_t>("cached_tokens", "1",
                                        "prompt tokens of served requests from the cache",
                                        [&](const Record& r) { return flow(r).cached_tokens; });
    columns.template add<std::uint64_t>("lost_tokens", "1",
                                        "tokens computed in vain, since their unit went away",
                                        [&](const Record& r) { return flow(r).lost_tokens; });
    columns.template add<std::uint64_t>("moved", "1",
                                        "times that requests began again on another unit",
                                        [&](const Record& r) { return flow(r).moved; });
    const auto spread = [&](const char* name, const std::string& what, auto part) {
        for (const auto& [suffix, per_mille] :
             {std::pair("_p50", 500U), std::pair("_p95", 950U), std::pair("_p99", 990U)}) {
            columns.template add<double>(
                (name + std::string(suffix)).c_str(), "s", what + "; within 0.8 %",
                [&, q = per_mille](const Record& r) {
                    const LatencySketch& sketch = part(latencies(r));
                    return sketch.count() == 0 ? kUndefined
                                               : static_cast<double>(sketch.quantile(q)) * 1e-9;
                });
        }
    };
    using All = model::Latencies;
    spread("ttft", "time to the first token",
           [](const All& l) -> const LatencySketch& { return l.ttft; });
    spread("tpot", "time per further token",
           [](const All& l) -> const LatencySketch& { return l.tpot; });
    spread("latency", "time to the last token",
           [](const All& l) -> const LatencySketch& { return l.total; });
}

struct ServiceRow {
    const ServiceRecord* of = nullptr;
    model::UnitTime time;
    model::ServiceSums sums;
};

void write_service_table(h5::Group& root, const model::Ledger& ledger) {
    std::vector<ServiceRow> rows;
    const auto notes = model::notes_by_service(ledger.services, ledger.unit_log);
    for (std::size_t s = 0; s < ledger.services.size(); ++s) {
        const ServiceRecord& service = ledger.services[s];
        rows.push_back({&service,
                        model::unit_time(service, static_cast<std::uint32_t>(s), notes[s],
                                         ledger.end, ledger.end),
                        model::sums_of(service.flow)});
    }
    Columns<ServiceRow> columns(root.group("services"), "service", rows);
    columns.number_rows("row of this table");
    std::vector<std::string_view> names;
    for (const ServiceRow& row : rows) {
        names.emplace_back(row.of->name);
    }
    columns.add(write_texts(columns.group(), "name", names, {"", "name of the service", ""}));
    columns.add<std::uint32_t>("tenant", "1", "row of /dim/tenant",
                               [](const ServiceRow& r) { return r.of->tenant; });
    columns.add_enum("fidelity", kFidelityNames, "how closely requests were looked at",
                     [](const ServiceRow& r) { return r.of->by_requests ? 1 : 0; });
    columns.add<std::uint32_t>("gpus", "1", "GPUs of a unit",
                               [](const ServiceRow& r) { return r.of->gpus; });
    columns.add<std::uint32_t>("units_most", "1", "most units it may have",
                               [](const ServiceRow& r) { return r.of->units; });
    columns.add<double>("ttft_promise", "s", "promised time to the first token; 0: none",
                        [](const ServiceRow& r) { return r.of->ttft_promise; });
    columns.add<double>("tpot_promise", "s", "promised time per further token; 0: none",
                        [](const ServiceRow& r) { return r.of->tpot_promise; });
    columns.add<double>("ttft_floor", "s", "p95 time to the first token of an idle unit",
                        [](const ServiceRow& r) { return r.of->idle_ttft_p95; });
    columns.add<double>("tpot_floor", "s", "p95 time per further token of an idle unit",
                        [](const ServiceRow& r) { return r.of->idle_tpot_p95; });
    columns.add<double>("unit_rate", "s-1", "requests that one unit can stand for ever",
                        [](const ServiceRow& r) { return r.of->unit_rate; });
    const auto mean = [&](std::uint64_t unit_ticks) { return ratio(unit_ticks, ledger.end.value); };
    columns.add<double>("wanted_mean", "1", "units wanted",
                        [&](const ServiceRow& r) { return mean(r.time.wanted); });
    columns.add<std::uint32_t>("wanted_max", "1", "most units wanted at a time",
                               [](const ServiceRow& r) { return r.time.wanted_max; });
    columns.add<double>("held_mean", "1", "units with GPUs",
                        [&](const ServiceRow& r) { return mean(r.time.held); });
    columns.add<double>("ready_mean", "1", "units that take requests",
                        [&](const ServiceRow& r) { return mean(r.time.ready); });
    columns.add<double>("gpu_hours", "h", "GPU-hours held by its units", [](const ServiceRow& r) {
        return model::gpu_hours(r.time.held * r.of->gpus);
    });
    columns.add<std::uint64_t>("cold_starts", "1", "starts of units after tick 0",
                               [](const ServiceRow& r) { return r.time.cold_starts; });
    columns.add<std::uint64_t>("failures", "1", "interruptions of units",
                               [](const ServiceRow& r) { return r.time.failures; });
    columns.add<double>("utilisation", "1", "share of the ready units' capacity that was used",
                        [](const ServiceRow& r) {
                            return r.sums.ready_ns > 0 ? r.sums.work_ns / r.sums.ready_ns
                                                       : kUndefined;
                        });
    columns.add<std::uint64_t>("queue_max", "1", "most requests waiting at a time",
                               [](const ServiceRow& r) { return r.of->flow.queue_max; });
    columns.add<std::uint64_t>("cache_lookups", "1", "blocks of prompts that were looked for",
                               [](const ServiceRow& r) { return r.of->flow.cache_lookups; });
    columns.add<std::uint64_t>("cache_hits", "1", "blocks that were found",
                               [](const ServiceRow& r) { return r.of->flow.cache_hits; });
    columns.add<std::uint64_t>("cache_evictions", "1", "blocks that made room for others",
                               [](const ServiceRow& r) { return r.of->flow.cache_evictions; });
    add_flow(
        columns, [](const ServiceRow& r) -> const ServiceFlow& { return r.sums.flow; },
        [](const ServiceRow& r) -> const model::Latencies& { return r.sums.latencies; });
    columns.close();
}

struct ClassRow {
    std::uint32_t service = 0;
    const model::ServiceClass* of = nullptr;
};

void write_class_table(h5::Group& root, const model::Ledger& ledger) {
    std::vector<ClassRow> rows;
    std::vector<std::string_view> names;
    for (std::size_t s = 0; s < ledger.services.size(); ++s) {
        for (const model::ServiceClass& c : ledger.services[s].flow.classes) {
            rows.push_back({static_cast<std::uint32_t>(s), &c});
            names.emplace_back(c.name);
        }
    }
    if (rows.empty()) {
        return;
    }
    Columns<ClassRow> columns(root.group("service_classes"), "class", rows);
    columns.number_rows("row of this table");
    columns.add(write_texts(columns.group(), "name", names,
                            {"", "class of requests; empty: the trace names none", ""}));
    columns.add<std::uint32_t>("service", "1", "row of /services",
                               [](const ClassRow& r) { return r.service; });
    add_flow(
        columns, [](const ClassRow& r) -> const ServiceFlow& { return r.of->flow; },
        [](const ClassRow& r) -> const model::Latencies& { return r.of->latencies; });
    columns.close();
}

void write_unit_log(h5::Group& root, const model::Ledger& ledger, std::string_view time_units) {
    if (ledger.unit_log.empty()) {
        return;
    }
    const std::vector<std::uint32_t> services = model::services_of_units(ledger.services);
    const auto of_unit = [&](const UnitNote& n) -> Row {
        const bool known = n.event != UnitEvent::kAsked && n.unit < services.size() &&
                           services[n.unit] != model::kNoService;
        return known ? Row{services[n.unit]} : Row{};
    };
    Columns<UnitNote> columns(root.group("unit_log"), "note", ledger.unit_log);
    columns.number_rows("in the order of the run");
    columns.add<double>("time", time_units, "when",
                        [](const UnitNote& n) { return seconds(Ticks{n.tick}); });
    columns.add_enum("event", kEventNames, "what", [](const UnitNote& n) { return n.event; });
    columns.add_optional("service", "row of /services; -1: a job was asked to go",
                         [&](const UnitNote& n) -> Row {
                             if (n.event == UnitEvent::kWanted) {
                                 return n.unit;
                             }
                             return of_unit(n);
                         });
    columns.add_optional(
        "unit", "number of the unit in its service; -1: none", [&](const UnitNote& n) -> Row {
            const Row service = n.event == UnitEvent::kWanted ? Row{} : of_unit(n);
            return service ? Row{n.unit - ledger.services[*service].first_unit} : Row{};
        });
    columns.add<std::uint32_t>("amount", "1", "wanted: units; asked: GPUs of the job; else 0",
                               [](const UnitNote& n) { return n.units; });
    columns.close();
}

}  // namespace

void write_services(h5::Group& root, const model::Ledger& ledger, std::string_view time_units) {
    if (ledger.services.empty()) {
        return;
    }
    write_service_table(root, ledger);
    write_class_table(root, ledger);
    write_unit_log(root, ledger, time_units);
}

void write_service_series(h5::Group& timeseries, const model::Ledger& ledger,
                          std::span<const double> starts, std::string_view time_units) {
    const std::size_t services = ledger.services.size();
    if (services == 0 || starts.empty() || ledger.services[0].flow.bins.empty()) {
        return;
    }
    h5::Group group = timeseries.group("service");
    h5::Dataset time =
        group.column<double>("time", starts, {time_units, "start of the bin", "time: point"});
    time.attribute("standard_name", "time");
    std::vector<std::string_view> names;
    std::vector<std::vector<model::UnitBin>> units(services);
    const auto notes = model::notes_by_service(ledger.services, ledger.unit_log);
    for (std::size_t s = 0; s < services; ++s) {
        names.emplace_back(ledger.services[s].name);
        model::unit_time(ledger.services[s], static_cast<std::uint32_t>(s), notes[s], ledger.end,
                         ledger.bin_width, &units[s]);
    }
    h5::Dataset service = group.texts("service", names, {"", "services", ""});
    service.scale_of("service", {});
    time.scale_of("time", {});
    const auto length = [&](std::uint64_t b) {
        const std::uint64_t from = b * ledger.bin_width.value;
        return std::min<std::uint64_t>(ledger.bin_width.value, ledger.end.value - from);
    };
    const auto grid = [&](const char* name, const char* units_of, const char* long_name,
                          auto value) {
        write_grid(group, name, {units_of, long_name, "time: mean"}, {&time, &service},
                   starts.size(), services, [&](std::uint64_t b, std::uint64_t s) {
                       return value(ledger.services[s].flow.bins[b], units[s][b], length(b));
                   });
    };
    using Units = model::UnitBin;
    const auto per_second = [](std::uint64_t count, std::uint64_t ticks) {
        return ratio(count, ticks) * double{kTicksPerSecond};
    };
    grid("wanted", "1", "units wanted",
         [](const ServiceBin&, const Units& u, std::uint64_t t) { return ratio(u.wanted, t); });
    grid("held", "1", "units with GPUs",
         [](const ServiceBin&, const Units& u, std::uint64_t t) { return ratio(u.held, t); });
    grid("ready", "1", "units that take requests",
         [](const ServiceBin&, const Units& u, std::uint64_t t) { return ratio(u.ready, t); });
    grid("offered", "s-1", "requests that arrived",
         [&](const ServiceBin& b, const Units&, std::uint64_t t) {
             return per_second(b.offered.requests, t);
         });
    grid("served", "s-1", "requests served to their last token",
         [&](const ServiceBin& b, const Units&, std::uint64_t t) {
             return per_second(b.served.requests, t);
         });
    grid("rejected", "s-1", "requests turned away or given up",
         [&](const ServiceBin& b, const Units&, std::uint64_t t) {
             return per_second(b.rejected.requests + b.timed_out.requests, t);
         });
    grid("in_slo", "s-1", "requests served within both promises",
         [&](const ServiceBin& b, const Units&, std::uint64_t t) {
             return per_second(b.in_slo, t);
         });
    grid("tokens_out", "s-1", "answer tokens of served requests",
         [&](const ServiceBin& b, const Units&, std::uint64_t t) {
             return per_second(b.served.tokens_out, t);
         });
    grid("utilisation", "1", "share of the ready units' capacity that served requests took",
         [](const ServiceBin& b, const Units&, std::uint64_t) {
             return ratio(b.work_ns, b.ready_ns);
         });
    grid("ttft_p95", "s", "p95 time to the first token of those that came in the bin",
         [](const ServiceBin& b, const Units&, std::uint64_t) {
             return b.ttft.count() == 0 ? kUndefined
                                        : static_cast<double>(b.ttft.quantile(950)) * 1e-9;
         });
}

}  // namespace tidepool::results
