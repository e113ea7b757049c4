#pragma once
// Which of many values has a given rank, without sorting them all.

#include <cstddef>
#include <utility>
#include <vector>

namespace tidepool::model {

class Ranking {
public:
    explicit Ranking(const std::vector<double>& values);  // finite, not empty
    // Number of the value that has this rank, 0 for the least. Equal ones keep their order.
    std::size_t at(std::size_t rank);

private:
    // By stretch of the range of values, sorted within once asked for.
    std::vector<std::pair<double, std::size_t>> values_;
    std::vector<std::size_t> begin_;  // of each stretch, and the end
    std::vector<bool> sorted_;
};

}  // namespace tidepool::model
