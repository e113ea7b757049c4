#pragma once
// YAML as the rest of the program sees it: a tree of values, each with the place it was written at.
// Only what a configuration file needs: one document of maps with text keys, lists and scalars.
// Anchors, aliases and merge keys (`<<`) are resolved while reading; tags, several documents,
// control characters and anything that could exhaust memory or stack are issues. The tree owns
// everything it holds.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/issue.h"

namespace tidepool::config {

struct Member;

struct Value {
    enum class Kind { kNull, kScalar, kSequence, kMap };
    Kind kind = Kind::kNull;
    std::string text;          // scalars: without quotes, escapes resolved; UTF-8
    bool quoted = false;       // quoted scalars and block texts stay text whatever they look like
    Position at;               // columns count bytes; after a failed read the file name is empty
    std::vector<Value> items;  // lists
    std::vector<Member>
        members;  // maps, in file order, every key once; merged keys in place of `<<`

    // The value of a key of a map; null when absent or when this is no map.
    const Value* find(std::string_view key) const;
};

struct Member {
    std::string key;
    Position at;  // of the key
    Value value;
};

// Limits on input. Beyond them reading stops with an issue.
inline constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20U;
inline constexpr std::size_t kMaxValues = 1'000'000;  // after aliases are expanded
inline constexpr int kMaxDepth = 64;                  // lists and maps inside each other

// Reads one YAML document. `name` becomes the file of every position. After a syntax error the
// result is a null value with an empty position, which read() passes over in silence; after a
// duplicate key (an issue at the second) the first value stands.
Value parse_yaml(std::string_view text, const std::string& name, Issues& issues);

// The same for a file; one that cannot be read is an issue without a line.
Value load_yaml(const std::string& path, Issues& issues);

// Maps merge key by key; everything else is replaced by `over`. New keys come last.
Value merged(const Value& base, const Value& over);

// Applies `a.b[2].c=15 min` to the tree. Keys that are missing are created, so that the strict
// reader can report an unknown one with a suggestion; keys with a dot, bracket or equals sign go in
// double quotes. The right side is YAML: lists and maps work and replace what was there. Positions
// say
// `--set#<number>`, line 1, column in the assignment.
void apply_override(Value& root, std::string_view assignment, int number, Issues& issues);

// A value that was read elsewhere, for a path such as `a.b[2].c`; `at` is where the path stands.
struct Assignment {
    std::string path;
    Value value;
    Position at;
};

// The same walk as apply_override(); what is wrong with the path stands at `at`, and what becomes
// of the value where that stands.
void assign(Value& root, const Assignment& assignment, Issues& issues);

// The path with quotes only where they are needed: equal for equal paths. Empty, with one issue, if
// it is none.
std::optional<std::string> normal_path(const std::string& path, const Position& at, Issues& issues);

// Where the value of a key stands; the map's own place when the key is absent. For validators.
Position position_of(const Value& map, std::string_view key);

}  // namespace tidepool::config
