#include "sim/results/layout.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/model/kpis.h"
#include "sim/results/datacenter_table.h"
#include "sim/results/h5.h"
#include "sim/results/holding_tables.h"
#include "sim/results/jobs_table.h"
#include "sim/results/kpi_table.h"
#include "sim/results/latency_table.h"
#include "sim/results/money_tables.h"
#include "sim/results/network_tables.h"
#include "sim/results/origin.h"
#include "sim/results/reliability_tables.h"
#include "sim/results/service_tables.h"
#include "sim/results/summary.h"
#include "sim/results/tenant_tables.h"
#include "sim/results/usage_tables.h"

namespace tidepool::results {
namespace {

void write_root(h5::Group& root, const Header& header, Status status, Ticks reached) {
    root.attribute("Conventions", "CF-1.10");
    root.attribute("tidepool_schema", kSchemaVersion);
    root.attribute("title", header.title);
    root.attribute("status", name_of(status));
    root.attribute("engine", header.engine);
    root.attribute("network", header.network);
    root.attribute("seed", header.seed);
    root.attribute("start", header.origin);
    root.attribute("horizon_s",
                   header.horizon ? to_seconds(*header.horizon).value : model::kUndefined);
    root.attribute("reached_s", to_seconds(reached).value);
}

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

void write_scenario(h5::Group& root, const Header& header) {
    h5::Group scenario = root.group("scenario");
    scenario.text("source_yaml", header.source_yaml, {"", "scenario file, verbatim", ""});
    scenario.text("resolved_yaml", header.resolved_yaml,
                  {"", "scenario with includes, overrides and defaults, in SI units", ""});
    scenario.texts("overrides", views(header.overrides), {"", "--set arguments", ""});
    write_inputs(scenario, header.inputs);
}

// Columns of /timeseries/cluster: means over the bins, by name.
struct Mean {
    const char* name;
    std::string_view long_name;
    double (*value)(const model::Ledger&, const model::Bin&, std::uint64_t length);
};

using model::Bin;
using model::Ledger;
using model::ratio;

constexpr std::array kMeans{
    Mean{"capacity", "GPUs installed",
         [](const Ledger& l, const Bin& b, std::uint64_t length) {
             return ratio(model::shares(l, b, length).capacity, length);
         }},
    Mean{"allocated", "GPUs held by jobs",
         [](const Ledger&, const Bin& b, std::uint64_t length) {
             return ratio(b.allocated, length);
         }},
    Mean{"units", "GPUs held by units of services, of those allocated",
         [](const Ledger&, const Bin& b, std::uint64_t length) { return ratio(b.units, length); }},
    Mean{"idle", "GPUs up, in service and held by nobody",
         [](const Ledger& l, const Bin& b, std::uint64_t length) {
             return ratio(model::shares(l, b, length).idle, length);
         }},
    Mean{"down", "GPUs down and held by nobody",
         [](const Ledger&, const Bin& b, std::uint64_t length) { return ratio(b.down, length); }},
    Mean{"spare", "GPUs of spares that are ready",
         [](const Ledger&, const Bin& b, std::uint64_t length) { return ratio(b.spare, length); }},
    Mean{"spares_in_use", "GPUs withheld as spares less those that are ready",
         [](const Ledger& l, const Bin& b, std::uint64_t length) {
             return model::shares(l, b, length).spares_in_use;
         }},
    Mean{"queued_gpus", "GPUs asked for by waiting jobs",
         [](const Ledger&, const Bin& b, std::uint64_t length) {
             return ratio(b.queued_gpus, length);
         }},
    Mean{"queue_length", "waiting jobs",
         [](const Ledger&, const Bin& b, std::uint64_t length) {
             return ratio(b.queue_length, length);
         }},
};

// The bins [0, count); the last one may be shorter.
h5::Group write_timeseries(h5::Group& root, const Header& header, const Ledger& ledger,
                           std::size_t count, Ticks end) {
    h5::Group timeseries = root.group("timeseries");
    h5::Group cluster = timeseries.group("cluster");
    cluster.attribute("bin_width", to_seconds(ledger.bin_width).value);
    const std::uint64_t width = ledger.bin_width.value;
    std::vector<double> values(count), starts(count);
    for (std::size_t b = 0; b < count; ++b) {
        starts[b] = static_cast<double>(b * width) / kTicksPerSecond;
    }
    h5::Dataset time = cluster.column<double>(
        "time", starts, {time_units(header.origin), "start of the bin", "time: point"});
    time.attribute("standard_name", "time");
    std::vector<h5::Dataset> columns;
    std::vector<h5::Dataset*> pointers;
    columns.reserve(kMeans.size());
    for (const Mean& mean : kMeans) {
        if (std::string_view(mean.name) == "units" && ledger.services.empty()) {
            continue;
        }
        for (std::size_t b = 0; b < count; ++b) {
            const std::uint64_t length = std::min(width, end.value - b * width);
            values[b] = mean.value(ledger, ledger.bins[b], length);
        }
        columns.push_back(
            cluster.column<double>(mean.name, values, {"1", mean.long_name, "time: mean"}));
        pointers.push_back(&columns.back());
    }
    time.scale_of("time", pointers);
    write_link_series(timeseries, ledger, starts, time_units(header.origin));
    write_service_series(timeseries, ledger, starts, time_units(header.origin));
    return timeseries;
}

void write_dimensions(h5::Group& root, const model::Ledger& ledger) {
    h5::Group dim = root.group("dim");
    const auto scale = [&](const char* name, std::span<const std::string_view> texts,
                           std::string_view long_name) {
        dim.texts(name, texts, {"", long_name, ""}).scale_of(name, {});
    };
    scale("tenant", views(ledger.tenants), "tenants; the empty name: none recorded");
    scale("gpu_model", views(ledger.gpu_models), "GPU models");
    scale("plan", kPlanNames, "commercial plans");
    if (!ledger.outages.list.empty()) {
        scale("cause", views(ledger.outages.causes), "causes of outages");
    }
}

}  // namespace

std::string time_units(std::string_view origin) {
    if (origin.empty()) {
        return "s";
    }
    std::string text = "seconds since " + std::string(origin);
    constexpr std::size_t kDate = std::string_view("seconds since 2017-10-03").size();
    if (text.size() <= kDate) {
        return text;
    }
    if (text[kDate] == 'T') {
        text[kDate] = ' ';
    }
    if (text.back() == 'Z') {
        text.pop_back();  // CF means UTC when it says nothing
    }
    const std::size_t offset = text.find_first_of("+-", kDate);
    if (offset != std::string::npos && text[offset - 1] != ' ') {
        text.insert(offset, 1, ' ');
    }
    return text;
}

std::string initial_image(const Header& header) {
    h5::Image image;
    {
        h5::Group root = image.root();
        write_root(root, header, Status::kRunning, Ticks{0});
        write_scenario(root, header);
    }
    return std::move(image).bytes();
}

std::string progress_image(const Header& header, const model::Ledger& ledger, Ticks now) {
    TP_ASSERT(ledger.bin_width.value > 0, "bins have a width");
    h5::Image image;
    {
        h5::Group root = image.root();
        write_root(root, header, Status::kRunning, now);
        write_scenario(root, header);
        const std::size_t ended = now.value / ledger.bin_width.value;
        write_timeseries(root, header, ledger, std::min(ended, ledger.bins.size()), now);
    }
    return std::move(image).bytes();
}

std::string final_image(const Header& header, Status status, const model::Ledger& ledger,
                        std::span<const std::string_view> ids, const Provenance& provenance) {
    TP_ASSERT(ledger.bin_width.value > 0, "bins have a width");
    h5::Image image;
    {
        h5::Group root = image.root();
        write_root(root, header, status, ledger.end);
        root.attribute("decision_hash", ledger.decisions);
        write_scenario(root, header);
        write_summary(root, kpi_values(ledger), ledger.statement ? ledger.statement->currency : "");
        h5::Group series = write_timeseries(root, header, ledger, ledger.bins.size(), ledger.end);
        write_holding_series(series, ledger, time_units(header.origin));
        write_dimensions(root, ledger);
        write_jobs(root, ledger, ids, time_units(header.origin));
        write_reliability(root, ledger, time_units(header.origin));
        write_network(root, ledger);
        write_tenants(root, ledger);
        write_services(root, ledger, time_units(header.origin));
        write_latencies(root, ledger);
        write_datacenter(root, ledger.datacenter);
        if (ledger.statement) {
            write_money(root, *ledger.statement);
        }
        if (ledger.usage) {
            write_usage(root, *ledger.usage);
        }
        write_provenance(root, provenance);
    }
    return std::move(image).bytes();
}

}  // namespace tidepool::results
