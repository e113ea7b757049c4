#pragma once
// A random scenario with a network through the whole program: what was compiled of it, what its
// luck is, and what became of its jobs.

#include <memory>
#include <optional>

#include "sim/base/issue.h"
#include "sim/batch/closed_form.h"
#include "sim/scenario/compile.h"
#include "tests/properties/network_oracle.h"
#include "tests/workloads/scratch.h"

namespace tidepool::properties {

struct NetworkRun {
    scenario::Loaded loaded;
    scenario::Compiled compiled;
    NetworkLuck luck;
};

// None: the program refuses the scenario, because nobody would use its network.
inline std::unique_ptr<NetworkRun> compiled_run(const NetworkScenario& scenario) {
    const workloads::Scratch folder;
    folder.file("jobs.csv", scenario.csv());
    const std::string file = folder.file("twin.yaml", scenario.yaml());
    auto run = std::make_unique<NetworkRun>();
    try {
        run->loaded = scenario::load(file, {});
        run->compiled = scenario::compile(run->loaded);
    } catch (const InputError& error) {
        if (std::string(error.what()).find("has no effect") == std::string::npos) {
            throw;
        }
        return nullptr;
    }
    const core::Plan plan = run->compiled.plan.view();
    const topology::Fabric& fabric = run->loaded.topology->fabric;
    run->luck.outages = run->compiled.outages.list;
    run->luck.spines_of_pod = fabric.planes * fabric.spines_per_plane;
    run->luck.cores = std::max(1U, fabric.core_count());
    run->luck.seed = plan.seed;
    for (std::uint32_t rank = 0; rank < plan.jobs; ++rank) {
        run->luck.entity.push_back(plan.job_entity[rank]);
        run->luck.interval.push_back(plan.checkpoint_rules[plan.checkpoint_rule_of[rank]].interval);
    }
    return run;
}

inline std::vector<NetworkFate> fates_of(const model::Ledger& ledger) {
    std::vector<NetworkFate> fates;
    for (const model::JobRecord& job : ledger.jobs) {
        const model::GpuTime& t = job.time;
        fates.push_back({job.start.value, job.end.value, t.useful + t.lost, t.lost, t.stalled,
                         job.network_stalled, t.checkpoint, t.restart, job.checkpoints,
                         job.interruptions});
    }
    return fates;
}

}  // namespace tidepool::properties
