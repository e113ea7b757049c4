#include "sim/cli/model_arguments.h"

#include <string>
#include <tuple>

#include <CLI/CLI.hpp>

#include "sim/cli/money_input.h"
#include "sim/cli/option_type.h"
#include "sim/cli/serving_input.h"

namespace tidepool::cli {
namespace {

// The fields of a question as options; their texts are left to the reader, which knows units.
template <class Question>
void add_question(CLI::App* model, const std::string& name, const std::string& doc, Arguments& a) {
    CLI::App* app = model->add_subcommand(name, doc);
    const auto add = [&]<class T>(const config::Field<Question, T>& field) {
        const std::string name_of_field(field.name);
        std::string meaning(field.doc);
        if (meaning.ends_with('.')) {  // tables of files have sentences
            meaning.pop_back();
        }
        app->add_option_function<std::string>(
               "--" + option_name(field.name),
               [&a, name_of_field](const std::string& text) {
                   a.options.emplace_back(name_of_field, text);
               },
               meaning)
            ->type_name(option_type(static_cast<const T*>(nullptr)));
    };
    std::apply([&](const auto&... field) { (add(field), ...); },
               config::SpecTable<Question>::fields);
    add_json(app, a);
}

}  // namespace

void add_json(CLI::App* app, Arguments& a) {
    app->add_flag("--json", a.json, "Print JSON instead of a table");
}

void add_model(CLI::App& root, Arguments& a) {
    CLI::App* model = root.add_subcommand(
        "model",
        "Closed forms for planners: failures, training steps, collectives, inference, money");
    model->require_subcommand(1);
    add_question<CheckpointQuestion>(
        model, "checkpoint", "How often a job should write checkpoints, and what it then loses", a);
    add_question<SparesQuestion>(model, "spares", "How many spare nodes are enough", a);
    add_question<MttiQuestion>(model, "mtti",
                               "A failure rate in the units in use, and what it means for jobs", a);
    add_question<StepQuestion>(
        model, "step", "How long a training step takes, part by part, and what it sends where", a);
    add_question<CollectiveQuestion>(model, "collective",
                                     "How long a collective takes, and its bus bandwidth", a);
    add_question<ServingQuestion>(model, "serving", "What a unit of inference can serve", a);
    add_question<FleetQuestion>(model, "fleet", "GPUs that a demand for tokens takes", a);
    add_question<TcoQuestion>(model, "tco", "What a server costs per month and GPU-hour", a);
    add_question<PaybackQuestion>(
        model, "payback", "When an investment is paid back, and what it returns, by occupancy", a);
}

}  // namespace tidepool::cli
