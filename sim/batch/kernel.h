#pragma once
// What a GPU runs: the rows of one launch, of any number of cells, one row per warp at a time.
// Plain structs over the device's memory, and the loop of a warp as a template over its execution
// group, so that tests run the same source without a GPU. All integer, and nothing of a row depends
// on which warp runs it or when.

#include <cstddef>
#include <cstdint>

#include "sim/core/replay.h"
#include "sim/core/tally_driver.h"
#include "sim/core/wait_buckets.h"

namespace tidepool::batch {

struct KernelCell {
    core::Plan plan;  // without seed and steps, which are the rows'
    core::TallyPlan rest;
    std::uint64_t* waits = nullptr;  // [kWaitBuckets] of all complete rows; added to
};

struct KernelRow {
    const core::NodeStep* step = nullptr;
    std::uint64_t seed = 0;
    std::uint32_t steps = 0;
    std::uint32_t outages = 0;
    std::uint32_t cell = 0;  // index into Chunk::cells
};

// The rows of one launch. A warp has hot memory and cold memory of its own, and uses them again for
// every row it runs.
struct Chunk {
    const KernelCell* cells = nullptr;
    const KernelRow* rows = nullptr;
    std::uint32_t row_count = 0;
    std::uint32_t most_slots = core::kNone;  // of a row; Tally::too_many_slots where it needs more
    std::uint32_t* next = nullptr;           // row that nobody has taken yet; 0 at the launch
    core::Tally* tallies = nullptr;          // [rows] written
    std::uint32_t hot_bytes = 0;             // of a warp, see WarpMemory
    bool hot_is_shared = false;              // hot memory lies in shared memory, else before cold
    unsigned char* memory = nullptr;         // of all warps, aligned to kMemoryAlignment
    std::size_t stride = 0;                  // bytes from one warp's part of it to the next warp's
};

inline constexpr std::size_t kMemoryAlignment = 128;

// The head of a warp's hot memory; core::State's hot part follows.
struct WarpHead {
    core::Plan plan;
    core::TallyPlan rest;
    core::Tally tally;
};
static_assert(sizeof(WarpHead) % 8 == 0);

// What a warp needs for a row, in bytes.
struct WarpMemory {
    std::size_t hot = 0, cold = 0;
};

TP_HD inline WarpMemory warp_memory(const core::Plan& plan, const core::TallyPlan& rest,
                                    std::uint32_t most_slots) {
    const core::StateLayout state(plan, most_slots);
    const core::TallyLayout tally(plan, rest);
    return {sizeof(WarpHead) + state.hot_bytes(), state.cold_bytes() + tally.bytes()};
}

// `atomics` has take(counter), which returns a 32-bit counter and raises it by one, and
// add(counter) which adds one to a 64-bit counter.
template <bool kCanInterrupt, class Exec, class Atomics>
TP_HD inline void run_row(Exec exec, const Chunk& chunk, std::uint32_t number, unsigned char* hot,
                          unsigned char* cold, Atomics atomics) {
    auto& head = *reinterpret_cast<WarpHead*>(hot);
    std::uint64_t* const waits = chunk.cells[chunk.rows[number].cell].waits;
    if (exec.lane() == 0) {
        const KernelRow& row = chunk.rows[number];
        const KernelCell& cell = chunk.cells[row.cell];
        head.plan = cell.plan;
        head.plan.seed = row.seed;
        head.plan.step = row.step;
        head.plan.steps = row.steps;
        head.rest = cell.rest;
        head.rest.outages = row.outages;
        head.tally = core::Tally{};
    }
    exec.sync();
    const core::StateLayout layout(head.plan, chunk.most_slots);
    core::State state = layout.make(exec, hot + sizeof(WarpHead), cold);
    core::TallyMemory memory =
        core::TallyLayout(head.plan, head.rest).make(exec, cold + layout.cold_bytes());
    memory.tally = &head.tally;
    core::TallyDriver<Exec, kCanInterrupt> driver(exec, head.plan, head.rest, state, memory);
    driver.close(core::replay(exec, head.plan, state, driver));
    if (exec.lane() == 0) {
        head.tally.too_many_slots = state.too_many_slots;
        chunk.tallies[number] = head.tally;
    }
    exec.sync();
    if (core::is_complete(head.tally, head.plan)) {
        core::count_waits(exec, memory.wait, head.plan.jobs,
                          [&](std::uint32_t bucket) { atomics.add(waits + bucket); });
    }
}

// What one warp does in a launch. `hot` and `cold` are its own.
template <bool kCanInterrupt, class Exec, class Atomics>
TP_HD inline void run_rows(Exec exec, const Chunk& chunk, unsigned char* hot, unsigned char* cold,
                           Atomics atomics) {
    for (;;) {
        std::uint32_t row = 0;
        if (exec.lane() == 0) {
            row = atomics.take(chunk.next);
        }
        row = exec.shuffle(row, 0);
        if (row >= chunk.row_count) {
            return;
        }
        run_row<kCanInterrupt>(exec, chunk, row, hot, cold, atomics);
        exec.sync();  // before the next row's memory is laid over this one's
    }
}

}  // namespace tidepool::batch
