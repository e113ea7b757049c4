#pragma once
// Tallies a run in which it matters whose jobs are whose: what jobs wait for, who is withdrawn, and
// what each tenant held, beside what every tally has.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/tally_driver.h"
#include "sim/model/tenant_totals.h"
#include "sim/scenario/wait_log.h"

namespace tidepool::batch {

struct TenantSums {
    std::array<std::uint64_t, model::kReasons> waits{};  // job-ticks
    std::vector<std::uint64_t> held;                     // by tenant of the plan: GPU-ticks
    std::uint64_t evictions = 0;
};

class TenantTally : public core::TallyDriver<core::Serial, true> {
    using Base = core::TallyDriver<core::Serial, true>;

public:
    // All must outlive the driver.
    TenantTally(TenantSums& sums, const core::Plan& plan, const core::TallyPlan& rest,
                const core::State& state, const core::TallyMemory& memory)
        : Base(core::Serial{}, plan, rest, state, memory),
          sums_(sums),
          plan_of_(plan),
          at_(state),
          memory_of_(memory),
          log_(plan) {
        sums_ = TenantSums{};
        sums_.held.resize(plan.tenants);
    }

    void started(std::uint32_t id, std::uint32_t tick) {
        Base::started(id, tick);
        if (is_job(id)) {
            count(id, std::uint64_t{0} - tick);
            log_.leaves(at_.slots[id].rank, tick, false, adder());
        }
    }
    void finished(std::uint32_t id, std::uint32_t tick) {
        Base::finished(id, tick);
        count(id, tick);
    }
    void requeued(std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        Base::requeued(id, tick, lost);
        if (is_job(id)) {
            count(id, tick);
            log_.joins(at_.slots[id].rank, tick);
        }
    }
    void stopped(std::uint32_t id, std::uint32_t tick) {
        Base::stopped(id, tick);
        count(id, tick);
    }
    void preempted(std::uint32_t id, std::uint32_t tick, bool second_order) {
        Base::preempted(id, tick, second_order);
        const core::Activity& a = at_.activity[id];
        sums_.evictions += a.leaves == tick && a.why == core::Leaves::kEvicted ? 1 : 0;
    }
    void passes(std::uint32_t tick) { log_.passes(tick, adder()); }
    void refused(std::uint32_t rank, core::Reason reason, std::uint32_t tick) {
        log_.refused(rank, reason, tick, adder());
    }
    void withdrawn(std::uint32_t rank, std::uint32_t tick) {
        core::Tally& tally = *memory_of_.tally;
        ++tally.withdrawn;
        if (memory_of_.wait[rank] != core::kNone) {  // it has run, and joined the queue again
            const std::uint64_t gpus = plan_of_.job_gpus[rank];
            tally.gpus_queued += gpus * tick;
            tally.requeued_gpus -= gpus;
            const std::uint32_t gone = at_.life[rank].gone_at;
            tally.reclaimed += gone != core::kNone ? gpus * (tick - gone) : 0;
        }
        log_.leaves(rank, tick, true, adder());
    }

    void close(std::uint32_t end) {
        for (std::uint32_t rank = plan_of_.units; rank < plan_of_.jobs; ++rank) {
            if (((at_.waiting[rank / 64] >> (rank % 64)) & 1U) != 0) {
                log_.leaves(rank, end, true, adder());
            }
        }
        Base::close(end);
    }

private:
    bool is_job(std::uint32_t id) const { return at_.slots[id].rank >= plan_of_.units; }
    void count(std::uint32_t id, std::uint64_t ticks) {
        const std::uint32_t rank = at_.slots[id].rank;
        if (rank >= plan_of_.units) {
            sums_.held[plan_of_.tenant_of[rank]] += plan_of_.job_gpus[rank] * ticks;
        }
    }
    struct Adder {
        TenantSums& sums;
        void operator()(std::uint32_t, core::Reason reason, std::uint32_t ticks) const {
            sums.waits[static_cast<std::size_t>(reason)] += ticks;
        }
    };
    Adder adder() { return {sums_}; }

    TenantSums& sums_;
    const core::Plan& plan_of_;
    const core::State& at_;
    const core::TallyMemory memory_of_;
    scenario::WaitLog log_;
};

}  // namespace tidepool::batch
