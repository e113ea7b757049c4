// The rules of docs/inference.md one by one, in cases that can be computed on paper.

#include <gtest/gtest.h>

#include "tests/serving/given_requests.h"

namespace tidepool::serving {
namespace {

// One unit from 0, times in ns, no limits; an answer token takes 10.
TwinCase one_unit() {
    TwinCase asked;
    asked.rules.unit.decode = {{1, 10}};
    asked.rules.unit.batch_limit = 8;
    asked.changes = {{0, 0, UnitEvent::kReady}};
    asked.end = asked.bin = 1'000'000;
    return asked;
}

// The only latency of a class, from its bucket: below 128 ns buckets are single nanoseconds.
std::uint64_t ttft(const model::ServiceLedger& ledger, std::size_t of = 0) {
    EXPECT_EQ(ledger.classes[of].latencies.ttft.count(), 1U);
    return ledger.classes[of].latencies.ttft.quantile(1000);
}
std::uint64_t total(const model::ServiceLedger& ledger, std::size_t of = 0) {
    EXPECT_EQ(ledger.classes[of].latencies.total.count(), 1U);
    return ledger.classes[of].latencies.total.quantile(1000);
}

TEST(WithoutPromptTimes, NTokensTakeNIterations) {
    TwinCase asked = one_unit();
    asked.requests = {{0, 1000, 7, 0, {}}};
    EXPECT_EQ(ttft(replay(asked)), 10U);
    EXPECT_EQ(total(replay(asked)), 70U);
    EXPECT_EQ(replay(asked).classes[0].latencies.tpot.quantile(500), 10U);
}

TEST(WholePrompts, LetAnswersStandStill) {
    TwinCase asked = one_unit();
    asked.rules.unit.prefill = {{4, 20}, {8, 30}};
    asked.classes = {"", "late"};
    // First token at 20 (4 tokens), then 30, [35: the other arrives]; its prompt of 6 tokens takes
    // 25 from the boundary at 40: 65; then both get a token at 75 and 85.
    asked.requests = {{0, 4, 5, 0, {}}, {35, 6, 3, 1, {}}};
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ttft(ledger, 0), 20U);
    EXPECT_EQ(total(ledger, 0), 85U);
    EXPECT_EQ(ttft(ledger, 1), 30U);
    EXPECT_EQ(total(ledger, 1), 50U);
    EXPECT_EQ(ledger.bins[0].busy_ns, 85U);
    // Work: prompts 20 + 25; a full batch of 8 takes 10 as well, so 8 tokens take 10: each rounded,
    // 20 + 5 * 10 / 8 = 26.25 and 25 + 3 * 10 / 8 = 28.75.
    EXPECT_EQ(ledger.bins[0].work_ns, 26U + 29U);
}

TEST(Chunks, AreComputedBesideAnswers) {
    TwinCase asked = one_unit();
    asked.rules.unit.prefill = {{0, 0}, {10, 10}};
    asked.rules.unit.chunk = 5;
    asked.classes = {"", "late"};
    // 5 of 8 prompt tokens by 5; the other 3 and 2 of the late one's 4 by 10 (it came at 3, no
    // answers yet): first token at 10. Then 10 + 2 by 22: the late one's first token, and the
    // second of the first. Both go on at 32.
    asked.requests = {{0, 8, 3, 0, {}}, {3, 4, 2, 1, {}}};
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ttft(ledger, 0), 10U);
    EXPECT_EQ(ttft(ledger, 1), 19U);
    EXPECT_EQ(total(ledger, 0), 32U);
    EXPECT_EQ(total(ledger, 1), 29U);
}

TEST(Context, CostsTimeForEveryTokenOfIt) {
    TwinCase asked = one_unit();
    asked.rules.unit.context_cost = 1U << 18U;  // a quarter of a nanosecond per token
    asked.requests = {{0, 5, 3, 0, {}}};
    // 3 * 10 + (5 + 6 + 7) / 4 = 34.5, rounded down; the first one 11.25.
    EXPECT_EQ(ttft(replay(asked)), 11U);
    EXPECT_EQ(total(replay(asked)), 34U);
}

TEST(Memory, IsPromptAndAnswerFromTheStart) {
    TwinCase asked = one_unit();
    asked.rules.unit.kv_tokens = 20;
    asked.classes = {"", "second", "third", "huge"};
    // 12 of 20 are taken until 40; the second needs 9 and waits, and so does the small third.
    asked.requests = {{0, 8, 4, 0, {}}, {1, 5, 4, 1, {}}, {2, 1, 1, 2, {}}, {3, 19, 2, 3, {}}};
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ttft(ledger, 1), 49U);
    EXPECT_EQ(ttft(ledger, 2), 48U);
    EXPECT_EQ(ledger.classes[3].flow.rejected.requests, 1U);
    EXPECT_EQ(ledger.queue_max, 2U);
}

TEST(Apart, PromptsAreHandedOver) {
    TwinCase asked = one_unit();
    asked.rules.unit.prefill = {{1, 50}};
    asked.rules.unit.prefill_workers = asked.rules.unit.decode_workers = 1;
    asked.rules.unit.transfer_ns = 3;
    asked.rules.unit.transfer_ns_per_token = 1U << 19U;  // half a nanosecond
    asked.requests = {{0, 8, 4, 0, {}}};
    EXPECT_EQ(ttft(replay(asked)), 50U);
    EXPECT_EQ(total(replay(asked)), 50U + 3 + 4 + 3 * 10);
    EXPECT_EQ(replay(asked).bins[0].busy_ns, 80U);
    // (50 + 4 * 10 / 8) / 2 workers = 27.5.
    EXPECT_EQ(replay(asked).bins[0].work_ns, 28U);
}

TEST(CachedBlocks, AreLoadedNotComputed) {
    TwinCase asked = one_unit();
    asked.rules.unit.prefill = {{0, 0}, {1, 10}};
    asked.rules.cache = {.blocks = 8, .shared = false, .load_ns_per_token = 1U << 20U};
    asked.block_tokens = 2;
    asked.classes = {"", "again"};
    // 6 tokens take 60; of the second prompt's 5 the first 4 are there: 10 + 4 * 1.
    asked.requests = {{0, 6, 1, 0, {1, 2, 3}}, {100, 5, 1, 1, {1, 2, 9}}};
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ttft(ledger, 0), 60U);
    EXPECT_EQ(ttft(ledger, 1), 14U);
    EXPECT_EQ(ledger.classes[1].flow.cached_tokens, 4U);
    EXPECT_EQ(ledger.cache_lookups, 6U);
    EXPECT_EQ(ledger.cache_hits, 2U);
    EXPECT_EQ(ledger.cache_evictions, 0U);
}

TEST(UnitThatIsGone, LetsItsRequestsBeginAgain) {
    TwinCase asked = one_unit();
    asked.rules.unit.prefill = {{1, 10}};
    asked.changes = {
        {0, 0, UnitEvent::kReady}, {35, 0, UnitEvent::kGone}, {45, 1, UnitEvent::kReady}};
    // A prompt of 7 and the tokens of 10, 20 and 30 are lost; it begins again at 45.
    asked.requests = {{0, 7, 5, 0, {}}};
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ledger.classes[0].flow.moved, 1U);
    EXPECT_EQ(ledger.classes[0].flow.lost_tokens, 7U + 3);
    EXPECT_EQ(ttft(ledger), 10U);
    EXPECT_EQ(total(ledger), 95U);
    EXPECT_EQ(ledger.bins[0].busy_ns, 35U + 50);
    EXPECT_EQ(ledger.bins[0].ready_ns, 35U + 1'000'000 - 45);
}

TEST(ClosingUnit, FinishesWhatItHas) {
    TwinCase asked = one_unit();
    asked.rules.unit.batch_limit = 1;
    asked.changes = {{0, 0, UnitEvent::kReady}, {5, 0, UnitEvent::kClosing}};
    asked.requests = {{0, 1, 2, 0, {}}, {1, 1, 2, 0, {}}, {6, 1, 2, 0, {}}};
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ledger.classes[0].flow.served.requests, 2U);
    EXPECT_EQ(ledger.classes[0].flow.unfinished.requests, 1U);
    EXPECT_EQ(ledger.bins[0].ready_ns, 5U);
}

TEST(BatchRequests, WaitForRoomUntilTheirDeadlineIsNear) {
    TwinCase asked = one_unit();
    asked.rules.unit.batch_limit = 2;
    asked.rules.batch_fill = 500;  // one of two places
    asked.rules.classes = {{"batch", 0, 50}, {"patient", 0, 500}, {"never", 0, 20}};
    asked.classes = {"", "batch", "patient", "never"};
    asked.requests = {{0, 1, 10, 0, {}}, {1, 1, 1, 1, {}}, {2, 1, 1, 2, {}}, {2, 1, 1, 3, {}}};
    asked.rules.unit.kv_tokens = 12;  // beside the first one there is room for nobody
    const model::ServiceLedger none = replay(asked);
    EXPECT_EQ(none.classes[3].flow.timed_out.requests, 1U);  // at 2 + 20 + 1
    EXPECT_EQ(none.classes[1].flow.timed_out.requests, 1U);  // near at 46 and sent, but no memory
    EXPECT_EQ(ttft(none, 2), 108U);                          // at 110
    asked.rules.unit.kv_tokens = 0;
    const model::ServiceLedger some = replay(asked);
    // "never" comes near at 20, joins at 20 and is there at 30, too late by 8 ns; the other one at
    // 46, joins at 50, is there at 60, late by 9; the patient one when the unit is empty at 100.
    EXPECT_EQ(ttft(some, 3), 28U);
    EXPECT_EQ(ttft(some, 1), 59U);
    EXPECT_EQ(ttft(some, 2), 108U);
    EXPECT_EQ(some.classes[1].flow.in_slo.requests, 0U);
    EXPECT_EQ(some.classes[2].flow.in_slo.requests, 1U);
}

TEST(WithoutUnits, RequestsWait) {
    TwinCase asked = one_unit();
    asked.changes.clear();
    asked.rules.queue_limit = 1;  // beside the 8 places of a unit
    asked.requests.assign(12, {5, 1, 1, 0, {}});
    const model::ServiceLedger ledger = replay(asked);
    EXPECT_EQ(ledger.classes[0].flow.unfinished.requests, 9U);
    EXPECT_EQ(ledger.classes[0].flow.rejected.requests, 3U);
    EXPECT_EQ(ledger.queue_max, 9U);
}

TEST(KeepGoing, EndsTheReplay) {
    TwinCase asked = one_unit();
    for (std::int64_t i = 0; i < 1000; ++i) {
        asked.requests.push_back({i * 100, 1, 1, 0, {}});
    }
    GivenRequests requests(asked);
    const model::ServiceLedger ledger = replay_requests(
        asked.rules, asked.changes, requests, asked.end, asked.bin, [](auto) { return false; });
    EXPECT_EQ(ledger.classes[0].flow.offered.requests, 0U);
    EXPECT_EQ(ledger.bins[0].ready_ns, 0U);
}

}  // namespace
}  // namespace tidepool::serving
