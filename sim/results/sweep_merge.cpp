// Files of one sweep into one.

#include <cstddef>

#include "sim/base/issue.h"
#include "sim/results/sweep_file.h"
#include "sim/results/sweep_layout.h"

namespace tidepool::results {
namespace {

std::string place(const SweepHeader& header, std::uint64_t row) {
    return "cell " + std::to_string(row / header.replicas) + ", replica " +
           std::to_string(row % header.replicas);
}

// Which of these files holds the row.
std::string holder(std::span<const std::string> paths, std::uint64_t row) {
    for (const std::string& path : paths) {
        const SweepTable table = read_sweep(path).table;
        if (table.first_row() <= row && row < table.last_row() &&
            table.state(row) != RowState::kMissing) {
            return path;
        }
    }
    return paths.front();
}

void take_over(SweepTable& table, const SweepContents& part, const std::string& path,
               std::span<const std::string> before) {
    for (const auto& [number, tile] : part.table.tiles()) {
        const std::uint64_t first = part.table.tiling().first_row(number);
        for (std::size_t n = 0; n < tile.states.size(); ++n) {
            if (tile.states[n] == 0) {
                continue;
            }
            const std::uint64_t row = first + n;
            if (table.state(row) != RowState::kMissing) {
                throw input_error(path, "has rows that '" + holder(before, row) +
                                            "' has, too (the first: " + place(part.header, row) +
                                            ")");
            }
            SweepRow copy = part.table.row(row);
            table.add(copy);
        }
    }
    for (const auto& [cell, waits] : part.table.waits()) {
        table.add_waits(cell, waits);
    }
}

}  // namespace

SweepContents merge_sweeps(std::span<const std::string> paths, bool partial) {
    if (paths.empty()) {
        throw input_error("", "there is nothing to merge");
    }
    SweepContents part = read_sweep(paths[0]);
    SweepHeader header = part.header;
    header.first_row = 0;
    header.last_row = header.rows();
    header.shard = header.shards = 1;
    SweepTable table(header);
    for (std::size_t p = 0; p < paths.size(); ++p) {
        if (p > 0) {
            part = read_sweep(paths[p]);
            require_same_sweep(paths[p], part.header, header,
                               "'" + paths[0] + "' has '" + header.sweep_id + "'");
        }
        take_over(table, part, paths[p], paths.first(p));
    }
    if (!partial && table.missing() > 0) {
        throw input_error(paths.back(),
                          "is the last part, and no part has " + std::to_string(table.missing()) +
                              " of " + std::to_string(header.rows()) +
                              " rows (the first: " + place(header, table.next_missing(0)) + ")",
                          "run the shards that are missing, or use --partial");
    }
    const Status status = table.missing() > 0 ? Status::kInterrupted : Status::kComplete;
    return {std::move(header), std::move(table), status};
}

}  // namespace tidepool::results
