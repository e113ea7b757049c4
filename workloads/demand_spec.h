#pragma once
// The `demand:` of a service, as its YAML file tells it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "workloads/tide_spec.h"

namespace tidepool::workloads {

// One of `file` and `tide`.
struct DemandSpec {
    std::string format = "auto";
    std::string file;
    std::optional<TideSpec> tide;
    std::vector<Seconds> window;  // [from, to] of the file; `from` becomes second 0
    double scale = 1;             // times as many requests in the same time
    bool repeat = false;          // the file begins again at its end
    std::optional<LengthsSpec> lengths;    // of rates and tides; files of requests have their own
    std::optional<ArrivalsSpec> arrivals;  // how requests are drawn from rates; absent: Poisson
    std::vector<ClassShare> classes;       // of requests whose file names none
    friend bool operator==(const DemandSpec&, const DemandSpec&) = default;
};

}  // namespace tidepool::workloads
