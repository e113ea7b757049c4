#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/workloads/demand_rig.h"
#include "workloads/drawn_requests.h"

namespace tidepool::workloads {
namespace {

constexpr double kHour = 3600, kDay = 86'400;

RateTrace made(const std::string& yaml, double end, std::uint64_t seed = 1,
               std::uint32_t entity = 0) {
    return generate_tide(spec_of<TideSpec>(yaml), seed, entity, Seconds{end});
}

const std::vector<RateStep>& steps(const RateTrace& trace) {
    return trace.clients.at(0).steps;
}

double rate_at(const RateTrace& trace, double time) {
    double rate = 0;
    for (const RateStep& step : steps(trace)) {
        rate = step.begin.value <= time ? step.rate : rate;
    }
    return rate;
}

double requests(const RateTrace& trace, double from, double to) {
    double sum = 0;
    for (std::size_t i = 0; i < steps(trace).size(); ++i) {
        const double begin = steps(trace)[i].begin.value;
        const double end =
            i + 1 < steps(trace).size() ? steps(trace)[i + 1].begin.value : trace.end.value;
        sum += steps(trace)[i].rate * std::max(0.0, std::min(end, to) - std::max(begin, from));
    }
    return sum;
}

TEST(Tide, IsOneStepWhenNothingChanges) {
    const RateTrace trace = made("base: 20 /s", 3 * kDay);
    ASSERT_EQ(trace.clients.size(), 1U);
    EXPECT_EQ(steps(trace), (std::vector<RateStep>{{Seconds{0}, 20}}));
    EXPECT_EQ(trace.end, Seconds{3 * kDay});
    EXPECT_EQ(trace.origin, "2026-01-05T00:00:00Z");
    EXPECT_FALSE(trace.gaps_given);
}

// Hour h has weight h + 1; the weights add up to 300, so the factor is (h + 1) * 24 / 300.
const std::string kRamp =
    "hours: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, "
    "24]\n";

TEST(Tide, FollowsTheHoursOfTheDay) {
    const RateTrace trace = made("base: 25 /s\n" + kRamp, 2 * kDay);
    ASSERT_EQ(steps(trace).size(), 48U);
    for (std::size_t i = 0; i < 48; ++i) {
        EXPECT_EQ(steps(trace)[i].begin.value, kHour * static_cast<double>(i));
        EXPECT_NEAR(steps(trace)[i].rate, 2.0 * static_cast<double>(i % 24 + 1), 1e-12);
    }
    EXPECT_NEAR(requests(trace, 0, kDay), 25 * kDay, 1e-6);
}

// DeepSeek's profile, values as published: their sum is 24.01, peak 1.33 at 22 h, trough 0.27.
TEST(Tide, KnowsProfilesByName) {
    const RateTrace trace = made("{base: 10 /s, profile: deepseek}", kDay);
    EXPECT_NEAR(rate_at(trace, 22.5 * kHour) / rate_at(trace, 4.5 * kHour), 1.33 / 0.27, 1e-12);
    EXPECT_NEAR(requests(trace, 0, kDay), 10 * kDay, 1e-6);
    for (const HourProfileRow& row : kHourProfiles) {
        const double sum = std::accumulate(row.hours.begin(), row.hours.end(), 0.0);
        EXPECT_NEAR(sum, 24, 0.25) << row.name;  // means of 1, but for rounding
    }
}

TEST(Tide, FollowsTheDaysOfTheWeek) {
    const std::string week = "{base: 7 /s, days: [1, 2, 3, 4, 5, 6, 7]";  // factor (d + 1) / 4
    const RateTrace monday = made(week + "}", 8 * kDay);
    const RateTrace saturday = made(week + ", start: 2026-01-10}", 3 * kDay);
    for (int d = 0; d < 8; ++d) {
        EXPECT_DOUBLE_EQ(rate_at(monday, (d + 0.5) * kDay), 1.75 * (d % 7 + 1));
    }
    EXPECT_DOUBLE_EQ(rate_at(saturday, 0), 1.75 * 6);
    EXPECT_DOUBLE_EQ(rate_at(saturday, 2 * kDay), 1.75);
}

// The clock skips hour 2 on 2026-03-29 and shows it twice on 2026-10-25.
TEST(Tide, HasDaysOf23And25Hours) {
    const std::string berlin = "base: 25 /s\ntime_zone: Europe/Berlin\n" + kRamp;
    const RateTrace spring = made(berlin + "start: 2026-03-29", 2 * kDay);
    EXPECT_EQ(spring.origin, "2026-03-29T00:00:00+01:00");
    EXPECT_NEAR(rate_at(spring, 1.5 * kHour), 4, 1e-12);
    EXPECT_NEAR(rate_at(spring, 2.5 * kHour), 8, 1e-12);  // hour 3
    EXPECT_NEAR(rate_at(spring, 22.5 * kHour), 48, 1e-12);
    EXPECT_NEAR(rate_at(spring, 23.5 * kHour), 2, 1e-12);  // the next day
    EXPECT_NEAR(requests(spring, 0, 23 * kHour), 25 * kDay - 6 * kHour, 1e-6);
    const RateTrace autumn = made(berlin + "start: 2026-10-25", 2 * kDay);
    EXPECT_EQ(autumn.origin, "2026-10-25T00:00:00+02:00");
    EXPECT_NEAR(rate_at(autumn, 2.5 * kHour), 6, 1e-12);
    EXPECT_NEAR(rate_at(autumn, 3.5 * kHour), 6, 1e-12);
    EXPECT_NEAR(rate_at(autumn, 4.5 * kHour), 8, 1e-12);
    EXPECT_NEAR(rate_at(autumn, 25.5 * kHour), 2, 1e-12);
    EXPECT_NEAR(requests(autumn, 0, 25 * kHour), 25 * kDay + 6 * kHour, 1e-6);
}

// India's hours begin at half past in UTC; its midnight is 18:30 UTC.
TEST(Tide, CutsAtHoursOfTheLocalClock) {
    const RateTrace trace = made("base: 25 /s\ntime_zone: Asia/Kolkata\n" + kRamp, kDay);
    EXPECT_EQ(trace.origin, "2026-01-05T00:00:00+05:30");
    EXPECT_EQ(steps(trace)[1].begin.value, kHour);
    EXPECT_NEAR(rate_at(trace, 0), 2, 1e-12);
}

TEST(Tide, GrowsByTheDay) {
    const RateTrace trace = made("{base: 100 /s, growth: 0.1}", 4 * kDay);
    EXPECT_EQ(steps(trace).size(), 4U);
    EXPECT_NEAR(rate_at(trace, 3.9 * kDay), 133.1, 1e-10);
    EXPECT_THROW(made("{base: 1e8 /s, growth: 1}", 5 * kDay), InputError);  // 1.6e9 /s
}

struct Logs {
    std::vector<double> x;
    Sums rates;
};
Logs logs_of(const RateTrace& trace) {
    Logs logs;
    for (const RateStep& step : steps(trace)) {
        logs.x.push_back(std::log(step.rate));
        logs.rates.add(step.rate);
    }
    return logs;
}

// AR(1) with phi = e^(-1/6): of n values, the mean has the variance s^2/n (1 + phi)/(1 - phi),
// their variance one of 2 s^4/n (1 + phi^2)/(1 - phi^2), the correlation at lag 1 one of (1 -
// phi^2)/n.
TEST(Tide, IsNoisyAsAsked) {
    constexpr double kN = 200'000, kS = 0.3;
    const double phi = std::exp(-1.0 / 6);
    const RateTrace trace =
        made("{base: 1 /s, noise: {deviation: 30 %, memory: 1 h, step: 10 min}}", 600 * kN);
    const Logs logs = logs_of(trace);
    ASSERT_EQ(logs.x.size(), kN);
    EXPECT_EQ(steps(trace)[7].begin.value, 4200);
    Sums sums;
    for (const double x : logs.x) {
        sums.add(x);
    }
    const double long_memory = (1 + phi) / (1 - phi);
    EXPECT_NEAR(sums.mean(), -kS * kS / 2, 4 * kS * std::sqrt(long_memory / kN));
    EXPECT_NEAR(sums.variance(), kS * kS,
                4 * kS * kS * std::sqrt(2 / kN * (1 + phi * phi) / (1 - phi * phi)));
    EXPECT_NEAR(logs.rates.mean(), 1, 4 * std::sqrt((std::exp(kS * kS) - 1) / kN * long_memory));
    for (const std::size_t lag : {1U, 6U, 12U}) {
        double product = 0;
        for (std::size_t i = lag; i < logs.x.size(); ++i) {
            product += (logs.x[i] - sums.mean()) * (logs.x[i - lag] - sums.mean());
        }
        // Bartlett 1946; long lags: at most (1 + phi^2)/(1 - phi^2) / n.
        const double error =
            std::sqrt((lag == 1 ? 1 - phi * phi : (1 + phi * phi) / (1 - phi * phi)) / kN);
        EXPECT_NEAR(product / kN / sums.variance(), std::exp(-static_cast<double>(lag) / 6),
                    4 * error);
    }
}

TEST(Tide, HasNoiseOfItsOwn) {
    const std::string yaml = "{base: 1 /s, noise: {deviation: 0.5}}";
    const RateTrace one = made(yaml, kDay), longer = made(yaml, 2 * kDay);
    EXPECT_EQ(one, made(yaml, kDay));
    EXPECT_TRUE(std::equal(steps(one).begin(), steps(one).end(), steps(longer).begin()));
    EXPECT_NE(rate_at(one, 0), rate_at(made(yaml, kDay, 2), 0));
    EXPECT_NE(rate_at(one, 0), rate_at(made(yaml, kDay, 1, 1), 0));
}

// Up to 5 times 10 /s: 4 x 10 /s x (30 s + 600 s + 300 s) above the usual.
TEST(Tide, BringsFlashCrowds) {
    const RateTrace trace = made(
        "{base: 10 /s, flash: [{at: 1000 s, rise: 1 min, hold: 10 min, fall: 10 min, factor: 5}]}",
        4000);
    EXPECT_NEAR(requests(trace, 0, 4000), 40'000 + 37'200, 1e-6);
    EXPECT_NEAR(requests(trace, 1000, 1030), 300 + 40 * 30.0 * 30 / 60 / 2, 1e-6);
    EXPECT_EQ(rate_at(trace, 999), 10);
    EXPECT_EQ(rate_at(trace, 1060), 50);
    EXPECT_EQ(rate_at(trace, 1659), 50);
    EXPECT_NEAR(rate_at(trace, 1960), 30, 40.0 / 59);  // half way down, to half a step
    EXPECT_EQ(rate_at(trace, 2260), 10);
    EXPECT_EQ(steps(trace).size(), 1 + 30 + 1 + 30 + 1U);
}

TEST(Tide, AddsUpCrowds) {
    const RateTrace trace = made(
        "{base: 10 /s, flash: ["
        "{at: 100 s, rise: 0 s, hold: 100 s, fall: 0 s, factor: 3},"
        "{at: 150 s, rise: 0 s, hold: 100 s, fall: 0 s, factor: 2}]}",
        400);
    EXPECT_EQ(steps(trace), (std::vector<RateStep>{{Seconds{0}, 10},
                                                   {Seconds{100}, 30},
                                                   {Seconds{150}, 40},
                                                   {Seconds{200}, 20},
                                                   {Seconds{250}, 10}}));
}

}  // namespace
}  // namespace tidepool::workloads
