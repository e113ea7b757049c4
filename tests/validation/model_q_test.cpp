// Checkpoint and restart under exponential failures (Model Q of sim/model/checkpoint.h): simulated
// jobs against the closed forms and the tables printed beside them. Every job is a repetition: its
// failures are its own.
#include <array>

#include "sim/model/checkpoint.h"
#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

// M, C, D, R as the closed form knows them, and the segment.
struct Row {
    double mtbf, segment, write, downtime, restart;
    double expected;    // of the segment, as printed
    double efficiency;  // segment / expected, as printed
    double optimum;     // interval, as printed
};
constexpr std::array kTable{
    Row{11124, 1800, 60, 300, 120, 2101.6928, 0.856452, 1115.72},
    Row{28440, 3600, 300, 600, 300, 4313.5079, 0.834588, 3933.33},
    Row{6480, 3600, 120, 300, 600, 5767.8770, 0.624146, 1168.39},
    Row{10000, 1000, 100, 0, 0, 1162.7807, 0.860007, 1348.35},
    Row{10000, 1000, 100, 60, 100, 1181.5136, 0.846372, 1348.35},
};

model::InterruptedJob job_of(const Row& row) {
    return {{row.mtbf}, {row.write}, {row.downtime}, {row.restart}, {0}};
}

// Jobs fail by themselves; the downtime is what it takes to notice.
std::string own_failures(const Row& row) {
    return "failures: {components: [{name: crash, per: job, mtbf: " + seconds(row.mtbf) +
           "}]}\nrecovery: {on_failure: wait, swap: 0 s, detect: " + seconds(row.downtime) + "}\n";
}

// Nodes fail and nothing is to be repaired; the downtime is what it takes to notice, and what
// strikes in it changes nothing.
std::string node_failures(const Row& row) {
    return "failures: {components: [{name: node, per: node, mtbf: " + seconds(row.mtbf) +
           ", kind: interruption}]}\nrecovery: {on_failure: wait, swap: 0 s, detect: " +
           seconds(row.downtime) + "}\n";
}

// The node of the one job fails and comes back; the downtime is the repair.
std::string repaired_node(const Row& row, const std::string& on_failure) {
    return cluster(1) + "horizon: 30 d\nfailures: {components: [{name: node, per: node, mtbf: " +
           seconds(row.mtbf) + ", repair: {law: fixed, mean: " + seconds(row.downtime) +
           "}}]}\nrecovery: {detect: 0 s, swap: 0 s, on_failure: " + on_failure + "}\n";
}

std::string no_checkpoints(const Row& row) {
    return "checkpoint: {restart: " + seconds(row.restart) + "}\n";
}

std::string checkpoints(const Row& row, double every) {
    return "checkpoint: {interval: fixed, every: " + seconds(every) +
           ", write: " + seconds(row.write) + ", load: 0 s, restart: " + seconds(row.restart) +
           "}\n";
}

// One segment is a job without checkpoints that is as long as the work and its write.
Sample segments(const Row& row, std::uint32_t repetitions) {
    const Case scenario(cluster(500) + own_failures(row) + no_checkpoints(row),
                        equal_jobs(repetitions, row.segment + row.write, 1));
    return wall_times(scenario.run());
}

TEST(VC01, OneSegmentTakesTheExpectedTime) {
    for (const Row& row : kTable) {
        const double expected = model::expected_segment(job_of(row), {row.segment}).wall.value;
        EXPECT_NEAR(expected, row.expected, 5e-5);
        expect_mean(segments(row, 40'000), row.expected);
    }
}

// N = 200,000 on the row whose failures cost most: one standard error is 0.12 % of the mean.
TEST(VC01, OneSegmentTakesTheExpectedTimeInManyRepetitions) {
    const Row& row = kTable[2];
    const Sample sample = segments(row, 200'000);
    expect_mean(sample, row.expected);
    EXPECT_NEAR(row.segment / sample.mean(), row.efficiency,
                4 * sample.error() / sample.mean() * row.efficiency);
    EXPECT_LT(sample.error(), 0.002 * row.expected);
}

// Two segments: E = K (e^(l(t + C)) - 1) + K (e^(lt) - 1), K = (M + D) e^(lR).
TEST(VC01, TwoSegmentsTakeTheExpectedTime) {
    constexpr std::uint32_t kJobs = 24'000;
    for (const Row& row : kTable) {
        const double k = (row.mtbf + row.downtime) * std::exp(row.restart / row.mtbf);
        const double expected = k * (std::exp((row.segment + row.write) / row.mtbf) - 1) +
                                k * (std::exp(row.segment / row.mtbf) - 1);
        const Case scenario(cluster(kJobs / 8) + own_failures(row) + checkpoints(row, row.segment),
                            equal_jobs(kJobs, 2 * row.segment, 1));
        expect_mean(wall_times(scenario.run()), expected);
    }
}

// The same when nodes fail under their jobs, one job after the other.
TEST(VC01, NodeFailuresGiveTheSameTime) {
    constexpr std::uint32_t kJobs = 20'000;
    for (const Row& row : kTable) {
        const Case scenario(
            "horizon: 3 d\n" + cluster(1000) + node_failures(row) + no_checkpoints(row),
            equal_jobs(kJobs, row.segment + row.write, 8));
        expect_mean(wall_times(scenario.run()), row.expected);
    }
}

struct WholeJob {
    Row row;
    double work, expected, ettr, deviation;
};
constexpr std::array kWholeJobs{
    WholeJob{{11134.8, 1800, 60, 300, 120, 0, 0, 0}, 86400, 100795.811, 0.857178, 4563},
    WholeJob{{28440, 3600, 300, 600, 300, 0, 0, 0}, 172800, 206695.168, 0.836014, 8504},
};

// Every part of the mean wall time against its closed form.
void expect_parts(const model::Ledger& ledger, const model::ExpectedTime& expected) {
    Sample useful, checkpoint, lost, recovery, interruptions;
    for (const model::JobRecord& job : ledger.jobs) {
        const double unit = double{kTicksPerSecond} * job.gpus;  // GPU-ticks in a second
        useful.add(static_cast<double>(job.time.useful) / 1024 / unit);
        checkpoint.add(static_cast<double>(job.time.checkpoint) / unit);
        lost.add(static_cast<double>(job.time.lost) / 1024 / unit);
        recovery.add(static_cast<double>(job.time.restart) / unit);
        interruptions.add(job.interruptions);
    }
    EXPECT_EQ(useful.mean(), expected.useful.value);
    expect_mean(checkpoint, expected.checkpoint.value, "checkpoint");
    expect_mean(lost, expected.lost.value, "lost");
    expect_mean(recovery, expected.recovery.value, "recovery");
    expect_mean(interruptions, expected.interruptions, "interruptions");
}

TEST(VC02, WholeJobsTakeTheExpectedTime) {
    constexpr std::uint32_t kJobs = 2000;
    for (const WholeJob& one : kWholeJobs) {
        const auto expected = model::expected_job(job_of(one.row), {one.work}, {one.row.segment});
        EXPECT_NEAR(expected.wall.value, one.expected, 5e-4);
        EXPECT_NEAR(one.work / one.expected, one.ettr, 5e-7);
        const std::string save = checkpoints(one.row, one.row.segment);

        const model::Ledger own =
            Case(cluster(kJobs / 8) + own_failures(one.row) + save, equal_jobs(kJobs, one.work, 1))
                .run();
        const Sample sample = wall_times(own);
        expect_mean(sample, one.expected, "own failures");
        // The deviation of a sample deviation is about sd / sqrt(2 N), or 1.6 %, for a normal law.
        EXPECT_NEAR(sample.deviation(), one.deviation, 0.08 * one.deviation);
        expect_parts(own, expected);
        EXPECT_NEAR(model::ettr(model::totals(own)), one.ettr,
                    4 * sample.error() / sample.mean() * one.ettr);

        const model::Ledger nodes =
            Case("horizon: 10 d\n" + cluster(kJobs) + node_failures(one.row) + save,
                 equal_jobs(kJobs, one.work, 8))
                .run();
        expect_mean(wall_times(nodes), one.expected, "node failures");
        expect_parts(nodes, expected);
    }
}

// Waiting for the node, or giving it back and getting it again when it is repaired: N = 300 runs
// of one job.
TEST(VC02, RepairsOfTheNodeAreDowntime) {
    for (const WholeJob& one : kWholeJobs) {
        for (const std::string on_failure : {"wait", "requeue", "spare"}) {
            const Case scenario(
                repaired_node(one.row, on_failure) + checkpoints(one.row, one.row.segment),
                equal_jobs(1, one.work, 8));
            Sample sample;
            scenario.run_seeds(
                1000, [&](const model::Ledger& ledger) { sample.add(wall_times(ledger).mean()); });
            expect_mean(sample, one.expected, on_failure);
        }
    }
}

// Nothing fails: work + C (n - 1), to the tick.
TEST(VC03, WithoutFailuresOnlyCheckpointsTakeTime) {
    const auto end = [](double work, double every, double write) {
        const Case scenario(cluster(1) + "checkpoint: {interval: fixed, every: " + seconds(every) +
                                ", write: " + seconds(write) + "}\n",
                            equal_jobs(1, work, 8));
        return to_seconds(scenario.run().jobs.at(0).end).value;
    };
    EXPECT_EQ(end(86400, 1800, 60), 86400 + 47 * 60);
    EXPECT_EQ(end(86401, 1800, 60), 86401 + 48 * 60);
    EXPECT_EQ(end(172800, 3600, 300), 172800 + 47 * 300);
    EXPECT_EQ(end(1800, 1800, 60), 1800);
    EXPECT_EQ(end(1799.9375, 1800, 60), 1799.9375);
    EXPECT_EQ(end(36000, 7, 0.0625), 36000 + 5142 * 0.0625);  // ceil(36000 / 7) = 5143
}

// Free checkpoints, no downtime: n M (e^(t / M) - 1) = 12 * 72000 (e^0.1 - 1).
TEST(VC03, FreeRecoveryCostsTheLostWorkAlone) {
    constexpr std::uint32_t kJobs = 4000;
    constexpr Row kFree{72000, 7200, 0, 0, 0, 0, 0, 0};
    EXPECT_NEAR(12 * 72000 * (std::exp(0.1) - 1), 90867.673, 5e-4);
    const Case scenario(cluster(kJobs / 8) + own_failures(kFree) + checkpoints(kFree, 7200),
                        equal_jobs(kJobs, 86400, 1));
    const Sample sample = wall_times(scenario.run());
    expect_mean(sample, 90867.673);
    EXPECT_NEAR(sample.deviation(), 4777, 0.08 * 4777);
}

// The same failures meet every interval, since a job's luck is its own; so the means differ by
// less than they scatter. The grid has a point within 15 % of the optimum on either side.
TEST(VC04, TheSimulatedOptimumLiesAtTheOptimalInterval) {
    constexpr std::uint32_t kJobs = 1200;
    const Row& row = kTable[0];
    const double best = model::interval_optimal({row.mtbf}, {row.write}).value;
    EXPECT_NEAR(best, row.optimum, 5e-3);
    const double work = 120 * best;
    double least = 1e300;
    double argmin = 0;
    for (int step = -16; step <= 16; ++step) {
        const double factor = std::pow(2.0, step / 8.0);
        const double every = factor * best;
        const Case scenario(cluster(kJobs / 8) + own_failures(row) + checkpoints(row, every),
                            equal_jobs(kJobs, work, 1));
        const Sample sample = wall_times(scenario.run());
        expect_mean(sample, model::expected_job(job_of(row), {work}, {every}).wall.value,
                    "at " + text(factor));
        if (sample.mean() < least) {
            least = sample.mean();
            argmin = factor;
        }
    }
    EXPECT_NEAR(argmin, 1, 0.15);
    const auto efficiency = [&](double interval) {
        return interval / model::expected_segment(job_of(row), {interval}).wall.value;
    };
    EXPECT_NEAR(efficiency(best / 2), 0.8458, 5e-5);  // printed
    EXPECT_NEAR(efficiency(best), 0.8667, 5e-5);
    EXPECT_NEAR(efficiency(best * 2), 0.8448, 5e-5);
    const double young = model::interval_young_1974({row.mtbf}, {row.write}).value;
    EXPECT_LT(efficiency(best) - efficiency(young), 3e-4);
}

// `interval: optimal`, `young` and `daly` reach the ledger as the closed forms say.
TEST(VC04, TheProgramChoosesTheIntervalsOfTheTable) {
    const auto chosen = [](const Row& row, const std::string& rule) {
        const Case scenario(cluster(1) + own_failures(row) + "checkpoint: {interval: " + rule +
                                ", write: " + seconds(row.write) + "}\n",
                            equal_jobs(1, 1000, 1));
        return to_seconds(scenario.run().jobs.at(0).interval).value;
    };
    for (const Row& row : kTable) {  // rounded up to a tick
        EXPECT_NEAR(chosen(row, "optimal"), row.optimum + 0.03125, 0.03125 + 0.005);
    }
    EXPECT_NEAR(chosen(kTable[0], "young"), 1155.37 + 0.03125, 0.03125 + 0.005);
    EXPECT_NEAR(chosen(kTable[2], "young"), 1247.08 + 0.03125, 0.03125 + 0.005);
    // sqrt(2 C M) (1 + sqrt(C/2M)/3 + (C/2M)/9) - C of row 1:
    // 1155.37 (1 + 0.0519314/3 + 0.00269687/9) - 60 = 1115.72.
    EXPECT_NEAR(chosen(kTable[0], "daly"), 1115.72 + 0.03125, 0.03125 + 0.01);
}

}  // namespace
}  // namespace tidepool::validation
