#pragma once
// Adds charges up exactly and rounds each line of the bill once.

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/money/path.h"
#include "sim/money/statement.h"

namespace tidepool::money {

// A sum of exact parts of micro-units.
class ExactSum {
public:
    void add(Wide numerator, Wide denominator);
    // Rounded once, half to even. Where the parts have no common denominator within 2^62, the parts
    // of each denominator are rounded instead.
    Amount rounded() const;

private:
    std::vector<std::pair<Wide, Wide>> parts_;  // denominator, numerator; by denominator
};

class Meter {
public:
    // `gpus` GPUs over [from, to) at the prices of the path, day by day.
    void stretch(std::uint32_t tenant, Item item, std::uint32_t model, const PricePath& path,
                 Ticks from, Ticks to, std::uint64_t gpus);
    // So many GPU-ticks at the price of the moment `when`, on its day; negative: given back.
    void at_once(std::uint32_t tenant, Item item, std::uint32_t model, const PricePath& path,
                 Ticks when, std::int64_t gpu_ticks);
    // numerator / denominator micro-units on a day.
    void add(std::uint32_t day, std::uint32_t tenant, Item item, std::uint32_t model,
             Wide numerator, std::int64_t denominator, std::int64_t pieces);

    // The lines that are not zero, by (day, tenant, item, model).
    std::vector<RevenueLine> lines();

private:
    struct Cell {
        std::uint64_t key_high = 0, key_low = 0;  // day, tenant; item, model
        Wide numerator = 0;
        std::int64_t denominator = 1, pieces = 0;
    };
    void merge();

    std::vector<Cell> cells_;
    std::size_t merge_at_ = std::size_t{1} << 20U;
};

}  // namespace tidepool::money
