#pragma once
// Fields that rows of requests have in common: arrivals to the nanosecond, block ids.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/calendar.h"
#include "workloads/row.h"

namespace tidepool::workloads {

// `12.5` with decimals = 3 is 12500. Digits, perhaps a point and 1 to `decimals` digits; empty for
// any other text and for values beyond 10^18.
std::optional<std::int64_t> parse_fixed(std::string_view text, int decimals);

// The value of a note `# key: value` or `# key = value`, and where it begins; empty when the note
// is about something else.
std::optional<Field> note_value(std::string_view note, std::string_view key);

// The arrivals of one file, row by row: each is checked against the row before.
class ArrivalClock {
public:
    // Seconds with at most 9 decimals, or calendar times, the first of which is second 0; the same
    // kind in all rows. The result is in ns.
    std::int64_t read(Row& row, const Field& field, std::string_view name);
    // Milliseconds with at most 6 decimals.
    std::int64_t read_milliseconds(Row& row, const Field& field, std::string_view name);

    bool calendar() const { return first_.has_value(); }
    void set_origin(const CalendarTime& origin) { origin_ = origin; }
    std::string origin() const;  // as RequestReader has it

private:
    std::int64_t read_calendar(Row& row, const Field& field, std::string_view name);
    std::int64_t in_order(Row& row, const Field& field, std::string_view name, std::int64_t time);

    std::optional<CalendarTime> first_, origin_;
    std::int64_t first_nanoseconds_ = 0;  // its fraction
    std::int64_t last_ = 0;
    bool any_ = false;
};

// Does the text begin like a date (`2017-...`, unlike `1.5e-3`)?
bool looks_like_date(std::string_view text);

// Adds one block id; complains about text that is no whole number of 64 bits.
void read_block(Row& row, const Field& field, std::string_view name,
                std::vector<std::uint64_t>& blocks);
// No more blocks than the prompt can hold.
void check_blocks(Row& row, const Field& field, std::string_view name, std::size_t blocks,
                  std::uint32_t tokens_in, std::uint32_t block_tokens);

}  // namespace tidepool::workloads
