#pragma once
// What a datacenter costs, as the YAML tells it. docs/costs.md says what it means, compile_costs.h
// makes a money::CostBook of it. Money is text, so that its decimals are exact.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/money/cost_book.h"

namespace tidepool::scenario {

enum class CatalogPrices : std::uint8_t { kNone, kLow, kMid, kHigh };

struct CapitalItemSpec {
    std::string name;
    std::string cost;
    std::optional<Seconds> life;
    std::optional<Fraction> residual;
    friend bool operator==(const CapitalItemSpec&, const CapitalItemSpec&) = default;
};

struct CapexSpec {
    CatalogPrices catalog = CatalogPrices::kNone;
    std::vector<CapitalItemSpec> items;
    friend bool operator==(const CapexSpec&, const CapexSpec&) = default;
};

struct DepreciationSpec {
    Seconds life{5.0 * 365 * 86'400};
    Fraction residual{0};
    friend bool operator==(const DepreciationSpec&, const DepreciationSpec&) = default;
};

struct CapitalSpec {
    Fraction wacc{0.1};
    std::int64_t term = 60;
    money::CapitalCharge charge = money::CapitalCharge::kDepreciation;
    Fraction loan{0}, interest{0};
    friend bool operator==(const CapitalSpec&, const CapitalSpec&) = default;
};

struct PowerSpec {
    Fraction busy{0.8}, idle{0.2}, down{0.05};
    double pue = 1.3;
    std::optional<Watts> server, network;
    Watts storage{0};
    friend bool operator==(const PowerSpec&, const PowerSpec&) = default;
};

struct PriceWindowSpec {
    Seconds from, until;
    std::string price;
    friend bool operator==(const PriceWindowSpec&, const PriceWindowSpec&) = default;
};

struct ElectricitySpec {
    std::string price;
    std::vector<PriceWindowSpec> time_of_use;
    Seconds run_starts{0};
    friend bool operator==(const ElectricitySpec&, const ElectricitySpec&) = default;
};

struct OtherCostSpec {
    std::string name;
    std::string cost;
    money::CostKind kind = money::CostKind::kOther;
    friend bool operator==(const OtherCostSpec&, const OtherCostSpec&) = default;
};

struct RentSpec {
    std::string price;
    money::RentOf of = money::RentOf::kHeld;
    friend bool operator==(const RentSpec&, const RentSpec&) = default;
};

struct CarbonSpec {
    std::string file;
    std::string from;  // a calendar time
    std::string intensity;
    friend bool operator==(const CarbonSpec&, const CarbonSpec&) = default;
};

struct RampSpec {
    std::int64_t over = 0;
    Fraction from{0};
    friend bool operator==(const RampSpec&, const RampSpec&) = default;
};

struct OutlookSpec {
    std::optional<std::int64_t> years;
    std::vector<Seconds> steady;
    RampSpec ramp;
    Fraction price_change{0};
    std::vector<Fraction> prices;
    bool replace = true;
    friend bool operator==(const OutlookSpec&, const OutlookSpec&) = default;
};

struct CostsSpec {
    std::string preset;
    std::string about;
    std::string source;
    std::vector<std::string> unconfirmed;
    std::string currency;
    std::vector<std::pair<std::string, double>> rates;
    CapexSpec capex;
    DepreciationSpec depreciation;
    CapitalSpec capital;
    std::optional<PowerSpec> power;
    std::optional<ElectricitySpec> electricity;
    std::string colocation;
    Fraction maintenance{0};
    std::string staff, software;
    std::vector<OtherCostSpec> other;
    std::optional<RentSpec> rent;
    std::optional<CarbonSpec> carbon;
    Fraction tax{0};
    std::optional<OutlookSpec> outlook;
    friend bool operator==(const CostsSpec&, const CostsSpec&) = default;
};

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<scenario::CatalogPrices> {
    using Enum = scenario::CatalogPrices;
    static constexpr std::array kinds{
        Kind<Enum>{"none", Enum::kNone, "nothing from the catalogue"},
        Kind<Enum>{"low", Enum::kLow, "servers and switches at the lowest price known"},
        Kind<Enum>{"mid", Enum::kMid, "servers and switches, midway between lowest and highest"},
        Kind<Enum>{"high", Enum::kHigh, "servers and switches at the highest price known"},
    };
};

template <>
struct KindTable<money::CapitalCharge> {
    using Enum = money::CapitalCharge;
    static constexpr std::array kinds{
        Kind<Enum>{"depreciation", Enum::kDepreciation,
                   "each item in a straight line from its cost to its residual value"},
        Kind<Enum>{"annuity", Enum::kAnnuity,
                   "equal payments that return cost and interest at `wacc` within `term`"},
    };
};

template <>
struct KindTable<money::CostKind> {
    using Enum = money::CostKind;
    static constexpr std::array kinds{
        Kind<Enum>{"network", Enum::kNetwork, "transit, cross connects"},
        Kind<Enum>{"staff", Enum::kStaff, "people, maintenance"},
        Kind<Enum>{"software", Enum::kSoftware, "licences"},
        Kind<Enum>{"other", Enum::kOther, "anything else"},
    };
};

template <>
struct KindTable<money::RentOf> {
    using Enum = money::RentOf;
    static constexpr std::array kinds{
        Kind<Enum>{"held", Enum::kHeld, "GPU-time that jobs and units held"},
        Kind<Enum>{"installed", Enum::kInstalled, "all GPUs, whether held or not"},
        Kind<Enum>{"units", Enum::kUnits, "GPU-time that units of services held"},
    };
};

template <>
struct SpecTable<scenario::CapitalItemSpec> {
    using Spec = scenario::CapitalItemSpec;
    static constexpr std::string_view name = "capital_item";
    static constexpr std::string_view doc = "Something bought at the start of the run.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "Name of its line among the costs."},
        Field{"cost", &Spec::cost, required(1, 100),
              "What it costs: `1e6 USD`, or per `/server`, `/gpu`, `/kW` (rated power), `/P` "
              "(PFLOPS FP16 with sparsity of the installed GPUs)."},
        Field{"life", &Spec::life, optional(86'400, 100.0 * 365 * 86'400),
              "How long it is used; absent = as `depreciation` says."},
        Field{"residual", &Spec::residual, optional(0, 1),
              "Share of the cost that it is worth at the end; absent = as `depreciation` says."},
    };
};

template <>
struct SpecTable<scenario::CapexSpec> {
    using Spec = scenario::CapexSpec;
    static constexpr std::string_view name = "capex";
    static constexpr std::string_view doc = "What is bought at the start of the run.";
    static constexpr std::tuple fields{
        Field{"catalog", &Spec::catalog, optional(),
              "Servers and switches of the topology, at the prices of the catalogue."},
        Field{"items", &Spec::items, optional(), "Further items."},
    };
};

template <>
struct SpecTable<scenario::DepreciationSpec> {
    using Spec = scenario::DepreciationSpec;
    static constexpr std::string_view name = "depreciation";
    static constexpr std::string_view doc = "Of items that do not say it themselves.";
    static constexpr std::tuple fields{
        Field{"life", &Spec::life, optional(86'400, 100.0 * 365 * 86'400),
              "How long an item is used."},
        Field{"residual", &Spec::residual, optional(0, 1),
              "Share of its cost that it is worth at the end."},
    };
};

template <>
struct SpecTable<scenario::CapitalSpec> {
    using Spec = scenario::CapitalSpec;
    static constexpr std::string_view name = "capital";
    static constexpr std::string_view doc = "What capital costs.";
    static constexpr std::tuple fields{
        Field{"wacc", &Spec::wacc, optional(0, 1),
              "Cost of capital per year, at which cash is discounted; a twelfth of it per month."},
        Field{"term", &Spec::term, optional(1, money::kMostTerm),
              "Months of the annuity or the loan."},
        Field{"charge", &Spec::charge, optional(), "How capital becomes a cost of the run."},
        Field{"loan", &Spec::loan, optional(0, 1),
              "Share of the capex that is borrowed and paid back evenly over the term."},
        Field{"interest", &Spec::interest, optional(0, 1), "On the debt, per year."},
    };
};

template <>
struct SpecTable<scenario::PowerSpec> {
    using Spec = scenario::PowerSpec;
    static constexpr std::string_view name = "power";
    static constexpr std::string_view doc = "What the machines draw.";
    static constexpr std::tuple fields{
        Field{"busy", &Spec::busy, optional(0, 1),
              "Share of a server's rated power that it draws for GPUs that are held."},
        Field{"idle", &Spec::idle, optional(0, 1), "For GPUs that nobody holds."},
        Field{"down", &Spec::down, optional(0, 1), "For GPUs that are down."},
        Field{"pue", &Spec::pue, optional(1, 3),
              "Power of the building over that of the machines."},
        Field{"server", &Spec::server, optional(0, 1e9),
              "Rated power of a server; absent = as the catalogue says."},
        Field{"network", &Spec::network, optional(0, 1e9),
              "Power of all switches, drawn all the time; absent = as the catalogue says."},
        Field{"storage", &Spec::storage, optional(0, 1e9),
              "Power of the storage, drawn all the time."},
    };
};

template <>
struct SpecTable<scenario::PriceWindowSpec> {
    using Spec = scenario::PriceWindowSpec;
    static constexpr std::string_view name = "price_window";
    static constexpr std::string_view doc =
        "Part of each day with a price of its own; it may pass midnight.";
    static constexpr std::tuple fields{
        Field{"from", &Spec::from, required(0, 86'400), "Begin, as time since midnight: `8 h`."},
        Field{"until", &Spec::until, required(0, 86'400), "End; before `from`: on the next day."},
        Field{"price", &Spec::price, required(1, 100), "`0.12 USD/kWh`."},
    };
};

template <>
struct SpecTable<scenario::ElectricitySpec> {
    using Spec = scenario::ElectricitySpec;
    static constexpr std::string_view name = "electricity";
    static constexpr std::string_view doc = "What electricity costs, by time of use.";
    static constexpr std::tuple fields{
        Field{"price", &Spec::price, required(1, 100), "Outside of the windows: `0.087 USD/kWh`."},
        Field{"time_of_use", &Spec::time_of_use, optional(), "Parts of each day."},
        Field{"run_starts", &Spec::run_starts, optional(0, 86'399),
              "Time of day at which the run starts, since midnight."},
    };
};

template <>
struct SpecTable<scenario::OtherCostSpec> {
    using Spec = scenario::OtherCostSpec;
    static constexpr std::string_view name = "other_cost";
    static constexpr std::string_view doc = "A further cost of running.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "Name of its line among the costs."},
        Field{"cost", &Spec::cost, required(1, 100),
              "`131 USD/server/mo`: per `/server`, `/gpu`, `/kW`, `/P` or for all, and per `/h`, "
              "`/d`, `/mo`, `/y`."},
        Field{"kind", &Spec::kind, optional(), "Where KPIs count it."},
    };
};

template <>
struct SpecTable<scenario::RentSpec> {
    using Spec = scenario::RentSpec;
    static constexpr std::string_view name = "rent";
    static constexpr std::string_view doc = "GPUs rented from others.";
    static constexpr std::tuple fields{
        Field{"price", &Spec::price, required(1, 100), "`2 USD/gpu/h`."},
        Field{"of", &Spec::of, optional(), "Which GPU-time is paid for."},
    };
};

template <>
struct SpecTable<scenario::CarbonSpec> {
    using Spec = scenario::CarbonSpec;
    static constexpr std::string_view name = "carbon";
    static constexpr std::string_view doc = "Carbon dioxide of the grid: a file or one value.";
    static constexpr std::tuple fields{
        Field{"file", &Spec::file, optional(0, 4096),
              "CSV with `timestamp` (ISO 8601, UTC) and `carbon_intensity` (g/kWh)."},
        Field{"from", &Spec::from, optional(0, 64),
              "Moment of the file at which the run starts; absent = its first row."},
        Field{"intensity", &Spec::intensity, optional(0, 64), "All the time: `380 g/kWh`."},
    };
};

template <>
struct SpecTable<scenario::RampSpec> {
    using Spec = scenario::RampSpec;
    static constexpr std::string_view name = "ramp";
    static constexpr std::string_view doc = "Revenue that grows to the steady state.";
    static constexpr std::tuple fields{
        Field{"over", &Spec::over, optional(0, money::kMostMonths),
              "Months until all of it is there."},
        Field{"from", &Spec::from, optional(0, 1), "Share of it at the start."},
    };
};

template <>
struct SpecTable<scenario::OutlookSpec> {
    using Spec = scenario::OutlookSpec;
    static constexpr std::string_view name = "outlook";
    static constexpr std::string_view doc =
        "How the run goes on, for payback, present value and rate of return.";
    static constexpr std::tuple fields{
        Field{"years", &Spec::years, optional(1, 50),
              "Horizon of present value and rate of return; absent = the longest life."},
        Field{"steady", &Spec::steady, optional(0, 268'435'455),
              "Begin and end of the days of the run that go on, as `[7 d, 30 d]`; absent = all of "
              "it."},
        Field{"ramp", &Spec::ramp, optional(), "How revenue gets there."},
        Field{"price_change", &Spec::price_change, optional(-1, 1),
              "Of prices from year to year, e.g. `-10 %`."},
        Field{"prices", &Spec::prices, optional(0, 1000),
              "Instead: prices of year 1, 2, ... over those of the run; the last goes on."},
        Field{"replace", &Spec::replace, optional(),
              "Whether items are bought again at the end of their lives."},
    };
};

template <>
struct SpecTable<scenario::CostsSpec> {
    using Spec = scenario::CostsSpec;
    static constexpr std::string_view name = "costs";
    static constexpr std::string_view doc =
        "What the datacenter costs. docs/costs.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"preset", &Spec::preset, optional(),
              "Shipped costs that the other keys go over; lists replace lists."},
        Field{"about", &Spec::about, optional(), "One line on what they are."},
        Field{"source", &Spec::source, optional(), "Where the values come from."},
        Field{"unconfirmed", &Spec::unconfirmed, optional(),
              "Keys whose value rests on memory or on a second-hand source alone."},
        Field{"currency", &Spec::currency, optional(),
              "Of the statement, if the scenario has no `prices`; absent = USD."},
        Field{"rates", &Spec::rates, optional(1e-6, 1e6),
              "What one unit of that currency buys of others, likewise: `{CNY: 7.2}`."},
        Field{"capex", &Spec::capex, optional(), "What is bought; absent = nothing."},
        Field{"depreciation", &Spec::depreciation, optional(), "How that loses its value."},
        Field{"capital", &Spec::capital, optional(), "What capital costs."},
        Field{"power", &Spec::power, optional(),
              "What the machines draw; absent = energy is not told, or the defaults if "
              "`electricity` or `carbon` need it."},
        Field{"electricity", &Spec::electricity, optional(), "What a kWh costs."},
        Field{"colocation", &Spec::colocation, optional(0, 100),
              "Space and cooling: `150 USD/kW/mo` of rated power."},
        Field{"maintenance", &Spec::maintenance, optional(0, 1),
              "People and spare parts, as a share of the capex per year."},
        Field{"staff", &Spec::staff, optional(0, 100), "Further people: `20000 USD/mo`."},
        Field{"software", &Spec::software, optional(0, 100), "Licences: `4500 USD/gpu/y`."},
        Field{"other", &Spec::other, optional(), "Further costs of running."},
        Field{"rent", &Spec::rent, optional(), "GPUs rented from others."},
        Field{"carbon", &Spec::carbon, optional(), "Carbon dioxide of the electricity."},
        Field{"tax", &Spec::tax, optional(0, 1), "On positive profit."},
        Field{"outlook", &Spec::outlook, optional(),
              "How the run goes on; absent = the defaults, if there is capex."},
    };
};

}  // namespace tidepool::config
