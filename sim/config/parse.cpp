// YAML text -> Value tree, from the events of yaml-cpp. The tree is built here rather than by
// YAML::Load(), because only the events know quotes, duplicate keys and the size of what is to
// come: nesting and alias bombs are stopped while they are read.

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "sim/base/assert.h"
#include "sim/config/map_rules.h"
#include "sim/config/text.h"
#include "sim/config/value.h"

namespace tidepool::config {
namespace {

Value make_value(Value::Kind kind, Position at) {
    Value value;
    value.kind = kind;
    value.at = std::move(at);
    return value;
}

// Ends the parser from within an event; never leaves this file.
struct Stop {
    Position at;
    std::string problem;
};

struct Anchored {
    Value value;
    std::size_t values = 0;  // in the whole subtree
    std::size_t bytes = 0;   // of text in it
    int height = 0;          // lists and maps inside each other
    bool complete = false;
};

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const std::string& name, Issues& issues) : name_(name), issues_(issues) {}

    Value take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add_leaf(make_value(Value::Kind::kNull, position(mark)), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        Value value = make_value(Value::Kind::kScalar, position(mark));
        value.text = text;
        value.quoted = tag == "!";
        reject_tag(tag, value.at);
        if (const auto bad = find_bad_byte(text)) {
            issues_.add(value.at, {}, "text " + bad->problem);
        }
        add_leaf(std::move(value), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end() || !found->second.complete) {
            throw Stop{position(mark), "an alias stands inside the value that it refers to"};
        }
        const Anchored& target = found->second;
        charge(target.values, target.bytes, position(mark));
        check_depth(static_cast<int>(open_.size()) + target.height, position(mark));
        add({target.value, target.values, target.bytes, target.height, true});
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(Value::Kind::kSequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(Value::Kind::kMap, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        Anchored node;
        YAML::anchor_t anchor = 0;
        bool has_key = false;
        Value key;
        std::vector<bool> plain_keys;  // beside members: may be a merge key
    };

    Position position(const YAML::Mark& mark) const {
        return {name_, mark.line + 1, mark.column + 1};
    }

    void reject_tag(const std::string& tag, const Position& at) {
        if (!tag.empty() && tag != "?" && tag != "!") {
            issues_.add(at, {}, "tags are not supported (got " + shown(tag) + ")",
                        "write text in quotes and everything else without a tag");
        }
    }

    // Every value that is stored anywhere pays, so memory is bounded whatever the aliases do.
    void charge(std::size_t values, std::size_t bytes, const Position& at) {
        values_ += values;
        bytes_ += bytes;
        if (values_ > kMaxValues) {
            throw Stop{
                at, "holds more than " + std::to_string(kMaxValues) + " values, aliases expanded"};
        }
        if (bytes_ > kMaxFileBytes) {
            throw Stop{at, "holds more than " + std::to_string(kMaxFileBytes) +
                               " bytes of text, aliases expanded"};
        }
    }

    static void check_depth(int depth, const Position& at) {
        if (depth > kMaxDepth) {
            throw Stop{at, "lists and maps are nested deeper than " + std::to_string(kMaxDepth)};
        }
    }

    void add_leaf(Value value, YAML::anchor_t anchor) {
        const std::size_t bytes = value.text.size();
        charge(1, bytes, value.at);
        Anchored node{std::move(value), 1, bytes, 0, true};
        remember(anchor, node);
        add(std::move(node));
    }

    void open(Value::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        const Position at = position(mark);
        reject_tag(tag, at);
        charge(1, 0, at);
        check_depth(static_cast<int>(open_.size()) + 1, at);
        Open opened;
        opened.node = {make_value(kind, at), 1, 0, 1, false};
        opened.anchor = anchor;
        if (anchor != 0) {
            anchors_[anchor] = {};  // incomplete: an alias to it from within is an error
        }
        open_.push_back(std::move(opened));
    }

    void close() {
        TP_ASSERT(!open_.empty(), "the parser closes what it opened");
        Open closed = std::move(open_.back());
        open_.pop_back();
        if (closed.node.value.kind == Value::Kind::kMap) {
            finish_map(closed.node.value.members, closed.plain_keys, issues_);
        }
        closed.node.complete = true;
        remember(closed.anchor, closed.node);
        add(std::move(closed.node));
    }

    void remember(YAML::anchor_t anchor, const Anchored& node) {
        if (anchor != 0) {
            charge(node.values, node.bytes, node.value.at);
            anchors_[anchor] = node;
        }
    }

    // Puts a finished value into the list or map that is open, or makes it the document.
    void add(Anchored node) {
        if (open_.empty()) {
            root_ = std::move(node.value);
            return;
        }
        Open& parent = open_.back();
        parent.node.values += node.values;
        parent.node.bytes += node.bytes;
        parent.node.height = std::max(parent.node.height, node.height + 1);
        if (parent.node.value.kind == Value::Kind::kSequence) {
            parent.node.value.items.push_back(std::move(node.value));
        } else if (!parent.has_key) {
            parent.key = std::move(node.value);
            parent.has_key = true;
        } else {
            add_member(parent, std::move(node.value));
        }
    }

    void add_member(Open& map, Value value) {
        map.has_key = false;
        const Value key = std::move(map.key);
        if (key.kind != Value::Kind::kScalar) {
            issues_.add(key.at, {}, "a key must be a word",
                        key.kind == Value::Kind::kNull ? "write null or ~ as a key in quotes" : "");
            return;
        }
        map.node.value.members.push_back({key.text, key.at, std::move(value)});
        map.plain_keys.push_back(!key.quoted);
    }

    const std::string& name_;
    Issues& issues_;
    Value root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t values_ = 0;
    std::size_t bytes_ = 0;
};

// Whether a second document follows, or text that belongs to no document.
class Remainder : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& mark) override { throw mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

Position position_at(std::string_view text, std::size_t offset, const std::string& name) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {name, static_cast<int>(lines) + 1, static_cast<int>(offset - line_start) + 1};
}

Value parse_document(std::string_view text, const std::string& name, Issues& issues) {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(name, issues);
    if (!parser.HandleNextDocument(builder)) {
        return {};
    }
    try {
        Remainder remainder;
        parser.HandleNextDocument(remainder);
    } catch (const YAML::Mark& mark) {
        throw Stop{{name, mark.line + 1, mark.column + 1},
                   "a second document or stray text begins after the end of the first"};
    }
    return builder.take();
}

}  // namespace

Value parse_yaml(std::string_view text, const std::string& name, Issues& issues) {
    if (text.size() > kMaxFileBytes) {
        issues.add({name, 0, 0}, {}, "is larger than " + std::to_string(kMaxFileBytes) + " bytes");
        return {};
    }
    if (const auto bad = find_bad_byte(text)) {
        issues.add(position_at(text, bad->offset, name), {}, bad->problem);
        return {};
    }
    try {
        Value value = parse_document(text, name, issues);
        if (value.kind == Value::Kind::kNull) {
            issues.add({name, 0, 0}, {}, "is empty");
            return {};
        }
        return value;
    } catch (const Stop& stop) {
        issues.add(stop.at, {}, stop.problem);
    } catch (const YAML::Exception& error) {
        const bool known = !error.mark.is_null();
        issues.add({name, known ? error.mark.line + 1 : 0, known ? error.mark.column + 1 : 0}, {},
                   printable(error.msg, 200));  // may quote half a character
    }
    return {};
}

Value load_yaml(const std::string& path, Issues& issues) {
    const Position whole{path, 0, 0};
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        issues.add(whole, {}, "is a folder, but a file is expected");
        return {};
    }
    if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
        issues.add(whole, {}, "is not a regular file");  // a pipe could only be read once
        return {};
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        issues.add(whole, {}, "cannot be opened: " + std::generic_category().message(errno));
        return {};
    }
    std::string text;
    std::vector<char> buffer(std::size_t{1} << 16U);
    while (text.size() <= kMaxFileBytes && file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) {
        issues.add(whole, {}, "cannot be read: " + std::generic_category().message(errno));
        return {};
    }
    return parse_yaml(text, path, issues);
}

}  // namespace tidepool::config
