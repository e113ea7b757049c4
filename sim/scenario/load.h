#pragma once
// From a scenario file (and `--set` assignments) to a checked spec, its topology and its traces.
// Strict and total: everything wrong with the YAML, the topology and the traces is reported in one
// InputError. A file that could be parsed but not be hashed is a RunError.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/config/value.h"
#include "sim/scenario/input_cache.h"
#include "sim/scenario/service_model.h"
#include "sim/scenario/shared.h"
#include "sim/scenario/slowdown_table.h"
#include "sim/scenario/spec.h"
#include "topology/topology.h"
#include "workloads/fault_log.h"
#include "workloads/job_trace.h"

namespace tidepool::scenario {

// What was read, for the record: path as written, content hash (SHA-256, hex), size.
struct Input {
    std::string path;
    std::string sha256;
    std::uint64_t bytes = 0;
    std::string location;  // where it was found; not part of the record
};

struct LoadOptions {
    std::vector<std::string> overrides;       // `path=value`, as given to --set
    std::optional<std::string> seed;          // --seed
    std::optional<std::string> until;         // --until, a time such as `30 d`
    std::optional<std::string> network = {};  // --network, what `network.rates` is to be
    // Those of a sweep: they act before `overrides`, under the same rules.
    std::vector<config::Assignment> assignments = {};
    bool reads_slowdowns = true;  // the file that `network.table` names
};

// A scenario file as it was read, to be loaded as often as wanted.
struct ScenarioFile {
    std::string as_written, location;  // for the record; where it was found
    std::string text;                  // verbatim
    config::Value tree;
    std::vector<Issue> issues;  // every load() reports these, too
};

// Throws InputError for a file that is not YAML at all.
ScenarioFile read_scenario_file(const std::string& as_written, const std::string& location);

struct Loaded {
    ScenarioSpec spec;
    config::Value tree;       // that the spec was read from; tells where things stand
    std::string source_yaml;  // the file, verbatim
    std::string
        resolved_yaml;  // presets and overrides applied, every default written out, SI units
    std::vector<std::string>
        overrides;  // as given; --seed, --until and those of a sweep appear as assignments
    Shared<topology::Topology> topology;
    std::vector<Shared<workloads::JobTrace>> traces;  // one per workload
    std::vector<std::shared_ptr<const ServiceModel>> services;
    std::shared_ptr<const workloads::FaultLog> log;  // of failures(), if it names one
    std::shared_ptr<const SlowdownTable> slowdowns;  // if `network.table` names one
    std::vector<Input> inputs;                       // scenario file, files it names, in that order

    // The scenario's own failures, or else its topology's.
    const topology::FailureSpec& failures() const {
        return spec.failures ? *spec.failures : spec.topology.failures;
    }
    const workloads::FaultLog* fault_log() const { return log.get(); }
};

// Relative paths resolve against the file that holds them; in --set against the working directory.
Loaded load(const std::string& path, const LoadOptions& options);
Loaded load(const ScenarioFile& file, const LoadOptions& options, InputCache& cache);

}  // namespace tidepool::scenario
