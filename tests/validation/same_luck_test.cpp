// Common random numbers: what fails when depends on the seed and the topology alone. And the two
// engines, on one scenario with everything in it, leave equal ledgers.
#include <algorithm>
#include <tuple>

#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

// Everything that can fail on a node by itself, with every law.
constexpr const char* kFailures = R"(
failures:
  preset: llama3
  scale: 20
  per_1000_node_days: 30
  repair: {law: lognormal, mean: 5 h, sigma: 1}
  lemons: {share: 10 %, multiplier: 8}
  components:
    - {name: psu, per: node, mtbf: 300 d, law: {law: weibull, shape: 0.7}}
    - {name: burn-in, per: gpu, takes: gpu, mtbf: 2000 d, law: {law: bathtub}}
    - {name: optics, per: link, mtbf: 900 d, law: {law: piecewise, steps: [{from: 5 d, factor: 3}]}}
    - {name: throttle, per: gpu, mtbf: 1500 d, kind: degraded, speed: 60 %, repair: {law: exponential, mean: 3 h}}
    - {name: crash, per: job, mtbf: 3 d}
  maintenance: [{name: planned, from: 4 d, every: 6 d, lasts: 2 h, nodes: [0, 3]}]
)";

std::string site(std::uint32_t nodes, std::uint32_t others) {
    return "topology:\n  clusters:\n    - {name: a, server: hgx-h100, nodes: " +
           std::to_string(nodes) +
           ", nodes_per_rack: 4}\n    - {name: b, server: dgx-a100, nodes: " +
           std::to_string(others) + "}\nhorizon: 20 d\n";
}

// Jobs of all sizes, a new one every quarter of an hour.
std::string mixed_jobs(std::uint32_t count) {
    constexpr std::uint32_t kSizes[] = {1, 8, 2, 64, 4, 16, 8, 32};
    std::string csv = "job_id,submit,duration,gpus,priority\n";
    for (std::uint32_t job = 0; job < count; ++job) {
        csv += std::to_string(job) + ',' + std::to_string(job * 900) + ',' +
               std::to_string(3600 + job * 7919 % 172'800) + ',' + std::to_string(kSizes[job % 8]) +
               ',' + std::to_string(job % 3) + '\n';
    }
    return csv;
}

constexpr const char* kRules = R"(
scheduler: {queue: easy, placement: pack, spare_nodes: 1}
checkpoint: {interval: fixed, every: 1 h, write: 60 s, load: 2 min, restart: 5 min}
recovery: {on_failure: spare, detect: 5 min, swap: 2 min}
)";

// Outages by what failed when; numbers of things of cluster b shift with the size of cluster a.
struct Event {
    std::uint32_t begin, end;
    std::string cause;
    std::uint32_t first_node, last_node;
    std::uint64_t gpus;
    model::OutageKind kind;
    std::uint16_t speed;
    auto all() const {
        return std::tie(begin, end, cause, first_node, last_node, gpus, kind, speed);
    }
    friend bool operator==(const Event& a, const Event& b) { return a.all() == b.all(); }
    friend bool operator<(const Event& a, const Event& b) { return a.all() < b.all(); }
};

// Those on nodes [first, last), numbered from `first`, in a canonical order.
std::vector<Event> events_on(const model::Ledger& ledger, std::uint32_t first, std::uint32_t last) {
    std::vector<Event> events;
    for (const model::Outage& o : ledger.outages.list) {
        if (o.first_node >= first && o.last_node <= last) {
            events.push_back({o.begin.value, o.end.value, ledger.outages.causes[o.cause],
                              o.first_node - first, o.last_node - first, o.gpus, o.kind, o.speed});
        }
    }
    std::sort(events.begin(), events.end());
    return events;
}

TEST(SameLuck, MoreNodesChangeNothingForTheOthers) {
    const auto outages = [](std::uint32_t nodes, std::uint32_t others) {
        return Case(site(nodes, others) + kFailures + kRules, mixed_jobs(50)).run();
    };
    const model::Ledger base = outages(40, 9);
    ASSERT_GT(base.outages.list.size(), 1000u);
    const auto in_a = events_on(base, 0, 40);
    const auto in_b = events_on(base, 40, 49);
    EXPECT_EQ(in_a.size() + in_b.size(), base.outages.list.size());
    const model::Ledger one_more = outages(41, 9);
    EXPECT_EQ(events_on(one_more, 0, 40), in_a);
    EXPECT_EQ(events_on(one_more, 41, 50), in_b);
    EXPECT_GT(events_on(one_more, 40, 41).size(), 0u);
    const model::Ledger many_more = outages(400, 10);
    EXPECT_EQ(events_on(many_more, 0, 40), in_a);
    EXPECT_EQ(events_on(many_more, 400, 409), in_b);
}

TEST(SameLuck, ALongerRunBeginsAsTheShorterOne) {
    const auto outages = [](const std::string& days) {
        return Case("output: {bin: 1 d}\n" + site(40, 9) + kFailures + kRules, mixed_jobs(50))
            .run_until(days + " d");
    };
    const model::Ledger longer = outages("30");
    std::vector<model::Outage> begin = longer.outages.list;
    const model::Ledger shorter = outages("12");
    ASSERT_GT(shorter.outages.list.size(), 500u);
    ASSERT_GT(begin.size(), shorter.outages.list.size());
    begin.resize(shorter.outages.list.size());
    EXPECT_EQ(begin, shorter.outages.list);
    EXPECT_GE(longer.outages.list[begin.size()].begin.value, shorter.end.value);
}

TEST(SameLuck, SchedulingAndWorkloadChangeNoOutage) {
    const auto outages = [](const std::string& rules, const std::string& jobs) {
        return Case(site(40, 9) + kFailures + rules, jobs).run().outages.list;
    };
    const auto base = outages(kRules, mixed_jobs(800));
    EXPECT_EQ(outages("scheduler: {queue: fifo, placement: random}\n", mixed_jobs(800)), base);
    EXPECT_EQ(outages("scheduler: {queue: first-fit, placement: spread, order: priority, preempt: "
                      "priority}\nrecovery: {on_failure: wait}\n",
                      mixed_jobs(800)),
              base);
    EXPECT_EQ(outages(kRules, equal_jobs(1, 60, 1)), base);
    EXPECT_NE(Case(site(40, 9) + kFailures + kRules, mixed_jobs(800)).run(2).outages.list, base);
}

// Another cause beside it changes nothing for a cause.
TEST(SameLuck, ACauseKeepsItsTimesAmongOthers) {
    const std::string psu = "{name: psu, per: node, mtbf: 30 d}";
    const auto times = [](const std::string& components) {
        const model::Ledger ledger =
            Case(site(40, 9) + "failures: {components: [" + components + "]}\n", mixed_jobs(50))
                .run();
        std::vector<Event> events = events_on(ledger, 0, 49);
        std::erase_if(events, [](const Event& event) { return event.cause != "psu"; });
        return events;
    };
    const std::vector<Event> alone = times(psu);
    EXPECT_GT(alone.size(), 10u);
    EXPECT_EQ(times("{name: fan, per: node, mtbf: 20 d}, " + psu), alone);
    EXPECT_EQ(times(psu + ", {name: xid, per: gpu, mtbf: 90 d, takes: gpu}"), alone);
}

void expect_equal(const model::GpuTime& a, const model::GpuTime& b, const std::string& what) {
    EXPECT_TRUE(a == b) << what;
}

void expect_equal_jobs(const model::Ledger& a, const model::Ledger& b) {
    ASSERT_EQ(a.jobs.size(), b.jobs.size());
    for (std::size_t i = 0; i < a.jobs.size(); ++i) {
        const model::JobRecord& x = a.jobs[i];
        const model::JobRecord& y = b.jobs[i];
        EXPECT_EQ(x.start, y.start);
        EXPECT_EQ(x.end, y.end);
        EXPECT_EQ(x.state, y.state);
        EXPECT_EQ(x.first_node, y.first_node);
        EXPECT_EQ(x.nodes, y.nodes);
        EXPECT_EQ(x.queued, y.queued);
        EXPECT_EQ(x.checkpoints, y.checkpoints);
        EXPECT_EQ(x.interruptions, y.interruptions);
        EXPECT_EQ(x.preemptions, y.preemptions);
        EXPECT_EQ(x.attempts, y.attempts);
        expect_equal(x.time, y.time, "job " + std::to_string(i));
    }
}

void expect_equal_attempts(const model::Ledger& a, const model::Ledger& b) {
    ASSERT_EQ(a.attempts.size(), b.attempts.size());
    for (std::size_t i = 0; i < a.attempts.size(); ++i) {
        const model::Attempt& x = a.attempts[i];
        const model::Attempt& y = b.attempts[i];
        EXPECT_EQ(x.job, y.job);
        EXPECT_EQ(x.start, y.start);
        EXPECT_EQ(x.end, y.end);
        EXPECT_EQ(x.ended, y.ended);
        EXPECT_EQ(x.outage, y.outage);
        EXPECT_EQ(x.recovered, y.recovered);
        EXPECT_EQ(x.first_node, y.first_node);
        expect_equal(x.time, y.time, "attempt " + std::to_string(i));
    }
}

TEST(TwoEngines, LeaveEqualLedgers) {
    const Case scenario(
        site(40, 9) + kFailures +
            "scheduler: {queue: easy, order: priority, preempt: priority, spares: 4 %}\n"
            "checkpoint: {interval: daly, write: 2 min, overlap: true, pause: 5 s, load: 1 min}\n"
            "recovery: {on_failure: spare}\n",
        mixed_jobs(1500));
    const model::Ledger batch = scenario.run(7, Engine::kBatch);
    const model::Ledger simgrid = scenario.run(7, Engine::kSimGrid);
    ASSERT_GT(model::totals(batch).reliability.interruptions, 200u);
    ASSERT_GT(model::totals(batch).time.stalled, 0u);
    EXPECT_EQ(batch.end, simgrid.end);
    EXPECT_EQ(batch.outages.list, simgrid.outages.list);
    EXPECT_EQ(batch.second_order_preemptions, simgrid.second_order_preemptions);
    EXPECT_EQ(batch.events, simgrid.events);
    expect_equal_jobs(batch, simgrid);
    expect_equal_attempts(batch, simgrid);
    ASSERT_EQ(batch.bins.size(), simgrid.bins.size());
    for (std::size_t b = 0; b < batch.bins.size(); ++b) {
        EXPECT_EQ(batch.bins[b].allocated, simgrid.bins[b].allocated);
        EXPECT_EQ(batch.bins[b].down, simgrid.bins[b].down);
        EXPECT_EQ(batch.bins[b].spare, simgrid.bins[b].spare);
        EXPECT_EQ(batch.bins[b].queued_gpus, simgrid.bins[b].queued_gpus);
        EXPECT_EQ(batch.bins[b].queue_length, simgrid.bins[b].queue_length);
    }
}

}  // namespace
}  // namespace tidepool::validation
