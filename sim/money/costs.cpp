#include "sim/money/costs.h"

#include <algorithm>

#include "sim/base/issue.h"
#include "sim/money/annuity.h"
#include "sim/money/energy.h"
#include "sim/money/investment.h"

namespace tidepool::money {
namespace {

void add_capital(const Capital& capital, std::uint64_t end, std::vector<CostLine>& lines) {
    for (const CapitalItem& item : capital.items) {
        Amount charged;
        if (capital.charge == CapitalCharge::kAnnuity) {
            const std::uint64_t paid = std::min(end, capital.term * kTicksPerMonth);
            const Amount payment = annuity(item.cost, capital.wacc, capital.term);
            charged = amount(Wide{payment.micro} * paid, kTicksPerMonth);
        } else {
            const Amount lost = item.cost - item.residual;
            charged = amount(Wide{lost.micro} * std::min(end, item.life), item.life);
        }
        lines.push_back({item.name, CostKind::kDepreciation, charged});
    }
}

// A debt that falls to nothing in a straight line over the term.
Amount interest(const CostBook& book, std::uint64_t end) {
    const Capital& capital = book.capital;
    const Amount debt = amount(Wide{capex(book).micro} * capital.loan, kBillion);
    const Amount a_year = amount(Wide{debt.micro} * capital.interest, kBillion);
    const std::uint64_t term = capital.term * kTicksPerMonth;
    const std::uint64_t time = std::min(end, term);
    return amount(Wide{a_year.micro} * (Wide{2 * term - time} * time),
                  Wide{2 * term} * kTicksPerYear);
}

}  // namespace

Wide rented(const Usage& usage, RentOf of) {
    Wide ticks = 0;
    if (of == RentOf::kUnits) {
        for (const Lease& lease : usage.leases) {
            const std::uint64_t time = lease.end.value - lease.start.value;
            ticks += lease.service == kNone ? Wide{0} : Wide{lease.gpus} * time + lease.pause;
        }
        return ticks;
    }
    for (const std::vector<StateBin>& bins : usage.states) {
        for (const StateBin& bin : bins) {
            ticks += bin.allocated;
            ticks += of == RentOf::kInstalled ? Wide{bin.idle} + bin.down : Wide{0};
        }
    }
    return ticks;
}

double rented(const Usage& usage, RentOf of, std::uint64_t from, std::uint64_t until) {
    const auto common = [&](std::uint64_t begin, std::uint64_t end) {
        const std::uint64_t first = std::max(begin, from), last = std::min(end, until);
        return first < last ? static_cast<double>(last - first) : 0.0;
    };
    double ticks = 0;
    if (of == RentOf::kUnits) {
        for (const Lease& lease : usage.leases) {
            if (lease.service != kNone && lease.gpus > 0) {
                const std::uint64_t pause = (lease.pause + lease.gpus - 1) / lease.gpus;
                ticks += lease.gpus * common(lease.start.value, lease.end.value);
                ticks += pause == 0
                             ? 0.0
                             : static_cast<double>(lease.pause) / static_cast<double>(pause) *
                                   common(lease.end.value, lease.end.value + pause);
            }
        }
        return ticks;
    }
    for (const std::vector<StateBin>& bins : usage.states) {
        for (std::size_t b = 0; b < bins.size(); ++b) {
            const std::uint64_t begin = b * std::uint64_t{usage.bin_width.value};
            const std::uint64_t end =
                std::min<std::uint64_t>(begin + usage.bin_width.value, usage.end.value);
            const auto all = static_cast<double>(bins[b].allocated) +
                             (of == RentOf::kInstalled ? static_cast<double>(bins[b].idle) +
                                                             static_cast<double>(bins[b].down)
                                                       : 0.0);
            ticks += begin < end ? all * common(begin, end) / static_cast<double>(end - begin) : 0;
        }
    }
    return ticks;
}

void add_costs(const Usage& usage, const CostBook& book, Statement& statement) {
    if (const std::string problem = problem_of(book, usage); !problem.empty()) {
        throw input_error("costs", problem);
    }
    const std::uint64_t end = usage.end.value;
    std::vector<CostLine>& lines = statement.costs;
    lines.clear();
    statement.currency = book.currency;
    add_capital(book.capital, end, lines);
    if (book.power) {
        const EnergyUse use = energy_use(usage, *book.power);
        statement.energy = energy_of(use, book.carbon ? &*book.carbon : nullptr);
        if (book.electricity) {
            const Amount cost = electricity_cost(use, *book.electricity);
            lines.push_back({"electricity", CostKind::kElectricity, cost});
        }
    }
    for (const RecurringCost& cost : book.recurring) {
        lines.push_back(
            {cost.name, cost.kind, amount(Wide{cost.a_year.micro} * end, kTicksPerYear)});
    }
    if (book.rent) {
        lines.push_back(
            {"rent", CostKind::kRent, charge(rented(usage, book.rent->of), book.rent->price)});
    }
    if (book.capital.loan > 0) {
        lines.push_back({"interest", CostKind::kInterest, interest(book, end)});
    }
    if (book.tax > 0) {
        const Amount profit = net_revenue(statement) - total_cost(statement);
        const std::int64_t taxed = std::max<std::int64_t>(profit.micro, 0);
        lines.push_back({"tax", CostKind::kTax, amount(Wide{taxed} * book.tax, kBillion)});
    }
    if (book.outlook) {
        statement.investment = investment(usage, book, statement);
    }
}

}  // namespace tidepool::money
