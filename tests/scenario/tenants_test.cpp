// Tenants from YAML to decisions: known answers of DRF and fair share, limits, guarantees, tenants
// that come and go, and what is said about bad input.

#include <cstdlib>

#include "sim/batch/closed_form.h"
#include "sim/model/kpis.h"
#include "sim/scenario/compile.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint32_t kSecond = 16;  // ticks

class Tenants : public ScenarioFolder {
protected:
    void scenario(const std::string& rest, const std::string& topology = "{preset: dgx-pod}") {
        write("small.yaml", "tidepool: 1\nname: small\ntopology: " + topology +
                                "\nworkloads: [{trace: {file: jobs.csv}}]\n" + rest);
    }
    model::Ledger ledger() const { return batch::run(compile(load_small()), {}); }
    // GPUs that each tenant's jobs hold at a time.
    static std::map<std::string, std::uint32_t> held(const model::Ledger& ledger, double at) {
        std::map<std::string, std::uint32_t> gpus;
        for (const model::JobRecord& job : ledger.jobs) {
            const auto tick = static_cast<std::uint32_t>(at * kSecond);
            if (job.start != kNever && job.start.value <= tick &&
                (job.end == kNever || job.end.value > tick)) {
                gpus[ledger.tenants[job.tenant]] += job.gpus;
            }
        }
        return gpus;
    }
};

// One node of 8 GPUs with that many CPUs and that much memory.
std::string host(const std::string& cpus, const std::string& memory) {
    return "{clusters: [{name: c, server: box, nodes: 1}], catalog: {servers: [{name: box, gpu: "
           "h100-sxm, gpus: 8, cpu_cores: " +
           cpus + ", memory: " + memory + "}]}}";
}

// The example of Ghodsi et al., NSDI 2011, figure 3: 9 CPUs and 18 GB; tasks of A need <1 CPU, 4
// GB>, those of B <3 CPU, 1 GB>: A gets 3, B 2, both two thirds of what they need most.
TEST_F(Tenants, DominantShares) {
    std::string jobs = "job_id,submit,duration,gpus,tenant,cpus,memory\n";
    for (int i = 0; i < 10; ++i) {
        jobs += "a" + std::to_string(i) + ",0,100,1,A,1,4e9\n";
        jobs += "b" + std::to_string(i) + ",0,100,1,B,3,1e9\n";
    }
    write("jobs.csv", jobs);
    scenario("scheduler: {queue: drf}\nhorizon: 50 s\n", host("9", "18 GB"));
    const auto gpus = held(ledger(), 10);
    EXPECT_EQ(gpus.at("A"), 3U);
    EXPECT_EQ(gpus.at("B"), 2U);
}

// Of GPUs alone it is max-min fairness by weight: 8 GPUs, weights 3 to 1.
TEST_F(Tenants, DominantSharesOfOneResourceFollowWeights) {
    std::string jobs = "job_id,submit,duration,gpus,tenant\n";
    for (int i = 0; i < 10; ++i) {
        jobs += "b" + std::to_string(i) + ",0,100,1,B\n";
        jobs += "a" + std::to_string(i) + ",0,100,1,A\n";
    }
    write("jobs.csv", jobs);
    scenario("tenants: [{name: A, weight: 3}, {name: B}]\nscheduler: {queue: drf}\nhorizon: 50 s\n",
             "{clusters: [{name: c, server: hgx-h100, nodes: 1}]}");
    const auto gpus = held(ledger(), 10);
    EXPECT_EQ(gpus.at("A"), 6U);
    EXPECT_EQ(gpus.at("B"), 2U);
}

TEST_F(Tenants, HostsThatDoNotSayWhatTheyHaveAreAnError) {
    write("jobs.csv", "job_id,submit,duration,gpus,cpus\n1,0,10,8,4\n");
    scenario("scheduler: {queue: drf}\n",
             "{clusters: [{name: c, server: box, nodes: 1}], catalog: {servers: [{name: box, gpu: "
             "h100-sxm, gpus: 8}]}}");
    EXPECT_THROW(
        {
            try {
                compile(load_small());
            } catch (const InputError& error) {
                EXPECT_NE(std::string(error.what()).find("cpu_cores"), std::string::npos);
                throw;
            }
        },
        InputError);
}

// Two levels, all queues full all the time: x has 1/4 of the machine, y 3/4, of which y1 has 2/3.
TEST_F(Tenants, FairSharesFollowWeightsInTheLongRun) {
    std::string jobs = "job_id,submit,duration,gpus,tenant\n";
    std::uint32_t state = 12345;
    for (int i = 0; i < 24'000; ++i) {
        state = state * 1'664'525U + 1'013'904'223U;  // Numerical Recipes' generator
        const char* const names[] = {"x", "y1", "y2"};
        const std::uint32_t gpus = 1 + (state >> 31U);
        const std::uint32_t duration = 300 + (state >> 8U) % 3000;
        jobs += std::to_string(i) + ",0," + std::to_string(duration) + "," + std::to_string(gpus) +
                "," + names[i % 3] + "\n";
    }
    write("jobs.csv", jobs);
    scenario(
        "tenants: [{name: x}, {name: y, weight: 3}, {name: y1, parent: y, weight: 2}, {name: y2, "
        "parent: y}]\nscheduler: {queue: fair-share, fair: {half_life: 6 h, hold: 10 min}}\n"
        "horizon: 4 d\n",
        "{clusters: [{name: c, server: hgx-h100, nodes: 4}]}");
    const model::Ledger all = ledger();
    const auto gpu_ticks = model::held_by_tenant(all);
    const double sum = static_cast<double>(gpu_ticks[0] + gpu_ticks[2] + gpu_ticks[3]);
    EXPECT_GT(sum, 0.97 * static_cast<double>(all.gpus * all.end.value));
    EXPECT_NEAR(static_cast<double>(gpu_ticks[0]) / sum, 0.25, 0.25 * 0.02);
    EXPECT_NEAR(static_cast<double>(gpu_ticks[2]) / sum, 0.50, 0.50 * 0.02);
    EXPECT_NEAR(static_cast<double>(gpu_ticks[3]) / sum, 0.25, 0.25 * 0.02);
}

// Tenant b borrows all 16 GPUs. At 100 s a job of 8 GPUs of a, within its guarantee, makes the one
// of b's two jobs that left the queue last go, after two minutes' notice.
TEST_F(Tenants, GuaranteesAreTakenBack) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,tenant\n1,0,1000,8,b\n2,1,1000,8,b\n3,100,50,8,a\n");
    scenario(
        "tenants: [{name: a, guaranteed: 8 GPU}, {name: b}]\n"
        "scheduler: {queue: fifo, preempt: quota, preempt_after: 10 s, preempt_notice: 2 min}\n",
        "{clusters: [{name: c, server: hgx-h100, nodes: 2}]}");
    const model::Ledger l = ledger();
    EXPECT_EQ(l.jobs.at(2).start.value, 220 * kSecond);
    EXPECT_EQ(l.jobs.at(2).wait_capacity.value, 120 * kSecond);
    EXPECT_EQ(l.jobs.at(1).preemptions, 1U);
    EXPECT_EQ(l.jobs.at(1).evictions, 0U);
    EXPECT_EQ(l.jobs.at(1).end.value, (270 + 300 + 1000) * kSecond);  // restarts in 300 s, anew
    EXPECT_EQ(l.jobs.at(0).end.value, 1000 * kSecond);
}

// 16 GPUs, the tree above a and b may hold 8: what waits over the limit does not block c.
TEST_F(Tenants, LimitsPassJobsOver) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,tenant\n1,0,100,8,a\n2,0,100,8,b\n3,0,100,8,c\n");
    scenario(
        "tenants: [{name: top, limit: 8 GPU}, {name: a, parent: top}, {name: b, parent: top}]\n"
        "scheduler: {queue: fifo}\n",
        "{clusters: [{name: c, server: hgx-h100, nodes: 2}]}");
    const model::Ledger l = ledger();
    EXPECT_EQ(l.jobs.at(0).start.value, 0U);
    EXPECT_EQ(l.jobs.at(2).start.value, 0U);
    EXPECT_EQ(l.jobs.at(1).start.value, 100 * kSecond);
    EXPECT_EQ(l.jobs.at(1).wait_quota.value, 100 * kSecond);
}

// A limit of 0 drives the job out at 50 s; from 80 s on it may come back, and starts anew.
TEST_F(Tenants, EvictedJobsComeBack) {
    write("jobs.csv", "job_id,submit,duration,gpus,tenant\n1,0,100,8,a\n");
    scenario("tenants: [{name: a, limits: [{at: 50 s, limit: 0 GPU}, {at: 80 s}]}]\n",
             "{clusters: [{name: c, server: hgx-h100, nodes: 2}]}");
    const model::JobRecord job = ledger().jobs.at(0);
    EXPECT_EQ(job.end.value, (80 + 300 + 100) * kSecond);  // it restarts in 300 s
    EXPECT_EQ(job.evictions, 1U);
    EXPECT_EQ(job.wait_quota.value, 30 * kSecond);
    EXPECT_EQ(job.queued.value, 30 * kSecond);
}

// It joins at 10 s and leaves at 60 s: job 1 came before, 2 is driven out, 3 waited, 4 is too late.
TEST_F(Tenants, JoinAndLeave) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,tenant\n1,0,9,8,a\n2,10,100,8,a\n3,20,100,16,a\n4,60,9,8,a\n"
          "5,100,9,8,b\n");
    scenario("tenants: [{name: a, joins: 10 s, leaves: 60 s}]\n",
             "{clusters: [{name: c, server: hgx-h100, nodes: 2}]}");
    const model::Ledger l = ledger();
    EXPECT_EQ(l.jobs.at(0).rejection, model::Rejection::kAbsent);
    EXPECT_EQ(l.jobs.at(1).state, model::JobState::kWithdrawn);
    EXPECT_EQ(l.jobs.at(1).evictions, 1U);
    EXPECT_EQ(l.jobs.at(1).queued.value, 0U);
    EXPECT_EQ(l.jobs.at(2).state, model::JobState::kWithdrawn);
    EXPECT_EQ(l.jobs.at(2).wait_capacity.value, 40 * kSecond);
    EXPECT_EQ(l.jobs.at(3).rejection, model::Rejection::kAbsent);
    EXPECT_EQ(l.jobs.at(4).state, model::JobState::kCompleted);
    EXPECT_EQ(model::totals(l).in(model::JobState::kWithdrawn), 2U);
}

TEST_F(Tenants, JobsAboveEveryLimitNeverFit) {
    write("jobs.csv", "job_id,submit,duration,gpus,tenant\n1,0,9,16,a\n2,0,9,8,a\n");
    const std::string rest = "tenants: [{name: a, limit: 8 GPU}]\n";
    scenario(rest);
    EXPECT_THROW(compile(load_small()), InputError);
    const Compiled compiled = compile(load_small({"workloads[0].never_fits=reject"}));
    EXPECT_EQ(compiled.jobs.at(0).rejection, model::Rejection::kQuota);
    EXPECT_EQ(compiled.jobs.at(1).rejection, model::Rejection::kNone);
}

TEST_F(Tenants, PrioritiesAndPlansStandForThoseOfJobs) {
    write("jobs.csv",
          "job_id,submit,duration,gpus,tenant,priority,plan\n1,0,9,8,a,1,spot\n2,0,9,8,b,0,\n");
    scenario(
        "tenants: [{name: a, plan: reserved}, {name: b, plan: reserved, priority: 5}]\n"
        "scheduler: {order: priority}\n");
    const Compiled compiled = compile(load_small());
    EXPECT_EQ(compiled.jobs.at(0).plan, static_cast<std::int8_t>(workloads::Plan::kSpot));
    EXPECT_EQ(compiled.jobs.at(1).plan, static_cast<std::int8_t>(workloads::Plan::kReserved));
    EXPECT_EQ(compiled.job_of_rank, (std::vector<std::uint32_t>{1, 0}));
    EXPECT_EQ(compiled.plan.priority, (std::vector<std::int32_t>{5, 1}));
}

// Every problem of the list, with its place.
TEST_F(Tenants, BadTreesAreToldWithTheirPlaces) {
    scenario(
        "tenants:\n"
        "  - {name: top, guaranteed: 4 GPU}\n"
        "  - {name: a, parent: top, guaranteed: 8 GPU, limit: 7 GPU}\n"
        "  - {name: b, joins: 2 h, leaves: 1 h, limits: [{at: 2 h}, {at: 1 h}]}\n");
    const std::string text = problems();
    for (const char* problem :
         {"small.yaml:6:29: tenants[0].guaranteed: is 4 GPUs, the tenants below it are guaranteed "
          "8",
          "small.yaml:7:54: tenants[1].limit: is below the 8 GPUs that it is guaranteed",
          "small.yaml:8:35: tenants[2].leaves: is not after `joins`",
          "small.yaml:8:65: tenants[2].limits[1].at: is not after the one before"}) {
        EXPECT_NE(text.find(problem), std::string::npos) << problem << "\nin\n" << text;
    }
    scenario(
        "tenants:\n"
        "  - {name: anchor, parent: bat}\n"
        "  - {name: bat, parent: anchor}\n"
        "  - {name: bat, weight: 3}\n"
        "  - {name: cat, parent: anchr}\n");
    const std::string names = problems();
    for (const char* problem :
         {"small.yaml:6:28: tenants[0].parent: 'anchor' is above itself this way",
          "small.yaml:8:12: tenants[2].name: another tenant has the name 'bat'",
          "small.yaml:9:25: tenants[3].parent: there is no tenant 'anchr'",
          "did you mean 'anchor'"}) {
        EXPECT_NE(names.find(problem), std::string::npos) << problem << "\nin\n" << names;
    }
    scenario("tenants: [{name: a, weight: 0}]\n");
    EXPECT_NE(problems().find("tenants[0].weight"), std::string::npos);
}

TEST_F(Tenants, RulesWithoutEffectAreTold) {
    scenario(
        "scheduler:\n  fair: {hold: 2 h}\n  preempt_notice: 1 min\n  preempt_order: largest\n");
    const std::string text = problems();
    for (const char* path :
         {"scheduler.fair", "scheduler.preempt_notice", "scheduler.preempt_order"}) {
        EXPECT_NE(text.find(path), std::string::npos) << path << "\nin\n" << text;
    }
    scenario("scheduler: {preempt: quota}\n");
    EXPECT_NE(problems().find("scheduler.preempt"), std::string::npos);
    scenario("tenants: [{name: a}]\nscheduler: {placement: fungible}\n");
    EXPECT_NE(problems().find("scheduler.placement"), std::string::npos);
}

TEST_F(Tenants, GuaranteesHaveToFitIntoTheDatacenter) {
    scenario("tenants: [{name: a, guaranteed: 17 GPU}]\n",
             "{clusters: [{name: c, server: hgx-h100, nodes: 2}]}");
    EXPECT_THROW(compile(load_small()), InputError);
}

TEST_F(Tenants, WhoHasOthersBelowHasNoJobs) {
    write("jobs.csv", "job_id,submit,duration,gpus,tenant\n1,0,9,8,top\n");
    scenario("tenants: [{name: top}, {name: a, parent: top}]\n");
    EXPECT_THROW(compile(load_small()), InputError);
}

}  // namespace
}  // namespace tidepool::scenario
