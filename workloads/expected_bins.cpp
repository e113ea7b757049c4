#include "workloads/expected_bins.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/base/assert.h"
#include "workloads/length_law.h"

namespace tidepool::workloads {

std::vector<DemandBin> expected_bins(const RateTrace& rates, const LengthsSpec& lengths,
                                     Seconds bin, Seconds end) {
    TP_ASSERT(bin.value > 0, "a bin has a width");
    const LengthLaw in = LengthLaw::in(lengths), out = LengthLaw::out(lengths);
    LengthMeans means_in(in), means_out(out);
    std::vector<DemandBin> bins(
        static_cast<std::size_t>(std::max(std::ceil(end.value / bin.value), 0.0)));
    const double last = std::min(end.value, rates.end.value);
    for (const RateClient& client : rates.clients) {
        for (std::size_t i = 0; i < client.steps.size(); ++i) {
            const RateStep& step = client.steps[i];
            const double next =
                i + 1 < client.steps.size() ? client.steps[i + 1].begin.value : last;
            const double until = std::min(next, last);
            if (step.rate <= 0 || !(step.begin.value < until)) {
                continue;
            }
            const double tokens_in = means_in.mean(means_in.scale_for(step.tokens_in));
            const double tokens_out = means_out.mean(means_out.scale_for(step.tokens_out));
            auto b = static_cast<std::size_t>(step.begin.value / bin.value);
            for (double from = step.begin.value; from < until && b < bins.size(); ++b) {
                const double to = std::min(until, static_cast<double>(b + 1) * bin.value);
                if (to <= from) {
                    continue;  // the quotient was rounded down
                }
                const double requests = step.rate * (to - from);
                bins[b].requests += requests;
                bins[b].tokens_in += requests * tokens_in;
                bins[b].tokens_out += requests * tokens_out;
                from = to;
            }
        }
    }
    return bins;
}

}  // namespace tidepool::workloads
