#include "sim/batch/devices.h"

#include <gtest/gtest.h>

namespace tidepool::batch {
namespace {

TEST(Devices, AreListedOrTheirAbsenceIsExplained) {
    std::string why = "left over";
    const std::vector<Device> found = devices(&why);
    EXPECT_EQ(found.empty(), !why.empty());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].id, static_cast<int>(i));
        EXPECT_FALSE(found[i].name.empty());
        EXPECT_GE(found[i].major, 1);
        EXPECT_GT(found[i].memory_bytes, 0u);
        EXPECT_GT(found[i].multiprocessors, 0);
    }
}

TEST(Devices, NeedNoReasonAndAnswerTheSameTwice) {
    EXPECT_EQ(devices().size(), devices(nullptr).size());
}

TEST(Devices, AreNotFoundByABuildWithoutCuda) {
    if (cuda_version().empty()) {
        std::string why;
        EXPECT_TRUE(devices(&why).empty());
        EXPECT_EQ(why, "built without CUDA");
    }
}

}  // namespace
}  // namespace tidepool::batch
