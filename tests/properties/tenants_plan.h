#pragma once
// A TenantProblem as the flat arrays of core::Plan, and what the core does with them, written down.

#include <map>

#include "tests/properties/small_tenants.h"
#include "tests/properties/tide_plan.h"

namespace tidepool::properties {

class TenantPlan {
public:
    explicit TenantPlan(const TenantProblem& problem) : problem_(problem), base_(problem) {
        for (std::uint32_t t = 0; t < problem.tenants.size(); ++t) {
            const SmallTenant& from = problem.tenants[t];
            core::Tenant to;
            to.parent = t == 0 ? core::kNone : from.parent;
            to.weight = from.weight;
            to.guaranteed = from.guaranteed;
            to.limit = from.limit;
            for (std::uint32_t child = static_cast<std::uint32_t>(problem.tenants.size());
                 child-- > 1;) {
                if (problem.tenants[child].parent == t) {
                    to.last_child = to.last_child == 0 ? child + 1 : to.last_child;
                    to.first_child = child;
                }
            }
            to.first_place = static_cast<std::uint32_t>(rank_at_.size());
            for (std::uint32_t rank = problem.units(); rank < problem.jobs.size(); ++rank) {
                if (problem.tenant_of[rank] == t) {
                    rank_at_.push_back(rank);
                }
            }
            to.last_place = static_cast<std::uint32_t>(rank_at_.size());
            tenants_.push_back(to);
        }
        for (std::uint32_t unit = 0; unit < problem.units(); ++unit) {
            rank_at_.push_back(unit);
        }
        place_of_.resize(rank_at_.size());
        for (std::uint32_t place = 0; place < rank_at_.size(); ++place) {
            place_of_[rank_at_[place]] = place;
        }
    }

    // Views into this and the problem.
    core::Plan plan() const {
        core::Plan plan = base_.plan();
        plan.tenants = static_cast<std::uint32_t>(tenants_.size());
        plan.tenant = tenants_.data();
        plan.tenant_of = problem_.tenant_of.data();
        plan.tenant_rule = problem_.rule;
        plan.preempt_after = problem_.preempt_after;
        plan.limit_steps = static_cast<std::uint32_t>(problem_.limits.size());
        plan.limit_step = problem_.limits.data();
        plan.place_of = place_of_.data();
        plan.rank_at = rank_at_.data();
        plan.job_cpus = problem_.cpus.data();
        plan.job_memory = problem_.memory.data();
        return plan;
    }

private:
    const TenantProblem& problem_;
    const TidePlan base_;
    std::vector<core::Tenant> tenants_;
    std::vector<std::uint32_t> place_of_, rank_at_;
};

class TenantNotes : public TideNotes {
public:
    TenantNotes(const TenantProblem& problem, const core::Plan& plan, const core::State& state,
                Chronicle& chronicle, bool writes = true)
        : TideNotes(problem, plan, state, chronicle, writes) {}

    void told_to_go(std::uint32_t id, std::uint32_t tick) {
        if (Happening* h = note(Kind::kTold, id, tick)) {
            h->work = state_.activity[id].leaves;
            h->stalled = state_.activity[id].saves;
        }
    }
    void refused(std::uint32_t rank, core::Reason reason, std::uint32_t tick) {
        note_waiting(Kind::kRefused, rank, tick, static_cast<std::uint64_t>(reason));
    }
    void withdrawn(std::uint32_t rank, std::uint32_t tick) {
        note_waiting(Kind::kWithdrawn, rank, tick, 0);
    }

private:
    void note_waiting(Kind kind, std::uint32_t rank, std::uint32_t tick, std::uint64_t work) {
        if (writes_) {
            Happening& h = chronicle_.happenings.emplace_back();
            h.tick = tick;
            h.kind = kind;
            h.rank = rank;
            h.work = work;
        }
    }
};

// A further round of the same tick may look at a job again, which says nothing new: of what is said
// about a job at one tick the last word counts. These come last, by tick and rank.
inline Chronicle with_last_refusals(const Chronicle& c) {
    Chronicle sorted = with_asked_by_rank(c);
    std::map<std::pair<std::uint32_t, std::uint32_t>, Happening> refusals;
    std::erase_if(sorted.happenings, [&](const Happening& h) {
        if (h.kind == Happening::Kind::kRefused) {
            refusals[{h.tick, h.rank}] = h;
        }
        return h.kind == Happening::Kind::kRefused;
    });
    for (const auto& [when, h] : refusals) {
        sorted.happenings.push_back(h);
    }
    return sorted;
}

// What happens according to the simulator's core.
inline Chronicle core_chronicle(const TenantProblem& problem) {
    const TenantPlan builder(problem);
    const core::Plan plan = builder.plan();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    Chronicle chronicle;
    TenantNotes notes(problem, plan, state, chronicle);
    notes.close(core::replay(core::Serial{}, plan, state, notes));
    return with_last_refusals(chronicle);
}

}  // namespace tidepool::properties
