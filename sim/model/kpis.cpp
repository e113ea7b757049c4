#include "sim/model/kpis.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::model {

Ticks nearest_rank(std::vector<Ticks>& values, unsigned percent) {
    TP_ASSERT(!values.empty() && percent >= 1 && percent <= 100, "a rank needs values");
    const std::size_t rank = (values.size() * percent + 99) / 100;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

namespace {

Waits summarise(std::vector<Ticks>& waits) {
    Waits result;
    if (waits.empty()) {
        return result;
    }
    result.jobs = waits.size();
    for (const Ticks wait : waits) {
        result.sum += wait.value;
    }
    result.p50 = nearest_rank(waits, 50);
    result.p95 = nearest_rank(waits, 95);
    result.p99 = nearest_rank(waits, 99);
    result.max = *std::max_element(waits.begin(), waits.end());
    return result;
}

void add_capacity(const Ledger& ledger, Totals& t) {
    const Shares run = shares(ledger, ledger.total, ledger.end.value);
    t.capacity = run.capacity;
    t.idle = run.idle;
    t.down = ledger.total.down;
    t.spare = ledger.total.spare;
    t.allocated = ledger.total.allocated;
    t.spare_gpus = ledger.spare_gpus;
    t.spares_in_use = run.spares_in_use;
    t.spares_in_use_max = kUndefined;
    for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
        const std::uint64_t width = ledger.bin_width.value;
        const std::uint64_t length = std::min(width, ledger.end.value - b * width);
        const double in_use = shares(ledger, ledger.bins[b], length).spares_in_use;
        t.spares_in_use_max = b == 0 ? in_use : std::max(t.spares_in_use_max, in_use);
    }
}

}  // namespace

Shares shares(const Ledger& ledger, const Bin& bin, std::uint64_t length) {
    const std::uint64_t gpu_ticks = ledger.gpus * length;
    TP_ASSERT(bin.absent <= gpu_ticks, "what is absent will be installed");
    const std::uint64_t capacity = gpu_ticks - bin.absent;
    TP_ASSERT(bin.allocated + bin.down + bin.spare <= capacity,
              "jobs cannot hold more GPUs than there are");
    return {capacity, capacity - bin.allocated - bin.down - bin.spare,
            static_cast<double>(ledger.spare_gpus) - ratio(bin.spare, length)};
}

double availability(const Totals& t) {
    TP_ASSERT(t.reliability.down <= t.capacity, "only installed GPUs are down");
    return ratio(t.capacity - t.reliability.down, t.capacity);
}

double ettr(const Totals& t) {
    return ratio(t.time.useful - t.unit_time.useful, t.reliability.gpus_out_of_queue) /
           double{kWorkUnits};
}

double ettr_with_queue(const Totals& t) {
    const Reliability& r = t.reliability;
    return ratio(t.time.useful - t.unit_time.useful, r.gpus_out_of_queue + r.gpus_queued) /
           double{kWorkUnits};
}

double blast_max(const Totals& t) {
    return t.reliability.blast.count == 0 ? kUndefined
                                          : static_cast<double>(t.reliability.blast_max);
}

double network_stalled(const Totals& t) {
    return t.network.on ? gpu_hours_of_work(t.network.stalled) : kUndefined;
}

double network_slowdown(const GpuTime& time, std::uint64_t network_stalled) {
    const std::uint64_t at_work = time.useful + time.lost + time.stalled;
    TP_ASSERT(network_stalled <= at_work, "the network only takes time at work");
    return ratio(at_work, at_work - network_stalled);
}

double network_slowdown(const Totals& t) {
    if (!t.network.on) {
        return kUndefined;
    }
    GpuTime jobs = t.time;
    jobs.useful -= t.unit_time.useful;
    jobs.lost -= t.unit_time.lost;
    jobs.stalled -= t.unit_time.stalled;
    return network_slowdown(jobs, t.network.stalled);
}

Totals totals(const Ledger& ledger) {
    Totals t;
    t.gpus = ledger.gpus;
    t.length = ledger.end;
    add_capacity(ledger, t);
    t.submitted = ledger.jobs.size();
    t.queue_length = ledger.total.queue_length;
    t.queued_gpus = ledger.total.queued_gpus;
    t.queue_length_max = ledger.queue_length_max;
    t.reliability = reliability(ledger);

    std::uint64_t network_stalled = 0;
    std::vector<Ticks> waits;
    waits.reserve(ledger.jobs.size());
    for (const JobRecord& job : ledger.jobs) {
        const auto state = static_cast<std::size_t>(job.state);
        TP_ASSERT(state < kJobStates, "every job is in a known state");
        ++t.in_state[state];
        t.time += job.time;
        network_stalled += job.network_stalled;
        if (job.start != kNever) {
            waits.push_back(Ticks{job.start.value - job.submit.value});
        }
        if (job.end != kNever && (t.last_end == kNever || job.end > t.last_end)) {
            t.last_end = job.end;
        }
    }
    for (const JobRecord& unit : ledger.units) {
        t.unit_time += unit.time;
    }
    t.time += t.unit_time;
    t.services = service_totals(ledger.services, ledger.unit_log, ledger.end);
    t.services.lent = ledger.lent;
    for (const JobRecord& job : ledger.jobs) {
        t.services.asked += job.asked;
        t.services.reclaims += job.reclaims;
    }
    for (const Attempt& attempt : ledger.attempts) {
        if (attempt.ended == AttemptEnd::kReclaimed) {
            const Ticks left = ledger.jobs[attempt.job].withdrawn;
            const std::uint64_t ticks =
                std::min({attempt.recovered, left, ledger.end}).value - attempt.end.value;
            t.services.reclaimed += ticks * ledger.jobs[attempt.job].gpus;
        }
    }
    t.waits = summarise(waits);
    t.tenants = tenant_totals(ledger);
    t.money = ledger.statement ? &*ledger.statement : nullptr;
    t.network = network_totals(ledger.network, network_stalled, ledger.end);
    return t;
}

}  // namespace tidepool::model
