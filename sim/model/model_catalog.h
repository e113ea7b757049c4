#pragma once
// Shapes of published models, by name: `tidepool list models`.

#include <cstdint>
#include <span>
#include <string_view>

namespace tidepool::model {

// 0: not said (parameters: those of a GPT of this shape; experts: none).
struct KnownModel {
    std::string_view name;
    std::int64_t layers, heads, hidden, sequence, vocabulary;
    double parameters = 0, active_parameters = 0;
    std::int64_t experts = 0, experts_per_token = 0, expert_layers = 0, expert_nodes = 0;
    std::string_view source;
    bool confirmed = true;  // false: from memory, no document read
};

std::span<const KnownModel> known_models();
const KnownModel* known_model(std::string_view name);  // null: nobody knows it

}  // namespace tidepool::model
