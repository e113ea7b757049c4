// VC-07: the time to save and to load a model follows from its parameters, the bytes of each and
// the storage. Tolerance 2 %, as for the published values; the program itself only rounds to ticks.
#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

struct Model {
    std::string parameters, bytes, bandwidth;
    double published;  // seconds
};

// Megatron-LM 1T: 1.008e12 parameters, 13.8 TB = 13.69 B each; loaded at 1 TB/s in 13.8 s, saved
// at 273 GB/s in 50.5 s. Gemini: MT-NLG 530B over 20 Gb/s takes 42 min. Llama 3 405B: 14 B each,
// 2 TB/s.
const Model kMegatronSave{"1.008e12", "13.69 B", "273 GB/s", 50.5};
const Model kMegatronLoad{"1.008e12", "13.69 B", "1 TB/s", 13.8};
const Model kMtNlg{"530e9", "11.9 B", "20 Gb/s", 42 * 60};
const Model kLlama3{"405e9", "14 B", "2 TB/s", 2.84};

std::string scenario(const Model& model, const std::string& kind, std::uint32_t nodes,
                     const std::string& more = "") {
    return "topology:\n  clusters: [{name: a, server: hgx-h100, nodes: " + std::to_string(nodes) +
           "}]\n  storage: [{name: store, kind: " + kind + ", bandwidth: " + model.bandwidth +
           more + "}]\ncheckpoint: {interval: fixed, every: 1 h, storage: store, parameters: " +
           model.parameters + ", bytes_per_parameter: " + model.bytes +
           ", restart: 0 s}\nrecovery: {on_failure: wait, detect: 0 s}\n";
}

// Two hours of work with one checkpoint in the middle.
double save_time(const std::string& yaml, std::uint32_t gpus) {
    const auto ledger = Case(yaml, equal_jobs(1, 7200, gpus)).run();
    EXPECT_EQ(ledger.jobs.at(0).checkpoints, 1u);
    const double time = to_seconds(ledger.jobs.at(0).end).value - 7200;
    EXPECT_EQ(ledger.jobs.at(0).time.checkpoint, 16.0 * gpus * time);
    return time;
}

// The same, interrupted an hour after the checkpoint began: what it takes to come back.
double load_time(const std::string& yaml, std::uint32_t gpus) {
    const auto ledger =
        Case(yaml + "failures: {log: {file: faults.csv}}\n", equal_jobs(1, 7200, gpus))
            .with("faults.csv", "node,begin,end,cause\nn0,7200,7200,crash\n")
            .run();
    EXPECT_EQ(ledger.jobs.at(0).interruptions, 1u);
    return static_cast<double>(ledger.jobs.at(0).time.restart) / gpus / 16;
}

TEST(VC07, SavesAndLoadsInThePublishedTimes) {
    for (const Model& model : {kMegatronSave, kMegatronLoad, kMtNlg, kLlama3}) {
        const std::string yaml = scenario(model, "parallel-fs", 128);
        // At most a tick of rounding on top of the 2 %.
        EXPECT_NEAR(save_time(yaml, 1024), model.published, 0.02 * model.published + 0.0625);
        EXPECT_NEAR(load_time(yaml, 1024), model.published, 0.02 * model.published + 0.0625);
        EXPECT_EQ(save_time(yaml, 1024), load_time(yaml, 1024));
        // A shared file system is as fast for few writers as for many.
        EXPECT_EQ(save_time(yaml, 8), save_time(yaml, 1024));
    }
}

// 405e9 * 14 B = 5.67 TB. Over 128 nodes at 5 GB/s of local flash each: 8.859375 s, 141.75 ticks.
TEST(VC07, LocalStorageGrowsWithTheJob) {
    const Model model{"405e9", "14 B", "5 GB/s", 0};
    EXPECT_EQ(save_time(scenario(model, "local", 128), 1024), 142.0 / 16);
    EXPECT_EQ(save_time(scenario(model, "local", 128), 512), 284.0 / 16);  // 283.5 ticks
    EXPECT_EQ(save_time(scenario(model, "local", 128), 8), 1134);
}

// 128 writers of at most 10 GB/s fill 1.28 of 2 TB/s: 4.4296875 s, 70.875 ticks; 256 fill all.
TEST(VC07, AClientHasItsOwnLimit) {
    const std::string limited =
        scenario({"405e9", "14 B", "2 TB/s", 0}, "parallel-fs", 256, ", per_client: 10 GB/s");
    EXPECT_EQ(save_time(limited, 1024), 71.0 / 16);
    EXPECT_EQ(save_time(limited, 2048), 46.0 / 16);  // 2.835 s = 45.36 ticks
}

// The 14 bytes are the default.
TEST(VC07, WeightsAndOptimiserTakeFourteenBytes) {
    std::string yaml = scenario(kLlama3, "parallel-fs", 1);
    const std::string stated = ", bytes_per_parameter: 14 B";
    yaml.replace(yaml.find(stated), stated.size(), "");
    EXPECT_EQ(save_time(yaml, 8), 46.0 / 16);
}

}  // namespace
}  // namespace tidepool::validation
