#include "sim/scenario/carbon_trace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/config/text.h"
#include "workloads/calendar.h"
#include "workloads/csv.h"
#include "workloads/row.h"
#include "workloads/source.h"

namespace tidepool::scenario {
namespace {

constexpr std::array kColumns{workloads::CsvColumn{"timestamp", true},
                              workloads::CsvColumn{"carbon_intensity", true}};
constexpr double kMostIntensity = 10'000;     // g/kWh
constexpr std::int64_t kLongestGap = 86'400;  // s
constexpr std::size_t kMostRows = 10'000'000;

struct Reading {
    std::int64_t at = 0;  // s since 1970, UTC
    std::uint64_t intensity = 0;
};

std::vector<Reading> read_rows(const std::string& path, Issues& issues) {
    workloads::Problems problems(path, issues);
    workloads::LineSource lines(path, problems);
    workloads::CsvTable table(lines, problems);
    std::vector<Reading> rows;
    if (!problems.any() && table.read_header(kColumns, workloads::OtherColumns::kIgnore)) {
        while (table.next_row() && rows.size() < kMostRows) {
            workloads::Row row{problems, table.line()};
            const workloads::Field& time = *table[0];
            const auto moment = workloads::parse_calendar(time.text);
            const double grams = row.real(*table[1], "carbon_intensity", 0, kMostIntensity);
            if (!moment || moment->fraction != 0) {
                row.fail(time, "timestamp", "not a calendar time" + workloads::got(time.text),
                         "write it like 2022-01-01T00:15:00Z");
                continue;
            }
            const std::int64_t at = moment->instant();
            if (!rows.empty() && (at <= rows.back().at || at - rows.back().at > kLongestGap)) {
                row.fail(time, "timestamp",
                         (at <= rows.back().at ? "not after the row before it"
                                               : "more than a day after the row before it") +
                             workloads::got(time.text));
            }
            if (row.ok) {
                rows.push_back({at, static_cast<std::uint64_t>(std::llround(grams * 1e4))});
            }
        }
        if (rows.size() < 2 && !problems.any()) {
            problems.add(0, 0, "", "needs at least two rows");
        }
    }
    problems.finish();
    return rows;
}

}  // namespace

money::Carbon read_carbon(const std::string& path, const std::string& from,
                          const topology::Where& where, Issues& issues) {
    const std::size_t before = issues.list().size();
    const std::vector<Reading> rows = read_rows(path, issues);
    if (issues.list().size() != before) {
        return {};
    }
    const std::int64_t end = 2 * rows.back().at - rows[rows.size() - 2].at;
    std::int64_t start = rows.front().at;
    if (!from.empty()) {
        const auto moment = workloads::parse_calendar(from);
        if (!moment || moment->fraction != 0) {
            report(issues, where, "not a calendar time (got " + config::shown(from) + ")",
                   "write it like 2022-06-01T00:00:00Z");
            return {};
        }
        start = moment->instant();
        if (start < rows.front().at || start >= end) {
            report(issues, where,
                   "lies outside of the carbon series (got " + config::shown(from) + ")",
                   "it goes from " + workloads::print_calendar({rows.front().at, 0, 0}) + " to " +
                       workloads::print_calendar({end, 0, 0}));
            return {};
        }
    }
    constexpr std::int64_t kClock = std::numeric_limits<std::uint32_t>::max() / kTicksPerSecond;
    money::Carbon carbon;
    for (const Reading& row : rows) {
        const std::int64_t since = std::max<std::int64_t>(row.at - start, 0);
        if (since > kClock) {
            break;
        }
        const auto tick = static_cast<std::uint64_t>(since) * kTicksPerSecond;
        if (!carbon.steps.empty() && carbon.steps.back().from == tick) {
            carbon.steps.back().intensity =
                row.intensity;  // of the rows before the start, the last
        } else {
            carbon.steps.push_back({tick, row.intensity});
        }
    }
    carbon.until = static_cast<std::uint64_t>(end - start) * kTicksPerSecond;
    return carbon;
}

}  // namespace tidepool::scenario
