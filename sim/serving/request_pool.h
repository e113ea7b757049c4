#pragma once
// The requests in the house. Slots are used again, so that memory grows with how many there are at
// a time, not with how many there have been. Lists of requests run through the slots themselves.

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/request.h"

namespace tidepool::serving {

inline constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};
inline constexpr std::uint32_t kNoUnit = ~std::uint32_t{0};

struct Links {
    std::uint32_t before = kNoSlot, after = kNoSlot;
};

// A cache line: there may be many, and they are met at random.
struct alignas(64) Slot {
    std::int64_t arrival = 0;
    std::uint64_t number = 0;  // in the order of arrival
    std::int64_t first = -1;   // when its first token came; -1: not yet
    std::uint32_t tokens_in = 0, tokens_out = 0;
    std::uint32_t cached = 0;    // prompt tokens that need not be computed
    std::uint32_t computed = 0;  // prompt tokens that were, in iterations that have ended
    std::uint32_t request_class = 0;
    std::uint32_t unit = kNoUnit;   // it was sent to
    std::uint32_t queue = kNoSlot;  // it waits in
    Links waiting;
    std::uint16_t level = 0;  // of its queue; 0 goes first
    bool timed = false;       // is in a list of timers
    bool free = true;

    std::uint64_t memory() const { return std::uint64_t{tokens_in} + tokens_out; }  // KV tokens
};
static_assert(sizeof(Slot) == 64);

class RequestPool {
public:
    explicit RequestPool(bool keep_blocks) : keep_blocks_(keep_blocks) {}

    std::uint32_t add(const workloads::Request& request, std::uint64_t number) {
        if (free_.empty()) {
            free_.push_back(static_cast<std::uint32_t>(slots_.size()));
            slots_.emplace_back();
            timers_.emplace_back();
            if (keep_blocks_) {
                blocks_.emplace_back();
            }
        }
        const std::uint32_t at = free_.back();
        free_.pop_back();
        Slot& slot = slots_[at];
        slot = Slot{};
        slot.arrival = request.arrival;
        slot.number = number;
        slot.tokens_in = request.tokens_in;
        slot.tokens_out = request.tokens_out;
        slot.request_class = request.request_class;
        slot.free = false;
        if (keep_blocks_) {
            blocks_[at].assign(request.blocks.begin(), request.blocks.end());
        }
        return at;
    }
    void remove(std::uint32_t at) {
        slots_[at].free = true;
        free_.push_back(at);
    }

    Slot& operator[](std::uint32_t at) { return slots_[at]; }
    const Slot& operator[](std::uint32_t at) const { return slots_[at]; }
    Links& waiting(std::uint32_t at) { return slots_[at].waiting; }
    Links& timer(std::uint32_t at) { return timers_[at]; }
    void prefetch(std::uint32_t at) const { __builtin_prefetch(&slots_[at], 1); }
    std::span<const std::uint64_t> blocks(std::uint32_t at) const { return blocks_[at]; }
    const std::vector<Slot>& slots() const { return slots_; }

private:
    bool keep_blocks_;
    std::vector<Slot> slots_;
    std::vector<Links> timers_;                       // beside the slots, rarely used
    std::vector<std::vector<std::uint64_t>> blocks_;  // as well
    std::vector<std::uint32_t> free_;
};

// A list in order of arrival.
template <Links& (RequestPool::*kLinks)(std::uint32_t)>
struct SlotList {
    std::uint32_t head = kNoSlot, tail = kNoSlot;

    // The latest arrivals come last; a request that waits again walks to its place.
    void insert(RequestPool& pool, std::uint32_t at) {
        std::uint32_t before = tail;
        while (before != kNoSlot && pool[before].number > pool[at].number) {
            before = (pool.*kLinks)(before).before;
        }
        const std::uint32_t after = before == kNoSlot ? head : (pool.*kLinks)(before).after;
        (pool.*kLinks)(at) = {before, after};
        (before == kNoSlot ? head : (pool.*kLinks)(before).after) = at;
        (after == kNoSlot ? tail : (pool.*kLinks)(after).before) = at;
    }
    void remove(RequestPool& pool, std::uint32_t at) {
        const auto [before, after] = (pool.*kLinks)(at);
        (before == kNoSlot ? head : (pool.*kLinks)(before).after) = after;
        (after == kNoSlot ? tail : (pool.*kLinks)(after).before) = before;
    }
};

// Queues by number, each in order of level, then of arrival.
class Queues {
public:
    Queues(RequestPool& pool, std::uint32_t queues, std::uint32_t levels)
        : pool_(pool), levels_(levels), lists_(std::size_t{queues} * levels), sizes_(queues) {}

    std::uint64_t size(std::uint32_t queue) const { return sizes_[queue]; }
    std::uint32_t first(std::uint32_t queue) const {
        if (sizes_[queue] == 0) {
            return kNoSlot;
        }
        const auto* list = &lists_[std::size_t{queue} * levels_];
        while (list->head == kNoSlot) {
            ++list;
        }
        return list->head;
    }
    void insert(std::uint32_t queue, std::uint32_t at) {
        pool_[at].queue = queue;
        lists_[std::size_t{queue} * levels_ + pool_[at].level].insert(pool_, at);
        ++sizes_[queue];
    }
    void remove(std::uint32_t at) {
        const std::uint32_t queue = pool_[at].queue;
        lists_[std::size_t{queue} * levels_ + pool_[at].level].remove(pool_, at);
        pool_[at].queue = kNoSlot;
        --sizes_[queue];
    }

private:
    RequestPool& pool_;
    std::uint32_t levels_;
    std::vector<SlotList<&RequestPool::waiting>> lists_;  // [queue][level]
    std::vector<std::uint64_t> sizes_;
};

}  // namespace tidepool::serving
