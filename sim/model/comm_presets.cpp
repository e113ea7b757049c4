// Classes of jobs as published configurations, through the step model. Shares of overlap and kernel
// efficiency are its planning values, so these are planning values, too.
#include <algorithm>

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

CommPreset preset(const char* name, const Parallelism& layout, const StepHardware& hardware,
                  std::int64_t gpus) {
    ModelShape model;
    model.name = name;
    const StepTime step = step_time(model, layout, hardware, gpus);
    const auto nodes = [&](std::int64_t of) {
        return static_cast<std::uint32_t>(std::max<std::int64_t>(1, of / hardware.gpus_per_node));
    };
    return {profile_of(step), step.traffic, nodes(layout.tensor * layout.pipeline),
            nodes(layout.tensor * layout.expert)};
}

}  // namespace

CommPreset comm_preset(CommClass kind) {
    Parallelism layout;
    switch (kind) {
        case CommClass::kNone:
            return {};
        case CommClass::kDataParallel:
            // Narayanan et al., SC'21, table 1: 1.7B parameters on 32 A100.
            layout.batch = 512;
            layout.flash_attention = layout.sequence_parallel = false;
            return preset("gpt-1.7b", layout, kA100, 32);
        case CommClass::kLlm3d:
            // Llama 3, arXiv 2407.21783, table 4: 405B on 8,192 H100, 16M tokens a step.
            layout.tensor = 8;
            layout.pipeline = 16;
            layout.batch = 2048;
            layout.recompute = false;
            return preset("llama3-405b", layout, kH100, 8192);
        case CommClass::kMoe:
            // DeepSeek-V3, arXiv 2412.19437: 2,048 H800, 16 stages, experts over 64 GPUs, 15,360
            // sequences a step; all-to-all hidden behind other micro-batches as data-parallel
            // traffic is.
            layout.pipeline = 16;
            layout.expert = 64;
            layout.batch = 15360;
            layout.recompute = false;
            layout.overlap_expert = layout.overlap_data;
            return preset("deepseek-v3", layout, kH800, 2048);
    }
    TP_ASSERT(false, "every class has a profile");
    return {};
}

}  // namespace tidepool::model
