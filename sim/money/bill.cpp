#include "sim/money/bill.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace tidepool::money {
namespace {

Item item_of(Plan plan) {
    switch (plan) {
        case Plan::kReserved:
            return Item::kReserved;
        case Plan::kSpot:
            return Item::kSpot;
        case Plan::kOnDemand:
            break;
    }
    return Item::kOnDemand;
}

// What a lease is charged beyond the time it was held: rounding up, and the pause after it.
std::uint64_t extra_time(const Lease& lease, const PriceBook& book) {
    if (lease.ended == LeaseEnd::kRunning) {
        return 0;
    }
    const BilledTime& rule = book.billed_time[static_cast<std::size_t>(lease.plan)];
    const std::uint64_t held = lease.end.value - lease.start.value;
    const std::uint64_t least = std::max(held, rule.minimum);
    const std::uint64_t steps = least / rule.granularity + (least % rule.granularity != 0 ? 1 : 0);
    return steps * rule.granularity - held;
}

Ticks last_moment(const Lease& lease) {
    return lease.end > lease.start ? Ticks{lease.end.value - 1} : lease.start;
}

class Biller {
public:
    Biller(const Usage& usage, const PriceBook& book) : usage_(usage), book_(book) {
        for (std::uint32_t model = 0; model < usage.models.size(); ++model) {
            spot_.push_back(spot_path(usage, book, model));
        }
    }

    Statement bill() {
        statement_.currency = book_.currency;
        for (const Lease& lease : usage_.leases) {
            if (book_.sells_time && by_time(lease, book_)) {
                charge(lease);
            } else if (lease.service != kNone && book_.sells_tokens(lease.service)) {
                statement_.billed +=  // sold by the token
                    std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value) + lease.pause;
            }
        }
        detail::bill_contracts(usage_, book_, meter_, statement_);
        detail::bill_tokens(usage_, book_, meter_, statement_);
        statement_.revenue = meter_.lines();
        take_commission();
        if (book_.sla) {
            statement_.credits = detail::credits_of(usage_, book_, spot_);
        }
        count_time();
        return std::move(statement_);
    }

private:
    const PricePath& path_of(const Lease& lease) const {
        if (lease.plan == Plan::kSpot) {
            return spot_[lease.model];
        }
        const PricePath* path = book_.price(lease.plan, lease.model);
        TP_ASSERT(path != nullptr, "every plan and GPU model that is used has a price");
        return *path;
    }

    void charge(const Lease& lease) {
        const PricePath& path = path_of(lease);
        const Item item = item_of(lease.plan);
        meter_.stretch(lease.tenant, item, lease.model, path, lease.start, lease.end, lease.gpus);
        const std::uint64_t extra = extra_time(lease, book_) * lease.gpus + lease.pause;
        meter_.at_once(lease.tenant, item, lease.model, path, last_moment(lease),
                       static_cast<std::int64_t>(extra));
        statement_.billed +=
            std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value) + extra;
        if (book_.refund_failed_time) {
            refund(lease, path);
        }
    }

    // The pause at the price that it was charged at, and the first part of the lease, in which the
    // job came back.
    void refund(const Lease& lease, const PricePath& path) {
        const auto whole = static_cast<std::uint32_t>(lease.failed_time / std::max(1U, lease.gpus));
        const std::uint64_t rest = lease.failed_time - std::uint64_t{whole} * lease.gpus;
        const Ticks back{lease.start.value + whole};
        for (Ticks from = lease.start; from < back;) {
            const std::uint64_t day = from.value / kTicksPerDay;
            const Ticks to{static_cast<std::uint32_t>(
                std::min<std::uint64_t>(back.value, (day + 1) * kTicksPerDay))};
            meter_.add(static_cast<std::uint32_t>(day), lease.tenant, Item::kRefund, lease.model,
                       -path.sum(from, to, lease.gpus), path.denominator(),
                       -std::int64_t{lease.gpus} * (to.value - from.value));
            from = to;
        }
        meter_.at_once(lease.tenant, Item::kRefund, lease.model, path, lease.start,
                       -static_cast<std::int64_t>(rest));
        meter_.at_once(lease.tenant, Item::kRefund, lease.model, path, last_moment(lease),
                       -static_cast<std::int64_t>(lease.pause));
    }

    Share commission_of(Item item) const {
        const auto of = [&](Plan plan) { return book_.commission[static_cast<std::size_t>(plan)]; };
        switch (item) {
            case Item::kReserved:
            case Item::kBlock:
                return of(Plan::kReserved);
            case Item::kOverage:
            case Item::kOnDemand:
                return of(Plan::kOnDemand);
            case Item::kSpot:
                return of(Plan::kSpot);
            case Item::kTokensIn:
            case Item::kTokensCached:
            case Item::kTokensOut:
                return book_.token_commission;
            default:
                return {};
        }
    }

    // Of what each line is charged, a line beside it.
    void take_commission() {
        std::vector<RevenueLine> all;
        for (const RevenueLine& line : statement_.revenue) {
            all.push_back(line);
            const Share share = commission_of(line.item);
            if (share.numerator == 0) {
                continue;
            }
            RevenueLine taken = line;
            taken.item = Item::kCommission;
            taken.amount = -amount(Wide{line.amount.micro} * share.numerator, share.denominator);
            all.push_back(taken);
        }
        const auto key = [](const RevenueLine& l) {
            return std::tuple(l.day, l.tenant, l.item, l.model);
        };
        std::ranges::stable_sort(all, {}, key);
        statement_.revenue.clear();
        for (const RevenueLine& line : all) {
            if (!statement_.revenue.empty() && key(statement_.revenue.back()) == key(line)) {
                statement_.revenue.back().pieces += line.pieces;
                statement_.revenue.back().amount += line.amount;
            } else {
                statement_.revenue.push_back(line);
            }
        }
    }

    void count_time() {
        std::uint64_t installed = 0, down = 0;
        for (const std::vector<StateBin>& bins : usage_.states) {
            for (const StateBin& bin : bins) {
                installed += bin.allocated + bin.idle + bin.down;
                down += bin.down;
            }
        }
        const std::uint64_t withheld = usage_.spare_gpus * usage_.end.value + planned_downtime();
        statement_.sellable = installed > withheld ? installed - withheld : 0;
        statement_.available = installed - down;
        statement_.useful = usage_.useful;
    }

    // GPU-ticks; windows that overlap count once per GPU.
    std::uint64_t planned_downtime() const {
        struct Window {
            std::uint32_t node, begin, end;
            std::uint64_t gpus;
        };
        std::vector<Window> windows;
        for (const Downtime& down : usage_.outages) {
            for (std::uint32_t n = down.first_node;
                 down.planned &&
                 n < std::min<std::uint64_t>(down.last_node, usage_.node_gpus.size());
                 ++n) {
                windows.push_back({n, down.begin.value, down.end.value, down.gpus});
            }
        }
        std::ranges::sort(windows, {}, [](const Window& w) { return std::tuple(w.node, w.begin); });
        std::uint64_t sum = 0;
        std::uint32_t node = kNone, until = 0;
        for (const Window& w : windows) {
            const std::uint64_t all = usage_.node_gpus[w.node] == 64
                                          ? ~std::uint64_t{0}
                                          : (std::uint64_t{1} << usage_.node_gpus[w.node]) - 1;
            until = w.node == node ? until : 0;
            node = w.node;
            const std::uint32_t from = std::max(until, w.begin);
            if (from < w.end) {
                sum += std::uint64_t{w.end - from} *
                       static_cast<std::uint64_t>(std::popcount(w.gpus & all));
                until = w.end;
            }
        }
        return sum;
    }

    const Usage& usage_;
    const PriceBook& book_;
    std::vector<PricePath> spot_;  // by GPU model
    Meter meter_;
    Statement statement_;
};

}  // namespace

bool by_time(const Lease& lease, const PriceBook& book) {
    if (lease.service != kNone && book.sells_tokens(lease.service)) {
        return false;
    }
    return lease.plan != Plan::kReserved || !book.has_contract(lease.tenant, lease.model);
}

Statement bill(const Usage& usage, const PriceBook& book) {
    return Biller(usage, book).bill();
}

}  // namespace tidepool::money
