// Commitments, used or not, and what their tenants hold beyond them.

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "sim/money/bill.h"

namespace tidepool::money {
namespace {

Ticks end_of(const Contract& contract, const Usage& usage) {
    return Ticks{static_cast<std::uint32_t>(std::min<std::uint64_t>(contract.to, usage.end.value))};
}

void charge_commitment(const Contract& contract, const Usage& usage, Meter& meter,
                       Statement& statement) {
    const Ticks end = end_of(contract, usage);
    const Item item = contract.block ? Item::kBlock : Item::kReserved;
    for (Ticks from = contract.from; from < end;) {
        const std::uint64_t day = from.value / kTicksPerDay;
        const Ticks to{static_cast<std::uint32_t>(
            std::min<std::uint64_t>(end.value, (day + 1) * kTicksPerDay))};
        const std::uint64_t ticks = to.value - from.value;
        meter.add(static_cast<std::uint32_t>(day), contract.tenant, item, contract.model,
                  Wide{contract.price.numerator} * static_cast<std::int64_t>(ticks),
                  contract.price.denominator, static_cast<std::int64_t>(ticks * contract.gpus));
        statement.billed += ticks * contract.gpus;
        from = to;
    }
}

using Owner = std::pair<std::uint32_t, std::uint32_t>;  // tenant, GPU model

// Changes of what is held (first) and of what is committed (second), by tick.
using Changes = std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>>;

std::map<Owner, Changes> changes_by_owner(const Usage& usage, const PriceBook& book) {
    std::map<Owner, Changes> changes;
    for (const Contract& contract : book.contracts) {
        Changes& of = changes[{contract.tenant, contract.model}];
        const Ticks end = end_of(contract, usage);
        if (contract.from < end) {
            of[contract.from.value].second += static_cast<std::int64_t>(contract.gpus);
            of[end.value].second -= static_cast<std::int64_t>(contract.gpus);
        }
    }
    for (const Lease& lease : usage.leases) {
        const auto of = changes.find({lease.tenant, lease.model});
        const bool covered = lease.plan == Plan::kReserved && of != changes.end() &&
                             (lease.service == kNone || !book.sells_tokens(lease.service));
        if (covered) {
            of->second[lease.start.value].first += lease.gpus;
            of->second[lease.end.value].first -= lease.gpus;
        }
    }
    return changes;
}

}  // namespace

namespace detail {

void bill_contracts(const Usage& usage, const PriceBook& book, Meter& meter, Statement& statement) {
    for (const Contract& contract : book.contracts) {
        charge_commitment(contract, usage, meter, statement);
    }
    for (const auto& [owner, changes] : changes_by_owner(usage, book)) {
        const auto [tenant, model] = owner;
        std::int64_t held = 0, committed = 0;
        Ticks since{0};
        for (const auto& [tick, change] : changes) {
            if (held > committed && since.value < tick) {
                const PricePath* path = book.price(Plan::kOnDemand, model);
                TP_ASSERT(path != nullptr, "what contracts do not cover has a price");
                const auto gpus = static_cast<std::uint64_t>(held - committed);
                meter.stretch(tenant, Item::kOverage, model, *path, since, Ticks{tick}, gpus);
                statement.billed += gpus * (tick - since.value);
            }
            held += change.first;
            committed += change.second;
            since = Ticks{tick};
        }
    }
}

}  // namespace detail

}  // namespace tidepool::money
