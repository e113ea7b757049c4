// Mooncake's traces: one JSON object a line, with these four members in any order.

#include <algorithm>
#include <array>
#include <utility>

#include "workloads/arrival.h"
#include "workloads/request_reader.h"

namespace tidepool::workloads {
namespace {

constexpr std::uint32_t kBlockTokens = 512;
constexpr std::array<std::string_view, 4> kKeys{"timestamp", "input_length", "output_length",
                                                "hash_ids"};

// A line of JSON, from left to right. Numbers are handed on as they are written.
class JsonLine {
public:
    JsonLine(std::string_view line, Row& row) : line_(line), row_(row) {}

    bool take(char c) {
        skip_blanks();
        const bool there = at_ < line_.size() && line_[at_] == c;
        at_ += there ? 1 : 0;
        return there;
    }
    bool expect(char c) {
        const bool there = take(c);
        if (!there) {
            fail(std::string("'") + c + "' is missing");
        }
        return there;
    }
    bool at_end() {
        skip_blanks();
        return at_ == line_.size();
    }
    // A name without escapes, in quotes.
    bool name(Field& field) {
        if (!expect('"')) {
            return false;
        }
        field.column = at_ + 1;
        const std::size_t end = line_.find_first_of("\"\\", at_);
        if (end == std::string_view::npos || line_[end] == '\\') {
            fail("a name does not end on its line, or holds a '\\'");
            return false;
        }
        field.text = line_.substr(at_, end - at_);
        at_ = end + 1;
        return true;
    }
    Field number() {
        skip_blanks();
        const std::size_t end =
            std::min(line_.find_first_not_of("+-.0123456789eE", at_), line_.size());
        const Field field{line_.substr(at_, end - at_), at_ + 1};
        at_ = end;
        return field;
    }
    Field here() const { return {line_.substr(at_, line_.find(',', at_) - at_), at_ + 1}; }
    void fail(std::string problem) {
        row_.fail(here(), {}, "not the JSON expected: " + std::move(problem) + got(here().text));
    }

private:
    void skip_blanks() {
        while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) {
            ++at_;
        }
    }

    std::string_view line_;
    Row& row_;
    std::size_t at_ = 0;
};

class Mooncake final : public RequestReader {
public:
    Mooncake(LineSource& lines, Problems& problems) : problems_(problems), lines_(lines) {}

    bool next(Request& request) override {
        std::string_view line;
        while (!problems_.too_many() && lines_.next(line)) {
            if (line.find_first_not_of(" \t") == std::string_view::npos) {
                continue;
            }
            Row row{problems_, lines_.line()};
            if (read_line(line, row, request)) {
                return true;
            }
        }
        return false;
    }
    const std::vector<std::string>& classes() const override { return classes_; }
    std::uint32_t block_tokens() const override { return kBlockTokens; }
    std::string origin() const override { return {}; }

private:
    bool read_line(std::string_view line, Row& row, Request& request) {
        JsonLine json(line, row);
        request = {};
        blocks_.clear();
        seen_.fill(false);
        if (!json.expect('{')) {
            return false;
        }
        bool more = !json.take('}');
        while (more) {
            Field name;
            if (!json.name(name) || !json.expect(':') || !read_member(json, row, name, request)) {
                return false;
            }
            more = json.take(',');
            if (!more && !json.expect('}')) {
                return false;
            }
        }
        if (!json.at_end()) {
            json.fail("text after the object");
        }
        for (std::size_t i = 0; i < kKeys.size() && row.ok; ++i) {
            if (!seen_[i] && i != 3) {
                row.fail({{}, 0}, kKeys[i], "the value is missing");
            }
        }
        check_blocks(row, blocks_at_, kKeys[3], blocks_.size(), request.tokens_in, kBlockTokens);
        request.blocks = blocks_;
        return row.ok;
    }

    // False: the rest of the line makes no sense.
    bool read_member(JsonLine& json, Row& row, const Field& name, Request& request) {
        const auto found = std::find(kKeys.begin(), kKeys.end(), name.text);
        const auto key = static_cast<std::size_t>(found - kKeys.begin());
        if (found == kKeys.end() || seen_[key]) {
            row.fail(
                name, {},
                (found == kKeys.end() ? "unknown member" : "the member stands there twice") +
                    got(name.text),
                found == kKeys.end() ? did_you_mean(name.text, {kKeys.begin(), kKeys.end()}) : "");
            return false;
        }
        seen_[key] = true;
        if (key == 3) {
            return read_list(json, row);
        }
        const Field field = json.number();
        if (key == 0) {
            request.arrival = clock_.read_milliseconds(row, field, kKeys[key]);
        } else {
            (key == 1 ? request.tokens_in : request.tokens_out) =
                static_cast<std::uint32_t>(row.integer(field, kKeys[key], 1, kMostTokens));
        }
        return true;
    }

    bool read_list(JsonLine& json, Row& row) {
        if (!json.expect('[')) {
            return false;
        }
        blocks_at_ = json.here();
        bool more = !json.take(']');
        while (more) {
            read_block(row, json.number(), kKeys[3], blocks_);
            more = json.take(',');
            if (!row.ok || (!more && !json.expect(']'))) {
                return false;
            }
        }
        return true;
    }

    Problems& problems_;
    LineSource& lines_;
    ArrivalClock clock_;
    std::array<bool, kKeys.size()> seen_{};
    Field blocks_at_;
    std::vector<std::uint64_t> blocks_;
    std::vector<std::string> classes_{""};
};

}  // namespace

std::unique_ptr<RequestReader> open_mooncake(LineSource& lines, Problems& problems) {
    return std::make_unique<Mooncake>(lines, problems);
}

}  // namespace tidepool::workloads
