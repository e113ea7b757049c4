// Demand as a flow over units: percentiles against the steady state they come from, queues and
// batch requests by hand.
#include "sim/model/service_flow.h"

#include <vector>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/model/service_totals.h"

namespace tidepool::model {
namespace {

constexpr std::uint32_t kMinute = 60 * kTicksPerSecond;

// A request is 1 s of a unit: a prompt without work and 1,000 iterations of 1 ms, alone.
class ServiceFlowThrough : public testing::Test {
protected:
    ServiceFlowThrough() { unit_.decode = {{1, 1'000'000}}; }

    FlowDemand minute(double requests) const {
        return {requests, requests * 10, requests * 1001, 1, 1};
    }
    ServiceLedger flow(const FlowRules& rules, const std::vector<double>& requests,
                       const std::vector<ReadyStep>& ready, std::uint32_t bin = kMinute) const {
        const std::vector<Length> lengths{{10, 1001}};
        const FlowLatency latency(unit_, lengths, 0, 1, false, 0, 0);
        std::vector<FlowDemand> demand;
        for (const double r : requests) {
            demand.push_back(minute(r));
        }
        return flow_through(rules, latency, demand, kMinute, ready,
                            static_cast<std::uint32_t>(requests.size()) * kMinute, bin);
    }
    FlowPoint steady(std::uint32_t units, double rate) const {
        const std::vector<Length> lengths{{10, 1001}};
        return FlowLatency(unit_, lengths, 0, 1, false, 0, 0).at(units, rate);
    }

    UnitModel unit_;
};

// Whether a request comes every minute or thousands an hour, percentiles are those of the load.
TEST_F(ServiceFlowThrough, FewRequestsHaveThePercentilesOfTheirLoad) {
    for (const double each_minute : {1.0, 30.0}) {
        const std::vector<double> day(1440, each_minute);
        const FlowPoint expected = steady(1, each_minute / 60);
        for (const std::uint32_t bin : {kMinute, 60 * kMinute, kMinute / 6}) {
            const LatencySpread total =
                latency_spread(flow({}, day, {{0, 1}}, bin).classes.at(0).latencies.total);
            EXPECT_NEAR(total.p50, expected.total_p50, 0.03 * expected.total_p50) << bin;
            EXPECT_NEAR(total.p95, expected.total_p95, 0.03 * expected.total_p95) << bin;
            EXPECT_NEAR(total.p99, expected.total_p99, 0.03 * expected.total_p99) << bin;
        }
    }
}

// 120 requests a minute meet one unit, which does 60: after 2 minutes 120 wait, and are done in
// the two that follow.
TEST_F(ServiceFlowThrough, WorksOffWhatHasPiledUp) {
    const ServiceLedger ledger = flow({}, {120, 120, 0, 0, 0}, {{0, 1}});
    const ServiceFlow& all = ledger.classes.at(0).flow;
    EXPECT_EQ(ledger.queue_max, 120U);
    EXPECT_EQ(all.served.requests, 240U);
    for (std::size_t b = 0; b < 4; ++b) {
        EXPECT_EQ(ledger.bins.at(b).served.requests, 60U) << b;
    }
    EXPECT_EQ(all.unfinished, RequestSums{});
}

// The fourth part are batch requests, which wait while others do: never more than a unit can.
TEST_F(ServiceFlowThrough, BatchRequestsTakeWhatOthersLeave) {
    FlowRules rules;
    rules.batch_class = "batch";
    rules.batch_share = 0.25;
    rules.deadline = 86'400;
    rules.batch_fill = 1;
    const ServiceLedger ledger = flow(rules, {160, 0, 0, 0}, {{0, 1}});
    // 120 others: 60, 60. Then 40 batch requests.
    EXPECT_EQ(ledger.bins.at(0).served.requests, 60U);
    EXPECT_EQ(ledger.bins.at(1).served.requests, 60U);
    EXPECT_EQ(ledger.bins.at(2).served.requests, 40U);
    const ServiceClass& batch = ledger.classes.at(1);
    EXPECT_EQ(batch.flow.served.requests, 40U);
    EXPECT_EQ(batch.flow.in_slo.requests, 40U);
    // Waiting counts: 2 minutes.
    EXPECT_NEAR(latency_spread(batch.latencies.ttft).p50, 120, 2);
}

// Nothing leaves room before nine tenths of the deadline have passed; then batch requests share the
// queue, and all are served once the others stay away.
TEST_F(ServiceFlowThrough, BatchRequestsNearTheirDeadlineGoLikeOthers) {
    FlowRules rules;
    rules.batch_class = "batch";
    rules.batch_share = 0.5;
    rules.deadline = 150;
    rules.batch_fill = 0;
    const ServiceLedger ledger = flow(rules, {120, 120, 120, 0, 0, 0, 0, 0, 0, 0}, {{0, 1}});
    for (const ServiceClass& c : ledger.classes) {
        EXPECT_EQ(c.flow.served.requests, 180U) << c.name;
        EXPECT_EQ(c.flow.unfinished, RequestSums{}) << c.name;
    }
    for (const ServiceBin& bin : ledger.bins) {
        EXPECT_LE(bin.served.requests, 61U);
    }
    // Those that came while others waited are served after their deadline.
    EXPECT_LT(ledger.classes.at(1).flow.in_slo.requests, 180U);
}

// A queue of centuries is told as the longest time there is, not as one of 64 bits by chance.
TEST_F(ServiceFlowThrough, HopelessQueuesStayHopeless) {
    const ServiceLedger ledger = flow({}, {1e15, 1e15, 0}, {{0, 1}});
    EXPECT_GT(latency_spread(ledger.classes.at(0).latencies.ttft).p50, 9e9);
    EXPECT_THROW(flow({}, {1e18, 0}, {{0, 1}}), RunError);  // 1e21 tokens
}

TEST(ServiceSums, OfMoreThan585YearsOfUnits) {
    ServiceLedger ledger;
    ledger.bins.resize(4);
    for (ServiceBin& bin : ledger.bins) {
        bin.ready_ns = std::uint64_t{1} << 63U;
        bin.work_ns = std::uint64_t{1} << 62U;
    }
    EXPECT_EQ(sums_of(ledger).ready_ns, 0x1p65);
    EXPECT_EQ(sums_of(ledger).work_ns, 0x1p64);
}

}  // namespace
}  // namespace tidepool::model
