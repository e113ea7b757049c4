// What a run used says the same as its ledger, in other words.

#include "sim/scenario/usage.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/model/gpu_time.h"
#include "sim/scenario/compile.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

class UsageOfRuns : public ScenarioFolder {
protected:
    void scenario(const std::string& more, const std::string& clusters = "") const {
        const std::string both = clusters.empty()
                                     ? "[{name: a, server: hgx-h100, nodes: 6, nodes_per_pod: 3}]"
                                     : clusters;
        write("small.yaml", "tidepool: 1\nname: small\nhorizon: 200 h\ntopology:\n  clusters: " +
                                both + "\nworkloads:\n  - trace: {file: jobs.csv}\n" + more);
    }
    std::pair<money::Usage, model::Ledger> run() const {
        Compiled compiled = compile(load_small());
        compiled.billed = true;
        model::Ledger ledger = batch::run(compiled, {});
        return {usage_of(compiled, ledger), ledger};
    }
};

std::string many_jobs() {
    std::string text = "job_id,submit,duration,gpus,plan\n";
    for (int j = 0; j < 60; ++j) {
        text += std::to_string(j) + ',' + std::to_string(j * 700) + ',' +
                std::to_string(900 + j * 613 % 9000) + ',' + std::to_string(1 + j * 7 % 24) + ',' +
                (j % 3 == 0   ? "spot"
                 : j % 3 == 1 ? "reserved"
                              : "on-demand") +
                '\n';
    }
    return text;
}

// Laws of every usage; `models`: whether bins are exact by model.
void expect_laws(const money::Usage& usage, const model::Ledger& ledger) {
    EXPECT_EQ(money::problem_of(usage), "");
    std::map<std::uint32_t, std::uint64_t> held;
    for (const money::Lease& lease : usage.leases) {
        if (lease.service == money::kNone) {
            held[lease.job] +=
                std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value) + lease.pause;
        }
    }
    for (std::uint32_t j = 0; j < ledger.jobs.size(); ++j) {
        EXPECT_EQ(held[j] * model::kWorkUnits, model::held(ledger.jobs[j].time)) << "job " << j;
    }
    for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
        std::uint64_t allocated = 0, down = 0;
        for (const auto& states : usage.states) {
            allocated += states[b].allocated;
            down += states[b].down;
        }
        EXPECT_EQ(allocated, ledger.bins[b].allocated);
        EXPECT_EQ(down, ledger.bins[b].down);
    }
}

TEST_F(UsageOfRuns, WithoutFailuresEveryStartIsOneLease) {
    scenario("");
    write("jobs.csv", many_jobs());
    const auto [usage, ledger] = run();
    expect_laws(usage, ledger);
    EXPECT_FALSE(ledger.interruptible);
    EXPECT_EQ(usage.leases.size(), 60U);
    EXPECT_TRUE(std::ranges::all_of(usage.leases, [](const money::Lease& lease) {
        return lease.ended == money::LeaseEnd::kReleased && lease.pause == 0;
    }));
    // Every third job is under the spot plan; those that did not start at once have waited.
    const auto waited = std::ranges::count_if(ledger.jobs, [](const model::JobRecord& job) {
        return job.plan == 2 && job.start > job.submit;
    });
    EXPECT_GT(waited, 0);
    EXPECT_EQ(static_cast<std::ptrdiff_t>(usage.waits.size()), waited);
}

TEST_F(UsageOfRuns, FailuresEndLeasesOfTheNodesTheyHit) {
    scenario(
        "failures: {preset: rsc-1, scale: 300}\ncheckpoint: {interval: fixed, every: 10 min, "
        "write: 20 s, restart: 2 min}\nrecovery: {on_failure: wait, detect: 1 min, swap: 1 min}\n");
    write("jobs.csv", many_jobs());
    const auto [usage, ledger] = run();
    expect_laws(usage, ledger);
    std::size_t failed = 0, came_back = 0;
    for (const money::Lease& lease : usage.leases) {
        came_back += lease.failed_time > 0 ? 1 : 0;
        if (lease.ended != money::LeaseEnd::kFailed) {
            continue;
        }
        ++failed;
        ASSERT_NE(lease.outage, money::kNone);
        const money::Downtime& outage = usage.outages[lease.outage];
        EXPECT_EQ(outage.begin, lease.end);
        bool hit = false;
        for (std::uint32_t s = 0; s < lease.shares; ++s) {
            const money::NodeShare& share = usage.shares[lease.first_share + s];
            hit = hit || (share.first_node < outage.last_node &&
                          outage.first_node < share.first_node + share.nodes);
        }
        EXPECT_TRUE(hit);
    }
    EXPECT_GT(failed, 5U);
    EXPECT_GT(came_back, 5U);
    // Nobody holds a GPU twice: shares of leases that overlap in time fit into the nodes.
    for (std::uint32_t node = 0; node < 6; ++node) {
        std::vector<std::pair<std::uint32_t, int>> changes;
        for (const money::Lease& lease : usage.leases) {
            for (std::uint32_t s = 0; s < lease.shares; ++s) {
                const money::NodeShare& share = usage.shares[lease.first_share + s];
                if (share.first_node <= node && node < share.first_node + share.nodes) {
                    changes.emplace_back(lease.start.value, static_cast<int>(share.gpus));
                    changes.emplace_back(lease.end.value, -static_cast<int>(share.gpus));
                }
            }
        }
        std::ranges::sort(changes);
        int held = 0;
        for (const auto& [tick, change] : changes) {
            held += change;
            EXPECT_LE(held, 8);
        }
        EXPECT_EQ(held, 0);
    }
}

TEST_F(UsageOfRuns, SeveralGpuModelsAddUpToTheDatacenter) {
    scenario("failures: {preset: rsc-1, scale: 100}\n",
             "[{name: a, server: hgx-h100, nodes: 4, nodes_per_pod: 2}, "
             "{name: b, server: dgx-a100, nodes: 3, nodes_per_pod: 3}]");
    write("jobs.csv", many_jobs());
    const auto [usage, ledger] = run();
    expect_laws(usage, ledger);
    ASSERT_EQ(usage.models.size(), 2U);
    EXPECT_EQ(usage.model_gpus, (std::vector<std::uint64_t>{32, 24}));
    EXPECT_TRUE(std::ranges::any_of(usage.leases, [](const auto& l) { return l.model == 1; }));
}

}  // namespace
}  // namespace tidepool::scenario
