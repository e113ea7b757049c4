#include "sim/model/unit_spec.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/config/text.h"
#include "sim/model/serving_catalog.h"

namespace tidepool::model {
namespace {

constexpr std::uint64_t kFarPrompt = std::uint64_t{1} << 20U;
constexpr double kFine = 1 << 20;        // costs per token are ns * 2^-20
constexpr double kLongest = 1e15;        // as check_unit() has it
constexpr std::size_t kMostRows = 4096;  // of a table

using Problems = std::vector<UnitProblem>;

std::uint64_t whole(double value) {
    return static_cast<std::uint64_t>(std::floor(std::clamp(value, 0.0, 1e18) + 0.5));
}

TimeTable table_of(const std::vector<std::vector<double>>& rows, const std::string& key,
                   Problems& problems) {
    TimeTable table;
    if (rows.size() > kMostRows) {
        problems.push_back({key, "has more than 4096 rows", ""});
        return table;
    }
    for (const std::vector<double>& row : rows) {
        if (row.size() != 2) {
            problems.push_back({key, "has a row that is no pair of a count and a time in ms",
                                "write [[512, 56.7], [1024, 78.3]]"});
            return {};
        }
        if (row[0] != std::floor(row[0]) || row[1] * 1e6 > kLongest) {
            problems.push_back({key, "has a row that cannot be",
                                "whole numbers of tokens or answers, times in ms"});
            return {};
        }
        table.push_back({whole(row[0]), whole(row[1] * 1e6)});
    }
    return table;
}

// Where the speeds come from: one of three, for prompts and for answers.
void check_sources(const UnitSpec& spec, Problems& problems) {
    const bool listed = !spec.model.empty() || !spec.gpu.empty();
    const auto second = [&](bool given, const char* key) {
        if (given) {
            problems.push_back({key, "says the speed a second time", "leave it out, or `model`"});
        }
    };
    if (listed) {
        if (spec.model.empty() || spec.gpu.empty()) {
            problems.push_back({spec.model.empty() ? "model" : "gpu", "is missing",
                                "the catalogue goes by both, see `tidepool list serving`"});
        }
        second(spec.prefill.has_value(), "prefill");
        second(spec.decode.has_value(), "decode");
        second(!spec.prefill_table.empty(), "prefill_table");
        second(!spec.decode_table.empty(), "decode_table");
        second(spec.step.has_value(), "step");
        return;
    }
    if (spec.prefill && !spec.prefill_table.empty()) {
        problems.push_back(
            {"prefill_table", "says the speed a second time", "or leave out prefill"});
    }
    if (spec.decode && !spec.decode_table.empty()) {
        problems.push_back({"decode_table", "says the speed a second time", "or leave out decode"});
    }
    if (!spec.decode && spec.decode_table.empty()) {
        problems.push_back({"decode", "is missing", "give a rate, a table, or model and gpu"});
    }
    if (!spec.batch) {
        problems.push_back({"batch", "is missing", "how many requests may be in the batch?"});
    }
    if (spec.step && !spec.decode) {
        problems.push_back({"step", "has no effect", "the table says it"});
    }
}

void check_memory(const UnitSpec& spec, Problems& problems) {
    if (spec.kv_tokens && spec.kv_memory) {
        problems.push_back({"kv_memory", "says it a second time", "leave out kv_tokens, or this"});
    }
    const bool known = spec.kv_bytes_per_token || !spec.model.empty();
    if ((spec.kv_memory || spec.disaggregation) && !known) {
        problems.push_back(
            {"kv_bytes_per_token", "is missing", "how large is a token's KV cache?"});
    }
    if (spec.disaggregation && spec.chunk > 0) {
        problems.push_back({"chunk", "has no effect", "workers for prompts have no answers"});
    }
    if (spec.cold_start && spec.start) {
        problems.push_back({"start", "says it a second time", "leave out cold_start, or this"});
    }
    if (spec.start && spec.start->load && !spec.start->storage.empty()) {
        problems.push_back({"start", "loads the weights twice", "give load, or storage"});
    }
}

// Answers of a given rate in a full batch.
TimeTable decode_of(const UnitSpec& spec, Problems& problems) {
    const auto batch = static_cast<double>(*spec.batch);
    const double full = batch / spec.decode->value * 1e9;
    const double alone = spec.step ? spec.step->value * 1e9 : full;
    if (full > kLongest) {
        problems.push_back({"decode", "is slower than anything that a unit does", ""});
        return {{1, 1}};
    }
    if (alone > full * (1 + 1e-9)) {
        problems.push_back({"step", "is longer than an iteration of the full batch",
                            "batch / decode is " + std::to_string(full / 1e6) + " ms"});
        return {{1, 1}};
    }
    TimeTable table{{1, std::max<std::uint64_t>(1, whole(alone))}};
    if (*spec.batch > 1) {
        table.push_back({whole(batch), std::max(table.front().ns, whole(full))});
    }
    return table;
}

// Speeds as said or listed, before any factor. Sets bytes per token, too.
UnitModel speeds_of(const UnitSpec& spec, double& kv_bytes, Problems& problems) {
    UnitModel unit;
    unit.decode = {{1, 1}};
    if (!spec.model.empty() && !spec.gpu.empty()) {
        UnitProblem problem;
        if (const auto listed =
                serving_unit(spec.model, spec.gpu, spec.gpus.value_or(0), problem)) {
            unit = listed->unit;
            kv_bytes = listed->kv_bytes;
        } else {
            problems.push_back(problem);
        }
        return unit;
    }
    if (spec.prefill) {
        unit.prefill = {
            {0, 0},
            {kFarPrompt, whole(static_cast<double>(kFarPrompt) / spec.prefill->value * 1e9)}};
    } else {
        unit.prefill = table_of(spec.prefill_table, "prefill_table", problems);
    }
    if (!spec.decode_table.empty()) {
        unit.decode = table_of(spec.decode_table, "decode_table", problems);
    } else if (spec.decode && spec.batch) {
        unit.decode = decode_of(spec, problems);
    }
    return unit;
}

void scale(TimeTable& table, double factor, std::uint64_t least) {
    for (TimePoint& each : table) {
        each.ns = std::max(least, whole(static_cast<double>(each.ns) * factor));
    }
}

void apply_factors(const UnitSpec& spec, UnitModel& unit) {
    scale(unit.prefill, 1 / spec.speed.prefill, 0);
    double slower = 1 / spec.speed.decode;
    if (spec.speculation) {
        slower *= (1 + spec.speculation->cost.value) / spec.speculation->tokens_per_step;
    }
    if (slower != 1) {
        scale(unit.decode, slower, 1);
        unit.context_cost = whole(static_cast<double>(unit.context_cost) * slower);
    }
}

void set_memory(const UnitSpec& spec, double kv_bytes, UnitModel& unit) {
    if (spec.kv_tokens) {
        unit.kv_tokens = static_cast<std::uint64_t>(*spec.kv_tokens);
    } else if (spec.kv_memory && kv_bytes > 0) {
        unit.kv_tokens = std::max<std::uint64_t>(
            1, static_cast<std::uint64_t>(spec.kv_memory->value / kv_bytes));
    }
    if (const auto& split = spec.disaggregation) {
        unit.prefill_workers = static_cast<std::uint32_t>(split->prefill_workers);
        unit.decode_workers = static_cast<std::uint32_t>(split->decode_workers);
        unit.transfer_ns = whole(split->latency.value * 1e9);
        unit.transfer_ns_per_token = whole(kv_bytes / split->transfer.value * 1e9 * kFine);
    }
}

// As check_unit() names them -> as the keys of the spec.
std::string key_of(const UnitSpec& spec, const std::string& member) {
    if (member == "prefill" || member == "decode") {
        const bool table =
            member == "prefill" ? !spec.prefill_table.empty() : !spec.decode_table.empty();
        return table ? member + "_table" : member;
    }
    return member == "batch_limit" ? "batch" : member;
}

}  // namespace

UnitModel compile_unit(const UnitSpec& spec, std::vector<UnitProblem>& problems) {
    const std::size_t before = problems.size();
    check_sources(spec, problems);
    check_memory(spec, problems);
    double kv_bytes = 0;
    UnitModel unit = speeds_of(spec, kv_bytes, problems);
    kv_bytes = spec.kv_bytes_per_token ? spec.kv_bytes_per_token->value : kv_bytes;
    if (spec.batch) {
        unit.batch_limit = static_cast<std::uint32_t>(*spec.batch);
    }
    if (spec.context_cost) {
        unit.context_cost = whole(spec.context_cost->value * 1e9 * kFine);
    }
    unit.chunk = static_cast<std::uint32_t>(spec.chunk);
    set_memory(spec, kv_bytes, unit);
    apply_factors(spec, unit);
    if (problems.size() == before) {
        for (UnitProblem& each : check_unit(unit)) {
            problems.push_back({key_of(spec, each.key), each.problem, each.hint});
        }
    }
    return unit;
}

std::int64_t gpus_of(const UnitSpec& spec) {
    const std::int64_t workers = spec.disaggregation ? spec.disaggregation->prefill_workers +
                                                           spec.disaggregation->decode_workers
                                                     : 1;
    if (spec.gpus) {
        return *spec.gpus * workers;
    }
    UnitProblem problem;
    const auto listed = serving_unit(spec.model, spec.gpu, 0, problem);
    return (listed ? listed->gpus : 1) * workers;
}

Bytes weights_of(const UnitSpec& spec) {
    if (spec.weights) {
        return *spec.weights;
    }
    UnitProblem problem;
    const auto listed = serving_unit(spec.model, spec.gpu, spec.gpus.value_or(0), problem);
    return Bytes{listed ? listed->weights : 0};
}

void validate(const UnitSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    std::vector<UnitProblem> problems;
    compile_unit(spec, problems);
    for (const UnitProblem& each : problems) {
        issues.add(config::position_of(value, each.key), config::join_path(path, each.key),
                   each.problem, each.hint);
    }
}

}  // namespace tidepool::model
