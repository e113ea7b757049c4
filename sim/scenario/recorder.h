#pragma once
// The part of a driver that every clock shares: writes the ledger while core::replay runs. Job,
// attempt and outage records, exact integrals per bin and over the whole run. The clock itself
// comes from a derived driver.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sim/core/decision_hash.h"
#include "sim/core/state.h"
#include "sim/model/ledger.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/pool_meter.h"
#include "sim/scenario/wait_log.h"

namespace tidepool::scenario {

// Called between events with the present tick and the ledger so far (bins before the present one
// are final). Returning false ends the run.
using Observer = std::function<bool(Ticks now, const model::Ledger& ledger)>;

class Recorder {
public:
    // Both must outlive the recorder. `state` is the state that replay() runs on.
    Recorder(const Compiled& compiled, const core::State& state, Observer observer);

    // Hooks of core::replay.
    bool advance(std::uint32_t now);
    void started(std::uint32_t slot, std::uint32_t tick);
    void finished(std::uint32_t slot, std::uint32_t tick);
    void interrupted(std::uint32_t slot, std::uint32_t tick, std::uint32_t outage);
    void recovers(std::uint32_t slot, std::uint32_t tick, std::uint64_t lost);
    void requeued(std::uint32_t slot, std::uint32_t tick, std::uint64_t lost);
    void preempted(std::uint32_t slot, std::uint32_t tick, bool second_order);
    void stopped(std::uint32_t slot, std::uint32_t tick);
    void ready(std::uint32_t slot, std::uint32_t tick);
    void closing(std::uint32_t slot, std::uint32_t tick);
    void reopened(std::uint32_t slot, std::uint32_t tick);
    void wants(std::uint32_t service, std::uint32_t tick);
    void asked_to_go(std::uint32_t slot, std::uint32_t tick);
    void told_to_go(std::uint32_t slot, std::uint32_t tick);
    void passes(std::uint32_t tick);
    void refused(std::uint32_t rank, core::Reason reason, std::uint32_t tick);
    void withdrawn(std::uint32_t rank, std::uint32_t tick);
    void holds(std::uint32_t slot, std::uint32_t tick);
    void node_changed(std::uint32_t node, std::int64_t held, std::int64_t down) {
        if (pools_.on()) {
            pools_.change(node, last_, held, down);
        }
    }

    // After replay() returned `end`: closes the integrals and hands the ledger out, conservation
    // checked. `network`: the network's part of it, if there is one.
    model::Ledger close(std::uint32_t end, model::NetworkLedger network = {});

private:
    std::uint32_t job_of(std::uint32_t slot) const {
        return compiled_.job_of_rank[state_.slots[slot].rank];
    }
    bool is_unit(std::uint32_t slot) const { return state_.slots[slot].rank < plan_.units; }
    void note_unit(std::uint32_t slot, std::uint32_t tick, UnitEvent event);
    void part_units();
    void add_wait(std::uint32_t rank, core::Reason reason, std::uint32_t ticks);
    void end_wait(std::uint32_t rank, std::uint32_t tick, bool outside);
    void account(std::uint32_t to);
    void note(core::Decision kind, std::uint32_t slot, std::uint32_t tick,
              std::uint32_t outage = 0);
    void note_holding(std::uint32_t slot, std::uint32_t tick, std::uint64_t gpus);
    void note_nodes(std::uint32_t slot, model::JobRecord& job) const;
    void note_spread(std::uint32_t slot);
    void note_shares(std::uint32_t slot);
    void begin_attempt(std::uint32_t slot, std::uint32_t tick);
    void end_attempt(std::uint32_t slot, std::uint32_t tick, model::AttemptEnd why,
                     std::uint32_t outage);
    void end_pause(std::uint32_t slot, std::uint64_t lost);

    const Compiled& compiled_;
    const core::Plan plan_;
    const core::State& state_;
    Observer observer_;
    model::Ledger ledger_;
    PoolMeter pools_;
    std::optional<WaitLog> waits_;              // in plans with tenants
    std::vector<std::uint32_t> waiting_since_;  // by job: tick at which it joined the queue last
    // By job, while it is out of the queue: where its present attempt began; and its last attempt
    // that ended. Only if jobs can be interrupted.
    std::vector<std::uint32_t> attempt_begin_;
    struct Spread {
        std::uint32_t leaf_groups = 0, pods = 0;
    };
    std::vector<Spread> spread_;  // of that attempt; only with a network
    struct Shares {
        std::uint32_t first = 0, count = 0;
    };
    std::vector<Shares> shares_;  // of that attempt, in Ledger::shares; only of billed runs
    std::vector<std::pair<std::uint32_t, std::uint32_t>> held_;  // scratch: node, GPUs
    std::vector<std::uint32_t> domains_;                         // scratch
    std::vector<std::uint32_t> last_attempt_;
    std::vector<std::uint32_t> attempt_before_;  // by attempt: the job's one before it
    std::size_t next_arrival_ = 0;               // of the nodes that are not installed yet
    std::uint64_t absent_ = 0;                   // their GPUs
    std::vector<std::pair<std::uint32_t, std::uint64_t>> arrivals_;  // tick, GPUs
    std::uint32_t last_ = 0;                                         // accounted up to here
    std::uint64_t observed_bin_ = 0;  // bin of the last call to the observer
    std::uint64_t since_observed_ = 0;
    bool stopped_ = false;
};

}  // namespace tidepool::scenario
