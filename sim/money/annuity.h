#pragma once
// Payments on capital. Textbook forms (Brealey, Myers, Allen: Principles of Corporate Finance,
// chapter 2), with the rate of a month a twelfth of the yearly rate.

#include <cstdint>

#include "sim/money/amount.h"

namespace tidepool::money {

// Share of a loan that each of `months` equal payments at the end of a month is, so that they repay
// it with interest: r / (1 - (1 + r)^-months), r = yearly / 12; 1 / months without interest.
double annuity_factor(double yearly, std::uint32_t months);

// The payment on `loan`, to the nearest micro-unit.
Amount annuity(Amount loan, double yearly, std::uint32_t months);

}  // namespace tidepool::money
