// What holds for every service: nothing gets lost, and more is not worse where it cannot be.

#include <gtest/gtest.h>

#include "tests/serving/given_requests.h"
#include "tests/serving/random_service.h"

namespace tidepool::serving {
namespace {

template <class Sums>
model::RequestSums ended(const Sums& of) {
    model::RequestSums sum = of.served;
    sum += of.rejected;
    return sum += of.timed_out;
}

TEST(EveryRequest, IsServedRejectedTimedOutOrUnfinished) {
    for (std::uint32_t number = 50'000; number < 53'000; ++number) {
        SCOPED_TRACE(number);
        const TwinCase asked = random_service(number);
        const model::ServiceLedger ledger = replay(asked);
        model::RequestSums offered, left, offered_in_bins, left_in_bins, given;
        LatencySketch ttft, ttft_in_bins;
        for (const model::ServiceClass& one : ledger.classes) {
            model::RequestSums sum = ended(one.flow);
            left += sum;
            EXPECT_EQ(one.flow.offered, sum += one.flow.unfinished);
            offered += one.flow.offered;
            ttft.merge(one.latencies.ttft);
            EXPECT_EQ(one.latencies.total.count(), one.flow.served.requests);
            EXPECT_GE(one.latencies.ttft.count(), one.flow.served.requests);
            EXPECT_LE(one.flow.in_slo.requests, one.flow.served.requests);
        }
        for (const model::ServiceBin& bin : ledger.bins) {
            offered_in_bins += bin.offered;
            left_in_bins += ended(bin);
            ttft_in_bins.merge(bin.ttft);
            EXPECT_LE(bin.ready_ns, 5U * static_cast<std::uint64_t>(asked.bin));
        }
        for (const TwinRequest& request : asked.requests) {
            if (request.arrival < asked.end) {
                given += {1, request.in, request.out};
            }
        }
        EXPECT_EQ(offered, given);
        EXPECT_EQ(offered, offered_in_bins);
        EXPECT_EQ(left, left_in_bins);
        EXPECT_EQ(ttft, ttft_in_bins);
    }
}

// A day's worth of requests to units that never go: everything is served in the end, and a unit
// that always works does a second's work in a second.
TEST(WithoutLimits, EveryTokenIsAccounted) {
    TwinCase asked;
    core::Dice dice(7);
    asked.rules.unit.prefill = {{100, 1000}, {200, 2000}};
    asked.rules.unit.decode = {{1, 10}};
    std::uint64_t in = 0, out = 0;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        asked.requests.push_back(
            {std::int64_t{i} * 15'000, dice.from(100, 2000), dice.from(1, 500), 0, {}});
        in += asked.requests.back().in;
        out += asked.requests.back().out;
    }
    asked.changes = {{0, 0, UnitEvent::kReady}};
    asked.end = asked.bin = 1'000'000'000;
    const model::ServiceLedger ledger = replay(asked);
    const model::RequestSums all{20'000, in, out};
    EXPECT_EQ(ledger.classes[0].flow.served, all);
    EXPECT_EQ(ledger.bins[0].ready_ns, 1'000'000'000U);
    // Alone in the batch a request takes 10 ns for each prompt token and each answer token, of
    // which the prompt brings the first one.
    EXPECT_EQ(ledger.bins[0].busy_ns, 10 * in + 10 * (out - 20'000));
    EXPECT_EQ(ledger.bins[0].work_ns, 10 * in + 10 * out);
}

TwinCase random_queue(std::uint32_t number, std::uint32_t units, std::int64_t patience) {
    core::Dice dice(number);
    TwinCase asked;
    asked.rules.routing = Routing::kSharedQueue;
    asked.rules.unit.decode = {{1, 1}};
    asked.rules.patience = patience;
    std::int64_t now = 0;
    const std::uint32_t gap = dice.from(1, 20);
    for (std::uint32_t i = 0; i < 200; ++i) {
        now += dice.from(0, gap);
        asked.requests.push_back({now, 1, dice.from(1, 60), 0, {}});
    }
    for (std::uint32_t unit = 0; unit < units; ++unit) {
        asked.changes.push_back({0, unit, UnitEvent::kReady});
    }
    asked.end = asked.bin = 100'000;
    return asked;
}

// Kiefer and Wolfowitz 1955: with one more server no request of a FIFO queue begins later, so no
// quantile rises, not even by the width of a bucket.
TEST(MoreUnits, NeverLengthenASharedQueue) {
    for (std::uint32_t number = 0; number < 200; ++number) {
        std::uint64_t before = ~std::uint64_t{0};
        for (std::uint32_t units = 1; units <= 6; ++units) {
            const model::ServiceLedger ledger = replay(random_queue(number, units, 0));
            const std::uint64_t p95 = ledger.classes[0].latencies.ttft.quantile(950);
            EXPECT_LE(p95, before) << number << " " << units;
            before = p95;
        }
    }
}

// It is no law for other routings: one more unit changes who meets whom.
TEST(MoreUnits, MayLengthenQueuesServedByTurns) {
    // Long answers of 100 ns at 0 and 2, short ones of 1 ns at 1 and 3. By turns two units part
    // long from short: nobody but the second long one waits. With three units the fourth request,
    // a short one, meets the first long one.
    TwinCase asked;
    asked.rules.routing = Routing::kRoundRobin;
    asked.rules.unit.decode = {{1, 1}};
    asked.requests = {{0, 1, 100, 0, {}}, {1, 1, 1, 1, {}}, {2, 1, 100, 0, {}}, {3, 1, 1, 1, {}}};
    asked.classes = {"", "short"};
    asked.changes = {{0, 0, UnitEvent::kReady}, {0, 1, UnitEvent::kReady}};
    asked.end = asked.bin = 1000;
    EXPECT_EQ(replay(asked).classes[1].latencies.ttft.quantile(1000), 1U);
    asked.changes.push_back({0, 2, UnitEvent::kReady});
    EXPECT_EQ(replay(asked).classes[1].latencies.ttft.quantile(1000), 98U);  // from 3 to 101
}

// Requests of one length lose nothing by patience; in general they do: a long answer that would
// have been given up is in the way of short ones.
TEST(MorePatience, ServesNoFewerRequestsOfOneLength) {
    for (std::uint32_t number = 0; number < 200; ++number) {
        std::uint64_t before = 0;
        for (const std::int64_t patience : {1, 5, 20, 60, 200, 1000}) {
            TwinCase asked = random_queue(number, 2, patience);
            for (TwinRequest& request : asked.requests) {
                request.out = 25;
            }
            const std::uint64_t served = replay(asked).classes[0].flow.served.requests;
            EXPECT_GE(served, before) << number << " " << patience;
            before = served;
        }
    }
}

TEST(MorePatience, MayServeFewerRequests) {
    // 10 ns from 0; 100 ns at 1, which with a patience of 5 leaves at 7; 1 ns at 11 and at 12.
    TwinCase asked = random_queue(0, 1, 5);
    asked.requests = {{0, 1, 10, 0, {}}, {1, 1, 100, 0, {}}, {11, 1, 1, 0, {}}, {12, 1, 1, 0, {}}};
    EXPECT_EQ(replay(asked).classes[0].flow.served.requests, 3U);
    asked.rules.patience = 10;  // it begins at 10, and the others leave at 22 and 23
    EXPECT_EQ(replay(asked).classes[0].flow.served.requests, 2U);
}

}  // namespace
}  // namespace tidepool::serving
