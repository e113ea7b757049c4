#include "sim/results/holding_tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/model/holdings.h"
#include "sim/model/kpis.h"
#include "sim/results/columns.h"
#include "sim/results/series_grid.h"

namespace tidepool::results {
namespace {

using model::HoldingSeries;
using model::ratio;

// A group of grids over the bins of the run and something else.
class SeriesGroup {
public:
    SeriesGroup(h5::Group& timeseries, const char* name, const model::Ledger& ledger,
                std::string_view time_units)
        : ledger_(ledger), group_(timeseries.group(name)), time_(write_time(time_units)) {}

    h5::Group& group() { return group_; }

    // value(bin, entity): GPU-ticks.
    template <class Value>
    void grid(const char* name, std::string_view long_name, h5::Dataset& scale,
              std::uint64_t entities, Value value) {
        write_grid(group_, name, {"1", long_name, "time: mean"}, {&time_, &scale},
                   ledger_.bins.size(), entities,
                   [&](std::uint64_t b, std::uint64_t e) { return ratio(value(b, e), length(b)); });
    }

    std::uint64_t length(std::uint64_t bin) const {
        const std::uint64_t width = ledger_.bin_width.value;
        return std::min<std::uint64_t>(width, ledger_.end.value - bin * width);
    }

private:
    h5::Dataset write_time(std::string_view units) {
        group_.attribute("bin_width", to_seconds(ledger_.bin_width).value);
        std::vector<double> starts(ledger_.bins.size());
        for (std::size_t b = 0; b < starts.size(); ++b) {
            starts[b] = static_cast<double>(b * ledger_.bin_width.value) / kTicksPerSecond;
        }
        h5::Dataset time =
            group_.column<double>("time", starts, {units, "start of the bin", "time: point"});
        time.attribute("standard_name", "time");
        time.scale_of("time", {});
        return time;
    }

    const model::Ledger& ledger_;
    h5::Group group_;
    h5::Dataset time_;
};

void write_classes(h5::Group& timeseries, const model::Ledger& ledger, const HoldingSeries& series,
                   std::string_view time_units) {
    SeriesGroup group(timeseries, "class", ledger, time_units);
    h5::Dataset scale = group.group().texts(
        "class", model::kUseClasses, {"", "plan of the job; service: units of services", ""});
    scale.scale_of("class", {});
    group.grid("held", "GPUs held", scale, model::kUseClasses.size(),
               [&](std::uint64_t b, std::uint64_t c) { return series.by_class[c][b]; });
}

void write_tenant_series(h5::Group& timeseries, const model::Ledger& ledger,
                         const std::vector<HoldingSeries::Tenant>& tenants,
                         std::string_view time_units) {
    if (tenants.empty()) {
        return;
    }
    SeriesGroup group(timeseries, "tenant", ledger, time_units);
    std::vector<std::int32_t> rows;
    std::vector<std::string_view> names;
    for (const HoldingSeries::Tenant& of : tenants) {
        const bool others = of.tenant == model::kOtherTenants;
        rows.push_back(others ? kNoValue : static_cast<std::int32_t>(of.tenant));
        names.push_back(others ? "others" : std::string_view(ledger.tenants[of.tenant]));
    }
    h5::Dataset scale = group.group().column<std::int32_t>(
        "tenant", rows,
        {"1", "rows of /dim/tenant, most GPU-hours first; -1: all others together", ""});
    h5::Dataset name = group.group().texts("tenant_name", names, {"", "name", ""});
    h5::Dataset* const columns[] = {&name};
    scale.scale_of("tenant", columns);
    group.grid("held", "GPUs held", scale, tenants.size(),
               [&](std::uint64_t b, std::uint64_t t) { return tenants[t].held[b]; });
    group.grid("queued_gpus", "GPUs asked for by waiting jobs", scale, tenants.size(),
               [&](std::uint64_t b, std::uint64_t t) { return tenants[t].queued[b]; });
}

void write_pools(h5::Group& timeseries, const model::Ledger& ledger, std::string_view time_units) {
    if (ledger.pools.empty()) {
        return;
    }
    SeriesGroup group(timeseries, "pool", ledger, time_units);
    std::vector<std::string_view> names;
    std::vector<std::int32_t> models;
    for (const model::PoolRecord& pool : ledger.pools) {
        names.emplace_back(pool.name);
        models.push_back(static_cast<std::int32_t>(pool.gpu_model));
    }
    h5::Dataset scale = group.group().texts(
        "pool", names, {"", "clusters; with placement fungible: GPU models", ""});
    h5::Dataset model = group.group().column<std::int32_t>("pool_gpu_model", models,
                                                           {"1", "row of /dim/gpu_model", ""});
    h5::Dataset* const columns[] = {&model};
    scale.scale_of("pool", columns);
    const auto bin = [&](std::uint64_t b, std::uint64_t p) -> const model::PoolBin& {
        return ledger.pools[p].bins[b];
    };
    group.grid("held", "GPUs held", scale, names.size(),
               [&](std::uint64_t b, std::uint64_t p) { return bin(b, p).held; });
    group.grid("capacity", "GPUs installed", scale, names.size(),
               [&](std::uint64_t b, std::uint64_t p) {
                   return ledger.pools[p].gpus * group.length(b) - bin(b, p).absent;
               });
    group.grid("down", "GPUs down and held by nobody", scale, names.size(),
               [&](std::uint64_t b, std::uint64_t p) { return bin(b, p).down; });
}

}  // namespace

void write_holding_series(h5::Group& timeseries, const model::Ledger& ledger,
                          std::string_view time_units) {
    if (ledger.bins.empty()) {
        return;
    }
    const HoldingSeries series = model::holding_series(ledger);
    write_classes(timeseries, ledger, series, time_units);
    write_tenant_series(timeseries, ledger, series.by_tenant, time_units);
    write_pools(timeseries, ledger, time_units);
}

}  // namespace tidepool::results
