#include "sim/scenario/cost_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "sim/config/text.h"
#include "sim/money/cost_book.h"

namespace tidepool::scenario {
namespace {

using topology::Where;

constexpr std::array<std::string_view, 5> kBases{"site", "server", "gpu", "kW", "P"};

// How often a time is in a year of 365 days; 0: it is no time.
std::int64_t times_a_year(std::string_view time) {
    if (time == "h") {
        return 8760;
    }
    if (time == "d") {
        return 365;
    }
    if (time == "mo") {
        return 12;
    }
    return time == "y" || time == "yr" ? 1 : 0;
}

}  // namespace

std::optional<Ratio> CostReader::in_micro(const MoneyText& money, const Where& where) {
    const std::optional<Ratio> worth = currencies_.worth(money.currency);
    if (!worth) {
        std::string hint = did_you_mean(money.currency, currencies_.names());
        report(issues_, where,
               "no rate of this currency is known (got " + config::shown(money.currency) + ")",
               hint.empty() ? "say under `rates` how much of it one " + currencies_.own + " buys"
                            : hint);
        return std::nullopt;
    }
    const auto units = product(money.number, *worth);
    return units ? product(*units, {money::kMicro, 1}) : std::nullopt;
}

std::optional<CostReader::Parts> CostReader::parts(const std::string& text, const Where& where,
                                                   bool timed) {
    const auto money = parse_money(text);
    if (!money.ok()) {
        report(issues_, where, money.problem, money.hint);
        return std::nullopt;
    }
    Parts parts;
    for (const std::string& unit : money.value.per) {
        if (times_a_year(unit) > 0 && parts.time.empty() && timed) {
            parts.time = unit;
        } else if (std::ranges::find(kBases, unit) != kBases.end() && parts.base.empty() &&
                   parts.time.empty()) {
            parts.base = unit;
        } else {
            report(issues_, where, "cannot be counted like this (got " + config::shown(text) + ")",
                   timed ? "per /server, /gpu, /kW, /P or none of them, then per /h, /d, /mo or /y"
                         : "per /server, /gpu, /kW, /P or none of them");
            return std::nullopt;
        }
    }
    if (timed && parts.time.empty()) {
        report(issues_, where, "needs a time (got " + config::shown(text) + ")",
               "per /h, /d, /mo or /y at its end");
        return std::nullopt;
    }
    const std::optional<Ratio> micro = in_micro(money.value, where);
    if (!micro) {
        return std::nullopt;
    }
    parts.micro = *micro;
    return parts;
}

std::optional<Ratio> CostReader::quantity(const std::string& base, const Where& where) {
    if (base == "server") {
        return Ratio{static_cast<money::Wide>(bases_.servers), 1};
    }
    if (base == "gpu") {
        return Ratio{static_cast<money::Wide>(bases_.gpus), 1};
    }
    if (base == "kW" || base == "P") {
        const auto& known = base == "kW" ? bases_.milliwatts : bases_.gigaflops;
        if (!known) {
            report(issues_, where,
                   base == "kW" ? "the rated power of the datacenter is not known"
                                : "the FP16 rate with sparsity of its GPUs is not known",
                   base == "kW" ? "say it under `power`" : "say it in the topology's `catalog`");
            return std::nullopt;
        }
        return product({static_cast<money::Wide>(*known), 1}, {1, 1'000'000});
    }
    return Ratio{1, 1};
}

std::int64_t CostReader::whole(const std::optional<Ratio>& ratio, const Where& where) {
    const auto micro = ratio ? nearest_integer(*ratio) : std::nullopt;
    if (!micro || *micro > money::kMostMoney) {
        report(issues_, where, "comes to more than 1e12, or has too many digits");
        return 0;
    }
    return *micro;
}

money::Amount CostReader::once(const std::string& text, const Where& where) {
    const auto read = parts(text, where, false);
    const auto pieces = read ? quantity(read->base, where) : std::nullopt;
    return pieces ? money::Amount{whole(product(read->micro, *pieces), where)} : money::Amount{};
}

money::Amount CostReader::a_year(const std::string& text, const Where& where) {
    const auto read = parts(text, where, true);
    const auto pieces = read ? quantity(read->base, where) : std::nullopt;
    if (!pieces) {
        return {};
    }
    const auto each = product(read->micro, {times_a_year(read->time), 1});
    return {whole(each ? product(*each, *pieces) : std::nullopt, where)};
}

std::int64_t CostReader::per_kwh(const std::string& text, const Where& where) {
    const auto money = parse_money(text);
    if (!money.ok()) {
        report(issues_, where, money.problem, money.hint);
        return 0;
    }
    if (money.value.per != std::vector<std::string>{"kWh"}) {
        report(issues_, where,
               "a price of electricity is per kWh (got " + config::shown(text) + ")",
               "write it like 0.087 USD/kWh");
        return 0;
    }
    const auto micro = in_micro(money.value, where);
    if (!micro) {
        return 0;
    }
    const auto price = product(*micro, {1000, 1});
    const auto billionths = price ? nearest_integer(*price) : std::nullopt;
    if (!billionths || *billionths > money::kMostPowerPrice) {
        report(issues_, where,
               "more than 10 " + currencies_.own + " per kWh (got " + config::shown(text) + ")");
        return 0;
    }
    return *billionths;
}

money::Rate CostReader::per_gpu_tick(const std::string& text, const Where& where) {
    const auto read = parts(text, where, true);
    if (!read) {
        return {};
    }
    if (read->base != "gpu") {
        report(issues_, where, "rent is per GPU and time (got " + config::shown(text) + ")",
               "write it like 2 USD/gpu/h");
        return {};
    }
    const auto ticks = static_cast<money::Wide>(money::kTicksPerYear);
    const auto price = product(read->micro, {times_a_year(read->time), ticks});
    const money::Wide per_hour = static_cast<money::Wide>(money::kTicksPerHour);
    const bool fits = price && price->numerator <= INT64_MAX && price->denominator <= INT64_MAX &&
                      price->numerator * per_hour <=
                          price->denominator * money::kMostRent * money::Wide{money::kMicro};
    if (!fits) {
        report(issues_, where,
               "above 1e6 per GPU-hour, or of too many digits (got " + config::shown(text) + ")");
        return {};
    }
    return {static_cast<std::int64_t>(price->numerator),
            static_cast<std::int64_t>(price->denominator)};
}

money::Amount CostReader::piece(double number, const std::string& currency, const Where& where) {
    MoneyText money{{std::llround(number * 1e6), money::kMicro}, currency, {}};
    const auto micro = in_micro(money, where);
    return micro ? money::Amount{whole(micro, where)} : money::Amount{};
}

}  // namespace tidepool::scenario
