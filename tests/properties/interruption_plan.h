#pragma once
// An InterruptionProblem as the flat arrays of core::Plan, and a driver that writes down what the
// core does with them.

#include <array>

#include "sim/core/recovery.h"
#include "sim/scenario/compile_outages.h"
#include "tests/properties/plan_builder.h"
#include "tests/properties/small_interruptions.h"

namespace tidepool::properties {

// As much of a topology as the flattening of outages looks at.
inline topology::Topology nodes_only(const Problem& problem) {
    topology::Topology topology;
    for (const SmallNode& node : problem.nodes) {
        topology::Node made;
        made.gpus = node.gpus;
        made.gpu_model = node.model;
        made.pod = node.pod;
        made.island = node.island;
        topology.nodes.push_back(made);
    }
    return topology;
}

class InterruptionPlan {
public:
    explicit InterruptionPlan(const InterruptionProblem& problem)
        : problem_(problem), base_(problem, problem.spare) {
        model::Outages outages;
        outages.causes = {"a", "b", "c"};
        outages.list = problem.outages;
        steps_ = scenario::node_steps(outages, nodes_only(problem));
        for (std::uint32_t n = 0; n < problem.pool.size(); ++n) {
            if (n == 0 || problem.pool[n] != problem.pool[n - 1]) {
                pool_begin_.push_back(n);
            }
        }
        pool_begin_.push_back(static_cast<std::uint32_t>(problem.pool.size()));
        for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
            own_rule_.push_back(rank);
        }
    }

    // Views into this and the problem.
    core::Plan plan() const {
        core::Plan plan = base_.plan();
        plan.interruptible = true;
        plan.steps = static_cast<std::uint32_t>(steps_.size());
        plan.step = steps_.data();
        plan.spare = problem_.spare.data();
        plan.pools = static_cast<std::uint32_t>(pool_begin_.size() - 1);
        plan.pool_of = problem_.pool.data();
        plan.pool_begin = pool_begin_.data();
        plan.leaf_of = problem_.leaf.data();
        plan.checkpoint_rule_of = own_rule_.data();
        plan.checkpoint_rules = problem_.checkpoint.data();
        plan.recovery_rule_of = own_rule_.data();
        plan.recovery_rules = problem_.recovery.data();
        plan.job_entity = problem_.entity.data();
        return plan;
    }

private:
    const InterruptionProblem& problem_;
    const PlanBuilder base_;
    std::vector<core::NodeStep> steps_;
    std::vector<std::uint32_t> pool_begin_;
    std::vector<std::uint32_t> own_rule_;  // every job has rules of its own
};

// What the core did, written down. With several lanes only lane 0 writes.
class InterruptionNotes : public core::QuietDriver {
public:
    static constexpr bool kInterruptible = true;
    InterruptionNotes(const InterruptionProblem& problem, const core::Plan& plan,
                      const core::State& state, Chronicle& chronicle, bool writes = true)
        : problem_(problem), plan_(plan), state_(state), chronicle_(chronicle), writes_(writes) {}

    bool advance(std::uint32_t tick) {
        if (writes_) {
            const Usage usage{state_.allocated, state_.down_gpus, state_.spare_gpus};
            chronicle_.usage.resize(tick, usage);
        }
        now_ = tick;
        return true;
    }
    void started(std::uint32_t id, std::uint32_t tick) { note(Kind::kStart, id, tick); }
    void finished(std::uint32_t id, std::uint32_t tick) { note_attempt(Kind::kEnd, id, tick); }
    void interrupted(std::uint32_t id, std::uint32_t tick, std::uint32_t outage) {
        if (Happening* h = note_attempt(Kind::kInterrupted, id, tick)) {
            h->outage = outage;
        }
    }
    void recovers(std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        note_pause(Kind::kRecovers, id, tick, lost);
    }
    void requeued(std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        note_pause(Kind::kRequeued, id, tick, lost);
    }
    void stopped(std::uint32_t id, std::uint32_t tick) {
        if (state_.activity[id].phase == core::Phase::kRunning) {
            note_attempt(Kind::kStopped, id, tick);
        } else {
            note_pause(Kind::kStopped, id, tick, core::lost_so_far(plan_, state_, id));
        }
    }

    // After the run: the order of kStopped has no meaning.
    void close(std::uint32_t over) {
        chronicle_.over = over;
        advance(over);
        const auto first =
            std::find_if(chronicle_.happenings.begin(), chronicle_.happenings.end(),
                         [](const Happening& h) { return h.kind == Happening::Kind::kStopped; });
        std::sort(first, chronicle_.happenings.end(),
                  [](const Happening& a, const Happening& b) { return a.rank < b.rank; });
    }

protected:
    using Kind = Happening::Kind;

    Happening* note(Kind kind, std::uint32_t id, std::uint32_t tick) {
        if (!writes_) {
            return nullptr;
        }
        const core::Slot& slot = state_.slots[id];
        Happening h;
        h.tick = tick;
        h.kind = kind;
        h.rank = slot.rank;
        TP_ASSERT(tick == now_ || kind == Kind::kStopped, "things happen now");
        if (kind != Kind::kInterrupted && kind != Kind::kRequeued) {
            h.held = held(slot);
        }
        return &chronicle_.happenings.emplace_back(h);
    }
    Happening* note_attempt(Kind kind, std::uint32_t id, std::uint32_t tick) {
        Happening* h = note(kind, id, tick);
        if (h != nullptr) {
            const core::Activity& activity = state_.activity[id];
            h->work = activity.attempt.work;
            h->stalled = activity.attempt.stalled;
            h->checkpoint = activity.attempt.checkpoint;
            h->checkpoints = activity.attempt.checkpoints;
            h->restart = activity.restart;
        }
        return h;
    }
    void note_pause(Kind kind, std::uint32_t id, std::uint32_t tick, std::uint64_t lost) {
        if (Happening* h = note(kind, id, tick)) {
            h->lost = lost;
            h->restart = state_.activity[id].restart;
        }
    }
    std::set<Gpu> held(const core::Slot& slot) const {
        std::set<Gpu> gpus;
        for (std::uint32_t node = slot.whole; node != core::kNone; node = state_.next_node[node]) {
            for (std::uint32_t gpu = 0; gpu < problem_.nodes[node].gpus; ++gpu) {
                gpus.insert({node, gpu});
            }
        }
        for (std::uint32_t gpu = 0; gpu < core::kLargestNode; ++gpu) {
            if (slot.part_node != core::kNone && (slot.part_mask >> gpu & 1) != 0) {
                gpus.insert({slot.part_node, gpu});
            }
        }
        return gpus;
    }

    const InterruptionProblem& problem_;
    const core::Plan& plan_;
    const core::State& state_;
    Chronicle& chronicle_;
    const bool writes_;
    std::uint32_t now_ = 0;
};

// What happens according to the simulator's core.
inline Chronicle core_chronicle(const InterruptionProblem& problem) {
    const InterruptionPlan builder(problem);
    const core::Plan plan = builder.plan();
    const core::StateLayout layout(plan);
    std::vector<std::uint64_t> memory(layout.bytes() / sizeof(std::uint64_t));
    core::State state = layout.make(core::Serial{}, memory.data());
    Chronicle chronicle;
    InterruptionNotes notes(problem, plan, state, chronicle);
    notes.close(core::replay(core::Serial{}, plan, state, notes));
    return chronicle;
}

}  // namespace tidepool::properties
