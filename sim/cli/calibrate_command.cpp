// A table of slow-downs: runs on a solver's rates, each SimGrid run in a process of its own, then
// the same runs on the table that they gave.
#include <algorithm>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/base/atomic_file.h"
#include "sim/base/issue.h"
#include "sim/base/json.h"
#include "sim/base/version.h"
#include "sim/batch/closed_form.h"
#include "sim/cli/calibrate_text.h"
#include "sim/cli/child.h"
#include "sim/cli/commands.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/result_output.h"
#include "sim/engine/engine.h"
#include "sim/engine/simgrid_version.h"
#include "sim/scenario/calibration.h"
#include "sim/scenario/compile_network.h"
#include "sim/scenario/compile_slowdowns.h"
#include "sim/scenario/load.h"

namespace tidepool::cli {
namespace {

using scenario::Compiled;
using scenario::Loaded;
using scenario::NetworkRates;
using scenario::RunSample;

// One fabric to calibrate for.
struct Case {
    Loaded loaded;  // with a solver's rates
    Compiled compiled;
    std::vector<std::string> kind_of_job;
    scenario::Oversubscription fabric;
    RunSample solved;
    std::string name() const { return "the run at oversubscription " + shortest(fabric.leaf); }
};

Loaded load(const Arguments& arguments, const std::string* oversubscription) {
    scenario::LoadOptions options{arguments.overrides, {}, {}};
    options.reads_slowdowns = false;  // this may well be the file to be written
    if (oversubscription != nullptr) {
        options.overrides.push_back("topology.fabric.oversubscription=" + *oversubscription);
    }
    Loaded loaded = scenario::load(arguments.files.at(0), options);
    if (!scenario::has_network(loaded.spec)) {
        throw input_error(arguments.files.at(0), "has no network to calibrate a table for",
                          "add `network: {}`, and say what jobs send");
    }
    return loaded;
}

Case make_case(const Arguments& arguments, const std::string* oversubscription) {
    Case made{load(arguments, oversubscription), {}, {}, {}, {}};
    Loaded& loaded = made.loaded;
    loaded.spec.network->rates = NetworkRates::kTable;
    Issues issues;  // of the runs on the table, before any other
    scenario::check_network(loaded, issues);
    issues.throw_if_any();
    loaded.spec.network->rates =
        arguments.engine == "batch" ? NetworkRates::kMaxMin : NetworkRates::kSimGrid;
    made.compiled = scenario::compile(loaded);
    const std::vector<std::string> kinds = scenario::job_kinds(loaded.spec);
    for (const model::JobRecord& job : made.compiled.jobs) {
        made.kind_of_job.push_back(kinds[job.workload]);
    }
    const topology::FabricSpec& fabric = loaded.spec.topology.fabric;
    made.fabric = {fabric.oversubscription, fabric.pod_oversubscription};
    return made;
}

std::vector<std::unique_ptr<Case>> make_cases(const Arguments& arguments) {
    std::vector<std::unique_ptr<Case>> cases;
    const auto add = [&](const std::string* oversubscription) {
        cases.push_back(std::make_unique<Case>(make_case(arguments, oversubscription)));
        for (std::size_t c = 0; c + 1 < cases.size(); ++c) {
            if (cases[c]->fabric == cases.back()->fabric) {
                throw input_error("--oversubscription",
                                  "is given twice (got '" + *oversubscription + "')");
            }
        }
    };
    for (const std::string& oversubscription : arguments.oversubscriptions) {
        add(&oversubscription);
    }
    if (cases.empty()) {
        add(nullptr);
    }
    return cases;
}

bool goes_on(Ticks, const model::Ledger&) {
    return !interrupted();
}

// A run as bytes and back.
template <class T>
void pack(std::string& bytes, const std::vector<T>& items) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::uint64_t n = items.size();
    bytes.append(reinterpret_cast<const char*>(&n), sizeof n);
    bytes.append(reinterpret_cast<const char*>(items.data()), n * sizeof(T));
}

template <class T>
std::vector<T> unpack(const std::string& bytes, std::size_t& at) {
    std::uint64_t n = 0;
    std::memcpy(&n, bytes.data() + at, sizeof n);
    at += sizeof n;
    std::vector<T> items(n);
    if (n > 0) {
        std::memcpy(items.data(), bytes.data() + at, n * sizeof(T));
    }
    at += n * sizeof(T);
    return items;
}

std::string packed(const RunSample& run) {
    std::string bytes;
    pack(bytes, run.attempts);
    pack(bytes, run.ends);
    pack(bytes, std::vector<std::uint64_t>{run.stalled, run.started, run.interrupted ? 1U : 0U,
                                           run.ran_out ? 1U : 0U});
    return bytes;
}

RunSample unpacked(const std::string& bytes) {
    RunSample run;
    std::size_t at = 0;
    run.attempts = unpack<scenario::AttemptSample>(bytes, at);
    run.ends = unpack<std::uint32_t>(bytes, at);
    const auto rest = unpack<std::uint64_t>(bytes, at);
    run.stalled = rest[0];
    run.started = static_cast<std::uint32_t>(rest[1]);
    run.interrupted = rest[2] != 0;
    run.ran_out = rest[3] != 0;
    return run;
}

RunSample solve(const Arguments& arguments, const Case& of) {
    if (arguments.engine == "batch") {
        return scenario::sampled(of.compiled, batch::run(of.compiled, goes_on));
    }
    const std::string bytes = in_child(of.name(), [&] {
        return packed(scenario::sampled(
            of.compiled,
            engine::run(of.loaded.topology, of.compiled, engine::Rates::kSimGrid, goes_on)));
    });
    return bytes.empty() ? RunSample{} : unpacked(bytes);
}

void require_use(const Case& of, const RunSample& run) {
    if (run.started == 0) {
        throw RunError(of.name() + " did no work: not one job started");
    }
    if (run.ran_out) {
        throw RunError(of.name() +
                       " passes the 8.5 years of the simulated clock with jobs unfinished; give "
                       "the scenario a horizon");
    }
    if (run.attempts.empty()) {
        throw RunError(of.name() + " has no job on several nodes that communicates");
    }
}

RunSample run_on_table(const Case& of, std::shared_ptr<const scenario::SlowdownTable> table) {
    Loaded loaded = of.loaded;
    loaded.spec.network->rates = NetworkRates::kTable;
    loaded.slowdowns = std::move(table);
    const Compiled compiled = scenario::compile(loaded);
    return scenario::sampled(compiled, batch::run(compiled, goes_on));
}

std::vector<std::string> origin_of(const Arguments& arguments, const Case& first) {
    std::vector<std::string> lines{
        first.loaded.spec.name + ", seed " + std::to_string(first.loaded.spec.seed),
        arguments.engine == "batch" ? std::string("Tidepool's own solver")
                                    : "SimGrid " + engine::simgrid_version(),
        "Tidepool " + std::string(version())};
    for (const std::string& set : arguments.overrides) {
        lines.push_back("--set " + set);
    }
    return lines;
}

}  // namespace

ExitCode calibrate_command(const Arguments& arguments) {
    watch_interrupts();
    const std::vector<std::unique_ptr<Case>> cases = make_cases(arguments);
    refuse_input_as_output(cases.front()->loaded.inputs, arguments.files.at(0), arguments.output);
    NewFile file(arguments.output, arguments.force);
    scenario::SlowdownTable table;
    table.made_from = origin_of(arguments, *cases.front());
    for (const auto& one : cases) {
        one->solved = solve(arguments, *one);
        if (interrupted()) {
            return ExitCode::kInterrupted;
        }
        require_use(*one, one->solved);
        const auto rows = scenario::slowdown_rows(one->solved, one->fabric, one->kind_of_job);
        table.rows.insert(table.rows.end(), rows.begin(), rows.end());
    }
    const auto found = std::make_shared<const scenario::SlowdownTable>(table);
    for (const auto& one : cases) {
        const RunSample on_table = run_on_table(*one, found);
        if (interrupted()) {
            return ExitCode::kInterrupted;
        }
        const auto rows = scenario::slowdown_rows(one->solved, one->fabric, one->kind_of_job);
        table.checks.push_back(scenario::check_slowdowns(one->solved, on_table, one->fabric, rows));
    }
    file.write(scenario::to_text(table));
    file.commit();
    std::cout << cases.front()->loaded.spec.name << " on " << cases.front()->loaded.topology->name
              << '\n'
              << slowdowns_text(table) << "\ntable: " << arguments.output << '\n';
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
