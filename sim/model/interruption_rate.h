#pragma once
// How often a job is interrupted in the long run: what the checkpoint intervals of Young, Daly and
// the optimum are computed from.

#include <cstdint>
#include <vector>

#include "sim/base/quantity.h"
#include "topology/failure_spec.h"
#include "topology/things.h"
#include "topology/topology.h"
#include "workloads/fault_log.h"

namespace tidepool::model {

// For a gang of so many GPUs on the fewest nodes: neighbours, from the first node of the cluster
// that takes it on fewest (of the datacenter where no cluster is large enough). Counts
// interruptions and failures to repair, each where its reach is felt, the mean factor of lemons,
// and the job's own failures; a bathtub without its burn-in, piecewise rates as after their last
// step; of a log its faults, spread over its length and over all nodes of the datacenter.
// Maintenance and degradations do not count.
class InterruptionRates {
public:
    // The datacenter must outlive this; `log` may be null. `spec` has passed check_failures().
    InterruptionRates(const topology::Topology& topology, const topology::FailureSpec& spec,
                      const workloads::FaultLog* log);

    // Interruptions per second of running, repair times left out. Fast: nothing grows with the
    // datacenter.
    EventsPerSecond operator()(std::uint32_t gpus) const;

private:
    struct Part {
        std::vector<topology::ThingRow> rows;  // none for jobs
        topology::FailureReach reach = topology::FailureReach::kAll;
        bool of_job = false, by_gpu = false;  // by_gpu: only the job's own GPUs count
        double rate = 0;                      // of one thing, 1/s; with of_gpus: a node of 8, say
        double of_gpus = 0;                   // 0: every thing alike
    };
    topology::NodeRange fewest_nodes(std::uint64_t gpus) const;
    bool feels(topology::NodeRange nodes, topology::FailureReach reach) const;
    double things_felt(const Part& part, topology::NodeRange nodes, std::uint64_t gpus) const;

    const topology::Topology& topology_;
    std::vector<topology::ThingRow> gpus_;
    std::vector<Part> parts_;
    double log_rate_per_node_ = 0;
};

}  // namespace tidepool::model
