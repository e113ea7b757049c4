#pragma once
// Money as the YAML writes it: `258001 USD`, `150 USD/kW/mo`, `0.087 USD/kWh`. Decimals are read
// exactly; nothing passes through a double.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/config/number.h"
#include "sim/money/amount.h"

namespace tidepool::scenario {

// numerator / denominator, in lowest terms; denominator > 0.
struct Ratio {
    money::Wide numerator = 0;
    money::Wide denominator = 1;
};

// Empty when the result has too many digits for it.
std::optional<Ratio> product(const Ratio& a, const Ratio& b);

// To the nearest integer, half to even; empty beyond 64 bits.
std::optional<std::int64_t> nearest_integer(const Ratio& ratio);

struct MoneyText {
    Ratio number;                  // currency units, not negative
    std::string currency;          // `USD`
    std::vector<std::string> per;  // what follows the slashes: `kW`, `mo`
};

// At most 15 significant digits, below 1e15.
config::Parsed<MoneyText> parse_money(std::string_view text);

// A decimal alone, under the same limits.
config::Parsed<Ratio> parse_ratio(std::string_view text);

// The currency of a statement, and what one unit of it buys of others (to nine decimals).
struct Currencies {
    std::string own = "USD";
    std::vector<std::pair<std::string, double>> rates;

    // Units of `own` that a unit of this currency is worth; empty without a rate.
    std::optional<Ratio> worth(const std::string& currency) const;
    std::vector<std::string> names() const;
};

}  // namespace tidepool::scenario
