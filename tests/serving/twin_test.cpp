// The simulator against the twin, which goes iteration by iteration: equal books, to the nanosecond
// and to the bucket.

#include <gtest/gtest.h>

#include "tests/serving/given_requests.h"
#include "tests/serving/random_service.h"

namespace tidepool::serving {
namespace {

void expect_equal(const model::ServiceLedger& made, const model::ServiceLedger& expected) {
    ASSERT_EQ(made.classes.size() <= expected.classes.size(), true);
    for (std::size_t i = 0; i < expected.classes.size(); ++i) {
        const model::ServiceClass& twin = expected.classes[i];
        const model::ServiceClass own =
            i < made.classes.size() ? made.classes[i] : model::ServiceClass{};
        EXPECT_EQ(own.flow.offered, twin.flow.offered) << i;
        EXPECT_EQ(own.flow.served, twin.flow.served) << i;
        EXPECT_EQ(own.flow.rejected, twin.flow.rejected) << i;
        EXPECT_EQ(own.flow.timed_out, twin.flow.timed_out) << i;
        EXPECT_EQ(own.flow, twin.flow) << i;
        EXPECT_EQ(own.latencies, twin.latencies) << i;
    }
    ASSERT_EQ(made.bins.size(), expected.bins.size());
    for (std::size_t b = 0; b < expected.bins.size(); ++b) {
        const model::ServiceBin &own = made.bins[b], &twin = expected.bins[b];
        EXPECT_EQ(own.offered, twin.offered) << b;
        EXPECT_EQ(own.served, twin.served) << b;
        EXPECT_EQ(own.rejected, twin.rejected) << b;
        EXPECT_EQ(own.timed_out, twin.timed_out) << b;
        EXPECT_EQ(own.in_slo, twin.in_slo) << b;
        EXPECT_EQ(own.ready_ns, twin.ready_ns) << b;
        EXPECT_EQ(own.busy_ns, twin.busy_ns) << b;
        EXPECT_EQ(own.work_ns, twin.work_ns) << b;
        EXPECT_EQ(own.ttft, twin.ttft) << b;
    }
    EXPECT_EQ(made.queue_max, expected.queue_max);
    EXPECT_EQ(made.cache_lookups, expected.cache_lookups);
    EXPECT_EQ(made.cache_hits, expected.cache_hits);
    EXPECT_EQ(made.cache_evictions, expected.cache_evictions);
}

TEST(ReplayAndTwin, KeepTheSameBooksOnSmallServicesOfEveryKind) {
    model::ServiceFlow met;
    std::uint64_t hits = 0, evictions = 0;
    for (std::uint32_t number = 0; number < 10'000; ++number) {
        const TwinCase asked = random_service(number);
        const model::ServiceLedger made = replay(asked);
        expect_equal(made, ServingTwin(asked).run());
        ASSERT_FALSE(testing::Test::HasFailure()) << "case " << number;
        for (const model::ServiceClass& one : made.classes) {
            met.served += one.flow.served;
            met.rejected += one.flow.rejected;
            met.timed_out += one.flow.timed_out;
            met.unfinished += one.flow.unfinished;
            met.in_slo += one.flow.in_slo;
            met.moved += one.flow.moved;
            met.lost_tokens += one.flow.lost_tokens;
        }
        hits += made.cache_hits;
        evictions += made.cache_evictions;
    }
    EXPECT_GT(met.served.requests, 30'000U);  // the cases are what they are meant to be
    EXPECT_GT(met.rejected.requests, 3'000U);
    EXPECT_GT(met.timed_out.requests, 3'000U);
    EXPECT_GT(met.unfinished.requests, 3'000U);
    EXPECT_GT(met.in_slo.requests, 10'000U);
    EXPECT_GT(met.moved, 1'000U);
    EXPECT_GT(met.lost_tokens, 3'000U);
    EXPECT_GT(hits, 5'000U);
    EXPECT_GT(evictions, 5'000U);
}

}  // namespace
}  // namespace tidepool::serving
