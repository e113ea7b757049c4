#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/issue.h"
#include "sim/batch/devices.h"
#include "sim/batch/gpu_sweep.h"
#include "sim/batch/rows.h"
#include "sim/cli/commands.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/progress.h"
#include "sim/cli/result_output.h"
#include "sim/cli/sweep_input.h"
#include "sim/cli/sweep_text.h"
#include "sim/results/kpi_table.h"
#include "sim/results/sweep_file.h"
#include "sim/scenario/sweep.h"

namespace tidepool::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kWriteEvery{5};  // of wall time, and
constexpr int kWriteShare = 20;                 // at most one part in so many of it

// Takes the rows as they come: table, progress, partial file.
class Collector {
public:
    Collector(const Arguments& arguments, results::SweepTable& table, results::SweepFile& file)
        : table_(table), file_(file), progress_(arguments.progress), before_(table.missing()) {}

    void operator()(std::vector<batch::Row>&& rows) {
        for (batch::Row& row : rows) {
            table_.add(to_row(std::move(row)));
        }
        const auto now = Clock::now();
        if (now - written_ >= std::max<Clock::duration>(kWriteEvery, kWriteShare * cost_)) {
            file_.save(table_);
            written_ = Clock::now();
            cost_ = written_ - now;
        }
        const double all = static_cast<double>(table_.last_row() - table_.first_row());
        progress_.update(1 - static_cast<double>(table_.missing()) / all, [&] { return line(); });
    }
    void finish() { progress_.finish(line()); }

private:
    static results::SweepRow to_row(batch::Row&& from) {
        results::SweepRow row;
        row.row = from.row;
        row.seed = from.seed;
        row.problem = std::move(from.problem);
        if (!row.problem.empty()) {
            row.state = results::RowState::kFailed;
            return row;
        }
        row.decisions = from.result.decisions;
        row.kpis = results::kpi_values(from.result.totals);
        row.waits = std::move(from.waits);
        return row;
    }

    Progress::Line line() const {
        const double done = static_cast<double>(before_ - table_.missing());
        const double spent = std::chrono::duration<double>(Clock::now() - began_).count();
        const double speed = spent > 0 ? done / spent : 0;
        const std::uint64_t rows = table_.complete() + table_.failed();
        return {
            std::to_string(rows) + " rows, " + std::to_string(static_cast<long>(speed)) + " per s",
            {{"rows", static_cast<double>(rows)}, {"rows_per_s", speed}}};
    }

    results::SweepTable& table_;
    results::SweepFile& file_;
    Progress progress_;
    std::uint64_t before_;  // rows missing at the start
    Clock::time_point began_ = Clock::now(), written_ = began_;
    Clock::duration cost_{};
};

std::vector<batch::Rows> missing_rows(const results::SweepTable& table) {
    std::vector<batch::Rows> missing;
    for (std::uint64_t row = table.next_missing(table.first_row()); row < table.last_row();
         row = table.next_missing(row)) {
        const std::uint64_t first = row;
        while (row < table.last_row() && table.state(row) == results::RowState::kMissing) {
            ++row;
        }
        missing.push_back({first, row});
    }
    return missing;
}

ExitCode already_done(const Arguments& arguments, const SweepJob& job,
                      const std::string& command_line) {
    const results::SweepContents there = results::read_sweep(job.output);
    std::cerr << "tidepool: " << job.output << " is complete already\n";
    print_sweep(arguments, there.header, there.table, {job.output, "", command_line});
    return there.table.failed() > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
}

// Where the rows run.
struct Place {
    std::vector<batch::Device> gpus;  // none: on CPU threads
    std::string why_cpu;              // if GPUs would have been welcome

    std::string name() const {
        std::string names;
        for (const batch::Device& gpu : gpus) {
            names += (names.empty() ? "" : ", ") + gpu.name;
        }
        return names.empty() ? "cpu" : names;
    }
};

Place find_place(const Arguments& arguments) {
    Place place;
    if (arguments.device == "cpu") {
        return place;
    }
    place.gpus = batch::devices(&place.why_cpu);
    if (place.gpus.empty() && arguments.device == "cuda") {
        throw RunError("--device cuda: there is no GPU to use: " + place.why_cpu);
    }
    return place;
}

// Runs what there is to do, on the GPUs if there are any.
void run_rows(const Arguments& arguments, const SweepJob& job, const Place& place,
              batch::WorkList& work, Collector& collector) {
    const bool quiet = arguments.progress == "none" || arguments.progress == "json";
    const auto say = [&](const std::string& text) {
        if (!quiet) {
            std::cerr << "tidepool: " << text << '\n';
        }
    };
    const batch::Sink sink = [&](std::vector<batch::Row>&& rows) { collector(std::move(rows)); };
    const batch::Stop stop = [] { return interrupted(); };
    say(std::to_string(work.left()) + " rows on " + place.name() + ", " +
        std::to_string(job.threads) + " threads" +
        (place.why_cpu.empty() ? "" : " (no GPU: " + place.why_cpu + ")"));
    if (place.gpus.empty()) {
        batch::run_on_threads(job.sweep, work, job.threads, sink, stop);
        return;
    }
    batch::GpuOptions options;
    options.host_threads = job.threads;
    options.too_large =
        arguments.device == "cuda" ? batch::TooLarge::kRefuse : batch::TooLarge::kRunOnHost;
    std::vector<int> ids;
    for (const batch::Device& device : place.gpus) {
        ids.push_back(device.id);
    }
    batch::run_on_gpus(job.sweep, work, ids, options, sink, stop,
                       [&](const batch::GpuNeed& need) { say(to_string(need)); });
}

ExitCode outcome(const Arguments& arguments, const results::SweepTable& table,
                 const std::string& written) {
    if (table.missing() > 0) {
        std::cerr << "tidepool: interrupted; " << written << " holds "
                  << table.complete() + table.failed() << " rows; go on with --resume"
                  << (arguments.force ? " --force\n" : "\n");
        return ExitCode::kInterrupted;
    }
    if (table.failed() > 0) {
        std::cerr << "tidepool: " << table.failed() << " rows failed:\n" << problems_text(table);
        return ExitCode::kSomeFailed;
    }
    return ExitCode::kOk;
}

}  // namespace

ExitCode sweep_command(const Arguments& arguments, const std::string& command_line) {
    const auto began = Clock::now();
    watch_interrupts();
    const SweepJob job = read_sweep_job(arguments);
    refuse_input_as_output(job.sweep.inputs(), arguments.files.at(0), job.output);
    if (arguments.dry_run) {
        print_plan(arguments, job);
        return ExitCode::kOk;
    }
    if (arguments.resume && !arguments.force && results::is_finished(job.output, job.header)) {
        return already_done(arguments, job, command_line);
    }
    const Place place = find_place(arguments);
    results::SweepTable table(job.header);
    results::SweepFile file =
        arguments.resume
            ? results::SweepFile::resume(job.output, arguments.force, job.header, table)
            : results::SweepFile::create(job.output, arguments.force, job.header);
    batch::WorkList work(missing_rows(table), job.sweep.replicas());
    Collector collector(arguments, table, file);
    run_rows(arguments, job, place, work, collector);
    collector.finish();
    const results::Status status =
        table.missing() > 0 ? results::Status::kInterrupted : results::Status::kComplete;
    const double wall = std::chrono::duration<double>(Clock::now() - began).count();
    const std::string written = file.finish(
        table, status,
        arguments.reproducible ? results::Provenance{}
                               : provenance(command_line, wall, place.name(), job.threads));
    print_sweep(
        arguments, job.header, table,
        {written, place.name(), arguments.force ? command_line : command_line + " --force"});
    return outcome(arguments, table, written);
}

ExitCode merge_command(const Arguments& arguments, const std::string& command_line) {
    const auto began = Clock::now();
    for (const std::string& part : arguments.files) {
        refuse_input_as_output(part, arguments.output);
    }
    const results::SweepContents merged = results::merge_sweeps(arguments.files, arguments.partial);
    const double wall = std::chrono::duration<double>(Clock::now() - began).count();
    results::write_sweep(
        arguments.output, arguments.force, merged,
        arguments.reproducible ? results::Provenance{} : provenance(command_line, wall, "cpu", 1));
    print_sweep(arguments, merged.header, merged.table,
                {arguments.output, "", arguments.force ? command_line : command_line + " --force"});
    return merged.table.failed() > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
}

}  // namespace tidepool::cli
