#pragma once
// Inside sim/network only: progressive filling. The rates of all flows of a group rise together, in
// proportion to their shares, until one meets its demand or a link is full; whoever is held by that
// stays, the others go on. A link is one direction of a trunk here.

#include <cstdint>
#include <span>
#include <vector>

namespace tidepool::network {

struct FlowOnLink {
    std::uint32_t slot = 0;
    std::uint32_t weight = 0;
};

struct LinkOfFlow {
    std::uint32_t link = 0;
    std::uint32_t weight = 0;
};

struct SharedLink {
    double capacity = 0;
    double weight = 0;              // sum of weight * share over `flows`
    std::vector<FlowOnLink> flows;  // by ascending slot
    bool hot = false;               // asked for more than its capacity
    bool changed = false;           // since the last solve
};

struct SharingFlow {
    double demand = 0;
    double share = 1;
    double rate = 0;
    double told = 0;                // the rate the caller knows; 0: none
    std::vector<LinkOfFlow> links;  // each once
    std::uint32_t hot_links = 0;
    std::uint32_t use = 0;
    bool running = false;
    bool changed = false;  // since the last solve: the flow itself or the heat of a link
    bool rising = false;   // while its group is filled
};

class Filling {
public:
    explicit Filling(std::size_t links) : rooms_(links) {}

    // Sets the rates of the flows `slots`. They and the hot `links` form one or more whole groups:
    // no flow on one of the links and no hot link of one of the flows is missing. The order of both
    // lists does not matter, and a group's rates do not depend on what else is filled with it.
    void run(std::span<SharingFlow> flows, std::span<const SharedLink> links,
             std::span<const std::uint32_t> slots, std::span<const std::uint32_t> hot_links);

private:
    // What a link has left while its group is filled. `room + rest` is the capacity less what the
    // flows that no longer rise use, to about 1e-26 of the capacity.
    struct Room {
        double room = 0;
        double rest = 0;
        double weight = 0;        // of the flows that still rise
        double summed = 0;        // `weight` when it was last added up
        std::int32_t rising = 0;  // flows; exact, unlike the weight
        bool stale = false;       // something changed since its level was computed
    };
    struct Event {
        double level = 0;  // rate per share
        std::uint32_t index = 0;
    };
    // The least level first; ties by index. Replaces its top in one pass, which std::pop_heap and
    // std::push_heap cannot.
    class Heap {
    public:
        void clear() { events_.clear(); }
        void add(Event event) { events_.push_back(event); }
        void order();
        bool empty() const { return events_.empty(); }
        const Event& top() const { return events_.front(); }
        void replace_top(Event event) { sink(0, event); }
        void pop();

    private:
        void sink(std::size_t at, Event event);
        std::vector<Event> events_;
    };

    void reach_link(std::span<SharingFlow> flows, const SharedLink& link);
    double level_of(std::span<const SharingFlow> flows, const SharedLink& link, Room& room) const;
    void hold(SharingFlow& flow, double rate);

    std::vector<Room> rooms_;  // by link; of hot links only
    Heap demands_;             // by slot
    Heap full_;                // by link: when it is full. Never too late, perhaps too early
    std::size_t rising_ = 0;
};

}  // namespace tidepool::network
