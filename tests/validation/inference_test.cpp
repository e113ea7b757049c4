// Inference through the whole program, against published numbers and against each other.

#include <cmath>

#include <gtest/gtest.h>

#include "tests/validation/services.h"

namespace tidepool::validation {
namespace {

// DeepSeek, 27 and 28 February 2025 (open-infra-index, day 6): 226.75 nodes of eight H800 in the
// mean, 278 at the peak; the steps add up to 5,442 node-hours.
TEST(DeepseekDay, HoldsThePublishedNodes) {
    const model::Ledger ledger = serve_shipped("deepseek-day");
    const model::Totals t = model::totals(ledger);
    EXPECT_EQ(t.services.held, std::uint64_t{5442} * 8 * 3600 * 16);
    EXPECT_DOUBLE_EQ(model::gpu_hours(t.services.held), 43'536);
    EXPECT_EQ(t.services.units_max, 278U);
    EXPECT_DOUBLE_EQ(model::gpu_hours(t.services.freed), 9'840);  // 1,230 node-hours
    EXPECT_NEAR(9'840.0 / (278 * 24 * 8), 0.184, 0.0005);
    // 608e9 and 168e9 tokens, to the rounding of the rate given.
    EXPECT_NEAR(static_cast<double>(t.services.flow.offered.tokens_out), 168e9, 168e9 * 1e-6);
    EXPECT_NEAR(static_cast<double>(t.services.flow.offered.tokens_in), 608e9, 608e9 * 1e-4);
    EXPECT_NEAR(static_cast<double>(t.services.flow.cached_tokens) /
                    static_cast<double>(t.services.flow.served.tokens_in),
                0.5625, 1e-6);
}

std::string service(const std::string& fidelity, const std::string& demand, const std::string& unit,
                    int units, const std::string& horizon) {
    return "tidepool: 1\nname: one-service\nhorizon: " + horizon +
           "\nseed: 4\ntopology: {clusters: [{name: a, server: hgx-h100, nodes: 64}]}\n"
           "failures: {}\nservices:\n  - name: s\n    fidelity: " +
           fidelity + "\n    unit: " + unit + "\n    demand: " + demand +
           "\n    routing: random\n    autoscale: {rule: fixed, every: 60 s, units: [" +
           std::to_string(units) + ", " + std::to_string(units) +
           "]}\n    slo: {ttft_p95: 2 s, tpot_p95: 50 ms}\n";
}

const std::string kUnit = "{model: llama-3.3-70b, gpu: h100, gpus: 2, batch: 256}";

// Patel et al., ISCA 2024: the conversation trace of Azure's LLM service, 2023.
TEST(AzureConversation, IsReplayedToTheToken) {
    const model::Ledger ledger = serve_text(
        service("requests",
                "{format: azure-llm, file: " + shipped("azure-llm-2023-conversation.csv.gz") + "}",
                kUnit, 4, "2 h"));
    const model::ServiceFlow flow = model::totals(ledger).services.flow;
    EXPECT_EQ(flow.offered.requests, 19'366U);
    EXPECT_EQ(flow.offered.tokens_in, 22'361'870U);
    EXPECT_EQ(flow.offered.tokens_out, 4'088'665U);
    EXPECT_EQ(flow.served, flow.offered);
}

// Mooncake (FAST'25), first 40 minutes: 194,284 blocks, of which 126,103 distinct, so that an
// endless cache, empty at the start, finds 35.1 %. One after the other: of requests that come at
// the same time, each has to compute what they share.
TEST(MooncakeConversation, FindsEveryBlockButItsFirst) {
    const std::string demand =
        "{format: mooncake, file: " + shipped("mooncake-conversation.jsonl.gz") + "}";
    const model::Ledger ledger = serve_text(
        service("requests", demand, "{gpus: 8, decode: 1000 Mtok/s, batch: 1}", 1, "1 h") +
        "    cache: {}\n");
    const model::ServiceLedger& s = ledger.services.at(0).flow;
    EXPECT_EQ(s.cache_lookups, 194'284U);
    EXPECT_EQ(s.cache_hits, 194'284U - 126'103U);
}

// The two fidelities on the same units, where what the closed form assumes holds: routing at
// random, a batch limit that is not reached, stationary within a bin.
void expect_agreement(const std::string& demand, int units, const std::string& horizon,
                      double least_utilisation) {
    const model::Totals flow =
        model::totals(serve_text(service("flow", demand, kUnit, units, horizon)));
    const model::Totals one_by_one =
        model::totals(serve_text(service("requests", demand, kUnit, units, horizon)));
    const auto utilisation = [](const model::Totals& t) {
        return t.services.work_gpu_ns / t.services.ready_gpu_ns;
    };
    EXPECT_GT(utilisation(one_by_one), least_utilisation);
    EXPECT_NEAR(utilisation(flow) / utilisation(one_by_one), 1, 0.01);
    EXPECT_NEAR(flow.services.ttft.p95 / one_by_one.services.ttft.p95, 1, 0.15)
        << flow.services.ttft.p95 << " s against " << one_by_one.services.ttft.p95 << " s";
}

TEST(Fidelities, AgreeOnAzuresConversation) {
    expect_agreement(
        "{format: azure-llm, file: " + shipped("azure-llm-2023-conversation.csv.gz") + "}", 2,
        "3500 s", 0.25);
}

TEST(Fidelities, AgreeOnChat) {
    expect_agreement(
        "{tide: {base: 40 /s}, lengths: {in: {exponential: 1155}, out: {exponential: 211}}}", 8,
        "4 h", 0.4);
}

TEST(Fidelities, AgreeOnLongPrompts) {
    expect_agreement(
        "{tide: {base: 6 /s}, lengths: {in: {lognormal: [8.5, 0.8]}, out: {exponential: 300}}}", 8,
        "8 h", 0.3);
}

}  // namespace
}  // namespace tidepool::validation
