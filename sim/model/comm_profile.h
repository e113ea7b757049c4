#pragma once
// How much a job slows down when the network grants it less than its line rate. Two numbers say it,
// both as shares of the ideal step, the one at full line rate:
//   f, line_time: the time in which its nodes send over the network at line rate (0: never);
//   h, hidden: how much network time of a step can hide behind compute.
// Granted a fraction g of the line rate (0 < g <= 1), network time is f/g, and what exceeds h is
// exposed. The ideal step already holds what is exposed at g = 1, so
//   T(g) / T(1) = (1 - max(0, f - h)) + max(0, f/g - h).
// It stretches the run times of simulated jobs, so it is + - * / only: the same bits everywhere.

#include <array>
#include <cstdint>

#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/model/step_time.h"

namespace tidepool::model {

struct CommProfile {
    double line_time = 0;  // f >= 0
    double hidden = 0;     // h >= 0; f - h <= 1: no more is exposed than there is time
    friend bool operator==(const CommProfile&, const CommProfile&) = default;
};

// T(g) / T(1) for 0 < g <= 1. Exactly 1 at g = 1, and never rising in g, rounding included.
double relative_step_time(const CommProfile& profile, double granted);

// What a step moves over the network, and how far it hides. f counts all sending at line rate. Two
// numbers cannot hold several overlaps at every g (step_total_at() can): h is such that the profile
// agrees with the step model at g = 1 and g = 1/2. Further down it never says less, in between
// never more than the step model. If nothing shows at 1/2 either, h is the room there is to hide.
CommProfile profile_of(const StepTime& step);

// From a trace of real steps: bytes that a node sends in a step, the node's line rate, and the
// share of the network time that was hidden (0 to 1).
CommProfile traced_profile(Seconds step, Bytes sent_by_node, BytesPerSecond node_rate,
                           double overlap);

// How a job that says nothing but its kind uses the network.
enum class CommClass : std::uint8_t { kNone, kDataParallel, kLlm3d, kMoe };

struct CommPreset {
    CommProfile profile;
    StepTraffic traffic;
    std::uint32_t replica_nodes = 1;  // of one copy of the model
    std::uint32_t expert_nodes = 1;   // that exchange all to all
};

// kNone is f = 0. The others come out of the step model for one published configuration each, see
// comm_presets.cpp.
CommPreset comm_preset(CommClass kind);

}  // namespace tidepool::model

namespace tidepool::config {

template <>
struct KindTable<model::CommClass> {
    using Enum = model::CommClass;
    static constexpr std::array kinds{
        Kind<Enum>{"none", Enum::kNone, "does not use the network between nodes"},
        Kind<Enum>{"data-parallel", Enum::kDataParallel,
                   "one all-reduce of the gradients per step, hidden behind the backward pass"},
        Kind<Enum>{"llm-3d", Enum::kLlm3d,
                   "a dense language model: tensor parallel inside the node, pipeline and data "
                   "parallel across"},
        Kind<Enum>{"moe", Enum::kMoe,
                   "a mixture of experts: also an all-to-all across nodes in every layer"},
    };
};

}  // namespace tidepool::config
