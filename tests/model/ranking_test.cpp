// Ranks by stretches of the range against sorting everything.
#include "sim/model/ranking.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

void expect_as_sorted(const std::vector<double>& values) {
    std::vector<std::pair<double, std::size_t>> sorted;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sorted.emplace_back(values[i], i);
    }
    std::sort(sorted.begin(), sorted.end());
    Ranking ranking(values);
    for (std::size_t rank = values.size(); rank-- > 0;) {
        EXPECT_EQ(ranking.at(rank), sorted[rank].second) << "rank " << rank;
    }
}

TEST(Ranking, IsThatOfTheSortedValues) {
    std::vector<double> values;
    for (int i = 0; i < 500; ++i) {
        values.push_back((i * 7919 % 500) * (i % 3 == 0 ? 1e-9 : 1.0));
    }
    expect_as_sorted(values);
}

TEST(Ranking, KeepsTheOrderOfEqualValues) {
    expect_as_sorted({2, 1, 2, 1, 2, 1});
    expect_as_sorted({3, 3, 3, 3});
    expect_as_sorted({5});
}

}  // namespace
}  // namespace tidepool::model
