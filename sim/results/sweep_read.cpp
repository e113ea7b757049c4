// Sweep files back into tables.

#include <algorithm>
#include <array>
#include <optional>

#include "sim/base/issue.h"
#include "sim/results/h5_source.h"
#include "sim/results/kpi_table.h"
#include "sim/results/sweep_file.h"
#include "sim/results/sweep_layout.h"

namespace tidepool::results {
namespace {

using h5::Source;
using Sizes = std::array<std::uint64_t, 2>;

constexpr std::uint64_t kMostRows = std::uint64_t{1} << 40U;

Status read_status(const Source& source) {
    const std::string name = source.text_attribute("status");
    for (const Status status :
         {Status::kRunning, Status::kComplete, Status::kFailed, Status::kInterrupted}) {
        if (name == name_of(status)) {
            return status;
        }
    }
    source.damaged("its status is unknown (got '" + name + "')");
}

void require_sweep(const Source& source, const std::string& path) {
    if (!source.has_attribute("tidepool_schema") || !source.has_attribute("kind") ||
        source.text_attribute("kind") != kSweepKind) {
        throw input_error(path, "is not the result of a sweep");
    }
    const std::string schema = source.text_attribute("tidepool_schema");
    if (schema.substr(0, schema.find('.')) != kSchemaVersion.substr(0, kSchemaVersion.find('.'))) {
        throw input_error(path, "has a layout of another version (got '" + schema + "')");
    }
}

void read_range(const Source& source, SweepHeader& header) {
    header.last_row = header.rows();
    if (!source.has_attribute("shards")) {
        return;
    }
    const std::uint64_t shard = source.number_attribute("shard");
    const std::uint64_t shards = source.number_attribute("shards");
    header.first_row = source.number_attribute("first_row");
    header.last_row = source.number_attribute("last_row");
    if (shard < 1 || shard > shards || shards < 2 || shards > 0xFFFF'FFFFu ||
        header.first_row > header.last_row || header.last_row > header.rows()) {
        source.damaged("its shard does not exist");
    }
    header.shard = static_cast<std::uint32_t>(shard);
    header.shards = static_cast<std::uint32_t>(shards);
}

void read_sizes(const Source& source, SweepHeader& header) {
    header.cells = source.number_attribute("cells");
    const std::uint64_t replicas = source.number_attribute("replicas");
    if (header.cells == 0 || replicas == 0 || replicas > 0xFFFF'FFFFu ||
        header.cells > kMostRows / replicas || source.rows("sweep/scenario") != header.cells ||
        source.rows("sweep/replica/replica") != replicas) {
        source.damaged("its numbers of cells and replicas are wrong");
    }
    header.replicas = static_cast<std::uint32_t>(replicas);
    read_range(source, header);
}

SweepHeader read_header(const Source& source) {
    SweepHeader header;
    header.title = source.text_attribute("title");
    header.question = source.text_attribute("question");
    header.sweep_id = source.text_attribute("sweep_id");
    header.source_yaml = source.text("scenario/source_yaml");
    header.base_yaml = source.text("scenario/base_yaml");
    read_sizes(source, header);
    if (source.has("sweep/param")) {
        for (const std::string& name : source.names("sweep/param")) {
            const std::string dataset = "sweep/param/" + name;
            header.axes.push_back({source.long_name(dataset), source.texts(dataset, header.cells)});
            if (link_name(header.axes.back().path) != name) {
                source.damaged("'" + dataset + "' has the wrong name");
            }
        }
    }
    const std::uint64_t inputs = source.rows("scenario/inputs/path");
    const auto paths = source.texts("scenario/inputs/path", inputs);
    const auto hashes = source.texts("scenario/inputs/sha256", inputs);
    const auto sizes = source.numbers("scenario/inputs/bytes", inputs);
    for (std::uint64_t n = 0; n < inputs; ++n) {
        header.inputs.push_back({paths[n], hashes[n], sizes[n]});
    }
    return header;
}

class Rows {
public:
    Rows(const Source& source, const SweepHeader& header)
        : source_(source),
          size_{header.cells, header.replicas},
          states_(source.grid<std::int8_t>("sweep/replica/state", size_)),
          seeds_(source.grid<std::uint64_t>("sweep/replica/seed", size_)),
          decisions_(source.grid<std::uint64_t>("sweep/replica/decision_hash", size_)) {
        for (const Kpi& kpi : kKpis) {
            kpis_.push_back(source.grid<double>("sweep/replica/" + std::string(kpi.name), size_));
        }
        if (source.has("sweep/problem")) {
            problems_ = source.texts("sweep/problem", header.cells);
        }
    }

    void read(SweepTable& table) {
        const SweepTiling& tiling = table.tiling();
        if (table.first_row() == table.last_row()) {
            return;
        }
        const std::uint64_t last = tiling.tile_of(table.last_row() - 1);
        for (std::uint64_t tile = tiling.tile_of(table.first_row()); tile <= last; ++tile) {
            read_tile(table, tile);
        }
    }

private:
    void read_tile(SweepTable& table, std::uint64_t tile) {
        const SweepTiling& tiling = table.tiling();
        const std::uint64_t first = tiling.first_row(tile);
        const auto rows = static_cast<std::size_t>(tiling.last_row(tile) - first);
        const Sizes at{first / size_[1], first % size_[1]};
        const Sizes size{std::max<std::uint64_t>(rows / size_[1], 1), std::min(rows, size_[1])};
        std::vector<std::int8_t> states(rows);
        states_.read_block(at, size, states.data());
        if (std::ranges::all_of(states, [](std::int8_t state) { return state == 0; })) {
            return;
        }
        std::vector<std::uint64_t> seeds(rows), decisions(rows);
        seeds_.read_block(at, size, seeds.data());
        decisions_.read_block(at, size, decisions.data());
        std::vector<double> kpis(rows * kpis_.size());
        for (std::size_t k = 0; k < kpis_.size(); ++k) {
            kpis_[k].read_block(at, size, kpis.data() + k * rows);
        }
        SweepRow row;
        row.kpis.resize(kpis_.size());
        for (std::size_t n = 0; n < rows; ++n) {
            if (states[n] == 0) {
                continue;
            }
            row.row = first + n;
            if (states[n] < 0 || states[n] > 2 || row.row < table.first_row() ||
                row.row >= table.last_row()) {
                source_.damaged("a row has a state that it cannot have");
            }
            row.state = RowState{states[n]};
            row.seed = seeds[n];
            row.decisions = decisions[n];
            for (std::size_t k = 0; k < kpis_.size(); ++k) {
                row.kpis[k] = kpis[k * rows + n];
            }
            row.problem = row.state == RowState::kFailed ? problem(row.row / size_[1]) : "";
            table.add(row);
        }
    }

    // Rows come in order, so the first failed one of a cell takes it.
    std::string problem(std::uint64_t cell) {
        return problems_.empty() ? "" : std::exchange(problems_[cell], "");
    }

    const Source& source_;
    Sizes size_;
    Source::Grid<std::int8_t> states_;
    Source::Grid<std::uint64_t> seeds_, decisions_;
    std::vector<Source::Grid<double>> kpis_;
    std::vector<std::string> problems_;
};

void read_waits(const Source& source, const SweepHeader& header, SweepTable& table) {
    const auto grid =
        source.grid<std::uint64_t>("sweep/histogram/wait", {header.cells, kWaitBuckets});
    if (header.first_row == header.last_row) {
        return;
    }
    const std::uint64_t begin = header.first_row / header.replicas;
    const std::uint64_t end = (header.last_row - 1) / header.replicas + 1;
    std::vector<std::uint64_t> counts;
    std::vector<WaitCount> waits;
    for (std::uint64_t cell = begin; cell < end;) {
        const std::uint64_t next = std::min(end, (cell / kCellsOfWaits + 1) * kCellsOfWaits);
        counts.resize((next - cell) * kWaitBuckets);
        grid.read_block({cell, 0}, {next - cell, kWaitBuckets}, counts.data());
        for (const std::uint64_t* of_cell = counts.data(); cell < next;
             ++cell, of_cell += kWaitBuckets) {
            waits.clear();
            for (std::uint32_t bucket = 0; bucket < kWaitBuckets; ++bucket) {
                if (of_cell[bucket] > 0) {
                    waits.emplace_back(bucket, of_cell[bucket]);
                }
            }
            table.add_waits(cell, waits);
        }
    }
}

}  // namespace

SweepContents read_sweep(const std::string& path) {
    const Source source(path);
    require_sweep(source, path);
    const Status status = read_status(source);
    SweepHeader header = read_header(source);
    SweepTable table(header);
    Rows(source, header).read(table);
    if (source.number_attribute("rows_complete") != table.complete() ||
        source.number_attribute("rows_failed") != table.failed() ||
        (status == Status::kComplete && table.missing() > 0)) {
        source.damaged("it does not have the rows that it says it has");
    }
    read_waits(source, header, table);
    return {std::move(header), std::move(table), status};
}

}  // namespace tidepool::results
