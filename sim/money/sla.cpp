// Credits for instances (nodes) that their tenants could not reach.

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "sim/money/bill.h"

namespace tidepool::money {
namespace {

using Stretch = std::pair<std::uint64_t, std::uint64_t>;                // ticks
using Instance = std::pair<std::uint32_t, std::uint32_t>;               // tenant, node
using Month = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // month, tenant, node

template <class Visit>
void for_each_node(const Lease& lease, const Usage& usage, Visit&& visit) {
    for (std::uint32_t s = 0; s < lease.shares; ++s) {
        const NodeShare& share = usage.shares[lease.first_share + s];
        for (std::uint32_t n = 0; n < share.nodes; ++n) {
            visit(share.first_node + n, share.gpus);
        }
    }
}

class Credits {
public:
    Credits(const Usage& usage, const PriceBook& book, const std::vector<PricePath>& spot)
        : usage_(usage), book_(book), sla_(*book.sla), spot_(spot) {}

    std::vector<Credit> make() {
        for (const Lease& lease : usage_.leases) {
            if (promised(lease) && lease.ended == LeaseEnd::kFailed && lease.outage != kNone) {
                note_downtime(lease);
            }
        }
        by_month();
        if (!down_.empty()) {
            add_fees();
        }
        std::vector<Credit> credits;
        for (const auto& [key, down] : down_) {
            const auto [month, tenant, node] = key;
            Credit credit{month, tenant, node, down.ticks, {}, {}};
            credit.fee = down.fee.rounded();
            credit.amount = of(credit.fee, down.ticks);
            if (credit.amount != Amount{}) {
                credits.push_back(credit);
            }
        }
        return credits;
    }

private:
    struct Down {
        std::uint64_t ticks = 0;
        ExactSum fee;
    };

    bool promised(const Lease& lease) const {
        return sla_.plans[static_cast<std::size_t>(lease.plan)] &&
               (lease.service == kNone || !book_.sells_tokens(lease.service));
    }

    void note_downtime(const Lease& lease) {
        const Downtime& outage = usage_.outages[lease.outage];
        const Ticks until = std::min({lease.back, outage.end, usage_.end});
        if (outage.planned || outage.gpus == 0 || until <= lease.end) {
            return;
        }
        for_each_node(lease, usage_, [&](std::uint32_t node, std::uint32_t) {
            const bool hit = outage.first_node <= node && node < outage.last_node;
            if (hit || sla_.whole_gang) {
                stretches_[{lease.tenant, node}].emplace_back(lease.end.value, until.value);
            }
        });
    }

    // Stretches of one instance that overlap count once; those that are too short do not count.
    void by_month() {
        for (auto& [instance, stretches] : stretches_) {
            std::ranges::sort(stretches);
            std::vector<Stretch> joined;
            for (const Stretch& stretch : stretches) {
                if (!joined.empty() && stretch.first <= joined.back().second) {
                    joined.back().second = std::max(joined.back().second, stretch.second);
                } else {
                    joined.push_back(stretch);
                }
            }
            for (const auto& [from, to] : joined) {
                if (to - from < sla_.grace) {
                    continue;
                }
                for (std::uint64_t at = from; at < to;) {
                    const std::uint64_t month = at / kTicksPerMonth;
                    const std::uint64_t end = std::min(to, (month + 1) * kTicksPerMonth);
                    down_[{static_cast<std::uint32_t>(month), instance.first, instance.second}]
                        .ticks += end - at;
                    at = end;
                }
            }
        }
    }

    void add_fees() {
        std::map<Instance, std::vector<std::uint32_t>> months;
        for (const auto& [key, down] : down_) {
            months[{std::get<1>(key), std::get<2>(key)}].push_back(std::get<0>(key));
        }
        for (const Lease& lease : usage_.leases) {
            if (!promised(lease)) {
                continue;
            }
            for_each_node(lease, usage_, [&](std::uint32_t node, std::uint32_t gpus) {
                const auto found = months.find({lease.tenant, node});
                if (found == months.end()) {
                    return;
                }
                for (const std::uint32_t month : found->second) {
                    add_fee(lease, gpus, month, down_.at({month, lease.tenant, node}));
                }
            });
        }
    }

    // What `gpus` GPUs of the lease cost in the month, while it held them.
    void add_fee(const Lease& lease, std::uint32_t gpus, std::uint32_t month, Down& down) const {
        const std::uint64_t to =
            std::min<std::uint64_t>(lease.end.value, (month + 1) * kTicksPerMonth);
        for (std::uint64_t from =
                 std::max<std::uint64_t>(lease.start.value, month * kTicksPerMonth);
             from < to;) {
            from = add_stretch(lease, gpus, from, to, down);
        }
    }

    // Adds what is at one price from `from` on; returns where that ends, at most at `to`. What
    // contracts cover counts at the price of the first one in force; without one in force, a tenant
    // with contracts pays the overage.
    std::uint64_t add_stretch(const Lease& lease, std::uint32_t gpus, std::uint64_t from,
                              std::uint64_t to, Down& down) const {
        const bool timed = by_time(lease, book_);
        for (const Contract& contract : book_.contracts) {
            if (timed || contract.tenant != lease.tenant || contract.model != lease.model) {
                continue;
            }
            if (contract.from.value <= from && from < contract.to) {
                const std::uint64_t end = std::min(to, contract.to);
                down.fee.add(
                    Wide{contract.price.numerator} * gpus * static_cast<std::int64_t>(end - from),
                    Wide{contract.price.denominator} * static_cast<std::int64_t>(contract.gpus));
                return end;
            }
        }
        std::uint64_t end = to;
        for (const Contract& contract : book_.contracts) {
            const bool later = !timed && contract.tenant == lease.tenant &&
                               contract.model == lease.model && contract.from.value > from;
            end = later ? std::min<std::uint64_t>(end, contract.from.value) : end;
        }
        const PricePath* path = lease.plan == Plan::kSpot ? &spot_[lease.model]
                                : timed                   ? book_.price(lease.plan, lease.model)
                                        : book_.price(Plan::kOnDemand, lease.model);
        TP_ASSERT(path != nullptr, "what is leased has a price");
        down.fee.add(path->sum(Ticks{static_cast<std::uint32_t>(from)},
                               Ticks{static_cast<std::uint32_t>(end)}, gpus),
                     path->denominator());
        return end;
    }

    Amount of(Amount fee, std::uint64_t down) const {
        Share credit{0, 1};
        for (const Sla::Tier& tier : sla_.tiers) {  // the last that applies is the deepest
            const Wide up = Wide{static_cast<std::int64_t>(kTicksPerMonth - down)};
            if (up * tier.below.denominator <
                Wide{static_cast<std::int64_t>(kTicksPerMonth)} * tier.below.numerator) {
                credit = tier.credit;
            }
        }
        const Amount cap = amount(Wide{fee.micro} * sla_.cap.numerator, sla_.cap.denominator);
        const Amount whole =
            std::min(cap, amount(Wide{fee.micro} * credit.numerator, credit.denominator));
        return amount(Wide{whole.micro} * sla_.claimed.numerator, sla_.claimed.denominator);
    }

    const Usage& usage_;
    const PriceBook& book_;
    const Sla& sla_;
    const std::vector<PricePath>& spot_;
    std::map<Instance, std::vector<Stretch>> stretches_;
    std::map<Month, Down> down_;
};

}  // namespace

namespace detail {

std::vector<Credit> credits_of(const Usage& usage, const PriceBook& book,
                               const std::vector<PricePath>& spot) {
    return Credits(usage, book, spot).make();
}

}  // namespace detail

}  // namespace tidepool::money
