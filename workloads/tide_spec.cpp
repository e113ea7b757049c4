#include "workloads/tide_spec.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/config/text.h"
#include "sim/config/units.h"
#include "workloads/calendar.h"
#include "workloads/time_zone.h"

namespace tidepool::workloads {
namespace {

using config::Value;

constexpr std::size_t kMostShares = 1'000;  // classes

class Checker {
public:
    Checker(const Value& value, const std::string& path, Issues& issues)
        : value_(value), path_(path), issues_(issues) {}

    void report(const char* key, const std::string& problem, const std::string& hint = "") const {
        issues_.add(config::position_of(value_, key), config::join_path(path_, key), problem, hint);
    }
    // None, or so many factors of which some are above 0.
    void factors(const char* key, const std::vector<double>& list, std::size_t count) const {
        if (list.empty()) {
            return;
        }
        if (list.size() != count) {
            report(key, "needs " + std::to_string(count) + " factors (got " +
                            std::to_string(list.size()) + ")");
        } else if (*std::max_element(list.begin(), list.end()) <= 0) {
            report(key, "needs a factor above 0");
        }
    }

private:
    const Value& value_;
    const std::string& path_;
    Issues& issues_;
};

void check_table(const LengthSpec& spec, const Checker& check) {
    const std::vector<std::vector<double>>& table = spec.table;
    if (table.size() < 2 || table.size() > kMostQuantiles) {
        check.report("table", "needs 2 .. " + std::to_string(kMostQuantiles) + " pairs (got " +
                                  std::to_string(table.size()) + ")");
        return;
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::string row = "row " + std::to_string(i + 1) + " ";
        if (table[i].size() != 2) {
            check.report("table", row + "is not [share, tokens]");
            return;
        }
        if (i > 0 && table[i][0] <= table[i - 1][0]) {
            check.report("table", row + "does not have a higher share than the row before");
            return;
        }
        if (i > 0 && table[i][1] < table[i - 1][1]) {
            check.report("table", row + "has fewer tokens than the row before");
            return;
        }
    }
    if (table.front()[0] != 0 || table.back()[0] != 1) {
        check.report("table", "does not go from share 0 to share 1");
    }
}

int ways(const LengthSpec& spec) {
    return (spec.fixed ? 1 : 0) + (spec.exponential ? 1 : 0) + (spec.lognormal.empty() ? 0 : 1) +
           (spec.table.empty() ? 0 : 1);
}

}  // namespace

void validate(const LengthSpec& spec, const Value& value, const std::string& path, Issues& issues) {
    const Checker check(value, path, issues);
    if (ways(spec) > 1) {
        issues.add(value.at, path, "says in several ways how many tokens",
                   "keep one of `fixed`, `exponential`, `lognormal` and `table`");
    }
    if (!spec.lognormal.empty()) {
        const std::vector<double>& law = spec.lognormal;
        if (law.size() != 2) {
            check.report("lognormal", "is not [mu, sigma]");
        } else if (law[1] < 0 || law[1] > 4) {
            check.report("lognormal",
                         "sigma must be between 0 and 4 (got " +
                             config::print_exact(law[1], config::Dimension::kFraction) + ")");
        }
    }
    if (!spec.table.empty()) {
        check_table(spec, check);
    }
}

void validate(const LengthsSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Checker check(value, path, issues);
    const auto one = [&](const char* key, const LengthSpec& length) {
        if (spec.preset && ways(length) > 0) {
            check.report(key, "is given beside `preset`", "keep one of them");
        } else if (!spec.preset && ways(length) == 0) {
            check.report(key, "does not say how many tokens",
                         "give `fixed`, `exponential`, `lognormal` or `table`, or a `preset`");
        }
        if (length.fixed && *length.fixed > spec.most) {
            check.report(key, "is always longer than `most` (" + std::to_string(spec.most) + ")");
        }
    };
    one("in", spec.in);
    one("out", spec.out);
}

void validate(const TideSpec& spec, const Value& value, const std::string& path, Issues& issues) {
    const Checker check(value, path, issues);
    if (!spec.hours.empty() && spec.profile != HourProfile::kFlat) {
        check.report("hours", "is given beside `profile`", "keep one of them");
    }
    check.factors("hours", spec.hours, 24);
    check.factors("days", spec.days, 7);
    if (spec.flash.size() > kMostFlashes) {
        check.report("flash", "has more than " + std::to_string(kMostFlashes) + " flash crowds");
    }
    if (spec.start.size() != 10 || !parse_calendar(spec.start + "T00:00")) {
        check.report("start", "is no date (got " + config::shown(spec.start) + ")",
                     "write it as '2026-01-05'");
    }
    std::string problem, hint;
    if (!TimeZone::find(spec.time_zone, problem, hint)) {
        check.report("time_zone", problem, hint);
    }
}

void validate_classes(const std::vector<ClassShare>& classes, const Value* list,
                      const std::string& path, Issues& issues) {
    if (classes.empty()) {
        return;
    }
    const Position at = list == nullptr ? Position{} : list->at;
    if (classes.size() > kMostShares) {
        issues.add(at, path, "has more than " + std::to_string(kMostShares) + " classes");
        return;
    }
    double sum = 0;
    std::set<std::string> names;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        sum += classes[i].share.value;
        if (!names.insert(classes[i].name).second) {
            const bool listed = list != nullptr && i < list->items.size();
            issues.add(listed ? list->items[i].at : at, path + "[" + std::to_string(i) + "].name",
                       "is there twice (got " + config::shown(classes[i].name) + ")");
        }
    }
    if (std::fabs(sum - 1) > 1e-9) {
        issues.add(at, path,
                   "shares add up to " + config::print_exact(sum, config::Dimension::kFraction) +
                       ", not to 1");
    }
}

}  // namespace tidepool::workloads
