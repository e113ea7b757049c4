#include "sim/cli/model_text.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "sim/model/mtti.h"
#include "topology/columns.h"

namespace tidepool::cli {

using topology::grouped;

std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

std::string duration(double seconds) {
    constexpr struct {
        const char* unit;
        double seconds, below;
    } kUnits[] = {{" s", 1, 120}, {" min", 60, 120}, {" h", 3600, 72}, {" d", 86400, 3650}};
    if (std::isinf(seconds)) {
        return "never";
    }
    for (const auto& row : kUnits) {
        if (seconds < row.below * row.seconds) {
            return formatted("%.4g", seconds / row.seconds) + row.unit;
        }
    }
    return formatted("%.4g", seconds / model::kSecondsPerYear) + " yr";
}

std::string rounded(double number) {
    if (std::isinf(number)) {
        return "-";
    }
    return number < 1e15 ? grouped(static_cast<std::uint64_t>(std::round(number)))
                         : formatted("%.4g", number);
}

std::string percent(double share) {
    return formatted("%.2f %%", 100 * share);
}

std::string counted(double number, const std::string& noun) {
    return grouped(static_cast<std::uint64_t>(number)) + " " + noun + (number == 1 ? "" : "s");
}

std::string frequency(Seconds mtti, const JobSize& size) {
    const std::string who = size.nodes > 0 ? "A job on " + counted(size.gpus, "GPU") + " (" +
                                                 counted(size.nodes, "node") + ")"
                                           : "The job";
    return std::isinf(mtti.value)
               ? who + " is never interrupted.\n"
               : who + " is interrupted every " + duration(mtti.value) +
                     " on average: " + formatted("%.3g", model::kSecondsPerDay / mtti.value) +
                     " times a day.\n";
}

}  // namespace tidepool::cli
