#pragma once
// Inside sim/network only: progressive filling. The rates of all flows of a group rise together, in
// proportion to their shares, until one meets its demand or a link is full; whoever is held by that
// stays, the others go on. A link is one direction of a trunk here.

#include <bit>
#include <cstddef>
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
    double weight = 0;              // sum of weight * share over `flows`, in their order
    std::vector<FlowOnLink> flows;  // by ascending slot
    // What the flows ask for, less than infinity each, followed from change to change and off by
    // some rounding; its highest value since it was added up bounds that.
    double load = 0;
    double peak = 0;
    std::uint32_t changes = 0;  // of the load, since it was added up
    std::uint32_t endless = 0;  // flows that ask for infinity
    std::uint32_t uneven = 0;   // flows whose weight * share is no integer below 2^32
    bool hot = false;           // asked for more than its capacity
    bool changed = false;       // since the last solve
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
    explicit Filling(std::size_t links) : rooms_(links), summed_(links) {}

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
        double weight = 0;         // of the flows that still rise
        std::uint32_t rising = 0;  // flows; exact, unlike the weight
        bool stale = false;        // something changed since its level was computed
    };
    // At a level, rate per share, a link is full or a flow has its demand. Ordered by level, then
    // by index, as one integer: doubles above 0 are in the order of their bits.
    struct Event {
        __extension__ using Key = unsigned __int128;
        Event(double level, std::uint32_t index)
            : key(Key{std::bit_cast<std::uint64_t>(level)} << 32 | index) {}
        double level() const {
            return std::bit_cast<double>(static_cast<std::uint64_t>(key >> 32));
        }
        std::uint32_t index() const { return static_cast<std::uint32_t>(key); }
        Key key;
    };
    // The least event first. Replaces its top in one pass, which the standard's heaps cannot.
    class Heap {
    public:
        void clear() { events_.clear(); }
        void add(double level, std::uint32_t index) { events_.emplace_back(level, index); }
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
    double level_of(std::span<const SharingFlow> flows, const SharedLink& link,
                    std::uint32_t index);
    void hold(SharingFlow& flow, double rate);

    std::vector<Room> rooms_;     // by link; of hot links only
    std::vector<double> summed_;  // by link: the weight of its room when it was last added up
    Heap demands_;                // by slot
    Heap full_;                   // by link: when it is full. Never too late, perhaps too early
    std::size_t rising_ = 0;
};

}  // namespace tidepool::network
