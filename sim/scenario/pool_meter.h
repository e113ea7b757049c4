#pragma once
// What pools of GPUs do over time: integrals per bin, each brought up to date when it changes.

#include <cstdint>
#include <vector>

#include "sim/model/ledger.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

class PoolMeter {
public:
    // Off unless there are several pools. Must not outlive `compiled`.
    explicit PoolMeter(const Compiled& compiled);
    bool on() const { return !pools_.empty(); }

    // From `tick` on so many more GPUs of the node are held, so many more are down and held by
    // nobody; ticks never decrease.
    void change(std::uint32_t node, std::uint32_t tick, std::int64_t held, std::int64_t down) {
        const std::uint32_t pool = compiled_.pool_of_node[node];
        Level& level = levels_[pool];
        if (level.since != tick) {
            bring_up_to(pool, tick);
        }
        level.held += static_cast<std::uint64_t>(held);
        level.down += static_cast<std::uint64_t>(down);
    }

    // `ledger`: of the run, with its end and its bins. None if their bins are too many.
    std::vector<model::PoolRecord> close(const model::Ledger& ledger);

private:
    struct Level {
        std::uint64_t held = 0, down = 0;  // GPUs; down: also those that are not installed yet
        std::uint32_t since = 0;           // tick
    };
    void bring_up_to(std::uint32_t pool, std::uint32_t tick);
    void take_away_absent(const model::Ledger& ledger);

    const Compiled& compiled_;
    std::vector<model::PoolRecord> pools_;
    std::vector<Level> levels_;
};

}  // namespace tidepool::scenario
