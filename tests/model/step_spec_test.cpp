// What a model or layout may not say, and what does not fit.
#include "sim/model/step_spec.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "sim/config/read.h"
#include "sim/model/model_catalog.h"
#include "sim/model/step_time.h"

namespace tidepool::model {
namespace {

constexpr StepHardware kA100{.peak = {312e12},
                             .memory_bandwidth = {2.04e12},
                             .memory = {80e9},
                             .island_rate = {300e9},
                             .node_rate = {200e9}};

std::vector<std::string> messages(const std::string& model, const std::string& layout) {
    Issues issues;
    const config::Value first = config::parse_yaml(model, "m.yaml", issues);
    const config::Value second = config::parse_yaml(layout, "p.yaml", issues);
    config::read<ModelShape>(first, "model", issues);
    config::read<Parallelism>(second, "parallelism", issues);
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) {
        texts.push_back(to_string(issue));
    }
    return texts;
}

TEST(StepSpec, ReadsNamesAndShapes) {
    EXPECT_TRUE(messages("{name: gpt3-175b}", "{batch: 1536, tensor: 8}").empty());
    EXPECT_TRUE(messages("{layers: 4, hidden: 64, sequence: 8}", "{batch: 1}").empty());
    const auto wrong = messages("{name: gpt3-175}", "{tensr: 8}");
    ASSERT_EQ(wrong.size(), 3u);
    EXPECT_NE(
        wrong[0].find("model.name: no such model (got 'gpt3-175'), did you mean 'gpt3-175b'?"),
        std::string::npos);
    EXPECT_NE(wrong[2].find("did you mean 'tensor'?"), std::string::npos);
}

TEST(StepSpec, ReportsContradictionsByKey) {
    const auto first = [](const std::string& model, const std::string& layout = "{batch: 4}") {
        const auto all = messages(model, layout);
        return all.empty() ? "" : all.front();
    };
    const auto expect = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    expect(first("{layers: 4}"), "model.hidden: is missing");
    expect(first("{name: deepseek-v3, layers: 4}"), "model.parameters: is missing");
    expect(first("{name: gpt-1.7b, experts_per_token: 2}"), "model.experts: is missing");
    expect(first("{name: gpt-1.7b, active_parameters: 1e10, parameters: 1e9}"),
           "are more than all");
    expect(first("{name: gpt-1.7b, parameters: 1e6}"), "vocabulary tables");
    expect(first("{name: deepseek-v3, experts_per_token: 257}"), "is more than there are experts");
    expect(first("{name: gpt-1.7b}", "{batch: 4, virtual_stages: 2}"), "has no effect");
    expect(first("{name: gpt-1.7b}", "{batch: 4, data: 3}"), "is no multiple");
    expect(first("{name: gpt-1.7b}", "{batch: 3, data: 3, expert: 2}"), "does not divide");
}

TEST(StepSpec, AnotherShapeHasOtherParameters) {
    ModelShape model;
    model.name = "llama3-405b";
    EXPECT_EQ(parameters_of(model), 405.853e9);
    model.layers = 63;
    // 12 l h^2 + 13 l h + (V + s) h
    EXPECT_DOUBLE_EQ(parameters_of(model),
                     12.0 * 63 * 16384 * 16384 + 13.0 * 63 * 16384 + (128256.0 + 8192) * 16384);
}

std::vector<std::string> keys(const Parallelism& layout, std::int64_t gpus,
                              const std::string& name = "gpt3-175b") {
    ModelShape model;
    model.name = name;
    std::vector<std::string> keys;
    for (const StepProblem& problem : step_problems(model, layout, kA100, gpus)) {
        keys.push_back(problem.key);
    }
    return keys;
}

TEST(StepProblems, NameTheKey) {
    using Keys = std::vector<std::string>;
    Parallelism good;
    good.tensor = 8;
    good.pipeline = 8;
    good.batch = 1536;
    EXPECT_EQ(keys(good, 1024), Keys{});
    EXPECT_EQ(keys(good, 1000), Keys{"gpus"});
    Parallelism changed = good;
    changed.data = 15;
    EXPECT_EQ(keys(changed, 1024), Keys{"data"});
    changed = good;
    changed.tensor = 16;
    EXPECT_EQ(keys(changed, 1024), Keys{"tensor"});
    changed = good;
    changed.batch = 1000;
    changed.virtual_stages = 13;  // 104 stages, 96 layers
    changed.expert = 2;
    EXPECT_EQ(keys(changed, 1024), (Keys{"pipeline", "batch", "expert"}));
}

TEST(StepProblems, SeeWhatDoesNotFitTheMemory) {
    Parallelism layout;
    layout.tensor = 8;
    layout.batch = 128;
    // 174.6e9 parameters over 8 GPUs: 2 + 2 B of each are 87 GB already.
    EXPECT_EQ(keys(layout, 1024), std::vector<std::string>{"tensor"});
    // A GPT of 1.7B: 4 B + 12 B of each, 27.9 GB, and with a micro-batch of 256 its activations:
    // 24 layers x 2 B + 34 B of one, times 256 x 2048 x 2304: 99 GB.
    layout.tensor = 1;
    layout.shard_optimizer = false;
    ModelShape model;
    model.name = "gpt-1.7b";
    EXPECT_EQ(keys(layout, 128, "gpt-1.7b"), std::vector<std::string>{});
    layout.micro_batch = 256;
    layout.batch = 256 * 128;
    const StepMemory memory = step_memory(model, layout, 128);
    EXPECT_DOUBLE_EQ(memory.states.value, 16 * parameters_of(model));
    EXPECT_DOUBLE_EQ(memory.activations.value, (24 * 2 + 34) * 256.0 * 2048 * 2304);
    EXPECT_EQ(keys(layout, 128, "gpt-1.7b"), std::vector<std::string>{"tensor"});
    // Sharded over 128 copies: 4 + 12/128 B.
    layout.shard_optimizer = true;
    EXPECT_DOUBLE_EQ(step_memory(model, layout, 128).states.value,
                     (4 + 12.0 / 128) * parameters_of(model));
}

TEST(ModelCatalog, IsCompleteAndNamedOnce) {
    for (const KnownModel& row : known_models()) {
        ModelShape model;
        model.name = row.name;
        EXPECT_TRUE(shape_problems(model).empty()) << row.name;
        EXPECT_EQ(known_model(row.name), &row);
        EXPECT_FALSE(row.source.empty());
        EXPECT_EQ(row.hidden % row.heads, 0) << row.name;
    }
    EXPECT_EQ(known_model("nobody"), nullptr);
}

}  // namespace
}  // namespace tidepool::model
