#pragma once
// Who shares what with whom, now: keeps a flow in a rate solver for every running job that meets
// others on the network or on storage, turns the rates it is granted into the pace of jobs, and
// counts what links carry and whom they hold up. Driven by the hooks of a run, see driver.h.
//
// The only place where rates become integers: a pace is rounded to the nearest 1/2^24.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/network_ledger.h"
#include "sim/network/network_plan.h"
#include "sim/network/rate_solver.h"
#include "sim/network/traffic.h"

namespace tidepool::network {

inline constexpr std::uint32_t kFullPace = 1U << 24U;

// What a job does on the network in its present stage.
struct Activity {
    bool trains = false;                 // works, and so communicates
    bool writes = false, reads = false;  // a checkpoint; one of them
};

// How fast a slot's job gets on: of 2^24.
struct Pace {
    std::uint32_t slot = 0;
    std::uint32_t work = kFullPace;      // of the step at full line rate
    std::uint32_t transfer = kFullPace;  // of what idle storage grants
};

// Bins of all links together; with more, only tiers keep theirs. 512 MB.
inline constexpr std::uint64_t kMostLinkBins = 64'000'000;

class Contention {
public:
    // All must outlive it. `steps` by tick. `bin_width` 0: no time series.
    Contention(const NetworkPlan& plan, std::span<const CapacityStep> steps, std::uint64_t seed,
               Ticks bin_width, std::unique_ptr<RateSolver> solver,
               std::uint64_t most_link_bins = kMostLinkBins);

    // Time moves on; everything has been as it is since the last call.
    void advance(Ticks now) { now_ = now.value; }

    // The slot's job begins an attempt on these nodes, in the order of its ranks. `rule`: its
    // checkpoint rule. kept until drop().
    void enter(std::uint32_t slot, std::uint32_t rank, std::uint32_t rule, std::uint32_t entity,
               std::span<const std::uint32_t> nodes);
    bool has(std::uint32_t slot) const { return slot < jobs_.size() && jobs_[slot].in_use; }

    // From now on the job does this. Takes effect with the next settle().
    void act(std::uint32_t slot, Activity activity);
    void drop(std::uint32_t slot);

    // Tick of the next change of capacities; kNever: none.
    Ticks next_change() const;

    // Applies the changes of capacity that are due now, solves if anything changed and returns the
    // jobs whose pace changed, by the order in which the solver names their flows.
    std::span<const Pace> settle();

    // What the slot's job has lost to the network since the last call, in 1/1024 GPU-ticks, is the
    // fault of whatever held it up then. To be called, with 0 as well, when its pace changes.
    void blame(std::uint32_t slot, std::uint64_t stalled);

    // At the end of the run. `job_of`: of a rank.
    model::NetworkLedger close(Ticks end,
                               const std::function<std::uint32_t(std::uint32_t)>& job_of);

private:
    struct Flow {
        FlowShape shape;
        FlowId id;
        bool running = false;
        bool read = false;
        double asked = 0, granted = 0;  // of x
        double carries = 0;             // B/s that it puts on a link of weight 1, in the mean
        double sent = 0;                // B/s that its nodes send over the network, in the mean
    };
    struct Job {
        bool in_use = false;
        bool dirty = false;
        std::uint32_t rank = 0;
        const Traffic* traffic = nullptr;
        std::uint32_t storage = kNoTrunk;
        Activity wanted;
        Flow training, transfer;
        std::uint32_t narrowest = kNoTrunk;  // node trunk with the least capacity left
        std::uint32_t cut_by = kNoTrunk;     // link with nothing left that its work needs
        std::uint32_t held_by = kNoTrunk;    // link that holds its work up
        std::uint32_t blamed = kNoTrunk;     // that one, as of the last call of blame()
        Pace pace;
        bool at_work = false;  // and sends; at this rate per node since this tick
        double rate = 0;
        std::uint32_t since = 0;
        std::vector<std::uint32_t> nodes;
    };
    struct LinkState {
        std::int64_t own_lost = 0, above_lost = 0;  // 1/1024 of a part
        double capacity = 0;                        // left
        double peak[2] = {};      // by direction: all that flows are granted, sent at once
        double load = 0;          // B/s away from the nodes, in the mean
        std::uint32_t flows = 0;  // that cross it
        std::uint32_t since = 0;  // tick up to which bytes are counted
        double bytes = 0;
        std::vector<double> binned;
    };

    void touch(std::uint32_t slot);
    void apply(const CapacityStep& step);
    void touch_users(std::uint32_t link);
    void reconsider(std::uint32_t slot);
    void update(std::uint32_t slot);
    void update_training(std::uint32_t slot);
    void update_transfer(std::uint32_t slot);
    void run_flow(Flow& flow, std::uint64_t owner, double asked, double equals);
    void stop_flow(Flow& flow);
    std::uint32_t cut_link(const FlowShape& shape) const;
    std::uint32_t stands_at(const Job& job) const;
    double asks(const Job& job, bool training) const;
    double line_left(const Job& job, double line, std::uint32_t& narrowest) const;
    void grant(std::uint64_t owner, double rate);
    void note_pace(std::uint32_t slot);
    std::uint32_t holder(const Flow& flow) const;
    void carry(Flow& flow, double bytes_per_second, double sent_by_nodes);
    void count(std::uint32_t link, std::uint32_t to);
    void count_bins(std::uint32_t link, std::uint32_t to);
    void give_up_link_bins();
    void note_rate(Job& job, bool at_work, double rate);
    std::size_t tier_of(std::size_t link) const;
    model::LinkRecord record_of(std::uint32_t link, Ticks end);
    double capacity_of(std::uint32_t link) const;
    void add_tiers(model::NetworkLedger& ledger);
    void add_flows(model::NetworkLedger& ledger, const std::vector<std::uint32_t>& number,
                   const std::function<std::uint32_t(std::uint32_t)>& job_of) const;

    const NetworkPlan& plan_;
    std::span<const CapacityStep> steps_;
    std::size_t next_step_ = 0;
    std::uint64_t seed_;
    std::uint32_t bin_width_;
    std::uint64_t most_link_bins_;
    std::unique_ptr<RateSolver> solver_;
    TrafficMap map_;
    std::vector<Job> jobs_;  // by slot
    std::vector<std::uint32_t> dirty_;
    std::vector<std::uint64_t> owner_of_flow_;  // by solver slot: job slot * 2 + transfer
    std::vector<LinkState> links_;              // of the plan; then all nodes together
    std::vector<std::uint64_t> stalled_;        // by link, 1/1024 GPU-ticks
    std::uint64_t link_bins_ = 0;               // of all links; nodes together are no link
    bool bins_of_links_ = true;                 // else bins are those of the tiers:
    std::vector<std::vector<double>> tier_bins_;
    std::vector<model::RateRecord> rates_;  // by rank
    std::vector<Pace> changed_;
    std::vector<std::uint32_t> reconsidered_;  // slots whose pace may have changed
    std::vector<std::uint8_t> listed_;         // by slot: in reconsidered_
    std::uint32_t now_ = 0;
    std::uint32_t broken_nodes_ = 0;  // node trunks below their capacity
    std::uint64_t solves_ = 0;
    bool unsolved_ = false;
};

}  // namespace tidepool::network
