// The infinitehbd format of fault_log.h. JSON is YAML here, so every problem has its line.

#include <algorithm>
#include <array>
#include <deque>
#include <string_view>
#include <tuple>
#include <utility>

#include "sim/config/read.h"
#include "workloads/fault_readers.h"
#include "workloads/problems.h"
#include "workloads/row.h"
#include "workloads/unpack.h"

namespace tidepool::workloads {
namespace {

constexpr double kDay = 86'400;

enum class Change : std::uint8_t { kStart, kEnd };  // in the order of equal times

struct FaultType {
    std::string level, cause, description;
};

struct Event {
    std::string node;
    double day = 0;
    Change change = Change::kStart;
    FaultType type;
};

}  // namespace
}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct KindTable<workloads::Change> {
    using Enum = workloads::Change;
    static constexpr std::array kinds{
        Kind<Enum>{"fault_start", Enum::kStart, "a fault begins"},
        Kind<Enum>{"fault_end", Enum::kEnd, "a fault is repaired"},
    };
};

template <>
struct SpecTable<workloads::FaultType> {
    using Spec = workloads::FaultType;
    static constexpr std::string_view name = "fault type";
    static constexpr std::string_view doc = "What broke.";
    static constexpr std::tuple fields{
        Field{"Level", &Spec::level, required(1, 200), "Hardware, software, other."},
        Field{"Class", &Spec::cause, required(1, 200), "The part."},
        Field{"Desc", &Spec::description, required(0, 1000), "The symptom."},
    };
};

template <>
struct SpecTable<workloads::Event> {
    using Spec = workloads::Event;
    static constexpr std::string_view name = "event";
    static constexpr std::string_view doc = "The start or the end of a fault.";
    static constexpr std::tuple fields{
        Field{"node_id", &Spec::node, required(1, 200), "The node."},
        Field{"event_time", &Spec::day, required(0, workloads::kClockEnd / workloads::kDay),
              "Days since the beginning of the log."},
        Field{"event_type", &Spec::change, required(), "Start or end."},
        Field{"fault_type", &Spec::type, required(), "What broke."},
    };
};

}  // namespace tidepool::config

namespace tidepool::workloads {
namespace {

std::string read_bytes(const std::string& path, Issues& issues) {
    std::string text;
    try {
        const auto bytes = open_bytes(path, config::kMaxFileBytes);
        constexpr std::size_t kChunk = std::size_t{1} << 18U;
        for (std::size_t n = 1; n > 0;) {
            const std::size_t before = text.size();
            text.resize(before + kChunk);
            n = bytes->read(text.data() + before, kChunk);
            text.resize(before + n);
        }
    } catch (const BrokenStream& error) {
        issues.add({path, 0, 0}, {}, error.what());
    }
    return text;
}

std::vector<Event> read_events(const config::Value& list, Issues& issues) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const std::string at = "[" + std::to_string(i) + "]";
        events.push_back(config::read<Event>(list.items[i], at, issues));
        if (issues.list().size() >= Problems::kListed) {
            break;
        }
    }
    return events;
}

// Pairs starts and ends.
void pair_up(const std::vector<Event>& events, FaultLog& log) {
    Numbering nodes(log.nodes), causes(log.causes);
    using Type = std::tuple<std::uint32_t, std::string, std::string, std::string>;
    std::map<Type, std::deque<std::size_t>> open;  // indices into log.faults
    std::vector<std::pair<std::uint32_t, std::uint32_t>> numbers;
    for (const Event& event : events) {
        numbers.emplace_back(nodes[event.node], causes[event.type.cause]);
    }
    std::vector<std::size_t> order(events.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(events[a].day, events[a].change) <
               std::pair(events[b].day, events[b].change);
    });
    for (const std::size_t i : order) {
        const Event& event = events[i];
        const auto [node, cause] = numbers[i];
        const Seconds time{event.day * kDay};
        log.last = std::max(log.last, time);
        auto& waiting = open[{node, event.type.level, event.type.cause, event.type.description}];
        if (event.change == Change::kStart) {
            waiting.push_back(log.faults.size());
            log.faults.push_back({node, cause, time, kStillOpen});
        } else if (waiting.empty()) {
            log.faults.push_back({node, cause, Seconds{0}, time});
        } else {
            log.faults[waiting.front()].end = time;
            waiting.pop_front();
        }
    }
}

}  // namespace

void read_infinitehbd(const std::string& path, FaultLog& log, Issues& issues) {
    const std::size_t before = issues.list().size();
    const std::string text = read_bytes(path, issues);
    if (issues.list().size() != before) {
        return;
    }
    const config::Value list = config::parse_yaml(text, path, issues);
    if (issues.list().size() == before && list.kind != config::Value::Kind::kSequence) {
        issues.add(list.at, {}, "not a list of events");
    }
    const std::vector<Event> events = read_events(list, issues);
    if (issues.list().size() == before) {
        pair_up(events, log);
    }
}

}  // namespace tidepool::workloads
