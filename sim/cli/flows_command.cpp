// `tidepool topology flows`: runs a scenario up to some time and shows who shares what then.

#include <algorithm>
#include <iostream>
#include <string>

#include "sim/base/issue.h"
#include "sim/base/ticks.h"
#include "sim/cli/commands.h"
#include "sim/cli/engine_choice.h"
#include "sim/cli/network_text.h"
#include "sim/config/units.h"
#include "sim/scenario/load.h"

namespace tidepool::cli {
namespace {

Ticks time_of(const Arguments& arguments) {
    const auto time = config::parse_quantity(arguments.at, config::Dimension::kTime);
    if (!time.ok()) {
        throw input_error("--at", time.problem, time.hint);
    }
    const auto ticks = to_ticks(Seconds{time.value});
    if (!ticks || ticks->value + 1 >= kNever.value) {
        throw input_error(
            "--at", "must lie within the 8.5 years of the clock (got '" + arguments.at + "')");
    }
    return *ticks;
}

void check_shares(const std::string& file, const std::string& network) {
    if (network == "off") {
        throw input_error(file, "has no network: no job shares anything",
                          "add `network: {}`, and `communication` to say what jobs send");
    }
    if (network == "table") {
        throw input_error(file, "has its rates from a table: nobody knows who shares what",
                          "use `--set network.rates=auto`");
    }
}

bool waits_for_nothing(const model::Ledger& ledger) {
    return std::ranges::none_of(ledger.jobs, [](const model::JobRecord& job) {
        return job.state == model::JobState::kQueued || job.state == model::JobState::kRunning ||
               job.rejection == model::Rejection::kHorizon;  // is yet to come
    });
}

std::string what_happens(const model::Ledger& ledger, const std::vector<std::string>& ids) {
    if (!ledger.network.flows.empty()) {
        return flows_table(ledger, ids);
    }
    if (waits_for_nothing(ledger)) {
        return "nothing runs any more\n";
    }
    const std::size_t running = running_jobs(ledger);
    return running == 0 ? "nothing runs\n"
                        : "no flow: none of the " + std::to_string(running) +
                              " running jobs uses a link that others can use\n";
}

}  // namespace

ExitCode flows_command(const Arguments& arguments) {
    const Ticks at = time_of(arguments);
    const std::string& file = arguments.files.at(0);
    scenario::Loaded loaded = scenario::load(file, {arguments.overrides, {}, {}});
    const std::string network = network_name(arguments, loaded);
    check_shares(file, network);
    check_engine(arguments, loaded);
    const double seconds = to_seconds(at).value;
    const bool over = loaded.spec.horizon && loaded.spec.horizon->value <= seconds;
    model::Ledger ledger;
    std::vector<std::string> ids;
    if (!over) {
        loaded.spec.horizon = to_seconds(Ticks{at.value + 1});  // events at that tick included
        const scenario::Compiled compiled = scenario::compile(loaded);
        ledger = run_on_engine(arguments, loaded, compiled, {});
        ids = compiled.ids;
    }
    if (arguments.json) {
        std::cout << flows_json(ledger, ids, loaded.spec.name, network, seconds);
        return ExitCode::kOk;
    }
    std::cout << loaded.spec.name << " on " << loaded.topology->name << " at "
              << config::print_human(seconds, config::Dimension::kTime) << "\n\n"
              << (over ? "the run is over: nothing runs any more\n" : what_happens(ledger, ids));
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
