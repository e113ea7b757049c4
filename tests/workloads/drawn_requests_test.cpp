#include "workloads/drawn_requests.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/workloads/demand_rig.h"
#include "workloads/expected_bins.h"

namespace tidepool::workloads {
namespace {

constexpr double kHour = 3600;

RateTrace trace_of(std::vector<RateClient> clients, double end, bool gaps_given = false) {
    RateTrace trace;
    trace.clients = std::move(clients);
    trace.end = Seconds{end};
    trace.gaps_given = gaps_given;
    return trace;
}
RateStep step(double begin, double rate, GapLaw law = GapLaw::kGamma, double shape = 1) {
    RateStep made;
    made.begin = Seconds{begin};
    made.rate = rate;
    made.law = law;
    made.shape = shape;
    return made;
}
RateTrace steady(double rate, double end) {
    return trace_of({{"", {step(0, rate)}}}, end);
}

std::vector<Request> drawn(const RateTrace& rates, const ArrivalsSpec& arrivals = {},
                           std::uint64_t seed = 1, double end = 1e9,
                           const LengthsSpec& lengths = fixed_lengths(10, 2),
                           const std::vector<ClassShare>& classes = {}) {
    return all_of(*draw_requests(rates, lengths, arrivals, classes, seed, 0, Seconds{end}));
}

double seconds(const Request& request) {
    return static_cast<double>(request.arrival) / 1e9;
}

std::vector<double> counts(const std::vector<Request>& requests, double bin, double end) {
    std::vector<double> count(static_cast<std::size_t>(end / bin));
    for (const Request& request : requests) {
        ++count.at(static_cast<std::size_t>(seconds(request) / bin));
    }
    return count;
}

void expect_equal(const std::vector<Request>& a, const std::vector<Request>& b) {
    ASSERT_EQ(a.size(), b.size());
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), same));
}

TEST(DrawnRequests, FollowTheTideHourByHour) {
    const TideSpec tide = spec_of<TideSpec>("{base: 10 /s, profile: deepseek}");
    const RateTrace rates = generate_tide(tide, 1, 0, Seconds{48 * kHour});
    const std::vector<Request> requests = drawn(rates);
    EXPECT_TRUE(std::is_sorted(requests.begin(), requests.end(),
                               [](const auto& a, const auto& b) { return a.arrival < b.arrival; }));
    const std::vector<double> count = counts(requests, kHour, 48 * kHour);
    double chi2 = 0;
    for (std::size_t h = 0; h < count.size(); ++h) {
        const double factor = kHourProfiles[1].hours[h % 24] * 24 / 24.01;
        const double expected = 36'000 * factor;
        EXPECT_NEAR(count[h], expected, 4.5 * std::sqrt(expected)) << h;
        chi2 += (count[h] - expected) * (count[h] - expected) / expected;
    }
    EXPECT_NEAR(chi2, 48, 4 * std::sqrt(96));  // Poisson: neither more nor less
}

TEST(DrawnRequests, AreTheSameEveryTime) {
    const RateTrace rates =
        trace_of({{"a", {step(0, 3), step(50, 0), step(70, 9)}}, {"b", {step(10, 5)}}}, 1000);
    ArrivalsSpec arrivals;
    arrivals.cv = 2;
    const auto lengths = spec_of<LengthsSpec>("preset: azure-2023-conversation");
    const std::vector<Request> all = drawn(rates, arrivals, 5, 1e9, lengths);
    expect_equal(all, drawn(rates, arrivals, 5, 1e9, lengths));
    // Less time: the same ones, up to there.
    const std::vector<Request> some = drawn(rates, arrivals, 5, 400, lengths);
    EXPECT_LT(seconds(some.back()), 400);
    expect_equal(some, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(some.size())});
    EXPECT_GE(seconds(all.at(some.size())), 400);
    EXPECT_NE(drawn(rates, arrivals, 6).front().arrival, all.front().arrival);
}

TEST(DrawnRequests, OfAClientDoNotDependOnOthers) {
    const RateClient a{"a", {step(0, 2), step(100, 6)}}, b{"b", {step(0, 3)}}, c{"c", {step(0, 4)}};
    const auto lengths = spec_of<LengthsSpec>("preset: mooncake-conversation");
    ArrivalsSpec arrivals;
    arrivals.cv = 3;
    const std::vector<Request> two = drawn(trace_of({a, b}, 1000), arrivals, 1, 1e9, lengths);
    const std::vector<Request> three = drawn(trace_of({a, b, c}, 1000), arrivals, 1, 1e9, lengths);
    std::size_t found = 0;  // all of `two`, in order, lie in `three`
    for (const Request& request : three) {
        found += found < two.size() && same(request, two[found]) ? 1 : 0;
    }
    EXPECT_EQ(found, two.size());
    EXPECT_NEAR(static_cast<double>(three.size() - two.size()), 4000, 4 * 3 * std::sqrt(4000));
}

// Gaps of a thousandth of variation: a clock. Two clients of sizes 1 and 1/2 with 3 /s in all tick
// every 0.5 s and every 1 s, so that over short times each has a phase of its own.
TEST(DrawnRequests, ComeFromZipfClients) {
    ArrivalsSpec arrivals;
    arrivals.cv = 0.001;
    arrivals.clients = 2;
    arrivals.zipf = 1;
    const std::vector<Request> requests = drawn(steady(3, 100), arrivals);
    EXPECT_NEAR(static_cast<double>(requests.size()), 300, 2);
    std::size_t larger = 0;
    for (const Request& request : requests) {
        larger += std::any_of(requests.begin(), requests.end(), [&](const Request& other) {
            return std::abs(seconds(other) - seconds(request) - 0.5) < 0.005;
        });
    }
    EXPECT_NEAR(static_cast<double>(larger), 200, 2);
}

// Over long spans the variance of counts over their mean is CV^2 = 9. Independent clients keep the
// one that each has over its own few requests.
TEST(DrawnRequests, AreAsBurstyAsTheirClients) {
    ArrivalsSpec arrivals;
    arrivals.cv = 3;
    const auto dispersion = [&](std::int64_t clients, double rate, double bin, double end) {
        arrivals.clients = clients;
        Sums sums;
        for (const double n : counts(drawn(steady(rate, end), arrivals), bin, end)) {
            sums.add(n);
        }
        EXPECT_NEAR(sums.mean(), rate * bin, 4 * 3 * std::sqrt(rate * bin * bin / end));
        return sums.variance() / sums.mean();
    };
    EXPECT_NEAR(dispersion(1, 100, 10, 20'000), 9, 4 * 9 * std::sqrt(2.0 / 2000));
    const double alone = dispersion(1, 100, 0.005, 2000);  // 1/2 request each time
    EXPECT_NEAR(dispersion(2000, 100, 10, 20'000), alone, 4 * alone * std::sqrt(2.0 / 2000));
    EXPECT_LT(alone, 6);
}

// A process that began with an ordinary gap would have (9 - 1) / 2 = 4 requests too many.
TEST(DrawnRequests, AreAsManyAsExpectedWhateverTheVariation) {
    ArrivalsSpec arrivals;
    arrivals.cv = 3;
    const RateTrace rates =
        trace_of({{"", {step(0, 1), step(10, 0), step(15, 4)}}}, 20);  // 10, then 20
    Sums early, late;
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        const std::vector<double> count = counts(drawn(rates, arrivals, seed), 5, 20);
        early.add(count[0] + count[1]);
        EXPECT_EQ(count[2], 0);
        late.add(count[3]);
    }
    EXPECT_NEAR(early.mean(), 10, 4 * early.error());
    EXPECT_NEAR(late.mean(), 20, 4 * late.error());
    EXPECT_LT(late.error(), 0.15);  // so that 4 too many would show
}

TEST(DrawnRequests, FollowTheLawsOfTheTrace) {
    const RateTrace rates =
        trace_of({{"",
                   {step(0, 2, GapLaw::kGamma, 0.1), step(5, 0), step(6, 3, GapLaw::kWeibull, 0.4),
                    step(10, 1, GapLaw::kGamma, 50)}}},
                 20, true);
    Sums first, second, third;
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        double n[3] = {0, 0, 0};
        for (const Request& request : drawn(rates, {}, seed)) {
            ++n[seconds(request) < 5 ? 0 : seconds(request) < 10 ? 1 : 2];
        }
        first.add(n[0]);
        second.add(n[1]);
        third.add(n[2]);
    }
    EXPECT_NEAR(first.mean(), 10, 4 * first.error());
    EXPECT_NEAR(second.mean(), 12, 4 * second.error());
    EXPECT_NEAR(third.mean(), 10, 4 * third.error());
    EXPECT_GT(first.variance(), 30);  // bursty
    EXPECT_LT(third.variance(), 1);   // regular
}

TEST(DrawnRequests, HaveLengthsAndClassesByShare) {
    const auto lengths = spec_of<LengthsSpec>("{in: {exponential: 300}, out: {exponential: 40}}");
    const std::vector<ClassShare> classes{{"chat", {0.7}}, {"batch", {0.1}}, {"code", {0.2}}};
    const auto stream = draw_requests(steady(100, 1000), lengths, {}, classes, 1, 0, Seconds{1000});
    EXPECT_EQ(stream->classes(), (std::vector<std::string>{"", "chat", "batch", "code"}));
    Sums in, out;
    double count[4] = {0, 0, 0, 0}, product = 0;
    for (const Request& request : all_of(*stream)) {
        in.add(request.tokens_in);
        out.add(request.tokens_out);
        product += static_cast<double>(request.tokens_in) * request.tokens_out;
        ++count[request.request_class];
    }
    const auto rounded = [](double m) { return 1 + std::exp(-1.5 / m) / (1 - std::exp(-1 / m)); };
    EXPECT_NEAR(in.mean(), rounded(300), 4 * in.error());
    EXPECT_NEAR(out.mean(), rounded(40), 4 * out.error());
    EXPECT_NEAR(
        (product / in.n - in.mean() * out.mean()) / std::sqrt(in.variance() * out.variance()), 0,
        4 / std::sqrt(in.n));
    EXPECT_EQ(count[0], 0);
    for (std::size_t i = 0; i < 3; ++i) {
        const double p = classes[i].share.value;
        EXPECT_NEAR(count[i + 1] / in.n, p, 4 * std::sqrt(p * (1 - p) / in.n));
    }
    EXPECT_EQ(drawn(steady(100, 10), {}, 1, 10, fixed_lengths(5, 6), {{"only", {1}}})
                  .front()
                  .request_class,
              1U);
}

TEST(DrawnRequests, HaveTheMeanLengthsOfTheirStep) {
    RateTrace rates = trace_of({{"", {step(0, 100), step(500, 100)}}}, 1000);
    rates.clients[0].steps[1].tokens_in = 900;
    const auto lengths = spec_of<LengthsSpec>("{in: {exponential: 300}, out: {fixed: 8}}");
    Sums before, after;
    for (const Request& request : drawn(rates, {}, 1, 1e9, lengths)) {
        (seconds(request) < 500 ? before : after).add(request.tokens_in);
        EXPECT_EQ(request.tokens_out, 8U);
    }
    EXPECT_NEAR(before.mean(), 300, 4 * before.error());
    EXPECT_NEAR(after.mean(), 900, 4 * after.error());
    const std::vector<DemandBin> bins = expected_bins(rates, lengths, Seconds{500}, Seconds{1000});
    EXPECT_NEAR(bins[1].tokens_in / bins[1].requests, 900, 1);
    EXPECT_NEAR(bins[1].tokens_out / bins[1].requests, 8, 1e-9);
}

TEST(DrawnRequests, MayBeNone) {
    EXPECT_TRUE(drawn(trace_of({}, 100)).empty());
    EXPECT_TRUE(drawn(trace_of({{"", {}}}, 100)).empty());
    EXPECT_TRUE(drawn(steady(0, 100)).empty());
    EXPECT_TRUE(drawn(steady(5, 100), {}, 1, 0).empty());
}

TEST(DrawnRequests, RefuseTooManyClients) {
    ArrivalsSpec arrivals;
    arrivals.clients = 60'000;
    EXPECT_THROW(drawn(trace_of({{"a", {step(0, 1)}}, {"b", {step(0, 1)}}}, 1), arrivals),
                 InputError);
}

// By hand: 2 /s in [0, 150), 4 /s in [150, 250), bins of 100 s.
TEST(ExpectedBins, AreIntegralsOfTheRates) {
    const RateTrace rates =
        trace_of({{"a", {step(0, 2), step(150, 4)}}, {"b", {step(230, 10)}}}, 250);
    EXPECT_EQ(
        expected_bins(rates, fixed_lengths(10, 3), Seconds{100}, Seconds{400}),
        (std::vector<DemandBin>{{200, 2000, 600}, {300, 3000, 900}, {400, 4000, 1200}, {0, 0, 0}}));
    EXPECT_EQ(expected_bins(rates, fixed_lengths(10, 3), Seconds{100}, Seconds{240}),
              (std::vector<DemandBin>{{200, 2000, 600}, {300, 3000, 900}, {260, 2600, 780}}));
}

}  // namespace
}  // namespace tidepool::workloads
