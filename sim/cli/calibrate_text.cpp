#include "sim/cli/calibrate_text.h"

#include <cmath>

#include "sim/base/json.h"
#include "sim/cli/model_text.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

// Of so many: 2, 3-4, 5-8.
std::string bucket(std::int64_t largest) {
    return largest <= 2 ? std::to_string(largest)
                        : std::to_string(largest / 2 + 1) + "-" + std::to_string(largest);
}

template <class T>
std::string fabric(const T& of) {
    return shortest(of.oversubscription) +
           (of.pod_oversubscription == 1 ? "" : " x " + shortest(of.pod_oversubscription));
}

std::string difference(double solver, double table) {
    return solver > 0 ? formatted("%+.2f %%", 100 * (table / solver - 1)) : "-";
}

std::string text_of(const scenario::SlowdownCheck& check, const std::string& error) {
    const auto hours = [](double value) { return formatted("%.1f", value); };
    return "\nOversubscription " + fabric(check) + ", the run again with the table:\n" +
           topology::columns(
               {{"", "solver", "table", "difference"},
                {"GPU-hours stalled by the network", hours(check.stalled),
                 hours(check.stalled_table), difference(check.stalled, check.stalled_table)},
                {"makespan", duration(check.makespan.value), duration(check.makespan_table.value),
                 difference(check.makespan.value, check.makespan_table.value)}},
               "lrrr") +
           "Attempts miss their time at work by " + error + " in the mean.\n" +
           counted(static_cast<double>(check.jobs), "job") + " ended " +
           duration(check.end_mean.value) + " apart in the mean, " +
           duration(check.end_worst.value) + " at most.\n";
}

}  // namespace

std::string slowdowns_text(const scenario::SlowdownTable& table) {
    Rows rows{{"job", "leaf groups", "pods", "oversubscription", "slow-down", "least", "worst",
               "error", "GPU-hours", "attempts"}};
    for (const scenario::SlowdownRow& row : table.rows) {
        rows.push_back({row.job, bucket(row.leaves), bucket(row.pods), fabric(row),
                        formatted("%.4f", row.slowdown), formatted("%.4f", row.least),
                        formatted("%.4f", row.worst), percent(row.error.value),
                        rounded(row.gpu_hours), std::to_string(row.samples)});
    }
    std::string text = topology::columns(rows, "lrrrrrrrrr");
    for (const scenario::SlowdownCheck& check : table.checks) {
        text += text_of(check, percent(check.error.value));
    }
    return text;
}

}  // namespace tidepool::cli
