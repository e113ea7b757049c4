#include "sim/batch/replica.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/batch/run_store.h"
#include "sim/core/replay.h"
#include "sim/core/tally_driver.h"
#include "sim/core/wait_buckets.h"
#include "sim/network/driver.h"
#include "sim/scenario/books.h"
#include "sim/scenario/serve.h"

namespace tidepool::batch {
namespace {

static_assert(static_cast<int>(workloads::JobEnd::kCompleted) == 0 &&
              static_cast<int>(workloads::JobEnd::kFailed) == 1 &&
              static_cast<int>(workloads::JobEnd::kCancelled) == 2);

constexpr std::uint32_t kFirstNotes = 1U << 12U;  // of units; more when that is not enough

// At least so many bytes.
std::uint64_t* words(std::vector<std::uint64_t>& memory, std::size_t bytes) {
    if (memory.size() < bytes / sizeof(std::uint64_t)) {
        memory.resize(bytes / sizeof(std::uint64_t));
    }
    return memory.data();
}

void add_capacity(const core::Tally& tally, const Cell& cell, std::uint64_t absent,
                  model::Totals& t) {
    const std::uint64_t gpu_ticks = t.gpus * tally.end;
    TP_ASSERT(absent <= gpu_ticks && absent <= tally.down, "what is absent will be installed");
    t.capacity = gpu_ticks - absent;
    t.down = tally.down - absent;
    t.spare = tally.spare;
    t.allocated = tally.allocated;
    const std::uint64_t taken = t.allocated + t.down + t.spare;
    TP_ASSERT(taken <= t.capacity, "jobs cannot hold more GPUs than there are");
    t.idle = t.capacity - taken;
    t.spare_gpus = tally.spare_gpus;
    const auto in_use = [&](std::uint64_t spare, std::uint64_t length) {
        return static_cast<double>(tally.spare_gpus) - model::ratio(spare, length);
    };
    t.spares_in_use = in_use(tally.spare, tally.end);
    // The bin with the least GPU-ticks of ready spares is the one with the most in use: rounding
    // keeps the order.
    const std::uint64_t width = cell.compiled.bin_width.value;
    const std::uint64_t rest = tally.end % width;
    t.spares_in_use_max = model::kUndefined;
    if (tally.end >= width) {
        t.spares_in_use_max = in_use(tally.least_spare_bin, width);
    }
    if (rest > 0) {
        const double last = in_use(tally.last_spare_bin, rest);
        t.spares_in_use_max = tally.end < width ? last : std::max(t.spares_in_use_max, last);
    }
}

void add_jobs(const core::Tally& tally, const Cell& cell, model::Totals& t) {
    const auto in = [&](model::JobState state) -> std::uint64_t& {
        return t.in_state[static_cast<std::size_t>(state)];
    };
    t.submitted = cell.compiled.first_unit();
    in(model::JobState::kCompleted) = tally.completed;
    in(model::JobState::kFailed) = tally.failed;
    in(model::JobState::kCancelled) = tally.cancelled;
    in(model::JobState::kRunning) = tally.running;
    in(model::JobState::kRejected) = cell.rejected;
    in(model::JobState::kWithdrawn) = tally.withdrawn;
    in(model::JobState::kQueued) = t.submitted - cell.rejected - tally.running - tally.completed -
                                   tally.failed - tally.cancelled - tally.withdrawn;
    t.waits.jobs = tally.waits;
    t.waits.sum = tally.wait_sum;
    t.waits.p50 = Ticks{tally.wait_p50};
    t.waits.p95 = Ticks{tally.wait_p95};
    t.waits.p99 = Ticks{tally.wait_p99};
    t.waits.max = Ticks{tally.wait_max};
    t.queue_length = tally.queue_length;
    t.queued_gpus = tally.queued_gpus;
    t.queue_length_max = tally.queue_length_max;
    t.last_end = Ticks{tally.last_end};
}

}  // namespace

Cell make_cell(std::shared_ptr<const scenario::Loaded> loaded) {
    Cell cell;
    const auto& network = loaded->spec.network;
    if (network && network->rates == scenario::NetworkRates::kSimGrid) {
        throw input_error(loaded->spec.name,
                          "a sweep has no SimGrid rates, which `network.rates` wants",
                          "`maxmin` gives the same");
    }
    cell.compiled = scenario::compile_plan(*loaded);
    cell.loaded = std::move(loaded);
    if (cell.compiled.billed) {
        scenario::check_books(*cell.loaded, cell.compiled);
        cell.run_key = run_key_of(*cell.loaded);
    }
    for (const std::uint32_t job : cell.compiled.job_of_rank) {
        cell.job_end.push_back(static_cast<std::uint8_t>(cell.compiled.job_ends[job]));
    }
    cell.rejected = static_cast<std::uint64_t>(std::ranges::count(
        cell.compiled.jobs, model::JobState::kRejected, &model::JobRecord::state));
    return cell;
}

core::Plan plan_of(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed) {
    core::Plan plan = cell.compiled.plan.view();
    plan.seed = seed;
    plan.step = luck.steps.data();
    plan.steps = static_cast<std::uint32_t>(luck.steps.size());
    plan.demand = luck.demand_steps.data();
    plan.demand_steps = static_cast<std::uint32_t>(luck.demand_steps.size());
    return plan;
}

core::TallyPlan tally_plan_of(const Cell& cell, const scenario::Luck& luck) {
    core::TallyPlan rest;
    rest.job_end = cell.job_end.data();
    rest.bin_width = cell.compiled.bin_width.value;
    rest.outages = static_cast<std::uint32_t>(luck.outages.list.size());
    rest.most_notes = cell.compiled.services.empty() ? 0 : kFirstNotes;
    return rest;
}

model::Totals totals_of(const core::Tally& tally, const Cell& cell, const model::OutageFacts& facts,
                        const model::NetworkLedger* network) {
    model::Totals t;
    t.gpus = cell.compiled.plan.gpus;
    t.length = Ticks{tally.end};
    t.time.useful = tally.useful;
    t.time.lost = tally.lost;
    t.time.stalled = tally.stalled;
    t.time.checkpoint = tally.checkpoint;
    t.time.restart = tally.restart;
    t.unit_time.useful = tally.unit_useful;
    t.unit_time.stalled = tally.unit_stalled;
    t.unit_time.restart = tally.unit_restart;
    TP_ASSERT(model::held(t.time) == model::kWorkUnits * tally.allocated,
              "whatever was held went somewhere");
    add_capacity(tally, cell, facts.absent, t);
    add_jobs(tally, cell, t);
    model::Reliability& r = t.reliability;
    static_cast<model::OutageFacts&>(r) = facts;
    r.interruptions = tally.interruptions;
    r.preemptions = tally.preemptions;
    r.second_order_preemptions = tally.second_order_preemptions;
    r.checkpoints = tally.checkpoints;
    r.out_of_queue = tally.out_of_queue;
    r.gpus_out_of_queue = tally.gpus_out_of_queue;
    r.gpus_queued = tally.gpus_queued;
    r.recoveries = {tally.recoveries, tally.recovery_ticks};
    r.blast = {tally.blasts, tally.blast_sum};
    r.blast_max = tally.blast_max;
    if (network != nullptr || cell.compiled.plan.pace_leaves > 0) {
        model::NetworkLedger table;  // has no links to speak of
        table.on = true;
        t.network = model::network_totals(network != nullptr ? *network : table,
                                          tally.network_stalled, t.length);
    }
    return t;
}

model::ServiceTotals services_of(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed,
                                 const core::Tally& tally, std::span<const UnitNote> log) {
    if (cell.compiled.services.empty()) {
        return {};
    }
    std::vector<model::ServiceRecord> services = cell.compiled.services;
    const bool done = scenario::serve(*cell.loaded, luck.demand, log, seed, Ticks{tally.end},
                                      cell.compiled.bin_width, services);
    TP_ASSERT(done, "nobody ends it before");
    model::ServiceTotals t = model::service_totals(services, log, Ticks{tally.end});
    t.lent = tally.lent;
    t.reclaimed = tally.reclaimed;
    t.asked = tally.asked;
    t.reclaims = tally.reclaims;
    return t;
}

namespace {

model::TenantTotals totals_of(const TenantSums& sums, const scenario::Compiled& compiled) {
    model::TenantTotals t;
    t.on = true;
    t.waits = sums.waits;
    t.evictions = sums.evictions;
    std::vector<std::uint64_t> held;
    for (const std::uint32_t tenant : compiled.listed_in_plan) {
        held.push_back(sums.held[tenant]);
    }
    t.jain = model::jain_index(compiled.listed, held);
    return t;
}

}  // namespace

template <class Attempt>
core::TallyMemory ReplicaRunner::with_enough_room(const core::Plan& plan, core::TallyPlan& rest,
                                                  Attempt&& attempt) {
    const core::Serial exec;
    for (;;) {
        const core::TallyLayout tally_layout(plan, rest);
        const core::StateLayout layout(plan, slots_);
        core::State state = layout.make(exec, words(state_, layout.bytes()));
        const core::TallyMemory memory =
            tally_layout.make(exec, words(tally_, tally_layout.bytes()));
        attempt(state, memory);
        if (memory.tally->too_many_slots) {
            slots_ *= 2;  // few slots stay in the caches, and far fewer than jobs will do
        } else if (memory.tally->too_many_notes) {
            rest.most_notes *= 4;
        } else {
            return memory;
        }
    }
}

template <bool kCanInterrupt>
core::TallyMemory ReplicaRunner::replay(const core::Plan& plan, core::TallyPlan& rest) {
    return with_enough_room(plan, rest, [&](core::State& state, const core::TallyMemory& memory) {
        const core::Serial exec;
        if constexpr (kCanInterrupt) {
            if (plan.tenants > 0) {
                TenantTally driver(tenants_, plan, rest, state, memory);
                driver.close(core::replay(exec, plan, state, driver));
                return;
            }
        }
        core::TallyDriver<core::Serial, kCanInterrupt> driver(exec, plan, rest, state, memory);
        driver.close(core::replay(exec, plan, state, driver));
    });
}

core::TallyMemory ReplicaRunner::replay(const core::Plan& plan, core::TallyPlan& rest,
                                        const Cell& cell, const scenario::Luck& luck) {
    return with_enough_room(plan, rest, [&](core::State& state, const core::TallyMemory& memory) {
        const core::Serial exec;
        network::Contention contention(cell.compiled.network, luck.capacity_steps, plan.seed,
                                       Ticks{0}, scenario::own_solver(cell.compiled));
        if (plan.tenants > 0) {
            network::Networked<TenantTally> driver(contention, plan, state, tenants_, plan, rest,
                                                   state, memory);
            const std::uint32_t end = core::replay(exec, plan, state, driver);
            driver.close(end);
            network_ = contention.close(Ticks{end}, [](std::uint32_t rank) { return rank; });
            return;
        }
        network::Networked<core::TallyDriver<core::Serial, true>> driver(
            contention, plan, state, exec, plan, rest, state, memory);
        const std::uint32_t end = core::replay(exec, plan, state, driver);
        driver.close(end);
        network_ = contention.close(Ticks{end}, [](std::uint32_t rank) { return rank; });
    });
}

ReplicaResult ReplicaRunner::run(const Cell& cell, std::uint64_t seed, WaitHistogram& histogram) {
    const scenario::Luck luck = scenario::draw_luck(*cell.loaded, cell.compiled.plan, seed);
    return run(cell, luck, seed, histogram);
}

ReplicaResult ReplicaRunner::run(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed,
                                 WaitHistogram& histogram) {
    if (cell.compiled.billed) {
        return run_billed(cell, luck, seed, histogram);
    }
    const core::Plan plan = plan_of(cell, luck, seed);
    core::TallyPlan rest = tally_plan_of(cell, luck);
    const bool shared = cell.compiled.has_solver;
    const core::TallyMemory memory = shared               ? replay(plan, rest, cell, luck)
                                     : plan.interruptible ? replay<true>(plan, rest)
                                                          : replay<false>(plan, rest);
    const core::Tally& tally = *memory.tally;
    TP_ASSERT(!tally.too_many_slots, "there are as many slots as jobs could ever hold");
    ReplicaResult result;
    result.worked = tally.waits > 0 || plan.services > 0;
    result.ran_out = plan.end == kNever.value && !core::all_ended(tally, plan);
    result.overflow = tally.overflow;
    result.given_up = tally.too_many_attempts;
    result.decisions = tally.decisions;
    if (!result.overflow && !result.given_up) {
        result.totals = totals_of(
            tally, cell,
            model::outage_facts(luck.outages.list, cell.compiled.node_gpus, Ticks{tally.end}),
            shared ? &network_ : nullptr);
        result.totals.services =
            services_of(cell, luck, seed, tally,
                        {memory.unit_log, cell.compiled.services.empty() ? 0 : tally.unit_notes});
        if (plan.tenants > 0) {
            result.totals.tenants = totals_of(tenants_, cell.compiled);
        }
    }
    if (result.complete()) {
        core::count_waits(core::Serial{}, memory.wait, plan.jobs,
                          [&](std::uint32_t bucket) { ++histogram[bucket]; });
    }
    return result;
}

}  // namespace tidepool::batch
