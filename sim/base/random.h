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
enum class Purpose : std::uint32_t {
    kPlacement = 1,
    kSynthetic = 3,
    kOutage = 4,
    kJobFailure = 5,
    kReplica = 6,
    kRouting = 7,
    kJitter = 8,
    kDemand = 9,
    kLengths = 10,
    kArrivals = 11,
    kDemandCopies = 20,
    kDemandClass = 21
};

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

// The same for one of many classes of entities that number theirs independently (causes of
// failure): `kind` < 2^24 goes beside the purpose.
TP_HD constexpr Block draw(std::uint64_t seed, Purpose purpose, std::uint32_t kind,
                           std::uint32_t entity, std::uint32_t k) {
    return philox({k, 0, static_cast<std::uint32_t>(purpose) | (kind << 8U), entity},
                  static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

// The same for streams of more than 2^32 blocks, k < 2^40, of each of the parts (< 2^24) of such an
// entity.
TP_HD constexpr Block draw_long(std::uint64_t seed, Purpose purpose, std::uint32_t kind,
                                std::uint32_t part, std::uint32_t entity, std::uint64_t k) {
    return philox({static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(k >> 32) | part << 8U,
                   static_cast<std::uint32_t>(purpose) | (kind << 8U), entity},
                  static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

// -ln((u + 1/2) / 2^32) * 2^26 in integers, the same on every device: 0 .. 22.9 * 2^26. The
// logarithm of the fraction is a minimax polynomial of degree 9 in Q31. Within 2.2 of these units.
TP_HD constexpr std::uint32_t neg_ln_q26(std::uint32_t u) {
    const std::uint64_t v = (std::uint64_t{u} << 1U) | 1U;  // odd, 1 .. 2^33 - 1
    int e = 0;                                              // floor(log2 v)
    for (int step = 32; step > 0; step /= 2) {
        e += (v >> (e + step)) != 0 ? step : 0;
    }
    const auto x = static_cast<std::int64_t>(((v << (33 - e)) & ((1ULL << 33U) - 1)) >> 2U);
    constexpr std::int64_t kCoefficients[] = {-62436078,  166464529, -292106043,  409672894,
                                              -533336132, 715501215, -1073729905, 2147483575};
    std::int64_t p = 11008221;
    for (const std::int64_t a : kCoefficients) {
        p = ((p * x) >> 31) + a;
    }
    constexpr std::int64_t kLn2 = 1488522236;  // Q31
    const std::int64_t r = (33 - e) * kLn2 - ((p * x) >> 31);
    return r > 0 ? static_cast<std::uint32_t>(r >> 5) : 0;  // r < 0 at the largest u
}

// Exponential with this mean in ticks, rounded down; kNever's value where it passes the clock.
TP_HD constexpr std::uint32_t exponential_ticks(std::uint32_t word, std::uint64_t mean) {
    const std::uint64_t x = neg_ln_q26(word);  // < 2^31
    const std::uint64_t high = (x * (mean >> 26U)) + ((x * (mean & 0x3FF'FFFFu)) >> 26U);
    return mean >= (1ULL << 58U) || high > 0xFFFF'FFFFu ? 0xFFFF'FFFFu
                                                        : static_cast<std::uint32_t>(high);
}

// 0 .. n-1. Each value's probability is within 2^-32 of 1/n (multiply-shift).
TP_HD constexpr std::uint32_t bounded(std::uint32_t word, std::uint32_t n) {
    return static_cast<std::uint32_t>((std::uint64_t{word} * n) >> 32);
}

}  // namespace tidepool
