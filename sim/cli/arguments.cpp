#include "sim/cli/arguments.h"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "sim/cli/external_command.h"
#include "sim/cli/model_arguments.h"
#include "sim/cli/usage.h"

namespace tidepool::cli {
namespace {

using Choices = std::vector<std::string>;

void add_common_run(CLI::App* app, Arguments& a) {
    app->add_option("--set", a.overrides, "Replace a value of the YAML file; may be repeated")
        ->type_name("PATH=VALUE")
        ->expected(1)
        ->take_all();
}

void add_output(CLI::App* app, Arguments& a, const std::string& doc) {
    const auto named = [](const std::string& file) {
        return file.empty() ? "needs the name of a file" : std::string{};
    };
    app->add_option("-o,--output", a.output, doc)->type_name("FILE")->check(named);
    app->add_flag("--force", a.force, "Replace an existing output file");
}

void add_progress(CLI::App* app, Arguments& a) {
    app->add_option("--progress", a.progress, "Progress on stderr; auto: a bar on a terminal")
        ->check(CLI::IsMember(Choices{"auto", "bar", "json", "none"}))
        ->capture_default_str();
}

void add_reproducible(CLI::App* app, Arguments& a) {
    app->add_flag("--reproducible", a.reproducible,
                  "Leave /provenance out, so that equal runs give equal bytes");
}

void add_engine(CLI::App* app, Arguments& a) {
    app->add_option("--engine", a.engine,
                    "simgrid: on SimGrid's clock and network; batch: closed forms, faster")
        ->check(CLI::IsMember(Choices{"simgrid", "batch"}))
        ->capture_default_str();
}

void add_run(CLI::App& root, Arguments& a) {
    CLI::App* run = root.add_subcommand("run", "Run a scenario and write its results");
    run->add_option("scenario", a.files, "Scenario file (YAML); or a sweep file, with --cell")
        ->required()
        ->expected(1);
    add_output(run, a, "Result file; default: the scenario's name with .h5, in this folder");
    add_common_run(run, a);
    run->add_option("--seed", a.seed, "Replace the scenario's seed")->type_name("NUMBER");
    run->add_option("--until", a.until, "Replace the scenario's horizon, e.g. '30 d'")
        ->type_name("TIME");
    add_engine(run, a);
    run->add_option("--network", a.network,
                    "Whose rates jobs get on the network; as --set network.rates=...")
        ->check(CLI::IsMember(Choices{"simgrid", "maxmin", "off"}));
    run->add_option("--cell", a.cell, "Run this cell of a sweep file")->type_name("NUMBER");
    run->add_option("--replica", a.replica, "Of that cell; default: 0")->type_name("NUMBER");
    add_progress(run, a);
    add_reproducible(run, a);
    add_json(run, a);
}

void add_sweep(CLI::App& root, Arguments& a) {
    CLI::App* sweep =
        root.add_subcommand("sweep", "Run a scenario many times, with other values and other luck");
    sweep->add_option("sweep", a.files, "Sweep file (YAML)")->required()->expected(1);
    add_output(sweep, a, "Result file; default: the sweep's name with .h5, in this folder");
    sweep->add_option("--replicas", a.replicas, "Replace the sweep's number of replicas")
        ->type_name("NUMBER");
    sweep->add_option("--device", a.device, "auto: the GPUs, if there are any and they can do it")
        ->check(CLI::IsMember(Choices{"auto", "cpu", "cuda"}))
        ->capture_default_str();
    sweep->add_option("-j,--threads", a.threads, "CPU threads; default: one per processor")
        ->type_name("NUMBER");
    sweep->add_option("--shard", a.shard, "Run the I-th of N equal parts; join with `merge`")
        ->type_name("I/N");
    sweep->add_flag("--resume", a.resume, "Go on with the rows that an earlier try left missing");
    sweep->add_flag("--dry-run", a.dry_run, "Say what would run, and run nothing");
    sweep->add_flag("--yes", a.yes, "Run even more than 10,000,000 rows");
    sweep->add_option("--kpi", a.kpis, "Column of the table of cells; may be repeated")
        ->type_name("NAME")
        ->expected(1)
        ->take_all();
    add_progress(sweep, a);
    add_reproducible(sweep, a);
    add_json(sweep, a);
    CLI::App* merge = root.add_subcommand("merge", "Join the result files of a sweep's shards");
    merge->add_option("parts", a.files, "Result files of one sweep")->required();
    add_output(merge, a, "Result file");
    merge->get_option("--output")->required();
    merge->add_flag("--partial", a.partial, "Some rows may be missing");
    add_reproducible(merge, a);
    add_json(merge, a);
}

void add_reprice(CLI::App& root, Arguments& a) {
    CLI::App* reprice =
        root.add_subcommand("reprice", "Bill a finished run again, with other prices or costs");
    reprice->add_option("result", a.files, "Result file of a run with prices or costs")
        ->required()
        ->expected(1);
    reprice
        ->add_option(
            "--prices", a.prices,
            "YAML file with `prices`, `costs`, `sla`, as in a scenario; what it leaves out "
            "stays")
        ->type_name("FILE")
        ->required();
    add_output(reprice, a, "Result file; default: <result>-<prices>.h5");
    add_json(reprice, a);
}

void add_calibrate(CLI::App& root, Arguments& a) {
    CLI::App* calibrate = root.add_subcommand(
        "calibrate", "Fill a table of slow-downs from runs on a solver, for `rates: table`");
    calibrate->add_option("scenario", a.files, "Scenario file (YAML) with a `network`")
        ->required()
        ->expected(1);
    add_output(calibrate, a, "Table to write (YAML)");
    calibrate->get_option("--output")->required();
    add_common_run(calibrate, a);
    calibrate
        ->add_option("--oversubscription", a.oversubscriptions,
                     "Run with this one of the fabric; may be repeated; default: its own")
        ->type_name("NUMBER")
        ->expected(1)
        ->take_all();
    calibrate
        ->add_option("--engine", a.engine,
                     "simgrid: on SimGrid's rates; batch: on Tidepool's own, faster")
        ->check(CLI::IsMember(Choices{"simgrid", "batch"}))
        ->capture_default_str();
}

void add_validate(CLI::App& root, Arguments& a) {
    CLI::App* validate = root.add_subcommand(
        "validate", "Check scenario, sweep and topology files, and the traces they name");
    validate->add_option("files", a.files, "Scenario, sweep or topology files (YAML)")->required();
    validate->add_option("--format", a.format, "text, or github for annotations")
        ->check(CLI::IsMember(Choices{"text", "github"}));
    add_common_run(validate, a);
}

void add_topology(CLI::App& root, Arguments& a) {
    CLI::App* topology = root.add_subcommand("topology", "Look at a datacenter");
    topology->require_subcommand(1);
    const auto add = [&](const std::string& name, const std::string& doc) {
        CLI::App* app = topology->add_subcommand(name, doc);
        app->add_option("topology", a.files, "Preset name, topology file or scenario file")
            ->required()
            ->expected(1);
        add_common_run(app, a);
        return app;
    };
    add_json(add("show", "Clusters, nodes and fabric"), a);
    add_json(
        add("stats", "Counts per tier, bisection bandwidth, diameter, blast radius, price, power"),
        a);
    CLI::App* exporter = add("export", "The fabric as a graph");
    exporter->add_option("--format", a.format, "GraphViz (dot), GraphML or JSON")
        ->check(CLI::IsMember(Choices{"graphviz", "graphml", "json"}))
        ->required();
    add_output(exporter, a, "File to write; default: standard output");
    CLI::App* flows = topology->add_subcommand(
        "flows", "Runs a scenario up to some time and shows which jobs share which links then");
    flows->add_option("scenario", a.files, "Scenario file (YAML)")->required()->expected(1);
    flows->add_option("--at", a.at, "When, e.g. '2 h'; what happens then is included")
        ->type_name("TIME")
        ->required();
    add_common_run(flows, a);
    add_engine(flows, a);
    add_json(flows, a);
}

void add_generate(CLI::App* trace, Arguments& a) {
    CLI::App* generate = trace->add_subcommand("generate", "Make a trace of inference demand");
    generate->require_subcommand(1);
    CLI::App* tide = generate->add_subcommand(
        "tide", "Demand that rises and falls with day and week; docs/demand.md has the formula");
    tide->add_option("demand", a.files, "File (YAML) with tide, lengths, arrivals and classes")
        ->required()
        ->expected(1);
    add_output(tide, a, "Trace to write (.csv, .csv.gz, .csv.zst)");
    tide->get_option("--output")->required();
    tide->add_option("--kind", a.kind, "Single requests, or rates; default: requests")
        ->check(CLI::IsMember(Choices{"requests", "rates"}));
    tide->add_option("--seed", a.seed, "Whose luck; default: 0")->type_name("NUMBER");
    tide->add_option("--until", a.until, "How long it lasts; default: 7 d")->type_name("TIME");
    tide->add_option("--bin", a.bin, "Of rates: one for each; default: 5 min")->type_name("TIME");
}

void add_trace(CLI::App& root, Arguments& a) {
    CLI::App* trace =
        root.add_subcommand("trace", "Look at, check and convert job traces; make demand");
    trace->require_subcommand(1);
    const auto add = [&](const std::string& name, const std::string& doc) {
        CLI::App* app = trace->add_subcommand(name, doc);
        app->add_option("--format", a.format, "Trace format; default: told from the file");
        app->add_option("--window", a.window,
                        "Only jobs submitted in [FROM, TO), e.g. '7 d' '14 d'")
            ->expected(2);
        app->add_option("--first", a.first, "Only the first N jobs")->type_name("NUMBER");
        app->add_option("--load-scale", a.load_scale, "Arrivals come this many times as often")
            ->type_name("FACTOR");
        app->add_option("--growth", a.growth,
                        "Arrivals grow by this per day, compounded, e.g. 0.01")
            ->type_name("NUMBER");
        app->add_option("--time-scale", a.time_scale, "All times are multiplied by this")
            ->type_name("FACTOR");
        return app;
    };
    CLI::App* info = add("info", "Jobs, GPU-hours, sizes, durations, arrivals by hour");
    info->add_option("trace", a.files, "Trace file")->required()->expected(1);
    add_json(info, a);
    CLI::App* validate = add("validate", "Report everything wrong with a trace");
    validate->add_option("traces", a.files, "Trace files")->required();
    CLI::App* convert = add("convert", "Write a trace in Tidepool's own CSV");
    convert->add_option("files", a.files, "Trace to read, file to write (.csv, .csv.gz, .csv.zst)")
        ->required()
        ->expected(2);
    convert->add_flag("--force", a.force, "Replace an existing file");
    add_generate(trace, a);
}

void add_documents(CLI::App& root, Arguments& a) {
    CLI::App* list = root.add_subcommand("list", "Policies, presets, formats and KPIs by name");
    list->add_option("kind", a.kind, "Which list; default: all")
        ->check(CLI::IsMember(Choices{"queues", "placements", "topologies", "failures", "costs",
                                      "prices", "token-prices", "sla", "gpus", "servers",
                                      "switches", "models", "serving", "formats", "kpis"}));
    add_json(list, a);
    CLI::App* schema = root.add_subcommand("schema", "JSON Schema for editors");
    schema->add_option("kind", a.kind, "Of which file")
        ->required()
        ->check(CLI::IsMember(Choices{"scenario", "topology", "sweep", "slowdowns"}));
    CLI::App* reference = root.add_subcommand("reference", "Reference pages, as Markdown");
    reference->add_option("page", a.kind, "Which page")
        ->required()
        ->check(CLI::IsMember(
            Choices{"scenario", "topology", "sweep", "slowdowns", "trace", "kpis", "cli"}));
    CLI::App* completion = root.add_subcommand("completion", "Completion script for a shell");
    completion->add_option("shell", a.kind, "Which shell")
        ->required()
        ->check(CLI::IsMember(Choices{"bash", "zsh", "fish"}));
}

std::unique_ptr<CLI::App> make_app(Arguments& a) {
    auto app = std::make_unique<CLI::App>(
        "Simulates a multi-tenant GPU datacenter: replay job traces on a cluster described in "
        "YAML",
        "tidepool");
    app->add_flag("--version", a.version,
                  "Print the version; with --json also what it was built with");
    app->add_flag("--json", a.json, "With --version: print JSON");
    add_run(*app, a);
    add_sweep(*app, a);
    add_reprice(*app, a);
    add_calibrate(*app, a);
    add_validate(*app, a);
    add_topology(*app, a);
    add_trace(*app, a);
    add_model(*app, a);
    add_documents(*app, a);
    app->footer(external_help());  // last: subcommands would inherit it
    return app;
}

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(sub->get_name());
    }
    return names;
}

// The deepest subcommand that was recognised, and its full name.
const CLI::App* deepest(const CLI::App& app, std::string& name) {
    const CLI::App* found = &app;
    while (!found->get_subcommands().empty()) {
        found = found->get_subcommands().front();
        name += (name.empty() ? "" : " ") + found->get_name();
    }
    return found;
}

// What the user may have meant by the first word that the parser did not know.
std::string suggestion(const CLI::App& app, int argc, const char* const* argv) {
    std::string name;
    const CLI::App* at = deepest(app, name);
    std::vector<std::string> known = names_of(*at);
    for (const CLI::Option* option : at->get_options()) {
        for (const std::string& longer : option->get_lnames()) {
            known.push_back("--" + longer);
        }
    }
    return slip_in({argv + 1, argv + argc}, name, known);
}

void collect(const CLI::App& app, const std::string& prefix, std::vector<CommandHelp>& all) {
    CommandHelp help;
    help.name = prefix;
    help.doc = app.get_description();
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) {
            help.positionals.push_back(
                {option->get_name(true), option->get_description(), {}, true});
            help.choices = choices_in(option->get_type_name());
            continue;
        }
        CommandHelp::Option entry;
        entry.names = option->get_name(false, true);
        entry.doc = option->get_description();
        entry.choices = choices_in(option->get_type_name());
        entry.takes_value = option->get_expected_max() > 0;
        help.options.push_back(entry);
    }
    all.push_back(help);
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        collect(*sub, prefix.empty() ? sub->get_name() : prefix + " " + sub->get_name(), all);
    }
}

}  // namespace

Parsed parse_arguments(int argc, const char* const* argv) {
    Parsed parsed;
    const std::unique_ptr<CLI::App> app = make_app(parsed.arguments);
    try {
        app->parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::string name;
        std::cout << deepest(*app, name)->help();
        parsed.finished = ExitCode::kOk;
        return parsed;
    } catch (const CLI::ParseError& error) {
        std::string hint = suggestion(*app, argc, argv);
        std::cerr << "tidepool: " << error.what() << (hint.empty() ? "" : ", " + hint) << '\n';
        parsed.finished = ExitCode::kBadInput;
        return parsed;
    }
    deepest(*app, parsed.arguments.command);
    if (parsed.arguments.command.empty() && !parsed.arguments.version) {
        std::cerr << app->help();
        parsed.finished = ExitCode::kBadInput;
    }
    return parsed;
}

std::vector<CommandHelp> all_commands() {
    Arguments arguments;
    std::vector<CommandHelp> all;
    collect(*make_app(arguments), "", all);
    return all;
}

}  // namespace tidepool::cli
