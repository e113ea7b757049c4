// Tables of times against numbers worked out by hand, and what must hold between neighbours.
#include "sim/model/unit_model.h"

#include <string>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

const TimeTable kTable{{10, 100}, {20, 130}, {23, 140}};

TEST(TimeTable, IsConstantUpToItsFirstPoint) {
    EXPECT_EQ(time_at(kTable, 0), 100U);
    EXPECT_EQ(time_at(kTable, 10), 100U);
}

TEST(TimeTable, IsExactAtItsPointsAndRoundsDownBetween) {
    EXPECT_EQ(time_at(kTable, 20), 130U);
    EXPECT_EQ(time_at(kTable, 23), 140U);
    EXPECT_EQ(time_at(kTable, 11), 103U);
    EXPECT_EQ(time_at(kTable, 21), 133U);  // 130 + 10 / 3
    EXPECT_EQ(time_at(kTable, 22), 136U);  // 130 + 20 / 3
}

TEST(TimeTable, GoesOnAlongItsLastLine) {
    EXPECT_EQ(time_at(kTable, 26), 150U);  // 130 + 6 * 10 / 3
    EXPECT_EQ(time_at(kTable, 24), 143U);  // 130 + 4 * 10 / 3 = 143.3
}

TEST(TimeTable, OfOnePointIsAConstant) {
    EXPECT_EQ(time_at({{7, 42}}, 0), 42U);
    EXPECT_EQ(time_at({{7, 42}}, ~std::uint64_t{0}), 42U);
}

TEST(TimeTable, EndsAtTheLongestTimeInsteadOfOverflowing) {
    EXPECT_EQ(time_at({{0, 0}, {1, 1'000'000'000'000'000}}, ~std::uint64_t{0}), kMostNs);
}

TEST(TimeTable, NeverFalls) {
    std::uint64_t before = 0;
    for (std::uint64_t at = 0; at < 60; ++at) {
        EXPECT_GE(time_at(kTable, at), before) << at;
        before = time_at(kTable, at);
    }
}

std::string keys_of(const UnitModel& unit) {
    std::string keys;
    for (const UnitProblem& each : check_unit(unit)) {
        keys += each.key + ": " + each.problem + "\n";
    }
    return keys;
}

TEST(CheckUnit, AcceptsAUnitThatWorks) {
    UnitModel unit;
    unit.prefill = {{0, 0}, {1, 30}};
    unit.decode = kTable;
    EXPECT_EQ(keys_of(unit), "");
}

TEST(CheckUnit, NamesEverythingThatIsWrong) {
    UnitModel unit;
    unit.prefill = {{5, 10}, {5, 20}};
    unit.decode = {{1, 10}, {2, 9}};
    unit.batch_limit = 0;
    unit.decode_workers = 1;
    EXPECT_EQ(keys_of(unit),
              "prefill: does not rise from row to row\n"
              "decode: takes less time for more\n"
              "batch_limit: leaves no room for a request\n"
              "prefill_workers: is missing\n");
    EXPECT_EQ(keys_of(UnitModel{}), "decode: is missing\n");
    unit = UnitModel{};
    unit.decode = {{1, 0}, {2, 9}};
    EXPECT_EQ(keys_of(unit), "decode: takes no time\n");
    unit.decode = {{1, 1}, {2, ~std::uint64_t{0}}};
    EXPECT_EQ(keys_of(unit), "decode: is beyond anything that a unit does\n");
}

}  // namespace
}  // namespace tidepool::model
