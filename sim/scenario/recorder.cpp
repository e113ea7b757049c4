#include "sim/scenario/recorder.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/core/recovery.h"
#include "sim/core/tally.h"
#include "sim/model/conservation.h"
#include "sim/model/gpu_time.h"

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

void add(model::Bin& bin, const core::State& state, std::uint64_t absent, std::uint64_t ticks) {
    add(bin.allocated, state.allocated, ticks);
    add(bin.down, state.down_gpus - absent, ticks);
    add(bin.spare, state.spare_gpus, ticks);
    add(bin.absent, absent, ticks);
    add(bin.queued_gpus, state.queued_gpus, ticks);
    add(bin.queue_length, state.queue_length, ticks);
    add(bin.units, state.units_held - state.units_lacking, ticks);
}

model::AttemptEnd end_of(workloads::JobEnd end) {
    switch (end) {
        case workloads::JobEnd::kCompleted:
            return model::AttemptEnd::kCompleted;
        case workloads::JobEnd::kFailed:
            return model::AttemptEnd::kFailed;
        case workloads::JobEnd::kCancelled:
            return model::AttemptEnd::kCancelled;
    }
    TP_ASSERT(false, "every end of a job is listed");
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
      observer_(std::move(observer)),
      pools_(compiled) {
    ledger_.gpus = compiled.plan.gpus;
    ledger_.spare_gpus = state.spare_gpus;
    ledger_.jobs = compiled.jobs;
    ledger_.interruptible = plan_.interruptible;
    ledger_.outages = compiled.outages;
    ledger_.effects.resize(compiled.outages.list.size());
    ledger_.node_gpus = compiled.node_gpus;
    ledger_.node_names = compiled.node_names;
    ledger_.tenants = compiled.tenants;
    ledger_.gpu_models = compiled.gpu_models;
    ledger_.datacenter = compiled.datacenter;
    ledger_.bin_width = compiled.bin_width;
    ledger_.services = compiled.services;
    ledger_.listed = compiled.listed;
    ledger_.by_reason = plan_.tenants > 0;
    if (ledger_.by_reason) {
        waits_.emplace(plan_);
    }
    for (const model::JobRecord& job : ledger_.jobs) {
        waiting_since_.push_back(job.submit.value);
    }
    if (plan_.interruptible) {
        attempt_begin_.resize(ledger_.jobs.size());
        ledger_.holdings.reserve(2 * ledger_.jobs.size());  // most of them are never interrupted
        spread_.resize(compiled.plan.pod_of.empty() ? 0 : ledger_.jobs.size());
        last_attempt_.resize(ledger_.jobs.size(), core::kNone);
        shares_.resize(compiled.billed ? ledger_.jobs.size() : 0);
    }
    for (const model::Outage& outage : compiled.outages.list) {
        if (outage.kind == model::OutageKind::kNotInstalled) {
            std::uint64_t gpus = 0;
            for (std::uint32_t n = outage.first_node; n < outage.last_node; ++n) {
                gpus += compiled.node_gpus[n];
            }
            absent_ += gpus;
            arrivals_.emplace_back(outage.end.value, gpus);
        }
    }
    std::sort(arrivals_.begin(), arrivals_.end());
}

void Recorder::account(std::uint32_t to) {
    if (to == last_) {
        return;
    }
    add(ledger_.total, state_, absent_, to - last_);
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
        add(ledger_.bins[bin], state_, absent_, end - from);
        from = end;
    }
    last_ = to;
}

bool Recorder::advance(std::uint32_t now) {
    // Nothing else need happen at the tick of an arrival: the node may come broken.
    for (; next_arrival_ < arrivals_.size() && arrivals_[next_arrival_].first <= now;
         ++next_arrival_) {
        account(arrivals_[next_arrival_].first);
        absent_ -= arrivals_[next_arrival_].second;
    }
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

// Into the decision hash.
void Recorder::note(core::Decision kind, std::uint32_t slot, std::uint32_t tick,
                    std::uint32_t outage) {
    const bool starts = kind == core::Decision::kStarted || kind == core::Decision::kRecovers;
    const core::Slot& of = state_.slots[slot];
    ledger_.decisions = starts
                            ? core::mix_in_start(ledger_.decisions, kind, tick, plan_, state_, of)
                            : core::mix_in(ledger_.decisions, kind, tick, of, outage);
}

void Recorder::started(std::uint32_t slot, std::uint32_t tick) {
    note(core::Decision::kStarted, slot, tick);
    const std::uint32_t number = job_of(slot);
    model::JobRecord& job = ledger_.jobs[number];
    if (is_unit(slot)) {
        note_unit(slot, tick, UnitEvent::kStarted);
    } else {
        job.queued.value += tick - waiting_since_[number];
        end_wait(state_.slots[slot].rank, tick, false);
    }
    job.start = job.start == kNever ? Ticks{tick} : job.start;
    job.state = model::JobState::kRunning;
    begin_attempt(slot, tick);
}

void Recorder::begin_attempt(std::uint32_t slot, std::uint32_t tick) {
    const std::uint32_t number = job_of(slot);
    model::JobRecord& job = ledger_.jobs[number];
    ++job.attempts;
    note_nodes(slot, job);
    if (plan_.interruptible) {
        note_holding(slot, tick, job.gpus);
        attempt_begin_[number] = tick;
        if (!spread_.empty()) {
            note_spread(slot);
        }
        if (!shares_.empty()) {
            note_shares(slot);
        }
        if (last_attempt_[number] != core::kNone) {
            ledger_.attempts[last_attempt_[number]].recovered = Ticks{tick};
        }
    }
}

void Recorder::end_attempt(std::uint32_t slot, std::uint32_t tick, model::AttemptEnd why,
                           std::uint32_t outage) {
    const std::uint32_t number = job_of(slot);
    const core::Activity& activity = state_.activity[slot];
    model::JobRecord& job = ledger_.jobs[number];
    model::Attempt attempt;
    attempt.job = number;
    attempt.start = Ticks{attempt_begin_[number]};
    attempt.end = Ticks{tick};
    attempt.ended = why;
    attempt.outage = outage;
    attempt.checkpoints = activity.attempt.checkpoints;
    attempt.first_node = job.first_node;
    attempt.nodes = job.nodes;
    if (!spread_.empty()) {
        attempt.leaf_groups = spread_[number].leaf_groups;
        attempt.pods = spread_[number].pods;
    }
    if (!shares_.empty()) {
        attempt.first_share = shares_[number].first;
        attempt.shares = shares_[number].count;
    }
    attempt.time.useful = activity.attempt.work * job.gpus;
    attempt.time.stalled = activity.attempt.stalled * job.gpus;
    attempt.time.checkpoint = activity.attempt.checkpoint * job.gpus;
    attempt.time.restart = activity.restart;
    job.time += attempt.time;
    attempt.network_stalled = activity.attempt.network * job.gpus;
    job.network_stalled += attempt.network_stalled;
    job.checkpoints += attempt.checkpoints;
    attempt_before_.push_back(last_attempt_[number]);
    if (ledger_.attempts.size() == core::kMostAttempts) {  // 1.8 GB
        throw RunError(
            "more than 10,000,000 attempts: jobs are interrupted faster than they get on (job " +
            compiled_.ids[number] + " at " + std::to_string(to_seconds(Ticks{tick}).value) + " s)");
    }
    last_attempt_[number] = static_cast<std::uint32_t>(ledger_.attempts.size());
    ledger_.attempts.push_back(attempt);
}

void Recorder::interrupted(std::uint32_t slot, std::uint32_t tick, std::uint32_t outage) {
    note(core::Decision::kInterrupted, slot, tick, outage);
    const bool own = outage == core::kNone;
    end_attempt(slot, tick, own ? model::AttemptEnd::kSoftware : model::AttemptEnd::kOutage,
                own ? model::kNoOutage : outage);
    model::JobRecord& job = ledger_.jobs[job_of(slot)];
    ++job.interruptions;
    if (is_unit(slot)) {
        note_unit(slot, tick, UnitEvent::kFailed);
        if (!own) {
            ++ledger_.effects[outage].units;
        }
    } else if (!own) {
        ++ledger_.effects[outage].jobs;
        ledger_.effects[outage].gpus += job.gpus;
    }
}

// What the pause after the last attempt cost, and what was lost: the latest work first.
void Recorder::end_pause(std::uint32_t slot, std::uint64_t lost) {
    const std::uint32_t number = job_of(slot);
    model::JobRecord& job = ledger_.jobs[number];
    const std::uint64_t held = state_.activity[slot].restart;
    ledger_.attempts[last_attempt_[number]].time.restart += held;
    std::uint64_t left = lost * job.gpus;
    for (std::uint32_t a = last_attempt_[number]; left > 0; a = attempt_before_[a]) {
        TP_ASSERT(a != core::kNone, "only work that was done can be lost");
        model::GpuTime& time = ledger_.attempts[a].time;
        const std::uint64_t part = std::min(left, time.useful);
        time.useful -= part;
        time.lost += part;
        left -= part;
    }
    job.time.restart += held;
    job.time.lost += lost * job.gpus;
    job.time.useful -= lost * job.gpus;
}

void Recorder::recovers(std::uint32_t slot, std::uint32_t tick, std::uint64_t lost) {
    note(core::Decision::kRecovers, slot, tick);
    if (is_unit(slot)) {
        note_unit(slot, tick, UnitEvent::kStarted);
    }
    end_pause(slot, lost);
    begin_attempt(slot, tick);
}

void Recorder::requeued(std::uint32_t slot, std::uint32_t tick, std::uint64_t lost) {
    note(core::Decision::kRequeued, slot, tick);
    end_pause(slot, lost);
    if (is_unit(slot)) {
        note_unit(slot, tick, UnitEvent::kGone);
    }
    note_holding(slot, tick, is_unit(slot) ? 0 : model::kWaits);
    const std::uint32_t number = job_of(slot);
    ledger_.jobs[number].state = model::JobState::kQueued;
    waiting_since_[number] = tick;
    if (waits_) {
        waits_->joins(state_.slots[slot].rank, tick);
    }
}

void Recorder::finished(std::uint32_t slot, std::uint32_t tick) {
    note(core::Decision::kFinished, slot, tick);
    if (plan_.interruptible) {
        note_holding(slot, tick, 0);
    }
    if (is_unit(slot)) {
        note_unit(slot, tick, UnitEvent::kGone);
        end_attempt(slot, tick, model::AttemptEnd::kReleased, model::kNoOutage);
        return;
    }
    const std::uint32_t number = job_of(slot);
    model::JobRecord& job = ledger_.jobs[number];
    const workloads::JobEnd end = compiled_.job_ends[number];
    job.end = Ticks{tick};
    job.state = state_of(end);
    ++ledger_.events;
    if (plan_.interruptible) {
        end_attempt(slot, tick, end_of(end), model::kNoOutage);
    } else {
        const std::uint64_t ticks = tick - job.start.value;
        job.time.useful = std::uint64_t{core::kFullSpeed} * ticks * job.gpus;
    }
}

// The run ends while the job holds GPUs.
void Recorder::stopped(std::uint32_t slot, std::uint32_t tick) {
    note(core::Decision::kStopped, slot, tick);
    if (state_.activity[slot].phase == core::Phase::kRunning) {
        end_attempt(slot, tick, model::AttemptEnd::kRunning, model::kNoOutage);
    } else {
        end_pause(slot, core::lost_so_far(plan_, state_, slot));
    }
}

model::Ledger Recorder::close(std::uint32_t end, model::NetworkLedger network) {
    account(end);
    ledger_.network = std::move(network);
    ledger_.network.on = ledger_.network.on || plan_.pace_leaves > 0;
    ledger_.end = Ticks{end};
    ledger_.interrupted = stopped_;
    for (std::uint32_t rank = plan_.units; waits_ && rank < plan_.jobs; ++rank) {
        if (ledger_.jobs[compiled_.job_of_rank[rank]].state == model::JobState::kQueued) {
            end_wait(rank, end, true);
        }
    }
    for (std::size_t j = 0; j < ledger_.jobs.size(); ++j) {
        model::JobRecord& job = ledger_.jobs[j];
        if (job.state == model::JobState::kQueued && waiting_since_[j] < end) {
            job.queued.value += end - waiting_since_[j];
        }

        if (job.state == model::JobState::kRunning && !plan_.interruptible) {
            job.time.useful = std::uint64_t{core::kFullSpeed} * (end - job.start.value) * job.gpus;
        }
        if (stopped_ && job.state == model::JobState::kQueued && job.submit.value >= end) {
            job.state = model::JobState::kRejected;  // had not come yet
            job.rejection = model::Rejection::kHorizon;
        }
    }
    ledger_.events += state_.next_arrival;
    while (!ledger_.outages.list.empty() && ledger_.outages.list.back().begin.value >= end) {
        ledger_.outages.list.pop_back();
        ledger_.effects.pop_back();
    }
    ledger_.pools = pools_.close(ledger_);
    part_units();
    for (const std::string& broken : model::check_conservation(ledger_)) {
        broken_invariant("check_conservation(ledger)", broken.c_str(), __FILE__, __LINE__);
    }
    return std::move(ledger_);
}

}  // namespace tidepool::scenario
