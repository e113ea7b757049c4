// The catalogue of measured units against what was published, rows that the fit has not seen, and
// ratios of chips.
#include "sim/model/serving_catalog.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/model/service_capacity.h"
#include "sim/model/serving_rows.h"

namespace tidepool::model {
namespace {

ServingUnit unit_of(const std::string& model, const std::string& gpu, std::int64_t gpus = 0) {
    UnitProblem problem;
    const auto unit = serving_unit(model, gpu, gpus, problem);
    EXPECT_TRUE(unit) << problem.key << ": " << problem.problem;
    return unit.value_or(ServingUnit{});
}

double prompt_seconds(const ServingUnit& unit, std::uint64_t tokens) {
    return 1e-9 * static_cast<double>(time_at(unit.unit.prefill, tokens));
}

double iteration(const ServingUnit& unit, std::uint64_t batch) {
    return 1e-9 * static_cast<double>(time_at(unit.unit.decode, batch));
}

TEST(Fit, FindsCostsThatRowsWereMadeFrom) {
    const ServingFit truth{50e-6, 0.02, 80e-6, 30e-12};
    const ServingShape shape{0.02, 256, 400'000};
    std::vector<ThroughputRow> rows;
    for (const auto& [in, out] :
         {std::pair{100U, 100U}, {100U, 2000U}, {2000U, 100U}, {2000U, 2000U}, {20'000U, 500U}}) {
        const double places = std::min(256.0, 400'000.0 / (in + out) - 0.5);
        const double steps = out - 1;
        const double time = in * truth.prompt + steps * (truth.answer + truth.step / places) +
                            truth.context * steps * (in + out / 2.0);
        rows.push_back({in, out, out / time});
    }
    const ServingFit fit = fit_serving(rows, shape);
    EXPECT_NEAR(fit.prompt / truth.prompt, 1, 1e-6);
    EXPECT_NEAR(fit.answer / truth.answer, 1, 1e-6);
    EXPECT_NEAR(fit.context / truth.context, 1, 1e-6);
    EXPECT_NEAR(worst_row(fit, rows, shape).error, 0, 1e-9);
}

TEST(Fit, HasNoNegativeCosts) {
    // Longer prompts that come out faster than shorter ones would want a negative cost. Without
    // one, relative errors of answers alone: x = sum(t / y) / sum(t^2 / y^2), t = 99 in each row.
    const std::vector<ThroughputRow> rows{{100, 100, 1000}, {1000, 100, 1100}, {4000, 100, 1200}};
    const ServingFit fit = fit_serving(rows, {0, 256, 0});
    EXPECT_EQ(fit.prompt, 0);
    EXPECT_EQ(fit.context, 0);
    EXPECT_NEAR(fit.answer, (10.0 + 11 + 12) / (100 + 121 + 144) / 99, 1e-12);
}

// Every row predicted from the other nine, over 8 measured units: mean error, and the worst.
TEST(Fit, PredictsRowsThatItHasNotSeen) {
    double sum = 0;
    double worst = 0;
    int count = 0;
    for (const MeasuredUnit& measured : measured_units()) {
        if (measured.rows.empty()) {
            continue;
        }
        const ServingUnit unit =
            unit_of(std::string(measured.model), std::string(measured.gpu), measured.gpus);
        const ServingShape shape{0.9 * (iteration(unit, 1)), measured.batch_limit,
                                 static_cast<double>(unit.unit.kv_tokens)};
        for (std::size_t out = 0; out < measured.rows.size(); ++out) {
            std::vector<ThroughputRow> others = measured.rows;
            const ThroughputRow row = others[out];
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(out));
            const double error =
                throughput(fit_serving(others, shape), shape, row.tokens_in, row.tokens_out) /
                    row.tokens_per_second -
                1;
            sum += std::abs(error);
            worst = std::max(worst, std::abs(error));
            ++count;
        }
    }
    EXPECT_EQ(count, 80);
    EXPECT_LT(sum / count, 0.05);
    EXPECT_LT(worst, 0.15);
}

TEST(Catalogue, ReproducesThePublishedThroughputs) {
    for (const MeasuredUnit& measured : measured_units()) {
        const ServingUnit unit =
            unit_of(std::string(measured.model), std::string(measured.gpu), measured.gpus);
        EXPECT_FALSE(unit.scaled);
        for (const ThroughputRow& row : measured.rows) {
            const double got =
                row.tokens_out / unit_seconds(unit.unit, row.tokens_in, row.tokens_out, 0);
            EXPECT_NEAR(got / row.tokens_per_second, 1, 0.16)
                << unit.model << " on " << unit.gpu << ", " << row.tokens_in << " in, "
                << row.tokens_out << " out";
        }
    }
    // A node of H800: 73.7 k prompt tokens/s, 56.3 % cached, or 14.8 k answers.
    const ServingUnit node = unit_of("deepseek-v3", "h800");
    EXPECT_NEAR(1 / prompt_seconds(node, 1) / (1 - 0.563), 73'700, 100);
    EXPECT_NEAR(705 / iteration(node, 705), 14'800, 10);
    EXPECT_NEAR(1 / iteration(node, 705), 21, 1);  // tokens/s per user
}

// ms, with the standard deviation of the runs where the table has one.
TEST(Catalogue, HasTheTimesOfSplitwise) {
    struct Row {
        const char *model, *gpu;
        std::vector<std::pair<std::uint64_t, double>> prompts, iterations;
    };
    const Row rows[] = {
        {"llama2-70b",
         "h100",
         {{512, 56.7}, {1024, 78.3}, {2048, 136.6}, {4096, 378}, {16384, 1550}, {32768, 2942}},
         {{1, 29.7}, {8, 32.4}, {32, 38.9}, {64, 50.0}}},
        {"llama2-70b",
         "a100",
         {{512, 95.7}, {1024, 154.6}, {2048, 274.2}, {4096, 765}, {16384, 3529}, {32768, 7635}},
         {{1, 44.9}, {8, 46.5}, {32, 53.2}, {64, 71.3}}},
        {"bloom-176b", "h100", {{512, 75.9}}, {{1, 36.0}}},
        {"bloom-176b", "a100", {{512, 174.0}}, {{1, 48.8}}},
    };
    for (const Row& row : rows) {
        const ServingUnit unit = unit_of(row.model, row.gpu);
        EXPECT_EQ(unit.gpus, 8);
        for (const auto& [tokens, ms] : row.prompts) {
            EXPECT_NEAR(1e3 * prompt_seconds(unit, tokens), ms, ms < 300 ? 0.06 : 0.6) << tokens;
        }
        for (const auto& [batch, ms] : row.iterations) {
            EXPECT_NEAR(1e3 * iteration(unit, batch), ms, 0.06) << batch;
        }
        for (std::uint64_t n = 1; n < 100; ++n) {
            EXPECT_LE(iteration(unit, n), iteration(unit, n + 1)) << n;
            EXPECT_LE(prompt_seconds(unit, 400 * n), prompt_seconds(unit, 400 * n + 400)) << n;
        }
    }
    // Decode throughput at a batch of 64.
    EXPECT_NEAR(64 / iteration(unit_of("llama2-70b", "h100"), 64), 1280, 1);
    EXPECT_NEAR(64 / iteration(unit_of("llama2-70b", "a100"), 64), 898, 1);
}

TEST(Catalogue, CoversTheModelsAndGpusThatPeopleAskFor) {
    std::set<std::string> pairs;
    for (const ServingUnit& unit : serving_units()) {
        EXPECT_TRUE(pairs.insert(unit.model + " " + unit.gpu).second);
        EXPECT_TRUE(check_unit(unit.unit).empty()) << unit.model << " on " << unit.gpu;
        EXPECT_GT(unit.unit.kv_tokens, 10'000U) << unit.model << " on " << unit.gpu;
        EXPECT_EQ(unit.source.starts_with("scaled from "), unit.scaled) << unit.source;
        const std::int64_t one_more = unit.gpus + 1;
        EXPECT_TRUE(unit_of(unit.model, unit.gpu, one_more).scaled);
    }
    for (const char* model : {"llama-3.1-8b", "llama-3.3-70b", "llama-3.1-405b", "deepseek-v3"}) {
        for (const char* gpu : {"h100", "h200", "h20", "h800", "a100", "b200"}) {
            EXPECT_TRUE(pairs.contains(std::string(model) + " " + gpu)) << model << " on " << gpu;
        }
    }
}

TEST(Catalogue, ScalesAsChipsDo) {  // H20: HBM 4.0 / 3.35, FP8 296 / 1979 of an H800
    const ServingUnit h800 = unit_of("deepseek-v3", "h800");
    const ServingUnit h20 = unit_of("deepseek-v3", "h20");
    EXPECT_TRUE(h20.scaled);
    EXPECT_NEAR(prompt_seconds(h800, 1 << 16) / prompt_seconds(h20, 1 << 16), 0.15, 0.001);
    EXPECT_NEAR(iteration(h800, 705) / iteration(h20, 705), 1.2, 0.01);
    // Twice the GPUs: half the times.
    const ServingUnit two = unit_of("llama-3.3-70b", "h100");
    const ServingUnit four = unit_of("llama-3.3-70b", "h100", 4);
    EXPECT_TRUE(four.scaled && !two.scaled);
    EXPECT_NEAR(prompt_seconds(two, 4096) / prompt_seconds(four, 4096), 2, 1e-6);
    EXPECT_NEAR(iteration(two, 256) / iteration(four, 256), 2, 1e-6);
    // A100 computes in BF16: twice the bytes.
    EXPECT_NEAR(unit_of("llama-3.3-70b", "a100").weights / two.weights, 2, 1e-12);
    EXPECT_NEAR(unit_of("llama-3.3-70b", "a100").kv_bytes / two.kv_bytes, 2, 1e-12);
}

TEST(Catalogue, NamesWhatItKnowsInsteadOfGuessing) {
    UnitProblem problem;
    EXPECT_FALSE(serving_unit("llama-3.3-71b", "h100", 0, problem));
    EXPECT_EQ(problem.key, "model");
    EXPECT_EQ(problem.hint, "did you mean 'llama-3.3-70b'?");
    EXPECT_FALSE(serving_unit("gpt", "h100", 0, problem));
    EXPECT_EQ(problem.hint,
              "known are llama-3.1-8b, llama-3.3-70b, llama-3.1-405b, deepseek-v3, llama2-70b, "
              "bloom-176b");
    EXPECT_FALSE(serving_unit("bloom-176b", "b200", 0, problem));
    EXPECT_EQ(problem.key, "gpu");
    EXPECT_EQ(problem.problem, "has no speed for bloom-176b (got 'b200')");
    EXPECT_EQ(problem.hint, "known are h100, a100");
    EXPECT_FALSE(serving_unit("llama-3.1-405b", "h100", 5, problem));
    EXPECT_EQ(problem.key, "gpus");
    EXPECT_EQ(problem.hint, "it takes at least 6 of h100");  // 405.9 / (0.9 * 80) = 5.6
}

}  // namespace
}  // namespace tidepool::model
