#pragma once
// What things cost the customers of a datacenter, resolved: indices are those of the Usage that is
// billed. sim/scenario/compile_prices.h makes it; docs/prices.md states the rules of the bill.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/money/amount.h"
#include "sim/money/path.h"
#include "sim/money/usage.h"

namespace tidepool::money {

// Part of a whole, exactly; 0 <= numerator <= denominator.
struct Share {
    std::int64_t numerator = 0, denominator = 1;
    friend constexpr bool operator==(const Share&, const Share&) = default;
};
inline constexpr Share kWhole{1, 1};

// How the time of ended leases of a plan is rounded up.
struct BilledTime {
    std::uint64_t granularity = 1;  // ticks, >= 1
    std::uint64_t minimum = 0;      // ticks
};

// So many GPUs for a term, used or not.
struct Contract {
    std::uint32_t tenant = 0, model = 0;
    std::uint64_t gpus = 0;  // that leases of the plan `reserved` may hold at no further price
    Rate price;              // of the whole quantity, per tick
    Ticks from;
    std::uint64_t to = 0;  // tick; may lie beyond the clock
    bool block = false;    // a capacity block; else reserved
    Share prepaid;         // paid at `from`, the rest as time passes
};

struct SpotRule {
    bool by_bids = false;                  // else the list's price of the plan `spot`
    Rate reserve;                          // least price of a GPU-tick, by_bids
    std::vector<std::optional<Rate>> bid;  // by tenant: most it pays for a GPU-tick
    Ticks notice;                          // from being outbid to being stopped
};

// Of one service, or one class of its requests, per token.
struct TokenPrice {
    std::uint32_t service = 0;
    std::uint32_t request_class = kNone;  // kNone: all that have no price of their own
    Rate input, cached, output;
    // Within [from, to) of every day of 24 h of ticks, counted from `midnight`, this share is
    // charged. from > to: beyond midnight.
    struct OffPeak {
        std::uint64_t from = 0, to = 0;
        Share charged = kWhole;
    };
    std::optional<OffPeak> off_peak;
};

// Credits for instances (nodes) that were not to be reached.
struct Sla {
    struct Tier {
        Share below;   // availability of the month, less than which
        Share credit;  // this share of the month's fee is given back
    };
    std::vector<Tier> tiers;  // by falling `below`
    Share cap = kWhole;       // of the fee
    Share claimed = kWhole;   // of all credits, those that customers ask for
    std::uint64_t grace = 0;  // ticks: shorter downtimes do not count
    bool whole_gang = false;  // all nodes of a lease count as down with one of them
    std::array<bool, kPlans> plans{true, true, false};
};

struct PriceBook {
    std::string currency;
    bool sells_time = true;  // false: of a scenario without prices, whose leases cost nothing
    // List prices by plan, then GPU model; empty: none.
    std::array<std::vector<std::optional<PricePath>>, kPlans> list;
    std::array<BilledTime, kPlans> billed_time;
    bool refund_failed_time = false;
    std::vector<Contract> contracts;
    SpotRule spot;
    std::vector<TokenPrice> tokens;
    std::uint64_t midnight = 0;  // tick of the day at which days of off-peak windows begin
    std::array<Share, kPlans> commission;  // of what leases under the plan cost
    Share token_commission;
    std::optional<Sla> sla;

    const PricePath* price(Plan plan, std::uint32_t model) const {
        const auto& paths = list[static_cast<std::size_t>(plan)];
        return model < paths.size() && paths[model] ? &*paths[model] : nullptr;
    }
    // Whether the service's tokens are sold, so that its units are not.
    bool sells_tokens(std::uint32_t service) const;
    bool has_contract(std::uint32_t tenant, std::uint32_t model) const;
};

}  // namespace tidepool::money
