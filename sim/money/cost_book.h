#pragma once
// What a datacenter costs, compiled: whole micro-units of one currency, milliwatts, ticks. Made
// from the `costs` of a scenario by sim/scenario/compile_costs.h; docs/costs.md states the rules.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/money/amount.h"
#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::money {

// Shares and factors in whole millionths or billionths, so that products are exact.
inline constexpr std::int64_t kMillion = 1'000'000;
inline constexpr std::int64_t kBillion = 1'000'000'000;

struct CapitalItem {  // bought at the start of the run
    std::string name;
    Amount cost, residual;   // of all of it; what it is worth at the end of its life
    std::uint64_t life = 0;  // ticks, at least 1
};

enum class CapitalCharge : std::uint8_t {
    kDepreciation,  // straight line from cost to residual over the life
    kAnnuity,       // equal payments over the term that return the cost with interest
};

struct Capital {
    std::vector<CapitalItem> items;
    CapitalCharge charge = CapitalCharge::kDepreciation;
    double wacc = 0;            // per year; a twelfth of it per month
    std::uint32_t term = 0;     // months, of the annuity or the loan
    std::int64_t loan = 0;      // billionths of the cost that are borrowed
    std::int64_t interest = 0;  // billionths of the debt per year
};

// What does not depend on the run.
struct RecurringCost {
    std::string name;
    CostKind kind = CostKind::kOther;
    Amount a_year;  // in 365 days
};

enum class RentOf : std::uint8_t {
    kHeld,       // GPU-time that jobs and units held
    kInstalled,  // all GPUs that are there, whether held or not
    kUnits,      // GPU-time that units of services held
};

struct Rent {
    Rate price;  // of a GPU-tick
    RentOf of = RentOf::kHeld;
};

// Servers of one GPU model: largest draw of all of them, and their GPUs.
struct ModelPower {
    std::string model;
    std::uint64_t milliwatts = 0, gpus = 0;
};

struct Power {
    std::vector<ModelPower> models;
    std::uint64_t constant = 0;  // milliwatts of switches and storage
    std::int64_t busy = 800'000, idle = 200'000, down = 50'000;  // millionths of the largest draw
    std::int64_t pue = kMillion;                                 // millionths; at least one
};

struct PriceWindow {  // part of each day, in ticks since midnight
    std::uint32_t from = 0, until = 0;
    std::int64_t price = 0;  // billionths of a currency unit per kWh
};

struct Electricity {
    std::int64_t price = 0;            // outside of the windows
    std::vector<PriceWindow> windows;  // in order, not overlapping
    std::uint32_t clock = 0;           // time of day at which the run starts, in ticks
};

struct CarbonStep {
    std::uint64_t from = 0;       // ticks since the start of the run
    std::uint64_t intensity = 0;  // 0.1 mg of CO2 per kWh
};

struct Carbon {
    std::vector<CarbonStep> steps;  // in order, the first at 0
    std::uint64_t until = 0;        // end of the last
};

// How the run goes on: its steady state, month by month.
struct Outlook {
    std::uint32_t months = 120;
    std::uint64_t steady_from = 0, steady_until = 0;  // ticks, whole days; equal: the whole run
    std::uint32_t ramp = 0;                           // months until all of the revenue is there
    double ramp_from = 1;                             // share of it at the start
    std::vector<double> prices{1};  // of year 1, 2, ... over those of the run; the last goes on
    bool replace = true;            // what has reached the end of its life is bought again
};

struct CostBook {
    std::string currency;
    Capital capital;
    std::vector<RecurringCost> recurring;
    std::optional<Rent> rent;
    std::optional<Power> power;              // energy is told if it is there
    std::optional<Electricity> electricity;  // needs `power`
    std::optional<Carbon> carbon;            // needs `power`
    std::int64_t tax = 0;                    // billionths of a positive profit
    std::optional<Outlook> outlook;          // the investment is told if it is there
};

// Limits that keep every sum within its integers.
inline constexpr std::int64_t kMostMoney = 1'000'000'000'000 * kMicro;  // capital; costs of a year
inline constexpr std::uint64_t kMostMilliwatts = 10'000'000'000'000;    // 10 GW
inline constexpr std::int64_t kMostPue = 3 * kMillion;
inline constexpr std::int64_t kMostPowerPrice = 10 * kBillion;  // 10 currency units per kWh
inline constexpr std::int64_t kMostRent = 1'000'000;            // currency units per GPU-hour
inline constexpr std::int64_t kMostOfRun = 8'000'000'000'000 * kMicro;  // all costs of one
inline constexpr std::uint32_t kMostTerm = 360;                         // months
inline constexpr std::uint32_t kMostMonths = 600;                       // of an outlook

// What is wrong with a book, by itself. Empty: nothing.
std::string problem_of(const CostBook& book);

// Why the costs of a run that ends at `end` cannot be told: the carbon series ends before, the
// steady state after it. Empty: they can.
std::string problem_of(const CostBook& book, Ticks end);

// Why the costs of this usage cannot be told: also a GPU model without power, or costs beyond what
// an amount holds. Empty: they can.
std::string problem_of(const CostBook& book, const Usage& usage);

Amount capex(const CostBook& book);

}  // namespace tidepool::money
