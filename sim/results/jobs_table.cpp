#include "sim/results/jobs_table.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/ticks.h"

namespace tidepool::results {
namespace {

constexpr std::size_t kLongestPadded = 256;  // bytes; bounds what one odd id can cost in every row
constexpr std::int32_t kNoValue = -1;

// The integer that prints exactly as this text, if there is one.
std::optional<std::int64_t> canonical_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end || std::to_string(value) != text) {
        return std::nullopt;
    }
    return value;
}

h5::Dataset write_ids(h5::Group& jobs, std::span<const std::string_view> ids) {
    const h5::Meaning meaning{"", "id in the trace", ""};
    std::vector<std::int64_t> numbers;
    numbers.reserve(ids.size());
    for (const std::string_view id : ids) {
        const std::optional<std::int64_t> number = canonical_integer(id);
        if (!number) {
            const bool padded = std::ranges::all_of(
                ids, [](std::string_view text) { return text.size() <= kLongestPadded; });
            return padded ? jobs.padded_texts("id", ids, meaning) : jobs.texts("id", ids, meaning);
        }
        numbers.push_back(*number);
    }
    return jobs.column<std::int64_t>("id", numbers, {"1", meaning.long_name, ""});
}

double seconds(Ticks t) {
    return t == kNever ? std::numeric_limits<double>::quiet_NaN() : to_seconds(t).value;
}

// Writes columns and keeps them, to attach the dimension at the end.
class Columns {
public:
    Columns(h5::Group& group, const model::Ledger& ledger) : group_(group), jobs_(ledger.jobs) {}

    void add(h5::Dataset dataset) { datasets_.push_back(std::move(dataset)); }

    template <class T, class Get>
    void add(const char* name, std::string_view units, std::string_view long_name, Get get) {
        add(group_.column<T>(name, values<T>(get), {units, long_name, "job: point"}));
    }

    // Integers, -1 where get() has none.
    template <class Get>
    void add_optional(const char* name, std::string_view long_name, Get get) {
        const auto value = [&](const model::JobRecord& job) {
            const std::optional<std::uint32_t> some = get(job);
            return some ? static_cast<std::int32_t>(*some) : kNoValue;
        };
        h5::Dataset column =
            group_.column<std::int32_t>(name, values<std::int32_t>(value), {"1", long_name, ""});
        column.attribute("_FillValue", kNoValue);
        add(std::move(column));
    }

    template <class Get>
    void add_enum(const char* name, std::span<const std::string_view> names,
                  std::string_view long_name, Get get) {
        const auto value = [&](const model::JobRecord& job) {
            const auto v = static_cast<std::int8_t>(get(job));
            TP_ASSERT(v >= 0 && static_cast<std::size_t>(v) < names.size(), "every value is named");
            return v;
        };
        add(group_.enums(name, values<std::int8_t>(value), names, {"1", long_name, ""}));
    }

    std::vector<h5::Dataset*> all() {
        std::vector<h5::Dataset*> pointers;
        for (h5::Dataset& dataset : datasets_) {
            pointers.push_back(&dataset);
        }
        return pointers;
    }

private:
    template <class T, class Get>
    std::vector<T> values(Get get) const {
        std::vector<T> column;
        column.reserve(jobs_.size());
        for (const model::JobRecord& job : jobs_) {
            column.push_back(static_cast<T>(get(job)));
        }
        return column;
    }

    h5::Group& group_;
    const std::vector<model::JobRecord>& jobs_;
    std::vector<h5::Dataset> datasets_;
};

h5::Dataset write_ranks(h5::Group& jobs, std::size_t count) {
    std::vector<std::uint32_t> ranks(count);
    for (std::size_t j = 0; j < count; ++j) {
        ranks[j] = static_cast<std::uint32_t>(j);
    }
    return jobs.column<std::uint32_t>(
        "job", ranks,
        {"1", "row number, from 0: workload by workload, each in the order of its trace", ""});
}

}  // namespace

void write_jobs(h5::Group& root, const model::Ledger& ledger, std::span<const std::string_view> ids,
                std::string_view time_units) {
    using model::JobRecord;
    TP_ASSERT(ids.size() == ledger.jobs.size(), "one id per job");
    h5::Group jobs = root.group("jobs");
    h5::Dataset rank = write_ranks(jobs, ledger.jobs.size());
    Columns columns(jobs, ledger);
    columns.add(write_ids(jobs, ids));
    columns.add<std::int32_t>("workload", "1",
                              "index of its workload in the scenario, from 0; an id is unique "
                              "within a workload only",
                              [](const JobRecord& j) { return j.workload; });
    columns.add<std::uint32_t>("tenant", "1", "row of /dim/tenant",
                               [](const JobRecord& j) { return j.tenant; });
    columns.add_enum("plan", kPlanNames, "commercial plan",
                     [](const JobRecord& j) { return j.plan; });
    using Row = std::optional<std::uint32_t>;
    columns.add_optional(
        "gpu_model", "row of /dim/gpu_model it ran on; -1: it did not run",
        [](const JobRecord& j) { return j.start == kNever ? Row{} : Row{j.gpu_model}; });
    columns.add<std::uint32_t>("gpus", "1", "GPUs of the gang",
                               [](const JobRecord& j) { return j.gpus; });
    columns.add<double>("submit", time_units, "submission",
                        [](const JobRecord& j) { return seconds(j.submit); });
    columns.add<double>("start", time_units, "start; NaN: it did not start",
                        [](const JobRecord& j) { return seconds(j.start); });
    columns.add<double>("end", time_units, "end; NaN: it did not end",
                        [](const JobRecord& j) { return seconds(j.end); });
    columns.add<double>(
        "wait", "s", "start - submission; NaN: it did not start", [](const JobRecord& j) {
            return j.start == kNever ? seconds(kNever) : seconds(j.start) - seconds(j.submit);
        });
    columns.add_enum("state", kStateNames, "state at the end of the run",
                     [](const JobRecord& j) { return j.state; });
    columns.add_enum("rejection", kRejectionNames, "why it was rejected",
                     [](const JobRecord& j) { return j.rejection; });
    columns.add<std::uint32_t>("nodes", "1",
                               "nodes it held; 0: it did not run, or in a pool without nodes "
                               "(placement fungible)",
                               [](const JobRecord& j) { return j.nodes; });
    columns.add_optional("first_node", "lowest node it held; -1: none", [](const JobRecord& j) {
        return j.nodes == 0 ? Row{} : Row{j.first_node};
    });
    rank.scale_of("job", columns.all());
}

}  // namespace tidepool::results
