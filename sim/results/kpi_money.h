#pragma once
// The KPIs of money: what a run earns and costs. Their unit `currency` is that of the statement.

#include <array>

#include "sim/money/statement.h"
#include "sim/results/kpi.h"

namespace tidepool::results {

namespace kpi_detail {

template <class Get>
double of_statement(const model::Totals& t, Get get) {
    return t.money == nullptr ? model::kUndefined : get(*t.money);
}
// Of statements that tell costs.
template <class Get>
double of_costs(const model::Totals& t, Get get) {
    return t.money == nullptr || t.money->costs.empty() ? model::kUndefined : get(*t.money);
}
template <class Get>
double of_energy(const model::Totals& t, Get get) {
    return t.money == nullptr || !t.money->energy ? model::kUndefined : get(*t.money->energy);
}
template <class Get>
double of_investment(const model::Totals& t, Get get) {
    return t.money == nullptr || !t.money->investment ? model::kUndefined
                                                      : get(*t.money->investment);
}
inline double units(money::Amount amount) {
    return money::in_units(amount);
}
inline double item(const model::Totals& t, money::Item of) {
    return of_statement(t, [&](const money::Statement& s) { return units(money::billed(s, of)); });
}
inline double line(const model::Totals& t, money::CostKind kind) {
    return of_costs(t, [&](const money::Statement& s) { return units(money::cost(s, kind)); });
}
inline double per(double amount, double quantity) {
    return quantity > 0 ? amount / quantity : model::kUndefined;
}
inline double cost_per_hour(const model::Totals& t, std::uint64_t money::Statement::*gpu_ticks) {
    return of_costs(t, [&](const money::Statement& s) {
        return per(units(money::total_cost(s)), model::gpu_hours(s.*gpu_ticks));
    });
}

}  // namespace kpi_detail

inline constexpr std::array kMoneyKpis{
    Kpi{"revenue", "currency", "what customers pay in the end", Better::kHigher, Group::kMoney, 2,
        "revenue_billed - refunds - commission - sla_credits",
        [](const model::Totals& t) {
            return kpi_detail::of_statement(t, [](const money::Statement& s) {
                return kpi_detail::units(money::net_revenue(s));
            });
        }},
    Kpi{"revenue_billed", "currency", "what customers are charged", Better::kHigher, Group::kMoney,
        2, "sum of the lines of /money/revenue but refunds and commission",
        [](const model::Totals& t) {
            return kpi_detail::of_statement(
                t, [](const money::Statement& s) { return kpi_detail::units(money::billed(s)); });
        }},
    Kpi{"revenue_reserved", "currency", "charged for commitments and what goes beyond them",
        Better::kHigher, Group::kMoney, 2, "of revenue_billed: reserved, block, overage",
        [](const model::Totals& t) {
            return kpi_detail::item(t, money::Item::kReserved) +
                   kpi_detail::item(t, money::Item::kBlock) +
                   kpi_detail::item(t, money::Item::kOverage);
        }},
    Kpi{"revenue_on_demand", "currency", "charged on demand", Better::kHigher, Group::kMoney, 2,
        "of revenue_billed: on-demand",
        [](const model::Totals& t) { return kpi_detail::item(t, money::Item::kOnDemand); }},
    Kpi{"revenue_spot", "currency", "charged under the spot plan", Better::kHigher, Group::kMoney,
        2, "of revenue_billed: spot",
        [](const model::Totals& t) { return kpi_detail::item(t, money::Item::kSpot); }},
    Kpi{"revenue_tokens", "currency", "charged for tokens", Better::kHigher, Group::kMoney, 2,
        "of revenue_billed: prompt tokens computed and cached, answer tokens",
        [](const model::Totals& t) {
            return kpi_detail::item(t, money::Item::kTokensIn) +
                   kpi_detail::item(t, money::Item::kTokensCached) +
                   kpi_detail::item(t, money::Item::kTokensOut);
        }},
    Kpi{"refunds", "currency", "failed time that is not charged", Better::kLower, Group::kMoney, 2,
        "sum of the lines `refund` of /money/revenue, as a positive number",
        [](const model::Totals& t) { return 0.0 - kpi_detail::item(t, money::Item::kRefund); }},
    Kpi{"commission", "currency", "share of the marketplace", Better::kLower, Group::kMoney, 2,
        "sum of the lines `commission` of /money/revenue, as a positive number",
        [](const model::Totals& t) { return 0.0 - kpi_detail::item(t, money::Item::kCommission); }},
    Kpi{"sla_credits", "currency", "credits for broken promises of availability", Better::kLower,
        Group::kMoney, 2, "sum of /money/credits",
        [](const model::Totals& t) {
            return kpi_detail::of_statement(
                t, [](const money::Statement& s) { return kpi_detail::units(money::credits(s)); });
        }},
    Kpi{"occupancy", "1", "share of what could be sold that was charged", Better::kHigher,
        Group::kMoney, 4,
        "GPU-time billed, commitments included / (installed - spares - planned downtime)",
        [](const model::Totals& t) {
            return kpi_detail::of_statement(
                t, [](const money::Statement& s) { return model::ratio(s.billed, s.sellable); });
        }},
    Kpi{"cost", "currency", "all costs", Better::kLower, Group::kMoney, 2,
        "sum of /money/costs, depreciation, interest and tax included",
        [](const model::Totals& t) {
            return kpi_detail::of_costs(t, [](const money::Statement& s) {
                return kpi_detail::units(money::total_cost(s));
            });
        }},
    Kpi{"cost_depreciation", "currency", "cost of capital goods", Better::kLower, Group::kMoney, 2,
        "of cost: depreciation",
        [](const model::Totals& t) { return kpi_detail::line(t, money::CostKind::kDepreciation); }},
    Kpi{"cost_electricity", "currency", "cost of electricity", Better::kLower, Group::kMoney, 2,
        "of cost: electricity",
        [](const model::Totals& t) { return kpi_detail::line(t, money::CostKind::kElectricity); }},
    Kpi{"cost_colocation", "currency", "cost of colocation", Better::kLower, Group::kMoney, 2,
        "of cost: colocation",
        [](const model::Totals& t) { return kpi_detail::line(t, money::CostKind::kColocation); }},
    Kpi{"cost_rent", "currency", "cost of GPUs rented from others", Better::kLower, Group::kMoney,
        2, "of cost: rent",
        [](const model::Totals& t) { return kpi_detail::line(t, money::CostKind::kRent); }},
    Kpi{"gross_margin", "1", "what is left of revenue after the costs of running", Better::kHigher,
        Group::kMoney, 4,
        "(revenue - depreciation - electricity - colocation - network - staff - rent) / revenue",
        [](const model::Totals& t) {
            return kpi_detail::of_costs(t, [](const money::Statement& s) {
                return kpi_detail::per(kpi_detail::units(money::gross_profit(s)),
                                       kpi_detail::units(money::net_revenue(s)));
            });
        }},
    Kpi{"ebitda", "currency", "earnings before interest, tax and depreciation", Better::kHigher,
        Group::kMoney, 2, "revenue - cost + depreciation + interest + tax",
        [](const model::Totals& t) {
            return kpi_detail::of_costs(
                t, [](const money::Statement& s) { return kpi_detail::units(money::ebitda(s)); });
        }},
    Kpi{"profit", "currency", "what is left", Better::kHigher, Group::kMoney, 2, "revenue - cost",
        [](const model::Totals& t) {
            return kpi_detail::of_costs(t, [](const money::Statement& s) {
                return kpi_detail::units(money::net_revenue(s) - money::total_cost(s));
            });
        }},
    Kpi{"revenue_per_gpu_h", "currency h-1", "revenue per GPU-hour that could be sold",
        Better::kHigher, Group::kMoney, 4,
        "revenue / GPU-hours installed, less spares and planned downtime",
        [](const model::Totals& t) {
            return kpi_detail::of_statement(t, [](const money::Statement& s) {
                return kpi_detail::per(kpi_detail::units(money::net_revenue(s)),
                                       model::gpu_hours(s.sellable));
            });
        }},
    Kpi{"cost_per_available_gpu_h", "currency h-1", "cost per GPU-hour that was up", Better::kLower,
        Group::kMoney, 4, "cost / GPU-hours installed and not down",
        [](const model::Totals& t) {
            return kpi_detail::cost_per_hour(t, &money::Statement::available);
        }},
    Kpi{"cost_per_sold_gpu_h", "currency h-1", "cost per GPU-hour that was charged", Better::kLower,
        Group::kMoney, 4, "cost / GPU-hours billed, commitments included",
        [](const model::Totals& t) {
            return kpi_detail::cost_per_hour(t, &money::Statement::billed);
        }},
    Kpi{"cost_per_useful_gpu_h", "currency h-1", "cost per GPU-hour of work that was kept",
        Better::kLower, Group::kMoney, 4, "cost / GPU-hours of useful work",
        [](const model::Totals& t) {
            return kpi_detail::cost_per_hour(t, &money::Statement::useful);
        }},
    Kpi{"cost_per_mtoken", "currency", "cost per million tokens served", Better::kLower,
        Group::kMoney, 4, "cost / millions of prompt and answer tokens of served requests",
        [](const model::Totals& t) {
            return kpi_detail::of_costs(t, [](const money::Statement& s) {
                return kpi_detail::per(kpi_detail::units(money::total_cost(s)),
                                       static_cast<double>(s.tokens) / 1e6);
            });
        }},
    Kpi{"energy_kwh", "kWh", "electricity drawn, cooling included", Better::kLower, Group::kMoney,
        1, "sum over time of power of GPUs by state and of the rest * PUE",
        [](const model::Totals& t) {
            return kpi_detail::of_energy(t, [](const money::Energy& e) {
                return static_cast<double>(e.milliwatt_hours) / 1e6;
            });
        }},
    Kpi{"power_peak_kw", "kW", "largest power of a bin of time, cooling included", Better::kLower,
        Group::kMoney, 1, "largest mean power of a bin of time * PUE",
        [](const model::Totals& t) {
            return kpi_detail::of_energy(
                t, [](const money::Energy& e) { return static_cast<double>(e.peak_watts) / 1e3; });
        }},
    Kpi{"carbon_kg", "kg", "carbon dioxide of the electricity", Better::kLower, Group::kMoney, 1,
        "sum over time of energy * carbon intensity of the grid",
        [](const model::Totals& t) {
            return kpi_detail::of_energy(t, [](const money::Energy& e) {
                return e.has_carbon ? static_cast<double>(e.grams_co2) / 1e3 : model::kUndefined;
            });
        }},
    Kpi{"capex", "currency", "what the investment costs at the start", Better::kLower,
        Group::kMoney, 2, "sum of the capital items of the cost book",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(
                t, [](const money::Investment& i) { return kpi_detail::units(i.capex); });
        }},
    Kpi{"payback_years", "a", "years until the cash paid in is back", Better::kLower, Group::kMoney,
        3, "first time at which the cumulative cash is not negative; docs/costs.md",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(t, [](const money::Investment& i) {
                return i.payback_years.value_or(model::kUndefined);
            });
        }},
    Kpi{"discounted_payback_years", "a", "the same, with cash discounted at the cost of capital",
        Better::kLower, Group::kMoney, 3,
        "first time at which the cumulative discounted cash is not negative",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(t, [](const money::Investment& i) {
                return i.discounted_payback_years.value_or(model::kUndefined);
            });
        }},
    Kpi{"npv", "currency", "net present value of the investment", Better::kHigher, Group::kMoney, 2,
        "sum of the cash of each month / (1 + WACC / 12)^month; docs/costs.md",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(
                t, [](const money::Investment& i) { return i.npv.value_or(model::kUndefined); });
        }},
    Kpi{"irr", "1", "internal rate of return, per year", Better::kHigher, Group::kMoney, 4,
        "the yearly rate at which the net present value is zero; docs/costs.md",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(
                t, [](const money::Investment& i) { return i.irr.value_or(model::kUndefined); });
        }},
    Kpi{"break_even_occupancy", "1", "occupancy at which revenue covers all costs", Better::kLower,
        Group::kMoney, 4, "occupancy * cost / revenue; docs/costs.md",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(t, [](const money::Investment& i) {
                return i.break_even_occupancy.value_or(model::kUndefined);
            });
        }},
    Kpi{"break_even_price", "1", "share of today's prices at which revenue covers all costs",
        Better::kLower, Group::kMoney, 4, "cost / revenue; docs/costs.md",
        [](const model::Totals& t) {
            return kpi_detail::of_investment(t, [](const money::Investment& i) {
                return i.break_even_price.value_or(model::kUndefined);
            });
        }},
};

}  // namespace tidepool::results
