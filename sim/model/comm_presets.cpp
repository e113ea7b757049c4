// Classes of jobs as published configurations, through the step model. Shares of overlap and kernel
// efficiency are its planning values, so these are planning values, too.
#include "sim/base/assert.h"
#include "sim/model/comm_profile.h"

namespace tidepool::model {
namespace {

// Catalogue values of the servers: dgx-a100, hgx-h100 and hgx-h800.
constexpr StepHardware kA100{.peak = {312e12},
                             .memory_bandwidth = {2.04e12},
                             .memory = {80e9},
                             .island_rate = {300e9},
                             .node_rate = {8 * 25e9}};
constexpr StepHardware kH100{.peak = {989e12},
                             .memory_bandwidth = {3.35e12},
                             .memory = {80e9},
                             .island_rate = {450e9},
                             .node_rate = {8 * 50e9}};
constexpr StepHardware kH800{.peak = {989e12},
                             .memory_bandwidth = {3.35e12},
                             .memory = {80e9},
                             .island_rate = {200e9},
                             .node_rate = {8 * 50e9}};

CommProfile profile(const char* name, const Parallelism& layout, const StepHardware& hardware,
                    std::int64_t gpus) {
    ModelShape model;
    model.name = name;
    return profile_of(step_time(model, layout, hardware, gpus));
}

}  // namespace

CommProfile comm_preset(CommClass kind) {
    Parallelism layout;
    switch (kind) {
        case CommClass::kNone:
            return {};
        case CommClass::kDataParallel:
            // Narayanan et al., SC'21, table 1: 1.7B parameters on 32 A100.
            layout.batch = 512;
            layout.flash_attention = layout.sequence_parallel = false;
            return profile("gpt-1.7b", layout, kA100, 32);
        case CommClass::kLlm3d:
            // Llama 3, arXiv 2407.21783, table 4: 405B on 8,192 H100, 16M tokens a step.
            layout.tensor = 8;
            layout.pipeline = 16;
            layout.batch = 2048;
            layout.recompute = false;
            return profile("llama3-405b", layout, kH100, 8192);
        case CommClass::kMoe:
            // DeepSeek-V3, arXiv 2412.19437: 2,048 H800, 16 stages, experts over 64 GPUs, 15,360
            // sequences a step; all-to-all hidden behind other micro-batches as data-parallel
            // traffic is.
            layout.pipeline = 16;
            layout.expert = 64;
            layout.batch = 15360;
            layout.recompute = false;
            layout.overlap_expert = layout.overlap_data;
            return profile("deepseek-v3", layout, kH800, 2048);
    }
    TP_ASSERT(false, "every class has a profile");
    return {};
}

}  // namespace tidepool::model
