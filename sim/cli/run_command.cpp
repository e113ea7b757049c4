#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/engine_choice.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/network_text.h"
#include "sim/cli/progress.h"
#include "sim/cli/promise_text.h"
#include "sim/cli/result_output.h"
#include "sim/cli/run_input.h"
#include "sim/results/kpi_table.h"
#include "sim/results/result_file.h"
#include "sim/scenario/books.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/drive.h"
#include "sim/scenario/load.h"
#include "sim/scenario/serve.h"

namespace tidepool::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kWriteEvery{5};  // of wall time

results::Header make_header(const Arguments& arguments, const scenario::Loaded& loaded,
                            const scenario::Compiled& compiled) {
    results::Header header;
    header.title = loaded.spec.name;
    header.engine = arguments.engine;
    header.network = network_name(arguments, loaded);
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
        const double done =
            arrivals_ == 0 ? 0  // only services: their requests come afterwards
                           : static_cast<double>(ledger.events) / static_cast<double>(arrivals_);
        progress_.update(done, [&] { return line(now, ledger.events); });
        return !interrupted();
    }
    // After the jobs: `done` of the requests have been replayed.
    bool serves(double done, const model::Ledger& ledger) {
        progress_.update(done, [&] { return line(ledger.end, ledger.events); });
        return !interrupted();
    }
    void finish(const model::Ledger& ledger) { progress_.finish(line(ledger.end, ledger.events)); }

private:
    static Progress::Line line(Ticks now, std::uint64_t events) {
        const double time = to_seconds(now).value;
        std::array<char, 80> words{};
        std::snprintf(words.data(), words.size(), "day %.1f  %llu events", time / 86400,
                      static_cast<unsigned long long>(events));
        return {words.data(), {{"t_sim", time}, {"events", static_cast<double>(events)}}};
    }

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
    model::Ledger ledger = run_on_engine(arguments, loaded, compiled, observer);
    if (!ledger.interrupted) {
        const auto seed = static_cast<std::uint64_t>(loaded.spec.seed);
        ledger.interrupted = !scenario::serve(
            loaded, compiled.demand, ledger.unit_log, seed, ledger.end, ledger.bin_width,
            ledger.services, [&](double done) { return watcher.serves(done, ledger); });
    }
    watcher.finish(ledger);
    if (!ledger.interrupted) {
        scenario::settle(loaded, compiled, ledger);
    }
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
    std::cout << loaded.spec.name << " on " << loaded.topology->name << '\n';
    if (!loaded.spec.question.empty()) {
        std::cout << loaded.spec.question << '\n';
    }
    std::cout << '\n'
              << results::kpi_table_text(ledger) << "\nresults:   " << file
              << "\nreproduce: " << command_line << '\n';
}

bool did_work(const model::Ledger& ledger) {
    const auto started = [](const model::JobRecord& job) { return job.start != kNever; };
    return std::ranges::any_of(ledger.jobs, started) || std::ranges::any_of(ledger.units, started);
}

// Says on stderr what kept the run from being what was wanted.
ExitCode verdict(const model::Ledger& ledger, const scenario::Compiled& compiled,
                 const std::string& written) {
    if (ledger.interrupted) {
        std::cerr << "tidepool: interrupted; " << written << " holds the run so far\n";
        return ExitCode::kInterrupted;
    }
    if (!did_work(ledger)) {
        std::cerr << "tidepool: the run did no work: not one job or unit started; see " << written
                  << '\n';
        return ExitCode::kRunFailed;
    }
    const std::string cut_off = cut_off_text(ledger, compiled.ids);
    const bool ran_out = scenario::clock_ran_out(compiled, ledger);
    if (ran_out && !cut_off.empty()) {
        std::cerr << "tidepool: " << cut_off << ", and nothing brings them on; see " << written
                  << '\n';
        return ExitCode::kRunFailed;
    }
    if (ran_out) {
        std::cerr << "tidepool: the run passes the 8.5 years of the simulated clock with jobs "
                     "unfinished; give the scenario a horizon; see "
                  << written << '\n';
        return ExitCode::kRunFailed;
    }
    if (!cut_off.empty()) {
        std::cerr << "tidepool: warning: at the end of the run " << cut_off << '\n';
    }
    return ExitCode::kOk;
}

}  // namespace

ExitCode run_command(const Arguments& arguments, const std::string& command_line) {
    const auto began = Clock::now();
    watch_interrupts();
    const scenario::Loaded loaded = load_run(arguments);
    check_engine(arguments, loaded);
    const scenario::Compiled compiled = scenario::compile(loaded);
    scenario::check_books(loaded, compiled);
    for (const std::string& sentence : impossible_promises(loaded)) {
        std::cerr << "tidepool: warning: " << sentence << '\n';
    }
    const std::string output =
        arguments.output.empty() ? default_output(loaded.spec.name) : arguments.output;
    refuse_input_as_output(loaded.inputs, arguments.files.at(0), output);
    results::ResultFile file = results::ResultFile::create(
        output, arguments.force, make_header(arguments, loaded, compiled));

    Watcher watcher(arguments, file, compiled.plan.arrival.size());
    const model::Ledger ledger = simulate(arguments, loaded, compiled, watcher);

    const bool worked = did_work(ledger);
    const bool ran_out = scenario::clock_ran_out(compiled, ledger);
    const results::Status status = ledger.interrupted   ? results::Status::kInterrupted
                                   : worked && !ran_out ? results::Status::kComplete
                                                        : results::Status::kFailed;
    const std::vector<std::string_view> ids(compiled.ids.begin(),
                                            compiled.ids.begin() + compiled.first_unit());
    const double wall = std::chrono::duration<double>(Clock::now() - began).count();
    const std::string written = file.finish(
        status, ledger, ids,
        arguments.reproducible ? results::Provenance{} : provenance(command_line, wall, "cpu", 1));
    // The file exists now, so the same command needs leave to replace it.
    print(arguments, loaded, ledger, written,
          arguments.force ? command_line : command_line + " --force");
    return verdict(ledger, compiled, written);
}

}  // namespace tidepool::cli
