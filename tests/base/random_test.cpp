// Our Philox against its authors' own library, and the properties that results rely on.
#include "sim/base/random.h"

#include <array>
#include <cmath>
#include <cstdint>

#include <Random123/philox.h>
#include <gtest/gtest.h>

namespace tidepool {
namespace {

// Known answer of Random123's test vectors (kat_vectors): all zero, ten rounds.
static_assert(philox({0, 0, 0, 0}, 0, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});

TEST(Philox, EqualsRandom123) {
    const r123::Philox4x32 theirs;
    std::uint64_t lcg = 1;  // any spread of inputs will do
    const auto next = [&] {
        lcg = lcg * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>(lcg >> 32);
    };
    for (int i = 0; i < 200'000; ++i) {
        const Block counter{next(), next(), next(), next()};
        const std::uint32_t k0 = next();
        const std::uint32_t k1 = next();
        const auto expected =
            theirs({{counter[0], counter[1], counter[2], counter[3]}}, {{k0, k1}});
        ASSERT_EQ(philox(counter, k0, k1),
                  (Block{expected[0], expected[1], expected[2], expected[3]}));
    }
}

TEST(Draw, DependsOnEveryPartOfItsName) {
    const Block base = draw(7, Purpose::kPlacement, 3, 0);
    EXPECT_EQ(base, draw(7, Purpose::kPlacement, 3, 0));
    EXPECT_NE(base, draw(8, Purpose::kPlacement, 3, 0));
    EXPECT_NE(base, draw(7 + (std::uint64_t{1} << 32), Purpose::kPlacement, 3, 0));
    EXPECT_NE(base, draw(7, Purpose::kSynthetic, 3, 0));
    EXPECT_NE(base, draw(7, Purpose::kPlacement, 4, 0));
    EXPECT_NE(base, draw(7, Purpose::kPlacement, 3, 1));
}

// floor(word * n / 2^32) at both ends and in the middle.
TEST(Draw, GoesOnBeyondTwoToThe32) {
    const auto at = [](std::uint32_t kind, std::uint32_t part, std::uint64_t k) {
        return draw_long(7, Purpose::kArrivals, kind, part, 3, k);
    };
    EXPECT_EQ(at(5, 0, 9), draw(7, Purpose::kArrivals, 5, 3, 9));
    const std::uint64_t far = std::uint64_t{1} << 32U;
    EXPECT_NE(at(5, 0, 9), at(5, 0, far + 9));
    EXPECT_NE(at(5, 0, 9), at(5, 1, 9));
    EXPECT_NE(at(5, 0, (far << 8U) - 1), at(5, 1, far - 1));  // last of its part, one of the next
    EXPECT_NE(at(5, 0, 9), at(6, 0, 9));
}

TEST(Bounded, CoversItsRange) {
    EXPECT_EQ(bounded(0, 10), 0U);
    EXPECT_EQ(bounded(0xFFFF'FFFF, 10), 9U);
    EXPECT_EQ(bounded(0x8000'0000, 10), 5U);
    EXPECT_EQ(bounded(0xFFFF'FFFF, 1), 0U);
    EXPECT_EQ(bounded(0xFFFF'FFFF, 0xFFFF'FFFF), 0xFFFF'FFFEU);
}

// Chi-square of 100,000 draws over 16 values: 15 degrees of freedom, 99.99 % point 44.3.
TEST(Bounded, IsEven) {
    std::array<int, 16> count{};
    for (std::uint32_t entity = 0; entity < 100'000; ++entity) {
        ++count[bounded(draw(1, Purpose::kSynthetic, entity, 0)[0], 16)];
    }
    double chi = 0;
    for (const int n : count) {
        chi += (n - 6250.0) * (n - 6250.0) / 6250.0;
    }
    EXPECT_LT(chi, 44.3);
}

// Against the logarithm of the C library, at both ends and on a grid.
TEST(Exponential, IsTheLogarithmInIntegers) {
    const auto error = [](std::uint64_t u) {
        const double truth = -std::log((static_cast<double>(u) + 0.5) * 0x1p-32) * 0x1p26;
        return std::fabs(truth - neg_ln_q26(static_cast<std::uint32_t>(u)));
    };
    double worst = 0;
    for (std::uint64_t u = 0; u <= 0xFFFF'FFFF; u += 9973) {
        worst = std::fmax(worst, error(u));
    }
    for (std::uint64_t u = 0; u < 20'000; ++u) {
        worst = std::fmax(worst, std::fmax(error(u), error(0xFFFF'FFFF - u)));
    }
    EXPECT_LT(worst, 2.2);
    EXPECT_EQ(neg_ln_q26(0xFFFF'FFFF), 0U);
}

// mean * x / 2^26, rounded down, also where the product passes 64 bits: a mean of 20 years is
// 10,091,520,000 ticks, more than the clock holds; what passes the clock saturates.
TEST(Exponential, NeverOverflows) {
    constexpr std::uint64_t kTwentyYears = 20ULL * 365 * 86'400 * 16;
    for (const std::uint64_t mean : {std::uint64_t{1}, std::uint64_t{12'345'678}, kTwentyYears}) {
        for (const std::uint32_t word : {0U, 1U, 0x1234'5678U, 0xF000'0000U, 0xFFFF'FF00U}) {
            const long double exact =
                std::floor(static_cast<long double>(mean) * neg_ln_q26(word) / 0x1p26L);
            const long double clock = 0xFFFF'FFFFU;
            EXPECT_EQ(exponential_ticks(word, mean), std::fmin(exact, clock))
                << mean << " " << word;
        }
    }
    EXPECT_EQ(exponential_ticks(0x8000'0000, ~std::uint64_t{0}), 0xFFFF'FFFFU);
}

}  // namespace
}  // namespace tidepool
