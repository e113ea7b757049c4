#pragma once
// The standard run of sweeps: 1,024 nodes of 8 GPUs in 32 pods, 5,000 jobs of 1 to 128 whole nodes
// in 30 days, three priorities, EASY with exact estimates, preemption, failing nodes, checkpoints.
// Other sizes of the cluster get jobs in proportion.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "sim/base/random.h"
#include "sim/batch/replica.h"
#include "tests/benchmarks/race_course.h"

namespace tidepool::bench {

// Gangs of 1, 2, 4, .. 128 nodes, each size 0.67 times as likely as the one before: 9.5 in the
// mean.
inline constexpr double kSizeRatio = 0.67;

inline std::uint32_t gang_nodes(std::uint32_t word, std::uint32_t largest) {
    double left = word / 0x1p32 * 2.907;  // the sum of all shares
    double share = 1;
    std::uint32_t nodes = 1;
    for (; nodes < 128 && left >= share; nodes *= 2) {
        left -= share;
        share *= kSizeRatio;
    }
    return std::min(nodes, largest);
}

// `load`: node-hours asked for over those there are; 0.64 is a mean duration of 10 h.
inline scenario::Loaded standard_run(std::uint32_t nodes, double load) {
    constexpr double kDay = 86'400;
    workloads::JobTrace trace;
    const std::uint32_t jobs = 5000 * nodes / 1024;
    double nodes_in_all = 0;
    for (std::uint32_t j = 0; j < jobs; ++j) {
        const Block words = draw(1, Purpose::kSynthetic, 200, j);
        workloads::Job job;
        const std::uint32_t size = gang_nodes(words[0], nodes / 4);
        job.gpus = 8 * size;
        job.submit = Seconds{30 * kDay * j / jobs};
        job.duration = Seconds{neg_ln_q26(words[1]) * 0x1p-26};
        job.priority = static_cast<std::int32_t>(bounded(words[2], 3));
        trace.jobs.push_back(job);
        nodes_in_all += size;
    }
    for (workloads::Job& job : trace.jobs) {
        job.duration.value *= load * nodes * 30 * kDay / nodes_in_all;
    }
    scenario::Loaded loaded;
    loaded.topology = race_nodes(nodes, 32);
    loaded.traces.emplace_back(std::move(trace));
    scenario::ScenarioSpec& spec = loaded.spec;
    spec.workloads.emplace_back();
    spec.horizon = Seconds{30 * kDay};
    topology::ComponentFailureSpec& part = spec.failures.emplace().components.emplace_back();
    part.name = "node";
    part.per = topology::FailureBasis::kNode;
    part.mtbf = Seconds{200 * kDay};
    part.repair.emplace().mean = Seconds{kDay};
    spec.checkpoint.interval = scenario::IntervalRule::kYoung;
    spec.checkpoint.write = Seconds{60};
    spec.checkpoint.restart = Seconds{300};
    spec.scheduler.queue = core::QueuePolicy::kEasy;
    spec.scheduler.order = scenario::QueueOrder::kPriority;
    spec.scheduler.preempt = scenario::Preemption::kPriority;
    return loaded;
}

inline batch::Cell standard_cell(std::uint32_t nodes, double load) {
    return batch::make_cell(std::make_shared<scenario::Loaded>(standard_run(nodes, load)));
}

}  // namespace tidepool::bench
