// The network's part of the ledger.

#include <algorithm>
#include <utility>

#include "sim/network/contention.h"

namespace tidepool::network {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFF'FFFFu;

}  // namespace

void Contention::add_tiers(model::NetworkLedger& ledger) const {
    ledger.tiers.resize(model::kLinkTiers);
    for (std::size_t l = 0; l < plan_.links.size(); ++l) {
        model::TierRecord& tier = ledger.tiers[static_cast<std::size_t>(plan_.links[l].tier)];
        ++tier.links;
        tier.capacity.value += plan_.links[l].capacity.value;
    }
    // In the order of links, so that sums are rounded alike everywhere. Nodes are one sum already.
    for (std::size_t l = 0; l <= plan_.links.size(); ++l) {
        const bool nodes = l == plan_.links.size();
        const auto tier = static_cast<std::size_t>(nodes ? model::LinkTier::kNode
                                                         : plan_.links[l].tier);
        model::TierRecord& sum = ledger.tiers[tier];
        sum.bytes += links_[l].bytes;
        const std::vector<double>& binned = links_[l].binned;
        sum.binned.resize(std::max(sum.binned.size(), binned.size()));
        for (std::size_t b = 0; b < binned.size(); ++b) {
            sum.binned[b] += binned[b];
        }
    }
}

void Contention::add_flows(model::NetworkLedger& ledger, const std::vector<std::uint32_t>& number,
                           const std::function<std::uint32_t(std::uint32_t)>& job_of) const {
    for (const Job& job : jobs_) {
        if (!job.in_use) {
            continue;
        }
        const bool cut = job.cut_by != kNoTrunk && job.wanted.trains;
        ledger.cut_off += cut ? 1 : 0;
        for (const Flow* flow : {&job.training, &job.transfer}) {
            const bool training = flow == &job.training;
            if (!flow->running && !(training && cut)) {
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
            record.asked.value = cut && training ? flow->shape.line.value : flow->asked;
            record.granted.value = flow->granted;
            record.pace = training ? job.pace.work : job.pace.transfer;
            const bool held = flow->granted < flow->asked;
            const std::uint32_t holds = training ? job.held_by
                                        : held   ? holder(*flow)
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

model::NetworkLedger Contention::close(Ticks end,
                                       const std::function<std::uint32_t(std::uint32_t)>& job_of) {
    model::NetworkLedger ledger;
    ledger.on = true;
    ledger.solves = solves_;
    for (std::uint32_t l = 0; l < links_.size(); ++l) {
        count(l, end.value);
    }
    add_tiers(ledger);
    std::vector<std::uint32_t> number(plan_.links.size(), kNowhere);
    for (std::size_t l = 0; l < plan_.links.size(); ++l) {
        ledger.stalled += stalled_[l];
        if (plan_.links[l].tier == model::LinkTier::kNode && stalled_[l] == 0) {
            continue;  // what single nodes send is in the tier's sum
        }
        number[l] = static_cast<std::uint32_t>(ledger.links.size());
        model::LinkRecord record;
        record.name = plan_.links[l].name;
        record.tier = plan_.links[l].tier;
        record.capacity = plan_.links[l].capacity;
        record.bytes = links_[l].bytes;
        record.stalled = stalled_[l];
        for (std::size_t b = 0; b < links_[l].binned.size(); ++b) {
            const std::uint64_t from = b * std::uint64_t{bin_width_};
            const std::uint64_t to = std::min<std::uint64_t>(end.value, from + bin_width_);
            const double length = static_cast<double>(to - from) / kTicksPerSecond;
            const double most = record.capacity.value * length;
            record.busiest = to > from ? std::max(record.busiest, links_[l].binned[b] / most)
                                       : record.busiest;
        }
        record.binned = std::move(links_[l].binned);
        ledger.links.push_back(std::move(record));
    }
    add_flows(ledger, number, job_of);
    return ledger;
}

}  // namespace tidepool::network
