#include "workloads/time_zone.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/base/issue.h"

namespace tidepool::workloads {
namespace {

constexpr const char* kDatabase = "/usr/share/zoneinfo";
constexpr std::size_t kLargestFile = std::size_t{1} << 20U;  // bytes; real ones have a few thousand
constexpr std::int64_t kLargestOffset = 93'600;              // s, 26 h

std::string read_small_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes(kLargestFile, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

bool is_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '+' || c == '-' || c == '/';  // no dot, hence no `..`
    };
    return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), allowed);
}

// Sorted; `right` counts leap seconds, `posix` repeats everything.
std::vector<std::string> zone_names() {
    namespace fs = std::filesystem;
    std::vector<std::string> names{"UTC"};
    std::error_code error;
    for (fs::recursive_directory_iterator at(kDatabase, error), end; !error && at != end;
         at.increment(error)) {
        const std::string name = at->path().string().substr(std::string_view(kDatabase).size() + 1);
        if (name == "right" || name == "posix") {
            at.disable_recursion_pending();
        } else if (is_name(name) && at->is_regular_file(error)) {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

// `Berlin` for `Europe/Berlin` is more than two edits.
std::string hint_for(const std::string& name) {
    const std::vector<std::string> names = zone_names();
    const auto city = std::find_if(names.begin(), names.end(), [&](const std::string& zone) {
        return zone.ends_with('/' + name);
    });
    if (city != names.end()) {
        return "did you mean '" + *city + "'?";
    }
    if (names.size() <= 1) {
        return "this system has no time zone database; install tzdata, or use 'UTC'";
    }
    const std::string near = did_you_mean(name, names);
    return near.empty() ? "write it as the IANA database does, e.g. 'Asia/Shanghai'" : near;
}

// Big-endian numbers of a file, one after the other.
class Bytes {
public:
    explicit Bytes(std::string_view rest) : rest_(rest) {}

    bool has(std::uint64_t count) const { return rest_.size() >= count; }
    void skip(std::uint64_t count) { rest_.remove_prefix(count); }
    std::int64_t number(std::size_t size) {  // has(size)
        std::uint64_t value = (rest_[0] & 0x80) != 0 ? ~0ULL : 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value << 8U | static_cast<unsigned char>(rest_[i]);
        }
        skip(size);
        return static_cast<std::int64_t>(value);
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

struct Header {
    int version = 1;
    std::uint64_t utc_marks = 0, standard_marks = 0, leaps = 0, times = 0, types = 0, letters = 0;

    std::uint64_t size(std::uint64_t time_bytes) const {
        return times * (time_bytes + 1) + types * 6 + letters + leaps * (time_bytes + 4) +
               standard_marks + utc_marks;
    }
};

std::optional<Header> read_header(Bytes& in) {
    constexpr std::uint64_t kSize = 44;
    if (!in.has(kSize) || !in.rest().starts_with("TZif")) {
        return std::nullopt;
    }
    Header header;
    header.version = in.rest()[4] == '\0' ? 1 : in.rest()[4] - '0';
    in.skip(20);
    for (std::uint64_t* count : {&header.utc_marks, &header.standard_marks, &header.leaps,
                                 &header.times, &header.types, &header.letters}) {
        const std::int64_t number = in.number(4);
        if (number < 0) {
            return std::nullopt;
        }
        *count = static_cast<std::uint64_t>(number);
    }
    return header;
}

}  // namespace

// The rule at the end of a file, as POSIX writes TZ: `CET-1CEST,M3.5.0,M10.5.0/3`.
class RuleScanner {
public:
    explicit RuleScanner(std::string_view text) : rest_(text) {}

    std::optional<TimeZone::Rule> rule() {
        TimeZone::Rule rule;
        std::int64_t west = 0;
        if (!name() || !time(west)) {
            return std::nullopt;
        }
        rule.standard = -west;
        if (rest_.empty()) {
            return rule;
        }
        if (!name()) {
            return std::nullopt;
        }
        west -= 3'600;
        if (!rest_.starts_with(',') && !time(west)) {
            return std::nullopt;
        }
        rule.summer = -west;
        if (!literal(',') || !date(rule.begin) || !literal(',') || !date(rule.end) ||
            !rest_.empty()) {
            return std::nullopt;
        }
        return rule;
    }

private:
    bool literal(char c) {
        const bool there = rest_.starts_with(c);
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }
    bool name() {
        const bool quoted = literal('<');
        const std::size_t end = quoted ? rest_.find('>') : rest_.find_first_of("0123456789+-,", 0);
        if (quoted ? end == std::string_view::npos : end == 0 || rest_.empty()) {
            return false;
        }
        rest_.remove_prefix(std::min(end, rest_.size()));
        return !quoted || literal('>');
    }
    bool number(int most, int& value) {
        value = 0;
        std::size_t digits = 0;
        while (digits < 3 && digits < rest_.size() && rest_[digits] >= '0' &&
               rest_[digits] <= '9') {
            value = 10 * value + (rest_[digits++] - '0');
        }
        rest_.remove_prefix(digits);
        return digits > 0 && value <= most;
    }
    bool time(std::int64_t& seconds) {
        const bool minus = literal('-');
        if (!minus) {
            literal('+');
        }
        int hours = 0, minutes = 0, rest = 0;
        if (!number(167, hours) ||
            (literal(':') && (!number(59, minutes) || (literal(':') && !number(59, rest))))) {
            return false;
        }
        seconds = (minus ? -1 : 1) * (3'600LL * hours + 60LL * minutes + rest);
        return true;
    }
    bool date(TimeZone::Date& date) {
        bool good = false;
        if (literal('M')) {
            good = number(12, date.month) && date.month >= 1 && literal('.') &&
                   number(5, date.week) && date.week >= 1 && literal('.') && number(6, date.day);
        } else {
            date.kind = literal('J') ? 'J' : 'n';
            good = number(365, date.day) && (date.kind == 'n' || date.day >= 1);
        }
        return good && (!literal('/') || time(date.time));
    }

    std::string_view rest_;
};

std::int64_t TimeZone::Date::in_year(int year) const {
    using namespace std::chrono;
    const std::chrono::year y(year);
    sys_days date = sys_days(y / January / 1);
    if (kind == 'M') {
        const std::chrono::month m(static_cast<unsigned>(month));
        const std::chrono::weekday d(static_cast<unsigned>(day));
        date = week == 5 ? sys_days(y / m / d[last])
                         : sys_days(y / m / d[static_cast<unsigned>(week)]);
    } else {  // J counts February 29 never, n in leap years
        const bool after_february = kind == 'J' && y.is_leap() && day >= 60;
        date += days(kind == 'J' ? day - 1 + (after_february ? 1 : 0) : day);
    }
    return 86'400LL * date.time_since_epoch().count() + time;
}

std::optional<TimeZone> TimeZone::from_file(std::string_view bytes) {
    Bytes in(bytes);
    std::optional<Header> header = read_header(in);
    std::size_t time_bytes = 4;
    if (header && header->version >= 2) {  // the block of 32-bit times is for older readers
        const std::uint64_t block = header->size(4);
        if (!in.has(block)) {
            return std::nullopt;
        }
        in.skip(block);
        header = read_header(in);
        time_bytes = 8;
    }
    if (!header || header->types == 0 || header->leaps != 0 || !in.has(header->size(time_bytes))) {
        return std::nullopt;
    }
    TimeZone zone;
    std::vector<Change>& changes = zone.changes_;
    changes.resize(header->times);
    for (Change& change : changes) {
        change.at = in.number(time_bytes);
    }
    std::vector<std::size_t> kinds(header->times);
    for (std::size_t& kind : kinds) {
        kind = static_cast<std::size_t>(in.number(1) & 0xFF);
    }
    std::vector<std::int64_t> offsets(header->types);
    for (std::int64_t& offset : offsets) {
        offset = in.number(4);
        in.skip(2);
        if (offset < -kLargestOffset || offset > kLargestOffset) {
            return std::nullopt;
        }
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (kinds[i] >= offsets.size() || (i > 0 && changes[i].at <= changes[i - 1].at)) {
            return std::nullopt;
        }
        changes[i].offset = offsets[kinds[i]];
    }
    zone.first_offset_ = offsets.front();
    in.skip(header->letters + header->standard_marks + header->utc_marks);
    const std::string_view rest = in.rest();
    if (time_bytes == 8 && rest.starts_with('\n')) {
        const std::string_view text = rest.substr(1, rest.find('\n', 1) - 1);
        zone.rule_ = RuleScanner(text).rule();
        if (!text.empty() && !zone.rule_) {
            return std::nullopt;
        }
    }
    return zone;
}

std::optional<TimeZone> TimeZone::find(const std::string& name, std::string& problem,
                                       std::string& hint) {
    if (name == "UTC") {
        return TimeZone();
    }
    const std::filesystem::path file = std::filesystem::path(kDatabase) / name;
    std::error_code error;
    if (is_name(name) && !name.starts_with("right/") &&
        std::filesystem::is_regular_file(file, error)) {
        if (std::optional<TimeZone> zone = from_file(read_small_file(file))) {
            return zone;
        }
    }
    problem = "no such time zone (got '" + name + "')";
    hint = hint_for(name);
    return std::nullopt;
}

TimeZone::Span TimeZone::at(std::int64_t instant) const {
    const auto later =
        std::upper_bound(changes_.begin(), changes_.end(), instant,
                         [](std::int64_t time, const Change& change) { return time < change.at; });
    if (later != changes_.end()) {
        return {later == changes_.begin() ? first_offset_ : std::prev(later)->offset, later->at};
    }
    if (rule_) {
        return by_rule(instant);
    }
    return {changes_.empty() ? first_offset_ : changes_.back().offset};
}

TimeZone::Span TimeZone::by_rule(std::int64_t instant) const {
    if (!rule_->summer) {
        return {rule_->standard};
    }
    using namespace std::chrono;
    const year_month_day date{floor<days>(sys_seconds(seconds(instant + rule_->standard)))};
    std::vector<Change> around;
    for (int year = static_cast<int>(date.year()) - 1; year <= static_cast<int>(date.year()) + 2;
         ++year) {
        around.push_back({rule_->begin.in_year(year) - rule_->standard, *rule_->summer});
        around.push_back({rule_->end.in_year(year) - *rule_->summer, rule_->standard});
    }
    const auto before = [](const Change& a, const Change& b) { return a.at < b.at; };
    std::sort(around.begin(), around.end(), before);
    const auto later = std::upper_bound(around.begin(), around.end(), Change{instant, 0}, before);
    return {std::prev(later)->offset, later->at};
}

std::int64_t TimeZone::first_instant(std::int64_t local) const {
    for (std::int64_t from = local - 2 * kLargestOffset;;) {
        const Span span = at(from);
        if (local - span.offset < span.end) {
            return std::max(from, local - span.offset);
        }
        from = span.end;
    }
}

}  // namespace tidepool::workloads
