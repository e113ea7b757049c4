#include "sim/model/ranking.h"

#include <algorithm>

namespace tidepool::model {

Ranking::Ranking(const std::vector<double>& values) : values_(values.size()) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const std::size_t stretches = values.size() / 2 + 1;
    const double low = *least;
    const double width = std::max((*most - low) / static_cast<double>(stretches), 1e-300);
    const auto stretch = [&](double value) {
        return std::min(static_cast<std::size_t>((value - low) / width), stretches - 1);
    };
    begin_.resize(stretches + 1);
    sorted_.resize(stretches);
    for (const double value : values) {
        ++begin_[stretch(value) + 1];
    }
    for (std::size_t s = 0; s < stretches; ++s) {
        begin_[s + 1] += begin_[s];
    }
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values_[next[stretch(values[i])]++] = {values[i], i};
    }
}

std::size_t Ranking::at(std::size_t rank) {
    const auto above = std::upper_bound(begin_.begin(), begin_.end(), rank);
    const auto s = static_cast<std::size_t>(above - begin_.begin()) - 1;
    if (!sorted_[s]) {
        std::sort(values_.begin() + static_cast<std::ptrdiff_t>(begin_[s]),
                  values_.begin() + static_cast<std::ptrdiff_t>(begin_[s + 1]));
        sorted_[s] = true;
    }
    return values_[rank].second;
}

}  // namespace tidepool::model
