#include "sim/results/network_tables.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/assert.h"
#include "sim/model/kpis.h"
#include "sim/results/series_grid.h"

namespace tidepool::results {
namespace {

using model::gpu_hours_of_work;
using model::kUndefined;

constexpr std::uint32_t kFullPace = 1U << 24U;

bool is_node(const model::LinkRecord& link) {
    return link.tier == model::LinkTier::kNode;
}

void write_links(h5::Group& root, const model::Ledger& ledger) {
    using model::LinkRecord;
    const model::NetworkLedger& network = ledger.network;
    Columns<LinkRecord> columns(root.group("links"), "link", network.links);
    columns.group().attribute("solves", network.solves);
    columns.number_rows("row number, from 0: nodes, leaf groups, pods, storage");
    std::vector<std::string_view> names;
    for (const LinkRecord& link : network.links) {
        names.push_back(link.name);
    }
    columns.add(write_texts(columns.group(), "name", names, {"", "name of the link", ""}));
    columns.add_enum("tier", kLinkTierNames, "what it is",
                     [](const LinkRecord& l) { return l.tier; });
    columns.add<double>("capacity", "B/s", "with nothing broken, in one direction",
                        [](const LinkRecord& l) { return l.capacity.value; });
    columns.add<double>("bytes", "B",
                        "carried away from the nodes; of storage: written and read; NaN: of single "
                        "nodes nobody counts them",
                        [](const LinkRecord& l) { return is_node(l) ? kUndefined : l.bytes; });
    columns.add<double>(
        "utilisation", "1", "bytes / (capacity * length of the run)", [&](const LinkRecord& l) {
            return is_node(l) ? kUndefined : model::utilisation(l.bytes, l.capacity, ledger.end);
        });
    columns.add<double>("busiest", "1", "largest utilisation over a bin of the time series",
                        [&](const LinkRecord& l) {
                            return is_node(l) || !network.binned ? kUndefined : l.busiest;
                        });
    columns.add<double>("stalled", "h", "GPU-hours that jobs lost because it held them up",
                        [](const LinkRecord& l) { return gpu_hours_of_work(l.stalled); });
    columns.close();
}

void write_flows(h5::Group& root, const model::NetworkLedger& network) {
    using model::FlowRecord;
    Columns<FlowRecord> columns(root.group("flows"), "flow", network.flows);
    columns.number_rows("row number, from 0: by job, then kind");
    columns.add<std::uint32_t>("job", "1", "row of /jobs",
                               [](const FlowRecord& f) { return f.job; });
    columns.add_enum("kind", kFlowKindNames, "what it is for",
                     [](const FlowRecord& f) { return f.kind; });
    columns.add<std::uint32_t>("nodes", "1", "nodes it spans",
                               [](const FlowRecord& f) { return f.nodes; });
    columns.add<std::uint32_t>("leaf_groups", "1", "leaf groups it spans",
                               [](const FlowRecord& f) { return f.leaf_groups; });
    columns.add<std::uint32_t>("pods", "1", "pods it spans",
                               [](const FlowRecord& f) { return f.pods; });
    columns.add<double>("asked", "B/s",
                        "what it could use: training, of each node; else of all nodes together",
                        [](const FlowRecord& f) { return f.asked.value; });
    columns.add<double>("granted", "B/s", "what it gets, likewise",
                        [](const FlowRecord& f) { return f.granted.value; });
    columns.add<double>("pace", "1", "what the network leaves of the speed of what it is for",
                        [](const FlowRecord& f) { return model::ratio(f.pace, kFullPace); });
    columns.add_optional("held_by", "row of /links that keeps it from getting more; -1: nothing",
                         [&](const FlowRecord& f) {
                             return f.held_by < network.links.size() ? Row{f.held_by} : Row{};
                         });
    columns.close();
}

// Bytes carried in a bin; links without load carry none.
double in_bin(const std::vector<double>& binned, std::uint64_t bin) {
    return bin < binned.size() ? binned[bin] : 0;
}

Ticks length_of(const model::Ledger& ledger, std::uint64_t bin) {
    const std::uint64_t from = bin * ledger.bin_width.value;
    const std::uint64_t to =
        std::min<std::uint64_t>(from + ledger.bin_width.value, ledger.end.value);
    return Ticks{static_cast<std::uint32_t>(to - from)};
}

// Rows of /links.
std::vector<std::uint32_t> hottest(const model::Ledger& ledger) {
    constexpr std::size_t kMost = 10;
    const auto& links = ledger.network.links;
    std::vector<std::uint32_t> found;
    for (std::uint32_t l = 0; l < links.size() && ledger.network.binned; ++l) {
        if (!is_node(links[l]) && links[l].bytes > 0) {
            found.push_back(l);
        }
    }
    std::ranges::stable_sort(found, [&](std::uint32_t a, std::uint32_t b) {
        return links[a].bytes * links[b].capacity.value > links[b].bytes * links[a].capacity.value;
    });
    found.resize(std::min(found.size(), kMost));
    return found;
}

void write_tiers(h5::Group& group, const model::Ledger& ledger, h5::Dataset& time,
                 std::uint64_t bins) {
    const auto& tiers = ledger.network.tiers;
    h5::Dataset tier = group.texts("tier", kLinkTierNames,
                                   {"", "nodes, leaf groups, pods, storage; all of them", ""});
    tier.scale_of("tier", {});
    write_grid(group, "rate",
               {"B/s", "bytes carried away from the nodes per second; of storage: both ways",
                "time: mean"},
               {&time, &tier}, bins, tiers.size(), [&](std::uint64_t b, std::uint64_t t) {
                   return tiers[t].links == 0
                              ? kUndefined
                              : in_bin(tiers[t].binned, b) / to_seconds(length_of(ledger, b)).value;
               });
    write_grid(group, "utilisation", {"1", "rate / capacity with nothing broken", "time: mean"},
               {&time, &tier}, bins, tiers.size(), [&](std::uint64_t b, std::uint64_t t) {
                   return model::utilisation(in_bin(tiers[t].binned, b), tiers[t].capacity,
                                             length_of(ledger, b));
               });
}

void write_hottest(h5::Group& group, const model::Ledger& ledger, h5::Dataset& time,
                   std::uint64_t bins) {
    using model::LinkRecord;
    const std::vector<std::uint32_t> rows = hottest(ledger);
    if (rows.empty()) {
        return;
    }
    const auto& links = ledger.network.links;
    std::vector<std::string_view> names;
    std::vector<std::int8_t> tiers;
    std::vector<double> capacities;
    for (const std::uint32_t row : rows) {
        names.push_back(links[row].name);
        tiers.push_back(static_cast<std::int8_t>(links[row].tier));
        capacities.push_back(links[row].capacity.value);
    }
    h5::Dataset link = group.column<std::uint32_t>(
        "link", rows, {"1", "rows of /links: the hottest, by utilisation", ""});
    h5::Dataset name = group.texts("link_name", names, {"", "name", ""});
    h5::Dataset tier = group.enums("link_tier", tiers, kLinkTierNames, {"1", "what it is", ""});
    h5::Dataset capacity = group.column<double>(
        "link_capacity", capacities, {"B/s", "with nothing broken, in one direction", ""});
    const std::array<h5::Dataset*, 3> columns{&name, &tier, &capacity};
    link.scale_of("link", columns);
    write_grid(group, "link_utilisation", {"1", "bytes / (capacity * time)", "time: mean"},
               {&time, &link}, bins, rows.size(), [&](std::uint64_t b, std::uint64_t l) {
                   const LinkRecord& of = links[rows[l]];
                   return model::utilisation(in_bin(of.binned, b), of.capacity,
                                             length_of(ledger, b));
               });
}

}  // namespace

void write_network(h5::Group& root, const model::Ledger& ledger) {
    if (!ledger.network.links.empty()) {
        write_links(root, ledger);
    }
    if (!ledger.network.flows.empty()) {
        write_flows(root, ledger.network);
    }
}

void write_link_series(h5::Group& timeseries, const model::Ledger& ledger,
                       std::span<const double> starts, std::string_view time_units) {
    if (ledger.network.tiers.empty() || starts.empty()) {
        return;
    }
    h5::Group group = timeseries.group("link");
    group.attribute("bin_width", to_seconds(ledger.bin_width).value);
    group.attribute("bins_of_links", ledger.network.binned ? "kept" : "too many");
    h5::Dataset time =
        group.column<double>("time", starts, {time_units, "start of the bin", "time: point"});
    time.attribute("standard_name", "time");
    time.scale_of("time", {});
    write_tiers(group, ledger, time, starts.size());
    write_hottest(group, ledger, time, starts.size());
}

void add_network(Columns<model::JobRecord>& columns, const model::Ledger& ledger) {
    using model::JobRecord;
    columns.add<double>("stalled_network", "h",
                        "GPU-hours, of those stalled, that the network took",
                        [](const JobRecord& j) { return gpu_hours_of_work(j.network_stalled); });
    columns.add<double>(
        "slowdown", "1", "time at work / the same without what the network took; NaN: no work",
        [](const JobRecord& j) { return model::network_slowdown(j.time, j.network_stalled); });
    if (ledger.network.links.empty()) {
        return;  // nobody counted rates
    }
    const auto& rates = ledger.network.rates;
    columns.add<double>("effective_bus_bandwidth", "B/s",
                        "rate granted to each of its nodes, mean over its time at work; NaN: it "
                        "sends nothing to other nodes",
                        [&](const JobRecord& j) {
                            const auto row = static_cast<std::size_t>(&j - ledger.jobs.data());
                            return row < rates.size() && rates[row].ticks > 0
                                       ? rates[row].granted * kTicksPerSecond /
                                             static_cast<double>(rates[row].ticks)
                                       : kUndefined;
                        });
}

}  // namespace tidepool::results
