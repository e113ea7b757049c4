#pragma once
// Which jobs of which trace file a scenario replays, and how fast.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "workloads/formats.h"
#include "workloads/row.h"

namespace tidepool::workloads {

struct TraceSpec {
    Format format = Format::kAuto;
    std::string file;
    std::vector<Seconds> window;
    std::optional<std::int64_t> first;
    double load_scale = 1;
    double growth = 0;  // of the arrivals per day, compounded: 0.01 is 1 % a day
    double time_scale = 1;
    friend bool operator==(const TraceSpec&, const TraceSpec&) = default;
};

inline constexpr double kLeastScale = 1e-6;
inline constexpr double kMostScale = 1e6;
inline constexpr double kLeastGrowth = -0.5;
inline constexpr double kMostGrowth = 1;

// What must hold beyond each field's own rule; `at` and `path` say where the spec stands.
void validate(const TraceSpec& spec, const Position& at, const std::string& path, Issues& issues);

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct SpecTable<workloads::TraceSpec> {
    using Spec = workloads::TraceSpec;
    static constexpr std::string_view name = "trace";
    static constexpr std::string_view doc =
        "Training jobs replayed from a file: plain, gzip or Zstandard, told by its first bytes. "
        "Second 0 "
        "is second 0 of the file, or the first submission where the file has calendar times.";
    static constexpr std::tuple fields{
        Field{"format", &Spec::format, optional(), "Format of the file."},
        Field{"file", &Spec::file, required(1),
              "Path of the file, from the folder of this YAML file."},
        Field{"window", &Spec::window, optional(0, workloads::kClockEnd),
              "`[from, to]` in trace time: only jobs submitted at `from` or later and before `to`; "
              "`from` "
              "becomes second 0. Empty: all jobs."},
        Field{"first", &Spec::first, optional(1, 1e7),
              "Only so many jobs, the first ones of the window."},
        Field{"load_scale", &Spec::load_scale,
              optional(workloads::kLeastScale, workloads::kMostScale),
              "Offered load times this: submit times are divided by it, durations stay."},
        Field{
            "growth", &Spec::growth, optional(workloads::kLeastGrowth, workloads::kMostGrowth),
            "Arrivals become more frequent, per day, compounded: 0.01 is 1 % a day. At time t they "
            "come (1 + growth)^(t / 1 d) times as often as without; durations stay."},
        Field{
            "time_scale", &Spec::time_scale,
            optional(workloads::kLeastScale, workloads::kMostScale),
            "Slow motion: submits, durations, estimates and checkpoint times are multiplied by it. "
            "The offered load stays."},
    };
};

}  // namespace tidepool::config
