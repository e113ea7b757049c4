#pragma once
// The rows of a sweep in memory: one per cell and replica, in any order, until all are there. A
// table covers the rows [first_row, last_row) of its header, all or a shard's; memory is taken tile
// by tile (SweepTiling) when the first row of a tile comes, one double per KPI and row. What it
// holds in the end does not depend on the order in which the rows came.
//
// Rows outside the range, rows twice or values of the wrong number are mistakes of the caller
// (TP_ASSERT); who reads them from a file checks first.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/wait_buckets.h"
#include "sim/results/result_file.h"

namespace tidepool::results {

// Something that differs between the cells.
struct SweepAxis {
    std::string path;                 // as `--set` takes it
    std::vector<std::string> labels;  // its value in each cell; as many as there are cells
    friend bool operator==(const SweepAxis&, const SweepAxis&) = default;
};

// What is known of a sweep before the first row.
struct SweepHeader {
    std::string title;                   // name of the sweep
    std::string question;                // what it is to find out; may be empty
    std::string sweep_id;                // equal in all files of one sweep: 64 hexadecimal digits
    std::string source_yaml, base_yaml;  // the sweep file and its base scenario, verbatim
    std::uint64_t cells = 1;
    std::uint32_t replicas = 1;
    std::vector<SweepAxis> axes;                // in the order of the sweep file
    std::vector<InputFile> inputs;              // in the order in which they were first read
    std::uint64_t first_row = 0, last_row = 0;  // the rows [first_row, last_row) are this file's
    std::uint32_t shard = 1, shards = 1;        // 1 of 1: not sharded

    std::uint64_t rows() const { return cells * replicas; }
};

// Values are part of the results.
enum class RowState : std::int8_t { kMissing = 0, kComplete = 1, kFailed = 2 };

// Bucket of first waits (sim/base/wait_buckets.h), number of jobs.
using WaitCount = std::pair<std::uint32_t, std::uint64_t>;

// One run of the sweep.
struct SweepRow {
    std::uint64_t row = 0;  // cell * replicas + replica
    RowState state = RowState::kComplete;
    std::uint64_t seed = 0;
    std::uint64_t decisions = 0;   // decision hash
    std::vector<double> kpis;      // in the order of kKpis; not read of failed rows
    std::vector<WaitCount> waits;  // each bucket once, in any order; not read of failed rows
    std::string problem;           // why it failed; only read of failed rows
};

// Cuts the rows into tiles of at most 16,384 consecutive rows, which are the chunks of the file:
// whole cells, or part of one cell where there are more replicas than that.
struct SweepTiling {
    SweepTiling(std::uint64_t cells, std::uint32_t replicas);
    std::uint64_t cells;
    std::uint32_t replicas;
    std::uint64_t cells_per_tile;
    std::uint32_t replicas_per_tile;
    std::uint64_t tiles_per_cell;  // 1 unless a tile is part of a cell

    std::uint64_t tile_of(std::uint64_t row) const;
    std::uint64_t first_row(std::uint64_t tile) const;
    std::uint64_t last_row(std::uint64_t tile) const;  // one past its last row
};

class SweepTable {
public:
    explicit SweepTable(const SweepHeader& header);

    void add(const SweepRow& row);
    // More waits of a cell that belong to rows added without theirs.
    void add_waits(std::uint64_t cell, std::span<const WaitCount> waits);

    std::uint64_t first_row() const { return first_row_; }
    std::uint64_t last_row() const { return last_row_; }
    RowState state(std::uint64_t row) const;  // of the range
    std::uint64_t complete() const { return complete_; }
    std::uint64_t failed() const { return failed_; }
    std::uint64_t missing() const { return last_row_ - first_row_ - complete_ - failed_; }
    // The first missing row from `row` on; last_row() if there is none.
    std::uint64_t next_missing(std::uint64_t row) const;

    // A row that is not missing, without waits; a failed one carries a problem only if it is the
    // first failed row of its cell.
    SweepRow row(std::uint64_t row) const;
    // Of a cell, replica by replica; NaN where one did not complete, and those of a tile without
    // rows are left out.
    void values(std::uint64_t cell, std::size_t kpi, std::vector<double>& values) const;
    // Of the complete rows of a cell, by bucket.
    std::span<const WaitCount> waits(std::uint64_t cell) const;
    const std::map<std::uint64_t, std::vector<WaitCount>>& waits() const { return waits_; }
    // Of the cells with failed rows: the first of these, and why it failed.
    struct Problem {
        std::uint64_t row = 0;
        std::string text;
    };
    const std::map<std::uint64_t, Problem>& problems() const { return problems_; }

    // Consecutive rows; those that are missing hold 0 and NaN.
    struct Tile {
        std::vector<std::int8_t> states;
        std::vector<std::uint64_t> seeds, decisions;
        std::vector<double> kpis;  // [kpi][row of the tile]
    };
    const SweepTiling& tiling() const { return tiling_; }
    // The tiles that hold a row at all, by number.
    const std::map<std::uint64_t, Tile>& tiles() const { return tiles_; }

private:
    std::pair<Tile&, std::size_t> place(std::uint64_t row);

    SweepTiling tiling_;
    std::uint64_t first_row_, last_row_;
    std::uint64_t complete_ = 0, failed_ = 0;
    std::map<std::uint64_t, Tile> tiles_;
    std::map<std::uint64_t, std::vector<WaitCount>> waits_;  // by cell
    std::map<std::uint64_t, Problem> problems_;              // by cell
};

}  // namespace tidepool::results
