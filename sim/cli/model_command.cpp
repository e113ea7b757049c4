// `tidepool model`: closed forms for planners, without a simulation. Checkpoints, steps,
// collectives, inference and money have their own files.
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/model_input.h"
#include "sim/cli/model_text.h"
#include "sim/model/mtti.h"
#include "sim/model/spares.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using topology::columns;
using topology::grouped;

ExitCode spares(const Arguments& arguments) {
    constexpr std::array kConfidences{0.9, 0.99, 0.999, 0.9999};
    const auto question = ask<SparesQuestion>(arguments);
    const double p = model::unavailability(
        model::from_thousand_node_days(
            node_rate(question.per_1000_node_days, question.preset, question.gpus_per_node)),
        question.repair);
    const model::Binomial down(static_cast<std::uint64_t>(question.nodes), p);
    const auto enough = [&] { return down.at_most(static_cast<std::uint64_t>(*question.spares)); };
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("nodes", question.nodes).member("unavailability", p);
        json.member("mean_down", down.mean()).key("spares").begin_array();
        for (const double confidence : kConfidences) {
            json.begin_object().member("confidence", confidence);
            json.member("spares", down.quantile(confidence)).end_object();
        }
        json.end_array();
        if (question.spares) {
            json.member("given_spares", *question.spares).member("given_confidence", enough());
        }
        std::cout << json.end_object().str();
        return ExitCode::kOk;
    }
    std::cout << "Of " << counted(static_cast<double>(question.nodes), "node") << ", "
              << formatted("%.4g", down.mean()) << " are down on average (" << percent(p)
              << " each), if they fail one by one.\n\n";
    Rows rows{{"enough in", "spares", "of the nodes"}};
    for (const double confidence : kConfidences) {
        const std::uint64_t k = down.quantile(confidence);
        rows.push_back({formatted("%.4g %%", 100 * confidence), grouped(k),
                        percent(static_cast<double>(k) / static_cast<double>(question.nodes))});
    }
    std::cout << columns(rows, "rrr");
    if (question.spares) {
        std::cout << '\n'
                  << counted(static_cast<double>(*question.spares), "spare") << ": enough in "
                  << formatted("%.6g %%", 100 * enough()) << " of the time.\n";
    }
    return ExitCode::kOk;
}

Seconds mtti_of(const MttiQuestion& question, const JobSize& size) {
    if (question.mtbf) {
        return *question.mtbf;
    }
    const EventsPerSecond node =
        question.interruptions
            ? model::observed_rate(static_cast<double>(*question.interruptions), size.nodes,
                                   *question.over)
            : model::from_thousand_node_days(
                  node_rate(question.per_1000_node_days, question.preset, question.gpus_per_node));
    return model::series_mtti(node, size.nodes);
}

ExitCode mtti(const Arguments& arguments) {
    const auto question = ask<MttiQuestion>(arguments);
    const JobSize size = size_of(question);
    const Seconds mtti = mtti_of(question, size);
    const EventsPerSecond gpu = model::rate_of_one(mtti, size.gpus);
    const double node_rate = model::to_thousand_node_days(model::rate_of_one(mtti, size.nodes));
    const double per_year = gpu.value * model::kSecondsPerYear;
    const double gpu_hours = model::gpu_hours_per_interruption(mtti, size.gpus);
    constexpr std::array kSizes{8.0, 128.0, 1024.0, 4096.0, 16384.0, 65536.0, 131072.0};
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("nodes", size.nodes).member("gpus", size.gpus);
        json.member("mtti_s", mtti.value).member("per_1000_node_days", node_rate);
        json.member("per_gpu_year", per_year).member("gpu_hours_per_interruption", gpu_hours);
        json.key("mtti_at").begin_array();
        for (const double gpus : kSizes) {
            json.begin_object().member("gpus", gpus);
            json.member("mtti_s", model::series_mtti(gpu, gpus).value).end_object();
        }
        std::cout << json.end_array().end_object().str();
        return ExitCode::kOk;
    }
    std::cout << frequency(mtti, size) << '\n'
              << columns({{"per 1,000 node-days", formatted("%.4g", node_rate)},
                          {"per GPU-year", formatted("%.4g", per_year)},
                          {"GPU-hours per interruption", rounded(gpu_hours)}},
                         "lr")
              << "\nAt the same rate per GPU, other jobs:\n\n";
    Rows rows{{"GPUs", "MTTI", "a day"}};
    for (const double gpus : kSizes) {
        const double time = model::series_mtti(gpu, gpus).value;
        rows.push_back({grouped(static_cast<std::uint64_t>(gpus)), duration(time),
                        formatted("%.3g", model::kSecondsPerDay / time)});
    }
    std::cout << columns(rows, "rrr");
    return ExitCode::kOk;
}

}  // namespace

ExitCode model_command(const Arguments& arguments) {
    if (arguments.command == "model checkpoint") {
        return model_checkpoint_command(arguments);
    }
    if (arguments.command == "model step") {
        return model_step_command(arguments);
    }
    if (arguments.command == "model collective") {
        return model_collective_command(arguments);
    }
    if (arguments.command == "model serving") {
        return model_serving_command(arguments);
    }
    if (arguments.command == "model fleet") {
        return model_fleet_command(arguments);
    }
    if (arguments.command == "model tco") {
        return model_tco_command(arguments);
    }
    if (arguments.command == "model payback") {
        return model_payback_command(arguments);
    }
    return arguments.command == "model spares" ? spares(arguments) : mtti(arguments);
}

}  // namespace tidepool::cli
