// Closed forms of Model Q against published numbers, hand computations, numeric minimisation and a
// direct simulation of the model's rules.
#include "sim/model/checkpoint.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kMinute = 60;
constexpr double kHour = 3600;

InterruptedJob job(double mtti, double write, double downtime, double restart) {
    return {.mtti = {mtti}, .write = {write}, .downtime = {downtime}, .restart = {restart}};
}

// The argument in [low, high] at which a function with one minimum has it: golden section.
double argmin(const std::function<double(double)>& f, double low, double high) {
    const double ratio = (std::sqrt(5.0) - 1) / 2;
    while (high - low > 1e-9 * high) {
        const double a = high - ratio * (high - low);
        const double b = low + ratio * (high - low);
        (f(a) < f(b) ? high : low) = f(a) < f(b) ? b : a;
    }
    return (low + high) / 2;
}

// Closed form of one segment, table of five parameter sets; E to 1e-4 s and the rest as printed.
struct SegmentRow {
    double mtti, interval, write, downtime, restart;
    double expected, efficiency, optimal, young;
};
constexpr SegmentRow kSegments[] = {
    {11124, 1800, 60, 300, 120, 2101.6928, 0.856452, 1115.72, 1155.37},
    {28440, 3600, 300, 600, 300, 4313.5079, 0.834588, 3933.33, 4130.86},
    {6480, 3600, 120, 300, 600, 5767.8770, 0.624146, 1168.39, 1247.08},
    {10000, 1000, 100, 0, 0, 1162.7807, 0.860007, 1348.35, 1414.21},
    {10000, 1000, 100, 60, 100, 1181.5136, 0.846372, 1348.35, 1414.21},
};

TEST(ExpectedSegment, GivesTheFiveKnownValues) {
    for (const SegmentRow& row : kSegments) {
        const InterruptedJob q = job(row.mtti, row.write, row.downtime, row.restart);
        const ExpectedTime time = expected_segment(q, {row.interval});
        EXPECT_NEAR(time.wall.value, row.expected, 5e-5);
        EXPECT_NEAR(ettr(time), row.efficiency, 5e-7);
        EXPECT_NEAR(interval_optimal(q.mtti, q.write).value, row.optimal, 5e-3);
        EXPECT_NEAR(interval_young_1974(q.mtti, q.write).value, row.young, 1e-2);
        // The formula of the header in one line.
        const double formula = std::exp(row.restart / row.mtti) * (row.mtti + row.downtime) *
                               std::expm1((row.interval + row.write) / row.mtti);
        EXPECT_NEAR(time.wall.value / formula, 1, 1e-13);
    }
}

TEST(ExpectedJob, GivesTheTwoKnownValues) {
    const ExpectedTime a = expected_job(job(11134.8, 60, 300, 120), {86400}, {1800});
    EXPECT_NEAR(a.wall.value, 100795.811, 5e-4);
    EXPECT_NEAR(ettr(a), 0.857178, 5e-7);
    const ExpectedTime b = expected_job(job(28440, 300, 600, 300), {172800}, {3600});
    EXPECT_NEAR(b.wall.value, 206695.168, 5e-4);
    EXPECT_NEAR(ettr(b), 0.836014, 5e-7);
}

TEST(ExpectedJob, WithoutFailuresIsWorkAndCheckpointsExactly) {
    // 36000 / 3600 = 10 segments, 9 checkpoints: 36540 s. 37000: 11 segments, 10 checkpoints.
    const InterruptedJob q = job(kNever, 60, 600, 300);
    EXPECT_EQ(expected_job(q, {36000}, {3600}).wall.value, 36540);
    EXPECT_EQ(expected_job(q, {37000}, {3600}).wall.value, 37600);
    EXPECT_EQ(expected_job(q, {3600}, {3600}).wall.value, 3600);
    EXPECT_EQ(expected_job(q, {3599}, {3600}).wall.value, 3599);
    EXPECT_EQ(expected_job(q, {3600}, {kNever}).wall.value, 3600);
    EXPECT_EQ(expected_job(q, {36000}, {3600}).interruptions, 0);
    EXPECT_EQ(expected_job(q, {0}, {3600}).wall.value, 0);
    EXPECT_EQ(expected_segment(q, {3600}).wall.value, 3660);
    InterruptedJob late = q;
    late.background = {7200};  // the last checkpoints come too late, and nobody needs them
    EXPECT_EQ(expected_job(late, {36000}, {3600}).wall.value, 36540);
}

TEST(ExpectedJob, WithFreeRecoveryStretchesEachSegment) {
    // 12 segments of 7200 s, M = 72000: 12 * 72000 * (e^0.1 - 1)
    const ExpectedTime time = expected_job(job(72000, 0, 0, 0), {86400}, {7200});
    EXPECT_NEAR(time.wall.value, 90867.673, 5e-4);
    EXPECT_NEAR(ettr(time), 0.950833, 5e-7);
    EXPECT_EQ(time.checkpoint.value, 0);
    EXPECT_EQ(time.recovery.value, 0);
}

TEST(ExpectedJob, RoundingMakesNoSegment) {
    // 0.1 * 3 and 1.1 * 3 exceed 0.3 and 3.3 by an ulp, or fall short: three segments either way.
    const InterruptedJob q = job(kNever, 1, 0, 0);
    EXPECT_DOUBLE_EQ(expected_job(q, {0.1 * 3}, {0.1}).checkpoint.value, 2);
    EXPECT_DOUBLE_EQ(expected_job(q, {1.1 * 3}, {1.1}).checkpoint.value, 2);
    EXPECT_DOUBLE_EQ(expected_job(q, {86400}, {86400.0 / 49}).checkpoint.value, 48);
}

TEST(ExpectedJob, PartsOfTinyRatesKeepTheirDigits) {
    // To first order each of 10 segments is lost by half, once in M: 10 * (3600^2/2 + 3600 * 60)/M;
    // the last has no write. M = 1e15 s: relative corrections of 1e-12.
    const ExpectedTime time = expected_job(job(1e15, 60, 600, 300), {36000}, {3600});
    const double lost = (10 * 3600.0 * 3600 / 2 + 9 * 3600.0 * 60) / 1e15;
    EXPECT_NEAR(time.lost.value / lost, 1, 1e-10);
    EXPECT_NEAR(time.recovery.value / (36540.0 * 900 / 1e15), 1, 1e-10);
    EXPECT_NEAR(time.interruptions / (36540.0 / 1e15), 1, 1e-10);
}

TEST(ExpectedJob, MayTakeForeverButIsNeverUndefined) {
    const ExpectedTime time = expected_job(job(1, 1, 0, 0), {1e6}, {1e5});
    EXPECT_EQ(time.wall.value, kNever);
    EXPECT_EQ(ettr(time), 0);
    EXPECT_EQ(expected_segment(job(1, 0, 0, 1e5), {10}).wall.value, kNever);
    for (const double background : {10.0, 1e3, 1e5, 1e9}) {
        for (const double write : {0.0, 1.0, 1e4}) {
            InterruptedJob late = job(1, write, 0, 0);
            late.background = {background};
            EXPECT_GT(expected_segment(late, {1}).wall.value, 10);
            EXPECT_GT(expected_job(late, {1e4}, {10}).wall.value, 1e4);
            EXPECT_GT(expected_job(late, {1e4}, {1e3}).wall.value, 1e4);
        }
    }
}

TEST(ExpectedTimes, RefuseNonsense) {
    EXPECT_DEATH(expected_segment(job(0, 1, 1, 1), {1}), "intervals are > 0");
    EXPECT_DEATH(expected_segment(job(1, -1, 1, 1), {1}), "not negative");
    EXPECT_DEATH(expected_job(job(1, 1, 1, 1), {1}, {0}), "intervals are > 0");
    EXPECT_DEATH(expected_job(job(1, 1, 1, 1), {kNever}, {1}), "finite length");
}

TEST(OptimalInterval, MinimisesTheTimePerWork) {
    for (const double mtti : {300.0, 11124.0, 1e6}) {
        for (const double write : {1e-3, 60.0, 600.0, 5000.0}) {
            const auto per_work = [&](double interval) {
                return expected_segment(job(mtti, write, 300, 120), {interval}).wall.value /
                       interval;
            };
            const double numeric = argmin(per_work, 1e-6, 20 * mtti);
            // a minimum is found to the square root of the rounding of its value
            EXPECT_NEAR(interval_optimal({mtti}, {write}).value / numeric, 1, 1e-4);
        }
    }
}

TEST(OptimalInterval, IsFlatAsPublished) {
    // First row: 0.8667 at the optimum, 0.8458 at half of it, 0.8448 at twice.
    const InterruptedJob q = job(11124, 60, 300, 120);
    const double best = interval_optimal(q.mtti, q.write).value;
    const double top = ettr(expected_segment(q, {best}));
    EXPECT_NEAR(top, 0.8667, 5e-5);
    EXPECT_NEAR(ettr(expected_segment(q, {best / 2})), 0.8458, 5e-5);
    EXPECT_NEAR(ettr(expected_segment(q, {best * 2})), 0.8448, 5e-5);
    EXPECT_NEAR(ettr(expected_segment(q, interval_young_1974(q.mtti, q.write))), top, 3e-4);
}

TEST(Ettr, OfTheLlamaRunNeedsShortWrites) {
    // 185.6 min between interruptions; published: over 90 %. Writes of 10 s and 5 min of recovery
    // can do that, blocking writes of 60 s with 10 min cannot.
    const Seconds mtti{185.6 * kMinute};
    const auto at_dalys = [&](double write, double recovery) {
        const InterruptedJob q = job(mtti.value, write, recovery, 0);
        return ettr(expected_segment(q, interval_daly_2006(mtti, {write})));
    };
    EXPECT_GT(at_dalys(10, 5 * kMinute), 0.90);
    EXPECT_LT(at_dalys(10, 5 * kMinute), 0.97);
    EXPECT_LT(at_dalys(60, 10 * kMinute), 0.90);
}

TEST(OptimalInterval, ScalesWithTimeAndMeetsItsLimits) {
    EXPECT_DOUBLE_EQ(interval_optimal({2 * 11124}, {120}).value,
                     2 * interval_optimal({11124}, {60}).value);
    EXPECT_EQ(interval_optimal({11124}, {0}).value, 0);
    EXPECT_EQ(interval_optimal({kNever}, {60}).value, kNever);
    EXPECT_EQ(interval_young_1974({kNever}, {0}).value, kNever);
    EXPECT_EQ(interval_daly_2006({kNever}, {0}).value, kNever);
    EXPECT_EQ(interval_saxena_2024({kNever}, {0}, {0}).value, kNever);
    // For rare failures: Young's root less 2C/3 (W0 beside its branch point), to order C^1.5/M^0.5.
    EXPECT_NEAR(interval_optimal({1e12}, {60}).value,
                interval_young_1974({1e12}, {60}).value - 2.0 / 3 * 60, 1e-3);
    EXPECT_LE(interval_optimal({60}, {1e6}).value, 60);  // never longer than M
}

TEST(DalysInterval, ApproximatesTheOptimumWhereHeSaysSo) {
    // C/2M = 1/200 by hand: sqrt(2 * 100 * 10000) (1 + sqrt(0.005)/3 + 0.005/9) - 100 = 1348.333
    EXPECT_NEAR(interval_daly_2006({10000}, {100}).value, 1348.333, 1e-3);
    for (const double write : {10.0, 60.0, 300.0, 1000.0}) {
        const double optimum = interval_optimal({10000}, {write}).value;
        EXPECT_NEAR(interval_daly_2006({10000}, {write}).value / optimum, 1, 1e-3);
    }
    EXPECT_EQ(interval_daly_2006({10000}, {20000}).value, 10000);  // C = 2M
    EXPECT_EQ(interval_daly_2006({10000}, {30000}).value, 10000);
    // from below, C = 2M gives 2M (1 + 1/3 + 1/9) - 2M = 8/9 M
    EXPECT_NEAR(interval_daly_2006({10000}, {20000 * (1 - 1e-12)}).value, 80000.0 / 9, 1e-6);
}

TEST(SaxenasInterval, MaximisesTheAvailabilityItIsDerivedFrom) {
    const double save = 60;
    const double mttf = 11124;
    const double recovery = 420;
    const auto unavailability = [&](double period) {
        return -(1 - save / period) * mttf / (mttf + recovery + period / 2);
    };
    const double period = argmin(unavailability, save, 1e5);
    EXPECT_NEAR(interval_saxena_2024({mttf}, {save}, {recovery}).value, period - save, 0.05);
    // The published form by hand: 60 + sqrt(2 * 11544 * 60 + 3600) = 1238.5075
    EXPECT_NEAR(interval_saxena_2024({mttf}, {save}, {recovery}).value, 1178.5075, 1e-4);
}

TEST(KokolisFormula, GivesThePublishedRatios) {
    const double mtti = 1000 * 24 * kHour / (6.5 * 2048);  // RSC-1, 16,384 GPUs
    const Seconds u0{5 * kMinute};
    EXPECT_NEAR(ettr_kokolis_2024({mtti}, {0}, u0, {60 * kMinute}), 0.676, 5e-4);
    EXPECT_NEAR(ettr_kokolis_2024({mtti}, {0}, u0, {5 * kMinute}), 0.931, 5e-4);
    const InterruptedJob q = job(mtti, 0, u0.value, 0);
    EXPECT_NEAR(ettr(expected_segment(q, {60 * kMinute})), 0.715, 5e-4);
    EXPECT_NEAR(ettr(expected_segment(q, {5 * kMinute})), 0.934, 5e-4);

    const double at_12000 = 1000 * 24 * kHour / (6.5 * 1500);
    const Seconds interval = interval_young_1974({at_12000}, {10});
    EXPECT_NEAR(interval.value / kMinute, 7.02, 5e-3);
    EXPECT_NEAR(ettr_kokolis_2024({at_12000}, {10}, u0, interval), 0.9205, 5e-5);

    const double at_2048 = 1000 * 24 * kHour / (6.5 * 256);
    EXPECT_NEAR(ettr_kokolis_2024({at_2048}, {0}, u0, {kHour}), 0.960, 6e-4);
    EXPECT_NEAR(ettr_kokolis_2024({at_2048 / 2}, {0}, u0, {kHour}), 0.919, 5e-4);
}

TEST(CheckpointSize, GivesThePublishedTimes) {
    const double tb = 1e12;
    const auto at = [](double rate) {
        return StoragePath{.storage = {rate}, .per_writer = {kNever}};
    };
    // Megatron 1T: 13.8 TB of 1.008e12 parameters; load at 1 TB/s, save at 273 GB/s
    EXPECT_NEAR(checkpoint_size(1.008e12, {13.69}).value / tb, 13.8, 0.02 * 13.8);
    EXPECT_NEAR(transfer_time({13.8 * tb}, at(1e12)).value, 13.8, 1e-9);
    EXPECT_NEAR(transfer_time({13.8 * tb}, at(273e9)).value, 50.5, 0.1);
    // MT-NLG 530B at 11.9 B per parameter and 20 Gb/s: 42 min
    EXPECT_NEAR(transfer_time(checkpoint_size(530e9, {11.9}), at(20e9 / 8)).value / kMinute, 42,
                0.02 * 42);
    // Llama 3 405B: 5.67 TB, 2.84 s at 2 TB/s
    EXPECT_DOUBLE_EQ(checkpoint_size(405e9, {14}).value, 5.67 * tb);
    EXPECT_NEAR(transfer_time({5.67 * tb}, at(2e12)).value, 2.835, 1e-9);
}

TEST(TransferTime, IsThatOfTheNarrowerPart) {
    const StoragePath nics{.storage = {2e12}, .per_writer = {50e9}, .writers = 8};  // 400 GB/s
    EXPECT_DOUBLE_EQ(transfer_time({4e12}, nics).value, 10);
    const StoragePath storage{.storage = {2e11}, .per_writer = {50e9}, .writers = 8};
    EXPECT_DOUBLE_EQ(transfer_time({4e12}, storage).value, 20);
}

}  // namespace
}  // namespace tidepool::model
