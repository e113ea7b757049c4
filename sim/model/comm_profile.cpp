#include "sim/model/comm_profile.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::model {
namespace {

double exposed(double network, double hidden) {
    return std::max(0.0, network - hidden);
}

}  // namespace

double relative_step_time(const CommProfile& profile, double granted) {
    const double f = profile.line_time;
    const double h = profile.hidden;
    TP_ASSERT(f >= 0 && h >= 0, "shares of a step are not negative");
    TP_ASSERT(granted > 0 && granted <= 1, "a job is granted some of its line rate, at most all");
    // The difference is 0 at g = 1 and every operation is monotone, so the sum is, too.
    return 1 + (exposed(f / granted, h) - exposed(f, h));
}

CommProfile profile_of(const StepTime& step) {
    if (step.line.value == 0) {
        return {};
    }
    const double total = step.total.value;
    const double f = step.line.value / total;
    const double added_at_half = (step_total_at(step, 0.5).value - total) / total;
    return {f, added_at_half > 0 ? 2 * f - added_at_half : step.dp_window.value / total};
}

CommProfile traced_profile(Seconds step, Bytes sent_by_node, BytesPerSecond node_rate,
                           double overlap) {
    TP_ASSERT(step.value > 0 && node_rate.value > 0, "a traced step takes time, a node can send");
    TP_ASSERT(overlap >= 0 && overlap <= 1, "at most all network time was hidden");
    const double f = sent_by_node.value / node_rate.value / step.value;
    return {f, f * overlap};
}

}  // namespace tidepool::model
