#pragma once
// The whole program in process: a scenario as YAML and its job trace in, the ledger out. Whatever
// is validated, the waterfall of GPU time has to add up.

#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/batch/closed_form.h"
#include "sim/engine/engine.h"
#include "sim/model/conservation.h"
#include "sim/model/downtime.h"
#include "sim/model/kpis.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/load.h"
#include "tests/workloads/scratch.h"

namespace tidepool::validation {

enum class Engine { kBatch, kSimGrid };

// Doubles as YAML and CSV read them back.
inline std::string text(double value) {
    std::ostringstream out;
    out.precision(17);
    out << value;
    return out.str();
}
inline std::string seconds(double value) {
    return text(value) + " s";
}

// So many jobs of equal length and size, all submitted at the start.
inline std::string equal_jobs(std::uint32_t count, double duration, std::uint32_t gpus) {
    std::string csv = "job_id,submit,duration,gpus\n";
    for (std::uint32_t job = 1; job <= count; ++job) {
        csv += std::to_string(job) + ",0," + text(duration) + ',' + std::to_string(gpus) + '\n';
    }
    return csv;
}

// A cluster of nodes with eight GPUs each.
inline std::string cluster(std::uint32_t nodes) {
    return "topology: {clusters: [{name: a, server: hgx-h100, nodes: " + std::to_string(nodes) +
           "}]}\n";
}

// capacity = down + spare + idle + allocated; allocated = useful + checkpoint + lost + restart +
// stalled: in integers, added up here from the bins and from the jobs.
inline void expect_waterfall(const model::Ledger& ledger) {
    model::Bin bins;
    for (const model::Bin& bin : ledger.bins) {
        bins.allocated += bin.allocated;
        bins.down += bin.down;
        bins.spare += bin.spare;
        bins.absent += bin.absent;
    }
    std::uint64_t held = 0;  // 1/1024 GPU-ticks
    for (const model::JobRecord& job : ledger.jobs) {
        const model::GpuTime& t = job.time;
        held += t.useful + t.lost + t.stalled + 1024 * (t.checkpoint + t.restart);
    }
    EXPECT_EQ(held, 1024 * bins.allocated);
    const model::Totals totals = model::totals(ledger);
    const std::uint64_t capacity = ledger.gpus * ledger.end.value - bins.absent;
    EXPECT_EQ(totals.capacity, capacity);
    EXPECT_LE(bins.down + bins.spare + bins.allocated, capacity);
    EXPECT_EQ(totals.down + totals.spare + totals.idle + totals.allocated, capacity);
    EXPECT_EQ(totals.down, bins.down);
    EXPECT_EQ(totals.spare, bins.spare);
    EXPECT_EQ(totals.allocated, bins.allocated);
    const model::GpuTime& t = totals.time;
    EXPECT_EQ(t.useful + t.lost + t.stalled + 1024 * (t.checkpoint + t.restart), held);
    for (const std::string& broken : model::check_conservation(ledger)) {
        ADD_FAILURE() << broken;
    }
}

// The scenario and the files it names, in a folder of their own.
class Case {
public:
    Case(const std::string& yaml, const std::string& jobs) {
        folder_.file("case.yaml",
                     "tidepool: 1\nname: case\nworkloads: [{trace: {file: jobs.csv}}]\n" + yaml);
        folder_.file("jobs.csv", jobs);
    }
    Case& with(const std::string& name, const std::string& bytes) {
        folder_.file(name, bytes);
        return *this;
    }

    scenario::Loaded loaded(std::uint64_t seed = 1) const {
        return scenario::load(folder_.path("case.yaml"), {{}, std::to_string(seed), {}});
    }
    model::Ledger run(std::uint64_t seed = 1, Engine engine = Engine::kBatch) const {
        return run(loaded(seed), engine);
    }
    model::Ledger run_until(const std::string& horizon) const {
        return run(scenario::load(folder_.path("case.yaml"), {{}, {}, horizon}), Engine::kBatch);
    }
    // Seeds 1, 2, ...: independent repetitions.
    template <class Look>
    void run_seeds(std::uint32_t count, Look&& look) const {
        scenario::Loaded scenario = loaded();
        for (std::uint32_t seed = 1; seed <= count; ++seed) {
            scenario.spec.seed = seed;
            look(run(scenario, Engine::kBatch));
        }
    }

private:
    static model::Ledger run(const scenario::Loaded& scenario, Engine engine) {
        const scenario::Compiled compiled = scenario::compile(scenario);
        model::Ledger ledger = engine == Engine::kBatch ? batch::run(compiled, {})
                                                        : engine::run(scenario.topology, compiled,
                                                                      engine::Rates::kSimGrid, {});
        expect_waterfall(ledger);
        return ledger;
    }

    workloads::Scratch folder_;
};

// Mean and sample deviation of independent repetitions.
class Sample {
public:
    void add(double x) {  // Welford 1962
        const double from = x - mean_;
        mean_ += from / ++n_;
        squares_ += from * (x - mean_);
    }
    double count() const { return n_; }
    double mean() const { return mean_; }
    double deviation() const { return std::sqrt(squares_ / (n_ - 1)); }
    double error() const { return deviation() / std::sqrt(n_); }

private:
    double n_ = 0, mean_ = 0, squares_ = 0;
};

// |mean - expected| <= 4 sd / sqrt(N).
inline void expect_mean(const Sample& sample, double expected, const std::string& what = "") {
    EXPECT_NEAR(sample.mean(), expected, 4 * sample.error())
        << what << " N = " << sample.count() << ", sd " << sample.deviation();
}

// Seconds from first start to end of the jobs, which must all have ended.
inline Sample wall_times(const model::Ledger& ledger) {
    Sample sample;
    for (const model::JobRecord& job : ledger.jobs) {
        EXPECT_EQ(job.state, model::JobState::kCompleted);
        sample.add(to_seconds(Ticks{job.end.value - job.start.value}).value);
    }
    return sample;
}

}  // namespace tidepool::validation
