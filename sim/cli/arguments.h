#pragma once
// The command line as plain data. arguments.cpp is the only file that knows the parser library.

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidepool::cli {

enum class ExitCode : int {
    kOk = 0,
    kDifference = 1,  // check and compare found one
    kBadInput = 2,    // usage or input
    kRunFailed = 3,   // the world: disk full, device missing; or a run that did no work
    kSomeFailed = 4,  // a sweep is finished, but some of its rows failed
    kInterrupted = 130,
};

struct Arguments {
    std::string command;  // `run`, `trace info`, ...; empty: only --version or --help was asked

    std::vector<std::string> files;      // positional arguments
    std::string output;                  // -o; empty: the command's default
    std::vector<std::string> overrides;  // --set
    std::optional<std::string> seed;     // numbers are left to the reader of YAML, which is strict
    std::optional<std::string> until;
    std::string engine = "simgrid";      // simgrid | batch
    std::optional<std::string> network;  // of run: simgrid | maxmin | off
    std::string at;                      // of topology flows: a time
    std::string progress = "auto";       // auto | bar | json | none
    std::string format;                  // of validate, topology export, trace commands
    std::string kind;                    // of list, schema, reference, completion, generate
    std::vector<std::string> window;     // of trace commands
    std::optional<std::string> first;
    std::optional<std::string> bin;  // of trace generate
    std::optional<std::string> load_scale;
    std::optional<std::string> growth;
    std::optional<std::string> time_scale;
    std::vector<std::pair<std::string, std::string>> options;  // of model commands: name, text
    std::optional<std::string> cell;                           // of run, when given a sweep file
    std::optional<std::string> replica;                        // likewise
    std::optional<std::string> replicas;                       // of sweep
    std::optional<std::string> shard;            // of sweep: `i/n`; absent: everything
    std::string device = "auto";                 // of sweep: auto | cpu | cuda
    std::optional<std::string> threads;          // of sweep
    std::vector<std::string> oversubscriptions;  // of calibrate; empty: the scenario's own
    std::vector<std::string> kpis;  // of sweep: columns of the table; empty: the default
    std::string prices;             // of reprice: file with prices, costs, sla
    bool resume = false;
    bool dry_run = false;
    bool yes = false;      // of sweep: a very large one is meant
    bool partial = false;  // of merge: rows may be missing
    bool json = false;
    bool force = false;
    bool reproducible = false;
    bool version = false;
};

// One command or option, for completion scripts and the reference page.
struct CommandHelp {
    struct Option {
        std::string names;  // "-o,--output"
        std::string doc;
        std::vector<std::string> choices;
        bool takes_value = true;
    };
    std::string name;  // "run", "trace info"; empty: the program itself
    std::string doc;
    std::vector<Option> positionals;   // `names` holds the one name
    std::vector<std::string> choices;  // of the positionals
    std::vector<Option> options;
};

struct Parsed {
    Arguments arguments;
    // Set when there is nothing to run: help was printed, or the usage was wrong.
    std::optional<ExitCode> finished;
};

// Prints help to stdout and usage errors (with the nearest right spelling) to stderr.
Parsed parse_arguments(int argc, const char* const* argv);

// Every command, in the order of --help.
std::vector<CommandHelp> all_commands();

}  // namespace tidepool::cli
