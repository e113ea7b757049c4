#pragma once
// How fast one unit of an inference service is, as the request replay and the closed forms both see
// it. A unit works in iterations (continuous batching: Yu et al., OSDI 2022): each one computes one
// token of every answer that it is generating, and/or a stretch of prompts. All integers, so that
// nothing depends on the machine.

#include <cstdint>
#include <string>
#include <vector>

namespace tidepool::model {

// A function from counts to times: linear between the points, and beyond the last one along the
// line of the last two; up to the first point its value (a constant). `at` rises strictly, `ns`
// never falls.
struct TimePoint {
    std::uint64_t at = 0;  // tokens of a prefill iteration, or answers in a batch
    std::uint64_t ns = 0;
    friend bool operator==(const TimePoint&, const TimePoint&) = default;
};
using TimeTable = std::vector<TimePoint>;

// Exact to the rounding down of one division; no more than kMostNs. `table` is not empty.
std::uint64_t time_at(const TimeTable& table, std::uint64_t at);

inline constexpr std::uint64_t kMostNs = std::uint64_t{1} << 56U;  // 2.3 years

struct UnitModel {
    // Time to compute the prompts of one iteration, by their tokens together (cached ones left
    // out); empty: prompts take no time.
    TimeTable prefill;
    // Time of one iteration of a batch of so many answers; one token each. Not empty.
    TimeTable decode;
    // And for each token of context that these answers have (prompt and what has been generated):
    // ns * 2^-20. Reading the KV cache.
    std::uint64_t context_cost = 0;
    std::uint32_t batch_limit = 1;  // requests in the unit's batch at a time, prefill included
    std::uint64_t kv_tokens = 0;  // tokens of prompts and answers that fit into its memory; 0: all
    // Prompt tokens computed in one iteration beside the running batch (chunked prefill: Agrawal et
    // al., OSDI 2024); 0: prompts are computed whole, and the answers stand still meanwhile.
    std::uint32_t chunk = 0;
    // Prefill/decode disaggregation (Zhong et al., OSDI 2024): the unit consists of so many workers
    // that only compute prompts and so many that only generate, each as fast as the tables say. 0
    // and 0: one worker does both. Otherwise both are positive.
    std::uint32_t prefill_workers = 0, decode_workers = 0;
    std::uint64_t transfer_ns = 0;            // to hand a prompt's KV cache over, and
    std::uint64_t transfer_ns_per_token = 0;  // per token of it, ns * 2^-20
    friend bool operator==(const UnitModel&, const UnitModel&) = default;
};

// What keeps a unit from being one, by the member it is about; empty: it can be used.
struct UnitProblem {
    std::string key, problem, hint;
};
std::vector<UnitProblem> check_unit(const UnitModel& unit);

}  // namespace tidepool::model
