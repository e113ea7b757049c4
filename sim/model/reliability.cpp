#include "sim/model/reliability.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sim/model/downtime.h"
#include "sim/model/gpu_time.h"

namespace tidepool::model {
namespace {

void count_outages(const Ledger& ledger, Reliability& r) {
    for (const Outage& outage : ledger.outages.list) {
        switch (outage.kind) {
            case OutageKind::kInterruption:
            case OutageKind::kRepair:
                ++r.outages;
                break;
            case OutageKind::kMaintenance:
                ++r.planned;
                break;
            case OutageKind::kDegraded:
                ++r.degradations;
                break;
            case OutageKind::kNotInstalled:
                break;
        }
    }
    for (const OutageEffect& effect : ledger.effects) {
        if (effect.jobs > 0) {
            r.blast.add(effect.gpus);
            r.blast_max = std::max(r.blast_max, effect.gpus);
        }
    }
}

void add_jobs(const Ledger& ledger, Reliability& r) {
    for (const JobRecord& job : ledger.jobs) {
        r.interruptions += job.interruptions;
        r.preemptions += job.preemptions;
        r.checkpoints += job.checkpoints;
        if (job.start != kNever) {
            const std::uint64_t time = out_of_queue(job, ledger.end);
            r.out_of_queue += time;
            r.gpus_out_of_queue += job.gpus * time;
            r.gpus_queued += std::uint64_t{job.gpus} * job.queued.value;
        }
    }
    for (const Attempt& attempt : ledger.attempts) {
        const bool interrupted =
            attempt.ended == AttemptEnd::kOutage || attempt.ended == AttemptEnd::kSoftware;
        if (interrupted && attempt.recovered != kNever) {
            r.recoveries.add(attempt.recovered.value - attempt.end.value);
        }
    }
}

void add_nodes(const Ledger& ledger, Reliability& r) {
    const Downtimes all = downtimes(ledger);
    r.installed = all.installed;
    r.down = all.down;
    for (const NodeDowntime& node : all.nodes) {
        r.repairs.count += node.repaired;
        r.repairs.sum += node.repaired_length;
    }
    r.node_months = all.month_count;
    if (all.month_count == 0) {
        return;
    }
    std::vector<double> shares;  // of the node-months below 1
    for (const NodeMonth& month : all.months) {
        shares.push_back(ratio(month.installed - month.down, month.installed));
    }
    std::ranges::sort(shares);
    const std::uint64_t rank = (all.month_count + 99) / 100;
    r.node_month_min = shares.empty() ? 1 : shares.front();
    r.node_month_p1 = rank > shares.size() ? 1 : shares[rank - 1];
}

// Work in 1/1024 GPU-ticks over GPU-ticks.
double share(std::uint64_t work, std::uint64_t gpu_ticks) {
    return ratio(work, gpu_ticks) / double{kWorkUnits};
}

}  // namespace

Reliability reliability(const Ledger& ledger) {
    Reliability r;
    r.second_order_preemptions = ledger.second_order_preemptions;
    count_outages(ledger, r);
    add_jobs(ledger, r);
    add_nodes(ledger, r);
    return r;
}

std::uint64_t out_of_queue(const JobRecord& job, Ticks end) {
    if (job.start == kNever) {
        return 0;
    }
    return std::uint64_t{std::min(job.end, end).value} - job.submit.value - job.queued.value;
}

double ettr(const JobRecord& job, Ticks end) {
    return share(job.time.useful, job.gpus * out_of_queue(job, end));
}

double ettr_with_queue(const JobRecord& job, Ticks end) {
    const std::uint64_t queued = job.start == kNever ? 0 : job.queued.value;
    return share(job.time.useful, job.gpus * (out_of_queue(job, end) + queued));
}

}  // namespace tidepool::model
