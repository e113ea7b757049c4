#pragma once
// Everything that changes during a run: plain arrays in one block of memory that the driver
// provides, and a few counters. Decision code addresses it by name only, so the arrays may as well
// be members of a fixed-size struct in shared memory. A job's host CPUs, memory or GPU fractions
// would be further arrays beside `free`; jobs and nodes that do not use them would not pay for
// them.

#include <cstddef>
#include <cstdint>

#include "sim/core/end_order.h"
#include "sim/core/free_map.h"
#include "sim/core/plan.h"

namespace tidepool::core {

// A running job and what it holds: a chain of whole nodes and/or a part of one node.
struct Slot {
    std::uint32_t rank = 0;
    std::uint32_t start = 0;         // tick
    std::uint32_t end = 0;           // tick, as the driver says
    std::uint32_t expected_end = 0;  // tick, as the scheduler believes
    std::uint32_t whole = kNone;     // first whole node; State::next_node links the others
    std::uint32_t part_node = kNone;
    std::uint32_t part_gpus = 0;
    std::uint32_t node_class = 0;  // index into Plan::classes_by_size
    std::uint64_t part_mask = 0;   // which GPUs of part_node; 0 in a pool
};

enum class Phase : std::uint8_t {
    kRunning = 0,    // at work, or restarting
    kDetecting = 1,  // interrupted, nobody has noticed yet
    kWaiting = 2,    // for nodes
    kSwapping = 3,   // has its nodes, some of them new
};

// What else there is to know of a running job when it can be interrupted; beside its Slot.
struct Activity {
    Phase phase = Phase::kRunning;
    std::uint8_t reach = 0;                    // index of kReaches
    LossLevel loss = LossLevel::kNothing;      // since the last interruption
    bool victim = false;                       // chosen to make room
    bool swapped = false;                      // its `swap` time is over
    std::uint32_t missing = 0;                 // whole nodes
    std::uint32_t speed = kFullSpeed;          // of 1024
    std::uint32_t since = 0;                   // tick up to which the times below count
    std::uint32_t own_failure = 0xFFFF'FFFFu;  // tick of it
    std::uint32_t restart_left = 0;            // ticks
    std::uint32_t next_on_node = kNone;        // next slot with a share of the same node
    Progress progress;
    Stretch attempt;            // since the last start or restart
    std::uint64_t restart = 0;  // GPU-ticks since then
};

// What a job keeps over its attempts.
struct Life {
    std::uint32_t saved = 0;     // checkpoint it starts from
    std::uint32_t tier = kNone;  // that it loads it from
    Copies copies;               // what the tiers hold
    std::uint32_t attempts = 0;
    bool interrupted = false;  // since it started last
};

// Whether the scheduler may use a node that was wholly down.
enum class Closed : std::uint8_t { kNo = 0, kBroken = 1, kAbsent = 2 };  // until it is wholly up

enum class Role : std::uint8_t { kService = 0, kSpare = 1 };

struct State {
    FreeMap now;                         // what is free
    std::uint64_t* gpu_mask = nullptr;   // [nodes] free GPUs, one bit each; 0 in a pool
    std::uint32_t* next_node = nullptr;  // [nodes] next whole node of the same gang
    Slot* slots = nullptr;
    std::uint32_t* unused_slots = nullptr;
    std::uint64_t* waiting = nullptr;  // [jobs] bits: the queue, by rank
    EndOrder ends;                     // by Slot::end
    EndOrder expected;                 // by Slot::expected_end; EASY only
    FreeMap shadow;                    // EASY and preemption only: what later jobs may take
    std::uint32_t* shadow_free =
        nullptr;  // [nodes] EASY only: free at the shadow time beside the head

    // Only if jobs can be interrupted:
    Activity* activity = nullptr;          // [slots]
    Life* life = nullptr;                  // [jobs]
    std::uint32_t* node_before = nullptr;  // [nodes] the other way along next_node
    std::uint64_t* held = nullptr;         // [nodes] GPUs in the hands of jobs, one bit each
    std::uint64_t* down = nullptr;         // [nodes] GPUs down
    Role* role = nullptr;                  // [nodes]
    Closed* closed = nullptr;              // [nodes] was wholly down, is not wholly up yet
    std::uint8_t* missed = nullptr;        // [nodes] went down without a spare to stand in
    std::uint32_t* owner = nullptr;        // [nodes] slot of the gang that holds the whole node
    std::uint32_t* sharers = nullptr;      // [nodes] first slot with a share of it
    std::uint32_t* lost_by = nullptr;      // [nodes] rank of the job that lost it last
    std::uint16_t* speed = nullptr;        // [kReaches * nodes]
    std::int32_t* short_of = nullptr;      // [pools] nodes too few in service; < 0: too many
    std::uint32_t next_step = 0;           // index into Plan::step
    std::uint32_t slots_missing = 0;       // slots that miss a node
    std::uint32_t lacking = 0;             // nodes wholly down in service and not missed
    std::uint64_t down_gpus = 0;           // down and held by nobody
    std::uint64_t spare_gpus = 0;          // of spares, not down

    std::uint32_t slot_count = 0;        // how many exist
    std::uint32_t unused_count = 0;      // how many are unused
    std::uint32_t next_arrival = 0;      // index into Plan::arrival
    std::uint32_t queue_first = 0;       // no waiting rank is lower
    std::uint32_t queue_last = 0;        // every waiting rank is lower
    std::uint32_t queue_length = 0;      // jobs
    std::uint64_t queued_gpus = 0;       // sum of their gang sizes
    std::uint64_t allocated = 0;         // GPUs held
    std::uint32_t blocked_head = kNone;  // head that did not fit in the last pass
    std::uint32_t fresh = kNone;         // lowest rank that came since the last pass
    std::uint32_t wake = kNone;          // tick at which a job has run long enough to make room
    bool released = false;               // has anything been given back since the last pass
};

// Memory for a plan, and where each array lies in it. `memory` must be aligned to 8 bytes and
// zeroed.
class StateLayout {
public:
    TP_HD explicit StateLayout(const Plan& plan) : plan_(plan) {
        State sizes_only;
        assign(sizes_only, nullptr);
    }
    TP_HD std::size_t bytes() const { return used_; }
    // All nodes free, queue empty.
    template <class Exec>
    TP_HD State make(Exec exec, void* memory) const {
        State state;
        StateLayout(plan_).assign(state, static_cast<unsigned char*>(memory));
        state.slot_count = state.unused_count = slots();
        for (std::uint32_t s = exec.lane(); s < state.slot_count; s += Exec::kWidth) {
            state.unused_slots[s] = state.slot_count - 1 - s;
        }
        exec.sync();
        for (std::uint32_t node = 0; node < plan_.nodes; ++node) {
            const NodeClass& c = plan_.classes_by_size[plan_.node_class[node]];
            if (exec.lane() == 0 && c.pool == 0) {
                state.gpu_mask[node] = ~std::uint64_t{0} >> (kLargestNode - c.gpus);
            }
            set_free(exec, plan_, state.now, node, c.gpus);
        }
        if (plan_.interruptible) {
            make_interruptible(exec, state);
        }
        return state;
    }

private:
    // Every node in its role, nothing down.
    template <class Exec>
    TP_HD void make_interruptible(Exec exec, State& state) const {
        for (std::uint32_t node = 0; node < plan_.nodes; ++node) {
            const NodeClass& c = plan_.classes_by_size[plan_.node_class[node]];
            const bool spare = plan_.spare[node] != 0;
            exec.sync();
            if (exec.lane() == 0) {
                state.role[node] = spare ? Role::kSpare : Role::kService;
                state.owner[node] = state.sharers[node] = state.lost_by[node] = kNone;
                for (std::uint32_t reach = 0; reach < kReaches; ++reach) {
                    state.speed[reach * plan_.nodes + node] = kFullSpeed;
                }
                if (spare) {
                    state.gpu_mask[node] = 0;
                }
            }
            if (spare) {
                state.spare_gpus += c.gpus;
                set_free(exec, plan_, state.now, node, 0);
            }
        }
        for (std::uint32_t rank = exec.lane(); rank < plan_.jobs; rank += Exec::kWidth) {
            state.life[rank] = Life{};
        }
        exec.sync();
    }

    // An interrupted job may have lost all its nodes and still hold its slot.
    TP_HD std::uint32_t slots() const {
        if (plan_.interruptible) {
            return plan_.jobs;
        }
        return plan_.gpus < plan_.jobs ? static_cast<std::uint32_t>(plan_.gpus) : plan_.jobs;
    }
    template <class T>
    TP_HD void take(T*& array, std::size_t n, unsigned char* memory) {
        array = memory == nullptr ? nullptr : reinterpret_cast<T*>(memory + used_);
        used_ += (n * sizeof(T) + 7) / 8 * 8;
    }
    TP_HD void assign(FreeMap& map, unsigned char* memory) {
        take(map.bits, plan_.bit_words, memory);
        take(map.free, plan_.nodes, memory);
        take(map.level_count, plan_.level_counts, memory);
        take(map.whole, plan_.level_begin[plan_.levels], memory);
    }
    TP_HD void assign(State& state, unsigned char* memory) {
        used_ = 0;
        assign(state.now, memory);
        take(state.gpu_mask, plan_.nodes, memory);
        take(state.next_node, plan_.nodes, memory);
        take(state.slots, slots(), memory);
        take(state.unused_slots, slots(), memory);
        take(state.waiting, (std::size_t{plan_.jobs} + 63) / 64, memory);
        take(state.ends.keys, slots(), memory);
        take(state.ends.slots, slots(), memory);
        if (plan_.queue == QueuePolicy::kEasy || plan_.preempt) {
            assign(state.shadow, memory);
        }
        if (plan_.queue == QueuePolicy::kEasy) {
            take(state.expected.keys, slots(), memory);
            take(state.expected.slots, slots(), memory);
            take(state.shadow_free, plan_.nodes, memory);
        }
        if (plan_.interruptible) {
            take(state.activity, slots(), memory);
            take(state.life, plan_.jobs, memory);
            take(state.node_before, plan_.nodes, memory);
            take(state.held, plan_.nodes, memory);
            take(state.down, plan_.nodes, memory);
            take(state.role, plan_.nodes, memory);
            take(state.closed, plan_.nodes, memory);
            take(state.missed, plan_.nodes, memory);
            take(state.owner, plan_.nodes, memory);
            take(state.sharers, plan_.nodes, memory);
            take(state.lost_by, plan_.nodes, memory);
            take(state.speed, std::size_t{kReaches} * plan_.nodes, memory);
            take(state.short_of, plan_.pools, memory);
        }
    }

    const Plan& plan_;
    std::size_t used_ = 0;
};

}  // namespace tidepool::core
