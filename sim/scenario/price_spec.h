#pragma once
// What customers pay, as the YAML tells it. docs/prices.md says what it means, compile_prices.h
// makes a money::PriceBook of it. Prices are texts, so that their decimals are exact.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "sim/money/usage.h"
#include "sim/scenario/sla_spec.h"

namespace tidepool::scenario {

enum class FailedTime : std::uint8_t { kCharge, kRefund };
enum class ContractKind : std::uint8_t { kReserved, kBlock };
enum class SpotPricing : std::uint8_t { kList, kBids };
enum class SeriesFormat : std::uint8_t { kCsv, kAwsSpot };

struct PriceSeriesSpec {
    std::string file;
    SeriesFormat format = SeriesFormat::kCsv;
    std::string zone;
    std::string currency;
    std::string origin;  // a calendar time
    std::int64_t per = 1;
    double scale = 1;
    friend bool operator==(const PriceSeriesSpec&, const PriceSeriesSpec&) = default;
};

struct PriceLineSpec {
    money::Plan plan = money::Plan::kOnDemand;
    std::string gpu;
    std::string price;
    std::optional<PriceSeriesSpec> series;
    std::string from, until;  // times of the run, or calendar times
    friend bool operator==(const PriceLineSpec&, const PriceLineSpec&) = default;
};

struct BillingSpec {
    Seconds granularity{1};
    Seconds minimum{0};
    FailedTime failed_time = FailedTime::kCharge;
    friend bool operator==(const BillingSpec&, const BillingSpec&) = default;
};

struct ContractSpec {
    std::string tenant, gpu;
    std::string quantity;
    ContractKind kind = ContractKind::kReserved;
    std::string from = "0 s";
    Seconds term;
    std::string price;
    std::optional<Fraction> discount;
    Fraction prepaid{0};
    friend bool operator==(const ContractSpec&, const ContractSpec&) = default;
};

struct SpotBidSpec {
    std::string tenant;
    std::string bid;
    friend bool operator==(const SpotBidSpec&, const SpotBidSpec&) = default;
};

struct SpotMarketSpec {
    SpotPricing rule = SpotPricing::kList;
    std::string reserve;
    std::vector<SpotBidSpec> bids;
    Seconds notice{120};
    friend bool operator==(const SpotMarketSpec&, const SpotMarketSpec&) = default;
};

struct OffPeakSpec {
    Seconds from, until;  // times of day
    Fraction discount;
    friend bool operator==(const OffPeakSpec&, const OffPeakSpec&) = default;
};

struct TokenPriceSpec {
    std::string preset;
    std::string service;
    std::string request_class;
    std::string input, cached, output;
    std::optional<OffPeakSpec> off_peak;
    friend bool operator==(const TokenPriceSpec&, const TokenPriceSpec&) = default;
};

struct CommissionSpec {
    Fraction reserved{0}, on_demand{0}, spot{0}, tokens{0};
    friend bool operator==(const CommissionSpec&, const CommissionSpec&) = default;
};

struct PricesSpec {
    std::string preset;
    std::string currency = "USD";
    std::string starts;
    std::vector<std::pair<std::string, double>> rates;
    std::vector<PriceLineSpec> list;
    BillingSpec billing;
    std::vector<ContractSpec> contracts;
    SpotMarketSpec spot;
    std::vector<TokenPriceSpec> tokens;
    CommissionSpec commission;
    friend bool operator==(const PricesSpec&, const PricesSpec&) = default;
};

// Whether every text reads as what it has to be, and what must hold between the fields.
void validate(const PriceSeriesSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const PriceLineSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const BillingSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const ContractSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const SpotBidSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const SpotMarketSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const OffPeakSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const TokenPriceSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const PricesSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<scenario::FailedTime> {
    using Enum = scenario::FailedTime;
    static constexpr std::array kinds{
        Kind<Enum>{"charge", Enum::kCharge, "it costs like all other time"},
        Kind<Enum>{"refund", Enum::kRefund, "it is charged and given back"},
    };
};

template <>
struct KindTable<scenario::ContractKind> {
    using Enum = scenario::ContractKind;
    static constexpr std::array kinds{
        Kind<Enum>{"reserved", Enum::kReserved, "a commitment for months or years"},
        Kind<Enum>{"block", Enum::kBlock, "a capacity block of days or weeks; paid alike"},
    };
};

template <>
struct KindTable<scenario::SpotPricing> {
    using Enum = scenario::SpotPricing;
    static constexpr std::array kinds{
        Kind<Enum>{"list", Enum::kList, "the price of the list, fixed or a series"},
        Kind<Enum>{"bids", Enum::kBids, "one price for all, at which the bids clear"},
    };
};

template <>
struct KindTable<scenario::SeriesFormat> {
    using Enum = scenario::SeriesFormat;
    static constexpr std::array kinds{
        Kind<Enum>{"csv", Enum::kCsv, "columns `time` (seconds or a calendar time) and `price`"},
        Kind<Enum>{"aws-spot", Enum::kAwsSpot, "what `aws ec2 describe-spot-price-history` prints"},
    };
};

template <>
struct SpecTable<scenario::PriceSeriesSpec> {
    using Spec = scenario::PriceSeriesSpec;
    static constexpr std::string_view name = "price series";
    static constexpr std::string_view doc =
        "Prices from a file, per hour; each one holds until the next.";
    static constexpr std::tuple fields{
        Field{"file", &Spec::file, required(1, 4096),
              "The file, relative to this one; may be packed."},
        Field{"format", &Spec::format, optional(), "What the file looks like."},
        Field{"zone", &Spec::zone, optional(),
              "Availability zone whose prices these are; needed if the file has several."},
        Field{"currency", &Spec::currency, optional(),
              "Currency of the file; absent = that of `prices`."},
        Field{"origin", &Spec::origin, optional(),
              "Calendar time of the file at which the run starts; absent = `prices.starts`, and "
              "without that the first row of the file."},
        Field{"per", &Spec::per, optional(1, 1'000'000),
              "GPUs that one price of the file is for: those of an instance."},
        Field{"scale", &Spec::scale, optional(1e-6, 1e6), "All prices of the file times this."},
    };
};

template <>
struct SpecTable<scenario::PriceLineSpec> {
    using Spec = scenario::PriceLineSpec;
    static constexpr std::string_view name = "list price";
    static constexpr std::string_view doc = "What a plan costs on a GPU model for some time.";
    static constexpr std::tuple fields{
        Field{"plan", &Spec::plan, required(), "The plan."},
        Field{"gpu", &Spec::gpu, optional(),
              "The GPU model; absent = every model that has no line of its own under the plan."},
        Field{"price", &Spec::price, optional(0, 60),
              "As in `2.99 USD/gpu/h` or `120000 CNY/P/y`: an exact decimal, a currency, per GPU "
              "(`gpu`) or per PFLOPS of FP16 with sparsity (`P`), per `s`, `min`, `h`, `d`, "
              "`month` (730 h) or `y` (8,760 h)."},
        Field{"series", &Spec::series, optional(), "Prices from a file, instead of `price`."},
        Field{"from", &Spec::from, optional(0, 40),
              "When it begins to hold: a time of the run (`90 d`), or a date (`2026-06-01`) if "
              "`prices.starts` is given; absent = always did."},
        Field{"until", &Spec::until, optional(0, 40),
              "When it ends to hold, in the same way; absent = at the `from` of the next line of "
              "the plan and GPU model, if there is one."},
    };
};

template <>
struct SpecTable<scenario::BillingSpec> {
    using Spec = scenario::BillingSpec;
    static constexpr std::string_view name = "billing";
    static constexpr std::string_view doc = "How the time of leases is counted.";
    static constexpr std::tuple fields{
        Field{"granularity", &Spec::granularity, optional(0.0625, 31'536'000),
              "The time of an ended lease is rounded up to a multiple of this."},
        Field{"minimum", &Spec::minimum, optional(0, 31'536'000),
              "Least time that is charged for an ended lease."},
        Field{"failed_time", &Spec::failed_time, optional(),
              "Whether time is charged in which a job comes back from a failure."},
    };
};

template <>
struct SpecTable<scenario::ContractSpec> {
    using Spec = scenario::ContractSpec;
    static constexpr std::string_view name = "contract";
    static constexpr std::string_view doc =
        "GPUs for a term, paid whether used or not. What the tenant's work under the plan "
        "`reserved` holds beyond them costs the list price of `on-demand`.";
    static constexpr std::tuple fields{
        Field{"tenant", &Spec::tenant, required(1, 200), "Who signs it."},
        Field{"gpu", &Spec::gpu, required(1, 100), "The GPU model."},
        Field{"quantity", &Spec::quantity, required(1, 40), "As in `512 GPU` or `1200 P`."},
        Field{"kind", &Spec::kind, optional(), "What it is booked as."},
        Field{"from", &Spec::from, optional(1, 40),
              "When it begins: a time of the run, or a date."},
        Field{"term", &Spec::term, required(0.0625, 3.2e9), "How long it lasts."},
        Field{"price", &Spec::price, optional(0, 60), "As in `list`, of each GPU or P."},
        Field{"discount", &Spec::discount, optional(0, 1),
              "Instead of `price`: off the list price of `on-demand` at `from`."},
        Field{"prepaid", &Spec::prepaid, optional(0, 1),
              "Share of all that falls into the run that is paid at `from`. Moves cash, not "
              "revenue."},
    };
};

template <>
struct SpecTable<scenario::SpotBidSpec> {
    using Spec = scenario::SpotBidSpec;
    static constexpr std::string_view name = "spot bid";
    static constexpr std::string_view doc = "The most that a tenant pays under the plan `spot`.";
    static constexpr std::tuple fields{
        Field{"tenant", &Spec::tenant, required(1, 200), "Who bids."},
        Field{"bid", &Spec::bid, required(1, 60), "A price as in `list`, per GPU."},
    };
};

template <>
struct SpecTable<scenario::SpotMarketSpec> {
    using Spec = scenario::SpotMarketSpec;
    static constexpr std::string_view name = "spot market";
    static constexpr std::string_view doc = "How the price of the plan `spot` comes about.";
    static constexpr std::tuple fields{
        Field{"rule", &Spec::rule, optional(), "Where the price comes from."},
        Field{"reserve", &Spec::reserve, optional(0, 60),
              "Least price under `rule: bids`, per GPU; absent = 0."},
        Field{"bids", &Spec::bids, optional(),
              "The most that tenants pay; those without a bid pay any price."},
        Field{"notice", &Spec::notice, optional(0, 31'536'000),
              "From being outbid by the list price to having to leave."},
    };
};

template <>
struct SpecTable<scenario::OffPeakSpec> {
    using Spec = scenario::OffPeakSpec;
    static constexpr std::string_view name = "off-peak";
    static constexpr std::string_view doc =
        "A time of day at which tokens are cheaper. Times of day count from the midnight before "
        "the run's start by `prices.starts`, without that from the start.";
    static constexpr std::tuple fields{
        Field{"from", &Spec::from, required(0, 86'400), "Time of day at which it begins."},
        Field{"until", &Spec::until, required(0, 86'400),
              "Time of day at which it ends; before `from`: on the next day."},
        Field{"discount", &Spec::discount, required(0, 1), "Off all three prices."},
    };
};

template <>
struct SpecTable<scenario::TokenPriceSpec> {
    using Spec = scenario::TokenPriceSpec;
    static constexpr std::string_view name = "token price";
    static constexpr std::string_view doc =
        "What the tokens of a service cost. Its units are then not charged by their time.";
    static constexpr std::tuple fields{
        Field{"preset", &Spec::preset, optional(),
              "A shipped token price; keys beside it go over its keys."},
        Field{"service", &Spec::service, optional(),
              "The service; absent = all that have no token price of their own."},
        Field{"class", &Spec::request_class, optional(),
              "Class of its requests; absent = all that have no token price of their own."},
        Field{"input", &Spec::input, optional(0, 60),
              "As in `0.55 USD/M`: per million prompt tokens that were not cached."},
        Field{"cached", &Spec::cached, optional(0, 60),
              "Per million prompt tokens that were; absent = as `input`."},
        Field{"output", &Spec::output, optional(0, 60), "Per million tokens of answers."},
        Field{"off_peak", &Spec::off_peak, optional(), "When it is cheaper; absent = never."},
    };
};

template <>
struct SpecTable<scenario::CommissionSpec> {
    using Spec = scenario::CommissionSpec;
    static constexpr std::string_view name = "commission";
    static constexpr std::string_view doc = "A marketplace's share of what is charged.";
    static constexpr std::tuple fields{
        Field{"reserved", &Spec::reserved, optional(0, 1), "Of contracts and reserved leases."},
        Field{"on-demand", &Spec::on_demand, optional(0, 1), "Of on-demand leases and overage."},
        Field{"spot", &Spec::spot, optional(0, 1), "Of spot leases."},
        Field{"tokens", &Spec::tokens, optional(0, 1), "Of tokens."},
    };
};

template <>
struct SpecTable<scenario::PricesSpec> {
    using Spec = scenario::PricesSpec;
    static constexpr std::string_view name = "prices";
    static constexpr std::string_view doc =
        "What customers pay. docs/prices.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"preset", &Spec::preset, optional(),
              "Shipped prices to start from; keys beside it go over its keys."},
        Field{"currency", &Spec::currency, optional(3, 3), "Currency of the bill."},
        Field{"starts", &Spec::starts, optional(0, 40),
              "Date (or calendar time) at which the run starts; needed by dated prices."},
        Field{"rates", &Spec::rates, optional(1e-6, 1e6),
              "By currency: what one unit of `currency` buys of it."},
        Field{"list", &Spec::list, optional(), "Prices by plan and GPU model."},
        Field{"billing", &Spec::billing, optional(), "How the time of leases is counted."},
        Field{"contracts", &Spec::contracts, optional(), "Commitments."},
        Field{"spot", &Spec::spot, optional(), "How the price of the plan `spot` comes about."},
        Field{"tokens", &Spec::tokens, optional(), "Prices of tokens."},
        Field{"commission", &Spec::commission, optional(), "A marketplace's share."},
    };
};

}  // namespace tidepool::config
