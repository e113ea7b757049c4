#pragma once
// The shipped fault log read by other means than the program's: line by line, times as whole ten
// thousandths of a day, downtimes from counts of open faults instead of pairs of starts and ends.

#include <algorithm>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/validation/down_at_once.h"
#include "workloads/unpack.h"

namespace tidepool::validation {

struct RawEvent {
    std::string node, level, cause, description;
    std::uint64_t time = 0;  // 1e-4 d
    bool start = false;
    auto type() const { return std::tuple(node, level, cause, description); }
};

inline std::string unpacked(const std::string& path) {
    std::string text;
    std::vector<char> chunk(1 << 16);
    const auto bytes = workloads::open_bytes(path);
    while (const std::size_t n = bytes->read(chunk.data(), chunk.size())) {
        text.append(chunk.data(), n);
    }
    return text;
}

// "3.8955" -> 38955
inline std::uint64_t ten_thousandths(const std::string& number) {
    const std::size_t point = std::min(number.find('.'), number.size());
    std::string digits = number.substr(0, point);
    std::string rest = point < number.size() ? number.substr(point + 1) : "";
    rest.resize(4, '0');
    return std::stoull(digits + rest);
}

// In the order of the file. The list has one key a line.
inline std::vector<RawEvent> raw_events(const std::string& path) {
    std::vector<RawEvent> events;
    std::istringstream lines(unpacked(path));
    for (std::string line; std::getline(lines, line);) {
        const auto value = [&](const char* key) {
            const std::size_t at = line.find(std::string("\"") + key + "\": ");
            if (at == std::string::npos) {
                return std::string();
            }
            std::string found = line.substr(line.find(": ") + 2);
            found.resize(found.find_last_not_of(",\r ") + 1);
            return found.front() == '"' ? found.substr(1, found.size() - 2) : found;
        };
        if (const std::string node = value("node_id"); !node.empty()) {
            events.emplace_back();
            events.back().node = node;
        } else if (const std::string time = value("event_time"); !time.empty()) {
            events.back().time = ten_thousandths(time);
        } else if (const std::string kind = value("event_type"); !kind.empty()) {
            events.back().start = kind == "fault_start";
        } else if (const std::string level = value("Level"); !level.empty()) {
            events.back().level = level;
        } else if (const std::string cause = value("Class"); !cause.empty()) {
            events.back().cause = cause;
        } else if (const std::string description = value("Desc"); !description.empty()) {
            events.back().description = description;
        }
    }
    return events;
}

// 1e-4 d = 8.64 s = 138.24 ticks; rounded up to a tick.
inline std::uint64_t ticks_of(std::uint64_t ten_thousandths_of_a_day) {
    return (ten_thousandths_of_a_day * 13'824 + 99) / 100;
}

// Starts before ends of the same time.
inline std::vector<RawEvent> in_time(std::vector<RawEvent> events) {
    std::stable_sort(events.begin(), events.end(), [](const RawEvent& a, const RawEvent& b) {
        return std::pair(a.time, !a.start) < std::pair(b.time, !b.start);
    });
    return events;
}

// By node, in the order of the file: while at least one of its faults is open, it is down. An end
// without a start before it closes a fault that was open from the beginning.
inline std::vector<std::vector<Interval>> raw_downtimes(const std::vector<RawEvent>& events,
                                                        std::uint64_t end) {
    std::map<std::string, std::size_t> number;
    for (const RawEvent& event : events) {
        number.try_emplace(event.node, number.size());
    }
    std::map<decltype(RawEvent().type()), std::pair<int, int>> open;  // now, and the least so far
    for (const RawEvent& event : in_time(events)) {
        auto& [now, least] = open[event.type()];
        now += event.start ? 1 : -1;
        least = std::min(least, now);
    }
    std::vector<int> down(number.size());
    for (const auto& [type, counts] : open) {
        down[number.at(std::get<0>(type))] -= counts.second;
    }
    std::vector<std::uint64_t> since(number.size());
    std::vector<std::vector<Interval>> nodes(number.size());
    for (const RawEvent& event : in_time(events)) {
        const std::size_t node = number.at(event.node);
        const std::uint64_t tick = std::min(ticks_of(event.time), end);
        if (down[node] == 0) {
            since[node] = tick;
        }
        down[node] += event.start ? 1 : -1;
        if (down[node] == 0) {
            nodes[node].emplace_back(since[node], tick);
        }
    }
    for (std::size_t node = 0; node < nodes.size(); ++node) {
        if (down[node] > 0) {
            nodes[node].emplace_back(since[node], end);
        }
    }
    return nodes;
}

// Faults by class: starts, and ends without a start.
inline std::map<std::string, std::uint64_t> raw_counts(const std::vector<RawEvent>& events) {
    std::map<std::string, std::uint64_t> counts;
    std::map<decltype(RawEvent().type()), int> open;
    for (const RawEvent& event : in_time(events)) {
        int& now = open[event.type()];
        const bool stray = !event.start && now == 0;
        counts[event.cause] += event.start || stray ? 1 : 0;
        now += event.start ? 1 : stray ? 0 : -1;
    }
    return counts;
}

}  // namespace tidepool::validation
