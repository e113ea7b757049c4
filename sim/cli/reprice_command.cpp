#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/result_output.h"
#include "sim/results/kpi_table.h"
#include "sim/results/partial_file.h"
#include "sim/results/reprice.h"
#include "sim/scenario/rebill.h"

namespace tidepool::cli {
namespace {

// `run.h5` billed with `cheap.yaml`: `run-cheap.h5`, beside the run.
std::string default_output(const std::string& run, const std::string& prices) {
    const auto stem = [](const std::string& path, bool folder) {
        const std::size_t slash = path.rfind('/');
        const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
        const std::size_t dot = path.rfind('.');
        const bool dotted = dot != std::string::npos && dot > name;
        const std::size_t begin = folder ? 0 : name;
        return path.substr(begin, dotted ? dot - begin : std::string::npos);
    };
    return stem(run, true) + "-" + stem(prices, false) + ".h5";
}

std::string text_of(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace

ExitCode reprice_command(const Arguments& arguments, const std::string& command_line) {
    const std::string& path = arguments.files.at(0);
    const results::BilledRun run = results::read_billed_run(path);
    const scenario::Rebilled rebilled =
        scenario::rebill(path, run.resolved_yaml, run.origin, run.usage, arguments.prices);
    const std::string output =
        arguments.output.empty() ? default_output(path, arguments.prices) : arguments.output;
    for (const std::string& input : {path, arguments.prices}) {
        refuse_input_as_output(input, output);
    }
    const results::PartialFile file(output, arguments.force);
    const std::string image = results::repriced_image(
        run, rebilled.statement, rebilled.resolved_yaml, text_of(arguments.prices));
    file.create(image);
    file.finish(image, true);
    const std::vector<double> kpis = results::repriced_kpis(run, rebilled.statement);
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("scenario", run.title).key("kpis");
        results::write_kpis(json, kpis);
        json.member("output", output).member("reproduce", command_line).end_object();
        std::cout << json.str();
    } else {
        std::cout << run.title << ", billed with " << arguments.prices << "\n\n"
                  << results::kpi_table_text(kpis, rebilled.statement.currency)
                  << "\nresults:   " << output << "\nreproduce: " << command_line
                  << (arguments.force ? "" : " --force") << '\n';
    }
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
