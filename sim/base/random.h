#pragma once
// Counter-based random streams. A draw is a pure function of (seed, purpose, entity, k): every
// entity owns its luck, so adding a node or taking another decision never disturbs the luck of the
// others.
//
// Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11); constants from that paper. The same
// integers on every machine, on host and device.

#include <array>
#include <cstdint>

#include "sim/base/assert.h"

namespace tidepool {

using Block = std::array<std::uint32_t, 4>;

// What a stream is for. Values are part of the results: never renumber, only add.
enum class Purpose : std::uint32_t { kPlacement = 1, kSynthetic = 3 };

TP_HD constexpr Block philox(Block c, std::uint32_t k0, std::uint32_t k1) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = 0xD2511F53ULL * c[0];
        const std::uint64_t p1 = 0xCD9E8D57ULL * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c;
}

// Draw k of an entity's stream: one block of four words. The seed is the key.
TP_HD constexpr Block draw(std::uint64_t seed, Purpose purpose, std::uint32_t entity,
                           std::uint32_t k) {
    return philox({k, 0, static_cast<std::uint32_t>(purpose), entity},
                  static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

// 0 .. n-1. Each value's probability is within 2^-32 of 1/n (multiply-shift).
TP_HD constexpr std::uint32_t bounded(std::uint32_t word, std::uint32_t n) {
    return static_cast<std::uint32_t>((std::uint64_t{word} * n) >> 32);
}

}  // namespace tidepool
