#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "sim/base/version.h"
#include "sim/batch/closed_form.h"
#include "sim/batch/devices.h"
#include "sim/cli/commands.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/progress.h"
#include "sim/engine/engine.h"
#include "sim/engine/simgrid_version.h"
#include "sim/results/hdf5_version.h"
#include "sim/results/kpi_table.h"
#include "sim/results/result_file.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/drive.h"
#include "sim/scenario/load.h"

namespace tidepool::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kWriteEvery{5};  // of wall time

// The scenario's name as a file name: letters, digits, dot and dash stay, the rest becomes a dash.
std::string default_output(const std::string& name) {
    std::string file;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                           (c == '.' && !file.empty());
        file += plain ? c : '-';
    }
    return file + ".h5";
}

results::Header make_header(const Arguments& arguments, const scenario::Loaded& loaded,
                            const scenario::Compiled& compiled) {
    results::Header header;
    header.title = loaded.spec.name;
    header.engine = arguments.engine;
    header.network = "off";
    header.seed = static_cast<std::uint64_t>(loaded.spec.seed);
    header.origin = compiled.origin;
    if (compiled.plan.end != kNever.value) {
        header.horizon = Ticks{compiled.plan.end};
    }
    header.source_yaml = loaded.source_yaml;
    header.resolved_yaml = loaded.resolved_yaml;
    header.overrides = loaded.overrides;
    for (const scenario::Input& input : loaded.inputs) {
        header.inputs.push_back({input.path, input.sha256, input.bytes});
    }
    return header;
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

// Everything that may differ between two equal runs.
results::Provenance provenance(const std::string& command_line, double wall_seconds) {
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const std::string cuda = batch::cuda_version();
    return {
        {"version", std::string(version())},
        {"git_commit", std::string(git_commit())},
        {"git_dirty", std::int64_t{git_dirty() ? 1 : 0}},
        {"compiler", std::string(compiler())},
        {"build_type", std::string(build_type())},
        {"simgrid", engine::simgrid_version()},
        {"hdf5", results::hdf5_version()},
        {"cuda", cuda.empty() ? std::string("none") : cuda},
        {"device", std::string("cpu")},
        {"threads", std::int64_t{1}},
        {"argv", command_line},
        {"hostname", std::string(host.data())},
        {"created_utc", utc_now()},
        {"wall_s", wall_seconds},
        {"peak_rss_bytes", std::int64_t{usage.ru_maxrss} * 1024},
    };
}

// Watches the run: progress bar, partial file, Ctrl-C.
class Watcher {
public:
    Watcher(const Arguments& arguments, results::ResultFile& file, std::uint64_t arrivals)
        : progress_(arguments.progress), file_(file), arrivals_(arrivals) {}

    bool operator()(Ticks now, const model::Ledger& ledger) {
        const auto time = Clock::now();
        if (time - written_ >= kWriteEvery) {
            file_.progress(ledger, now);
            written_ = Clock::now();
        }
        const double done = static_cast<double>(ledger.events) / static_cast<double>(arrivals_);
        progress_.update(now, done, ledger.events);
        return !interrupted();
    }
    void finish(const model::Ledger& ledger) { progress_.finish(ledger.end, ledger.events); }

private:
    Progress progress_;
    results::ResultFile& file_;
    std::uint64_t arrivals_;
    Clock::time_point written_ = Clock::now();
};

model::Ledger simulate(const Arguments& arguments, const scenario::Loaded& loaded,
                       const scenario::Compiled& compiled, Watcher& watcher) {
    const scenario::Observer observer = [&](Ticks now, const model::Ledger& ledger) {
        return watcher(now, ledger);
    };
    model::Ledger ledger = arguments.engine == "batch"
                               ? batch::run(compiled, observer)
                               : engine::run(loaded.topology, compiled, observer);
    watcher.finish(ledger);
    return ledger;
}

void print(const Arguments& arguments, const scenario::Loaded& loaded, const model::Ledger& ledger,
           const std::string& file, const std::string& command_line) {
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("scenario", loaded.spec.name).key("kpis");
        results::write_kpis(json, ledger);
        json.member("output", file).member("reproduce", command_line).end_object();
        std::cout << json.str();
        return;
    }
    std::cout << loaded.spec.name << " on " << loaded.topology.name << '\n';
    if (!loaded.spec.question.empty()) {
        std::cout << loaded.spec.question << '\n';
    }
    std::cout << '\n'
              << results::kpi_table_text(ledger) << "\nresults:   " << file
              << "\nreproduce: " << command_line << '\n';
}

// The output must not be one of the files the run was made from.
void refuse_input_as_output(const scenario::Loaded& loaded, const std::string& output) {
    for (const scenario::Input& input : loaded.inputs) {
        std::error_code none;
        if (std::filesystem::equivalent(input.location, output, none)) {
            throw input_error(output, "is an input of this run",
                              "choose another name for the result");
        }
    }
}

bool did_work(const model::Ledger& ledger) {
    return std::any_of(ledger.jobs.begin(), ledger.jobs.end(),
                       [](const model::JobRecord& job) { return job.start != kNever; });
}

}  // namespace

ExitCode run_command(const Arguments& arguments, const std::string& command_line) {
    const auto began = Clock::now();
    watch_interrupts();
    const scenario::Loaded loaded = scenario::load(
        arguments.files.at(0), {arguments.overrides, arguments.seed, arguments.until});
    const scenario::Compiled compiled = scenario::compile(loaded);
    const std::string output =
        arguments.output.empty() ? default_output(loaded.spec.name) : arguments.output;
    refuse_input_as_output(loaded, output);
    results::ResultFile file = results::ResultFile::create(
        output, arguments.force, make_header(arguments, loaded, compiled));

    Watcher watcher(arguments, file, compiled.plan.arrival.size());
    const model::Ledger ledger = simulate(arguments, loaded, compiled, watcher);

    const bool worked = did_work(ledger);
    const bool ran_out = scenario::clock_ran_out(compiled, ledger);
    const results::Status status = ledger.interrupted   ? results::Status::kInterrupted
                                   : worked && !ran_out ? results::Status::kComplete
                                                        : results::Status::kFailed;
    const std::vector<std::string_view> ids(compiled.ids.begin(), compiled.ids.end());
    const double wall = std::chrono::duration<double>(Clock::now() - began).count();
    const std::string written = file.finish(
        status, ledger, ids,
        arguments.reproducible ? results::Provenance{} : provenance(command_line, wall));
    // The file exists now, so the same command needs leave to replace it.
    print(arguments, loaded, ledger, written,
          arguments.force ? command_line : command_line + " --force");
    if (ledger.interrupted) {
        std::cerr << "tidepool: interrupted; " << written << " holds the run so far\n";
        return ExitCode::kInterrupted;
    }
    if (!worked) {
        std::cerr << "tidepool: the run did no work: not one job started; see " << written << '\n';
        return ExitCode::kRunFailed;
    }
    if (ran_out) {
        std::cerr << "tidepool: the run passes the 8.5 years of the simulated clock with jobs "
                     "unfinished; give the scenario a horizon; see "
                  << written << '\n';
        return ExitCode::kRunFailed;
    }
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
