#include "workloads/arrival.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/json.h"
#include "workloads/request.h"

namespace tidepool::workloads {
namespace {

constexpr std::int64_t kMostNanoseconds = static_cast<std::int64_t>(kClockEnd * 1e9);  // exact

std::int64_t nanoseconds_of(const CalendarTime& time) {
    return std::llround(time.fraction * 1e9);  // at most nine digits were written
}

}  // namespace

std::optional<std::int64_t> parse_fixed(std::string_view text, int decimals) {
    constexpr std::int64_t kMost = 1'000'000'000'000'000'000;
    std::int64_t value = 0;
    int seen = -1;  // digits after the point; -1: before it
    bool digits = false;
    for (const char c : text) {
        if (c == '.' && seen < 0 && digits) {
            seen = 0;
            digits = false;
        } else if (c >= '0' && c <= '9' && value <= (kMost - 9) / 10 && seen < decimals) {
            value = 10 * value + (c - '0');
            seen += seen >= 0 ? 1 : 0;
            digits = true;
        } else {
            return std::nullopt;
        }
    }
    for (int i = std::max(seen, 0); i < decimals; ++i) {
        if (value > kMost / 10) {
            return std::nullopt;
        }
        value *= 10;
    }
    return digits ? std::optional(value) : std::nullopt;
}

std::optional<Field> note_value(std::string_view note, std::string_view key) {
    std::size_t at = std::min(note.find_first_not_of("# \t"), note.size());
    if (!note.substr(at).starts_with(key)) {
        return std::nullopt;
    }
    at = std::min(note.find_first_not_of(" \t", at + key.size()), note.size());
    if (at == note.size() || (note[at] != ':' && note[at] != '=')) {
        return std::nullopt;
    }
    at = std::min(note.find_first_not_of(" \t", at + 1), note.size());
    const std::size_t last = note.find_last_not_of(" \t");
    return Field{note.substr(at, last + 1 - std::min(at, last + 1)), at + 1};
}

bool looks_like_date(std::string_view text) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    return digits == 4 && text[digits] == '-';
}

std::int64_t ArrivalClock::in_order(Row& row, const Field& field, std::string_view name,
                                    std::int64_t time) {
    if (time >= kMostNanoseconds) {
        row.fail(field, name,
                 "beyond the simulator's clock of " + shortest(kClockEnd) + " s (8.5 years)" +
                     got(field.text));
        return last_;
    }
    if (any_ && time < last_) {
        row.fail(field, name, "earlier than the row before" + got(field.text),
                 "sort the rows by time");
    }
    any_ = true;
    last_ = time;
    return time;
}

std::int64_t ArrivalClock::read(Row& row, const Field& field, std::string_view name) {
    const bool date = looks_like_date(field.text);
    if (any_ && date != calendar()) {
        row.fail(field, name,
                 (date ? "a calendar time after seconds" : "not a calendar time, as before") +
                     got(field.text));
        return last_;
    }
    if (date) {
        return read_calendar(row, field, name);
    }
    if (const auto time = parse_fixed(field.text, 9)) {
        return in_order(row, field, name, *time);
    }
    if (field.text.empty()) {
        row.fail(field, name, "the value is missing");
    } else {
        row.fail(field, name,
                 "not a time in seconds, from 0, with at most 9 decimals" + got(field.text));
    }
    return last_;
}

std::int64_t ArrivalClock::read_milliseconds(Row& row, const Field& field, std::string_view name) {
    if (const auto time = parse_fixed(field.text, 6)) {
        return in_order(row, field, name, *time);
    }
    row.fail(field, name,
             "not a time in milliseconds, from 0, with at most 6 decimals" + got(field.text));
    return last_;
}

std::int64_t ArrivalClock::read_calendar(Row& row, const Field& field, std::string_view name) {
    const auto time = parse_calendar(field.text);
    if (!time) {
        row.fail(field, name, "not a calendar time" + got(field.text),
                 "write it like 2017-09-04T10:30:41.5+08:00");
        return last_;
    }
    if (!first_) {
        first_ = time;
        first_nanoseconds_ = nanoseconds_of(*time);
    }
    if (time->offset_minutes.has_value() != first_->offset_minutes.has_value()) {
        row.fail(field, name, "offset from UTC in some rows only" + got(field.text));
        return last_;
    }
    const std::int64_t seconds = time->instant() - first_->instant();
    if (seconds < 0) {
        row.fail(field, name, "earlier than the row before" + got(field.text),
                 "sort the rows by time");
        return last_;
    }
    constexpr std::int64_t kMostSeconds = kMostNanoseconds / kNanosecondsPerSecond + 1;
    return in_order(row, field, name,
                    std::min(seconds, kMostSeconds) * kNanosecondsPerSecond +
                        nanoseconds_of(*time) - first_nanoseconds_);
}

std::string ArrivalClock::origin() const {
    const auto& origin = first_ ? first_ : origin_;
    return origin ? print_calendar(*origin) : std::string();
}

void read_block(Row& row, const Field& field, std::string_view name,
                std::vector<std::uint64_t>& blocks) {
    std::uint64_t id = 0;
    const char* const end = field.text.data() + field.text.size();
    const auto [stopped, error] = std::from_chars(field.text.data(), end, id);
    if (error != std::errc{} || stopped != end) {
        row.fail(field, name,
                 "not a whole number from 0 to 18446744073709551615" + got(field.text));
    }
    blocks.push_back(id);
}

void check_blocks(Row& row, const Field& field, std::string_view name, std::size_t blocks,
                  std::uint32_t tokens_in, std::uint32_t block_tokens) {
    const std::uint32_t most = (tokens_in - 1) / block_tokens + 1;
    if (row.ok && blocks > most) {
        row.fail(field, name,
                 std::to_string(blocks) + " blocks of " + std::to_string(block_tokens) +
                     " tokens, more than a prompt of " + std::to_string(tokens_in) + " has (" +
                     std::to_string(most) + ")");
    }
}

}  // namespace tidepool::workloads
