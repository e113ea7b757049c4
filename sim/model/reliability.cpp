#include "sim/model/reliability.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sim/model/downtime.h"
#include "sim/model/gpu_time.h"

namespace tidepool::model {
namespace {

void count_outages(std::span<const Outage> outages, OutageFacts& facts) {
    for (const Outage& outage : outages) {
        switch (outage.kind) {
            case OutageKind::kInterruption:
            case OutageKind::kRepair:
                ++facts.outages;
                break;
            case OutageKind::kMaintenance:
                ++facts.planned;
                break;
            case OutageKind::kDegraded:
            case OutageKind::kBandwidth:
                ++facts.degradations;
                break;
            case OutageKind::kNotInstalled:
                break;
        }
    }
}

void add_effects(const Ledger& ledger, Reliability& r) {
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

void add_downtimes(const Downtimes& all, OutageFacts& facts) {
    facts.installed = all.installed;
    facts.down = all.down;
    for (const NodeDowntime& node : all.nodes) {
        facts.repairs.count += node.repaired;
        facts.repairs.sum += node.repaired_length;
    }
    facts.node_months = all.month_count;
    if (all.month_count == 0) {
        return;
    }
    std::vector<double> shares;  // of the node-months below 1
    for (const NodeMonth& month : all.months) {
        shares.push_back(ratio(month.installed - month.down, month.installed));
    }
    std::ranges::sort(shares);
    const std::uint64_t rank = (all.month_count + 99) / 100;
    facts.node_month_min = shares.empty() ? 1 : shares.front();
    facts.node_month_p1 = rank > shares.size() ? 1 : shares[rank - 1];
}

std::uint64_t absent_gpu_ticks(std::span<const Outage> outages,
                               std::span<const std::uint32_t> node_gpus, Ticks end) {
    std::uint64_t sum = 0;
    for (const Outage& outage : outages) {
        for (std::uint32_t n = outage.first_node;
             outage.kind == OutageKind::kNotInstalled && n < outage.last_node; ++n) {
            sum += std::uint64_t{node_gpus[n]} * std::min(outage.end, end).value;
        }
    }
    return sum;
}

// Work in 1/1024 GPU-ticks over GPU-ticks.
double share(std::uint64_t work, std::uint64_t gpu_ticks) {
    return ratio(work, gpu_ticks) / double{kWorkUnits};
}

}  // namespace

OutageFacts outage_facts(std::span<const Outage> outages, std::span<const std::uint32_t> node_gpus,
                         Ticks end) {
    const auto last =
        std::ranges::partition_point(outages, [&](const Outage& o) { return o.begin < end; });
    const auto begun = outages.first(static_cast<std::size_t>(last - outages.begin()));
    OutageFacts facts;
    count_outages(begun, facts);
    add_downtimes(downtimes(begun, node_gpus, end), facts);
    facts.absent = absent_gpu_ticks(begun, node_gpus, end);
    return facts;
}

Reliability reliability(const Ledger& ledger) {
    Reliability r;
    static_cast<OutageFacts&>(r) = outage_facts(ledger.outages.list, ledger.node_gpus, ledger.end);
    r.second_order_preemptions = ledger.second_order_preemptions;
    add_effects(ledger, r);
    add_jobs(ledger, r);
    return r;
}

std::uint64_t out_of_queue(const JobRecord& job, Ticks end) {
    if (job.start == kNever) {
        return 0;
    }
    return std::uint64_t{std::min({job.end, job.withdrawn, end}).value} - job.submit.value -
           job.queued.value;
}

double ettr(const JobRecord& job, Ticks end) {
    return share(job.time.useful, job.gpus * out_of_queue(job, end));
}

double ettr_with_queue(const JobRecord& job, Ticks end) {
    const std::uint64_t queued = job.start == kNever ? 0 : job.queued.value;
    return share(job.time.useful, job.gpus * (out_of_queue(job, end) + queued));
}

}  // namespace tidepool::model
