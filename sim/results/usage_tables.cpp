#include "sim/results/usage_tables.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidepool::results {
namespace {

using money::Downtime;
using money::Lease;
using money::NodeShare;
using money::SpotWait;
using money::TokenBin;
using money::Usage;

// A column of integers: how a record gives it and takes it.
template <class Record>
struct Field {
    const char* name;
    std::string_view long_name;
    std::uint64_t (*get)(const Record&);
    void (*set)(Record&, std::uint64_t);
};

template <auto member, class Record>
std::uint64_t get_number(const Record& record) {
    return static_cast<std::uint64_t>(record.*member);
}
template <auto member, class Record>
void set_number(Record& record, std::uint64_t value) {
    using Type = std::remove_reference_t<decltype(record.*member)>;
    record.*member = static_cast<Type>(value);
}
template <auto member, class Record>
std::uint64_t get_ticks(const Record& record) {
    return (record.*member).value;
}
template <auto member, class Record>
void set_ticks(Record& record, std::uint64_t value) {
    (record.*member).value = static_cast<std::uint32_t>(value);
}
template <auto member, class Record>
constexpr Field<Record> number(const char* name, std::string_view long_name) {
    return {name, long_name, get_number<member, Record>, set_number<member, Record>};
}
template <auto member, class Record>
constexpr Field<Record> ticks(const char* name, std::string_view long_name) {
    return {name, long_name, get_ticks<member, Record>, set_ticks<member, Record>};
}

constexpr std::array kLeases{
    ticks<&Lease::start, Lease>("start", "ticks of 1/16 s: held from here"),
    ticks<&Lease::end, Lease>("end", "ticks: to here"),
    number<&Lease::job, Lease>("job", "row of /jobs; of units their number"),
    number<&Lease::tenant, Lease>("tenant", "row of /dim/tenant"),
    number<&Lease::model, Lease>("gpu_model", "row of /dim/gpu_model"),
    number<&Lease::gpus, Lease>("gpus", "GPUs held"),
    number<&Lease::service, Lease>("service", "row of /usage/service; 4294967295: a job's"),
    number<&Lease::plan, Lease>("plan", "0 reserved, 1 on-demand, 2 spot"),
    number<&Lease::ended, Lease>(
        "ended", "0 went on, 1 released, 2 an outage, 3 its own software, 4 evicted"),
    number<&Lease::failed_time, Lease>("failed_time", "GPU-ticks of coming back from an outage"),
    number<&Lease::pause, Lease>("pause", "GPU-ticks still held after the end"),
    ticks<&Lease::back, Lease>("back", "ticks: when it ran again; 4294967295: not within the run"),
    number<&Lease::outage, Lease>("outage", "row of /usage/outage that ended it; 4294967295: none"),
    number<&Lease::first_share, Lease>("first_share", "row of /usage/share"),
    number<&Lease::shares, Lease>("shares", "so many rows of it"),
};
constexpr std::array kShares{
    number<&NodeShare::first_node, NodeShare>("first_node", "row of /nodes"),
    number<&NodeShare::nodes, NodeShare>("nodes", "neighbours"),
    number<&NodeShare::gpus, NodeShare>("gpus", "held of each of them"),
};
constexpr std::array kWaits{
    ticks<&SpotWait::from, SpotWait>("from", "ticks: waited from here"),
    ticks<&SpotWait::to, SpotWait>("to", "ticks: to here"),
    number<&SpotWait::tenant, SpotWait>("tenant", "row of /dim/tenant"),
    number<&SpotWait::model, SpotWait>("gpu_model", "row of /dim/gpu_model; 4294967295: several"),
    number<&SpotWait::gpus, SpotWait>("gpus", "GPUs asked for"),
};
constexpr std::array kOutages{
    ticks<&Downtime::begin, Downtime>("begin", "ticks: from here"),
    ticks<&Downtime::end, Downtime>("end", "ticks: to here"),
    number<&Downtime::first_node, Downtime>("first_node", "row of /nodes"),
    number<&Downtime::last_node, Downtime>("last_node", "one past the last of them"),
    number<&Downtime::gpus, Downtime>("gpus", "on each of them, one bit each; 0: none is lost"),
    number<&Downtime::planned, Downtime>("planned", "1: maintenance"),
};
constexpr std::array kTokens{
    number<&TokenBin::service, TokenBin>("service", "row of /usage/service"),
    number<&TokenBin::request_class, TokenBin>("class", "number of its class of requests"),
    number<&TokenBin::bin, TokenBin>("bin", "bin of time in which they were served"),
    number<&TokenBin::requests, TokenBin>("requests", "served"),
    number<&TokenBin::tokens_in, TokenBin>("tokens_in", "prompt tokens of these"),
    number<&TokenBin::cached, TokenBin>("cached", "of these: not computed"),
    number<&TokenBin::tokens_out, TokenBin>("tokens_out", "answer tokens"),
};

template <class Record, std::size_t N>
void write(h5::Group& usage, const char* name, const std::array<Field<Record>, N>& fields,
           const std::vector<Record>& records) {
    h5::Group group = usage.group(name);
    std::vector<std::uint64_t> values(records.size());
    for (const Field<Record>& field : fields) {
        for (std::size_t r = 0; r < records.size(); ++r) {
            values[r] = field.get(records[r]);
        }
        group.column<std::uint64_t>(field.name, values, {"1", field.long_name, ""});
    }
}

template <class Record, std::size_t N>
std::vector<Record> read(const h5::Source& file, const std::string& name,
                         const std::array<Field<Record>, N>& fields) {
    const std::string group = "usage/" + name + "/";
    std::vector<Record> records(file.rows(group + fields[0].name));
    for (const Field<Record>& field : fields) {
        const std::vector<std::uint64_t> values = file.numbers(group + field.name, records.size());
        for (std::size_t r = 0; r < records.size(); ++r) {
            field.set(records[r], values[r]);
            if (field.get(records[r]) != values[r]) {
                file.damaged("'" + group + field.name + "' has a value that no run writes");
            }
        }
    }
    return records;
}

constexpr std::array kTotals{"end",       "gpus",   "bin_width", "spare_gpus",
                             "allocated", "useful", "bins"};

std::vector<std::uint64_t> totals_of(const Usage& usage) {
    return {usage.end.value,
            usage.gpus,
            usage.bin_width.value,
            usage.spare_gpus,
            usage.allocated,
            usage.useful,
            usage.states.empty() ? 0 : usage.states[0].size()};
}

void write_services(h5::Group& usage, const Usage& of) {
    std::vector<std::string_view> names, classes;
    std::vector<std::uint64_t> tenants, counts;
    for (const money::SoldService& service : of.services) {
        names.push_back(service.name);
        tenants.push_back(service.tenant);
        counts.push_back(service.classes.size());
        classes.insert(classes.end(), service.classes.begin(), service.classes.end());
    }
    h5::Group group = usage.group("service");
    group.texts("name", names, {"", "name", ""});
    group.column<std::uint64_t>("tenant", tenants, {"1", "row of /dim/tenant", ""});
    group.column<std::uint64_t>("classes", counts, {"1", "classes of requests it has", ""});
    group.texts("class", classes, {"", "their names, service by service", ""});
}

void read_services(const h5::Source& file, Usage& usage) {
    const std::uint64_t rows = file.rows("usage/service/name");
    const auto names = file.texts("usage/service/name", rows);
    const auto tenants = file.numbers("usage/service/tenant", rows);
    const auto counts = file.numbers("usage/service/classes", rows);
    const auto classes = file.texts("usage/service/class", file.rows("usage/service/class"));
    std::size_t next = 0;
    for (std::uint64_t s = 0; s < rows; ++s) {
        if (counts[s] > classes.size() - next) {
            file.damaged("'usage/service' does not add up");
        }
        const auto begin = classes.begin() + static_cast<std::ptrdiff_t>(next);
        usage.services.push_back({names[s],
                                  static_cast<std::uint32_t>(tenants[s]),
                                  {begin, begin + static_cast<std::ptrdiff_t>(counts[s])}});
        next += counts[s];
    }
}

}  // namespace

void write_usage(h5::Group& root, const Usage& usage) {
    h5::Group group = root.group("usage");
    {
        h5::Group run = group.group("run");
        const std::vector<std::uint64_t> values = totals_of(usage);
        constexpr std::array<std::string_view, kTotals.size()> kNames{
            "ticks of 1/16 s: end of the run",
            "GPUs installed at its end",
            "ticks: width of the bins of time",
            "GPUs withheld as spares at its start",
            "GPU-ticks held",
            "GPU-ticks of work kept",
            "bins of time"};
        for (std::size_t i = 0; i < kTotals.size(); ++i) {
            run.column<std::uint64_t>(kTotals[i], std::span(&values[i], 1), {"1", kNames[i], ""});
        }
    }
    group.texts("tenants",
                std::vector<std::string_view>(usage.tenants.begin(), usage.tenants.end()),
                {"", "tenants; the empty name: none recorded", ""});
    group.texts("models", std::vector<std::string_view>(usage.models.begin(), usage.models.end()),
                {"", "GPU models", ""});
    group.column<std::uint64_t>("model_gpus", usage.model_gpus,
                                {"1", "GPUs of each model, installed at the end", ""});
    group.column<std::uint32_t>("node_model", usage.node_model, {"1", "GPU model, by node", ""});
    group.column<std::uint32_t>("node_gpus", usage.node_gpus, {"1", "GPUs, by node", ""});
    write(group, "lease", kLeases, usage.leases);
    write(group, "share", kShares, usage.shares);
    write(group, "wait", kWaits, usage.waits);
    write(group, "outage", kOutages, usage.outages);
    write(group, "token", kTokens, usage.tokens);
    write_services(group, usage);
    h5::Group state = group.group("state");
    std::vector<std::uint64_t> allocated, idle, down;
    for (const std::vector<money::StateBin>& bins : usage.states) {
        for (const money::StateBin& bin : bins) {
            allocated.push_back(bin.allocated);
            idle.push_back(bin.idle);
            down.push_back(bin.down);
        }
    }
    state.column<std::uint64_t>("allocated", allocated,
                                {"1", "GPU-ticks held, by GPU model, then bin of time", ""});
    state.column<std::uint64_t>("idle", idle, {"1", "GPU-ticks ready and held by nobody", ""});
    state.column<std::uint64_t>("down", down, {"1", "GPU-ticks down", ""});
}

Usage read_usage(const h5::Source& file) {
    if (!file.has("usage")) {
        file.damaged(
            "it has no /usage: only runs of scenarios with `prices` or `costs` can be billed "
            "again");
    }
    Usage usage;
    std::array<std::uint64_t, kTotals.size()> values{};
    for (std::size_t i = 0; i < kTotals.size(); ++i) {
        values[i] = file.numbers(std::string("usage/run/") + kTotals[i], 1)[0];
    }
    usage.end = Ticks{static_cast<std::uint32_t>(values[0])};
    usage.gpus = values[1];
    usage.bin_width = Ticks{static_cast<std::uint32_t>(values[2])};
    usage.spare_gpus = values[3];
    usage.allocated = values[4];
    usage.useful = values[5];
    usage.tenants = file.texts("usage/tenants", file.rows("usage/tenants"));
    usage.models = file.texts("usage/models", file.rows("usage/models"));
    usage.model_gpus = file.numbers("usage/model_gpus", usage.models.size());
    const std::uint64_t nodes = file.rows("usage/node_model");
    for (const std::uint64_t v : file.numbers("usage/node_model", nodes)) {
        usage.node_model.push_back(static_cast<std::uint32_t>(v));
    }
    for (const std::uint64_t v : file.numbers("usage/node_gpus", nodes)) {
        usage.node_gpus.push_back(static_cast<std::uint32_t>(v));
    }
    usage.leases = read<Lease>(file, "lease", kLeases);
    usage.shares = read<NodeShare>(file, "share", kShares);
    usage.waits = read<SpotWait>(file, "wait", kWaits);
    usage.outages = read<Downtime>(file, "outage", kOutages);
    usage.tokens = read<TokenBin>(file, "token", kTokens);
    read_services(file, usage);
    const std::uint64_t bins = values[6], cells = file.rows("usage/state/allocated");
    if (bins > cells || cells != bins * usage.models.size()) {
        file.damaged("'usage/state' has the wrong size");
    }
    const auto allocated = file.numbers("usage/state/allocated", cells);
    const auto idle = file.numbers("usage/state/idle", cells);
    const auto down = file.numbers("usage/state/down", cells);
    usage.states.assign(usage.models.size(), std::vector<money::StateBin>(bins));
    for (std::uint64_t i = 0; i < cells; ++i) {
        usage.states[i / bins][i % bins] = {allocated[i], idle[i], down[i]};
    }
    if (const std::string problem = money::problem_of(usage); !problem.empty()) {
        file.damaged("'usage' " + problem);
    }
    return usage;
}

}  // namespace tidepool::results
