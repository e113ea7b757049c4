// `--set a.b[2].c=15 min`: one assignment laid over a tree of values; and the same for a path and a
// value that stand in a file.

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "sim/config/text.h"
#include "sim/config/value.h"

namespace tidepool::config {
namespace {

struct Step {
    bool is_index = false;
    std::string key;
    std::size_t index = 0;
    std::size_t begin = 0, end = 0;  // in the assignment
};

// A path and where it stands: on a command line its steps have columns of their own, as a key of a
// file all of it has one place.
struct PathText {
    std::string_view text;
    Position at;
    bool is_key = false;

    Position place(std::size_t offset) const {
        Position there = at;
        there.column += is_key ? 0 : static_cast<int>(offset);
        return there;
    }
};

// Splits a path into steps: all of the text if it is a key, else the left side of an assignment.
class PathReader {
public:
    PathReader(const PathText& path, Issues& issues)
        : path_(path), text_(path.text), issues_(issues) {}

    std::optional<std::vector<Step>> steps() {
        std::vector<Step> path;
        do {
            std::optional<Step> step = peek() == '[' && !path.empty() ? index() : key();
            if (!step) {
                return std::nullopt;
            }
            path.push_back(std::move(*step));
            if (path.size() > kMaxDepth) {
                return fail("path is deeper than " + std::to_string(kMaxDepth));
            }
        } while (more());
        if (path_.is_key && next_ < text_.size()) {
            return fail(
                "expected a dot or the end of the path (got " + shown(text_.substr(next_)) + ")",
                example());
        }
        if (!path_.is_key && peek() != '=') {
            return fail("expected '=' and a value after the path (got " + shown(text_) + ")",
                        example());
        }
        return path;
    }

    std::size_t value_begin() const { return next_ + 1; }

private:
    std::string example() const {
        return path_.is_key ? "write for example a.b[2].c" : "write for example a.b[2].c=value";
    }

    char peek() const { return next_ < text_.size() ? text_[next_] : '\0'; }

    bool more() {
        if (peek() == '.') {
            ++next_;
            return true;
        }
        return peek() == '[';
    }

    std::nullopt_t fail(std::string problem, std::string hint = {}) {
        issues_.add(path_.place(next_), {}, std::move(problem), std::move(hint));
        return std::nullopt;
    }

    std::optional<Step> key() {
        const std::size_t begin = next_;
        if (peek() == '"') {
            const std::size_t close = text_.find('"', begin + 1);
            if (close == std::string_view::npos) {
                return fail("the quote is never closed");
            }
            next_ = close + 1;
            return Step{false, std::string(text_.substr(begin + 1, close - begin - 1)), 0, begin,
                        next_};
        }
        next_ = std::min(text_.find_first_of(".[]=\"", begin), text_.size());
        if (next_ == begin) {
            return fail("expected a key (got " + shown(text_.substr(begin)) + ")", example());
        }
        return Step{false, std::string(text_.substr(begin, next_ - begin)), 0, begin, next_};
    }

    std::optional<Step> index() {
        const std::size_t begin = next_;
        Step step{true, {}, 0, begin, 0};
        const char* last = text_.data() + text_.size();
        const auto [end, error] = std::from_chars(text_.data() + begin + 1, last, step.index);
        if (error != std::errc{} || end == last || *end != ']') {
            return fail("expected a number in brackets, counted from 0 (got " +
                        shown(text_.substr(begin)) + ")");
        }
        next_ = static_cast<std::size_t>(end - text_.data()) + 1;
        step.end = next_;
        return step;
    }

    const PathText& path_;
    std::string_view text_;
    Issues& issues_;
    std::size_t next_ = 0;
};

std::string_view kind_name(Value::Kind kind) {
    switch (kind) {
        case Value::Kind::kNull:
            return "nothing";
        case Value::Kind::kScalar:
            return "a single value";
        case Value::Kind::kSequence:
            return "a list";
        case Value::Kind::kMap:
            return "a map";
    }
    return {};
}

// One step down, creating what may be created; null when the path cannot go on.
Value* descend(Value& from, const Step& step, std::string_view parent, const Position& at,
               Issues& issues) {
    const std::string got = parent.empty() ? "the file holds " : shown(parent) + " is ";
    if (step.is_index) {
        if (from.kind != Value::Kind::kSequence) {
            issues.add(at, std::string(parent),
                       got + std::string(kind_name(from.kind)) + ", not a list");
            return nullptr;
        }
        if (step.index >= from.items.size()) {
            issues.add(at, std::string(parent),
                       "has " + std::to_string(from.items.size()) + " items, counted from 0 (got " +
                           std::to_string(step.index) + ")");
            return nullptr;
        }
        return &from.items[step.index];
    }
    if (from.kind == Value::Kind::kNull) {
        from.kind = Value::Kind::kMap;
        from.at = at;
    }
    if (from.kind != Value::Kind::kMap) {
        issues.add(at, std::string(parent), got + std::string(kind_name(from.kind)) + ", not a map",
                   from.kind == Value::Kind::kSequence ? "name an item, such as [0]" : "");
        return nullptr;
    }
    for (Member& member : from.members) {
        if (member.key == step.key) {
            return &member.value;
        }
    }
    from.members.push_back({step.key, at, {}});
    from.members.back().value.at = at;
    return &from.members.back().value;
}

void shift_columns(Value& value, int by) {
    value.at.column += value.at.line == 1 ? by : 0;
    for (Value& item : value.items) {
        shift_columns(item, by);
    }
    for (Member& member : value.members) {
        member.at.column += member.at.line == 1 ? by : 0;
        shift_columns(member.value, by);
    }
}

// The right side; columns count from the start of the assignment.
std::optional<Value> parse_right_side(std::string_view assignment, std::size_t begin,
                                      const Position& at, const std::string& path, Issues& issues) {
    Issues found;
    Value value = parse_yaml(assignment.substr(begin), at.file, found);
    const int shift = static_cast<int>(begin);
    for (Issue issue : found.list()) {
        issue.at.column =
            issue.at.line <= 1 ? std::max(issue.at.column, 1) + shift : issue.at.column;
        issue.at.line = std::max(issue.at.line, 1);
        issue.path = path;
        if (issue.problem == "is empty") {
            issue.problem = "needs a value after '='";
        }
        issues.add(std::move(issue));
    }
    if (!found.empty()) {
        return std::nullopt;
    }
    shift_columns(value, shift);
    return value;
}

// Puts the value at the end of the path.
void lay(Value& root, const PathText& path, const std::vector<Step>& steps, Value value,
         Issues& issues) {
    Value* target = &root;
    for (const Step& step : steps) {
        std::string_view parent = path.text.substr(0, step.begin);
        if (parent.ends_with('.')) {
            parent.remove_suffix(1);
        }
        target = descend(*target, step, parent, path.place(step.begin), issues);
        if (target == nullptr) {
            return;
        }
    }
    *target = std::move(value);
}

}  // namespace

void apply_override(Value& root, std::string_view assignment, int number, Issues& issues) {
    const PathText text{assignment, {"--set#" + std::to_string(number), 1, 1}, false};
    if (const auto bad = find_bad_byte(assignment)) {
        issues.add(text.place(bad->offset), {}, bad->problem);
        return;
    }
    PathReader reader(text, issues);
    const std::optional<std::vector<Step>> steps = reader.steps();
    if (!steps) {
        return;
    }
    const std::string whole(assignment.substr(0, reader.value_begin() - 1));
    std::optional<Value> value =
        parse_right_side(assignment, reader.value_begin(), text.at, whole, issues);
    if (value) {
        lay(root, text, *steps, std::move(*value), issues);
    }
}

void assign(Value& root, const Assignment& assignment, Issues& issues) {
    const PathText text{assignment.path, assignment.at, true};
    const std::optional<std::vector<Step>> steps = PathReader(text, issues).steps();
    if (steps) {
        lay(root, text, *steps, assignment.value, issues);
    }
}

std::optional<std::string> normal_path(const std::string& path, const Position& at,
                                       Issues& issues) {
    const PathText text{path, at, true};
    const std::optional<std::vector<Step>> steps = PathReader(text, issues).steps();
    if (!steps) {
        return std::nullopt;
    }
    std::string normal;
    for (const Step& step : *steps) {
        if (step.is_index) {
            normal += "[" + std::to_string(step.index) + "]";
            continue;
        }
        const bool plain = !step.key.empty() && step.key.find_first_of(".[]=") == std::string::npos;
        normal += normal.empty() ? "" : ".";
        normal += plain ? step.key : '"' + step.key + '"';
    }
    return normal;
}

}  // namespace tidepool::config
