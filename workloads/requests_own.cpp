// Tidepool's own CSV of requests.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "workloads/arrival.h"
#include "workloads/csv.h"
#include "workloads/own_requests.h"
#include "workloads/request_reader.h"

namespace tidepool::workloads {
namespace {

enum Column : std::size_t { kArrival, kTokensIn, kTokensOut, kClass, kBlocks };
constexpr std::array kColumns{CsvColumn{"arrival", true}, CsvColumn{"tokens_in", true},
                              CsvColumn{"tokens_out", true}, CsvColumn{"class", false},
                              CsvColumn{"blocks", false}};

class OwnRequests final : public RequestReader {
public:
    OwnRequests(LineSource& lines, Problems& problems)
        : problems_(problems), table_(lines, problems) {
        std::vector<Note> notes;
        good_ = table_.read_header(kColumns, OtherColumns::kRefuse, &notes);
        read_notes(notes);
        if (good_ && table_.has(kBlocks) && block_tokens_ == 0) {
            problems_.add(table_.line(), 0, "blocks", "how many tokens a block has is not said",
                          "write a line before the header: # block_tokens = 512");
            block_tokens_ = kMostTokens;
        }
    }

    bool next(Request& request) override {
        while (good_ && table_.next_row()) {
            Row row{problems_, table_.line()};
            read_row(row, request);
            if (row.ok) {
                return true;
            }
        }
        return false;
    }
    const std::vector<std::string>& classes() const override { return classes_; }
    std::uint32_t block_tokens() const override { return block_tokens_; }
    std::string origin() const override { return clock_.origin(); }

private:
    void read_notes(const std::vector<Note>& notes) {
        for (const Note& note : notes) {
            Row row{problems_, note.line};
            if (const auto origin = note_value(note.text, "origin")) {
                if (const auto time = parse_calendar(origin->text)) {
                    clock_.set_origin(*time);
                } else {
                    row.fail(*origin, "origin", "not a calendar time" + got(origin->text),
                             "write it like # origin: 2017-09-04T10:30:41+08:00");
                }
            } else if (const auto size = note_value(note.text, kBlockTokensNote)) {
                block_tokens_ = static_cast<std::uint32_t>(
                    row.integer(*size, kBlockTokensNote, 1, kMostTokens));
            }
        }
    }

    void read_row(Row& row, Request& request) {
        const auto tokens = [&](Column column) {
            return static_cast<std::uint32_t>(
                row.integer(*table_[column], kColumns[column].name, 1, kMostTokens));
        };
        request.arrival = clock_.read(row, *table_[kArrival], "arrival");
        request.tokens_in = tokens(kTokensIn);
        request.tokens_out = tokens(kTokensOut);
        request.request_class = 0;
        if (table_.has(kClass) && !table_[kClass]->text.empty()) {
            request.request_class = read_class(row, *table_[kClass]);
        }
        blocks_.clear();
        if (table_.has(kBlocks) && !table_[kBlocks]->text.empty()) {
            read_blocks(row, *table_[kBlocks], request.tokens_in);
        }
        request.blocks = blocks_;
    }

    std::uint32_t read_class(Row& row, const Field& field) {
        const std::string_view name = row.text(field, "class");
        const auto found = numbers_.find(name);
        if (found != numbers_.end() || !row.ok) {
            return found != numbers_.end() ? found->second : 0;
        }
        if (classes_.size() > kMostClasses) {
            row.fail(field, "class",
                     "more than " + std::to_string(kMostClasses) + " classes" + got(name));
            return 0;
        }
        const auto number = static_cast<std::uint32_t>(classes_.size());
        classes_.emplace_back(name);
        numbers_.emplace(name, number);
        return number;
    }

    void read_blocks(Row& row, const Field& field, std::uint32_t tokens_in) {
        for (std::size_t at = 0; at < field.text.size();) {
            const std::size_t end = std::min(field.text.find(' ', at), field.text.size());
            if (end > at) {
                read_block(row, {field.text.substr(at, end - at), field.column + at}, "blocks",
                           blocks_);
            }
            at = end + 1;
        }
        check_blocks(row, field, "blocks", blocks_.size(), tokens_in, block_tokens_);
    }

    Problems& problems_;
    CsvTable table_;
    bool good_ = false;
    ArrivalClock clock_;
    std::uint32_t block_tokens_ = 0;
    std::vector<std::string> classes_{""};
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::vector<std::uint64_t> blocks_;
};

}  // namespace

std::unique_ptr<RequestReader> open_own_requests(LineSource& lines, Problems& problems) {
    return std::make_unique<OwnRequests>(lines, problems);
}

}  // namespace tidepool::workloads
