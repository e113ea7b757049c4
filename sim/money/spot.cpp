// The price of spot capacity.

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "sim/money/bill.h"

namespace tidepool::money {
namespace {

bool less(const Rate& a, const Rate& b) {
    return Wide{a.numerator} * b.denominator < Wide{b.numerator} * a.denominator;
}

struct ByRate {
    bool operator()(const Rate& a, const Rate& b) const { return less(a, b); }
};

using Bids = std::multiset<Rate, ByRate>;

// Who joins and leaves those who are served, and those who wait, at a tick.
struct Change {
    std::vector<Rate> served_more, served_less, waiting_more, waiting_less;
};

Rate bid_of(const PriceBook& book, std::uint32_t tenant) {
    const auto& bids = book.spot.bid;
    return tenant < bids.size() && bids[tenant] ? *bids[tenant] : book.spot.reserve;
}

void take(Bids& bids, const std::vector<Rate>& gone) {
    for (const Rate& bid : gone) {
        bids.erase(bids.find(bid));
    }
}

// Uniform price: everybody who is served pays the highest bid that is not (at least the reserve),
// and nobody more than the lowest bid that is.
Rate clearing(const Bids& served, const Bids& waiting, const Rate& reserve) {
    Rate price = reserve;
    if (!waiting.empty() && less(price, *waiting.rbegin())) {
        price = *waiting.rbegin();
    }
    if (!served.empty() && less(*served.begin(), price)) {
        price = less(*served.begin(), reserve) ? reserve : *served.begin();
    }
    return price;
}

PricePath clearing_path(const Usage& usage, const PriceBook& book, std::uint32_t model) {
    std::map<std::uint32_t, Change> changes{{0, {}}};
    for (const Lease& lease : usage.leases) {
        if (lease.plan == Plan::kSpot && lease.model == model && lease.start < lease.end) {
            const Rate bid = bid_of(book, lease.tenant);
            changes[lease.start.value].served_more.push_back(bid);
            changes[lease.end.value].served_less.push_back(bid);
        }
    }
    for (const SpotWait& wait : usage.waits) {
        if (wait.model == model || wait.model == kNone) {
            const Rate bid = bid_of(book, wait.tenant);
            changes[wait.from.value].waiting_more.push_back(bid);
            changes[wait.to.value].waiting_less.push_back(bid);
        }
    }
    Bids served, waiting;
    std::vector<PricePath::Step> steps;
    for (const auto& [tick, change] : changes) {
        served.insert(change.served_more.begin(), change.served_more.end());
        waiting.insert(change.waiting_more.begin(), change.waiting_more.end());
        take(served, change.served_less);
        take(waiting, change.waiting_less);
        const Rate price = clearing(served, waiting, book.spot.reserve);
        if (steps.empty() || !(steps.back().rate == price)) {
            steps.push_back({Ticks{tick}, price});
        }
    }
    const auto path = PricePath::make(steps);
    TP_ASSERT(path, "bids have denominators in common");
    return *path;
}

}  // namespace

PricePath spot_path(const Usage& usage, const PriceBook& book, std::uint32_t model) {
    if (book.spot.by_bids) {
        return clearing_path(usage, book, model);
    }
    const PricePath* path = book.price(Plan::kSpot, model);
    return path == nullptr ? *PricePath::make({{Ticks{0}, Rate{}}}) : *path;
}

std::vector<std::pair<Ticks, Ticks>> outbid(const PriceBook& book, std::uint32_t tenant,
                                            std::uint32_t model, Ticks end) {
    std::vector<std::pair<Ticks, Ticks>> stretches;
    const PricePath* path = book.price(Plan::kSpot, model);
    const auto& bids = book.spot.bid;
    if (book.spot.by_bids || path == nullptr || tenant >= bids.size() || !bids[tenant]) {
        return stretches;
    }
    for (std::size_t s = 0; s < path->steps() && path->begin(s) < end; ++s) {
        if (!less(*bids[tenant], {path->numerator(s), path->denominator()})) {
            continue;
        }
        const Ticks to = s + 1 < path->steps() ? std::min(path->begin(s + 1), end) : end;
        if (!stretches.empty() && stretches.back().second == path->begin(s)) {
            stretches.back().second = to;
        } else {
            stretches.emplace_back(path->begin(s), to);
        }
    }
    return stretches;
}

}  // namespace tidepool::money
