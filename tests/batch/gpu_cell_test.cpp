#include "sim/batch/gpu_cell.h"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/batch/emulated_accelerator.h"
#include "tests/batch/random_cells.h"

namespace tidepool::batch {
namespace {

constexpr properties::Sizes kCrowded{9, 12, 8, 2, 120, 100, 90};

std::shared_ptr<const Cell> crowded(std::uint32_t number) {
    return std::make_shared<const Cell>(fragile_cell(number, kCrowded).cell);
}

template <class T>
std::vector<std::uint64_t> words_of(const T& from) {
    std::vector<std::uint64_t> words(sizeof(T) / 8);
    std::memcpy(words.data(), &from, words.size() * 8);
    return words;
}

// No pointer of the device's plan leads to this machine's arrays, and those that are there lead to
// copies of them within the block.
TEST(GpuCell, BringsEveryArrayToTheDevice) {
    for (std::uint32_t number = 0; number < 20; ++number) {
        EmulatedAccelerator device({});
        GpuMemory memory(device, 1U << 20U);
        memory.grow(1U << 20U);
        const std::shared_ptr<const Cell> cell = crowded(number);
        GpuCell there(cell, {});
        ASSERT_TRUE(there.upload(device, memory));
        const core::Plan& plan = there.on_device().plan;
        const std::vector<std::uint64_t> host = words_of(there.plan()), moved = words_of(plan);
        std::uint32_t pointers = 0;
        for (std::size_t i = 0; i < host.size(); ++i) {
            if (host[i] != moved[i]) {
                ++pointers;
            } else if (host[i] != ~std::uint64_t{0}) {  // which is no limit
                EXPECT_LT(host[i] >> 32U & 0xFFFFU, 0x1000U) << "a pointer of this machine? " << i;
            }
        }
        EXPECT_GE(pointers, 20U);
        EXPECT_EQ(std::memcmp(plan.submit, cell->compiled.plan.submit.data(), 4 * plan.jobs), 0);
        EXPECT_EQ(
            std::memcmp(plan.job_entity, cell->compiled.plan.job_entity.data(), 4 * plan.jobs), 0);
        EXPECT_EQ(std::memcmp(there.on_device().rest.job_end, cell->job_end.data(), plan.jobs), 0);
        there.unload();
        EXPECT_FALSE(memory.in_use());
    }
}

TEST(GpuCell, ClimbsTheLadderThatFits) {
    const std::shared_ptr<const Cell> cell = crowded(1);
    const core::Plan plan = plan_of(*cell, {}, 0);
    const auto hot = [&](std::uint32_t slots) { return warp_memory(plan, {}, slots).hot; };
    const std::uint32_t all = core::StateLayout(plan).slots();
    ASSERT_GT(all, 32U);
    using Rungs = std::vector<Rung>;
    EXPECT_EQ(GpuCell(cell, {{8, 16, 1000}, hot(all)}).rungs(),
              (Rungs{{8, true}, {16, true}, {core::kNone, true}}));
    EXPECT_EQ(GpuCell(cell, {{8, 16, 1000}, hot(all) - 1}).rungs(),
              (Rungs{{8, true}, {16, true}, {core::kNone, false}}));
    EXPECT_EQ(GpuCell(cell, {{8, 16, 32}, hot(16)}).rungs(),
              (Rungs{{8, true}, {16, true}, {core::kNone, false}}));
    EXPECT_EQ(GpuCell(cell, {{8, 16}, 0}).rungs(), (Rungs{{core::kNone, false}}));
    EXPECT_EQ(GpuCell(cell, {{all}, hot(all)}).rungs(), (Rungs{{core::kNone, true}}));
}

TEST(GpuCell, LearnsWhereRowsBegin) {
    GpuCell cell(crowded(1), {{8, 16}, 1U << 20U});
    ASSERT_EQ(cell.rungs().size(), 3U);
    cell.learn(0, 100, 25);
    EXPECT_EQ(cell.first_rung(), 0U);
    cell.learn(0, 100, 26);
    EXPECT_EQ(cell.first_rung(), 1U);
    cell.learn(0, 100, 100);
    EXPECT_EQ(cell.first_rung(), 1U) << "of rows that began before";
    cell.learn(1, 4, 4);
    EXPECT_EQ(cell.first_rung(), 2U);
    cell.learn(2, 4, 0);
    EXPECT_EQ(cell.first_rung(), 2U);
}

}  // namespace
}  // namespace tidepool::batch
