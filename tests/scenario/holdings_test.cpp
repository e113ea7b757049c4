// Who held what in runs of small scenarios: against their attempts, outages and logs.

#include "sim/model/holdings.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/model/downtime.h"
#include "sim/model/gpu_time.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/usage.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

constexpr const char* kTwoClusters =
    "[{name: a, server: hgx-h100, nodes: 4, nodes_per_pod: 2}, "
    "{name: b, server: dgx-a100, nodes: 3, nodes_per_pod: 3}]";
constexpr const char* kNodesFail =
    "failures: {components: [{name: node, per: node, mtbf: 2 d, repair: {law: exponential, mean: "
    "9 h}}]}\n";

class HoldingsOfRuns : public ScenarioFolder {
protected:
    HoldingsOfRuns() {
        std::string text = "job_id,submit,duration,gpus,plan,tenant\n";
        for (int j = 0; j < 90; ++j) {
            text += std::to_string(j) + ',' + std::to_string(j * 5003) + ',' +
                    std::to_string(9000 + j * 6131 % 50000) + ',' + std::to_string(1 + j * 7 % 24) +
                    ',' + std::array{"spot", "reserved", "on-demand"}[j % 3] + ',' +
                    std::array{"x", "y", "", "z"}[j % 4] + '\n';
        }
        write("jobs.csv", text);
    }

    void scenario(const std::string& more, const std::string& clusters = kTwoClusters) const {
        write("small.yaml",
              "tidepool: 1\nname: small\nhorizon: 200 h\noutput: {bin: 7 h}\n"
              "topology:\n  clusters: " +
                  clusters + "\nworkloads:\n  - trace: {file: jobs.csv}\n" + more);
    }
    Compiled compiled() const {
        Compiled made = compile(load_small());
        made.billed = true;  // shares of nodes are kept
        return made;
    }
};

std::uint64_t sum(const std::vector<std::uint64_t>& bins) {
    std::uint64_t total = 0;
    for (const std::uint64_t bin : bins) {
        total += bin;
    }
    return total;
}

// GPU-ticks by class and tenant over the whole run are those of the jobs and units.
void expect_totals(const model::Ledger& ledger) {
    const model::HoldingSeries series = model::holding_series(ledger);
    std::array<std::uint64_t, 4> classes{};
    std::vector<std::uint64_t> tenants(ledger.tenants.size()), queued = tenants;
    for (const model::JobRecord& job : ledger.jobs) {
        const std::uint64_t held = model::held(job.time) / model::kWorkUnits;
        classes[static_cast<std::size_t>(job.plan)] += held;
        tenants[job.tenant] += held;
        queued[job.tenant] += std::uint64_t{job.gpus} * job.queued.value;
    }
    for (const model::JobRecord& unit : ledger.units) {
        classes[3] += model::held(unit.time) / model::kWorkUnits;
        tenants[unit.tenant] += model::held(unit.time) / model::kWorkUnits;
    }
    for (std::size_t c = 0; c < classes.size(); ++c) {
        EXPECT_EQ(sum(series.by_class[c]), classes[c]) << model::kUseClasses[c];
    }
    for (const model::HoldingSeries::Tenant& of : series.by_tenant) {
        EXPECT_EQ(sum(of.held), tenants[of.tenant]) << ledger.tenants[of.tenant];
        EXPECT_EQ(sum(of.queued), queued[of.tenant]) << ledger.tenants[of.tenant];
    }
    EXPECT_EQ(series.by_tenant.size(),
              ledger.tenants.size() - (tenants[0] + queued[0] == 0 ? 1 : 0));
}

// Adds `gpus` over [from, to) to bins.
void add(std::vector<std::uint64_t>& bins, Ticks width, std::uint64_t from, std::uint64_t to,
         std::uint64_t gpus) {
    for (std::uint64_t b = 0; b < bins.size(); ++b) {
        const std::uint64_t begin = std::max(from, b * width.value);
        const std::uint64_t end = std::min(to, (b + 1) * width.value);
        bins[b] += begin < end ? gpus * (end - begin) : 0;
    }
}

// Where no lease has a pause after it: classes by leases, and pools by the nodes of leases.
void expect_leases(const Compiled& compiled, const model::Ledger& ledger) {
    const money::Usage usage = usage_of(compiled, ledger);
    const std::vector<std::uint64_t> none(ledger.bins.size());
    std::vector<std::vector<std::uint64_t>> classes(4, none), pools(compiled.pools.size(), none);
    for (const money::Lease& lease : usage.leases) {
        ASSERT_EQ(lease.pause, 0U);
        const std::size_t use =
            lease.service == money::kNone ? static_cast<std::size_t>(lease.plan) : 3;
        add(classes[use], ledger.bin_width, lease.start.value, lease.end.value, lease.gpus);
        for (std::uint32_t s = 0; s < lease.shares; ++s) {
            const money::NodeShare& share = usage.shares[lease.first_share + s];
            for (std::uint32_t n = share.first_node; n < share.first_node + share.nodes; ++n) {
                add(pools[compiled.pool_of_node[n]], ledger.bin_width, lease.start.value,
                    lease.end.value, share.gpus);
            }
        }
    }
    const model::HoldingSeries series = model::holding_series(ledger);
    for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(series.by_class[c], classes[c]) << model::kUseClasses[c];
    }
    ASSERT_EQ(ledger.pools.size(), 2U);
    for (std::size_t p = 0; p < pools.size(); ++p) {
        for (std::size_t b = 0; b < ledger.bins.size() && ledger.interruptible; ++b) {
            EXPECT_EQ(ledger.pools[p].bins[b].held, pools[p][b]) << "pool " << p << ", bin " << b;
        }
        EXPECT_GT(sum(pools[p]) + (ledger.interruptible ? 0 : 1), 0U);
    }
}

// Where jobs hold nothing that is down: by the outages of the pool's nodes.
void expect_down(const Compiled& compiled, const model::Ledger& ledger) {
    const model::Downtimes nodes = model::downtimes(ledger);
    std::vector<std::uint64_t> down(ledger.pools.size()), absent = down;
    for (std::size_t n = 0; n < nodes.nodes.size(); ++n) {
        down[compiled.pool_of_node[n]] += nodes.nodes[n].down;
        absent[compiled.pool_of_node[n]] +=
            std::uint64_t{ledger.node_gpus[n]} * ledger.end.value - nodes.nodes[n].installed;
    }
    for (std::size_t p = 0; p < ledger.pools.size(); ++p) {
        model::PoolBin of;
        for (const model::PoolBin& bin : ledger.pools[p].bins) {
            of.down += bin.down;
            of.absent += bin.absent;
        }
        EXPECT_EQ(of.down, down[p]) << "pool " << p;
        EXPECT_EQ(of.absent, absent[p]) << "pool " << p;
    }
    EXPECT_GT(down[0] + down[1], 0U);
}

TEST_F(HoldingsOfRuns, WithoutInterruptions) {
    scenario("");
    const Compiled plan = compiled();
    const model::Ledger ledger = batch::run(plan, {});
    EXPECT_FALSE(ledger.interruptible);
    EXPECT_TRUE(ledger.holdings.empty());
    expect_totals(ledger);
    expect_leases(plan, ledger);
    ASSERT_EQ(ledger.pools.size(), 2U);
    EXPECT_EQ(ledger.pools[0].name, "a");
    EXPECT_EQ(ledger.pools[0].gpus, 32U);
    EXPECT_EQ(ledger.pools[1].gpus, 24U);
    EXPECT_EQ(ledger.gpu_models[ledger.pools[1].gpu_model], "a100-80");
}

// Which nodes a job holds is in no log then; jobs name their GPU model instead.
TEST_F(HoldingsOfRuns, PoolsAreThoseOfTheModelsThatJobsRanOn) {
    for (const std::string placement : {"pack", "fungible"}) {
        scenario("scheduler: {placement: " + placement + "}\n");
        const model::Ledger ledger = batch::run(compiled(), {});
        ASSERT_EQ(ledger.pools.size(), 2U) << placement;
        std::array<std::uint64_t, 2> held{}, by_job{};
        for (std::size_t p = 0; p < 2; ++p) {
            for (const model::PoolBin& bin : ledger.pools[p].bins) {
                held[ledger.pools[p].gpu_model] += bin.held;
            }
        }
        for (const model::JobRecord& job : ledger.jobs) {
            by_job[job.gpu_model] += model::held(job.time) / model::kWorkUnits;
        }
        EXPECT_EQ(held, by_job) << placement;
        EXPECT_GT(std::min(held[0], held[1]), 0U);
        EXPECT_EQ(ledger.pools[0].name == "a", placement == "pack");
        EXPECT_EQ(ledger.pools[0].gpus + ledger.pools[1].gpus, 56U);
        expect_totals(ledger);
    }
}

TEST_F(HoldingsOfRuns, FailedJobsThatQueueAgainAtOnce) {
    scenario(std::string(kNodesFail) + "recovery: {on_failure: requeue, detect: 0 s}\n");
    const Compiled plan = compiled();
    const model::Ledger ledger = batch::run(plan, {});
    EXPECT_GT(
        std::ranges::count(ledger.attempts, model::AttemptEnd::kOutage, &model::Attempt::ended),
        10);
    expect_totals(ledger);
    expect_leases(plan, ledger);
    expect_down(plan, ledger);
}

TEST_F(HoldingsOfRuns, NodesThatArriveLater) {
    scenario(std::string(kNodesFail) + "recovery: {on_failure: requeue, detect: 0 s}\n",
             "[{name: a, server: hgx-h100, nodes: 4}, {name: b, server: dgx-a100, nodes: 3, "
             "tranches: [{nodes: 1, at: 30 h}, {nodes: 1, at: 90 h}]}]");
    const Compiled plan = compiled();
    const model::Ledger ledger = batch::run(plan, {});
    ASSERT_EQ(ledger.pools.size(), 2U);
    std::uint64_t absent = 0;
    for (const model::PoolBin& bin : ledger.pools[1].bins) {
        absent += bin.absent;
    }
    EXPECT_EQ(absent, std::uint64_t{8} * (30 + 90) * 3600 * 16);
    expect_totals(ledger);
    expect_leases(plan, ledger);
    expect_down(plan, ledger);
}

// Jobs that wait for nodes or get spares hold a part of their GPUs meanwhile.
TEST_F(HoldingsOfRuns, JobsThatMissNodes) {
    for (const std::string rule : {"wait", "spare"}) {
        scenario(std::string(kNodesFail) + "scheduler: {spare_nodes: 1}\nrecovery: {on_failure: " +
                 rule + ", detect: 1 h, swap: 10 min}\n");
        const model::Ledger ledger = batch::run(compiled(), {});
        std::uint64_t less = 0;  // spans in which a job held some of its GPUs
        for (const model::Holding& of : ledger.holdings) {
            less += of.gpus != model::kWaits && of.gpus > 0 && of.gpus < ledger.jobs[of.job].gpus
                        ? 1
                        : 0;
        }
        EXPECT_GT(less, 5U) << rule;
        expect_totals(ledger);
    }
}

// Everything at once, with other luck every time: tenants with limits, preemption, a service that
// takes GPUs back, outages that only cut nodes off, jobs that fail by themselves.
TEST_F(HoldingsOfRuns, AddUpWhateverHappens) {
    write("demand.csv", "time,rate\n0,1\n20000,9\n90000,2\n200000,14\n400000,1\n");
    scenario(
        "    never_fits: reject\nfailures:\n  components:\n"
        "    - {name: node, per: node, mtbf: 2 d, repair: {law: exponential, mean: 9 h}}\n"
        "    - {name: gpu, per: gpu, mtbf: 12 d, repair: {law: exponential, mean: 5 h}}\n"
        "    - {name: cable, per: node, mtbf: 3 d, reach: multi-node,\n"
        "       repair: {law: exponential, mean: 20 h}}\n"
        "    - {name: crash, per: job, mtbf: 1 d}\n"
        "checkpoint: {interval: fixed, every: 1 h, write: 20 s, restart: 2 min}\n"
        "tenants:\n  - {name: x, weight: 2, limit: 20}\n  - {name: y, guaranteed: 16}\n"
        "  - {name: z, leaves: 150 h}\n"
        "scheduler: {queue: fair-share, preempt: quota, spare_nodes: 1}\n"
        "recovery: {on_failure: wait, detect: 5 min, swap: 3 min}\n"
        "services:\n  - name: chat\n    tenant: web\n"
        "    unit: {gpus: 4, decode: 1 ktok/s, batch: 1, cold_start: 60 s}\n"
        "    demand: {file: demand.csv, lengths: {in: {fixed: 1}, out: {fixed: 1000}}}\n"
        "    autoscale: {every: 5 min, units: [1, 8]}\n"
        "tide: {policy: lend, notice: 1 min}\n");
    std::uint64_t units = 0, partly = 0, reclaims = 0;
    for (int seed = 1; seed <= 40; ++seed) {
        Compiled plan = compile(load_small({"seed=" + std::to_string(seed)}));
        const model::Ledger ledger = batch::run(plan, {});
        SCOPED_TRACE("seed " + std::to_string(seed));
        expect_totals(ledger);
        ASSERT_EQ(ledger.pools.size(), 2U);
        const model::HoldingSeries series = model::holding_series(ledger);
        for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
            ASSERT_EQ(series.by_class[3][b], ledger.bins[b].units);
            for (const model::PoolRecord& pool : ledger.pools) {
                const std::uint64_t length = std::min<std::uint64_t>(
                    ledger.bin_width.value, ledger.end.value - b * ledger.bin_width.value);
                ASSERT_LE(pool.bins[b].held + pool.bins[b].down + pool.bins[b].absent,
                          pool.gpus * length);
            }
        }
        units += ledger.total.units;
        for (const model::Holding& of : ledger.holdings) {
            partly +=
                of.job < ledger.jobs.size() && of.gpus > 0 && of.gpus < ledger.jobs[of.job].gpus
                    ? 1
                    : 0;
        }
        for (const model::JobRecord& job : ledger.jobs) {
            reclaims += job.reclaims;
        }
    }
    EXPECT_GT(units, 0U);
    EXPECT_GT(partly, 20U);
    EXPECT_GT(reclaims, 5U);
}

TEST_F(HoldingsOfRuns, AreFewInMemory) {
    scenario(std::string(kNodesFail) + "recovery: {on_failure: wait, detect: 1 min}\n");
    const model::Ledger ledger = batch::run(compiled(), {});
    EXPECT_LT(ledger.holdings.size(), 5 * ledger.attempts.size());
}

TEST_F(HoldingsOfRuns, OnePoolNeedsNoSeries) {
    scenario("", "[{name: a, server: hgx-h100, nodes: 7}]");
    const Compiled plan = compiled();
    EXPECT_TRUE(plan.pools.empty());
    EXPECT_TRUE(plan.pool_of_node.empty());
    EXPECT_TRUE(batch::run(plan, {}).pools.empty());
    EXPECT_EQ(plan.datacenter.clusters.size(), 1U);
}

TEST_F(HoldingsOfRuns, ARunThatIsEndedEarlyAddsUp) {
    scenario(std::string(kNodesFail) + "recovery: {on_failure: wait, detect: 1 min}\n");
    const model::Ledger ledger = batch::run(
        compiled(), [](Ticks now, const model::Ledger&) { return now.value < 50 * 3600 * 16; });
    EXPECT_TRUE(ledger.interrupted);
    ASSERT_EQ(ledger.pools.size(), 2U);
    expect_totals(ledger);
}

}  // namespace
}  // namespace tidepool::scenario
