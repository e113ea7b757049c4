// Means of lengths against closed forms; the sample against the law it stands for.
#include "workloads/length_law.h"

#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/workloads/demand_rig.h"
#include "workloads/drawn_requests.h"

namespace tidepool::workloads {
namespace {

LengthsSpec both(const std::string& in, const std::string& out, const std::string& most) {
    return spec_of<LengthsSpec>("{in: {" + in + "}, out: {" + out + "}, most: " + most + "}");
}

double mean_in(const LengthsSpec& spec) {
    const LengthLaw law = LengthLaw::in(spec);
    return LengthMeans(law).mean(1);
}

double normal_cdf(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2;
}

// Mean of a lognormal number cut at `most`.
double cut_lognormal(double mu, double sigma, double most) {
    const double z = (std::log(most) - mu) / sigma;
    return std::exp(mu + sigma * sigma / 2) * normal_cdf(z - sigma) + most * normal_cdf(-z);
}

// Rounded, an exponential number of mean m is n or more with chance e^-((n - 1/2) / m), n > 1.
double rounded_exponential(double m, double most) {
    const double ratio = std::exp(-1 / m);
    return 1 + std::exp(-1.5 / m) * (1 - std::pow(ratio, most - 1)) / (1 - ratio);
}

TEST(LengthLaw, HasTheMeanOfItsDistribution) {
    EXPECT_EQ(mean_in(both("fixed: 1000", "fixed: 1", "2000")), 1000);
    for (const double m : {1.0, 3.0, 500.0}) {
        for (const double most : {2.0, 700.0, 131'072.0}) {
            LengthsSpec spec = fixed_lengths(1, 1);
            spec.in.fixed.reset();
            spec.in.exponential = m;
            spec.most = static_cast<std::int64_t>(most);
            const double exact = rounded_exponential(m, most);
            EXPECT_NEAR(mean_in(spec), exact, 2e-5 * exact) << m << ' ' << most;
        }
    }
    for (const double sigma : {0.2, 0.985, 1.37, 2.0}) {
        LengthsSpec spec = fixed_lengths(1, 1);
        spec.in.fixed.reset();
        spec.in.lognormal = {7, sigma};
        const double exact = cut_lognormal(7, sigma, 131'072);
        EXPECT_NEAR(mean_in(spec), exact, 5e-5 * exact) << sigma;  // 1 instead of less adds some
    }
}

// 90 % evenly over 0 .. 100 (rounded, and at least 1: mean 50 + 1/200), 10 % over 100 .. 1100, of
// which half is cut at 600: 0.5 x 350 + 0.5 x 600.
TEST(LengthLaw, ReadsTablesAsQuantiles) {
    const LengthsSpec spec = both("table: [[0, 0], [0.9, 100], [1, 1100]]", "fixed: 1", "600");
    const LengthLaw law = LengthLaw::in(spec);
    EXPECT_EQ(law.tokens(0.45), 50U);
    EXPECT_EQ(law.tokens(0.9 + 0.1 * 0.25), 350U);
    EXPECT_EQ(law.tokens(0.99), 600U);
    EXPECT_EQ(law.tokens(1e-9), 1U);
    EXPECT_NEAR(mean_in(spec), 0.9 * 50.005 + 0.1 * 475, 2e-3);
}

TEST(LengthLaw, IsRoundedAndCut) {
    const LengthLaw law = LengthLaw::in(both("exponential: 10", "fixed: 1", "30"));
    EXPECT_EQ(law.tokens(1 - std::exp(-0.149)), 1U);
    EXPECT_EQ(law.tokens(1 - std::exp(-0.151)), 2U);
    EXPECT_EQ(law.tokens(1 - std::exp(-2.449)), 24U);
    EXPECT_EQ(law.tokens(1 - 0x1p-33), 30U);
    EXPECT_EQ(law.tokens(1 - std::exp(-1.0), 2), 20U);  // twice as long
}

TEST(LengthLaw, KnowsMeansOfScaledLaws) {
    const LengthLaw law = LengthLaw::in(both("exponential: 100", "fixed: 1", "1000"));
    LengthMeans means(law);
    EXPECT_EQ(means.scale_for(0), 1);
    EXPECT_NEAR(means.scale_for(rounded_exponential(100, 1000)), 1, 2e-5);
    for (const double scale : {0.003, 0.77, 1.01, 3.3, 40.0, 1e7}) {
        const double exact = rounded_exponential(100 * scale, 1000);
        EXPECT_NEAR(means.mean(scale), exact, 5e-4 * exact) << scale;
    }
}

TEST(LengthSample, HasTheMeansOfTheLaw) {
    for (const char* yaml : {"{preset: azure-2023-conversation}", "{preset: mooncake-conversation}",
                             "{in: {lognormal: [5, 2.5]}, out: {exponential: 1}}",
                             "{in: {table: [[0, 1], [0.999, 2], [1, 100000]]}, out: {fixed: 7}}"}) {
        const auto spec = spec_of<LengthsSpec>(yaml);
        const LengthLaw in = LengthLaw::in(spec), out = LengthLaw::out(spec);
        Sums of_in, of_out;
        double product = 0;
        const std::vector<Lengths> sample = sample_lengths(spec);
        ASSERT_EQ(sample.size(), kLengthSample);
        for (const Lengths& one : sample) {
            of_in.add(one.tokens_in);
            of_out.add(one.tokens_out);
            product += static_cast<double>(one.tokens_in) * one.tokens_out;
        }
        EXPECT_NEAR(of_in.mean(), LengthMeans(in).mean(1), 1e-4 * of_in.mean()) << yaml;
        EXPECT_NEAR(of_out.mean(), LengthMeans(out).mean(1), 1e-4 * of_out.mean()) << yaml;
        // Independent: as good as no correlation.
        const double covariance = product / of_in.n - of_in.mean() * of_out.mean();
        EXPECT_LE(std::abs(covariance), 0.005 * std::sqrt(of_in.variance() * of_out.variance()))
            << yaml;
        EXPECT_EQ(sample, sample_lengths(spec));
    }
}

// Means measured on the traces: 1155 and 211, 12,428 and 347.
TEST(LengthLaw, HasPresetsNearWhatWasMeasured) {
    const auto ratio = [](const std::string& preset, bool out, double measured) {
        const auto spec = spec_of<LengthsSpec>("preset: " + preset);
        const LengthLaw law = out ? LengthLaw::out(spec) : LengthLaw::in(spec);
        return LengthMeans(law).mean(1) / measured;
    };
    EXPECT_NEAR(ratio("azure-2023-conversation", false, 1155), 1, 0.07);
    EXPECT_NEAR(ratio("azure-2023-conversation", true, 211), 1, 0.07);
    EXPECT_NEAR(ratio("mooncake-conversation", false, 12'428), 1, 0.07);
    EXPECT_NEAR(ratio("mooncake-conversation", true, 347), 1, 0.07);
    EXPECT_NEAR(ratio("mooncake-conversation", false, 12'760), 1, 0.001);  // docs/demand.md
}

// Published medians of the Azure trace are 1020 and 129; e^6.63 = 757 and e^5.02 = 151 are what the
// lognormal law has.
TEST(LengthSample, HasTheQuantilesOfTheLaw) {
    const std::vector<Lengths> sample =
        sample_lengths(spec_of<LengthsSpec>("preset: azure-2023-conversation"));
    std::multiset<std::uint32_t> in, out;
    for (const Lengths& one : sample) {
        in.insert(one.tokens_in);
        out.insert(one.tokens_out);
    }
    EXPECT_NEAR(*std::next(in.begin(), 2048), std::exp(6.63), 2);
    EXPECT_NEAR(*std::next(in.begin(), 3891), std::exp(6.63 + 0.985 * 1.6449), 10);  // 95 %
    EXPECT_NEAR(*std::next(out.begin(), 2048), std::exp(5.02), 1);
}

TEST(LengthSample, IsOnePairWhenAllAreAlike) {
    EXPECT_EQ(sample_lengths(fixed_lengths(30, 4)), (std::vector<Lengths>{{30, 4}}));
}

}  // namespace
}  // namespace tidepool::workloads
