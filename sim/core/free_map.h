#pragma once
// Which nodes have how many free GPUs, indexed for the questions that placement asks: per class and
// level (a level = a number of free GPUs) a bitmap of nodes and their count; per domain the number
// of wholly free nodes. A map may describe the present or a supposed future (EASY's reservation).

#include <cstdint>
#include <cstring>

#include "sim/core/bits.h"
#include "sim/core/exec.h"
#include "sim/core/plan.h"

namespace tidepool::core {

struct FreeMap {
    std::uint8_t* free = nullptr;          // [nodes] GPUs; of a pool see free_gpus()
    std::uint64_t* bits = nullptr;         // [plan.bit_words]
    std::uint32_t* level_count = nullptr;  // [plan.level_counts]
    std::uint32_t* whole = nullptr;        // [domains] wholly free nodes
};

// One of two maps, member by member: a pointer to one of them would keep both in memory on a GPU.
TP_HD inline FreeMap choose(bool first, const FreeMap& a, const FreeMap& b) {
    return {first ? a.free : b.free, first ? a.bits : b.bits, first ? a.level_count : b.level_count,
            first ? a.whole : b.whole};
}

// Bitmap of the class's nodes with exactly `level` (1 .. gpus) free GPUs. Bit 0 is node first / 64
// * 64.
TP_HD inline std::uint64_t* level_bits(const FreeMap& map, const NodeClass& c,
                                       std::uint32_t level) {
    return map.bits + c.bit_offset + std::uint64_t{level - 1} * c.words;
}

TP_HD inline std::uint32_t& level_count(const FreeMap& map, const NodeClass& c,
                                        std::uint32_t level) {
    return map.level_count[c.count_offset + level - 1];
}

// Lowest node of the class with exactly `level` free GPUs in [lo, hi), or kNone.
template <class Exec>
TP_HD inline std::uint32_t first_at_level(Exec exec, const FreeMap& map, const NodeClass& c,
                                          std::uint32_t level, std::uint32_t lo, std::uint32_t hi) {
    const std::uint32_t zero = c.first / 64 * 64;
    const std::uint32_t found = first_set(exec, level_bits(map, c, level), lo - zero, hi - zero);
    return found == kNone ? kNone : found + zero;
}

// Wholly free nodes of a class; a pool has none to speak of.
TP_HD inline std::uint32_t whole_nodes(const FreeMap& map, const NodeClass& c) {
    return c.pool != 0 ? 0 : level_count(map, c, c.gpus);
}

// Free GPUs of a node or a pool.
TP_HD inline std::uint32_t free_gpus(const Plan& plan, const FreeMap& map, std::uint32_t node) {
    const NodeClass& c = plan.classes_by_size[plan.node_class[node]];
    return c.pool != 0 ? map.level_count[c.count_offset] : map.free[node];
}

// Lane 0 changes it in a map that has no indexes.
TP_HD inline void note_free(const Plan& plan, const FreeMap& map, std::uint32_t node,
                            std::uint32_t gpus) {
    const NodeClass& c = plan.classes_by_size[plan.node_class[node]];
    if (c.pool != 0) {
        map.level_count[c.count_offset] = gpus;
    } else {
        map.free[node] = static_cast<std::uint8_t>(gpus);
    }
}

namespace detail {

TP_HD inline void flip_level(const FreeMap& map, const NodeClass& c, std::uint32_t node,
                             std::uint32_t level, std::uint32_t change) {
    if (level > 0) {
        const std::uint32_t bit = node - c.first / 64 * 64;
        level_bits(map, c, level)[bit / 64] ^= std::uint64_t{1} << (bit % 64);
        level_count(map, c, level) += change;
    }
}

}  // namespace detail

// Changes a node's number of free GPUs and every index with it. Like every function that writes
// shared state it syncs before (others may still be reading) and after.
template <class Exec>
TP_HD inline void set_free(Exec exec, const Plan& plan, const FreeMap& map, std::uint32_t node,
                           std::uint32_t now_free) {
    exec.sync();
    if (exec.lane() == 0) {
        const NodeClass& c = plan.classes_by_size[plan.node_class[node]];
        const std::uint32_t was_free = map.free[node];
        if (c.pool != 0) {
            map.level_count[c.count_offset] = now_free;
        } else if (was_free != now_free) {
            map.free[node] = static_cast<std::uint8_t>(now_free);
            detail::flip_level(map, c, node, was_free, 0xFFFF'FFFFu);  // minus one
            detail::flip_level(map, c, node, now_free, 1);
            if (was_free == c.gpus || now_free == c.gpus) {
                const std::uint32_t change = now_free == c.gpus ? 1U : 0xFFFF'FFFFu;
                const std::uint32_t* domain = plan.domain_of + node;
                for (std::uint32_t level = plan.levels; level > 0; --level) {
                    map.whole[*domain] += change;
                    domain += plan.nodes;
                }
            }
        }
    }
    exec.sync();
}

// Every node wholly free; the map must be zeroed. One bitmap word, node or domain per lane.
template <class Exec>
TP_HD inline void free_all(Exec exec, const Plan& plan, const FreeMap& map) {
    exec.sync();
    for (std::uint32_t i = 0; i < plan.classes; ++i) {
        const NodeClass& c = plan.classes_by_size[i];
        if (c.pool != 0) {
            if (exec.lane() == 0) {
                map.level_count[c.count_offset] = c.gpus;
            }
            continue;
        }
        if (exec.lane() == 0) {
            level_count(map, c, c.gpus) = c.nodes;
        }
        const std::uint32_t zero = c.first / 64 * 64;
        for (std::uint32_t w = exec.lane(); w < c.words; w += Exec::kWidth) {
            std::uint64_t bits = 0;
            for (std::uint32_t node = zero + w * 64; node < c.last && node < zero + w * 64 + 64;
                 ++node) {
                if (node >= c.first && plan.node_class[node] == i) {
                    bits |= std::uint64_t{1} << (node % 64);
                    map.free[node] = static_cast<std::uint8_t>(c.gpus);
                }
            }
            level_bits(map, c, c.gpus)[w] = bits;
        }
    }
    for (std::uint32_t d = exec.lane(); d < plan.level_begin[plan.levels]; d += Exec::kWidth) {
        map.whole[d] = plan.domains[d].last - plan.domains[d].first;
    }
    exec.sync();
}

template <class Exec, class T>
TP_HD inline void copy(Exec exec, T* to, const T* from, std::uint32_t n) {
    if constexpr (Exec::kWidth == 1) {
        std::memcpy(to, from, n * sizeof(T));
        return;
    }
    for (std::uint32_t i = exec.lane(); i < n; i += Exec::kWidth) {
        to[i] = from[i];
    }
}

template <class Exec>
TP_HD inline void copy(Exec exec, const Plan& plan, const FreeMap& to, const FreeMap& from) {
    exec.sync();
    copy(exec, to.free, from.free, plan.nodes);
    copy(exec, to.bits, from.bits, plan.bit_words);
    copy(exec, to.level_count, from.level_count, plan.level_counts);
    copy(exec, to.whole, from.whole, plan.level_begin[plan.levels]);
    exec.sync();
}

}  // namespace tidepool::core
