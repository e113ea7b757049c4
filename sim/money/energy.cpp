#include "sim/money/energy.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::money {
namespace {

constexpr std::int64_t kMilliwattHours = 1'000'000;  // in a kWh

const ModelPower& power_of(const Power& power, const std::string& model) {
    const auto found = std::ranges::find(power.models, model, &ModelPower::model);
    TP_ASSERT(found != power.models.end(), "problem_of() has looked");
    return *found;
}

// Milliwatt-hours of one GPU model in a bin.
Wide drawn(const StateBin& bin, const ModelPower& model, const Power& power) {
    const Wide ticks = Wide{bin.allocated} * power.busy + Wide{bin.idle} * power.idle +
                       Wide{bin.down} * power.down;
    return rounded(ticks * model.milliwatts, Wide{kMillion} * model.gpus * kTicksPerHour);
}

// Sum over bins of energy times the mean of a path over the bin, in `unit`s, rounded once for the
// whole bins and once for a shorter last one. `until`: the integral of the path.
template <class Until>
Wide along(const EnergyUse& use, Until until, Wide unit) {
    Wide sum = 0, result = 0, before = 0;
    for (std::size_t b = 0; b < use.bins.size(); ++b) {
        const std::uint64_t length = use.length(b);
        const Wide after = until(b * std::uint64_t{use.width.value} + length);
        const Wide here = use.bins[b].all * (after - before);
        before = after;
        if (length == use.width.value) {
            sum += here;
        } else {
            result += rounded(here, length * unit);
        }
    }
    return result + rounded(sum, use.width.value * unit);
}

}  // namespace

std::uint64_t EnergyUse::length(std::size_t bin) const {
    return std::min<std::uint64_t>(width.value, end.value - bin * std::uint64_t{width.value});
}

EnergyUse energy_use(const Usage& usage, const Power& power) {
    EnergyUse use{usage.end, usage.bin_width, {}};
    use.bins.resize((std::uint64_t{usage.end.value} + usage.bin_width.value - 1) /
                    usage.bin_width.value);
    for (std::size_t b = 0; b < use.bins.size(); ++b) {
        Wide it = rounded(Wide{power.constant} * use.length(b), kTicksPerHour);
        for (std::size_t m = 0; m < usage.models.size(); ++m) {
            it += drawn(usage.states[m][b], power_of(power, usage.models[m]), power);
        }
        use.bins[b].it = static_cast<std::uint64_t>(it);
        use.bins[b].all = static_cast<std::uint64_t>(rounded(it * power.pue, kMillion));
    }
    return use;
}

Wide price_until(const Electricity& electricity, std::uint64_t at) {
    const auto since_midnight = [&](std::uint64_t time) {
        Wide sum = Wide{electricity.price} * time;
        for (const PriceWindow& window : electricity.windows) {
            const std::uint64_t days = time / kTicksPerDay, rest = time % kTicksPerDay;
            const std::uint64_t within =
                days * (window.until - window.from) +
                (rest > window.from ? std::min<std::uint64_t>(rest, window.until) - window.from
                                    : 0);
            sum += (Wide{window.price} - electricity.price) * within;
        }
        return sum;
    };
    return since_midnight(at + electricity.clock) - since_midnight(electricity.clock);
}

Amount electricity_cost(const EnergyUse& use, const Electricity& electricity) {
    const auto until = [&](std::uint64_t at) { return price_until(electricity, at); };
    return amount(along(use, until, Wide{kMilliwattHours} * (kBillion / kMicro)), 1);
}

double electricity_cost(const EnergyUse& use, const Electricity& electricity, std::uint64_t from,
                        std::uint64_t until) {
    double sum = 0;
    for (std::size_t b = 0; b < use.bins.size(); ++b) {
        const std::uint64_t begin = b * std::uint64_t{use.width.value};
        const std::uint64_t length = use.length(b);
        const std::uint64_t first = std::max(begin, from), last = std::min(begin + length, until);
        if (first < last) {
            const Wide price = price_until(electricity, last) - price_until(electricity, first);
            sum += static_cast<double>(use.bins[b].all) * static_cast<double>(price) /
                   static_cast<double>(length);
        }
    }
    return sum / static_cast<double>(kMilliwattHours) / static_cast<double>(kBillion);
}

Energy energy_of(const EnergyUse& use, const Carbon* carbon) {
    Energy energy;
    for (std::size_t b = 0; b < use.bins.size(); ++b) {
        energy.milliwatt_hours_it += use.bins[b].it;
        energy.milliwatt_hours += use.bins[b].all;
        const Wide watts =
            rounded(Wide{use.bins[b].all} * kTicksPerHour, Wide{1000} * use.length(b));
        energy.peak_watts = std::max(energy.peak_watts, static_cast<std::uint64_t>(watts));
    }
    if (carbon != nullptr) {
        std::vector<Wide> sums{0};  // integral until the start of each step
        for (std::size_t i = 0; i + 1 < carbon->steps.size(); ++i) {
            sums.push_back(sums.back() + Wide{carbon->steps[i].intensity} *
                                             (carbon->steps[i + 1].from - carbon->steps[i].from));
        }
        std::size_t step = 0;
        const auto until = [&](std::uint64_t at) {  // asked in order
            while (step + 1 < carbon->steps.size() && carbon->steps[step + 1].from <= at) {
                ++step;
            }
            return sums[step] +
                   Wide{carbon->steps[step].intensity} * (at - carbon->steps[step].from);
        };
        energy.grams_co2 =
            static_cast<std::uint64_t>(along(use, until, Wide{kMilliwattHours} * 10'000));
        energy.has_carbon = true;
    }
    return energy;
}

}  // namespace tidepool::money
