#pragma once
// What interruptions did to a run, still integers. Pure functions of the ledger.
//
// A job that has started is *out of the queue* from its first start to its end, or to the end of
// the run, except while it waits again after an interruption or a preemption: it runs, or recovers
// with GPUs in hand.

#include <cstdint>
#include <span>

#include "sim/model/ledger.h"
#include "sim/model/ratio.h"

namespace tidepool::model {

// What the outages alone say, whatever ran.
struct OutageFacts {
    std::uint64_t outages = 0;       // interruptions and repairs that began in the run
    std::uint64_t planned = 0;       // planned outages (maintenance) that began
    std::uint64_t degradations = 0;  // that began
    Sum repairs;               // ticks of the node downtimes with a repair that ended in the run
    std::uint64_t absent = 0;  // GPU-ticks before nodes arrived
    std::uint64_t installed = 0, down = 0;  // GPU-ticks of the nodes, see downtime.h
    std::uint64_t node_months = 0;          // see downtime.h
    // Lowest availability of a node-month, and the one that 1 % of them do not exceed (by nearest
    // rank); undefined if no node-month counts.
    double node_month_min = kUndefined, node_month_p1 = kUndefined;
};

// Of a run over [0, end), from the outages that begin within it; see downtimes(), whose price it
// has.
OutageFacts outage_facts(std::span<const Outage> outages, std::span<const std::uint32_t> node_gpus,
                         Ticks end);

struct Reliability : OutageFacts {
    std::uint64_t interruptions = 0;
    std::uint64_t preemptions = 0;
    std::uint64_t second_order_preemptions = 0;
    std::uint64_t checkpoints = 0;  // written
    // Of the jobs that started:
    std::uint64_t out_of_queue = 0;       // ticks
    std::uint64_t gpus_out_of_queue = 0;  // the same, times the job's GPUs
    std::uint64_t gpus_queued = 0;        // ticks in the queue times the job's GPUs
    Sum recoveries;                       // ticks from interruption to the next start
    Sum blast;                            // GPUs of the jobs interrupted, by outages that did so
    std::uint64_t blast_max = 0;          // the largest of them
};

// O(jobs + attempts) and the price of outage_facts().
Reliability reliability(const Ledger& ledger);

// Ticks out of the queue within a run that ends at `end`; 0 for a job that did not start.
std::uint64_t out_of_queue(const JobRecord& job, Ticks end);

// Effective training time ratio: useful work / (GPUs * ticks); undefined over nothing.
double ettr(const JobRecord& job, Ticks end);             // ticks out of the queue
double ettr_with_queue(const JobRecord& job, Ticks end);  // and those in the queue

}  // namespace tidepool::model
