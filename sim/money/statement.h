#pragma once
// What a run is worth under a price book and a cost book: revenue line by line, credits, costs, and
// what the investment returns. Laws that hold to the unit: sums over tenants, days, plans and GPU
// models are equal; revenue = billed - credits - refunds - commission.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/money/amount.h"
#include "sim/money/usage.h"

namespace tidepool::money {

// What a revenue line is for. Values are part of the results: never renumber, only add.
enum class Item : std::int8_t {
    kReserved = 0,  // commitments, used or not
    kOverage = 1,   // beyond the commitment
    kOnDemand = 2,
    kSpot = 3,
    kBlock = 4,  // capacity blocks
    kTokensIn = 5,
    kTokensCached = 6,
    kTokensOut = 7,
    kRefund = 8,      // negative: failed time that is not charged
    kCommission = 9,  // negative: the marketplace's share
};
inline constexpr std::uint32_t kItems = 10;

// One cell of the bill. Rows with equal keys are added up.
struct RevenueLine {
    std::uint32_t day = 0;  // of 24 h since the start of the run
    std::uint32_t tenant = 0;
    Item item = Item::kOnDemand;
    std::uint32_t model = kNone;  // kNone: tokens
    std::uint64_t pieces = 0;     // GPU-ticks billed, or tokens
    Amount amount;
};

// A credit for an instance (node) that was not to be reached, in one month of 730 h.
struct Credit {
    std::uint32_t month = 0, tenant = 0, node = 0;
    std::uint64_t down = 0;  // ticks that count
    Amount fee, amount;      // what the month cost; what is given back
};

enum class CostKind : std::int8_t {  // values are part of the results
    kDepreciation = 0,
    kElectricity = 1,
    kColocation = 2,
    kStaff = 3,
    kSoftware = 4,
    kNetwork = 5,  // transit, cross connects
    kRent = 6,     // GPUs rented from others
    kOther = 7,
    kInterest = 8,  // below EBITDA
    kTax = 9,
};
inline constexpr std::uint32_t kCostKinds = 10;

struct CostLine {
    std::string name;  // `servers`, `electricity`, ...
    CostKind kind = CostKind::kOther;
    Amount amount;  // over the run
};

struct Energy {
    std::uint64_t milliwatt_hours_it = 0;  // what IT drew, over the run
    std::uint64_t milliwatt_hours = 0;     // times PUE
    std::uint64_t peak_watts = 0;          // largest mean of a bin, times PUE
    std::uint64_t grams_co2 = 0;
    bool has_carbon = false;
};

// Of the whole investment, beyond the run by the rule of docs/money.md. Years of 365 days; empty:
// never within the years looked at, or not to be told.
struct Investment {
    Amount capex;
    std::optional<double> payback_years, discounted_payback_years, irr;  // irr: per year
    std::optional<double> npv;                                           // currency units
    std::optional<double> break_even_occupancy;  // at which revenue covers all costs; may be > 1
    std::optional<double> break_even_price;      // of what is charged now; may be > 1
    std::vector<double> cumulative_cash;         // currency units, at the end of month 0, 1, 2, ...
};

struct Statement {
    std::string currency;
    std::vector<RevenueLine> revenue;  // by (day, tenant, item, model)
    std::vector<Credit> credits;       // by (month, tenant, node); only if they are not zero
    std::vector<CostLine> costs;       // in the order of the book; none: no costs are told
    std::optional<Energy> energy;
    std::optional<Investment> investment;
    std::uint64_t billed = 0;     // GPU-ticks charged, commitments included, refunds not
    std::uint64_t sellable = 0;   // GPU-ticks installed less spares and planned downtime
    std::uint64_t available = 0;  // GPU-ticks not down
    std::uint64_t useful = 0;     // GPU-ticks of work kept
    std::uint64_t tokens = 0;     // tokens served, prompt and answer
};

// Sums over statement.revenue.
Amount billed(const Statement& statement);  // all but refunds and commission
Amount billed(const Statement& statement, Item item);
Amount credits(const Statement& statement);
Amount net_revenue(const Statement& statement);  // with refunds, commission, credits
Amount cost(const Statement& statement, CostKind kind);
Amount total_cost(const Statement& statement);  // tax and interest included
// Net revenue less depreciation, electricity, colocation, network, staff and rent.
Amount gross_profit(const Statement& statement);
// Net revenue less all costs but depreciation, interest and tax.
Amount ebitda(const Statement& statement);

}  // namespace tidepool::money
