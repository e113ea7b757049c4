#pragma once
// A TideProblem as the flat arrays of core::Plan, and what the core does with them, written down.

#include "tests/properties/interruption_plan.h"
#include "tests/properties/small_tide.h"

namespace tidepool::properties {

class TidePlan {
public:
    explicit TidePlan(const TideProblem& problem) : problem_(problem), base_(problem) {
        for (std::uint32_t s = 0; s < problem.services.size(); ++s) {
            const core::Service& service = problem.services[s];
            service_of_.insert(service_of_.end(), service.last - service.first, s);
        }
    }

    // Views into this and the problem.
    core::Plan plan() const {
        core::Plan plan = base_.plan();
        while (plan.arrivals > 0 && plan.arrival[plan.arrivals - 1] < problem_.units()) {
            --plan.arrivals;  // units, which sort last
        }
        plan.services = static_cast<std::uint32_t>(problem_.services.size());
        plan.units = problem_.units();
        plan.service = problem_.services.data();
        plan.service_of = service_of_.data();
        plan.demand_steps = static_cast<std::uint32_t>(problem_.demand.size());
        plan.demand = problem_.demand.data();
        plan.tide = problem_.tide;
        plan.ceiling_steps = static_cast<std::uint32_t>(problem_.ceiling.size());
        plan.ceiling = problem_.ceiling.data();
        plan.may_be_asked = problem_.may_be_asked.data();
        plan.priority = problem_.priority.data();
        return plan;
    }

private:
    const TideProblem& problem_;
    const InterruptionPlan base_;
    std::vector<std::uint32_t> service_of_;
};

class TideNotes : public InterruptionNotes {
public:
    TideNotes(const TideProblem& problem, const core::Plan& plan, const core::State& state,
              Chronicle& chronicle, bool writes = true)
        : InterruptionNotes(problem, plan, state, chronicle, writes) {}

    bool advance(std::uint32_t tick) {
        if (writes_) {
            std::vector<ServiceAt> now;
            for (std::uint32_t s = 0; s < plan_.services; ++s) {
                const core::ServiceState& at = state_.service[s];
                now.push_back({at.wanted, at.in_use, at.ready});
            }
            chronicle_.services.resize(tick, now);
        }
        return InterruptionNotes::advance(tick);
    }
    void ready(std::uint32_t id, std::uint32_t tick) { note(Kind::kReady, id, tick); }
    void closing(std::uint32_t id, std::uint32_t tick) { note(Kind::kClosing, id, tick); }
    void reopened(std::uint32_t id, std::uint32_t tick) { note(Kind::kReopened, id, tick); }
    void wants(std::uint32_t service, std::uint32_t tick) {
        if (writes_) {
            Happening& h = chronicle_.happenings.emplace_back();
            h.tick = tick;
            h.kind = Kind::kWants;
            h.rank = service;
            h.work = state_.service[service].wanted;
        }
    }
    void asked_to_go(std::uint32_t id, std::uint32_t tick) {
        if (Happening* h = note(Kind::kAsked, id, tick)) {
            h->work = state_.activity[id].leaves;
            h->stalled = state_.activity[id].saves;
        }
    }
    void preempted(std::uint32_t id, std::uint32_t tick, bool) {
        note_attempt(Kind::kLeft, id, tick);
    }

    void close(std::uint32_t over) {
        advance(over);
        InterruptionNotes::close(over);
    }
};

// Jobs that are asked at one tick are asked in the order of their next event, which says nothing
// about what becomes of them.
inline Chronicle with_asked_by_rank(Chronicle c) {
    const auto is_asked = [](const Happening& h) { return h.kind == Happening::Kind::kAsked; };
    for (auto first = c.happenings.begin(); first != c.happenings.end();) {
        first = std::find_if(first, c.happenings.end(), is_asked);
        const auto last = std::find_if_not(first, c.happenings.end(), is_asked);
        std::sort(first, last,
                  [](const Happening& a, const Happening& b) { return a.rank < b.rank; });
        first = last;
    }
    return c;
}

// What happens according to the simulator's core.
inline Chronicle core_chronicle(const TideProblem& problem) {
    const TidePlan builder(problem);
    const core::Plan plan = builder.plan();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    Chronicle chronicle;
    TideNotes notes(problem, plan, state, chronicle);
    notes.close(core::replay(core::Serial{}, plan, state, notes));
    return with_asked_by_rank(chronicle);
}

}  // namespace tidepool::properties
