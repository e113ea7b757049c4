// Carbon series: steps, starts within, bad files, the shipped ones.

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/compiled_costs.h"

namespace tidepool::scenario {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CarbonFile : public testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    Compiled read(const std::string& rows, const std::string& more = "") {
        std::ofstream(folder_ / "grid.csv") << "timestamp,carbon_intensity\n" << rows;
        return compiled("carbon: {file: grid.csv" + more + "}", kTwoServers,
                        (folder_ / "c.yaml").string());
    }
    std::string problem(const std::string& rows, const std::string& more = "") {
        const auto problems = read(rows, more).problems();
        EXPECT_EQ(problems.size(), 1u) << testing::PrintToString(problems);
        return problems.empty() ? "" : problems[0];
    }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() /
        ("tidepool-carbon-" +
         std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

constexpr const char* kHours =
    "2022-01-01T00:00:00Z,100\n2022-01-01T01:00:00Z,200.5\n2022-01-01T03:00:00Z,50\n";

TEST_F(CarbonFile, IsAStepFunctionFromItsFirstRow) {
    const Compiled result = read(kHours);
    EXPECT_THAT(result.problems(), IsEmpty());
    const money::Carbon& carbon = *result.book.carbon;
    ASSERT_EQ(carbon.steps.size(), 3u);
    EXPECT_EQ(carbon.steps[1].from, money::kTicksPerHour);
    EXPECT_EQ(carbon.steps[1].intensity, 2'005'000u);
    EXPECT_EQ(carbon.steps[2].from, 3 * money::kTicksPerHour);
    EXPECT_EQ(carbon.until, 5 * money::kTicksPerHour);  // the last as long as the one before
}

TEST_F(CarbonFile, MayStartWithin) {
    const Compiled result = read(kHours, ", from: '2022-01-01T02:30:00Z'");
    EXPECT_THAT(result.problems(), IsEmpty());
    const money::Carbon& carbon = *result.book.carbon;
    ASSERT_EQ(carbon.steps.size(), 2u);
    EXPECT_EQ(carbon.steps[0].from, 0u);
    EXPECT_EQ(carbon.steps[0].intensity, 2'005'000u);
    EXPECT_EQ(carbon.steps[1].from, money::kTicksPerHour / 2);
    EXPECT_EQ(carbon.until, 5 * money::kTicksPerHour / 2);
}

TEST_F(CarbonFile, ThatIsBadIsRefused) {
    EXPECT_THAT(problem(kHours, ", from: '2022-01-01T05:00:00Z'"), HasSubstr("outside"));
    EXPECT_THAT(problem(kHours, ", from: yesterday"), HasSubstr("not a calendar time"));
    EXPECT_THAT(problem("2022-01-01T00:00:00Z,100\n"), HasSubstr("two rows"));
    EXPECT_THAT(problem("2022-01-01T01:00:00Z,1\n2022-01-01T00:00:00Z,1\n"),
                HasSubstr("grid.csv:3:1"));
    EXPECT_THAT(problem("2022-01-01T00:00:00Z,1\n2022-01-02T00:00:01Z,1\n"),
                HasSubstr("more than a day"));
    EXPECT_THAT(problem("2022-01-01T00:00:00Z,-1\n2022-01-02T00:00:00Z,1\n"),
                HasSubstr("carbon_intensity"));
    EXPECT_THAT(compiled("carbon: {file: none.csv}").problems(), testing::SizeIs(1));
}

// The shipped series: means as measured on its rows (workloads/traces/README.md).
TEST(CarbonTraces, HaveTheMeasuredMeans) {
    const auto mean = [](const std::string& name) {
        const std::string file = TIDEPOOL_SOURCE_DIR "/workloads/traces/" + name;
        const Compiled result = compiled("carbon: {file: '" + file + "'}");
        EXPECT_THAT(result.problems(), IsEmpty());
        double sum = 0;
        for (const money::CarbonStep& step : result.book.carbon->steps) {
            sum += static_cast<double>(step.intensity) / 1e4;
        }
        return sum / static_cast<double>(result.book.carbon->steps.size());
    };
    EXPECT_NEAR(mean("opendc-carbon-2022-de.csv.gz"), 273.7, 0.05);
    EXPECT_NEAR(mean("opendc-carbon-2022-fr.csv.gz"), 24.1, 0.05);
}

}  // namespace
}  // namespace tidepool::scenario
