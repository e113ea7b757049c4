#pragma once
// Services and jobs on a small machine, and what becomes of them as one line of text: `20 asked j0,
// 30 left j0, 30 requeued j0 lost 4`. Units are u0, u1, ..., jobs j0, j1, ...; times and lost work
// are ticks.

#include <sstream>
#include <string>

#include "tests/properties/tide_plan.h"

namespace tidepool::core {

using Kind = properties::Happening::Kind;

// One service after the other, then jobs, by rank. Jobs are preemptible and write no checkpoints,
// nobody is to be detected, everybody is requeued; notice is 0.
class Tide : public properties::TideProblem {
public:
    Tide(std::uint32_t count, std::uint32_t gpus, std::uint32_t end) {
        for (std::uint32_t n = 0; n < count; ++n) {
            nodes.push_back({0, gpus, 0, n});
        }
        pool.resize(count);
        leaf.resize(count);
        spare.resize(count);
        horizon = end;
        queue = QueuePolicy::kFirstFit;
        tide.reclaim = true;
    }
    Service& service(std::uint32_t count, std::uint32_t gpus, std::uint32_t cold_start = 0) {
        Service made;
        made.first = units();
        made.last = made.first + count;
        CheckpointRule rule;
        rule.cold = true;
        rule.restart = cold_start;
        for (std::uint32_t n = 0; n < count; ++n) {
            add(properties::small_unit(gpus), rule, false);
        }
        services.push_back(made);
        return services.back();
    }
    // Returns its rank.
    std::uint32_t job(std::uint32_t submit, std::uint32_t duration, std::uint32_t gpus,
                      const CheckpointRule& rule = {}) {
        add({submit, duration, duration, gpus, 1}, rule, true);
        return static_cast<std::uint32_t>(jobs.size() - 1);
    }
    void look(std::uint32_t tick, std::uint32_t wanted, std::uint32_t of = 0,
              std::uint32_t load = 0) {
        demand.push_back({tick, of, wanted, load});
    }
    void limit(std::uint32_t tick, std::uint64_t gpus) { ceiling.push_back({tick, 0, gpus}); }
    // All jobs and units on the node stop; nothing breaks.
    void interruption(std::uint32_t tick, std::uint32_t node) {
        model::Outage outage;
        outage.begin.value = outage.end.value = tick;
        outage.first_node = node;
        outage.last_node = node + 1;
        outage.kind = model::OutageKind::kInterruption;
        outages.push_back(outage);
    }

    std::string story() const {
        std::ostringstream text;
        for (const properties::Happening& h : properties::core_chronicle(*this).happenings) {
            constexpr const char* kNames[] = {"start",    "interrupted", "recovers", "requeued",
                                              "end",      "stopped",     "ready",    "closing",
                                              "reopened", "wants",       "asked",    "left"};
            if (h.kind == Kind::kStopped || h.kind == Kind::kWants) {
                continue;
            }
            text << (text.tellp() > 0 ? ", " : "") << h.tick << " "
                 << kNames[static_cast<int>(h.kind)] << (h.rank < units() ? " u" : " j")
                 << (h.rank < units() ? h.rank : h.rank - units());
            if (h.lost > 0) {
                text << " lost " << h.lost / kFullSpeed;
            }
        }
        return text.str();
    }
    // `5 wants 2`: how many units, service by service.
    std::string wants() const {
        std::ostringstream text;
        for (const properties::Happening& h : properties::core_chronicle(*this).happenings) {
            if (h.kind == Kind::kWants) {
                text << (text.tellp() > 0 ? ", " : "") << h.tick << " wants " << h.work;
            }
        }
        return text.str();
    }

private:
    void add(const properties::SmallJob& made, const CheckpointRule& rule, bool preemptible) {
        jobs.push_back(made);
        checkpoint.push_back(rule);
        recovery.emplace_back();
        entity.push_back(static_cast<std::uint32_t>(entity.size()));
        may_be_asked.push_back(preemptible ? 1 : 0);
        priority.push_back(0);
    }
};

}  // namespace tidepool::core
