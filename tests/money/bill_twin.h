#pragma once
// A second biller, written from docs/prices.md: it cuts the run at every tick at which anything
// changes and looks at every lease, contract and bid in every piece. Slow, without prefix sums and
// without sweeps. All its prices are whole numbers of 1/kPart micro-units.

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/money/bill.h"

namespace tidepool::money::twin {

inline constexpr std::int64_t kPart = 57'600LL * 7 * 840;

struct Step {
    std::uint32_t from = 0;
    Rate rate;
};
using Prices = std::map<std::pair<int, std::uint32_t>, std::vector<Step>>;  // plan, model

inline Wide parts(const Rate& rate) {
    return Wide{rate.numerator} * (kPart / rate.denominator);
}

// Nearest, ties to even, by trial.
inline std::int64_t nearest(Wide numerator, Wide denominator) {
    Wide floor = numerator / denominator;
    if (floor * denominator > numerator) {
        --floor;
    }
    const Wide below = numerator - floor * denominator, above = denominator - below;
    const bool up = above < below || (above == below && floor % 2 != 0);
    return static_cast<std::int64_t>(floor + (up ? 1 : 0));
}

using Key = std::tuple<std::uint32_t, std::uint32_t, int, std::uint32_t>;  // day tenant item model
struct Cell {
    Wide parts = 0;
    std::int64_t pieces = 0;
};

class Twin {
public:
    Twin(const Usage& usage, const PriceBook& book, const Prices& prices)
        : usage_(usage), book_(book), prices_(prices) {}

    std::map<Key, std::pair<std::int64_t, std::int64_t>> lines() {  // amount, pieces
        for_each_piece([&](std::uint32_t a, std::uint32_t b) { add_piece(a, b); });
        for (const Lease& lease : usage_.leases) {
            if (timed(lease)) {
                add_ends(lease);
            }
        }
        std::map<Key, std::pair<std::int64_t, std::int64_t>> lines;
        for (const auto& [key, cell] : cells_) {
            const std::int64_t amount = nearest(cell.parts, kPart);
            lines[key] = {amount, cell.pieces};
            const int item = std::get<2>(key);
            const int plan = item == 0 || item == 4   ? 0
                             : item == 1 || item == 2 ? 1
                             : item == 3              ? 2
                                                      : -1;
            if (plan >= 0 && book_.commission[plan].numerator > 0) {
                const Share& share = book_.commission[plan];
                auto& taken = lines[{std::get<0>(key), std::get<1>(key), 9, std::get<3>(key)}];
                taken.first -= nearest(Wide{amount} * share.numerator, share.denominator);
                taken.second += cell.pieces;
            }
        }
        return lines;
    }

    // month, tenant, node: down, fee, credit
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>,
             std::tuple<std::uint64_t, std::int64_t, std::int64_t>>
    credits() {
        std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>,
                 std::tuple<std::uint64_t, std::int64_t, std::int64_t>>
            all;
        for (std::uint32_t tenant = 0; tenant < usage_.tenants.size(); ++tenant) {
            for (std::uint32_t node = 0; node < usage_.node_gpus.size(); ++node) {
                for (const auto& [month, down] : down_of(tenant, node)) {
                    const std::int64_t fee = nearest(fee_of(tenant, node, month), kPart);
                    const std::int64_t credit = credit_of(fee, down);
                    if (credit != 0) {
                        all[{month, tenant, node}] = {down, fee, credit};
                    }
                }
            }
        }
        return all;
    }

private:
    template <class Visit>
    void for_each_piece(Visit&& visit) const {
        std::set<std::uint32_t> cuts{0, usage_.end.value};
        const auto cut = [&](std::uint64_t tick) {
            if (tick < usage_.end.value) {
                cuts.insert(static_cast<std::uint32_t>(tick));
            }
        };
        for (const Lease& l : usage_.leases) {
            cut(l.start.value), cut(l.end.value), cut(l.back.value);
            cut(l.start.value + l.failed_time / l.gpus);
        }
        for (const SpotWait& w : usage_.waits) {
            cut(w.from.value), cut(w.to.value);
        }
        for (const Contract& c : book_.contracts) {
            cut(c.from.value), cut(c.to);
        }
        for (const Downtime& d : usage_.outages) {
            cut(d.begin.value), cut(d.end.value);
        }
        for (const auto& [key, steps] : prices_) {
            for (const Step& step : steps) {
                cut(step.from);
            }
        }
        for (std::uint64_t t = 0; t < usage_.end.value; t += kTicksPerDay) {
            cut(t);
        }
        for (std::uint64_t t = 0; t < usage_.end.value; t += kTicksPerMonth) {
            cut(t);
        }
        for (auto at = cuts.begin(); std::next(at) != cuts.end(); ++at) {
            visit(*at, *std::next(at));
        }
    }

    bool contracted(const Lease& lease) const {
        return lease.plan == Plan::kReserved &&
               std::any_of(book_.contracts.begin(), book_.contracts.end(), [&](const Contract& c) {
                   return c.tenant == lease.tenant && c.model == lease.model;
               });
    }
    bool timed(const Lease& lease) const { return !contracted(lease); }

    Wide listed(int plan, std::uint32_t model, std::uint32_t tick) const {
        Wide price = 0;
        for (const Step& step : prices_.at({plan, model})) {
            price = step.from <= tick ? parts(step.rate) : price;
        }
        return price;
    }
    Wide cleared(std::uint32_t model, std::uint32_t tick) const {
        const Wide reserve = parts(book_.spot.reserve);
        Wide waiting = 0, served = -1;
        for (const SpotWait& w : usage_.waits) {
            if ((w.model == model || w.model == kNone) && w.from.value <= tick &&
                tick < w.to.value) {
                waiting = std::max(waiting, parts(*book_.spot.bid[w.tenant]));
            }
        }
        for (const Lease& l : usage_.leases) {
            if (l.plan == Plan::kSpot && l.model == model && l.start.value <= tick &&
                tick < l.end.value) {
                const Wide bid = parts(*book_.spot.bid[l.tenant]);
                served = served < 0 ? bid : std::min(served, bid);
            }
        }
        const Wide price = std::max(reserve, waiting);
        return served < 0 ? price : std::max(reserve, std::min(price, served));
    }
    Wide price(const Lease& lease, std::uint32_t tick) const {
        return lease.plan == Plan::kSpot && book_.spot.by_bids
                   ? cleared(lease.model, tick)
                   : listed(static_cast<int>(lease.plan), lease.model, tick);
    }
    static int item_of(Plan plan) {
        return plan == Plan::kReserved ? 0 : plan == Plan::kOnDemand ? 2 : 3;
    }
    static bool holds(const Lease& l, std::uint32_t a) {
        return l.start.value <= a && a < l.end.value;
    }
    void add(std::uint32_t tick, std::uint32_t tenant, int item, std::uint32_t model, Wide parts,
             std::int64_t pieces) {
        if (pieces != 0) {
            Cell& cell =
                cells_[{static_cast<std::uint32_t>(tick / kTicksPerDay), tenant, item, model}];
            cell.parts += parts;
            cell.pieces += pieces;
        }
    }

    void add_piece(std::uint32_t a, std::uint32_t b) {
        const Wide ticks = b - a;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> beyond;
        for (const Contract& c : book_.contracts) {
            if (c.from.value <= a && a < c.to) {
                add(a, c.tenant, c.block ? 4 : 0, c.model, parts(c.price) * ticks,
                    static_cast<std::int64_t>(c.gpus * (b - a)));
                beyond[{c.tenant, c.model}] -= static_cast<std::int64_t>(c.gpus);
            }
        }
        for (const Lease& l : usage_.leases) {
            if (!holds(l, a)) {
                continue;
            }
            if (contracted(l)) {
                beyond[{l.tenant, l.model}] += l.gpus;
                continue;
            }
            const Wide cost = price(l, a) * l.gpus * ticks;
            add(a, l.tenant, item_of(l.plan), l.model, cost, std::int64_t{l.gpus} * (b - a));
            if (book_.refund_failed_time && a < l.start.value + l.failed_time / l.gpus) {
                add(a, l.tenant, 8, l.model, -cost, std::int64_t{l.gpus} * (b - a));
            }
        }
        for (const auto& [owner, gpus] : beyond) {
            if (gpus > 0) {
                add(a, owner.first, 1, owner.second, listed(1, owner.second, a) * gpus * ticks,
                    gpus * (b - a));
            }
        }
    }

    // What is charged and given back at single moments.
    void add_ends(const Lease& l) {
        std::uint64_t extra = 0;
        if (l.ended != LeaseEnd::kRunning) {
            const BilledTime& rule = book_.billed_time[static_cast<int>(l.plan)];
            const std::uint64_t held = l.end.value - l.start.value;
            std::uint64_t billed = 0;
            while (billed < held || billed < rule.minimum) {
                billed += rule.granularity;
            }
            extra = (billed - held) * l.gpus;
        }
        const std::uint32_t last = l.end > l.start ? l.end.value - 1 : l.start.value;
        const Wide at_last = price(l, last);
        const auto more = static_cast<std::int64_t>(extra + l.pause);
        add(last, l.tenant, item_of(l.plan), l.model, at_last * more, more);
        if (book_.refund_failed_time) {
            const auto pause = static_cast<std::int64_t>(l.pause);
            const auto rest = static_cast<std::int64_t>(l.failed_time % l.gpus);
            add(last, l.tenant, 8, l.model, -at_last * pause, pause);
            add(l.start.value, l.tenant, 8, l.model, -price(l, l.start.value) * rest, rest);
        }
    }

    bool promised(const Lease& lease) const {
        return book_.sla->plans[static_cast<std::size_t>(lease.plan)];
    }
    std::int64_t gpus_on(const Lease& lease, std::uint32_t node) const {
        std::int64_t gpus = 0;
        for (std::uint32_t s = 0; s < lease.shares; ++s) {
            const NodeShare& share = usage_.shares[lease.first_share + s];
            gpus +=
                share.first_node <= node && node < share.first_node + share.nodes ? share.gpus : 0;
        }
        return gpus;
    }

    bool down_at(std::uint32_t tenant, std::uint32_t node, std::uint32_t tick) const {
        return std::any_of(usage_.leases.begin(), usage_.leases.end(), [&](const Lease& l) {
            if (l.tenant != tenant || !promised(l) || l.ended != LeaseEnd::kFailed ||
                l.outage == kNone || gpus_on(l, node) == 0) {
                return false;
            }
            const Downtime& outage = usage_.outages[l.outage];
            const bool hit = outage.first_node <= node && node < outage.last_node;
            return !outage.planned && outage.gpus != 0 && (hit || book_.sla->whole_gang) &&
                   l.end.value <= tick && tick < l.back.value && tick < outage.end.value;
        });
    }

    std::map<std::uint32_t, std::uint64_t> down_of(std::uint32_t tenant, std::uint32_t node) const {
        std::map<std::uint32_t, std::uint64_t> months,
            since;  // since: of the downtime that goes on
        std::uint64_t length = 0;
        const auto close = [&] {
            for (const auto& [month, ticks] : since) {
                months[month] += length >= book_.sla->grace ? ticks : 0;
            }
            since.clear();
            length = 0;
        };
        for_each_piece([&](std::uint32_t a, std::uint32_t b) {
            if (!down_at(tenant, node, a)) {
                return close();
            }
            length += b - a;
            since[static_cast<std::uint32_t>(a / kTicksPerMonth)] += b - a;
        });
        close();
        return months;
    }

    Wide fee_of(std::uint32_t tenant, std::uint32_t node, std::uint32_t month) const {
        Wide fee = 0;
        for_each_piece([&](std::uint32_t a, std::uint32_t b) {
            if (a / kTicksPerMonth != month) {
                return;
            }
            for (const Lease& l : usage_.leases) {
                const std::int64_t gpus = l.tenant == tenant && holds(l, a) ? gpus_on(l, node) : 0;
                if (gpus == 0 || !promised(l)) {
                    continue;
                }
                Wide each = contracted(l) ? listed(1, l.model, a) : price(l, a);
                for (const Contract& c : book_.contracts) {
                    if (contracted(l) && c.tenant == tenant && c.model == l.model &&
                        c.from.value <= a && a < c.to) {
                        each = parts(c.price) / static_cast<std::int64_t>(c.gpus);
                        break;
                    }
                }
                fee += each * gpus * (b - a);
            }
        });
        return fee;
    }

    std::int64_t credit_of(std::int64_t fee, std::uint64_t down) const {
        Share share{0, 1};
        const Wide up = Wide{static_cast<std::int64_t>(kTicksPerMonth - down)};
        for (const Sla::Tier& tier : book_.sla->tiers) {
            const Wide limit =
                Wide{static_cast<std::int64_t>(kTicksPerMonth)} * tier.below.numerator;
            share = up * tier.below.denominator < limit ? tier.credit : share;
        }
        const std::int64_t whole =
            std::min(nearest(Wide{fee} * share.numerator, share.denominator),
                     nearest(Wide{fee} * book_.sla->cap.numerator, book_.sla->cap.denominator));
        return nearest(Wide{whole} * book_.sla->claimed.numerator, book_.sla->claimed.denominator);
    }

    const Usage& usage_;
    const PriceBook& book_;
    const Prices& prices_;
    std::map<Key, Cell> cells_;
};

}  // namespace tidepool::money::twin
