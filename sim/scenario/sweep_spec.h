#pragma once
// A sweep file as it is written: which scenario, which values. docs/sweeps.md states the rules;
// sweep.h makes cells of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/field.h"
#include "sim/config/value.h"

namespace tidepool::scenario {

struct SweepSpec {
    using Values = std::vector<std::pair<std::string, config::Value>>;
    using Lists = std::vector<std::pair<std::string, std::vector<config::Value>>>;
    std::int64_t tidepool_sweep = 1;
    std::string name;
    std::string question;
    std::string base;
    std::optional<Values> set;
    std::optional<std::vector<Values>> list;
    std::optional<Lists> zip;
    std::optional<Lists> grid;
    std::int64_t replicas = 1;
};

inline constexpr double kMostReplicas = 4'294'967'295;

// From the tree of a sweep file. Beyond what each field allows: paths that are none, in two blocks
// or twice in an entry, values left out, entries that set nothing, steps of unequal length.
// Everything is reported at once.
SweepSpec read_sweep_spec(const config::Value& tree, Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct SpecTable<scenario::SweepSpec> {
    using Spec = scenario::SweepSpec;
    static constexpr std::string_view name = "sweep";
    static constexpr std::string_view doc =
        "One scenario, run with other values and with other luck. Keys of `set`, of an entry of "
        "`list`, of `zip` and of `grid` are paths as `--set` takes them; files in their values "
        "count from the folder of this file.";
    static constexpr std::tuple fields{
        Field{"tidepool_sweep", &Spec::tidepool_sweep, required(1, 1), "Version of this format."},
        Field{"name", &Spec::name, required(1, 200), "Title of the result file."},
        Field{"question", &Spec::question, optional(), "What the sweep answers, in a sentence."},
        Field{"base", &Spec::base, required(1),
              "Path of the scenario, from the folder of this file."},
        Field{"set", &Spec::set, optional(), "Replaces values of the scenario, in every cell."},
        Field{"list", &Spec::list, optional(),
              "Whole combinations of values, one after the other."},
        Field{"zip", &Spec::zip, optional(),
              "Values in step: the first of each, then the second of each, and so on; equally many "
              "of each."},
        Field{"grid", &Spec::grid, optional(), "Every combination of these values."},
        Field{"replicas", &Spec::replicas, optional(1, scenario::kMostReplicas),
              "Runs of each cell, each with luck of its own."},
    };
};

}  // namespace tidepool::config
