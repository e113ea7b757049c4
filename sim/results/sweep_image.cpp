// What a sweep file looks like, as a function from contents to bytes; docs/results.md has the
// layout.

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "sim/base/assert.h"
#include "sim/base/ticks.h"
#include "sim/model/statistics.h"
#include "sim/results/columns.h"
#include "sim/results/kpi_table.h"
#include "sim/results/origin.h"
#include "sim/results/sweep_file.h"
#include "sim/results/sweep_layout.h"

namespace tidepool::results {
namespace {

using Sizes = std::array<std::uint64_t, 2>;
using Line = std::array<std::uint64_t, 1>;

std::string text(std::string_view view) {
    return std::string(view);
}

void write_root(h5::Group& root, const SweepHeader& header, const SweepTable& table,
                Status status) {
    root.attribute("Conventions", "CF-1.10");
    root.attribute("tidepool_schema", kSchemaVersion);
    root.attribute("kind", kSweepKind);
    root.attribute("title", header.title);
    root.attribute("question", header.question);
    root.attribute("status", name_of(status));
    root.attribute("engine", "batch");
    root.attribute("network", "off");
    root.attribute("sweep_id", header.sweep_id);
    root.attribute("cells", header.cells);
    root.attribute("replicas", std::uint64_t{header.replicas});
    root.attribute("rows_complete", table.complete());
    root.attribute("rows_failed", table.failed());
    if (header.shards > 1) {
        root.attribute("shard", std::uint64_t{header.shard});
        root.attribute("shards", std::uint64_t{header.shards});
        root.attribute("first_row", header.first_row);
        root.attribute("last_row", header.last_row);
    }
}

void write_scenario(h5::Group& root, const SweepHeader& header) {
    h5::Group scenario = root.group("scenario");
    scenario.text("source_yaml", header.source_yaml, {"", "sweep file, verbatim", ""});
    scenario.text("base_yaml", header.base_yaml, {"", "its base scenario, verbatim", ""});
    write_inputs(scenario, header.inputs);
}

std::vector<std::uint64_t> numbers_to(std::uint64_t count) {
    std::vector<std::uint64_t> numbers(count);
    for (std::uint64_t n = 0; n < count; ++n) {
        numbers[n] = n;
    }
    return numbers;
}

h5::Dataset write_scale(h5::Group& group, const char* name, std::uint64_t count,
                        std::string_view long_name) {
    h5::Dataset scale = group.column<std::uint64_t>(name, numbers_to(count), {"1", long_name, ""});
    scale.scale_of(name, {});
    return scale;
}

void write_cells(h5::Group& sweep, const SweepHeader& header, const SweepTable& table,
                 h5::Dataset& scenario) {
    if (!header.axes.empty()) {
        h5::Group group = sweep.group("param");
        for (const SweepAxis& axis : header.axes) {
            TP_ASSERT(axis.labels.size() == header.cells, "every cell has a label on every axis");
            const std::vector<std::string_view> labels(axis.labels.begin(), axis.labels.end());
            h5::Dataset column =
                write_texts(group, link_name(axis.path).c_str(), labels, {"", axis.path, ""});
            column.lie_along(scenario);
        }
    }
    if (!table.problems().empty()) {
        std::vector<std::string_view> problems(header.cells);
        for (const auto& [cell, problem] : table.problems()) {
            problems[cell] = problem.text;
        }
        write_texts(sweep, "problem", problems, {"", "why its first failed replica failed", ""})
            .lie_along(scenario);
    }
}

// One dataset [scenario, replica] from the tiles of a table: `rows(tile)` has one value per row.
// Chunks without a value are left out, so that the rows of other shards cost nothing.
template <class T, class Rows>
void write_tiles(h5::Dataset dataset, const SweepTable& table, T nothing,
                 std::array<h5::Dataset*, 2> scales, Rows rows) {
    const SweepTiling& tiling = table.tiling();
    for (const auto& [number, tile] : table.tiles()) {
        const T* values = rows(tile);
        const std::size_t count = tile.states.size();
        const bool empty = std::all_of(values, values + count, [&](T value) {
            return value == nothing || (value != value && nothing != nothing);
        });
        if (empty) {
            continue;
        }
        const std::uint64_t first = tiling.first_row(number);
        const Sizes at{first / tiling.replicas, first % tiling.replicas};
        const Sizes size{std::max<std::uint64_t>(count / tiling.replicas, 1),
                         std::min<std::uint64_t>(count, tiling.replicas)};
        dataset.write_block(at, size, values);
    }
    dataset.lie_along(*scales[0], 0);
    dataset.lie_along(*scales[1], 1);
}

void write_rows(h5::Group& sweep, const SweepTable& table, h5::Dataset& scenario) {
    const SweepTiling& tiling = table.tiling();
    const Sizes size{tiling.cells, tiling.replicas};
    const Sizes chunk{tiling.cells_per_tile, tiling.replicas_per_tile};
    h5::Group group = sweep.group("replica");
    h5::Dataset replica = write_scale(group, "replica", tiling.replicas, "replicas");
    const std::array<h5::Dataset*, 2> scales{&scenario, &replica};
    using Tile = SweepTable::Tile;
    write_tiles<std::int8_t>(
        group.enum_grid("state", size, chunk, kRowStateNames, {"1", "what became of the run", ""}),
        table, 0, scales, [](const Tile& tile) { return tile.states.data(); });
    write_tiles<std::uint64_t>(
        group.grid<std::uint64_t>("seed", size, chunk, {"1", "seed of the run", ""}), table, 0,
        scales, [](const Tile& tile) { return tile.seeds.data(); });
    write_tiles<std::uint64_t>(group.grid<std::uint64_t>("decision_hash", size, chunk,
                                                         {"1", "hash of the run's decisions", ""}),
                               table, 0, scales,
                               [](const Tile& tile) { return tile.decisions.data(); });
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const Kpi& kpi = kKpis[k];
        h5::Dataset dataset =
            group.grid<double>(text(kpi.name).c_str(), size, chunk, {kpi.unit, kpi.long_name, ""});
        dataset.attribute("better", name_of(kpi.better));
        dataset.attribute("group", name_of(kpi.group));
        write_tiles<double>(
            std::move(dataset), table, model::kUndefined, scales,
            [k](const Tile& tile) { return tile.kpis.data() + k * tile.states.size(); });
    }
}

struct Statistic {
    const char* name;
    std::string_view long_name, cell_methods;
    double model::Spread::*value;
};

constexpr std::array kStatistics{
    Statistic{"mean", "mean over the replicas", "replica: mean", &model::Spread::mean},
    Statistic{"se", "standard error of the mean", "", &model::Spread::se},
    Statistic{"low", "lower end of the 95 % interval of the mean", "", &model::Spread::low},
    Statistic{"high", "upper end of the 95 % interval of the mean", "", &model::Spread::high},
    Statistic{"p05", "5th percentile of the replicas", "", &model::Spread::p05},
    Statistic{"p50", "median of the replicas", "replica: median", &model::Spread::p50},
    Statistic{"p95", "95th percentile of the replicas", "", &model::Spread::p95},
};

constexpr std::uint64_t kCellsPerChunk = 16'384;  // of statistics

// The chunks of cells that have rows, by the number of their first cell.
std::set<std::uint64_t> chunks_with_rows(const SweepTable& table, std::uint64_t cells_per_chunk) {
    const SweepTiling& tiling = table.tiling();
    std::set<std::uint64_t> chunks;
    for (const auto& [number, tile] : table.tiles()) {
        const std::uint64_t first = tiling.first_row(number) / tiling.replicas;
        const std::uint64_t last = (tiling.last_row(number) - 1) / tiling.replicas;
        for (std::uint64_t chunk = first / cells_per_chunk; chunk <= last / cells_per_chunk;
             ++chunk) {
            chunks.insert(chunk * cells_per_chunk);
        }
    }
    return chunks;
}

void write_statistics_of(h5::Group group, const SweepTable& table, std::size_t k,
                         const std::set<std::uint64_t>& chunks, h5::Dataset& scenario) {
    const std::uint64_t cells = table.tiling().cells;
    const Line size{cells}, chunk{std::min(cells, kCellsPerChunk)};
    h5::Dataset n =
        group.grid<std::uint64_t>("n", size, chunk, {"1", "replicas in which it is defined", ""});
    n.lie_along(scenario);
    std::vector<h5::Dataset> columns;
    for (const Statistic& statistic : kStatistics) {
        columns.push_back(
            group.grid<double>(statistic.name, size, chunk,
                               {kKpis[k].unit, statistic.long_name, statistic.cell_methods}));
        columns.back().lie_along(scenario);
    }
    std::vector<double> values, column;
    std::vector<model::Spread> spreads;
    std::vector<std::uint64_t> counts;
    for (const std::uint64_t first : chunks) {
        const Line at{first}, count{std::min(kCellsPerChunk, cells - first)};
        spreads.clear();
        counts.clear();
        for (std::uint64_t cell = first; cell < first + count[0]; ++cell) {
            table.values(cell, k, values);
            spreads.push_back(model::spread(values));
            counts.push_back(spreads.back().n);
        }
        n.write_block(at, count, counts.data());
        for (std::size_t s = 0; s < kStatistics.size(); ++s) {
            column.clear();
            for (const model::Spread& spread : spreads) {
                column.push_back(spread.*kStatistics[s].value);
            }
            columns[s].write_block(at, count, column.data());
        }
    }
}

void write_statistics(h5::Group& sweep, const SweepTable& table, h5::Dataset& scenario) {
    h5::Group group = sweep.group("stats");
    const std::set<std::uint64_t> chunks = chunks_with_rows(table, kCellsPerChunk);
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        write_statistics_of(group.group(text(kKpis[k].name).c_str()), table, k, chunks, scenario);
    }
}

void write_waits(h5::Group& sweep, const SweepTable& table, h5::Dataset& scenario) {
    h5::Group group = sweep.group("histogram");
    h5::Dataset bucket = write_scale(group, "bucket", kWaitBuckets, "buckets of waits");
    std::vector<double> begins;
    for (std::uint32_t b = 0; b < kWaitBuckets; ++b) {
        begins.push_back(static_cast<double>(wait_bucket_begin(b)) / kTicksPerSecond);
    }
    group.column<double>("wait_lower", begins, {"s", "shortest wait of the bucket", ""})
        .lie_along(bucket);
    const std::uint64_t cells = table.tiling().cells;
    const Sizes chunk{std::min(cells, kCellsOfWaits), kWaitBuckets};
    h5::Dataset wait =
        group.grid<std::uint64_t>("wait", Sizes{cells, kWaitBuckets}, chunk,
                                  {"1", "jobs by first wait, over all complete replicas", ""});
    std::vector<std::uint64_t> counts;
    for (const std::uint64_t first : chunks_with_rows(table, kCellsOfWaits)) {
        const std::uint64_t count = std::min(kCellsOfWaits, cells - first);
        counts.assign(count * kWaitBuckets, 0);
        bool any = false;
        for (std::uint64_t c = 0; c < count; ++c) {
            for (const auto& [b, jobs] : table.waits(first + c)) {
                counts[c * kWaitBuckets + b] = jobs;
                any = true;
            }
        }
        if (any) {
            wait.write_block(Sizes{first, 0}, Sizes{count, kWaitBuckets}, counts.data());
        }
    }
    wait.lie_along(scenario, 0);
    wait.lie_along(bucket, 1);
}

}  // namespace

std::string link_name(std::string_view path) {
    std::string name(path);
    std::ranges::replace(name, '/', '_');  // separates groups
    return name == "." ? "_" : name;
}

std::string sweep_image(const SweepHeader& header, const SweepTable& table, Status status,
                        const Provenance& provenance) {
    TP_ASSERT(header.shards > 1 || header.last_row - header.first_row == header.rows(),
              "only a shard lacks rows");
    h5::Image image;
    {
        h5::Group root = image.root();
        write_root(root, header, table, status);
        write_scenario(root, header);
        h5::Group sweep = root.group("sweep");
        h5::Dataset scenario = write_scale(sweep, "scenario", header.cells, "cells of the sweep");
        write_cells(sweep, header, table, scenario);
        write_rows(sweep, table, scenario);
        if (status != Status::kRunning) {
            write_statistics(sweep, table, scenario);
        }
        write_waits(sweep, table, scenario);
        write_provenance(root, provenance);
    }
    return std::move(image).bytes();
}

}  // namespace tidepool::results
