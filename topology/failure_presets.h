#pragma once
// The published calibrations of catalog/failures.yaml, and a FailureSpec with everything it leaves
// to them and to defaults filled in.

#include <optional>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "topology/failure_spec.h"

namespace tidepool::topology {

struct FailurePreset {
    std::string about;  // one line
    std::optional<double> per_1000_node_days;
    std::vector<ComponentFailureSpec> components;
};

struct NamedFailurePreset {
    std::string name;
    FailurePreset preset;
};

// In file order; read once.
const std::vector<NamedFailurePreset>& failure_presets();
std::vector<std::string> failure_preset_names();

// Every cause of the spec: those of its preset, `any` (the rates of preset and spec added up), its
// own. `mtbf`, `kind`, `takes`, `reach` and `repair` are set in each; `scale` is not applied.
// The spec has passed validate(); throws InputError for a preset that is not there.
std::vector<ComponentFailureSpec> failure_components(const FailureSpec& spec);

// Failures per 1,000 days of an 8-GPU node by its GPUs and the node itself, scaled, in the long
// run and without lemons. Other bases depend on the datacenter.
double per_1000_node_days(const FailureSpec& spec);

// Failures of a running job's own software (`per: job`), scaled: rate of all such causes together.
EventsPerSecond job_failure_rate(const FailureSpec& spec);

}  // namespace tidepool::topology
