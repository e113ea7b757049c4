#pragma once
// Small services of every kind, at random: few units, few tokens, times of a few nanoseconds, so
// that as much as possible happens at the same time.

#include "tests/core/dice.h"
#include "tests/serving/serving_twin.h"

namespace tidepool::serving {

inline model::TimeTable random_table(core::Dice& dice, bool in_microseconds) {
    model::TimeTable table;
    std::uint64_t at = dice.from(0, 2), ns = dice.from(0, 5);
    for (std::uint32_t points = dice.from(1, 4); points > 0; --points) {
        table.push_back({at, in_microseconds ? ns * 997 : ns});
        at += dice.from(1, 9);
        ns += dice.from(0, 7);
    }
    return table;
}

inline model::UnitModel random_unit(core::Dice& dice) {
    model::UnitModel unit;
    const bool in_microseconds = dice.chance(30);
    if (dice.chance(75)) {
        unit.prefill = random_table(dice, in_microseconds);
    }
    unit.decode = random_table(dice, in_microseconds);
    unit.context_cost = dice.chance(40) ? dice.from(1, 1U << 20U) : 0;
    unit.batch_limit = dice.from(1, 5);
    unit.kv_tokens = dice.chance(40) ? dice.from(10, 60) : 0;
    unit.chunk = dice.chance(40) ? dice.from(1, 8) : 0;
    if (!unit.prefill.empty() && dice.chance(30)) {
        unit.prefill_workers = dice.from(1, 2);
        unit.decode_workers = dice.from(1, 3);
        unit.transfer_ns = dice.chance(50) ? dice.from(0, 9) : 0;
        unit.transfer_ns_per_token = dice.chance(50) ? dice.from(0, 1U << 20U) : 0;
    }
    return unit;
}

inline void random_changes(TwinCase& made, core::Dice& dice, std::uint32_t span) {
    const std::uint32_t units = dice.from(1, 5);
    for (std::uint32_t unit = 0; unit < units; ++unit) {
        const auto at = dice.chance(70) ? 0 : static_cast<std::int64_t>(dice.from(0, span));
        made.changes.push_back({at, unit, UnitEvent::kReady});
    }
    for (std::uint32_t more = dice.chance(50) ? dice.from(1, 8) : 0; more > 0; --more) {
        made.changes.push_back({static_cast<std::int64_t>(dice.from(0, span)),
                                dice.from(0, units - 1), static_cast<UnitEvent>(dice.from(0, 2))});
    }
    std::stable_sort(made.changes.begin(), made.changes.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.at, a.unit) < std::tuple(b.at, b.unit);
    });
}

inline TwinCase random_service(std::uint32_t number) {
    core::Dice dice(number);
    TwinCase made;
    ServiceRules& rules = made.rules;
    rules.unit = random_unit(dice);
    rules.routing = static_cast<Routing>(dice.from(0, 4));
    rules.queue_limit = dice.chance(40) ? dice.from(0, 4) : kAnyNumber;
    rules.patience = dice.chance(40) ? dice.from(1, 60) : 0;
    rules.batch_fill = dice.from(0, 1000);
    rules.ttft_promise = dice.chance(50) ? dice.from(1, 50) : 0;
    rules.tpot_promise = dice.chance(50) ? dice.from(1, 10) : 0;
    rules.seed = number;
    rules.entity = dice.from(0, 3);
    for (const char* name : {"", "a", "b"}) {
        if (dice.chance(50)) {
            rules.classes.push_back(
                {name, dice.from(0, 2), dice.chance(40) ? dice.from(1, 200) : 0});
        }
    }
    made.classes = {"", "a", "b", "c"};
    const bool cached = dice.chance(50) || rules.routing == Routing::kPrefix;
    if (cached) {
        rules.cache.blocks = dice.chance(20) ? kAnyNumber : dice.from(1, 12);
        rules.cache.shared = dice.chance(40);
        rules.cache.load_ns_per_token = dice.chance(50) ? dice.from(0, 1U << 21U) : 0;
        made.block_tokens = dice.from(1, 4);
    }
    const std::uint32_t requests = dice.from(1, 40), gap = dice.from(0, 20);
    std::int64_t now = 0;
    for (std::uint32_t i = 0; i < requests; ++i) {
        now += dice.chance(30) ? 0 : dice.from(0, gap);
        TwinRequest request{now,
                            dice.from(1, 12),
                            dice.chance(20) ? 1 : dice.from(1, 12),
                            dice.chance(50) ? 0 : dice.from(1, 3),
                            {}};
        const std::uint32_t blocks = dice.from(0, 4);
        std::uint64_t block = dice.from(0, 2);
        for (std::uint32_t b = 0; b < blocks; ++b) {  // a tree of texts
            request.blocks.push_back(block);
            block = 3 * block + dice.from(3, 4);
        }
        made.requests.push_back(request);
    }
    random_changes(made, dice, static_cast<std::uint32_t>(now) + 20);
    made.end = dice.chance(50) ? now + dice.from(1, 100) : now + 1'000'000;
    made.bin = made.end > 2'000 ? dice.from(60'000, 300'000) : dice.from(1, 60);
    return made;
}

}  // namespace tidepool::serving
