// VC-05: failures at given times under a job of 36,000 s that saves its work every 3600 s in 60 s;
// 600 s downtime, 300 s restart. Every total to the tick, however the downtime comes about.
//
// A round is 3660 s. At 10000 s two rounds (7320 s) and 2680 s of the third are done: these are
// lost. 9 checkpoints: 540 s. At 3630 s the first checkpoint is half written: 3600 s are lost and
// 30 s of writing come on top.
#include <vector>

#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

struct HandTrace {
    std::vector<double> failures;
    double total, lost, writing, recovering;
};

const std::vector<HandTrace>& traces() {
    static const std::vector<HandTrace> all{
        {{}, 36540, 0, 540, 0},
        {{10000}, 40120, 2680, 540, 900},
        {{3630}, 41070, 3600, 570, 900},
        // Down [10000, 10600), restart for 100 s, down [10700, 11300), restart for 300 s.
        {{10000, 10700}, 40820, 2680, 540, 600 + 100 + 600 + 300},
        {{10000, 10100}, 40120, 2680, 540, 900},  // the second in the downtime: ignored
    };
    return all;
}

constexpr const char* kCheckpoint =
    "checkpoint: {interval: fixed, every: 1 h, write: 60 s, load: 0 s, restart: 300 s}\n";
constexpr const char* kLog = "failures: {log: {file: faults.csv}}\n";

std::string recovery(const std::string& on_failure, double detect, double swap) {
    return "recovery: {on_failure: " + on_failure + ", detect: " + seconds(detect) +
           ", swap: " + seconds(swap) + "}\n";
}

void expect_trace(const HandTrace& trace, const model::Ledger& ledger) {
    const auto gpu_ticks = [](double time) { return static_cast<std::uint64_t>(time * 16 * 8); };
    ASSERT_EQ(ledger.jobs.size(), 1u);
    const model::JobRecord& job = ledger.jobs[0];
    EXPECT_EQ(job.state, model::JobState::kCompleted);
    EXPECT_EQ(job.start.value, 0u);
    EXPECT_EQ(to_seconds(job.end).value, trace.total);
    EXPECT_EQ(job.time.useful, 1024 * gpu_ticks(36000));
    EXPECT_EQ(job.time.lost, 1024 * gpu_ticks(trace.lost));
    EXPECT_EQ(job.time.checkpoint, gpu_ticks(trace.writing));
    EXPECT_EQ(job.time.stalled, 0u);
    // What the table adds up: work + checkpoints + lost + downtime and restart.
    EXPECT_EQ(36000 + trace.writing + trace.lost + trace.recovering, trace.total);
}

// Software crashes: nothing goes down, detection takes 600 s.
std::string crashes(const HandTrace& trace) {
    std::string csv = "node,begin,end,cause,kind\n";
    for (const double at : trace.failures) {
        csv += "n0," + text(at) + ',' + text(at) + ",crash,interruption\n";
    }
    return csv;
}

// The node is down for 600 s. The log is a union of downtimes, so the failure that is ignored is a
// crash of what does not run.
std::string repairs(const HandTrace& trace) {
    std::string csv = "node,begin,end,cause,kind\n";
    double up = 0;
    for (const double at : trace.failures) {
        const bool down = at < up;
        up = down ? up : at + 600;
        csv += "n0," + text(at) + ',' + text(down ? at : up) + ",fault," +
               (down ? "interruption" : "repair") + '\n';
    }
    return csv;
}

// The job goes to another node, which fails next; the old one stays down.
std::string moves(const HandTrace& trace) {
    std::string csv = "node,begin,end,cause,kind\n";
    double moved = 0;
    int node = -1;
    for (const double at : trace.failures) {
        const bool moving = at < moved;
        if (!moving) {
            moved = at + 600;
            ++node;
        }
        csv += 'n' + std::to_string(node) + ',' + text(at) + ',' + text(moving ? at : 1e6) +
               ",fault," + (moving ? "interruption" : "repair") + '\n';
    }
    return csv;
}

model::Ledger play(const std::string& yaml, const std::string& log) {
    return Case(yaml + kCheckpoint + kLog, equal_jobs(1, 36000, 8)).with("faults.csv", log).run();
}

TEST(VC05, DowntimeIsDetection) {
    for (const std::string on_failure : {"wait", "spare", "requeue"}) {
        for (const HandTrace& trace : traces()) {
            const auto ledger = play(cluster(1) + recovery(on_failure, 600, 120), crashes(trace));
            expect_trace(trace, ledger);
            EXPECT_EQ(ledger.jobs.at(0).time.restart, 16u * 8 * trace.recovering) << on_failure;
            EXPECT_EQ(model::totals(ledger).down, 0u);
        }
    }
}

TEST(VC05, DowntimeIsTheRepairOfTheNode) {
    for (const std::string on_failure : {"wait", "requeue", "spare"}) {
        for (const HandTrace& trace : traces()) {
            const auto ledger = play(cluster(1) + recovery(on_failure, 0, 120), repairs(trace));
            expect_trace(trace, ledger);
            // While the node is down nobody holds it.
            const double down = trace.failures.empty() ? 0 : trace.total == 40820 ? 1200 : 600;
            EXPECT_EQ(model::totals(ledger).down, 16 * 8 * down) << on_failure;
            EXPECT_EQ(ledger.jobs.at(0).time.restart, 16 * 8 * (trace.recovering - down));
        }
    }
}

TEST(VC05, DowntimeIsTheSwapOfTheNode) {
    for (const double detect : {0.0, 480.0}) {
        for (const std::string on_failure : {"spare", "wait"}) {
            for (const HandTrace& trace : traces()) {
                const auto ledger = play(cluster(4) + "scheduler: {spare_nodes: 3}\n" +
                                             recovery(on_failure, detect, 600 - detect),
                                         moves(trace));
                expect_trace(trace, ledger);
                EXPECT_EQ(ledger.jobs.at(0).time.restart, 16u * 8 * trace.recovering);
            }
        }
    }
}

// Requeued, it starts on another node at once: the downtime is what it takes to notice.
TEST(VC05, DowntimeEndsInTheQueue) {
    for (const HandTrace& trace : traces()) {
        const auto ledger = play(cluster(4) + recovery("requeue", 600, 120), moves(trace));
        expect_trace(trace, ledger);
        EXPECT_EQ(ledger.jobs.at(0).queued.value, 0u);
    }
}

// Planned, so nobody has to notice.
TEST(VC05, DowntimeIsAMaintenanceWindow) {
    for (const HandTrace& trace : {traces()[1], traces()[2]}) {
        const auto ledger =
            Case(cluster(1) + recovery("wait", 7200, 120) + kCheckpoint +
                     "failures: {maintenance: [{name: window, lasts: 10 min, from: " +
                     seconds(trace.failures.at(0)) + "}]}\n",
                 equal_jobs(1, 36000, 8))
                .run();
        expect_trace(trace, ledger);
    }
}

// In a gang of 128 nodes one node's failure costs all.
TEST(VC05, AGangRestartsTogether) {
    for (const HandTrace& trace : traces()) {
        const auto ledger = Case(cluster(128) + recovery("wait", 0, 120) + kCheckpoint + kLog,
                                 equal_jobs(1, 36000, 1024))
                                .with("faults.csv", repairs(trace))
                                .run();
        EXPECT_EQ(to_seconds(ledger.jobs.at(0).end).value, trace.total);
        EXPECT_EQ(ledger.jobs.at(0).time.lost,
                  std::uint64_t{1024} * 1024 * 16 * static_cast<std::uint64_t>(trace.lost));
    }
}

// Times between ticks are rounded up: 0.3 s to 5 ticks, 10.01 s to 161, 3 s of work.
TEST(VC05, CountsInTicks) {
    const auto ledger =
        Case(cluster(1) + recovery("wait", 0.3, 0) + kLog +
                 "checkpoint: {interval: fixed, every: 1 s, write: 0.1 s, load: 0 s, "
                 "restart: 0.01 s}\n",
             equal_jobs(1, 3, 8))
            .with("faults.csv", "node,begin,end,cause,kind\nn0,2.01,2.01,crash,interruption\n")
            .run();
    // Rounds of 18 ticks. At tick 33 (2.01 s = 32.16) 15 ticks of the second round are lost; 5 to
    // notice, 1 to restart: 33 + 6, then 32 ticks of work and one checkpoint of 2.
    EXPECT_EQ(ledger.jobs.at(0).end.value, 33u + 6 + 32 + 2);
    EXPECT_EQ(ledger.jobs.at(0).time.lost, 1024u * 8 * 15);
    EXPECT_EQ(ledger.jobs.at(0).checkpoints, 2u);
}

}  // namespace
}  // namespace tidepool::validation
