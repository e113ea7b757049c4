#pragma once
// A place in the YAML that a spec was read from, for validators that look at several fields at
// once: follows keys and list items and keeps the nearest place that exists, so that an absent key
// points at its parent.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "sim/base/issue.h"
#include "sim/config/value.h"

namespace tidepool::topology {

struct Where {
    const config::Value* value = nullptr;  // null once a step led nowhere
    Position at;
    std::string path;

    static Where root(const config::Value& value, const std::string& path) {
        return {&value, value.at, path};
    }

    Where operator[](std::string_view key) const {
        const config::Value* next = value == nullptr ? nullptr : value->find(key);
        std::string below = path.empty() ? std::string(key) : path + "." + std::string(key);
        return {next, next == nullptr ? at : next->at, std::move(below)};
    }

    Where operator[](std::size_t item) const {
        const bool there = value != nullptr && item < value->items.size();
        const config::Value* next = there ? &value->items[item] : nullptr;
        return {next, there ? next->at : at, path + "[" + std::to_string(item) + "]"};
    }
};

// Adds an issue at that place.
inline void report(Issues& issues, const Where& where, std::string problem, std::string hint = {}) {
    issues.add(where.at, where.path, std::move(problem), std::move(hint));
}

}  // namespace tidepool::topology
