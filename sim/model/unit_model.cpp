#include "sim/model/unit_model.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::model {
namespace {

constexpr std::uint64_t kMostAt = std::uint64_t{1} << 40U;          // tokens or answers of a table
constexpr std::uint64_t kMostCost = (std::uint64_t{1} << 40U) - 1;  // per token, ns * 2^-20
constexpr std::uint64_t kMostTableNs = 1'000'000'000'000'000;       // 11.6 days for an iteration

void check_table(const TimeTable& table, const std::string& key,
                 std::vector<UnitProblem>& problems) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].at > kMostAt || table[i].ns > kMostTableNs) {
            problems.push_back({key, "is beyond anything that a unit does", ""});
            return;
        }
        if (i > 0 && table[i].at <= table[i - 1].at) {
            problems.push_back({key, "does not rise from row to row", "smallest count first"});
            return;
        }
        if (i > 0 && table[i].ns < table[i - 1].ns) {
            problems.push_back({key, "takes less time for more", "times never fall"});
            return;
        }
    }
}

}  // namespace

std::uint64_t time_at(const TimeTable& table, std::uint64_t at) {
    TP_ASSERT(!table.empty(), "a table has points");
    if (at <= table.front().at || table.size() == 1) {
        return std::min(table.front().ns, kMostNs);
    }
    auto above = std::lower_bound(table.begin(), table.end(), at,
                                  [](const TimePoint& p, std::uint64_t x) { return p.at < x; });
    if (above == table.end()) {
        --above;  // the line of the last two goes on
    }
    const TimePoint& low = *(above - 1);
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t height = above->ns - low.ns, run = above->at - low.at;
    if (height < (std::uint64_t{1} << 32U) && at - low.at < (std::uint64_t{1} << 31U)) {
        return std::min(height * (at - low.at) / run + low.ns, kMostNs);  // a shorter division
    }
    const Wide rise = static_cast<Wide>(height) * (at - low.at) / run;
    return static_cast<std::uint64_t>(std::min<Wide>(rise + low.ns, kMostNs));
}

std::vector<UnitProblem> check_unit(const UnitModel& unit) {
    std::vector<UnitProblem> problems;
    check_table(unit.prefill, "prefill", problems);
    check_table(unit.decode, "decode", problems);
    if (unit.decode.empty()) {
        problems.push_back({"decode", "is missing", "how long does an iteration take?"});
    } else if (unit.decode.front().ns == 0) {
        problems.push_back({"decode", "takes no time", "an iteration takes at least 1 ns"});
    }
    if (unit.batch_limit == 0) {
        problems.push_back({"batch_limit", "leaves no room for a request", ""});
    }
    if ((unit.prefill_workers == 0) != (unit.decode_workers == 0)) {
        problems.push_back({unit.prefill_workers == 0 ? "prefill_workers" : "decode_workers",
                            "is missing", "a unit that is divided has workers of both kinds"});
    }
    if (unit.context_cost > kMostCost) {
        problems.push_back({"context_cost", "is more than a millisecond a token", ""});
    }
    if (unit.transfer_ns_per_token > kMostCost) {
        problems.push_back({"transfer", "takes more than a millisecond a token", ""});
    }
    if (unit.prefill_workers > 0 && unit.prefill.empty()) {
        problems.push_back({"prefill", "is missing", "workers for prompts take time for them"});
    }
    if (unit.transfer_ns > kMostTableNs) {
        problems.push_back({"transfer_ns", "is beyond anything that a unit does", ""});
    }
    return problems;
}

}  // namespace tidepool::model
