#pragma once
// Rows of comma-separated text (RFC 4180, but a quoted field ends on its line): fields may stand in
// double quotes, with "" for a quote; blanks around a field are dropped; blank lines are skipped.
// Columns are found by their names in the first row, in any order.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/source.h"

namespace tidepool::workloads {

struct Field {
    std::string_view text;   // unquoted; valid until the next row
    std::size_t column = 1;  // where it starts in its line, in bytes from 1
};

struct CsvColumn {
    std::string_view name;
    bool required = false;
};

struct Note {
    std::uint64_t line = 0;
    std::string text;
};

enum class OtherColumns : std::uint8_t { kRefuse, kIgnore };

class CsvTable {
public:
    // Both must outlive this.
    CsvTable(LineSource& lines, Problems& problems) : lines_(lines), problems_(problems) {}

    // Reads the names. Lines before them that start with '#' go to `notes`. False, and problems
    // reported, when the rows would make no sense; no row can be read then.
    bool read_header(std::span<const CsvColumn> columns, OtherColumns others,
                     std::vector<Note>* notes = nullptr);

    // For a file without names: its columns are these, in this order.
    void assume_header(std::span<const CsvColumn> columns);

    // The next row with as many fields as the header; others are reported and passed over.
    bool next_row();

    // The field of columns[i] in this row; null when the file has no such column.
    const Field* operator[](std::size_t i) const {
        return where_[i] == kAbsent ? nullptr : &fields_[where_[i]];
    }
    bool has(std::size_t i) const { return where_[i] != kAbsent; }
    // Which of the columns asked for the file has, in the file's order.
    const std::vector<std::size_t>& present() const { return present_; }
    std::uint64_t line() const { return lines_.line(); }

private:
    static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
    bool find_header(std::vector<Note>* notes);
    bool report_missing(std::span<const CsvColumn> columns);
    bool split(std::string_view line);
    bool read_quoted(std::string_view line, std::size_t& at, Field& field);

    LineSource& lines_;
    Problems& problems_;
    std::vector<Field> fields_;
    std::vector<std::size_t> where_;  // by index into the columns asked for
    std::vector<std::size_t> present_;
    std::size_t width_ = 0;
    bool takes_notes_ = false;
    bool named_ = true;
    std::string unquoted_;  // text of quoted fields that held quotes
};

}  // namespace tidepool::workloads
