#pragma once
// Which node gets a job of one node, or the part of a node that remains of a gang.

#include <cstdint>

#include "sim/base/random.h"
#include "sim/core/free_map.h"

namespace tidepool::core::detail {

// A choice of one node; the lower key wins. key = order of preference << 32 | node.
inline constexpr std::uint64_t kNoChoice = ~std::uint64_t{0};

TP_HD constexpr std::uint64_t choice(std::uint32_t preference, std::uint32_t node) {
    return node == kNone ? kNoChoice : (std::uint64_t{preference} << 32) | node;
}

TP_HD inline bool any_node(const FreeMap& map, const NodeClass& c, std::uint32_t gpus) {
    if (c.pool != 0) {
        return map.level_count[c.count_offset] >= gpus;
    }
    for (std::uint32_t level = gpus; level <= c.gpus; ++level) {
        if (level_count(map, c, level) > 0) {
            return true;
        }
    }
    return false;
}

// Fullest node that fits, lowest number among equals.
template <class Exec>
TP_HD inline std::uint64_t fullest(Exec exec, const FreeMap& map, const NodeClass& c,
                                   std::uint32_t gpus, std::uint32_t lo, std::uint32_t hi) {
    for (std::uint32_t level = gpus; level <= c.gpus; ++level) {
        if (level_count(map, c, level) > 0) {
            const std::uint32_t node = first_at_level(exec, map, c, level, lo, hi);
            if (node != kNone) {
                return choice(level, node);
            }
        }
    }
    return kNoChoice;
}

template <class Exec>
TP_HD inline std::uint64_t emptiest(Exec exec, const FreeMap& map, const NodeClass& c,
                                    std::uint32_t gpus) {
    for (std::uint32_t level = c.gpus; level >= gpus; --level) {
        if (level_count(map, c, level) > 0) {
            return choice(kLargestNode - level,
                          first_at_level(exec, map, c, level, c.first, c.last));
        }
    }
    return kNoChoice;
}

template <class Exec>
TP_HD inline std::uint64_t lowest(Exec exec, const FreeMap& map, const NodeClass& c,
                                  std::uint32_t gpus) {
    std::uint32_t node = kNone;
    for (std::uint32_t level = gpus; level <= c.gpus; ++level) {
        if (level_count(map, c, level) > 0) {
            const std::uint32_t found = first_at_level(exec, map, c, level, c.first, c.last);
            node = found < node ? found : node;
        }
    }
    return choice(0, node);
}

// The one node of this class that the rule prefers for `gpus`.
template <class Exec>
TP_HD inline std::uint64_t prefer(Exec exec, const Plan& plan, const FreeMap& map,
                                  const NodeClass& c, std::uint32_t gpus) {
    if (c.pool != 0) {
        return map.level_count[c.count_offset] >= gpus ? choice(0, c.first) : kNoChoice;
    }
    switch (plan.placement) {
        case Placement::kPack:
        case Placement::kCompact:
            return fullest(exec, map, c, gpus, c.first, c.last);
        case Placement::kSpread:
            return emptiest(exec, map, c, gpus);
        case Placement::kFirstFit:
        case Placement::kRandom:  // drawn elsewhere
            return lowest(exec, map, c, gpus);
    }
    return kNoChoice;
}

// Nodes of the class that fit, counted; with `skip`, steps over that many of them in the order
// (free GPUs, node) and returns the next one in `found`.
template <class Exec>
TP_HD inline std::uint32_t step_over(Exec exec, const FreeMap& map, const NodeClass& c,
                                     std::uint32_t gpus, std::uint32_t skip, std::uint32_t& found) {
    if (c.pool != 0) {
        const bool fits = map.level_count[c.count_offset] >= gpus;
        found = fits && skip == 0 ? c.first : kNone;
        return fits ? 1 : 0;
    }
    std::uint32_t seen = 0;
    found = kNone;
    for (std::uint32_t level = gpus; level <= c.gpus; ++level) {
        const std::uint32_t here = level_count(map, c, level);
        if (skip >= seen && skip - seen < here) {
            const std::uint32_t zero = c.first / 64 * 64;
            found = zero + nth_set(exec, level_bits(map, c, level), c.first - zero, c.last - zero,
                                   skip - seen);
        }
        seen += here;
    }
    return seen;
}

// Any node that fits with equal chance. Draw 0 of the job's placement stream decides (word `word`),
// so the choice depends on the job and the free nodes only. `only`: restrict to this class, or
// kNone.
template <class Exec>
TP_HD inline std::uint32_t random_node(Exec exec, const Plan& plan, const FreeMap& map,
                                       std::uint32_t rank, std::uint32_t gpus, std::uint32_t only,
                                       std::uint32_t word) {
    std::uint32_t found = kNone;
    std::uint32_t fitting = 0;
    const auto wanted = [&](std::uint32_t c) {
        const NodeClass& k = plan.classes_by_size[c];
        return (only == kNone || only == c) && k.gpus >= gpus && accepts(plan, rank, k);
    };
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        if (wanted(c)) {
            fitting += step_over(exec, map, plan.classes_by_size[c], gpus, kNone, found);
        }
    }
    std::uint32_t skip = bounded(word, fitting);
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        if (wanted(c)) {
            const std::uint32_t here =
                step_over(exec, map, plan.classes_by_size[c], gpus, skip, found);
            if (skip < here) {
                return found;
            }
            skip -= here;
        }
    }
    return kNone;
}

}  // namespace tidepool::core::detail
