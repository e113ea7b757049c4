#include "sim/money/annuity.h"

#include <cmath>

#include "sim/base/double_double.h"

namespace tidepool::money {
namespace {

using portable::DoubleDouble;

// To about 1e-28: amounts have up to 63 bits, a double has 53.
DoubleDouble factor(double yearly, std::uint32_t months) {
    const DoubleDouble one{1, 0};
    if (yearly == 0) {
        return one / DoubleDouble{static_cast<double>(months), 0};
    }
    const DoubleDouble rate = DoubleDouble{yearly, 0} / DoubleDouble{12, 0};
    DoubleDouble growth = one;
    for (std::uint32_t m = 0; m < months; ++m) {
        growth = growth * (one + rate);
    }
    return rate * growth / (growth + DoubleDouble{-1, 0});
}

}  // namespace

double annuity_factor(double yearly, std::uint32_t months) {
    return factor(yearly, months).high;
}

Amount annuity(Amount loan, double yearly, std::uint32_t months) {
    if (yearly == 0) {
        return amount(loan.micro, months);
    }
    constexpr std::int64_t kPart = std::int64_t{1} << 32U;
    const DoubleDouble exact = portable::two_sum(static_cast<double>(loan.micro / kPart * kPart),
                                                 static_cast<double>(loan.micro % kPart));
    const DoubleDouble payment = exact * factor(yearly, months);
    const auto whole = static_cast<std::int64_t>(payment.high);
    const double rest = payment.high - static_cast<double>(whole) + payment.low;
    return {whole + std::llround(rest)};
}

}  // namespace tidepool::money
