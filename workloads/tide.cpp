// The rates of a tide: one step after the other, cut at whole local hours, at the steps of the
// noise and at those of flash crowds. docs/demand.md states the formula.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/base/portable_math.h"
#include "sim/base/random.h"
#include "sim/config/units.h"
#include "workloads/calendar.h"
#include "workloads/drawn_requests.h"
#include "workloads/time_zone.h"
#include "workloads/uniform.h"

namespace tidepool::workloads {
namespace {

constexpr int kRampSteps = 30;
constexpr double kNever = std::numeric_limits<double>::infinity();

InputError wrong(const std::string& path, const std::string& problem, const std::string& hint) {
    Issue issue;
    issue.path = path;
    issue.problem = problem;
    issue.hint = hint;
    return InputError({issue});
}

std::vector<double> with_mean_one(std::vector<double> factors) {
    const double sum = std::accumulate(factors.begin(), factors.end(), 0.0);
    for (double& factor : factors) {
        factor *= static_cast<double>(factors.size()) / sum;
    }
    return factors;
}

std::vector<double> hours_of(const TideSpec& spec) {
    if (!spec.hours.empty()) {
        return with_mean_one(spec.hours);
    }
    const std::array<double, 24>& row = kHourProfiles[static_cast<std::size_t>(spec.profile)].hours;
    return with_mean_one({row.begin(), row.end()});
}

// One factor of the rate: its value in the present step, and when (s) that step ends.
struct Factor {
    double value = 1;
    double until = 0;
};

// Hour of the day, day of the week and growth; changes at whole local hours.
class Clock {
public:
    explicit Clock(const TideSpec& spec)
        : hours_(hours_of(spec)),
          days_(spec.days.empty() ? std::vector<double>(7, 1.0) : with_mean_one(spec.days)),
          growth_(1 + spec.growth) {
        std::string problem, hint;
        const std::optional<TimeZone> zone = TimeZone::find(spec.time_zone, problem, hint);
        const std::optional<CalendarTime> date = parse_calendar(spec.start + "T00:00");
        if (!zone || !date) {
            throw wrong("tide", zone ? "`start` is no date" : problem, hint);
        }
        zone_ = *zone;
        first_day_ = date->seconds / 86'400;
        now_ = start_ = zone_.first_instant(date->seconds);
    }

    Factor next() {
        const TimeZone::Span span = zone_.at(now_);
        const std::int64_t local = now_ + span.offset;
        const std::int64_t day = local / 86'400;
        const auto weekday = static_cast<std::size_t>((day + 3) % 7);  // day 0 was a Thursday
        const auto hour = static_cast<std::size_t>(local % 86'400 / 3'600);
        if (day != day_ || grown_ == 0) {
            day_ = day;
            grown_ = portable::pow(growth_, static_cast<double>(day - first_day_));
        }
        now_ = std::min(now_ + 3'600 - local % 3'600, span.end);
        return {hours_[hour] * days_[weekday] * grown_, static_cast<double>(now_ - start_)};
    }

    std::string origin() const {
        const std::int64_t offset = zone_.at(start_).offset;
        CalendarTime time;
        time.seconds = start_ + offset;
        time.offset_minutes = static_cast<int>(offset / 60);
        return print_calendar(time);
    }

private:
    std::vector<double> hours_, days_;
    double growth_;
    TimeZone zone_;
    std::int64_t start_ = 0, now_ = 0;  // UTC
    std::int64_t first_day_ = 0, day_ = 0;
    double grown_ = 0;
};

// exp(x - deviation^2 / 2), x a stationary AR(1) series of that deviation.
class Noise {
public:
    Noise(const std::optional<NoiseSpec>& spec, std::uint64_t seed, std::uint32_t entity)
        : seed_(seed), entity_(entity) {
        if (spec && spec->deviation.value > 0) {
            deviation_ = spec->deviation.value;
            step_ = spec->step.value;
            keep_ = portable::exp(-step_ / spec->memory.value);
        }
    }

    Factor next() {
        if (deviation_ == 0) {
            return {1, kNever};
        }
        const Block words = draw(seed_, Purpose::kDemand, entity_, k_);
        const double z = portable::normal_quantile(uniform52(words[0], words[1]));
        x_ = k_ == 0 ? z : keep_ * x_ + std::sqrt(1 - keep_ * keep_) * z;
        ++k_;
        const double value = portable::exp(deviation_ * (x_ - deviation_ / 2));
        return {value, k_ * step_};
    }

private:
    std::uint64_t seed_;
    std::uint32_t entity_, k_ = 0;
    double deviation_ = 0, step_ = 0, keep_ = 0;
    double x_ = 0;  // in units of the deviation
};

// 1 + what the flash crowds add: in each step the mean over the step, so that straight lines keep
// their area.
class Crowds {
public:
    explicit Crowds(const std::vector<FlashSpec>& crowds) : crowds_(crowds) {
        for (const FlashSpec& crowd : crowds_) {
            const double top = crowd.at.value + crowd.rise.value;
            const double fall = top + crowd.hold.value;
            for (int i = 0; i <= kRampSteps; ++i) {
                cuts_.push_back(crowd.at.value + crowd.rise.value * i / kRampSteps);
                cuts_.push_back(fall + crowd.fall.value * i / kRampSteps);
            }
        }
        std::sort(cuts_.begin(), cuts_.end());
        cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
        std::erase(cuts_, 0.0);
    }

    Factor next() {
        const double from = next_ == 0 ? 0 : cuts_[next_ - 1];
        if (next_ == cuts_.size()) {
            return {1, kNever};
        }
        const double until = cuts_[next_++];
        const double middle = from + (until - from) / 2;
        double value = 1;
        for (const FlashSpec& crowd : crowds_) {
            value += (crowd.factor - 1) * height(crowd, middle - crowd.at.value);
        }
        return {value, until};
    }

private:
    // 0 .. 1, `since` after the crowd's begin.
    static double height(const FlashSpec& crowd, double since) {
        const double falling = since - crowd.rise.value - crowd.hold.value;
        if (since < 0 || falling >= crowd.fall.value) {
            return 0;
        }
        if (since < crowd.rise.value) {
            return since / crowd.rise.value;
        }
        return falling < 0 ? 1 : 1 - falling / crowd.fall.value;
    }

    const std::vector<FlashSpec>& crowds_;
    std::vector<double> cuts_;  // between steps
    std::size_t next_ = 0;
};

InputError too_high(double rate, double at) {
    using config::Dimension;
    return wrong("tide",
                 "the rate reaches " + config::print_human(rate, Dimension::kEventRate) +
                     " after " + config::print_human(at, Dimension::kTime),
                 "at most " + config::print_human(kMostRate, Dimension::kEventRate) +
                     "; lower `base` or `growth`");
}

}  // namespace

RateTrace generate_tide(const TideSpec& tide, std::uint64_t seed, std::uint32_t entity,
                        Seconds end) {
    Clock clock(tide);
    Noise noise(tide.noise, seed, entity);
    Crowds crowds(tide.flash);
    RateTrace trace;
    trace.end = end;
    trace.origin = clock.origin();
    RateClient client;
    Factor hour, wave, crowd;
    for (double now = 0; now < end.value; now = std::min({hour.until, wave.until, crowd.until})) {
        while (hour.until <= now) {
            hour = clock.next();
        }
        while (wave.until <= now) {
            wave = noise.next();
        }
        while (crowd.until <= now) {
            crowd = crowds.next();
        }
        RateStep step;
        step.begin = Seconds{now};
        step.rate = tide.base.value * hour.value * wave.value * crowd.value;
        if (!(step.rate <= kMostRate)) {
            throw too_high(step.rate, now);
        }
        if (client.steps.empty() || client.steps.back().rate != step.rate) {
            client.steps.push_back(step);
        }
    }
    TP_ASSERT(client.steps.size() <= kMostRateSteps, "steps are a minute long, a clock 8.5 years");
    trace.clients.push_back(std::move(client));
    return trace;
}

}  // namespace tidepool::workloads
