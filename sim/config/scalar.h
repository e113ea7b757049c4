#pragma once
// The part of the reader that needs no templates: one value of one basic type, judged and reported.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/field.h"
#include "sim/config/units.h"
#include "sim/config/value.h"

namespace tidepool::config {

// The value being read and where complaints about it go.
struct Place {
    const Value& value;
    const std::string& path;
    Issues& issues;

    void fail(std::string problem, std::string hint = {}) const {
        issues.add(value.at, path, std::move(problem), std::move(hint));
    }
};

// Each reports at most one issue and is empty exactly when it did.
std::optional<std::string> read_text(const Place& place, const Rule& rule);
std::optional<bool> read_bool(const Place& place);
std::optional<std::int64_t> read_integer(const Place& place, const Rule& rule);
std::optional<double> read_number(const Place& place, const Rule& rule);
std::optional<double> read_quantity(const Place& place, const Rule& rule, Dimension dimension);
// Index into the names of the kinds.
std::optional<std::size_t> read_kind(const Place& place, const std::vector<std::string>& names);

// Whether the value is a list or a map; reports when not.
bool expect_list(const Place& place);
bool expect_map(const Place& place);

void report_missing(const Place& place, std::string_view key);
void report_unknown_keys(const Place& place, const std::vector<std::string>& known);

}  // namespace tidepool::config
