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

}  // namespace

Totals totals(const Ledger& ledger) {
    Totals t;
    t.gpus = ledger.gpus;
    t.length = ledger.end;
    t.capacity = ledger.gpus * ledger.end.value;
    t.allocated = ledger.total.allocated;
    TP_ASSERT(t.allocated <= t.capacity, "jobs cannot hold more GPUs than there are");
    t.idle = t.capacity - t.allocated;
    t.submitted = ledger.jobs.size();
    t.queue_length = ledger.total.queue_length;
    t.queued_gpus = ledger.total.queued_gpus;
    t.queue_length_max = ledger.queue_length_max;

    std::vector<Ticks> waits;
    waits.reserve(ledger.jobs.size());
    for (const JobRecord& job : ledger.jobs) {
        const auto state = static_cast<std::size_t>(job.state);
        TP_ASSERT(state < kJobStates, "every job is in a known state");
        ++t.in_state[state];
        if (job.start != kNever) {
            waits.push_back(Ticks{job.start.value - job.submit.value});
        }
        if (job.end != kNever && (t.last_end == kNever || job.end > t.last_end)) {
            t.last_end = job.end;
        }
    }
    t.waits = summarise(waits);
    return t;
}

}  // namespace tidepool::model
