#include "sim/model/holdings.h"

#include <algorithm>
#include <numeric>

#include "sim/base/assert.h"

namespace tidepool::model {
namespace {

// Integrals over bins of a sum of constants over spans of time.
class BinSums {
public:
    BinSums(std::uint32_t width, std::size_t bins) : width_(width), sums_(bins), steps_(bins + 1) {}

    // `amount` over [from, to).
    void add(std::uint32_t from, std::uint32_t to, std::uint64_t amount) {
        const std::uint32_t first = from / width_, last = (to - 1) / width_;
        if (first == last) {
            sums_[first] += amount * (to - from);
            return;
        }
        sums_[first] += amount * (std::uint64_t{first + 1} * width_ - from);
        sums_[last] += amount * (to - std::uint64_t{last} * width_);
        steps_[first + 1] += amount;
        steps_[last] -= amount;
    }

    std::vector<std::uint64_t> take() {
        std::uint64_t level = 0;
        for (std::size_t b = 0; b < sums_.size(); ++b) {
            level += steps_[b];
            sums_[b] += level * width_;
        }
        return std::move(sums_);
    }

private:
    std::uint32_t width_;
    std::vector<std::uint64_t> sums_;
    std::vector<std::uint64_t> steps_;  // by bin: of the level of what covers whole bins
};

// Calls visit(job, from, to, gpus, waits) for every span of time in which a job or unit held GPUs
// or a job waited for them; units have the numbers after the jobs.
template <class Visit>
void for_each_span(const Ledger& ledger, Visit&& visit) {
    const std::uint32_t end = ledger.end.value;
    const auto jobs = static_cast<std::uint32_t>(ledger.jobs.size());
    const auto span = [&](std::uint32_t job, std::uint32_t from, std::uint32_t to,
                          std::uint32_t gpus) {
        to = std::min(to, end);
        if (from >= to || gpus == 0) {
            return;
        }
        if (gpus == kWaits) {
            visit(job, from, to, ledger.jobs[job].gpus, true);
        } else {
            visit(job, from, to, gpus, false);
        }
    };
    if (!ledger.interruptible) {
        for (std::uint32_t j = 0; j < jobs; ++j) {
            const JobRecord& job = ledger.jobs[j];
            if (job.state != JobState::kRejected) {
                span(j, job.submit.value, job.start.value, kWaits);
                span(j, job.start.value, job.end.value, job.gpus);
            }
        }
        return;
    }
    std::vector<Holding> now(jobs + ledger.units.size());
    for (std::uint32_t j = 0; j < jobs; ++j) {
        if (ledger.jobs[j].state != JobState::kRejected) {
            now[j] = {ledger.jobs[j].submit.value, j, kWaits};
        }
    }
    for (const Holding& next : ledger.holdings) {
        span(next.job, now[next.job].tick, next.tick, now[next.job].gpus);
        now[next.job] = next;
    }
    for (std::uint32_t j = 0; j < now.size(); ++j) {
        span(j, now[j].tick, end, now[j].gpus);
    }
}

const JobRecord& record_of(const Ledger& ledger, std::uint32_t number) {
    const std::size_t jobs = ledger.jobs.size();
    return number < jobs ? ledger.jobs[number] : ledger.units[number - jobs];
}

// Which tenants get a column of their own, most GPU-ticks first; `columns`: at most so many.
std::vector<std::uint32_t> largest(const std::vector<std::uint64_t>& held,
                                   const std::vector<bool>& occurs, std::size_t columns) {
    std::vector<std::uint32_t> tenants;
    for (std::uint32_t t = 0; t < held.size(); ++t) {
        if (occurs[t]) {
            tenants.push_back(t);
        }
    }
    std::ranges::stable_sort(tenants,
                             [&](std::uint32_t a, std::uint32_t b) { return held[a] > held[b]; });
    if (tenants.size() > columns) {
        tenants.resize(columns);
    }
    return tenants;
}

void add_tenants(const Ledger& ledger, const std::vector<std::uint64_t>& held,
                 const std::vector<bool>& occurs, std::size_t most_cells, HoldingSeries& series) {
    const std::size_t bins = ledger.bins.size();
    const std::size_t fit = std::max<std::size_t>(2, most_cells / bins);
    const std::vector<std::uint32_t> chosen =
        largest(held, occurs, std::min(kMostTenantColumns, fit - 1));
    const auto others = static_cast<std::uint32_t>(chosen.size());
    std::vector<std::uint32_t> column(held.size(), others);
    for (std::uint32_t c = 0; c < chosen.size(); ++c) {
        column[chosen[c]] = c;
        series.by_tenant.push_back({chosen[c], {}, {}});
    }
    if (std::ranges::count(occurs, true) > std::int64_t{others}) {
        series.by_tenant.push_back({kOtherTenants, {}, {}});
    }
    const std::size_t columns = series.by_tenant.size();
    std::vector<BinSums> holds(columns, BinSums(ledger.bin_width.value, bins));
    std::vector<BinSums> waits = holds;
    for_each_span(ledger, [&](std::uint32_t number, std::uint32_t from, std::uint32_t to,
                              std::uint32_t gpus, bool waiting) {
        (waiting ? waits : holds)[column[record_of(ledger, number).tenant]].add(from, to, gpus);
    });
    for (std::size_t c = 0; c < columns; ++c) {
        series.by_tenant[c].held = holds[c].take();
        series.by_tenant[c].queued = waits[c].take();
    }
}

void check(const Ledger& ledger, const HoldingSeries& series) {
    for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
        std::uint64_t held = 0;
        for (const std::vector<std::uint64_t>& of : series.by_class) {
            held += of[b];
        }
        TP_ASSERT(held == ledger.bins[b].allocated, "classes add up to what is allocated");
        if (!series.by_tenant.empty()) {
            std::uint64_t by_tenants = 0, queued = 0;
            for (const HoldingSeries::Tenant& tenant : series.by_tenant) {
                by_tenants += tenant.held[b];
                queued += tenant.queued[b];
            }
            TP_ASSERT(by_tenants == held, "tenants add up to what is allocated");
            TP_ASSERT(queued == ledger.bins[b].queued_gpus, "tenants add up to what is waited for");
        }
    }
}

}  // namespace

HoldingSeries holding_series(const Ledger& ledger, std::size_t most_cells) {
    HoldingSeries series;
    const std::size_t bins = ledger.bins.size();
    if (bins == 0) {
        return series;
    }
    std::vector<BinSums> classes(kUseClasses.size(), BinSums(ledger.bin_width.value, bins));
    std::vector<std::uint64_t> held(ledger.tenants.size());
    std::vector<bool> occurs(ledger.tenants.size());
    const std::size_t jobs = ledger.jobs.size();
    for_each_span(ledger, [&](std::uint32_t number, std::uint32_t from, std::uint32_t to,
                              std::uint32_t gpus, bool waits) {
        const JobRecord& record = record_of(ledger, number);
        occurs[record.tenant] = true;
        if (!waits) {
            const std::size_t use =
                number < jobs ? static_cast<std::size_t>(record.plan) : kUseClasses.size() - 1;
            classes[use].add(from, to, gpus);
            held[record.tenant] += std::uint64_t{gpus} * (to - from);
        }
    });
    for (std::size_t c = 0; c < classes.size(); ++c) {
        series.by_class[c] = classes[c].take();
    }
    if (ledger.tenants.size() > 1) {
        add_tenants(ledger, held, occurs, most_cells, series);
    }
    check(ledger, series);
    return series;
}

}  // namespace tidepool::model
