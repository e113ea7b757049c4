#pragma once
// How much jobs of a kind are slowed down that are spread so far over a fabric of such an
// oversubscription: the file that `tidepool calibrate` writes and `network: {rates: table}` reads.
// docs/network.md has the rules.

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"

namespace tidepool::scenario {

// What a fabric leaves of the capacity below it.
struct Oversubscription {
    double leaf = 1, pod = 1;
    friend auto operator<=>(const Oversubscription&, const Oversubscription&) = default;
};

// One entry; of the runs that it was made from, beside what the core looks up.
struct SlowdownRow {
    std::string job;
    std::int64_t leaves = 1, pods = 1;
    double oversubscription = 1, pod_oversubscription = 1;
    double slowdown = 1;
    double least = 1, worst = 1;
    Fraction error{0};
    std::int64_t samples = 0;
    double gpu_hours = 0;
    Oversubscription fabric() const { return {oversubscription, pod_oversubscription}; }
    friend bool operator==(const SlowdownRow&, const SlowdownRow&) = default;
};

// A whole run on the table, held against the one it was made from.
struct SlowdownCheck {
    double oversubscription = 1, pod_oversubscription = 1;
    Fraction error{0};
    double stalled = 0, stalled_table = 0;
    Seconds makespan, makespan_table;
    std::int64_t jobs = 0;
    Seconds end_mean, end_worst;
    friend bool operator==(const SlowdownCheck&, const SlowdownCheck&) = default;
};

struct SlowdownTable {
    std::int64_t version = 1;
    std::vector<std::string> made_from;
    std::vector<SlowdownRow> rows;
    std::vector<SlowdownCheck> checks;
    friend bool operator==(const SlowdownTable&, const SlowdownTable&) = default;
};

// What must hold between the fields.
void validate(const SlowdownRow& row, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const SlowdownTable& table, const config::Value& value, const std::string& path,
              Issues& issues);

// Throws nothing; whatever is wrong with the file is in the issues.
SlowdownTable read_slowdowns(const std::string& path, Issues& issues);

// As YAML that reads back to an equal table, a line for each row.
std::string to_text(const SlowdownTable& table);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct SpecTable<scenario::SlowdownRow> {
    using Spec = scenario::SlowdownRow;
    static constexpr std::string_view name = "slowdown";
    static constexpr std::string_view doc =
        "How much the network slows down jobs of a kind that are spread so far.";
    static constexpr std::tuple fields{
        Field{"job", &Spec::job, required(1, 200),
              "Kind of job: its `class`, the name of its `model`, or `traced`."},
        Field{"leaves", &Spec::leaves, required(1, 262'144),
              "Leaf groups that the job spans: more than half of this power of two, and at most "
              "all of it."},
        Field{"pods", &Spec::pods, required(1, 262'144), "The same for pods."},
        Field{"oversubscription", &Spec::oversubscription, required(1, 1000),
              "The fabric's `oversubscription`."},
        Field{"pod_oversubscription", &Spec::pod_oversubscription, optional(1, 1000),
              "The fabric's `pod_oversubscription`."},
        Field{"slowdown", &Spec::slowdown, required(1, 16'777'216),
              "Time at work over the time that the same work takes without the network."},
        Field{"least", &Spec::least, optional(1, 16'777'216), "Of the attempts it is made from."},
        Field{"worst", &Spec::worst, optional(1, 16'777'216), "Likewise."},
        Field{"error", &Spec::error, optional(0),
              "By how much attempts missed their time at work under this slow-down, in the mean by "
              "GPU time."},
        Field{"samples", &Spec::samples, optional(0), "Attempts it is made from."},
        Field{"gpu_hours", &Spec::gpu_hours, optional(0), "That these were at work."},
    };
};

template <>
struct SpecTable<scenario::SlowdownCheck> {
    using Spec = scenario::SlowdownCheck;
    static constexpr std::string_view name = "check";
    static constexpr std::string_view doc =
        "The same run with the solver and with the table it gave.";
    static constexpr std::tuple fields{
        Field{"oversubscription", &Spec::oversubscription, required(1, 1000), "Of the fabric."},
        Field{"pod_oversubscription", &Spec::pod_oversubscription, optional(1, 1000), "Likewise."},
        Field{"error", &Spec::error, optional(0), "That of all its rows together."},
        Field{"stalled", &Spec::stalled, optional(0),
              "GPU-hours that the network took, with the solver."},
        Field{"stalled_table", &Spec::stalled_table, optional(0), "The same with the table."},
        Field{"makespan", &Spec::makespan, optional(0), "End of the last job, with the solver."},
        Field{"makespan_table", &Spec::makespan_table, optional(0), "The same with the table."},
        Field{"jobs", &Spec::jobs, optional(0), "Jobs that ended in both."},
        Field{"end_mean", &Spec::end_mean, optional(0),
              "How far apart their ends are, whatever the sign, in the mean."},
        Field{"end_worst", &Spec::end_worst, optional(0), "The same of the worst of them."},
    };
};

template <>
struct SpecTable<scenario::SlowdownTable> {
    using Spec = scenario::SlowdownTable;
    static constexpr std::string_view name = "table of slow-downs";
    static constexpr std::string_view doc =
        "What `tidepool calibrate` found, for `network: {rates: table}`. docs/network.md has the "
        "rules.";
    static constexpr std::tuple fields{
        Field{"tidepool_slowdowns", &Spec::version, required(1, 1), "Version of this format."},
        Field{"made_from", &Spec::made_from, optional(), "Scenario, seed, solver."},
        Field{"rows", &Spec::rows, required(), "The slow-downs."},
        Field{"checks", &Spec::checks, optional(), "How far the table can be trusted."},
    };
};

}  // namespace tidepool::config
