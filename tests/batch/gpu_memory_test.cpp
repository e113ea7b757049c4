// Blocks of a region against a table of its bytes.

#include "sim/batch/gpu_memory.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/batch/emulated_accelerator.h"

namespace tidepool::batch {
namespace {

// Takes the lowest run of free steps that is long enough.
class Table {
public:
    explicit Table(std::size_t steps) : taken_(steps) {}
    std::optional<std::size_t> take(std::size_t steps) {
        for (std::size_t at = 0; at + steps <= taken_.size(); ++at) {
            const auto begin = taken_.begin() + static_cast<std::ptrdiff_t>(at);
            const auto end = begin + static_cast<std::ptrdiff_t>(steps);
            if (std::find(begin, end, true) == end) {
                std::fill(begin, end, true);
                return at;
            }
        }
        return std::nullopt;
    }
    void give_back(std::size_t at, std::size_t steps) {
        std::fill_n(taken_.begin() + static_cast<std::ptrdiff_t>(at), steps, false);
    }

private:
    std::vector<bool> taken_;
};

TEST(GpuMemory, TakesTheLowestPlaceThatIsLargeEnough) {
    EmulatedAccelerator device({.bytes = 100 * 256});
    GpuMemory memory(device, 100 * 256);
    ASSERT_TRUE(memory.grow(100 * 256));
    ASSERT_EQ(memory.bytes(), 100U * 256);
    Table table(100);
    unsigned char* const region = memory.allocate(1).data();  // the lowest, and given back
    properties::Dice dice(1, 58);
    std::vector<GpuMemory::Block> blocks;
    std::uint32_t full = 0;
    for (int i = 0; i < 20'000; ++i) {
        if (!blocks.empty() && dice.chance(50)) {
            const std::uint32_t which = dice.below(static_cast<std::uint32_t>(blocks.size()));
            std::swap(blocks[which], blocks.back());
            table.give_back(static_cast<std::size_t>(blocks.back().data() - region) / 256,
                            blocks.back().bytes() / 256);
            blocks.pop_back();
            continue;
        }
        const std::size_t steps = dice.from(1, 30);
        GpuMemory::Block block = memory.allocate(steps * 256 - dice.below(256));
        const std::optional<std::size_t> at = table.take(steps);
        ASSERT_EQ(bool{block}, at.has_value());
        full += at ? 0 : 1;
        if (at) {
            ASSERT_EQ(block.data(), region + *at * 256);
            ASSERT_EQ(block.bytes(), steps * 256);
            blocks.push_back(std::move(block));
        }
    }
    EXPECT_GT(full, 1000U);
}

TEST(GpuMemory, GrowsUpToItsLimit) {
    EmulatedAccelerator device({.bytes = 1'000'000});
    GpuMemory memory(device, 100'000);
    EXPECT_FALSE(memory.allocate(1)) << "there is nothing yet";
    EXPECT_TRUE(memory.grow(1'000));
    EXPECT_EQ(memory.bytes(), 1'024U);
    EXPECT_TRUE(memory.grow(1'000));
    EXPECT_EQ(memory.bytes(), 5'120U);
    EXPECT_FALSE(memory.in_use());
    {
        const GpuMemory::Block block = memory.allocate(5'120);
        EXPECT_TRUE(memory.in_use());
        EXPECT_FALSE(memory.allocate(1));
    }
    EXPECT_TRUE(memory.grow(10'000'000));
    EXPECT_EQ(memory.bytes(), 100'000U / 256 * 256);
    EXPECT_FALSE(memory.grow(1));
    EXPECT_EQ(device.most_taken(), memory.bytes())
        << "the old region goes before the new one comes";
}

// Somebody else has taken memory since the limit was set.
TEST(GpuMemory, TakesWhatTheDeviceStillHas) {
    EmulatedAccelerator device({.bytes = 10'000, .refuses = true});
    GpuMemory memory(device, 1'000'000);
    EXPECT_TRUE(memory.grow(900'000));
    EXPECT_LE(memory.bytes(), 10'000U);
    EXPECT_GT(memory.bytes(), 7'500U);
    while (memory.grow(900'000)) {  // to its end
        ASSERT_LE(memory.bytes(), 10'000U);
    }
    EXPECT_GT(memory.bytes(), 7'500U);
}

}  // namespace
}  // namespace tidepool::batch
