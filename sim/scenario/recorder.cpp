#include "sim/scenario/recorder.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/core/job_flow.h"
#include "sim/model/conservation.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint64_t kObserveEvery = 4096;  // ticks with events; also at every new bin

// sum += amount * ticks; a queue can be so long that 64 bits do not hold its integral.
void add(std::uint64_t& sum, std::uint64_t amount, std::uint64_t ticks) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(amount, ticks, &product) ||
        __builtin_add_overflow(sum, product, &sum)) {
        throw RunError(
            "an integral over time exceeds 2^64 GPU-ticks: far more work is waiting than "
            "could ever run; shorten the horizon or the trace");
    }
}

void add(model::Bin& bin, const core::State& state, std::uint64_t ticks) {
    add(bin.allocated, state.allocated, ticks);
    add(bin.queued_gpus, state.queued_gpus, ticks);
    add(bin.queue_length, state.queue_length, ticks);
}

model::JobState state_of(workloads::JobEnd end) {
    switch (end) {
        case workloads::JobEnd::kCompleted:
            return model::JobState::kCompleted;
        case workloads::JobEnd::kFailed:
            return model::JobState::kFailed;
        case workloads::JobEnd::kCancelled:
            return model::JobState::kCancelled;
    }
    TP_ASSERT(false, "every end of a job is listed");
}

}  // namespace

Recorder::Recorder(const Compiled& compiled, const core::State& state, Observer observer)
    : compiled_(compiled),
      plan_(compiled.plan.view()),
      state_(state),
      observer_(std::move(observer)) {
    ledger_.gpus = compiled.plan.gpus;
    ledger_.jobs = compiled.jobs;
    ledger_.tenants = compiled.tenants;
    ledger_.gpu_models = compiled.gpu_models;
    ledger_.bin_width = compiled.bin_width;
}

void Recorder::account(std::uint32_t to) {
    add(ledger_.total, state_, to - last_);
    ledger_.queue_length_max = std::max(ledger_.queue_length_max, state_.queue_length);
    const std::uint64_t width = ledger_.bin_width.value;
    for (std::uint64_t from = last_; from < to;) {
        const std::uint64_t bin = from / width;
        const std::uint64_t end = std::min<std::uint64_t>(to, (bin + 1) * width);
        if (bin >= kMostBins) {
            throw RunError(
                "the time series would need more than 10,000,000 bins; choose a wider "
                "`output.bin` or a horizon");
        }
        if (ledger_.bins.size() <= bin) {
            ledger_.bins.resize(bin + 1);
        }
        add(ledger_.bins[bin], state_, end - from);
        from = end;
    }
    last_ = to;
}

bool Recorder::advance(std::uint32_t now) {
    account(now);
    const std::uint64_t bin = now / ledger_.bin_width.value;
    if (observer_ && (bin != observed_bin_ || ++since_observed_ >= kObserveEvery)) {
        observed_bin_ = bin;
        since_observed_ = 0;
        if (!observer_(Ticks{now}, ledger_)) {
            stopped_ = true;
        }
    }
    return !stopped_;
}

void Recorder::started(const core::Slot& slot) {
    model::JobRecord& job = ledger_.jobs[compiled_.job_of_rank[slot.rank]];
    job.start = Ticks{slot.start};
    job.state = model::JobState::kRunning;
    job.gpu_model = compiled_.plan.classes[slot.node_class].model;
    if (compiled_.plan.classes[slot.node_class].pool != 0) {
        return;  // which nodes a pool's GPUs sit in is nobody's business
    }
    job.first_node = core::kNone;
    core::for_each_held(plan_, state_, slot, [&](std::uint32_t node, std::uint32_t) {
        job.first_node = std::min(job.first_node, node);
        ++job.nodes;
    });
}

void Recorder::finished(const core::Slot& slot) {
    const std::uint32_t job = compiled_.job_of_rank[slot.rank];
    ledger_.jobs[job].end = Ticks{slot.end};
    ledger_.jobs[job].state = state_of(compiled_.job_ends[job]);
    ++ledger_.events;
}

model::Ledger Recorder::close(std::uint32_t end) {
    account(end);
    ledger_.end = Ticks{end};
    ledger_.interrupted = stopped_;
    for (model::JobRecord& job : ledger_.jobs) {
        if (stopped_ && job.state == model::JobState::kQueued && job.submit.value >= end) {
            job.state = model::JobState::kRejected;  // had not come yet
            job.rejection = model::Rejection::kHorizon;
        }
    }
    ledger_.events += state_.next_arrival;
    for (const std::string& broken : model::check_conservation(ledger_)) {
        broken_invariant("check_conservation(ledger)", broken.c_str(), __FILE__, __LINE__);
    }
    return std::move(ledger_);
}

}  // namespace tidepool::scenario
