// What links carry, and what jobs are granted.

#include <algorithm>

#include "sim/network/contention.h"

namespace tidepool::network {
namespace {

double seconds(std::uint64_t ticks) {
    return static_cast<double>(ticks) / kTicksPerSecond;
}

}  // namespace

// All nodes together come after the last link.
std::size_t Contention::tier_of(std::size_t link) const {
    return static_cast<std::size_t>(link == plan_.links.size() ? model::LinkTier::kNode
                                                               : plan_.links[link].tier);
}

// The flow's mean load changes from now on.
void Contention::carry(Flow& flow, double bytes_per_second, double sent_by_nodes) {
    if (flow.carries != bytes_per_second) {
        for (const Crossing& crossing : flow.shape.crossings) {
            const bool storage = plan_.links[crossing.trunk].tier == model::LinkTier::kStorage;
            if (crossing.direction == Direction::kUp || storage) {
                count(crossing.trunk, now_);
                links_[crossing.trunk].load += crossing.weight * (bytes_per_second - flow.carries);
            }
        }
        flow.carries = bytes_per_second;
    }
    if (flow.sent != sent_by_nodes) {
        const auto all = static_cast<std::uint32_t>(plan_.links.size());
        count(all, now_);
        LinkState& nodes = links_[all];
        nodes.flows += (sent_by_nodes > 0 ? 1U : 0U) - (flow.sent > 0 ? 1U : 0U);
        nodes.load = nodes.flows == 0 ? 0 : nodes.load + (sent_by_nodes - flow.sent);
        flow.sent = sent_by_nodes;
    }
}

void Contention::count(std::uint32_t link, std::uint32_t to) {
    LinkState& state = links_[link];
    if (state.load > 0 && to > state.since) {
        state.bytes += state.load * seconds(to - state.since);
        if (bin_width_ > 0) {
            count_bins(link, to);
        }
    }
    state.since = to;
}

void Contention::count_bins(std::uint32_t link, std::uint32_t to) {
    LinkState& state = links_[link];
    const bool nodes = link == plan_.links.size();
    const std::uint64_t needed = (std::uint64_t{to} - 1) / bin_width_ + 1;
    if (!nodes && bins_of_links_ && needed > state.binned.size()) {
        link_bins_ += needed - state.binned.size();
        if (link_bins_ > most_link_bins_) {
            give_up_link_bins();
        }
    }
    std::vector<double>& bins = nodes || bins_of_links_ ? state.binned : tier_bins_[tier_of(link)];
    bins.resize(std::max<std::size_t>(bins.size(), needed));
    for (std::uint64_t from = state.since; from < to;) {
        const std::uint64_t bin = from / bin_width_;
        const std::uint64_t end = std::min<std::uint64_t>(to, (bin + 1) * bin_width_);
        bins[bin] += state.load * seconds(end - from);
        from = end;
    }
}

// They are too many: from now on only tiers have bins.
void Contention::give_up_link_bins() {
    bins_of_links_ = false;
    for (std::size_t l = 0; l < plan_.links.size(); ++l) {
        std::vector<double>& sum = tier_bins_[tier_of(l)];
        const std::vector<double> binned = std::move(links_[l].binned);
        links_[l].binned.clear();
        sum.resize(std::max(sum.size(), binned.size()));
        for (std::size_t b = 0; b < binned.size(); ++b) {
            sum[b] += binned[b];
        }
    }
}

// What the job's nodes are granted from now on, while it is at work and sends.
void Contention::note_rate(Job& job, bool at_work, double rate) {
    if (job.at_work) {
        model::RateRecord& record = rates_[job.rank];
        record.granted += job.rate * seconds(now_ - job.since);
        record.ticks += now_ - job.since;
    }
    job.at_work = at_work;
    job.rate = rate;
    job.since = now_;
}

}  // namespace tidepool::network
