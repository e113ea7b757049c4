// `tidepool model step` and `tidepool model collective`.
#include <iostream>
#include <string>
#include <vector>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/model_text.h"
#include "sim/cli/step_input.h"
#include "sim/model/comm_profile.h"
#include "sim/model/mtti.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using model::StepTime;
using topology::amount;
using topology::columns;
using topology::scaled;

// A step and what follows from it.
struct Answer {
    StepTime step;
    model::StepMemory memory;
    model::CommProfile profile;
    double parameters = 0, mfu = 0;
    double tokens_per_second = 0;
    double achieved = 0;  // FLOP/s of one GPU, recomputation counted
};

struct Part {
    const char* name;
    const char* json_name;
    double seconds;
};
std::vector<Part> parts_of(const StepTime& step) {
    return {{"compute", "compute_s", step.compute.value},
            {"pipeline bubble", "bubble_s", step.bubble.value},
            {"tensor parallel", "tp_s", step.tp.value},
            {"pipeline transfers", "pp_s", step.pp.value},
            {"data parallel, exposed", "dp_exposed_s", step.dp_exposed.value},
            {"experts", "ep_s", step.ep.value}};
}

void print_json(const StepQuestion& question, const Answer& answer) {
    const StepTime& step = answer.step;
    JsonWriter json;
    json.begin_object().member("gpus", question.gpus).member("parameters", answer.parameters);
    json.member("step_s", step.total.value).key("parts").begin_object();
    for (const Part& part : parts_of(step)) {
        json.member(part.json_name, part.seconds);
    }
    json.end_object().member("dp_s", step.dp.value);
    json.member("tokens_per_step", step.tokens).member("tokens_per_s", answer.tokens_per_second);
    json.member("mfu", answer.mfu).member("flops_per_gpu", answer.achieved);
    json.member("model_flops", step.model_flops).member("hardware_flops", step.hardware_flops);
    if (question.tokens) {
        json.member("time_s", *question.tokens / answer.tokens_per_second);
    }
    json.key("memory").begin_object().member("states_b", answer.memory.states.value);
    json.member("activations_b", answer.memory.activations.value).end_object();
    json.key("traffic").begin_object().member("tp_b_per_gpu", step.traffic.tp.value);
    json.member("dp_b_per_node", step.traffic.dp.value);
    json.member("pp_b_per_node", step.traffic.pp.value);
    json.member("ep_b_per_node", step.traffic.ep.value).end_object();
    json.key("profile").begin_object().member("line_time", answer.profile.line_time);
    json.member("hidden", answer.profile.hidden).end_object();
    std::cout << json.end_object().str();
}

void print_table(const StepQuestion& question, const Answer& answer) {
    const StepTime& step = answer.step;
    std::cout << amount(answer.parameters) << " parameters on "
              << counted(static_cast<double>(question.gpus), "GPU") << ": a step takes "
              << duration(step.total.value) << ", " << scaled(answer.tokens_per_second, "tokens/s")
              << ", MFU " << percent(answer.mfu) << ".\n\n";
    Rows rows{{"part of the step", "time", "share"}};
    for (const Part& part : parts_of(step)) {
        rows.push_back({part.name, formatted("%.4g s", part.seconds),
                        percent(part.seconds / step.total.value)});
    }
    std::cout << columns(rows, "lrr") << '\n';
    std::cout << columns({{"sent in a step", "", "line time"},
                          {"tensor, by a GPU inside the island", scaled(step.traffic.tp.value, "B"),
                           ""},
                          {"data, by a node", scaled(step.traffic.dp.value, "B"),
                           formatted("%.4g s", step.dp_line.value)},
                          {"pipeline, by a node", scaled(step.traffic.pp.value, "B"), ""},
                          {"experts, by a node", scaled(step.traffic.ep.value, "B"), ""},
                          {"all, by a node", scaled(step.traffic.node().value, "B"),
                           formatted("%.4g s", step.line.value)}},
                         "lrr")
              << '\n';
    std::cout << columns(
        {{"achieved by a GPU", scaled(answer.achieved, "FLOP/s")},
         {"memory of a GPU", scaled(answer.memory.states.value, "B") +
                                 " of weights, gradients and optimiser, " +
                                 scaled(answer.memory.activations.value, "B") + " of activations"},
         {"at half of the line rate",
          formatted("%.4g", model::relative_step_time(answer.profile, 0.5)) +
              " of the step's time"}},
        "ll");
    if (question.tokens) {
        std::cout << '\n'
                  << amount(*question.tokens) << " tokens take "
                  << formatted("%.4g",
                               *question.tokens / answer.tokens_per_second / model::kSecondsPerDay)
                  << " days without interruptions.\n";
    }
}

}  // namespace

ExitCode model_step_command(const Arguments& arguments) {
    const auto question = ask<StepQuestion>(arguments);
    const model::StepHardware hardware = machine_of(question).hardware;
    const auto gpus = static_cast<double>(question.gpus);
    Answer answer;
    answer.step = model::step_time(question, question, hardware, question.gpus);
    answer.memory = model::step_memory(question, question, question.gpus);
    answer.profile = model::profile_of(answer.step);
    answer.parameters = model::parameters_of(question);
    answer.mfu = model::model_flop_utilisation(answer.step, hardware.peak, gpus);
    answer.tokens_per_second = answer.step.tokens / answer.step.total.value;
    answer.achieved = answer.step.hardware_flops / answer.step.total.value / gpus;
    (arguments.json ? print_json : print_table)(question, answer);
    return ExitCode::kOk;
}

ExitCode model_collective_command(const Arguments& arguments) {
    const auto question = ask<CollectiveQuestion>(arguments);
    const model::CollectiveLevel across{question.latency, question.rate, {}};
    Seconds time;
    if (question.algorithm == model::CollectiveAlgorithm::kHierarchical) {
        const model::CollectiveLevel inside{
            question.island_latency.value_or(Seconds{0}), *question.island_rate, {}};
        time = model::hierarchical_time(question.kind, question.bytes, question.ranks,
                                        question.islands, inside, across);
    } else {
        time = model::collective_time(question.kind, question.algorithm, question.bytes,
                                      question.ranks, across);
    }
    const BytesPerSecond bus =
        model::bus_bandwidth(question.kind, question.bytes, question.ranks, time);
    const double algorithm = question.bytes.value / time.value;
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("time_s", time.value);
        json.member("algorithm_bandwidth", algorithm).member("bus_bandwidth", bus.value);
        std::cout << json.end_object().str();
        return ExitCode::kOk;
    }
    std::cout << columns({{"time", formatted("%.6g ms", 1e3 * time.value)},
                          {"algorithm bandwidth", scaled(algorithm, "B/s")},
                          {"bus bandwidth", scaled(bus.value, "B/s")}},
                         "lr");
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
