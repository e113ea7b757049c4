// Our Philox against its authors' own library, and the properties that results rely on.
#include "sim/base/random.h"

#include <array>
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

}  // namespace
}  // namespace tidepool
