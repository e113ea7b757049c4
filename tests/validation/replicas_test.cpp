// VC-02, VC-04, VC-17 again, this time as sweeps: a cell's rows are repetitions of its scenario,
// from YAML to the statistics of a cell. Ten thousand of them tell seeds that are not independent,
// and intervals that do not mean what they say.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <thread>

#include "sim/model/checkpoint.h"
#include "sim/model/mtti.h"
#include "sim/model/spares.h"
#include "sim/model/statistics.h"
#include "tests/batch/whole_sweep.h"
#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

using batch::Row;
using batch::WholeSweep;

// Failed rows have but this problem.
std::vector<Row> run(const WholeSweep& files, const std::string& only_problem = "") {
    const scenario::Sweep sweep = files.load();
    std::vector<Row> rows =
        batch::rows_of(sweep, std::max(1U, std::thread::hardware_concurrency()));
    for (const Row& row : rows) {
        EXPECT_TRUE(row.problem.empty() || row.problem == only_problem)
            << "row " << row.row << ": " << row.problem;
    }
    return rows;
}

// Of the rows of one cell.
template <class Look>
std::vector<double> values(std::span<const Row> rows, Look&& look) {
    std::vector<double> all;
    for (const Row& row : rows) {
        all.push_back(look(row.result.totals));
    }
    return all;
}

// |mean - expected| <= 4 standard errors, both as the result file has them.
model::Spread expect_spread(std::span<const double> sample, double expected,
                            const std::string& what) {
    const model::Spread spread = model::spread(sample);
    EXPECT_EQ(spread.n, sample.size());
    EXPECT_NEAR(spread.mean, expected, 4 * spread.se) << what << ", se " << spread.se;
    return spread;
}

// Neighbours know nothing of each other: their correlation is about normal with deviation
// 1 / sqrt(n).
void expect_independent(std::span<const double> sample) {
    const double mean = model::spread(sample).mean;
    double together = 0;
    double squares = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double next = sample[(i + 1) % sample.size()];
        together += (sample[i] - mean) * (next - mean);
        squares += (sample[i] - mean) * (sample[i] - mean);
    }
    EXPECT_LT(std::abs(together / squares), 4 / std::sqrt(static_cast<double>(sample.size())));
}

// The job of VC-02: M, work, checkpoints, and what was printed for it.
struct WholeJob {
    double mtbf, work, every, write, downtime, restart;
    double expected, ettr, deviation;
};
constexpr std::array kWholeJobs{
    WholeJob{11134.8, 86400, 1800, 60, 300, 120, 100795.811, 0.857178, 4563},
    WholeJob{28440, 172800, 3600, 300, 600, 300, 206695.168, 0.836014, 8504},
};

// A flow map without its braces; `failing` says what of, such as `per: job`.
std::string rules(const WholeJob& job, const std::string& failing) {
    return "failures: {components: [{name: it, mtbf: " + seconds(job.mtbf) + ", " + failing +
           "}]}, recovery: {on_failure: wait, swap: 0 s, detect: " + seconds(job.downtime) +
           "}, checkpoint: {interval: fixed, every: " + seconds(job.every) +
           ", write: " + seconds(job.write) + ", load: 0 s, restart: " + seconds(job.restart) + "}";
}

constexpr std::uint32_t kReplicas = 10'000;

double wall(const model::Totals& t) {
    return to_seconds(t.last_end).value;
}

void expect_published(std::span<const Row> rows, const WholeJob& job, const std::string& what) {
    const std::vector<double> walls = values(rows, wall);
    const model::Spread spread = expect_spread(walls, job.expected, what);
    expect_independent(walls);
    // A sample deviation has a deviation of about sd / sqrt(2 N) or 0.7 % for a normal law.
    const double root = std::sqrt(double{kReplicas});
    EXPECT_NEAR(spread.se * root, job.deviation, 0.04 * job.deviation) << what;

    const model::InterruptedJob closed{{job.mtbf}, {job.write}, {job.downtime}, {job.restart}, {0}};
    const auto parts = model::expected_job(closed, {job.work}, {job.every});
    const auto part = [&](const char* name, double expected, auto&& look) {
        expect_spread(values(rows, look), expected, what + ' ' + name);
    };
    constexpr double kUnit = 8.0 * kTicksPerSecond;
    part("lost", parts.lost.value,
         [](const model::Totals& t) { return static_cast<double>(t.time.lost) / 1024 / kUnit; });
    part("checkpoint", parts.checkpoint.value,
         [](const model::Totals& t) { return static_cast<double>(t.time.checkpoint) / kUnit; });
    part("recovery", parts.recovery.value,
         [](const model::Totals& t) { return static_cast<double>(t.time.restart) / kUnit; });
    part("interruptions", parts.interruptions,
         [](const model::Totals& t) { return static_cast<double>(t.reliability.interruptions); });
    std::uint64_t useful = 0, held = 0;
    for (const Row& row : rows) {
        useful += row.result.totals.time.useful / 1024;
        held += row.result.totals.allocated;
    }
    EXPECT_NEAR(static_cast<double>(useful) / static_cast<double>(held), job.ettr,
                4 * spread.se / spread.mean * job.ettr);
}

// No failure within the shortest time there is; then nothing was decided but to start and to end.
void expect_luck(std::span<const Row> rows, const WholeJob& job, const std::string& what) {
    std::set<std::uint64_t> seeds, with, without;
    std::uint32_t lucky = 0;
    for (const Row& row : rows) {
        const bool is_lucky = row.result.totals.reliability.interruptions == 0;
        lucky += is_lucky ? 1 : 0;
        (is_lucky ? without : with).insert(row.result.decisions);
        seeds.insert(row.seed);
        EXPECT_EQ(row.waits, (std::vector<batch::WaitCount>{{0, 1}}));
    }
    const double shortest = job.work + (std::ceil(job.work / job.every) - 1) * job.write;
    const double expected = kReplicas * std::exp(-shortest / job.mtbf);
    EXPECT_NEAR(lucky, expected, 4 * std::sqrt(expected)) << what;
    EXPECT_EQ(without.size(), lucky > 0 ? 1U : 0U) << what;
    EXPECT_EQ(with.size(), kReplicas - lucky) << what << ": luck was met twice";
    EXPECT_EQ(seeds.size(), kReplicas);
}

void expect_whole_jobs(const std::string& base, const std::string& failing) {
    std::string blocks = "replicas: " + std::to_string(kReplicas) + "\nlist:\n";
    WholeSweep::Files traces;
    for (const WholeJob& job : kWholeJobs) {
        const std::string trace = text(job.work) + ".csv";
        traces[trace] = equal_jobs(1, job.work, 8);
        blocks +=
            "  - {" + rules(job, failing) + ", workloads: [{trace: {file: " + trace + "}}]}\n";
    }
    const WholeSweep sweep(cluster(1) + base, equal_jobs(1, 1, 8), blocks, traces);
    const std::vector<Row> rows = run(sweep);
    for (std::size_t cell = 0; cell < kWholeJobs.size(); ++cell) {
        const auto of_cell = std::span(rows).subspan(cell * kReplicas, kReplicas);
        const std::string what = failing + ", cell " + std::to_string(cell);
        expect_published(of_cell, kWholeJobs[cell], what);
        expect_luck(of_cell, kWholeJobs[cell], what);
    }
}

TEST(VC02, TenThousandReplicasTakeTheExpectedTime) {
    expect_whole_jobs("", "per: job");
}

TEST(VC02, TenThousandReplicasTakeTheExpectedTimeWhenNodesFail) {
    expect_whole_jobs("horizon: 10 d\n", "per: node, kind: interruption");
}

// 95 of 100 intervals hold the truth: 2,000 cells that differ by their seed, ten replicas each.
// That takes replicas and seeds that know nothing of each other, and the right interval.
TEST(VC02, IntervalsHoldTheTruthAsOftenAsTheySay) {
    constexpr std::uint32_t kCells = 2000, kEach = 10, kJobs = 16;
    WholeJob job = kWholeJobs[0];
    job.work = 12 * job.every;
    std::string seeds;
    for (std::uint32_t seed = 1; seed <= kCells; ++seed) {
        seeds += (seed > 1 ? ", " : "") + std::to_string(seed);
    }
    const WholeSweep sweep(cluster(kJobs / 8), equal_jobs(kJobs, job.work, 1),
                           "replicas: " + std::to_string(kEach) + "\nset: {" +
                               rules(job, "per: job") + "}\ngrid: {seed: [" + seeds + "]}\n");
    const std::vector<Row> rows = run(sweep);
    const model::InterruptedJob closed{{job.mtbf}, {job.write}, {job.downtime}, {job.restart}, {0}};
    const double truth =
        kJobs * model::expected_job(closed, {job.work}, {job.every}).wall.value / 3600;
    const auto hours = [](const model::Totals& t) { return model::gpu_hours(t.allocated); };
    std::uint32_t held = 0;
    std::set<std::uint64_t> hashes;
    for (std::uint32_t cell = 0; cell < kCells; ++cell) {
        const auto of_cell = std::span(rows).subspan(std::size_t{cell} * kEach, kEach);
        const model::Spread spread = model::spread(values(of_cell, hours));
        held += spread.low <= truth && truth <= spread.high ? 1 : 0;
        for (const Row& row : of_cell) {
            hashes.insert(row.result.decisions);
        }
    }
    EXPECT_NEAR(held, 0.95 * kCells, 4 * std::sqrt(0.95 * 0.05 * kCells));
    EXPECT_EQ(hashes.size(), rows.size()) << "two seeds share their luck";
    const std::vector<double> all = values(rows, hours);
    expect_spread(all, truth, "all cells");
    expect_independent(all);
}

// Cells share their luck: what a worse interval costs is known better from the differences between
// replicas than from two means, and is what the closed form says.
TEST(VC04, CellsAreComparedUnderTheSameLuck) {
    constexpr std::uint32_t kEach = 4000;
    const WholeJob job{11124, 120 * 1115.72, 1115.72, 60, 300, 120, 0, 0, 0};
    const std::array factors{0.5, 1.0, 2.0};
    std::string every;
    for (const double factor : factors) {
        every += (every.empty() ? "" : ", ") + seconds(factor * job.every);
    }
    const WholeSweep sweep(cluster(1), equal_jobs(1, job.work, 8),
                           "replicas: " + std::to_string(kEach) + "\nset: {" +
                               rules(job, "per: job") + "}\ngrid: {checkpoint.every: [" + every +
                               "]}\n");
    const std::vector<Row> rows = run(sweep);
    const model::InterruptedJob closed{{job.mtbf}, {job.write}, {job.downtime}, {job.restart}, {0}};
    const auto expected = [&](double factor) {
        return model::expected_job(closed, {job.work}, {factor * job.every}).wall.value;
    };
    const auto walls = [&](std::size_t cell) {
        return values(std::span(rows).subspan(cell * kEach, kEach), wall);
    };
    const std::vector<double> best = walls(1);
    for (const std::size_t cell : {0U, 2U}) {
        const std::vector<double> other = walls(cell);
        std::vector<double> more;
        for (std::size_t r = 0; r < kEach; ++r) {
            more.push_back(other[r] - best[r]);
        }
        const model::Spread apart =
            expect_spread(more, expected(factors[cell]) - expected(1), text(factors[cell]));
        EXPECT_GT(apart.low, 0) << "the optimum is the best of the three";
        const double unpaired = std::hypot(model::spread(other).se, model::spread(best).se);
        EXPECT_LT(apart.se, 0.75 * unpaired) << text(factors[cell]);
    }
}

// 2,048 nodes at 6.5 failures per 1,000 node-days and half a day of repair. A job that needs all
// but the spares is submitted after seven times that, when the start with all nodes up is
// forgotten, and runs to the end whenever there are enough: 13 spares are needed for 99 % of the
// time.
struct Fleet {
    static constexpr std::uint32_t kNodes = 2048;
    static constexpr double kDay = 86400, kRepair = 0.5 * kDay, kFrom = 3.5 * kDay,
                            kUntil = 3.75 * kDay;
    static constexpr std::array<std::uint32_t, 2> kSpares{12, 13};
    static constexpr double kRate = 6.5e-3 / kDay;

    static WholeSweep sweep() {
        const auto job = [](std::uint32_t spares) {
            return "job_id,submit,duration,gpus\n1," + text(kFrom) + ",1e8," +
                   std::to_string(8 * (kNodes - spares)) + '\n';
        };
        return {
            cluster(kNodes) + "horizon: " + seconds(kUntil) +
                "\nfailures: {preset: rsc-1, repair: {law: exponential, mean: " + seconds(kRepair) +
                "}}\ncheckpoint: {restart: 0 s}\n"
                "recovery: {on_failure: wait, detect: 0 s, swap: 0 s}\n",
            "",
            "replicas: " + std::to_string(kReplicas) +
                "\nzip:\n  scheduler.spare_nodes: [12, 13]\n"
                "  workloads: [[{trace: {file: 12.csv}}], [{trace: {file: 13.csv}}]]\n",
            {{"12.csv", job(12)}, {"13.csv", job(13)}}};
    }
    // Of how many are down at once, so long after a start with all nodes up: each is a Markov chain
    // of two states.
    static model::Binomial down(double time) {
        const double both = kRate + 1 / kRepair;
        return {kNodes, kRate / both * -std::expm1(-both * time)};
    }
    // From the start to the end, by Simpson's rule.
    template <class Value>
    static double integral(Value&& value) {
        constexpr int kSteps = 400;
        double sum = 0;
        for (int i = 0; i <= kSteps; ++i) {
            const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 0 ? 2 : 4;
            sum += weight * value(down(kUntil * i / kSteps));
        }
        return sum * kUntil / kSteps / 3;
    }
};

TEST(VC17, TenThousandReplicasNeedAsManySparesAsTheBinomialSays) {
    const model::Binomial down(
        Fleet::kNodes,
        model::unavailability(model::from_thousand_node_days(6.5), {Fleet::kRepair}));
    EXPECT_NEAR(down.mean(), 6.63, 5e-3);
    EXPECT_NEAR(down.mean(), Fleet::down(Fleet::kFrom).mean(), 0.01);
    EXPECT_EQ(down.quantile(0.99), 13U);
    // Where too many nodes are down all the time, the job never runs, which counts, too.
    const std::vector<Row> rows = run(Fleet::sweep(), "not one job started");
    for (const std::uint32_t cell : {0U, 1U}) {
        const auto of_cell = std::span(rows).subspan(std::size_t{cell} * kReplicas, kReplicas);
        const std::uint32_t spares = Fleet::kSpares[cell];
        const std::string what = std::to_string(spares) + " spares";
        const model::Spread enough = expect_spread(
            values(
                of_cell,
                [&](const model::Totals& t) {
                    const std::uint64_t gpus = std::uint64_t{8} * (Fleet::kNodes - spares);
                    const std::uint64_t work = t.time.useful + t.time.lost;
                    EXPECT_EQ(work % (1024 * gpus), 0U);
                    return to_seconds(Ticks{static_cast<std::uint32_t>(work / 1024 / gpus)}).value /
                           (Fleet::kUntil - Fleet::kFrom);
                }),
            down.at_most(spares), what);
        EXPECT_TRUE(spares == 13 || enough.high < 0.99) << what << " are too few";
        expect_spread(
            values(of_cell,
                   [](const model::Totals& t) { return t.waits.jobs == 1 && t.waits.sum == 0; }),
            down.at_most(spares), what + ": the job starts at once");
        expect_spread(values(of_cell,
                             [](const model::Totals& t) {
                                 return static_cast<double>(t.reliability.down) / 8 /
                                        kTicksPerSecond;
                             }),
                      Fleet::integral([](const model::Binomial& x) { return x.mean(); }),
                      what + ": nodes down");
        // E (s - X)+ = sum of P(X <= k) over k < s
        expect_spread(values(of_cell,
                             [](const model::Totals& t) {
                                 return static_cast<double>(t.spare) / 8 / kTicksPerSecond;
                             }),
                      Fleet::integral([&](const model::Binomial& x) {
                          double ready = 0;
                          for (std::uint32_t k = 0; k < spares; ++k) {
                              ready += x.at_most(k);
                          }
                          return ready;
                      }),
                      what + " ready");
    }
}

}  // namespace
}  // namespace tidepool::validation
