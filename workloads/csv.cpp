#include "workloads/csv.h"

#include <algorithm>
#include <cstring>

namespace tidepool::workloads {
namespace {

constexpr std::size_t kMostColumns = 1'000;
constexpr std::size_t kMostNotes = 1'000;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool all_blank(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_blank);
}

std::vector<std::string> names_of(std::span<const CsvColumn> columns) {
    std::vector<std::string> names;
    for (const CsvColumn& column : columns) {
        names.emplace_back(column.name);
    }
    return names;
}

}  // namespace

// `at` points behind the opening quote; moves it behind the closing one and the blanks after that.
bool CsvTable::read_quoted(std::string_view line, std::size_t& at, Field& field) {
    const std::size_t begin = at;
    bool doubled = false;
    for (;; ++at) {
        at = line.find('"', at);
        if (at == std::string_view::npos) {
            problems_.add(this->line(), field.column, {}, "a quoted field does not end on its line",
                          "close it with '\"'");
            return false;
        }
        if (at + 1 >= line.size() || line[at + 1] != '"') {
            break;
        }
        doubled = true;
        ++at;
    }
    field.text = line.substr(begin, at - begin);
    if (doubled) {
        const std::size_t start = unquoted_.size();  // reserved: never moves within a row
        for (std::size_t i = 0; i < field.text.size(); ++i) {
            unquoted_ += field.text[i];
            i += field.text[i] == '"' ? 1 : 0;
        }
        field.text = std::string_view(unquoted_).substr(start);
    }
    ++at;
    while (at < line.size() && is_blank(line[at])) {
        ++at;
    }
    if (at < line.size() && line[at] != ',') {
        problems_.add(
            this->line(), at + 1, {},
            "text after the closing quote" + got(line.substr(at, line.find(',', at) - at)));
        return false;
    }
    return true;
}

bool CsvTable::split(std::string_view line) {
    fields_.clear();
    unquoted_.clear();
    for (std::size_t at = 0;; ++at) {  // at the first byte of a field
        while (at < line.size() && is_blank(line[at])) {
            ++at;
        }
        Field field{{}, at + 1};
        if (at < line.size() && line[at] == '"') {
            unquoted_.reserve(line.size());
            ++at;
            if (!read_quoted(line, at, field)) {
                return false;
            }
        } else {
            const char* const begin = line.data() + at;
            const void* const comma =
                at < line.size() ? std::memchr(begin, ',', line.size() - at) : nullptr;
            std::size_t length =
                comma != nullptr ? static_cast<std::size_t>(static_cast<const char*>(comma) - begin)
                                 : line.size() - at;
            at += length;
            while (length > 0 && is_blank(begin[length - 1])) {
                --length;
            }
            field.text = {begin, length};
        }
        fields_.push_back(field);
        if (at >= line.size()) {
            return true;
        }
    }
}

// Splits the first line that is neither blank nor a note.
bool CsvTable::find_header(std::vector<Note>* notes) {
    std::string_view line;
    while (lines_.next(line)) {
        if (notes != nullptr && line.starts_with('#')) {
            if (notes->size() < kMostNotes) {
                notes->push_back({this->line(), std::string(line)});
            }
        } else if (!all_blank(line)) {
            return split(line);
        }
    }
    if (!problems_.any()) {
        problems_.add(0, 0, {}, "the file is empty", "write a first line with the column names");
    }
    return false;
}

bool CsvTable::read_header(std::span<const CsvColumn> columns, OtherColumns others,
                           std::vector<Note>* notes) {
    takes_notes_ = notes != nullptr;
    if (!find_header(notes)) {
        return false;
    }
    width_ = fields_.size();
    if (width_ > kMostColumns) {
        problems_.add(line(), 0, "header",
                      "more than " + std::to_string(kMostColumns) + " columns");
        return false;
    }
    const std::vector<std::string> names = names_of(columns);
    where_.assign(columns.size(), kAbsent);
    present_.clear();
    bool good = true;
    for (std::size_t i = 0; i < width_; ++i) {
        const std::string_view name = fields_[i].text;
        const auto found = std::find(names.begin(), names.end(), name);
        const auto column = static_cast<std::size_t>(found - names.begin());
        if (found != names.end() && where_[column] == kAbsent) {
            where_[column] = i;
            present_.push_back(column);
        } else if (found != names.end()) {
            problems_.add(line(), fields_[i].column, "header",
                          "the column stands there twice" + got(name));
            good = false;
        } else if (others == OtherColumns::kRefuse) {
            problems_.add(line(), fields_[i].column, "header", "unknown column" + got(name),
                          did_you_mean(name, names));
            good = false;
        }
    }
    return report_missing(columns) && good;
}

void CsvTable::assume_header(std::span<const CsvColumn> columns) {
    width_ = columns.size();
    present_.clear();
    where_.clear();
    for (std::size_t i = 0; i < width_; ++i) {
        present_.push_back(i);
        where_.push_back(i);
    }
    takes_notes_ = false;
    named_ = false;
}

// Reports required columns that the header lacks, with the name there that comes nearest.
bool CsvTable::report_missing(std::span<const CsvColumn> columns) {
    std::vector<std::string> present;
    for (const Field& field : fields_) {
        present.emplace_back(field.text);
    }
    bool good = true;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].required && where_[i] == kAbsent) {
            const std::string near = nearest(columns[i].name, present);
            problems_.add(line(), 0, "header",
                          "column '" + std::string(columns[i].name) + "' is missing",
                          near.empty() ? near : "is it the one called '" + near + "'?");
            good = false;
        }
    }
    return good;
}

bool CsvTable::next_row() {
    std::string_view line;
    while (!problems_.too_many() && lines_.next(line)) {
        if (all_blank(line) || !split(line)) {
            continue;
        }
        if (fields_.size() == width_) {
            return true;
        }
        problems_.add(this->line(), 0, {},
                      (named_ ? "the header names " : "a row has ") + std::to_string(width_) +
                          " columns (got " + std::to_string(fields_.size()) + ")",
                      takes_notes_ && line.starts_with('#') ? "notes go before the header" : "");
    }
    return false;
}

}  // namespace tidepool::workloads
