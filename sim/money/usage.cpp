#include "sim/money/usage.h"

#include <algorithm>

namespace tidepool::money {
namespace {

__extension__ using Wide = unsigned __int128;

bool below(std::uint64_t index, std::size_t size) {
    return index < size;
}

std::string problem_of(const Lease& lease, const Usage& usage) {
    if (lease.start > lease.end || lease.end > usage.end) {
        return "has a lease beyond the run";
    }
    if (!below(lease.tenant, usage.tenants.size()) || !below(lease.model, usage.models.size())) {
        return "has a lease of an unknown tenant or GPU model";
    }
    if (lease.service != kNone && !below(lease.service, usage.services.size())) {
        return "has a lease of an unknown service";
    }
    if (lease.plan < Plan::kReserved || lease.plan > Plan::kSpot ||
        lease.ended < LeaseEnd::kRunning || lease.ended > LeaseEnd::kEvicted) {
        return "has a lease of an unknown kind";
    }
    if (lease.outage != kNone && !below(lease.outage, usage.outages.size())) {
        return "has a lease that an unknown outage ended";
    }
    if (lease.gpus > usage.gpus || lease.back < lease.end ||
        lease.pause > std::uint64_t{lease.gpus} * usage.end.value ||
        lease.failed_time > std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value)) {
        return "has a lease of more than there is";
    }
    if (lease.first_share > usage.shares.size() ||
        lease.shares > usage.shares.size() - lease.first_share) {
        return "has a lease of unknown nodes";
    }
    std::uint64_t gpus = 0;
    for (std::uint32_t s = 0; s < lease.shares; ++s) {
        const NodeShare& share = usage.shares[lease.first_share + s];
        gpus += std::uint64_t{share.nodes} * share.gpus;
    }
    return lease.shares > 0 && gpus != lease.gpus ? "has a lease whose nodes do not add up" : "";
}

std::string problem_of_nodes(const Usage& usage) {
    const std::uint64_t nodes = usage.node_model.size();
    for (const NodeShare& share : usage.shares) {
        if (share.nodes == 0 || share.first_node >= nodes ||
            share.nodes > nodes - share.first_node) {
            return "names unknown nodes";
        }
        for (std::uint32_t n = 0; n < share.nodes; ++n) {
            if (share.gpus == 0 || share.gpus > usage.node_gpus[share.first_node + n]) {
                return "has more GPUs on a node than it holds";
            }
        }
    }
    for (std::uint64_t n = 0; n < nodes; ++n) {
        if (!below(usage.node_model[n], usage.models.size()) || usage.node_gpus[n] > 64) {
            return "has a node of an unknown kind";
        }
    }
    for (const Downtime& down : usage.outages) {
        if (down.begin > down.end || down.end > usage.end || down.first_node > down.last_node) {
            return "has an outage beyond the run";
        }
    }
    return "";
}

std::string problem_of_sums(const Usage& usage) {
    Wide held = 0, states = 0, there = 0;
    for (const Lease& lease : usage.leases) {
        held += std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value) + lease.pause;
    }
    for (const std::vector<StateBin>& bins : usage.states) {
        for (const StateBin& bin : bins) {
            states += bin.allocated;
            there += Wide{bin.allocated} + bin.idle + bin.down;
        }
    }
    const Wide most = Wide{usage.gpus} * usage.end.value;
    if (held != usage.allocated || states != usage.allocated || there > most ||
        usage.useful > usage.allocated) {
        return "does not add up";
    }
    return "";
}

}  // namespace

std::string problem_of(const Usage& usage) {
    constexpr std::uint64_t kMostGpus = std::uint64_t{1} << 31U;
    if (usage.gpus > kMostGpus || usage.bin_width.value == 0 || usage.spare_gpus > usage.gpus ||
        usage.models.empty() || usage.model_gpus.size() != usage.models.size() ||
        usage.states.size() != usage.models.size() ||
        usage.node_gpus.size() != usage.node_model.size()) {
        return "has the wrong shape";
    }
    const std::uint64_t bins =
        (std::uint64_t{usage.end.value} + usage.bin_width.value - 1) / usage.bin_width.value;
    if (usage.states[0].size() > bins) {
        return "has bins beyond the run";
    }
    if (std::string problem = problem_of_nodes(usage); !problem.empty()) {
        return problem;
    }
    for (const Lease& lease : usage.leases) {
        if (std::string problem = problem_of(lease, usage); !problem.empty()) {
            return problem;
        }
    }
    for (const SpotWait& wait : usage.waits) {
        if (wait.from > wait.to || wait.to > usage.end ||
            !below(wait.tenant, usage.tenants.size()) || wait.gpus > usage.gpus ||
            (wait.model != kNone && !below(wait.model, usage.models.size()))) {
            return "has a wait that cannot be";
        }
    }
    for (const SoldService& service : usage.services) {
        if (!below(service.tenant, usage.tenants.size())) {
            return "has a service of an unknown tenant";
        }
    }
    constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 62U;
    for (const TokenBin& bin : usage.tokens) {
        if (!below(bin.service, usage.services.size()) ||
            !below(bin.request_class, usage.services[bin.service].classes.size()) ||
            bin.bin >= bins || bin.cached > bin.tokens_in || bin.tokens_in > kMostTokens ||
            bin.tokens_out > kMostTokens) {
            return "has tokens that cannot be";
        }
    }
    return problem_of_sums(usage);
}

}  // namespace tidepool::money
