#include "workloads/length_law.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"
#include "workloads/demand.h"

namespace tidepool::workloads {
namespace {

struct Preset {
    LengthSpec in, out;
};

LengthSpec lognormal(double mu, double sigma) {
    LengthSpec spec;
    spec.lognormal = {mu, sigma};
    return spec;
}

// Measured on the traces that tide_spec.h names: mean and standard deviation of the logarithms, or
// quantiles where no lognormal law has their mean.
Preset measured(LengthPreset preset) {
    switch (preset) {
        case LengthPreset::kAzure2023Conversation:
            return {lognormal(6.63, 0.985), lognormal(5.02, 0.859)};
        case LengthPreset::kMooncakeConversation: {
            Preset lengths{lognormal(8.77, 1.20), {}};
            lengths.out.table = {{0, 1},      {0.5, 356},   {0.9, 606},
                                 {0.95, 712}, {0.99, 1170}, {1, 2000}};
            return lengths;
        }
    }
    TP_ASSERT(false, "every preset has a case");
    return {};
}

}  // namespace

LengthLaw LengthLaw::in(const LengthsSpec& spec) {
    return {spec.preset ? measured(*spec.preset).in : spec.in, spec.most};
}

LengthLaw LengthLaw::out(const LengthsSpec& spec) {
    return {spec.preset ? measured(*spec.preset).out : spec.out, spec.most};
}

LengthLaw::LengthLaw(const LengthSpec& spec, std::int64_t most) : most_(static_cast<double>(most)) {
    if (spec.fixed) {
        a_ = static_cast<double>(*spec.fixed);
    } else if (spec.exponential) {
        kind_ = Kind::kExponential;
        a_ = *spec.exponential;
    } else if (!spec.lognormal.empty()) {
        kind_ = Kind::kLognormal;
        a_ = spec.lognormal.at(0);
        b_ = spec.lognormal.at(1);
    } else {
        kind_ = Kind::kTable;
        TP_ASSERT(spec.table.size() >= 2, "validate() wants one way to say how many tokens");
        for (const std::vector<double>& row : spec.table) {
            shares_.push_back(row.at(0));
            values_.push_back(row.at(1));
        }
    }
}

double LengthLaw::quantile(double u) const {
    switch (kind_) {
        case Kind::kFixed:
            return a_;
        case Kind::kExponential:
            return -a_ * portable::log(1 - u);
        case Kind::kLognormal:
            return portable::exp(a_ + b_ * portable::normal_quantile(u));
        case Kind::kTable:
            return quantile_of_table(u);
    }
    return 1;
}

double LengthLaw::quantile_of_table(double u) const {
    const auto above = std::upper_bound(shares_.begin() + 1, shares_.end() - 1, u);
    const auto i = static_cast<std::size_t>(above - shares_.begin());
    const double part = (u - shares_[i - 1]) / (shares_[i] - shares_[i - 1]);
    return values_[i - 1] + part * (values_[i] - values_[i - 1]);
}

std::uint32_t LengthLaw::tokens(double u, double scale) const {
    const double above = std::min(quantile(u) * scale, most_) + 0.5;
    return above < 2 ? 1 : static_cast<std::uint32_t>(above);
}

double LengthLaw::mean_between(double from, double to, double scale) const {
    if (is_fixed()) {
        return tokens(0.5, scale);
    }
    constexpr std::size_t kSteps = 16;
    const auto evenly = [&](double low, double high) {  // integral
        std::array<std::uint32_t, kSteps> of;
        const auto look = [&](std::size_t i) {
            of[i] = tokens(low + (high - low) * (static_cast<double>(i) + 0.5) / kSteps, scale);
        };
        look(0);
        look(kSteps - 1);
        // Tokens never fall with u: where the ends of a stretch agree, so does all in between.
        const auto fill = [&](const auto& self, std::size_t first, std::size_t last) -> void {
            if (of[first] == of[last]) {
                std::fill(of.begin() + static_cast<std::ptrdiff_t>(first),
                          of.begin() + static_cast<std::ptrdiff_t>(last), of[first]);
            } else if (last - first > 1) {
                const std::size_t middle = (first + last) / 2;
                look(middle);
                self(self, first, middle);
                self(self, middle, last);
            }
        };
        fill(fill, 0, kSteps - 1);
        double sum = 0;
        for (const std::uint32_t each : of) {
            sum += each;
        }
        return sum * (high - low) / kSteps;
    };
    // Towards 0 and 1, pieces that each end at half the distance of the one before, as far as draws
    // reach.
    constexpr int kHalvings = 32;
    const auto near_end = [&](double at, double width, bool upwards) {
        double sum = 0, near = 0;
        for (int i = kHalvings; i >= 0; --i) {
            const double far = std::ldexp(width, -i);
            sum += upwards ? evenly(at + near, at + far) : evenly(at - far, at - near);
            near = far;
        }
        return sum;
    };
    const double quarter = (to - from) / 4;
    const double low = from > 0 ? from : from + quarter;
    const double high = to < 1 ? to : to - quarter;
    double sum = evenly(low, high);
    sum += from > 0 ? 0 : near_end(from, quarter, true);
    sum += to < 1 ? 0 : near_end(to, quarter, false);
    return sum / (to - from);
}

namespace {

double mean_of(const LengthLaw& law, double scale, int strata) {
    if (law.is_fixed()) {
        return law.tokens(0.5, scale);
    }
    double sum = 0;
    for (int i = 0; i < strata; ++i) {
        sum += law.mean_between(static_cast<double>(i) / strata,
                                static_cast<double>(i + 1) / strata, scale);
    }
    return sum / strata;
}

constexpr int kPerOctave = 64;
constexpr double kLn2 = 0.69314718055994531;

double grid_scale(int index) {
    return portable::exp(index * (kLn2 / kPerOctave));
}

}  // namespace

LengthMeans::LengthMeans(const LengthLaw& law) : law_(law), own_(mean_of(law, 1, kLengthSample)) {}

double LengthMeans::at_grid(int index) {
    const auto [at, added] = known_.try_emplace(index, 0.0);
    if (added) {
        at->second = index == 0 ? own_ : mean_of(law_, grid_scale(index), 256);
    }
    return at->second;
}

double LengthMeans::mean(double scale) {
    if (scale == 1 || !(scale > 0)) {
        return own_;
    }
    if (law_.is_fixed()) {
        return law_.tokens(0.5, scale);
    }
    // Beyond, every draw is 1 or `most`.
    const double limited = std::min(std::max(scale, 0x1p-60), 0x1p+60);
    const auto index = static_cast<int>(std::floor(portable::log(limited) * (kPerOctave / kLn2)));
    const double low = grid_scale(index), high = grid_scale(index + 1);
    const double part = (limited - low) / (high - low);
    return at_grid(index) + part * (at_grid(index + 1) - at_grid(index));
}

}  // namespace tidepool::workloads
