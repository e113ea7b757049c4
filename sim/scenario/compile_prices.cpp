#include "sim/scenario/compile_prices.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <utility>

#include "sim/base/assert.h"
#include "sim/scenario/compile_contracts.h"
#include "sim/scenario/compile_price_list.h"
#include "sim/scenario/price_clock.h"
#include "sim/scenario/price_text.h"
#include "topology/embedded.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

using money::Plan;
using money::PriceBook;
using topology::Where;

constexpr std::int64_t kBillion = 1'000'000'000;

money::Share share_of(Fraction fraction) {
    const auto share = Exact(*billionths(fraction.value), kBillion).share();
    TP_ASSERT(share, "validate() has seen that it is one");
    return *share;
}

std::uint64_t whole_ticks(Seconds time) {
    return static_cast<std::uint64_t>(time.value * kTicksPerSecond);
}

std::string_view name_of(Plan plan) {
    return config::KindTable<Plan>::kinds[static_cast<std::size_t>(plan)].name;
}

class PriceCompiler {
public:
    PriceCompiler(const PricesSpec& prices, const PriceNames& names, const Where& root,
                  Issues& issues)
        : prices_(prices),
          names_(names),
          root_(root),
          issues_(issues),
          clock_(prices.starts, names.origin),
          exchange_(prices) {}

    PriceBook compile() {
        const std::size_t before = issues_.list().size();
        book_.currency = prices_.currency;
        CompiledList list = compile_price_list(prices_, names_, clock_, root_["list"], issues_);
        book_.list = std::move(list.paths);
        for (money::BilledTime& rule : book_.billed_time) {
            rule.granularity = whole_ticks(prices_.billing.granularity);
            rule.minimum = whole_ticks(prices_.billing.minimum);
        }
        book_.refund_failed_time = prices_.billing.failed_time == FailedTime::kRefund;
        book_.contracts =
            compile_contracts(prices_, names_, book_, clock_, root_["contracts"], issues_);
        read_spot();
        book_.midnight = clock_.since_midnight();
        read_tokens();
        book_.commission = {share_of(prices_.commission.reserved),
                            share_of(prices_.commission.on_demand),
                            share_of(prices_.commission.spot)};
        book_.token_commission = share_of(prices_.commission.tokens);
        if (issues_.list().size() == before) {
            check_uses(list);
        }
        return std::move(book_);
    }

private:
    std::optional<money::Rate> rate(const std::string& text, const Where& where, bool tokens) {
        const auto parsed = tokens ? parse_token_price(text) : parse_price(text);
        const auto price = exchange_.price(parsed.value, where, issues_);
        if (!price) {
            return std::nullopt;
        }
        const auto rate = price->rate();
        if (!rate) {
            topology::report(issues_, where, "is too fine to be exact", "use fewer decimals");
        }
        return rate;
    }

    void read_spot() {
        const SpotMarketSpec& spec = prices_.spot;
        const Where where = root_["spot"];
        book_.spot.by_bids = spec.rule == SpotPricing::kBids;
        book_.spot.notice = *to_ticks(spec.notice);
        if (!spec.reserve.empty()) {
            book_.spot.reserve =
                rate(spec.reserve, where["reserve"], false).value_or(money::Rate{});
        }
        book_.spot.bid.resize(names_.tenants.size());
        for (std::size_t b = 0; b < spec.bids.size(); ++b) {
            const Where bid_where = where["bids"][b];
            const auto tenant =
                find_tenant(spec.bids[b].tenant, names_, bid_where["tenant"], issues_);
            const auto bid = rate(spec.bids[b].bid, bid_where["bid"], false);
            if (!tenant || !bid) {
                continue;
            }
            const money::Rate& reserve = book_.spot.reserve;
            if (book_.spot.by_bids && money::Wide{bid->numerator} * reserve.denominator <
                                          money::Wide{reserve.numerator} * bid->denominator) {
                topology::report(issues_, bid_where["bid"],
                                 "is less than `reserve` (got '" + spec.bids[b].bid + "')");
            }
            book_.spot.bid[*tenant] = bid;
        }
        check_bids(where);
        for (std::size_t l = 0; book_.spot.by_bids && l < prices_.list.size(); ++l) {
            const Where line = root_["list"][l];
            if (prices_.list[l].plan == Plan::kSpot &&
                !line.at.file.starts_with(topology::kShipped)) {
                topology::report(issues_, line, "has no effect with `spot: {rule: bids}`",
                                 "leave it out");
            }
        }
    }

    // The clearing price may become any of them.
    void check_bids(const Where& where) {
        std::vector<money::PricePath::Step> steps{{Ticks{0}, book_.spot.reserve}};
        for (const auto& bid : book_.spot.bid) {
            if (bid && book_.spot.by_bids) {
                steps.push_back({Ticks{static_cast<std::uint32_t>(steps.size())}, *bid});
            }
        }
        if (!money::PricePath::make(steps)) {
            topology::report(issues_, where["bids"], "are too fine to be added up exactly",
                             "use fewer decimals, or one unit of time for all");
        }
    }

    std::optional<money::TokenPrice> token_price(const TokenPriceSpec& spec, const Where& where) {
        money::TokenPrice price;
        const auto input = rate(spec.input, where["input"], true);
        const auto output = rate(spec.output, where["output"], true);
        const auto cached = spec.cached.empty() ? input : rate(spec.cached, where["cached"], true);
        if (!input || !cached || !output) {
            return std::nullopt;
        }
        price.input = *input;
        price.cached = *cached;
        price.output = *output;
        if (spec.off_peak && spec.off_peak->discount.value > 0) {
            price.off_peak = off_peak(*spec.off_peak, where["off_peak"]);
        }
        return price;
    }

    money::TokenPrice::OffPeak off_peak(const OffPeakSpec& spec, const Where& where) {
        money::TokenPrice::OffPeak window;
        window.from = whole_ticks(spec.from);
        window.to = whole_ticks(spec.until);
        window.charged = *Exact(kBillion - *billionths(spec.discount.value), kBillion).share();
        const std::uint64_t bin = names_.bin.value;
        for (const char* key : {"from", "until"}) {
            const std::uint64_t edge = (*key == 'f' ? window.from : window.to) +
                                       money::kTicksPerDay - clock_.since_midnight();
            if (bin > 0 && (edge % bin != 0 || money::kTicksPerDay % bin != 0)) {
                topology::report(issues_, where[key],
                                 "lies inside a bin of the output, in which tokens are counted",
                                 "for instance `output: {bin: 30 min}`");
            }
        }
        return window;
    }

    std::optional<std::uint32_t> find_service(const std::string& name, const Where& where) {
        std::vector<std::string> known;
        for (std::uint32_t s = 0; s < names_.services.size(); ++s) {
            if (names_.services[s].name == name) {
                return s;
            }
            known.push_back(names_.services[s].name);
        }
        topology::report(issues_, where, "the scenario has no such service (got '" + name + "')",
                         did_you_mean(name, known));
        return std::nullopt;
    }

    bool find_class(const TokenPriceSpec& spec, const Where& where, money::TokenPrice& price) {
        if (spec.request_class.empty()) {
            return true;
        }
        const auto& classes = names_.services[price.service].classes;
        if (classes.empty()) {  // not known before the run; any two differ
            price.request_class =
                money::kNone - 1 - static_cast<std::uint32_t>(book_.tokens.size());
            return true;
        }
        const auto found = std::ranges::find(classes, spec.request_class);
        if (found == classes.end()) {
            topology::report(issues_, where["class"],
                             "the service has no such class (got '" + spec.request_class + "')",
                             did_you_mean(spec.request_class, classes));
            return false;
        }
        price.request_class = static_cast<std::uint32_t>(found - classes.begin());
        return true;
    }

    void add_tokens(const money::TokenPrice& price, const Where& where) {
        for (const money::TokenPrice& other : book_.tokens) {
            if (other.service == price.service && other.request_class == price.request_class) {
                topology::report(issues_, where, "prices the same tokens as an entry before it");
                return;
            }
        }
        book_.tokens.push_back(price);
    }

    void read_tokens() {
        std::optional<money::TokenPrice> of_all;
        Where of_all_at;
        for (std::size_t t = 0; t < prices_.tokens.size(); ++t) {
            const TokenPriceSpec& spec = prices_.tokens[t];
            const Where where = root_["tokens"][t];
            auto price = token_price(spec, where);
            if (spec.service.empty()) {
                if (of_all) {
                    topology::report(issues_, where, "is a second price of all services");
                } else if (names_.services.empty()) {
                    topology::report(issues_, where, "has no effect: there are no services");
                }
                of_all = price;
                continue;
            }
            const auto service = find_service(spec.service, where["service"]);
            if (service && price) {
                price->service = *service;
                if (find_class(spec, where, *price)) {
                    add_tokens(*price, where);
                }
            }
        }
        std::vector<bool> own(names_.services.size());
        for (const money::TokenPrice& price : book_.tokens) {
            own[price.service] = true;
        }
        for (std::uint32_t s = 0; of_all && s < own.size(); ++s) {
            if (!own[s]) {
                of_all->service = s;
                book_.tokens.push_back(*of_all);
            }
        }
        check_classes();
    }

    // A service whose tokens are sold sells those of all its classes.
    void check_classes() {
        for (std::uint32_t s = 0; s < names_.services.size(); ++s) {
            std::set<std::uint32_t> priced;
            for (const money::TokenPrice& price : book_.tokens) {
                if (price.service == s) {
                    priced.insert(price.request_class);
                }
            }
            if (priced.empty() || priced.contains(money::kNone)) {
                continue;
            }
            for (std::uint32_t c = 0; c < names_.services[s].classes.size(); ++c) {
                if (!priced.contains(c)) {
                    const std::string& name = names_.services[s].classes[c];
                    topology::report(issues_, root_["tokens"],
                                     "the service '" + names_.services[s].name +
                                         "' has no price for " +
                                         (name.empty() ? "requests without a class"
                                                       : "the class '" + name + "'"),
                                     "add an entry without `class`");
                }
            }
        }
    }

    // Everything that is used has a price for as long as the run goes on.
    void check_uses(const CompiledList& list) {
        std::set<std::pair<Plan, std::uint32_t>> needed;
        for (const PriceNames::Use& use : names_.used) {
            if (use.service != money::kNone && book_.sells_tokens(use.service)) {
                continue;
            }
            if (use.plan == Plan::kSpot && book_.spot.by_bids) {
                need_bid(use.tenant);
                continue;
            }
            const bool covered =
                use.plan == Plan::kReserved && book_.has_contract(use.tenant, use.model);
            needed.emplace(covered ? Plan::kOnDemand : use.plan, use.model);
        }
        for (const auto& [plan, model] : needed) {
            const auto p = static_cast<std::size_t>(plan);
            if (!book_.list[p][model]) {
                topology::report(
                    issues_, root_["list"],
                    "the plan `" + std::string(name_of(plan)) + "` is used on GPU model '" +
                        names_.models[model].name + "', but " + list.missing[p][model],
                    "as in `{plan: " + std::string(name_of(plan)) +
                        ", gpu: " + names_.models[model].name + ", price: 2.99 USD/gpu/h}`");
            }
        }
    }

    void need_bid(std::uint32_t tenant) {
        if (!book_.spot.bid[tenant] && told_.insert(tenant).second) {
            topology::report(issues_, root_["spot"]["bids"],
                             "the tenant '" + names_.tenants[tenant] +
                                 "' has work under the plan `spot`, but no bid");
        }
    }

    const PricesSpec& prices_;
    const PriceNames& names_;
    Where root_;  // of `prices`
    Issues& issues_;
    PriceClock clock_;
    Exchange exchange_;
    PriceBook book_;
    std::set<std::uint32_t> told_;
};

money::Sla compile_sla(const SlaSpec& spec) {
    money::Sla sla;
    for (const SlaTierSpec& tier : spec.tiers) {
        sla.tiers.push_back({share_of(tier.below), share_of(tier.credit)});
    }
    sla.cap = share_of(spec.cap);
    sla.claimed = share_of(spec.claimed);
    sla.grace = whole_ticks(spec.grace);
    sla.whole_gang = spec.gang == GangCredit::kWhole;
    sla.plans.fill(false);
    for (const Plan plan : spec.plans) {
        sla.plans[static_cast<std::size_t>(plan)] = true;
    }
    return sla;
}

}  // namespace

PriceBook compile_prices(const PricesSpec& prices, const std::optional<SlaSpec>& sla,
                         const PriceNames& names, const config::Value& where,
                         const std::string& path, Issues& issues) {
    TP_ASSERT(!names.tenants.empty(), "there is always the tenant without a name");
    PriceBook book =
        PriceCompiler(prices, names, Where::root(where, path)["prices"], issues).compile();
    if (sla) {
        book.sla = compile_sla(*sla);
    }
    return book;
}

std::uint64_t sparse_gflops(const topology::GpuModel& gpu) {
    if (!gpu.bf16 || !gpu.sparsity) {
        return 0;
    }
    return static_cast<std::uint64_t>(std::llround(gpu.bf16->value * *gpu.sparsity / 1e9));
}

}  // namespace tidepool::scenario
