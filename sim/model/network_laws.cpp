#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/model/gpu_time.h"
#include "sim/model/laws.h"

namespace tidepool::model {
namespace {

constexpr double kRounding = 1e-9;  // of sums, relative
constexpr double kSlack = 1e-8;     // of capacities: solvers are exact to 1e-9, per flow

bool same(double a, double b) {
    return std::fabs(a - b) <= kRounding * std::max(std::fabs(a), std::fabs(b));
}

// Of a link, or of all links of a tier together.
std::string_view problem_of_bytes(double bytes, BytesPerSecond capacity,
                                  const std::vector<double>& binned, const Ledger& ledger) {
    const auto most = [&](Ticks length) {
        return capacity.value * to_seconds(length).value * (1 + kSlack);
    };
    if (!(bytes >= 0 && bytes <= most(ledger.end))) {
        return "it carries more than it can in the run";
    }
    if (binned.empty()) {
        return "";
    }
    if (binned.size() > ledger.bins.size()) {
        return "it has bins beyond the end of the run";
    }
    double sum = 0;
    for (std::size_t b = 0; b < binned.size(); ++b) {
        const std::uint64_t from = b * std::uint64_t{ledger.bin_width.value};
        const std::uint64_t to =
            std::min<std::uint64_t>(from + ledger.bin_width.value, ledger.end.value);
        if (!(binned[b] >= 0 && binned[b] <= most(Ticks{static_cast<std::uint32_t>(to - from)}))) {
            return "it carries more than it can in a bin";
        }
        sum += binned[b];
    }
    return same(sum, bytes) ? "" : "its bins do not add up to its bytes";
}

std::string_view problem_of_tier(std::size_t t, const Ledger& ledger) {
    const TierRecord& tier = ledger.network.tiers[t];
    if (static_cast<LinkTier>(t) != LinkTier::kNode) {  // of nodes only few are listed
        double bytes = 0;
        std::uint32_t links = 0;
        for (const LinkRecord& link : ledger.network.links) {
            const bool of = link.tier == static_cast<LinkTier>(t);
            bytes += of ? link.bytes : 0;
            links += of ? 1 : 0;
        }
        if (links != tier.links || !same(bytes, tier.bytes)) {
            return "its links do not add up to it";
        }
    }
    return problem_of_bytes(tier.bytes, tier.capacity, tier.binned, ledger);
}

}  // namespace

void check_network(const Ledger& ledger, Laws& laws) {
    const NetworkLedger& network = ledger.network;
    laws.each("job", ledger.jobs.size(), [&](std::size_t j) -> std::string_view {
        const JobRecord& job = ledger.jobs[j];
        const std::uint64_t at_work = job.time.useful + job.time.lost + job.time.stalled;
        return job.network_stalled > job.time.stalled || job.network_stalled > at_work
                   ? "the network took more than its work was stalled"
                   : "";
    });
    if (!network.on || network.links.empty()) {
        return;
    }
    std::uint64_t by_job = 0, by_link = 0;
    for (const JobRecord& job : ledger.jobs) {
        by_job += job.network_stalled;
    }
    for (const LinkRecord& link : network.links) {
        by_link += link.stalled;
    }
    laws.equal("network.stalled = sum over jobs of network_stalled", network.stalled, by_job);
    laws.equal("network.stalled = sum over links of stalled", network.stalled, by_link);
    laws.each("link", network.links.size(), [&](std::size_t l) -> std::string_view {
        const LinkRecord& link = network.links[l];
        return problem_of_bytes(link.bytes, link.capacity, link.binned, ledger);
    });
    laws.each("tier", network.tiers.size(),
              [&](std::size_t t) { return problem_of_tier(t, ledger); });
}

}  // namespace tidepool::model
