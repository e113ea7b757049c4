#pragma once
// Tables: a group of columns along one dimension, filled from a list of records.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/ticks.h"
#include "sim/results/h5.h"

namespace tidepool::results {

inline constexpr std::int32_t kNoValue = -1;

using Row = std::optional<std::uint32_t>;  // of another table, if there is one

// NaN for what did not happen.
inline double seconds(Ticks t) {
    return t == kNever ? std::numeric_limits<double>::quiet_NaN() : to_seconds(t).value;
}

// Texts for many rows: padded to the longest and compressed, unless one is longer than 256 bytes,
// which bounds what one odd text can cost in every row.
inline h5::Dataset write_texts(h5::Group& group, const char* name,
                               std::span<const std::string_view> values,
                               const h5::Meaning& meaning) {
    constexpr std::size_t kLongestPadded = 256;
    const bool padded = std::ranges::all_of(
        values, [](std::string_view text) { return text.size() <= kLongestPadded; });
    return padded ? group.padded_texts(name, values, meaning) : group.texts(name, values, meaning);
}

// Writes the columns of one group, in the order of the calls, and at the end its dimension. Records
// must outlive it; get(record) gives a column's value.
template <class Record>
class Columns {
public:
    // `dimension`: the name of the scale, which number_rows() or name_rows() writes.
    Columns(h5::Group group, const char* dimension, std::span<const Record> records)
        : group_(std::move(group)),
          dimension_(dimension),
          point_(std::string(dimension) + ": point"),
          records_(records) {}

    // The dimension's own values: 0, 1, ...; or those of get().
    void number_rows(std::string_view long_name) {
        std::vector<std::uint32_t> rows(records_.size());
        for (std::size_t r = 0; r < rows.size(); ++r) {
            rows[r] = static_cast<std::uint32_t>(r);
        }
        scale_.emplace(group_.column<std::uint32_t>(dimension_, rows, {"1", long_name, ""}));
    }
    template <class Get>
    void name_rows(std::string_view long_name, Get get) {
        scale_.emplace(group_.column<std::uint32_t>(dimension_, values<std::uint32_t>(get),
                                                    {"1", long_name, ""}));
    }

    h5::Group& group() { return group_; }
    // A column that was written to group() by other means.
    void add(h5::Dataset dataset) { datasets_.push_back(std::move(dataset)); }

    template <class T, class Get>
    void add(const char* name, std::string_view units, std::string_view long_name, Get get) {
        add(group_.template column<T>(name, values<T>(get), {units, long_name, point_}));
    }

    // Integers, -1 where get() has none.
    template <class Get>
    void add_optional(const char* name, std::string_view long_name, Get get) {
        const auto value = [&](const Record& record) {
            const Row some = get(record);
            return some ? static_cast<std::int32_t>(*some) : kNoValue;
        };
        h5::Dataset column = group_.template column<std::int32_t>(name, values<std::int32_t>(value),
                                                                  {"1", long_name, ""});
        column.attribute("_FillValue", kNoValue);
        add(std::move(column));
    }

    template <class Get>
    void add_enum(const char* name, std::span<const std::string_view> names,
                  std::string_view long_name, Get get) {
        const auto value = [&](const Record& record) {
            const auto v = static_cast<std::int8_t>(get(record));
            TP_ASSERT(v >= 0 && static_cast<std::size_t>(v) < names.size(), "every value is named");
            return v;
        };
        add(group_.enums(name, values<std::int8_t>(value), names, {"1", long_name, ""}));
    }

    // After the last column.
    void close() {
        TP_ASSERT(scale_, "a table has a dimension");
        std::vector<h5::Dataset*> pointers;
        for (h5::Dataset& dataset : datasets_) {
            pointers.push_back(&dataset);
        }
        scale_->scale_of(dimension_, pointers);
    }

private:
    template <class T, class Get>
    std::vector<T> values(Get get) const {
        std::vector<T> column;
        column.reserve(records_.size());
        for (const Record& record : records_) {
            column.push_back(static_cast<T>(get(record)));
        }
        return column;
    }

    h5::Group group_;
    const char* dimension_;
    std::string point_;
    std::span<const Record> records_;
    std::optional<h5::Dataset> scale_;
    std::vector<h5::Dataset> datasets_;
};

}  // namespace tidepool::results
