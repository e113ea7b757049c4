#include "sim/results/latency_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::uint64_t requests_of(const std::vector<LatencyBucket>& buckets) {
    std::uint64_t sum = 0;
    for (const LatencyBucket& bucket : buckets) {
        sum += bucket.requests;
    }
    return sum;
}

TEST(LatencyBuckets, AreThoseOfTheSketchWhileTheyAreFew) {
    EXPECT_THAT(latency_buckets(LatencySketch{}), IsEmpty());
    LatencySketch sketch;
    sketch.add(0);
    sketch.add(5, 7);
    sketch.add(1'000'000'000, 2);  // 2^29 * 1.8626: buckets are 2^23 wide, this one is the 56th
    const std::vector<LatencyBucket> buckets = latency_buckets(sketch);
    ASSERT_EQ(buckets.size(), 3U);
    EXPECT_EQ(buckets[0], (LatencyBucket{0, 1e-9, 1}));
    EXPECT_THAT(buckets[1].lower, DoubleEq(5e-9));
    EXPECT_THAT(buckets[1].upper, DoubleEq(6e-9));
    EXPECT_EQ(buckets[1].requests, 7U);
    EXPECT_THAT(buckets[2].lower, DoubleEq(119 * 0x1p23 * 1e-9));
    EXPECT_THAT(buckets[2].upper, DoubleEq(120 * 0x1p23 * 1e-9));
    EXPECT_EQ(buckets[2].requests, 2U);
}

TEST(LatencyBuckets, NeighboursGoTogetherWhenTheyAreMany) {
    LatencySketch sketch;
    for (std::uint64_t ns = 0; ns < 64; ++ns) {
        sketch.add(ns, ns + 1);
    }
    const std::vector<LatencyBucket> sixteen = latency_buckets(sketch, 16);
    ASSERT_EQ(sixteen.size(), 16U);
    EXPECT_THAT(sixteen[3].lower, DoubleEq(12e-9));
    EXPECT_THAT(sixteen[3].upper, DoubleEq(16e-9));
    EXPECT_EQ(sixteen[3].requests, 13U + 14 + 15 + 16);
    EXPECT_EQ(latency_buckets(sketch, 15).size(), 8U);
    EXPECT_EQ(latency_buckets(sketch, 64).size(), 64U);
}

TEST(LatencyBuckets, OfAllLatenciesThereCanBeAreFewEnough) {
    LatencySketch sketch;
    for (std::uint32_t bucket = 0; bucket < LatencySketch::kBuckets; ++bucket) {
        sketch.add(LatencySketch::begin(bucket));
    }
    const std::vector<LatencyBucket> buckets = latency_buckets(sketch);
    EXPECT_EQ(buckets.size(), 59U * 2);  // of 32 together; 59 * 4 are more than 200
    EXPECT_EQ(buckets.back().upper, 0x1p64 * 1e-9);
    EXPECT_EQ(requests_of(buckets), std::uint64_t{LatencySketch::kBuckets});
}

// Log-normal latencies of very different spreads, counted one by one.
TEST(LatencyBuckets, OfRandomLatenciesCountThemExactlyAndHoldTheirQuantiles) {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        std::mt19937_64 random(seed);
        std::normal_distribution<double> normal(std::log(1e6 * seed), 0.05 * seed);
        LatencySketch sketch;
        std::vector<std::uint64_t> all(1 + random() % 3000);
        for (std::uint64_t& ns : all) {
            ns = static_cast<std::uint64_t>(std::exp(normal(random)));
            sketch.add(ns);
        }
        const std::vector<LatencyBucket> buckets = latency_buckets(sketch);
        ASSERT_LE(buckets.size(), kMostLatencyBuckets);
        ASSERT_EQ(requests_of(buckets), all.size());
        double before = 0;
        for (const LatencyBucket& bucket : buckets) {
            ASSERT_GE(bucket.lower, before);
            ASSERT_GT(bucket.upper, bucket.lower);
            before = bucket.upper;
            const auto inside = std::ranges::count_if(all, [&](std::uint64_t ns) {
                const double s = static_cast<double>(ns) * 1e-9;
                return bucket.lower <= s && s < bucket.upper;
            });
            ASSERT_EQ(static_cast<std::uint64_t>(inside), bucket.requests) << "seed " << seed;
        }
        for (const std::uint32_t per_mille : {500U, 950U, 990U}) {
            const double value = static_cast<double>(sketch.quantile(per_mille)) * 1e-9;
            std::uint64_t below = 0;
            for (const LatencyBucket& bucket : buckets) {
                below += bucket.requests;
                if (below * 1000 >= all.size() * per_mille) {
                    EXPECT_LE(bucket.lower, value);
                    EXPECT_LE(value, bucket.upper);
                    break;
                }
            }
        }
    }
}

TEST(LatencyTable, HasTheDistributionsOfAllClassesOfEachService) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    ledger.services.resize(2);
    model::ServiceLedger& flow = ledger.services[1].flow;
    flow.classes.resize(2);
    flow.classes[0].latencies.ttft.add(3, 4);
    flow.classes[1].latencies.ttft.add(3, 5);
    flow.classes[1].latencies.ttft.add(9, 1);
    flow.classes[1].latencies.total.add(40, 2);
    ledger.services[0].flow.classes.resize(1);
    ledger.services[0].flow.classes[0].latencies.tpot.add(2, 8);
    std::vector<std::string_view> ids(ledger.jobs.size(), "j");
    const std::string path = ResultFile::create(folder / "out.h5", true, sample_header())
                                 .finish(Status::kComplete, ledger, ids, {});
    EXPECT_THAT(links(path, "/latency"),
                ElementsAre("bucket", "service", "quantity", "lower", "upper", "requests"));
    EXPECT_THAT(numbers(path, "/latency/service"), ElementsAre(0, 1, 1, 1));
    EXPECT_EQ(enum_name(path, "/latency/quantity", 0), "tpot");
    EXPECT_EQ(enum_name(path, "/latency/quantity", 1), "ttft");
    EXPECT_EQ(enum_name(path, "/latency/quantity", 2), "ttft");
    EXPECT_EQ(enum_name(path, "/latency/quantity", 3), "latency");
    EXPECT_THAT(numbers(path, "/latency/lower"),
                ElementsAre(DoubleEq(2e-9), DoubleEq(3e-9), DoubleEq(9e-9), DoubleEq(40e-9)));
    EXPECT_THAT(numbers(path, "/latency/upper"),
                ElementsAre(DoubleEq(3e-9), DoubleEq(4e-9), DoubleEq(10e-9), DoubleEq(41e-9)));
    EXPECT_THAT(numbers(path, "/latency/requests"), ElementsAre(8, 9, 1, 2));
    EXPECT_EQ(scale_of(path, "/latency/requests"), "bucket");
}

TEST(LatencyTable, IsNotThereWithoutRequests) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    std::vector<std::string_view> ids(ledger.jobs.size(), "j");
    const auto written = [&] {
        return ResultFile::create(folder / "out.h5", true, sample_header())
            .finish(Status::kComplete, ledger, ids, {});
    };
    EXPECT_FALSE(has(written(), "/latency"));
    ledger.services.resize(1);
    EXPECT_FALSE(has(written(), "/latency"));
}

}  // namespace
}  // namespace tidepool::results
