#pragma once
// The fields of one row of a trace, read into numbers and names. Every problem is reported with
// line, column and field name; `ok` says whether the row had none.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/base/quantity.h"
#include "workloads/csv.h"
#include "workloads/problems.h"

namespace tidepool::workloads {

// The simulator's clock ends here: 2^32 - 2 ticks of 1/16 s, 8.5 years (sim/base/ticks.h).
inline constexpr double kClockEnd = 4'294'967'294.0 / 16;

inline constexpr std::int64_t kMostGpus = 2'000'000;  // a gang larger than any datacenter is a slip
inline constexpr std::size_t kLongestName = 128;      // bytes of an id, a tenant or a GPU model

struct Row {
    Problems& problems;
    std::uint64_t line = 0;
    bool ok = true;

    void fail(const Field& field, std::string_view name, std::string problem,
              std::string hint = {});

    // A decimal number in [low, high]; infinities, not-a-number and hexadecimal are refused, what
    // is too small for a double is 0.
    double real(const Field& field, std::string_view name, double low, double high);
    std::int64_t integer(const Field& field, std::string_view name, std::int64_t low,
                         std::int64_t high);
    // A time that the simulator's clock can hold.
    Seconds time(const Field& field, std::string_view name);
    // Non-empty UTF-8 without control characters, at most kLongestName bytes.
    std::string_view text(const Field& field, std::string_view name);

private:
    template <class Number>
    Number number(const Field& field, std::string_view name, Number low, Number high);
};

}  // namespace tidepool::workloads
