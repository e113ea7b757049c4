// Machines of the catalogue, by hand from their data sheets.
#include "sim/model/step_hardware.h"

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

StepHardware of(const char* server, std::optional<std::int64_t> island = {}) {
    const topology::Catalog& catalog = topology::shipped_catalog();
    return hardware_of(*find_part(catalog.servers, server), catalog, island);
}

TEST(StepHardware, OfAServerWithNvlink) {
    // DGX A100: 312 TF, 600 GB/s of NVLink in both directions, 8 cards of 200 Gb/s.
    const StepHardware a100 = of("dgx-a100");
    EXPECT_EQ(a100.peak.value, 312e12);
    EXPECT_EQ(a100.memory.value, 80e9);
    EXPECT_EQ(a100.memory_bandwidth.value, 2.04e12);
    EXPECT_EQ(a100.gpus_per_node, 8);
    EXPECT_EQ(a100.island_rate.value, 300e9);
    EXPECT_EQ(a100.node_rate.value, 200e9);
    // Two islands of four share the cards.
    EXPECT_EQ(of("dgx-a100", 4).gpus_per_node, 4);
    EXPECT_EQ(of("dgx-a100", 4).node_rate.value, 100e9);
}

TEST(StepHardware, OfARackIsland) {
    // 18 trays of 4 GPUs with 4 cards of 400 Gb/s.
    EXPECT_EQ(of("gb200-tray").gpus_per_node, 72);
    EXPECT_EQ(of("gb200-tray").island_rate.value, 900e9);
    EXPECT_EQ(of("gb200-tray").node_rate.value, 18 * 4 * 50e9);
}

TEST(StepHardware, LeavesOpenWhatNobodyKnows) {
    const StepHardware plain = of("l40s-8");
    EXPECT_EQ(plain.gpus_per_node, 8);
    EXPECT_EQ(plain.island_rate.value, 0);
    EXPECT_EQ(plain.node_rate.value, 0);
}

}  // namespace
}  // namespace tidepool::model
