#include "sim/base/version.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidepool {
namespace {

TEST(Version, IsTheOneOfTheProject) {
    EXPECT_EQ(version(), TIDEPOOL_VERSION);
}

TEST(Version, NamesACommitOrAdmitsThatItIsUnknown) {
    EXPECT_THAT(std::string(git_commit()), testing::MatchesRegex("[0-9a-f]{7,40}|unknown"));
    EXPECT_TRUE(git_commit() != "unknown" || !git_dirty());
}

TEST(Version, NamesTheCompilerThatBuiltIt) {
#if defined(__clang__)
    const std::string expected = "Clang " + std::to_string(__clang_major__) + ".";
#else
    const std::string expected = "GNU " + std::to_string(__GNUC__) + ".";
#endif
    EXPECT_THAT(std::string(compiler()), testing::StartsWith(expected));
}

}  // namespace
}  // namespace tidepool
