#pragma once
// The `demand:` of a service, as its YAML file tells it.

#include <optional>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "workloads/demand_formats.h"
#include "workloads/row.h"
#include "workloads/tide_spec.h"

namespace tidepool::workloads {

// One of `file` and `tide`.
struct DemandSpec {
    DemandFormat format = DemandFormat::kAuto;
    std::string file;
    std::optional<TideSpec> tide;
    std::vector<Seconds> window;           // [from, to) of the file; `from` becomes second 0
    double scale = 1;                      // times as many requests in the same time
    bool repeat = false;                   // the file begins again at its end
    std::optional<LengthsSpec> lengths;    // of rates and tides; files of requests have their own
    std::optional<ArrivalsSpec> arrivals;  // how requests are drawn from rates; absent: Poisson
    std::vector<ClassShare> classes;       // of requests whose file names none
    friend bool operator==(const DemandSpec&, const DemandSpec&) = default;
};

inline constexpr double kLeastDemandScale = 1e-6;
inline constexpr double kMostDemandScale = 1e6;

// What must hold beyond each field's own rule. What depends on the file's format shows when the
// file is opened, unless `format` names it.
void validate(const DemandSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct SpecTable<workloads::DemandSpec> {
    using Spec = workloads::DemandSpec;
    static constexpr std::string_view name = "demand";
    static constexpr std::string_view doc =
        "What is asked of an inference service: a file of requests or of rates (plain, gzip or "
        "Zstandard), or a generated tide. One of `file` and `tide` is needed. Second 0 of a file "
        "is its second 0, or its first row where it has calendar times; after its end nothing "
        "arrives.";
    static constexpr std::tuple fields{
        Field{"format", &Spec::format, optional(), "Format of the file."},
        Field{"file", &Spec::file, optional(1),
              "Path of the file, from the folder of this YAML file."},
        Field{"tide", &Spec::tide, optional(), "Demand that rises and falls with day and week."},
        Field{"window", &Spec::window, optional(0, workloads::kClockEnd),
              "`[from, to]` in the time of the file: only what arrives at `from` or later and "
              "before `to`; `from` becomes second 0. Empty: the whole file."},
        Field{"scale", &Spec::scale,
              optional(workloads::kLeastDemandScale, workloads::kMostDemandScale),
              "Times as many requests in the same time, so that the hours stay where they are. "
              "Rates are multiplied by it. A recorded request comes `scale` times, or is left "
              "out, by chance where `scale` is not whole; its copies are spread evenly up to the "
              "next request, which keeps the variation of the gaps, and share no prefix with one "
              "another."},
        Field{"repeat", &Spec::repeat, optional(),
              "The file, or its window, begins again at its end. Without a window, a file of "
              "requests ends one mean gap after its last request. Prefixes are not shared between "
              "rounds."},
        Field{"lengths", &Spec::lengths, optional(),
              "How many tokens requests have: needed for rates and tides, not allowed for files "
              "of requests, which say it themselves."},
        Field{"arrivals", &Spec::arrivals, optional(),
              "How requests are drawn from rates; without it, as a Poisson process. Not allowed "
              "where the file says it."},
        Field{"classes", &Spec::classes, optional(),
              "Shares of classes of requests, which add up to 1; requests whose file names their "
              "class keep it."},
    };
};

}  // namespace tidepool::config
