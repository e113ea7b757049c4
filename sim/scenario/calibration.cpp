#include "sim/scenario/calibration.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "sim/core/spread.h"
#include "sim/model/kpis.h"
#include "sim/scenario/compile_slowdowns.h"
#include "sim/scenario/drive.h"

namespace tidepool::scenario {
namespace {

constexpr double kDigits = 1e4;        // four decimals: an end is not known better than to a tick
constexpr double kSlowest = 16777216;  // a pace of 1

double rounded(double value) {
    return std::round(value * kDigits) / kDigits;
}

double ratio(std::uint64_t a, std::uint64_t b) {
    return b == 0 ? kSlowest : std::min(kSlowest, static_cast<double>(a) / static_cast<double>(b));
}

struct Sum {
    std::uint64_t work = 0, network = 0, at_work = 0;
    double least = kSlowest, worst = 1;
    double missed = 0;  // of work + network
    std::int64_t samples = 0;

    double slowdown() const { return std::max(1.0, rounded(ratio(work + network, work))); }
    double error() const { return rounded(missed / static_cast<double>(work + network)); }
};

using Key = std::tuple<std::string, std::uint32_t, std::uint32_t>;  // kind, buckets: pods, leaves

Key key_of(const AttemptSample& a, const std::vector<std::string>& kind_of_job) {
    return {kind_of_job[a.job], core::spread_bucket(a.pods), core::spread_bucket(a.leaf_groups)};
}

double missed_by(const AttemptSample& a, double slowdown) {
    return std::fabs(slowdown * static_cast<double>(a.work) -
                     static_cast<double>(a.work + a.network));
}

double seconds(std::uint32_t ticks) {
    return to_seconds(Ticks{ticks}).value;
}

Seconds makespan(const RunSample& run) {
    std::uint32_t last = 0;
    for (const std::uint32_t end : run.ends) {
        last = end == kNever.value ? last : std::max(last, end);
    }
    return {seconds(last)};
}

}  // namespace

RunSample sampled(const Compiled& compiled, const model::Ledger& ledger) {
    RunSample run;
    run.interrupted = ledger.interrupted;
    run.ran_out = clock_ran_out(compiled, ledger);
    std::vector<bool> sends(ledger.jobs.size());
    for (std::uint32_t rank = 0; rank < compiled.job_of_rank.size(); ++rank) {
        sends[compiled.job_of_rank[rank]] = communicates(compiled.network, rank);
    }
    for (const model::JobRecord& job : ledger.jobs) {
        run.ends.push_back(job.end.value);
        run.stalled += job.network_stalled;
        run.started += job.start == kNever ? 0 : 1;
    }
    for (const model::Attempt& attempt : ledger.attempts) {
        const std::uint64_t work = attempt.time.useful + attempt.time.lost;
        if (sends[attempt.job] && attempt.nodes > 1 && work + attempt.network_stalled > 0) {
            run.attempts.push_back({attempt.job, attempt.leaf_groups, attempt.pods, work,
                                    attempt.network_stalled, work + attempt.time.stalled});
        }
    }
    return run;
}

std::vector<SlowdownRow> slowdown_rows(const RunSample& run, const Oversubscription& fabric,
                                       const std::vector<std::string>& kind_of_job) {
    std::map<Key, Sum> sums;
    for (const AttemptSample& a : run.attempts) {
        Sum& sum = sums[key_of(a, kind_of_job)];
        const double slowdown = ratio(a.work + a.network, a.work);
        sum.work += a.work;
        sum.network += a.network;
        sum.at_work += a.at_work;
        sum.least = std::min(sum.least, slowdown);
        sum.worst = std::max(sum.worst, slowdown);
        ++sum.samples;
    }
    for (const AttemptSample& a : run.attempts) {
        Sum& sum = sums[key_of(a, kind_of_job)];
        sum.missed += missed_by(a, sum.slowdown());
    }
    std::vector<SlowdownRow> rows;
    for (const auto& [key, sum] : sums) {
        SlowdownRow row;
        row.job = std::get<0>(key);
        row.pods = std::int64_t{1} << std::get<1>(key);
        row.leaves = std::int64_t{1} << std::get<2>(key);
        row.oversubscription = fabric.leaf;
        row.pod_oversubscription = fabric.pod;
        row.slowdown = sum.slowdown();
        row.least = std::max(1.0, rounded(sum.least));
        row.worst = std::max(1.0, rounded(sum.worst));
        row.error.value = sum.error();
        row.samples = sum.samples;
        row.gpu_hours = rounded(model::gpu_hours_of_work(sum.at_work));
        rows.push_back(row);
    }
    return rows;
}

SlowdownCheck check_slowdowns(const RunSample& solved, const RunSample& on_table,
                              const Oversubscription& fabric,
                              const std::vector<SlowdownRow>& rows) {
    SlowdownCheck check;
    check.oversubscription = fabric.leaf;
    check.pod_oversubscription = fabric.pod;
    double missed = 0, hours = 0;
    for (const SlowdownRow& row : rows) {
        missed += row.error.value * row.gpu_hours;
        hours += row.gpu_hours;
    }
    check.error.value = hours > 0 ? rounded(missed / hours) : 0;
    check.stalled = rounded(model::gpu_hours_of_work(solved.stalled));
    check.stalled_table = rounded(model::gpu_hours_of_work(on_table.stalled));
    check.makespan = makespan(solved);
    check.makespan_table = makespan(on_table);
    double sum = 0;
    for (std::size_t j = 0; j < solved.ends.size(); ++j) {
        const std::uint32_t a = solved.ends[j], b = on_table.ends[j];
        if (a != kNever.value && b != kNever.value) {
            const double apart = seconds(std::max(a, b) - std::min(a, b));
            ++check.jobs;
            sum += apart;
            check.end_worst.value = std::max(check.end_worst.value, apart);
        }
    }
    check.end_mean.value = check.jobs == 0 ? 0 : rounded(sum / static_cast<double>(check.jobs));
    return check;
}

}  // namespace tidepool::scenario
