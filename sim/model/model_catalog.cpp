#include "sim/model/model_catalog.h"

#include <algorithm>
#include <array>

namespace tidepool::model {
namespace {

constexpr std::string_view kMegatron = "Narayanan et al., SC'21, table 1";

constexpr KnownModel gpt(std::string_view name, std::int64_t layers, std::int64_t heads,
                         std::int64_t hidden, std::string_view source = kMegatron) {
    return {.name = name,
            .layers = layers,
            .heads = heads,
            .hidden = hidden,
            .sequence = 2048,
            .vocabulary = 51200,
            .source = source};
}

constexpr std::array kModels{
    gpt("gpt-1.7b", 24, 24, 2304),
    gpt("gpt-3.6b", 30, 32, 3072),
    gpt("gpt-7.5b", 36, 32, 4096),
    gpt("gpt-18.4b", 40, 48, 6144),
    gpt("gpt-39.1b", 48, 64, 8192),
    gpt("gpt-76.1b", 60, 80, 10240),
    gpt("gpt-145.6b", 80, 96, 12288),
    gpt("gpt-310.1b", 96, 128, 16384),
    gpt("gpt3-175b", 96, 96, 12288, "Brown et al. 2020; vocabulary as Megatron-LM pads it"),
    KnownModel{.name = "llama3-70b",
               .layers = 80,
               .heads = 64,
               .hidden = 8192,
               .sequence = 8192,
               .vocabulary = 128256,
               .parameters = 70.55e9,
               .source = "Llama 3, arXiv 2407.21783, table 3; parameters from memory",
               .confirmed = false},
    KnownModel{.name = "llama3-405b",
               .layers = 126,
               .heads = 128,
               .hidden = 16384,
               .sequence = 8192,
               .vocabulary = 128256,
               .parameters = 405.853e9,
               .source = "Llama 3, arXiv 2407.21783, table 3"},
    KnownModel{.name = "deepseek-v3",
               .layers = 61,
               .heads = 128,
               .hidden = 7168,
               .sequence = 4096,
               .vocabulary = 129280,
               .parameters = 671e9,
               .active_parameters = 37e9,
               .experts = 256,
               .experts_per_token = 8,
               .expert_layers = 58,
               .expert_nodes = 4,
               .source = "DeepSeek-V3, arXiv 2412.19437; from memory",
               .confirmed = false},
};

}  // namespace

std::span<const KnownModel> known_models() {
    return kModels;
}

const KnownModel* known_model(std::string_view name) {
    const auto found = std::find_if(kModels.begin(), kModels.end(),
                                    [&](const KnownModel& row) { return row.name == name; });
    return found == kModels.end() ? nullptr : &*found;
}

}  // namespace tidepool::model
