#pragma once
// Sweeps made up for tests: every number is drawn from the row's own stream.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/random.h"
#include "sim/results/kpi_table.h"
#include "sim/results/sweep_file.h"

namespace tidepool::results {

inline SweepHeader sweep_header(std::uint64_t cells, std::uint32_t replicas) {
    SweepHeader header;
    header.title = "spares";
    header.question = "Wie viele?";
    header.sweep_id = std::string(64, 'b');
    header.source_yaml = "tidepool_sweep: 1  # für dich\n";
    header.base_yaml = "name: base\n";
    header.cells = cells;
    header.replicas = replicas;
    header.axes = {{"topology.clusters[0].nodes", {}}, {"scheduler.queue", {}}};
    for (std::uint64_t cell = 0; cell < cells; ++cell) {
        header.axes[0].labels.push_back(std::to_string(128 * (cell + 1)));
        header.axes[1].labels.push_back(cell % 2 == 0 ? "fifo" : "");
    }
    header.inputs = {{"sweep.yaml", std::string(64, 'a'), 29},
                     {"base.yaml", std::string(64, '0'), 5'000'000'000}};
    header.last_row = header.rows();
    return header;
}

// The shard i of n, i from 1.
inline SweepHeader shard_of(SweepHeader header, std::uint32_t i, std::uint32_t n) {
    header.shard = i;
    header.shards = n;
    header.first_row = (i - 1) * header.rows() / n;
    header.last_row = i * header.rows() / n;
    return header;
}

// Every 11th row fails; every 7th KPI of a row is undefined.
inline SweepRow sample_row(std::uint64_t number) {
    SweepRow row;
    row.row = number;
    const auto entity = static_cast<std::uint32_t>(number);
    std::uint32_t next = 0;
    const auto word = [&] { return draw(3, Purpose::kSynthetic, entity, next++)[0]; };
    row.seed = word() * 1'048'576ull;
    row.decisions = word() * 0x1'0000'0001ull;
    if (number % 11 == 10) {
        row.state = RowState::kFailed;
        row.problem = "no job started in row " + std::to_string(number);
        return row;
    }
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        row.kpis.push_back((number + k) % 7 == 0 ? model::kUndefined : word() / 65536.0);
    }
    const std::uint32_t waits = word() % 5;
    for (std::uint32_t w = 0; w < waits; ++w) {
        row.waits.emplace_back(w * 340 + word() % 340, 1 + word() % 9);
    }
    return row;
}

inline SweepTable full_table(const SweepHeader& header) {
    SweepTable table(header);
    for (std::uint64_t row = header.first_row; row < header.last_row; ++row) {
        table.add(sample_row(row));
    }
    return table;
}

}  // namespace tidepool::results
