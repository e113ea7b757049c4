#include "sim/model/conservation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidepool::model {
namespace {

class Laws {
public:
    void equal(std::string_view law, std::uint64_t left, std::uint64_t right) {
        require(left == right, law, left, " != ", right);
    }
    void at_most(std::string_view law, std::uint64_t left, std::uint64_t right) {
        require(left <= right, law, left, " > ", right);
    }
    void broken(std::string text) { broken_.push_back(std::move(text)); }
    std::vector<std::string> take() { return std::move(broken_); }

private:
    void require(bool holds, std::string_view law, std::uint64_t left, std::string_view relation,
                 std::uint64_t right) {
        if (!holds) {
            broken(std::string(law) + ": " + std::to_string(left) + std::string(relation) +
                   std::to_string(right));
        }
    }
    std::vector<std::string> broken_;
};

// What the jobs' own times add up to.
Bin sum_over_jobs(const Ledger& ledger) {
    const auto until = [&](Ticks t) { return std::min(t, ledger.end).value; };
    Bin sum;
    for (const JobRecord& job : ledger.jobs) {
        if (job.state == JobState::kRejected) {
            continue;
        }
        const std::uint64_t waited = until(job.start) - until(job.submit);
        sum.queue_length += waited;
        sum.queued_gpus += job.gpus * waited;
        sum.allocated += std::uint64_t{job.gpus} * (until(job.end) - until(job.start));
    }
    return sum;
}

// What is wrong with one record, or empty.
std::string_view problem_of(const JobRecord& job, const Ledger& ledger) {
    const bool started = job.start != kNever;
    const bool ended = job.end != kNever;
    if (job.submit == kNever || (started && job.start < job.submit) ||
        (ended && (!started || job.end < job.start || job.end > ledger.end))) {
        return "its times are out of order";
    }
    if ((job.state == JobState::kRejected) != (job.rejection != Rejection::kNone)) {
        return "rejected jobs, and no others, have a reason";
    }
    if (job.rejection == Rejection::kHorizon && job.submit < ledger.end) {
        return "it was submitted before the end of the run";
    }
    if (job.tenant >= ledger.tenants.size() ||
        (started && job.gpu_model >= ledger.gpu_models.size())) {
        return "its tenant or GPU model is unknown";
    }
    if (!started &&
        job.nodes != 0) {  // a job in a pool runs without nodes, no job holds some before
        return "it holds nodes without having started";
    }
    switch (job.state) {
        case JobState::kQueued:
        case JobState::kRejected:
            return started ? "it must not have started" : "";
        case JobState::kRunning:
            return !started || ended ? "it must have started and not ended" : "";
        case JobState::kCompleted:
        case JobState::kFailed:
        case JobState::kCancelled:
            return ended ? "" : "it must have ended";
    }
    return "its state is unknown";
}

// The first offender and how many there are: a million lines help nobody.
void check_jobs(const Ledger& ledger, Laws& laws) {
    std::size_t count = 0, first = 0;
    for (std::size_t j = 0; j < ledger.jobs.size(); ++j) {
        if (!problem_of(ledger.jobs[j], ledger).empty()) {
            first = count == 0 ? j : first;
            ++count;
        }
    }
    if (count > 0) {
        laws.broken("job " + std::to_string(first) + " (and " + std::to_string(count - 1) +
                    " more): " + std::string(problem_of(ledger.jobs[first], ledger)));
    }
}

void check_bins(const Ledger& ledger, Laws& laws) {
    const std::uint64_t width = ledger.bin_width.value;
    if (width == 0) {
        laws.broken("bins have a width");
        return;
    }
    const std::uint64_t end = ledger.end.value;
    laws.equal("bins = ceil(end / bin_width)", ledger.bins.size(), (end + width - 1) / width);
    Bin sum;
    for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
        const Bin& bin = ledger.bins[b];
        const std::uint64_t from = std::min(b * width, end);
        const std::uint64_t length = std::min(from + width, end) - from;
        const std::string where = " in bin " + std::to_string(b);
        laws.at_most("allocated <= capacity" + where, bin.allocated, ledger.gpus * length);
        laws.at_most("queue_length <= queue_length_max * time" + where, bin.queue_length,
                     ledger.queue_length_max * length);
        sum.allocated += bin.allocated;
        sum.queued_gpus += bin.queued_gpus;
        sum.queue_length += bin.queue_length;
    }
    laws.equal("allocated summed over bins = total", sum.allocated, ledger.total.allocated);
    laws.equal("queued_gpus summed over bins = total", sum.queued_gpus, ledger.total.queued_gpus);
    laws.equal("queue_length summed over bins = total", sum.queue_length,
               ledger.total.queue_length);
}

}  // namespace

std::vector<std::string> check_conservation(const Ledger& ledger) {
    Laws laws;
    check_jobs(ledger, laws);
    check_bins(ledger, laws);
    laws.at_most("allocated <= capacity", ledger.total.allocated, ledger.gpus * ledger.end.value);
    const Bin jobs = sum_over_jobs(ledger);
    laws.equal("allocated = sum over jobs of gpus * (end - start)", ledger.total.allocated,
               jobs.allocated);
    laws.equal("queue_length = sum over jobs of the time waited", ledger.total.queue_length,
               jobs.queue_length);
    laws.equal("queued_gpus = sum over jobs of gpus * the time waited", ledger.total.queued_gpus,
               jobs.queued_gpus);
    return laws.take();
}

}  // namespace tidepool::model
