// The network's part of the ledger.

#include <algorithm>
#include <utility>

#include "sim/model/network_totals.h"
#include "sim/network/contention.h"

namespace tidepool::network {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFF'FFFFu;

}  // namespace

void Contention::add_tiers(model::NetworkLedger& ledger) {
    ledger.tiers.resize(model::kLinkTiers);
    for (std::size_t l = 0; l < plan_.links.size(); ++l) {
        model::TierRecord& tier = ledger.tiers[tier_of(l)];
        ++tier.links;
        tier.capacity.value += plan_.links[l].capacity.value;
    }
    // In the order of links, so that sums are rounded alike everywhere. Nodes are one sum already.
    for (std::size_t l = 0; l <= plan_.links.size(); ++l) {
        model::TierRecord& sum = ledger.tiers[tier_of(l)];
        sum.bytes += links_[l].bytes;
        const std::vector<double>& binned = links_[l].binned;
        sum.binned.resize(std::max(sum.binned.size(), binned.size()));
        for (std::size_t b = 0; b < binned.size(); ++b) {
            sum.binned[b] += binned[b];
        }
    }
    for (std::size_t t = 0; t < tier_bins_.size() && !bins_of_links_; ++t) {
        if (t != static_cast<std::size_t>(model::LinkTier::kNode)) {
            ledger.tiers[t].binned = std::move(tier_bins_[t]);
        }
    }
}

// What a cut flow would ask for.
double Contention::asks(const Job& job, bool training) const {
    const FlowShape& shape = training ? job.training.shape : job.transfer.shape;
    return training
               ? shape.line.value
               : idle_storage_rate(plan_.links[job.storage], shape.line, job.nodes.size()).value;
}

// The link with nothing left that keeps the job from whatever it does; none: it gets on.
std::uint32_t Contention::stands_at(const Job& job) const {
    if (job.wanted.trains) {
        return job.traffic == nullptr ? kNoTrunk : job.cut_by;
    }
    const bool moves = job.storage != kNoTrunk && (job.wanted.writes || job.wanted.reads);
    return moves && !job.transfer.running ? cut_link(job.transfer.shape) : kNoTrunk;
}

void Contention::add_flows(model::NetworkLedger& ledger, const std::vector<std::uint32_t>& number,
                           const std::function<std::uint32_t(std::uint32_t)>& job_of) const {
    for (const Job& job : jobs_) {
        if (!job.in_use) {
            continue;
        }
        const std::uint32_t stands_at = this->stands_at(job);
        ledger.cut_off += stands_at != kNoTrunk ? 1 : 0;
        for (const Flow* flow : {&job.training, &job.transfer}) {
            const bool training = flow == &job.training;
            const bool cut = stands_at != kNoTrunk && training == job.wanted.trains;
            if (!flow->running && !cut) {
                continue;
            }
            model::FlowRecord record;
            record.job = job_of(job.rank);
            record.kind = training     ? model::FlowKind::kTraining
                          : flow->read ? model::FlowKind::kRead
                                       : model::FlowKind::kWrite;
            record.nodes = flow->shape.nodes;
            record.leaf_groups = flow->shape.leaf_groups;
            record.pods = flow->shape.pods;
            record.asked.value = cut ? asks(job, training) : flow->asked;
            record.granted.value = flow->granted;
            record.pace = training ? job.pace.work : job.pace.transfer;
            const bool held = flow->granted < flow->asked;
            const std::uint32_t holds = cut        ? stands_at
                                        : training ? job.held_by
                                        : held     ? holder(*flow)
                                                   : kNoTrunk;
            record.held_by = holds == kNoTrunk ? kNowhere : number[holds];
            for (const Crossing& crossing : flow->shape.crossings) {
                if (record.links.empty() || record.links.back() != number[crossing.trunk]) {
                    record.links.push_back(number[crossing.trunk]);
                }
            }
            ledger.flows.push_back(std::move(record));
        }
    }
    std::sort(ledger.flows.begin(), ledger.flows.end(), [](const auto& a, const auto& b) {
        return std::pair(a.job, a.kind) < std::pair(b.job, b.kind);
    });
}

model::LinkRecord Contention::record_of(std::uint32_t link, Ticks end) {
    LinkState& state = links_[link];
    model::LinkRecord record;
    record.name = plan_.links[link].name;
    record.tier = plan_.links[link].tier;
    record.capacity = plan_.links[link].capacity;
    record.bytes = state.bytes;
    record.stalled = stalled_[link];
    record.left.value = state.capacity;
    record.granted.value = std::max(state.peak[0], state.peak[1]);
    for (std::size_t b = 0; b < state.binned.size(); ++b) {
        const std::uint64_t from = b * std::uint64_t{bin_width_};
        const std::uint64_t to = std::min<std::uint64_t>(end.value, from + bin_width_);
        const double used = model::utilisation(state.binned[b], record.capacity,
                                               Ticks{static_cast<std::uint32_t>(to - from)});
        record.busiest = std::max(record.busiest, used);
    }
    record.binned = std::move(state.binned);
    return record;
}

model::NetworkLedger Contention::close(Ticks end,
                                       const std::function<std::uint32_t(std::uint32_t)>& job_of) {
    advance(end);
    for (Job& job : jobs_) {
        if (job.in_use) {
            note_rate(job, job.at_work, job.rate);
        }
    }
    model::NetworkLedger ledger;
    ledger.on = true;
    ledger.solves = solves_;
    for (std::uint32_t l = 0; l < links_.size(); ++l) {
        count(l, end.value);
    }
    ledger.binned = bins_of_links_;
    add_tiers(ledger);
    std::vector<bool> holds(plan_.links.size());
    for (const Job& job : jobs_) {
        if (job.in_use && job.held_by != kNoTrunk) {
            holds[job.held_by] = true;
        }
    }
    std::vector<std::uint32_t> number(plan_.links.size(), kNowhere);
    for (std::size_t l = 0; l < plan_.links.size(); ++l) {
        ledger.stalled += stalled_[l];
        if (plan_.links[l].tier == model::LinkTier::kNode && stalled_[l] == 0 && !holds[l]) {
            continue;  // what single nodes send is in the tier's sum
        }
        number[l] = static_cast<std::uint32_t>(ledger.links.size());
        ledger.links.push_back(record_of(static_cast<std::uint32_t>(l), end));
    }
    for (std::uint32_t rank = 0; rank < rates_.size(); ++rank) {
        if (rates_[rank].ticks > 0) {
            const std::size_t job = job_of(rank);
            ledger.rates.resize(std::max(ledger.rates.size(), job + 1));
            ledger.rates[job] = rates_[rank];
        }
    }
    add_flows(ledger, number, job_of);
    return ledger;
}

}  // namespace tidepool::network
