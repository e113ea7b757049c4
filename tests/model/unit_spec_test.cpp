// Units as people write them: the integers they become, by hand; everything wrong with one at once.
#include "sim/model/unit_spec.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/config/read.h"
#include "sim/model/fleet_size.h"

namespace tidepool::model {
namespace {

UnitSpec spec_of(const std::string& yaml) {
    Issues issues;
    auto spec = config::read<UnitSpec>(config::parse_yaml(yaml, "unit.yaml", issues), "", issues);
    for (const Issue& each : issues.list()) {
        ADD_FAILURE() << to_string(each);
    }
    return spec;
}

UnitModel unit_of(const std::string& yaml) {
    std::vector<UnitProblem> problems;
    UnitModel unit = compile_unit(spec_of(yaml), problems);
    EXPECT_TRUE(problems.empty());
    return unit;
}

std::string complaints(const std::string& yaml) {
    Issues issues;
    config::read<UnitSpec>(config::parse_yaml(yaml, "u", issues), "", issues);
    std::string text;
    for (const Issue& each : issues.list()) {
        text += to_string(each) + "\n";
    }
    return text;
}

TEST(UnitSpec, BecomesIntegers) {
    const UnitModel unit = unit_of(
        "{gpus: 8, prefill: 32 ktok/s, decode: 2.9 ktok/s, batch: 64, step: 20 ms,"
        " kv_memory: 160 GB, kv_bytes_per_token: 160 kB, context_cost: 0.5 ns, chunk: 2048}");
    EXPECT_EQ(time_at(unit.prefill, 32'000), 1'000'000'000U);
    EXPECT_EQ(time_at(unit.decode, 1), 20'000'000U);
    EXPECT_EQ(time_at(unit.decode, 64), 22'068'966U);  // 64 / 2900 s
    EXPECT_EQ(unit.batch_limit, 64U);
    EXPECT_EQ(unit.kv_tokens, 1'000'000U);
    EXPECT_EQ(unit.context_cost, 1U << 19U);
    EXPECT_EQ(unit.chunk, 2048U);
}

TEST(UnitSpec, IsMemoryBoundUnlessItSaysOtherwise) {
    const UnitModel unit = unit_of("{decode: 1 ktok/s, batch: 50}");
    EXPECT_TRUE(unit.prefill.empty());
    for (const std::uint64_t batch : {1U, 7U, 50U}) {
        EXPECT_EQ(time_at(unit.decode, batch), 50'000'000U);
    }
    EXPECT_EQ(unit_of("{decode: 1 ktok/s, batch: 1}").decode, (TimeTable{{1, 1'000'000}}));
}

TEST(UnitSpec, TakesTables) {
    const UnitModel unit = unit_of(
        "{prefill_table: [[512, 56.7], [1024, 78.3]], decode_table: [[1, 29.7], [64, 50]], "
        "batch: 64, kv_tokens: 5000}");
    EXPECT_EQ(unit.prefill, (TimeTable{{512, 56'700'000}, {1024, 78'300'000}}));
    EXPECT_EQ(unit.decode, (TimeTable{{1, 29'700'000}, {64, 50'000'000}}));
    EXPECT_EQ(unit.kv_tokens, 5000U);
}

TEST(UnitSpec, AppliesFactors) {
    const std::string base = "prefill: 10 ktok/s, decode: 1 ktok/s, batch: 10";
    const UnitModel plain = unit_of("{" + base + "}");
    const UnitModel fast = unit_of("{" + base + ", speed: {prefill: 2, decode: 4}}");
    EXPECT_EQ(time_at(fast.prefill, 1 << 20), time_at(plain.prefill, 1 << 20) / 2);
    EXPECT_EQ(time_at(fast.decode, 10), 2'500'000U);
    // 10 ms become 11 ms for 2.2 tokens: 5 ms per token.
    const UnitModel guessing =
        unit_of("{" + base + ", speculation: {tokens_per_step: 2.2, cost: 10 %}}");
    EXPECT_EQ(time_at(guessing.decode, 10), 5'000'000U);
    EXPECT_EQ(guessing.prefill, plain.prefill);
}

TEST(UnitSpec, DividesIntoWorkers) {
    const UnitModel unit = unit_of(
        "{prefill: 10 ktok/s, decode: 1 ktok/s, batch: 10, gpus: 4, kv_bytes_per_token: 70 kB,"
        " disaggregation: {prefill_workers: 3, decode_workers: 1, transfer: 50 GB/s, "
        "latency: 2 ms}}");
    EXPECT_EQ(unit.prefill_workers, 3U);
    EXPECT_EQ(unit.decode_workers, 1U);
    EXPECT_EQ(unit.transfer_ns, 2'000'000U);
    EXPECT_EQ(unit.transfer_ns_per_token, 1'468'006'400U);  // 1.4 us * 2^20
    EXPECT_EQ(
        gpus_of(spec_of(
            "{prefill: 1 ktok/s, decode: 1 tok/s, batch: 1, gpus: 4, kv_bytes_per_token: 1 B, "
            "disaggregation: {prefill_workers: 3, decode_workers: 1, "
            "transfer: 1 GB/s}}")),
        16);
}

TEST(UnitSpec, GoesByTheCatalogue) {
    const UnitSpec spec = spec_of("{model: llama-3.3-70b, gpu: h100}");
    std::vector<UnitProblem> problems;
    EXPECT_EQ(compile_unit(spec, problems).batch_limit, 256U);
    EXPECT_EQ(gpus_of(spec), 2);
    EXPECT_NEAR(weights_of(spec).value, 70.55e9, 1);
    EXPECT_EQ(unit_of("{model: llama-3.3-70b, gpu: h100, batch: 32, kv_tokens: 99}").batch_limit,
              32U);
    EXPECT_EQ(weights_of(spec_of("{model: llama-3.3-70b, gpu: h100, weights: 1 GB}")), Bytes{1e9});
    EXPECT_EQ(gpus_of(spec_of("{decode: 1 tok/s, batch: 1}")), 1);
    EXPECT_EQ(weights_of(spec_of("{decode: 1 tok/s, batch: 1}")), Bytes{0});
}

TEST(UnitSpec, ReportsEverythingThatIsWrong) {
    EXPECT_EQ(complaints("{}"),
              "u:1:1: decode: is missing, give a rate, a table, or model and gpu\n"
              "u:1:1: batch: is missing, how many requests may be in the batch?\n");
    EXPECT_EQ(complaints("{model: llama-3.3-70b, gpu: h1000, prefill: 1 tok/s}"),
              "u:1:45: prefill: says the speed a second time, leave it out, or `model`\n"
              "u:1:29: gpu: has no speed for llama-3.3-70b (got 'h1000'), did you mean 'h100'?\n");
    EXPECT_EQ(complaints("{decode: 1 ktok/s, batch: 10, step: 20 ms}"),
              "u:1:37: step: is longer than an iteration of the full batch, batch / decode is "
              "10.000000 ms\n");
    EXPECT_EQ(complaints("{decode_table: [[1, 5], [2]], batch: 2}"),
              "u:1:16: decode_table: has a row that is no pair of a count and a time in ms, write "
              "[[512, 56.7], [1024, 78.3]]\n");
    EXPECT_EQ(complaints("{decode_table: [[1, 5], [2, 4]], batch: 2}"),
              "u:1:16: decode_table: takes less time for more, times never fall\n");
    EXPECT_EQ(complaints("{decode: 1 tok/s, batch: 1, kv_memory: 1 GB, kv_tokens: 5, "
                         "cold_start: 1 s, start: {load: 1 GB/s, storage: disk}}"),
              "u:1:40: kv_memory: says it a second time, leave out kv_tokens, or this\n"
              "u:1:1: kv_bytes_per_token: is missing, how large is a token's KV cache?\n"
              "u:1:84: start: says it a second time, leave out cold_start, or this\n"
              "u:1:84: start: loads the weights twice, give load, or storage\n");
    EXPECT_NE(complaints("{decode: 1 ktok, batch: 1}").find("unknown unit 'ktok'"),
              std::string::npos);
}

TEST(FleetSize, IsThePlannersLine) {  // 1.4e9 visits a month, 10 questions, 1,000 tokens
    const TokensPerSecond chat = token_demand(1.4e9, 10, 1000, Seconds{30 * 86400.0});
    EXPECT_NEAR(chat.value, 5.401e6, 500);
    const auto a100s = [](TokensPerSecond demand, double parameters) {
        return gpus_for_tokens(demand, parameters, 2, FlopPerSecond{624e12}, Fraction{0.45});
    };
    EXPECT_NEAR(a100s(chat, 175e9), 6732, 0.5);
    const TokensPerSecond search = token_demand(30e9, 10, 1000, Seconds{30 * 86400.0});
    EXPECT_NEAR(a100s(search, 280e9), 231e3, 500);
    // More than 700,000 of them need 3,033 tokens per answer, and no fewer.
    EXPECT_GT(a100s(token_demand(30e9, 10, 3033, Seconds{30 * 86400.0}), 280e9), 700e3);
    EXPECT_LT(a100s(token_demand(30e9, 10, 3032, Seconds{30 * 86400.0}), 280e9), 700e3);
}

}  // namespace
}  // namespace tidepool::model
