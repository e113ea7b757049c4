#include "sim/network/filling.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/base/assert.h"

namespace tidepool::network {
namespace {

// The upper 26 bits of a double: their product with a weight below 2^27 is exact, and so is that of
// the other 27 bits with a weight below 2^26.
double upper(double value) {
    constexpr std::uint64_t kUpper = ~((std::uint64_t{1} << 27) - 1);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) & kUpper);
}

}  // namespace

void Filling::run(std::span<SharingFlow> flows, std::span<const SharedLink> links,
                  std::span<const std::uint32_t> slots, std::span<const std::uint32_t> hot_links) {
    full_.clear();
    for (const std::uint32_t link : hot_links) {
        const SharedLink& shared = links[link];
        rooms_[link] = {shared.capacity, 0, shared.weight,
                        static_cast<std::uint32_t>(shared.flows.size()), false};
        summed_[link] = shared.weight;
        full_.add(shared.capacity / shared.weight, link);
    }
    full_.order();
    demands_.clear();
    for (const std::uint32_t slot : slots) {
        SharingFlow& flow = flows[slot];
        flow.rising = true;
        if (std::isfinite(flow.demand)) {
            demands_.add(flow.demand / flow.share, slot);
        }
    }
    demands_.order();
    rising_ = slots.size();
    while (rising_ > 0) {
        TP_ASSERT(!full_.empty(), "every flow that rises crosses a hot link");
        if (!demands_.empty() && demands_.top().level() <= full_.top().level()) {
            SharingFlow& flow = flows[demands_.top().index()];
            demands_.pop();
            if (flow.rising) {
                hold(flow, flow.demand);
            }
        } else {
            reach_link(flows, links[full_.top().index()]);
        }
    }
}

// Levels on the heap were right when they were computed and can only have grown since, so it is
// enough to look again when one comes to the top.
void Filling::reach_link(std::span<SharingFlow> flows, const SharedLink& link) {
    const Event event = full_.top();
    Room& room = rooms_[event.index()];
    if (room.rising == 0) {
        full_.pop();
    } else if (room.stale) {
        room.stale = false;
        // Rounding must not turn a link back: levels never fall.
        const double level = std::max(event.level(), level_of(flows, link, event.index()));
        full_.replace_top({level, event.index()});
    } else {
        full_.pop();
        for (const FlowOnLink& on : link.flows) {
            SharingFlow& flow = flows[on.slot];
            if (flow.rising) {
                // Not above its demand: the level is below the double nearest to demand / share.
                hold(flow, event.level() * flow.share);
            }
        }
    }
}

double Filling::level_of(std::span<const SharingFlow> flows, const SharedLink& link,
                         std::uint32_t index) {
    Room& room = rooms_[index];
    // Subtracting shares that are no integers leaves rounding behind. It matters, at most, where
    // little of a large sum is left.
    if (room.weight < summed_[index] * 0x1p-12) {
        room.weight = 0;
        for (const FlowOnLink& on : link.flows) {
            const SharingFlow& flow = flows[on.slot];
            room.weight += flow.rising ? on.weight * flow.share : 0;
        }
        summed_[index] = room.weight;
    }
    return (room.room + room.rest) / room.weight;
}

void Filling::hold(SharingFlow& flow, double rate) {
    flow.rate = rate;
    flow.rising = false;
    --rising_;
    const double high = upper(rate), low = rate - high, share = flow.share;
    for (const LinkOfFlow& of : flow.links) {
        Room& room = rooms_[of.link];  // of a cold link: never read, may wrap around
        const double used = of.weight * high;
        const double left = room.room - used;  // and what that rounded off, Knuth's TwoSum:
        const double back = left - room.room;
        const double lost = (room.room - (left - back)) - (used + back);
        room.room = left;
        room.rest += lost - of.weight * low;
        room.weight -= of.weight * share;
        --room.rising;
        room.stale = true;
    }
}

void Filling::Heap::order() {
    for (std::size_t at = events_.size() / 4 + 1; at-- > 0;) {
        if (at < events_.size()) {
            sink(at, events_[at]);
        }
    }
}

void Filling::Heap::pop() {
    const Event last = events_.back();
    events_.pop_back();
    if (!events_.empty()) {
        sink(0, last);
    }
}

// Four children each. Finding the least of them takes no branches: which it is is a matter of
// chance, and predictors guess it wrong.
void Filling::Heap::sink(std::size_t at, Event event) {
    const auto before = [](const Event& a, const Event& b) { return a.key < b.key; };
    const std::size_t size = events_.size();
    for (std::size_t first = 4 * at + 1; first < size; first = 4 * at + 1) {
        std::size_t least = first;
        if (first + 4 <= size) {
            const std::size_t left = first + before(events_[first + 1], events_[first]);
            const std::size_t right = first + 2 + before(events_[first + 3], events_[first + 2]);
            least = before(events_[right], events_[left]) ? right : left;
        } else {
            for (std::size_t child = first + 1; child < size; ++child) {
                least = before(events_[child], events_[least]) ? child : least;
            }
        }
        if (!before(events_[least], event)) {
            break;
        }
        events_[at] = events_[least];
        at = least;
    }
    events_[at] = event;
}

}  // namespace tidepool::network
