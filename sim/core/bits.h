#pragma once
// Searches in bitmaps of 64-bit words, by all lanes of a group together.

#include <bit>
#include <cstdint>

#include "sim/base/assert.h"
#include "sim/core/exec.h"

namespace tidepool::core {

TP_HD inline std::uint32_t lowest_bit(std::uint64_t word) {  // word != 0
#if defined(__CUDA_ARCH__)
    return static_cast<std::uint32_t>(__ffsll(static_cast<long long>(word)) - 1);
#else
    return static_cast<std::uint32_t>(std::countr_zero(word));
#endif
}

TP_HD inline std::uint32_t count_bits(std::uint64_t word) {
#if defined(__CUDA_ARCH__)
    return static_cast<std::uint32_t>(__popcll(word));
#else
    // Sums of ever wider fields; without a processor flag std::popcount is a call into a library.
    word -= (word >> 1U) & 0x5555'5555'5555'5555u;
    word = (word & 0x3333'3333'3333'3333u) + ((word >> 2U) & 0x3333'3333'3333'3333u);
    word = (word + (word >> 4U)) & 0x0F0F'0F0F'0F0F'0F0Fu;
    return static_cast<std::uint32_t>((word * 0x0101'0101'0101'0101u) >> 56U);
#endif
}

// The bits of word number w that lie in [lo, hi).
TP_HD inline std::uint64_t clip(std::uint64_t word, std::uint32_t w, std::uint32_t lo,
                                std::uint32_t hi) {
    const std::uint32_t begin = w * 64;
    if (begin < lo) {
        word &= ~std::uint64_t{0} << (lo - begin);
    }
    if (begin + 64 > hi) {
        word &= ~std::uint64_t{0} >> (begin + 64 - hi);
    }
    return word;
}

// Lowest set bit in [lo, hi), or kNone. Positions below 2^32 - 64.
template <class Exec>
TP_HD inline std::uint32_t first_set(Exec exec, const std::uint64_t* words, std::uint32_t lo,
                                     std::uint32_t hi) {
    if (lo >= hi) {
        return kNone;
    }
    const std::uint32_t last = (hi - 1) / 64;
    for (std::uint32_t base = lo / 64; base <= last; base += Exec::kWidth) {
        const std::uint32_t w = base + exec.lane();
        const std::uint64_t bits = w <= last ? clip(words[w], w, lo, hi) : 0;
        const std::uint32_t found = exec.min(bits != 0 ? w * 64 + lowest_bit(bits) : kNone);
        if (found != kNone) {
            return found;
        }
    }
    return kNone;
}

// Position of the set bit that has exactly `skip` set bits before it in [lo, hi), or kNone.
template <class Exec>
TP_HD inline std::uint32_t nth_set(Exec exec, const std::uint64_t* words, std::uint32_t lo,
                                   std::uint32_t hi, std::uint32_t skip) {
    if (lo >= hi) {
        return kNone;
    }
    const std::uint32_t last = (hi - 1) / 64;
    for (std::uint32_t base = lo / 64; base <= last; base += Exec::kWidth) {
        const std::uint32_t w = base + exec.lane();
        std::uint64_t bits = w <= last ? clip(words[w], w, lo, hi) : 0;
        const std::uint32_t mine = count_bits(bits);
        const std::uint32_t before = exec.scan(mine);
        const std::uint32_t total = exec.add(mine);
        if (skip < total) {
            const bool here = skip >= before && skip < before + mine;
            if (here) {
                for (std::uint32_t k = before; k < skip; ++k) {
                    bits &= bits - 1;
                }
            }
            return exec.min(here ? w * 64 + lowest_bit(bits) : kNone);
        }
        skip -= total;
    }
    return kNone;
}

}  // namespace tidepool::core
