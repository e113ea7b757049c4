#pragma once
// Everything that changes during a run: plain arrays in memory that the driver provides, and a few
// counters. What the loops of the scheduler go through is hot, the rest cold: a GPU keeps the hot
// part in shared memory. A job's host CPUs, memory or GPU fractions would be further arrays beside
// `free`; jobs and nodes that do not use them would not pay for them.

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

// Bytes on their way between a job and storage that it shares with others, counted like work: at
// full pace, which is that of idle storage, a tick moves 1,024 units.
struct Transfer {
    std::uint64_t load = 0;          // units to read before the job can work
    std::uint64_t write = 0;         // units of its present checkpoint that are not written yet
    std::uint32_t pace = kFullPace;  // of 2^24
    bool pausing = false;            // the pause for a checkpoint has begun
    bool behind = false;             // the writing goes on behind its work
};

// Why a job was asked to go.
enum class Leaves : std::uint8_t { kForUnits = 0, kForJob = 1, kEvicted = 2 };

// What else there is to know of a running job when it can be interrupted; beside its Slot.
struct Activity {
    Phase phase = Phase::kRunning;
    std::uint8_t reach = 0;                    // index of kReaches
    LossLevel loss = LossLevel::kNothing;      // since the last interruption
    bool victim = false;                       // chosen to make room
    bool swapped = false;                      // its `swap` time is over
    std::uint32_t missing = 0;                 // whole nodes
    std::uint32_t speed = kFullSpeed;          // of 1024: what degraded GPUs leave
    std::uint32_t chips = kFullPace;           // of 2^24: what its kinds of GPUs can do
    std::uint32_t pace = kFullPace;            // of 2^24: what the network leaves of that
    std::uint32_t since = 0;                   // tick up to which the times below count
    std::uint32_t own_failure = 0xFFFF'FFFFu;  // tick of it
    // A job that was asked to go, or a unit that closes: when it leaves. From `saves` on a job
    // stands still and writes a last checkpoint; 0xFFFFFFFF: it cannot.
    std::uint32_t leaves = 0xFFFF'FFFFu, saves = 0xFFFF'FFFFu;  // ticks
    bool ready = false;                                         // of a unit: it takes requests
    Leaves why = Leaves::kForUnits;                             // of a job that was asked to go
    std::uint32_t marked_before = kNone;  // slot that was chosen to make room before this one
    std::uint32_t restart_left = 0;       // ticks
    std::uint32_t next_on_node = kNone;   // next slot with a share of the same node
    Progress progress;
    Stretch attempt;            // since the last start or restart
    std::uint64_t restart = 0;  // GPU-ticks since then
    Transfer transfer;          // under rules with a shared tier
};

// What a job keeps over its attempts.
struct Life {
    std::uint32_t saved = 0;     // checkpoint it starts from
    std::uint32_t tier = kNone;  // that it loads it from
    Copies copies;               // what the tiers hold
    std::uint64_t kept = 0;  // units of work beyond `saved`, by the checkpoint written on leaving
    std::uint32_t kept_in = kNone;  // the tier that has it
    std::uint32_t gone_at = kNone;  // tick at which it made room for units, if it did so last
    std::uint32_t attempts = 0;
    bool interrupted = false;  // since it started last
};

// A waiting gang that looks for a near place, in the order in which they joined the queue.
struct Choosy {
    std::uint32_t end = 0;         // tick from which on it goes anywhere
    std::uint32_t before = kNone;  // ranks
    std::uint32_t next = kNone;
};

// A unit's slot, or one of these.
inline constexpr std::uint32_t kNoUnit = kNone;           // its GPUs are elsewhere
inline constexpr std::uint32_t kWaitingUnit = kNone - 1;  // in the queue

// How a service stands.
struct ServiceState {
    std::uint32_t wanted = 0;                    // units
    std::uint32_t in_use = 0;                    // waiting or with GPUs, and not closing
    std::uint32_t ready = 0;                     // units that take requests
    std::uint32_t load = 0;                      // in 1/kUnitLoad units
    std::uint32_t may_grow = 0, may_shrink = 0;  // ticks from which on
    std::uint32_t since = 0;                     // tick up to which the backlog counts
    std::uint64_t backlog = 0;                   // unit-ticks / kUnitLoad that have piled up
};

// How a tenant stands.
struct TenantState {
    std::uint64_t held = 0;              // GPUs of its jobs that have a slot,
    std::uint64_t cpus = 0, memory = 0;  // and what these need of hosts
    std::uint64_t limit = 0;             // GPUs
    std::uint64_t usage = 0;             // GPU-ticks, decayed
    std::uint64_t going = 0;             // GPUs of its jobs that leave or are to leave
    std::uint32_t waiting = 0;           // its own jobs
    std::uint32_t next = kNone;          // of these, in this pass: place of the next one
    std::uint32_t open = 0;              // in this pass: tenants in it that have a next one
    std::uint32_t gone = 0;              // 1: for good
};

// Whether the scheduler may use a node that was wholly down.
enum class Closed : std::uint8_t { kNo = 0, kBroken = 1, kAbsent = 2 };  // until it is wholly up

enum class Role : std::uint8_t { kService = 0, kSpare = 1 };

struct State {
    // Hot:
    FreeMap now;                       // what is free
    FreeMap shadow;                    // EASY and preemption only: what later jobs may take
    FreeMap then;                      // EASY only, without bits and whole: free at the shadow time
                                       // beside the head
    std::uint64_t* waiting = nullptr;  // [jobs] bits: the queue, by rank
    EndOrder ends;                     // by Slot::end
    EndOrder expected;                 // by Slot::expected_end; EASY only

    // Cold:
    std::uint64_t* gpu_mask = nullptr;   // [nodes] free GPUs, one bit each; 0 in a pool
    std::uint32_t* next_node = nullptr;  // [nodes] next whole node of the same gang
    Slot* slots = nullptr;
    std::uint32_t* unused_slots = nullptr;

    // Cold, and only if jobs can be interrupted:
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
    std::uint32_t* leaf_mark = nullptr;    // [leaf groups, at most nodes] number of the last spread
    std::uint32_t* pod_mark = nullptr;     // that was counted (spread.h) and met it; likewise pods
    std::uint32_t spreads = 0;             // counted so far
    std::uint32_t next_step = 0;           // index into Plan::step
    std::uint32_t slots_missing = 0;       // slots that miss a node
    std::uint32_t lacking = 0;             // nodes wholly down in service and not missed
    std::uint32_t slowed = 0;              // entries of `speed` below kFullSpeed
    std::uint64_t down_gpus = 0;           // down and held by nobody
    std::uint64_t spare_gpus = 0;          // of spares, not down

    ServiceState* service = nullptr;     // [services]
    std::uint32_t* unit_slot = nullptr;  // [units] see kNoUnit
    std::uint32_t next_demand = 0;       // index into Plan::demand
    std::uint32_t next_ceiling = 0;      // index into Plan::ceiling
    std::uint32_t waiting_units = 0;
    std::uint64_t jobs_held = 0,
                  units_held = 0;               // GPUs of those that have a slot, missing ones too
    std::uint64_t units_lacking = 0;            // of units_held: GPUs of nodes that left them
    std::uint64_t leaving = 0;                  // of these jobs: GPUs of those asked to go
    std::uint64_t ceiling = ~std::uint64_t{0};  // GPUs that jobs may hold
    bool promised = false;       // waiting units are to get GPUs that jobs or units leave
    bool promise_again = false;  // something has changed since that was found out

    // Only in plans with tenants:
    TenantState* tenant = nullptr;        // [tenants]
    std::uint64_t* by_place = nullptr;    // bits: the queue, by Plan::place_of
    std::uint32_t* joined = nullptr;      // [jobs] tick at which it joined the queue last
    std::uint32_t* pushed_out = nullptr;  // [jobs] pass in which it made room last
    std::uint32_t passes = 0;             // scheduling passes so far
    std::uint32_t next_limit = 0;         // index into Plan::limit_step
    std::uint32_t usage_since = 0;        // tick up to which TenantState::usage counts

    Choosy* choosy = nullptr;  // [jobs] only if gangs wait for a near place
    std::uint32_t first_choosy = kNone, last_choosy = kNone;

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
    std::uint32_t wake = kNone;          // tick at which there is a pass, whatever else happens
    // Before this tick nobody can make room for the blocked head, unless more_room.
    std::uint32_t no_room_until = kNone;
    bool more_room = false;       // nodes or jobs have changed so that more jobs might go
    bool others_run = false;      // jobs have started or gone since no_room_until was found
    bool released = false;        // has anything been given back since the last pass, or the like
    bool too_many_slots = false;  // a job was to start, and every slot was in use
};

// Memory for a plan, and where each array lies in it; memory must be aligned to 8 bytes.
// `most_slots` limits how many jobs can hold a slot at once, which saves memory: a run that needs
// more says so and stops (State::too_many_slots); the limit changes nothing else.
class StateLayout {
public:
    TP_HD explicit StateLayout(const Plan& plan, std::uint32_t most_slots = kNone)
        : plan_(plan), slots_(needed_slots(plan)) {
        slots_ = most_slots < slots_ ? most_slots : slots_;
        State sizes_only;
        Sizes hot, cold;
        assign(sizes_only, hot, cold);
        hot_bytes_ = hot.used;
        cold_bytes_ = cold.used;
    }
    TP_HD std::size_t hot_bytes() const { return hot_bytes_; }
    TP_HD std::size_t cold_bytes() const { return cold_bytes_; }
    TP_HD std::size_t bytes() const { return hot_bytes_ + cold_bytes_; }
    TP_HD std::uint32_t slots() const { return slots_; }

    // All nodes free, queue empty. One block: the hot part first.
    template <class Exec>
    TP_HD State make(Exec exec, void* memory) const {
        return make(exec, memory, static_cast<unsigned char*>(memory) + hot_bytes_);
    }
    template <class Exec>
    TP_HD State make(Exec exec, void* hot, void* cold) const {
        zero(exec, hot, hot_bytes_);
        zero(exec, cold, cold_bytes_);
        exec.sync();
        State state;
        Place hot_place{static_cast<unsigned char*>(hot)};
        Place cold_place{static_cast<unsigned char*>(cold)};
        assign(state, hot_place, cold_place);
        state.slot_count = state.unused_count = slots_;
        for (std::uint32_t s = exec.lane(); s < slots_; s += Exec::kWidth) {
            state.unused_slots[s] = slots_ - 1 - s;
        }
        for (std::uint32_t node = exec.lane(); node < plan_.nodes; node += Exec::kWidth) {
            const NodeClass& c = plan_.classes_by_size[plan_.node_class[node]];
            state.gpu_mask[node] = c.pool != 0 ? 0 : ~std::uint64_t{0} >> (kLargestNode - c.gpus);
        }
        free_all(exec, plan_, state.now);
        if (plan_.interruptible) {
            make_interruptible(exec, state);
        }
        return state;
    }

private:
    struct Sizes {             // only counts
        std::size_t used = 0;  // bytes
    };
    struct Place {
        unsigned char* memory = nullptr;
        std::size_t used = 0;
    };

    template <class Exec>
    TP_HD static void zero(Exec exec, void* memory, std::size_t bytes) {
        auto* words = static_cast<std::uint64_t*>(memory);
        for (std::size_t i = exec.lane(); i < bytes / 8; i += Exec::kWidth) {
            words[i] = 0;
        }
    }

    // Every node in its role, nothing down.
    template <class Exec>
    TP_HD void make_interruptible(Exec exec, State& state) const {
        for (std::uint32_t node = exec.lane(); node < plan_.nodes; node += Exec::kWidth) {
            const bool spare = plan_.spare[node] != 0;
            state.role[node] = spare ? Role::kSpare : Role::kService;
            state.owner[node] = state.sharers[node] = state.lost_by[node] = kNone;
            for (std::uint32_t reach = 0; reach < kReaches; ++reach) {
                state.speed[reach * plan_.nodes + node] = kFullSpeed;
            }
            if (spare) {
                state.gpu_mask[node] = 0;
            }
        }
        for (std::uint32_t rank = exec.lane(); rank < plan_.jobs; rank += Exec::kWidth) {
            Life& life = state.life[rank];  // else Life{} is all zeroes
            life.tier = life.kept_in = life.gone_at = kNone;
        }
        for (std::uint32_t unit = exec.lane(); unit < plan_.units; unit += Exec::kWidth) {
            state.unit_slot[unit] = kNoUnit;
        }
        for (std::uint32_t t = exec.lane(); t < plan_.tenants; t += Exec::kWidth) {
            state.tenant[t].limit = plan_.tenant[t].limit;
            state.tenant[t].next = kNone;
        }
        exec.sync();
        for (std::uint32_t node = 0; node < plan_.nodes; ++node) {
            if (plan_.spare[node] != 0) {
                state.spare_gpus += plan_.classes_by_size[plan_.node_class[node]].gpus;
                set_free(exec, plan_, state.now, node, 0);
            }
        }
    }

    // An interrupted job may have lost all its nodes and still hold its slot.
    TP_HD static std::uint32_t needed_slots(const Plan& plan) {
        if (plan.interruptible) {
            return plan.jobs;
        }
        return plan.gpus < plan.jobs ? static_cast<std::uint32_t>(plan.gpus) : plan.jobs;
    }
    template <class T>
    TP_HD static void take(T*& array, std::size_t n, Place& from) {
        array = reinterpret_cast<T*>(from.memory + from.used);
        from.used += (n * sizeof(T) + 7) / 8 * 8;
    }
    template <class T>
    TP_HD static void take(T*&, std::size_t n, Sizes& from) {
        from.used += (n * sizeof(T) + 7) / 8 * 8;
    }
    // What a plan does not need takes nothing; a null pointer would hide from a GPU's compiler in
    // which memory the array lies.
    template <class Memory>
    TP_HD void assign(FreeMap& map, bool needed, bool indexed, Memory& hot) const {
        take(map.bits, needed && indexed ? plan_.bit_words : 0, hot);
        take(map.free, needed ? plan_.nodes : 0, hot);
        take(map.level_count, needed ? plan_.level_counts : 0, hot);
        take(map.whole, needed && indexed ? plan_.level_begin[plan_.levels] : 0, hot);
    }
    template <class Memory>
    TP_HD void assign(State& state, Memory& hot, Memory& cold) const {
        const bool easy = plan_.queue == QueuePolicy::kEasy;
        assign(state.now, true, true, hot);
        take(state.waiting, (std::size_t{plan_.jobs} + 63) / 64, hot);
        take(state.ends.keys, slots_, hot);
        take(state.ends.slots, slots_, hot);
        const bool shadow = easy || plan_.preempt || plan_.services > 0 ||
                            plan_.tenant_rule.preempt != PreemptRule::kNobody;
        assign(state.shadow, shadow, true, hot);
        take(state.expected.keys, easy ? slots_ : 0, hot);
        take(state.expected.slots, easy ? slots_ : 0, hot);
        assign(state.then, easy, false, hot);
        take(state.gpu_mask, plan_.nodes, cold);
        take(state.next_node, plan_.nodes, cold);
        take(state.slots, slots_, cold);
        take(state.unused_slots, slots_, cold);
        take(state.choosy, plan_.locality_wait > 0 ? plan_.jobs : 0, cold);
        if (plan_.interruptible) {
            assign_interruptible(state, cold);
        }
    }
    template <class Memory>
    TP_HD void assign_interruptible(State& state, Memory& cold) const {
        take(state.activity, slots_, cold);
        take(state.life, plan_.jobs, cold);
        take(state.node_before, plan_.nodes, cold);
        take(state.held, plan_.nodes, cold);
        take(state.down, plan_.nodes, cold);
        take(state.role, plan_.nodes, cold);
        take(state.closed, plan_.nodes, cold);
        take(state.missed, plan_.nodes, cold);
        take(state.owner, plan_.nodes, cold);
        take(state.sharers, plan_.nodes, cold);
        take(state.lost_by, plan_.nodes, cold);
        take(state.speed, std::size_t{kReaches} * plan_.nodes, cold);
        take(state.short_of, plan_.pools, cold);
        take(state.leaf_mark, plan_.pace_leaves > 0 ? plan_.nodes : 0, cold);
        take(state.pod_mark, plan_.pace_leaves > 0 ? plan_.nodes : 0, cold);
        take(state.service, plan_.services, cold);
        take(state.unit_slot, plan_.units, cold);
        const std::size_t known = plan_.tenants > 0 ? plan_.jobs : 0;
        take(state.tenant, plan_.tenants, cold);
        take(state.by_place, plan_.tenants > 0 && is_by_tenant(plan_.queue) ? (known + 63) / 64 : 0,
             cold);
        take(state.joined, known, cold);
        take(state.pushed_out, known, cold);
    }

    const Plan& plan_;
    std::uint32_t slots_;
    std::size_t hot_bytes_ = 0, cold_bytes_ = 0;
};

}  // namespace tidepool::core
