// The closed forms of a service against textbook queues, where they must agree, and against a unit
// that is played through iteration by iteration.
#include "sim/model/service_capacity.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/model/queueing.h"
#include "tests/model/unit_twin.h"

namespace tidepool::model {
namespace {

// Two H100 with a 70B model, roughly: 14,000 prompt tokens/s, iterations of 21 to 24 ms.
UnitModel some_unit() {
    UnitModel unit;
    unit.prefill = {{0, 0}, {1'000'000, 71'400'000'000}};
    unit.decode = {{1, 21'100'000}, {257, 23'800'000}};
    unit.batch_limit = 16;
    return unit;
}

// Every prompt without work, answers of so many iterations after the first token.
UnitModel answers_only(TimeTable decode, std::uint32_t batch_limit) {
    UnitModel unit;
    unit.decode = std::move(decode);
    unit.batch_limit = batch_limit;
    return unit;
}

// Exponential numbers of iterations: its quantiles in the middle of 2,000 equal strata.
std::vector<Length> exponential_answers(double mean) {
    std::vector<Length> lengths;
    for (int i = 0; i < 2000; ++i) {
        const double steps = -mean * std::log(1 - (i + 0.5) / 2000);
        lengths.push_back({10, 1 + static_cast<std::uint32_t>(steps + 0.5)});
    }
    return lengths;
}

double mean_steps(const std::vector<Length>& lengths) {
    double sum = 0;
    for (const Length& each : lengths) {
        sum += each.tokens_out - 1;
    }
    return sum / static_cast<double>(lengths.size());
}

TEST(UnitSeconds, ArePromptAndShareOfFullIterations) {
    const UnitModel unit = some_unit();
    // 1,000 * 71.4 us + 199 * d(16) / 16, d(16) = 21.1 + 15 * 2.7 / 256 ms.
    const double full = (21.1 + 15 * 2.7 / 256) * 1e-3;
    EXPECT_NEAR(unit_seconds(unit, 1000, 200, 0), 0.0714 + 199 * full / 16, 1e-12);
    EXPECT_NEAR(unit_seconds(unit, 1000, 200, 0.75), 0.0714 / 4 + 199 * full / 16, 1e-12);
    EXPECT_NEAR(unit_seconds(unit, 1000, 1, 0), 0.0714, 1e-12);
}

TEST(UnitSeconds, CountContextMemoryAndWorkers) {
    UnitModel unit = some_unit();
    unit.context_cost = 1 << 20;  // 1 ns per token
    const double full = (21.1 + 15 * 2.7 / 256) * 1e-3;
    // Three iterations after the first token, at 101, 102 and 103 tokens.
    EXPECT_NEAR(unit_seconds(unit, 100, 4, 0), 0.00714 + 3 * full / 16 + 306e-9, 1e-12);
    unit.context_cost = 0;
    unit.kv_tokens = 540;  // 5.4 requests of 100 tokens, half of one wasted
    const double fewer = (21.1 + (5.4 - 1 - 0.5) * 2.7 / 256) * 1e-3;
    EXPECT_NEAR(unit_seconds(unit, 96, 4, 0), 96 * 71.4e-6 + 3 * fewer / 4.9, 1e-12);
    unit.kv_tokens = 0;
    unit.prefill_workers = 3;
    unit.decode_workers = 1;
    EXPECT_NEAR(unit_seconds(unit, 1000, 200, 0), 199 * full / 16, 1e-12);
    EXPECT_NEAR(unit_seconds(unit, 100'000, 2, 0), 7.14 / 3, 1e-12);
}

TEST(FlowLatency, IsMM1WithOnePlaceAndExponentialAnswers) {
    const UnitModel unit = answers_only({{1, 1'000'000}}, 1);
    const std::vector<Length> lengths = exponential_answers(500);
    const double service = mean_steps(lengths) * 1e-3;
    const FlowLatency flow(unit, lengths, 0, 1, false, 0, 0);
    EXPECT_NEAR(flow.capacity(), 1 / service, 1e-9);
    for (const double load : {0.2, 0.5, 0.8, 0.9}) {
        const FlowPoint point = flow.at(1, load / service);
        const WaitLaw wait = mmc_wait(load / service, service, 1);
        // The strata have a squared coefficient of variation of 0.995.
        EXPECT_NEAR(point.ttft_mean / wait.mean(), 1, 0.004) << load;
        EXPECT_NEAR(point.total_mean / (wait.mean() + service), 1, 0.004) << load;
        EXPECT_NEAR(point.utilisation, load, 1e-12);
        EXPECT_NEAR(point.tpot_p99, 1e-3, 1e-12);
        EXPECT_NEAR(point.ttft_p95 / std::max(wait.quantile(0.95), 1e-9), 1, 0.02) << load;
        EXPECT_NEAR(point.ttft_p99 / wait.quantile(0.99), 1, 0.02) << load;
    }
    // Several units at random are as many of these queues.
    EXPECT_DOUBLE_EQ(flow.at(7, 7 * 0.8 / service).ttft_p95, flow.at(1, 0.8 / service).ttft_p95);
}

TEST(FlowLatency, IsMMcWithASharedQueue) {
    const UnitModel unit = answers_only({{1, 1'000'000}}, 1);
    const std::vector<Length> lengths = exponential_answers(500);
    const double service = mean_steps(lengths) * 1e-3;
    const FlowLatency flow(unit, lengths, 0, 1, true, 0, 0);
    for (const std::uint32_t units : {1U, 2U, 10U, 100U}) {
        for (const double load : {0.5, 0.8, 0.9}) {
            const double rate = load * units / service;
            EXPECT_NEAR(flow.at(units, rate).ttft_mean / mmc_wait(rate, service, units).mean(), 1,
                        0.004)
                << units << " at " << load;
        }
    }
    const double p95 = mmc_wait(0.9 * 4 / service, service, 4).quantile(0.95);
    EXPECT_NEAR(flow.at(4, 0.9 * 4 / service).ttft_p95 / p95, 1, 0.02);
}

TEST(FlowLatency, IsMMcWithPlacesInsteadOfUnits) {  // iterations as long for many as for one
    const UnitModel unit = answers_only({{1, 1'000'000}}, 10);
    const std::vector<Length> lengths = exponential_answers(5000);
    const double service = mean_steps(lengths) * 1e-3;
    const FlowLatency flow(unit, lengths, 0, 1, false, 0, 0);
    const WaitLaw wait = mmc_wait(8 / service, service, 10);  // the second row of the Erlang table
    const FlowPoint point = flow.at(1, 8 / service);
    // Who finds a place joins at the end of an iteration: half a millisecond of five seconds.
    EXPECT_NEAR(point.ttft_mean / wait.mean(), 1, 0.005);
    EXPECT_NEAR(point.ttft_p95 / wait.quantile(0.95), 1, 0.02);
    EXPECT_NEAR(point.batch, 8, 0.01);
}

TEST(FlowLatency, IsMD1WithConstantAnswers) {
    const UnitModel unit = answers_only({{1, 1'000'000}}, 1);
    const std::vector<Length> lengths{{10, 501}};
    const FlowLatency flow(unit, lengths, 0, 1, false, 0, 0);
    EXPECT_NEAR(flow.at(1, 0.8 / 0.5).ttft_mean, 2.0 * 0.5, 1e-9);  // unit mean service: 2.0
    EXPECT_NEAR(flow.at(1, 0.37 / 0.5).ttft_mean, mg1_wait_pollaczek_khinchine(0.37 / 0.5, 0.5, 0),
                1e-9);
    // Allen and Cunneen: gaps that vary four times as much make the wait four times as long.
    const FlowLatency bursty(unit, lengths, 0, 4, false, 0, 0);
    EXPECT_NEAR(bursty.at(1, 0.8 / 0.5).ttft_mean, 4.0, 1e-9);
    // Of two units each gets gaps of scv 1 + 3 / 2.
    EXPECT_NEAR(bursty.at(2, 1.6 / 0.5).ttft_mean, 2.5, 1e-9);
}

TEST(FlowLatency, SharesTheProcessorWhereIterationsGrowWithTheBatch) {
    const UnitModel unit = answers_only({{1, 1'000}, {2, 2'000}}, 1'000'000'000);
    for (const double tokens : {101.0, 2001.0}) {  // E[T(x)] = x / (1 - load) for every law
        const std::vector<Length> lengths{{10, static_cast<std::uint32_t>(tokens)},
                                          {10, static_cast<std::uint32_t>(3 * tokens - 2)}};
        const double service = 2 * (tokens - 1) * 1e-6;
        const FlowLatency flow(unit, lengths, 0, 1, false, 0, 0);
        for (const double load : {0.2, 0.5, 0.8}) {
            const FlowPoint point = flow.at(1, load / service);
            EXPECT_NEAR((point.total_mean - point.ttft_mean) /
                            mg1_ps_time(load / service, service, service),
                        1, 1e-6);
            EXPECT_NEAR(point.tpot_mean, 1e-6 / (1 - load), 1e-11);
            EXPECT_NEAR(point.batch, load / (1 - load), 1e-5);
            EXPECT_LT(point.ttft_mean, 1e-6 / (1 - load));  // the rest of an iteration
        }
    }
}

TEST(FlowLatency, OfAnIdleUnitIsTheWorkAlone) {
    const FlowLatency flow(some_unit(), std::vector<Length>{{1000, 201}}, 0, 1, false, 0, 0);
    const FlowPoint idle = flow.idle();
    EXPECT_NEAR(idle.ttft_mean, 0.0714, 1e-6);
    EXPECT_NEAR(idle.tpot_mean, 0.0211, 1e-6);
    EXPECT_NEAR(idle.total_mean, 0.0714 + 200 * 0.0211, 1e-4);
    EXPECT_NEAR(idle.ttft_p95, 0.0714, 0.0005);
}

TEST(FlowLatency, IsInfiniteWhenOverloaded) {
    const FlowLatency flow(some_unit(), std::vector<Length>{{1000, 201}}, 0, 1, false, 1, 1);
    EXPECT_TRUE(std::isinf(flow.at(1, flow.capacity()).ttft_p50));
    EXPECT_TRUE(std::isinf(flow.at(2, 2.1 * flow.capacity()).total_mean));
    EXPECT_TRUE(std::isinf(flow.at(0, 1).ttft_mean));
    EXPECT_EQ(flow.at(1, 2 * flow.capacity()).in_slo, 0);
    EXPECT_NEAR(flow.at(1, 2 * flow.capacity()).utilisation, 2, 1e-12);
    EXPECT_TRUE(std::isfinite(flow.at(1, 0.9999 * flow.capacity()).total_p99));
    EXPECT_EQ(flow.units_for(10.5 * flow.capacity(), 0, 0, 1000), 11U);
    EXPECT_EQ(flow.units_for(10.5 * flow.capacity(), 0, 0, 5), 5U);
}

TEST(FlowLatency, NeverImprovesWithLoadAndNeverWorsensWithUnits) {
    const std::vector<Length> lengths{{200, 50}, {1000, 200}, {8000, 400}};
    for (const bool shared : {false, true}) {
        const FlowLatency flow(some_unit(), lengths, 0, 1.5, shared, 2, 0.05);
        FlowPoint before;
        before.in_slo = 1;
        for (int i = 1; i < 100; ++i) {
            const FlowPoint point = flow.at(3, i * 0.03 * flow.capacity());
            EXPECT_GE(point.ttft_p95, before.ttft_p95 * 0.99) << i;
            EXPECT_GE(point.ttft_mean, before.ttft_mean * 0.999) << i;
            EXPECT_GE(point.total_p99, before.total_p99 * 0.97) << i;
            EXPECT_LE(point.in_slo, before.in_slo + 0.01) << i;
            EXPECT_LE(flow.at(4, i * 0.03 * flow.capacity()).ttft_p95, point.ttft_p95 * 1.01) << i;
            before = point;
        }
        const std::uint32_t enough = flow.units_for(20, 3, 0.06, 1000);
        EXPECT_LE(flow.at(enough, 20).ttft_p95, 3);
        EXPECT_GT(
            std::max(flow.at(enough - 1, 20).ttft_p95 / 3, flow.at(enough - 1, 20).tpot_p95 / 0.06),
            1);
    }
}

struct Mix {
    std::string name;
    std::vector<Length> lengths;
    std::size_t runs = 2;
    double tolerance = 0.15;  // of the wait
};

std::vector<Length> lognormal(double mu_in, double sigma_in, double mu_out, double sigma_out) {
    const auto normal = [](std::uint32_t stream, std::uint32_t k) {  // Box and Muller
        return std::sqrt(-2 * std::log(twin::uniform(9, stream, k))) *
               std::cos(2 * M_PI * twin::uniform(9, stream + 1, k));
    };
    std::vector<Length> lengths;
    for (std::uint32_t k = 0; k < 1000; ++k) {
        lengths.push_back(
            {1 + static_cast<std::uint32_t>(std::exp(mu_in + sigma_in * normal(10, k))),
             1 + static_cast<std::uint32_t>(std::exp(mu_out + sigma_out * normal(12, k)))});
    }
    return lengths;
}

// Short chats (Azure 2023), documents, requests that are all alike, and prompts as uneven as those
// of the Mooncake trace, whose waits take millions of requests to settle.
std::vector<Mix> mixes() {
    return {{"chat", lognormal(6.63, 0.99, 5.02, 0.86)},
            {"documents", lognormal(9.0, 0.7, 5.34, 1.0)},
            {"alike", {{1000, 200}}},
            {"uneven", lognormal(8.77, 1.2, 5.34, 1.0), 4, 0.2}};
}

twin::Seen play(const UnitModel& unit, const Mix& mix, double rate, std::size_t count,
                std::size_t runs, double places) {
    twin::Unit twin;
    twin.prefill = [&](double tokens) {
        return 1e-9 *
               static_cast<double>(time_at(unit.prefill, static_cast<std::uint64_t>(tokens)));
    };
    twin.decode = [&](double answers) {
        return 1e-9 *
               static_cast<double>(time_at(unit.decode, static_cast<std::uint64_t>(answers)));
    };
    twin.context = static_cast<double>(unit.context_cost) / (1 << 20) * 1e-9;
    twin.batch_limit = unit.batch_limit;
    twin.kv_tokens = static_cast<double>(unit.kv_tokens);
    twin.full_batch = places;
    std::vector<std::pair<double, double>> lengths;
    for (const Length& each : mix.lengths) {
        lengths.emplace_back(each.tokens_in, each.tokens_out);
    }
    twin::Seen all;
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        const twin::Seen one =
            twin::serve(twin, twin::poisson(rate, count, lengths, seed), count / 20);
        all.ttft.insert(all.ttft.end(), one.ttft.begin(), one.ttft.end());
        all.tpot.insert(all.tpot.end(), one.tpot.begin(), one.tpot.end());
        all.total.insert(all.total.end(), one.total.begin(), one.total.end());
        all.busy += one.busy / static_cast<double>(runs);
        all.batch += one.batch / static_cast<double>(runs);
        all.used += one.used / static_cast<double>(runs);
    }
    return all;
}

void expect_near(double got, double expected, double tolerance, const std::string& what) {
    EXPECT_NEAR(got / expected, 1, tolerance) << what;
}

class FlowAgainstTwin : public testing::TestWithParam<int> {};

TEST_P(FlowAgainstTwin, AgreesAtEveryLoad) {
    const Mix mix = mixes()[static_cast<std::size_t>(GetParam())];
    const UnitModel unit = some_unit();
    const FlowLatency flow(unit, mix.lengths, 0, 1, false, 0, 0);
    for (const double load : {0.2, 0.4, 0.6, 0.8}) {
        const double rate = load * flow.capacity();
        const twin::Seen seen = play(unit, mix, rate, 50'000, mix.runs, 16);
        const FlowPoint point = flow.at(1, rate);
        const std::string where = mix.name + " at " + std::to_string(load) + ": ";
        expect_near(point.utilisation, seen.used, 0.01, where + "utilisation");
        expect_near(point.busy, seen.busy, 0.01, where + "busy");
        expect_near(point.batch, seen.batch, 0.05, where + "batch");
        expect_near(point.ttft_p95, seen.quantile(seen.ttft, 0.95), mix.tolerance,
                    where + "TTFT p95");
        expect_near(point.ttft_mean, seen.mean(seen.ttft), mix.tolerance, where + "TTFT mean");
        expect_near(point.total_mean, seen.mean(seen.total), 0.06, where + "total mean");
        expect_near(point.total_p95, seen.quantile(seen.total, 0.95), 0.1, where + "total p95");
        expect_near(point.tpot_p50, seen.quantile(seen.tpot, 0.5), 0.15, where + "TPOT p50");
    }
}

INSTANTIATE_TEST_SUITE_P(Mixes, FlowAgainstTwin, testing::Range(0, 4));

// A large batch, memory that holds less than the batch, reading of the context: chats.
TEST(FlowAgainstTwinOfALargeUnit, AgreesWhereMemoryIsTheLimit) {
    UnitModel unit = some_unit();
    unit.batch_limit = 256;
    unit.kv_tokens = 250'000;
    unit.context_cost = 28;
    const Mix mix = mixes()[0];
    const FlowLatency flow(unit, mix.lengths, 0, 1, false, 0, 0);
    for (const double load : {0.4, 0.8}) {
        const double rate = load * flow.capacity();
        const twin::Seen seen = play(unit, mix, rate, 40'000, 2, 1);
        const FlowPoint point = flow.at(1, rate);
        // Requests of different sizes fill memory worse than equal ones; the queue is told too
        // short.
        expect_near(point.ttft_p95, seen.quantile(seen.ttft, 0.95), load < 0.5 ? 0.05 : 0.35,
                    "TTFT p95");
        expect_near(point.tpot_p95, seen.quantile(seen.tpot, 0.95), 0.15, "TPOT p95");
        expect_near(point.batch, seen.batch, 0.05, "batch");
    }
}

}  // namespace
}  // namespace tidepool::model
