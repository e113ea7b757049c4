#pragma once
// docs/network.md as a whole, in the plainest way: every job is ticked, and after every tick at
// which anybody does something else all rates are worked out anew. FIFO on whole nodes, lowest
// first; failures that take bandwidth or interrupt without breaking anything.

#include <map>
#include <optional>
#include <set>

#include "sim/model/outages.h"
#include "tests/core/transfer_twin.h"
#include "tests/network/sharing_twin.h"
#include "tests/properties/network_scenario.h"

namespace tidepool::properties {

// What became of a job; GPU time in the units of the ledger.
struct NetworkFate {
    std::uint32_t start = 0xFFFF'FFFFu, end = 0xFFFF'FFFFu;
    std::uint64_t work = 0, lost = 0, stalled = 0, network = 0;  // 1/1024 GPU-ticks
    std::uint64_t checkpoint = 0, restart = 0;                   // GPU-ticks
    std::uint32_t checkpoints = 0, interruptions = 0;
    friend bool operator==(const NetworkFate&, const NetworkFate&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const NetworkFate& f) {
    return out << "[" << f.start << ", " << f.end << ") work " << f.work << " lost " << f.lost
               << " stalled " << f.stalled << " (network " << f.network << ") checkpoint "
               << f.checkpoint << " (" << f.checkpoints << ") restart " << f.restart
               << " interruptions " << f.interruptions;
}

// What the luck of the run and its cabling say, beside the scenario. Jobs are ranks.
struct NetworkLuck {
    std::vector<model::Outage> outages;
    std::uint32_t spines_of_pod = 1, cores = 1;  // spines above a group of leaves
    std::uint64_t seed = 0;
    std::vector<std::uint32_t> entity;    // by job
    std::vector<std::uint32_t> interval;  // by job: between checkpoints, jitter counted in
};

class NetworkOracle {
public:
    NetworkOracle(const NetworkScenario& scenario, const NetworkLuck& luck)
        : s_(scenario),
          luck_(luck),
          plan_(with_parts(scenario.plan(), luck)),
          sharing_(plan_, luck.seed),
          jobs_(scenario.jobs.size()),
          fates_(scenario.jobs.size()),
          free_(scenario.nodes, true) {
        for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
            jobs_[j].rule = rule_of(j);
        }
    }

    const core::CheckpointRule& rule(std::uint32_t job) const { return jobs_[job].rule; }
    const network::NetworkPlan& plan() const { return plan_; }
    double sent() const { return sent_; }      // bytes over the cards of all nodes
    double stored() const { return stored_; }  // written and read

    std::vector<NetworkFate> run() {
        for (now_ = 0; now_ < s_.horizon; ++now_) {
            for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
                end_or_recover(j);
            }
            for (const model::Outage& outage : luck_.outages) {
                interrupt_by(outage);
            }
            start_jobs();
            for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
                end_or_recover(j);  // the further round
            }
            settle();
            sent_ += sending_ / 16;
            stored_ += storing_ / 16;
            for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
                tick(j);
            }
        }
        for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
            if (jobs_[j].twin && fates_[j].end == kNever) {
                add_attempt(j);
                const bool waits = jobs_[j].recovers != kNever;
                fates_[j].lost += waits ? lost_by(j) : 0;
            }
        }
        return fates_;
    }

private:
    static constexpr std::uint32_t kNever = 0xFFFF'FFFFu;
    struct Job {
        core::CheckpointRule rule;
        std::optional<core::TransferTwin> twin;  // from its start on
        std::vector<std::uint32_t> nodes;        // while it holds them
        std::uint32_t recovers = kNever;         // interrupted: tick
        core::Paces paces;
    };

    static network::NetworkPlan with_parts(network::NetworkPlan plan, const NetworkLuck& luck) {
        for (network::Link& link : plan.links) {
            if (link.tier == model::LinkTier::kLeaf) {
                link.above_parts = luck.spines_of_pod;
            } else if (link.tier == model::LinkTier::kPod) {
                link.own_parts = luck.spines_of_pod;
                link.above_parts = luck.cores;
            }
        }
        return plan;
    }

    core::CheckpointRule rule_of(std::uint32_t job) const {
        core::CheckpointRule rule;
        const SavingSpec& saving = s_.saving;
        rule.restart = saving.restart;
        if (saving.every == 0) {
            return rule;
        }
        rule.interval = luck_.interval[job];
        if (saving.own_write > 0) {
            core::Tier& tier = rule.tier[rule.tiers++];
            tier.pause = tier.load = saving.own_write;
        }
        if (saving.shared) {
            const double nodes = s_.jobs[job].nodes;
            double rate = s_.bandwidth;
            rate = s_.per_client > 0 ? std::min(rate, nodes * s_.per_client) : rate;
            rate = s_.on_fabric ? std::min(rate, nodes * NetworkScenario::kLine) : rate;
            rule.shared = rule.tiers;
            rule.write = static_cast<std::uint32_t>(std::ceil(16 * saving.bytes / rate));
            rule.behind = saving.overlap;
            core::Tier& tier = rule.tier[rule.tiers++];
            tier.every = saving.shared_every;
            tier.pause = saving.overlap ? saving.pause : rule.write;
            tier.background = saving.overlap ? rule.write : 0;
            tier.load = rule.write;
        }
        return rule;
    }

    bool runs(std::uint32_t j) const { return !jobs_[j].nodes.empty(); }
    bool at_work(std::uint32_t j) const { return runs(j) && jobs_[j].recovers == kNever; }

    void add_attempt(std::uint32_t j) {
        NetworkFate& fate = fates_[j];
        const core::TransferTwin::Sums& sums = jobs_[j].twin->sums();
        const std::uint64_t gpus = 8 * s_.jobs[j].nodes;
        fate.work += sums.stretch.work * gpus;
        fate.stalled += sums.stretch.stalled * gpus;
        fate.network += sums.stretch.network * gpus;
        fate.checkpoint += sums.stretch.checkpoint * gpus;
        fate.checkpoints += sums.stretch.checkpoints;
        fate.restart += sums.restart * gpus;
    }

    void end_or_recover(std::uint32_t j) {
        Job& job = jobs_[j];
        if (at_work(j) && job.twin->done()) {
            add_attempt(j);
            fates_[j].end = now_;
            for (const std::uint32_t node : job.nodes) {
                free_[node] = true;
            }
            job.nodes.clear();
        } else if (runs(j) && job.recovers <= now_) {
            recover(j);
        }
    }
    // If it goes back to its last safe checkpoint; nothing is broken.
    std::uint64_t lost_by(std::uint32_t j) const {
        const core::TransferTwin& twin = *jobs_[j].twin;
        const std::uint64_t safe = twin.left_after(core::LossLevel::kNothing).index;
        return (twin.position() - safe * jobs_[j].rule.interval * 1024) * 8 * s_.jobs[j].nodes;
    }
    void recover(std::uint32_t j) {
        Job& job = jobs_[j];
        add_attempt(j);
        fates_[j].lost += lost_by(j);
        job.twin->fall_back(core::LossLevel::kNothing);
        job.recovers = kNever;
        job.paces = {};
        state_.clear();
    }
    void interrupt_by(const model::Outage& outage) {
        if (outage.kind != model::OutageKind::kInterruption || outage.begin.value != now_) {
            return;
        }
        for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
            if (at_work(j) && is_on(outage, j)) {
                ++fates_[j].interruptions;
                jobs_[j].recovers = now_ + s_.detect;
            }
        }
    }
    // The head of the queue starts if it fits.
    void start_jobs() {
        for (; head_ < jobs_.size() && s_.jobs[head_].submit <= now_; ++head_) {
            const std::uint32_t wanted = s_.jobs[head_].nodes;
            if (std::ranges::count(free_, true) < wanted) {
                return;
            }
            Job& job = jobs_[head_];
            for (std::uint32_t node = 0; job.nodes.size() < wanted; ++node) {
                if (free_[node]) {
                    free_[node] = false;
                    job.nodes.push_back(node);
                }
            }
            job.twin.emplace(job.rule, s_.jobs[head_].duration);
            fates_[head_].start = now_;
        }
    }

    network::Sharer sharer(std::uint32_t j) const {
        network::Sharer sharer;
        const Job& job = jobs_[j];
        if (!at_work(j)) {
            return sharer;
        }
        sharer.nodes = job.nodes;
        sharer.traffic = s_.sends;
        const auto n = static_cast<std::uint32_t>(job.nodes.size());
        std::uint32_t& r = sharer.traffic.replica_nodes;
        for (r = std::max(1U, std::min(s_.wanted_replica, n / 2)); n % r != 0;) {
            --r;
        }
        sharer.traffic.expert_nodes = std::min(s_.sends.expert_nodes, n);
        const bool shared = job.rule.shared != core::kNone;
        sharer.trains = !shared || job.twin->works();
        if (shared) {
            sharer.storage = static_cast<std::uint32_t>(plan_.links.size()) - 1;
            sharer.writes = job.twin->writes();
            sharer.reads = job.twin->reads();
        }
        return sharer;
    }

    // A part that several outages take has lost what the worst of them takes.
    network::Losses losses() const {
        std::map<std::pair<model::FabricPart, std::uint32_t>, const model::Outage*> worst;
        for (const model::Outage& outage : luck_.outages) {
            if (outage.kind == model::OutageKind::kBandwidth && outage.begin.value <= now_ &&
                now_ < outage.end.value) {
                const model::Outage*& at = worst[{outage.part, outage.entity}];
                at = at == nullptr || outage.speed < at->speed ? &outage : at;
            }
        }
        network::Losses losses;
        for (const auto& [thing, outage] : worst) {
            take(*outage, losses);
        }
        return losses;
    }
    void take(const model::Outage& outage, network::Losses& losses) const {
        using network::Part;
        const std::int64_t lost = 1024 - outage.speed;
        std::set<std::uint32_t> groups, pods;
        for (std::uint32_t node = outage.first_node; node < outage.last_node; ++node) {
            groups.insert(plan_.links[node].parent);
            pods.insert(plan_.links[plan_.links[node].parent].parent);
        }
        pods.erase(network::kNoTrunk);
        switch (outage.part) {
            case model::FabricPart::kCard:
                losses[{outage.first_node, Part::kOwn}] += lost;
                return;
            case model::FabricPart::kLeaf:
                for (std::uint32_t node = 0; node < plan_.nodes; ++node) {
                    if (groups.contains(plan_.links[node].parent)) {
                        losses[{node, Part::kAbove}] += lost;
                    }
                }
                for (const std::uint32_t group : groups) {
                    losses[{group, Part::kOwn}] += lost;
                }
                return;
            case model::FabricPart::kSpine:
                for (const std::uint32_t group : groups) {
                    losses[{group, Part::kAbove}] += lost;
                }
                for (const std::uint32_t pod : pods) {
                    losses[{pod, Part::kOwn}] += lost;
                }
                return;
            case model::FabricPart::kCore:
                for (std::uint32_t link = 0; link < plan_.links.size(); ++link) {
                    if (plan_.links[link].tier == model::LinkTier::kPod) {
                        losses[{link, Part::kAbove}] += lost;
                    }
                }
                return;
            case model::FabricPart::kNone:
                return;
        }
    }

    // Rates anew if anything is different from the tick before.
    void settle() {
        std::vector<network::Sharer> sharers;
        std::string state;
        for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
            sharers.push_back(sharer(j));
            const network::Sharer& s = sharers.back();
            state += std::string(s.nodes.empty() ? "-" : "+") + (s.trains ? "t" : "") +
                     (s.writes ? "w" : "") + (s.reads ? "r" : "") + std::to_string(speed_of(j));
        }
        const network::Losses taken = losses();
        if (state == state_ && taken == taken_ && now_ > 0) {
            return;
        }
        state_ = state;
        taken_ = taken;
        const auto paces = sharing_.paces(sharers, luck_.entity, taken);
        sending_ = storing_ = 0;
        for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
            core::Paces next = jobs_[j].paces;
            next.speed = speed_of(j);
            if (sharers[j].trains) {
                next.network = paces[j].work;
            }
            count(sharers[j], paces[j]);
            if (sharers[j].writes || sharers[j].reads) {
                next.transfer = paces[j].transfer;
            }
            if (next != jobs_[j].paces && jobs_[j].twin) {
                jobs_[j].twin->touch();
                jobs_[j].paces = next;
            }
        }
    }
    // f x line rate x pace for each node, whether a step's traffic is spread or not.
    void count(const network::Sharer& sharer, const network::SharerPace& pace) {
        const auto nodes = static_cast<double>(sharer.nodes.size());
        if (sharer.trains && nodes > 1) {
            sending_ += nodes * sharer.traffic.profile.line_time * NetworkScenario::kLine *
                        pace.work / (1U << 24U);
        }
        storing_ += static_cast<double>(pace.moves);
    }
    // Of 1024: that of the slowest of its nodes at present.
    std::uint32_t speed_of(std::uint32_t j) const {
        std::uint32_t slowest = core::kFullSpeed;
        for (const model::Outage& outage : luck_.outages) {
            if (outage.kind == model::OutageKind::kDegraded && outage.begin.value <= now_ &&
                now_ < outage.end.value && at_work(j) && is_on(outage, j)) {
                slowest = std::min<std::uint32_t>(slowest, outage.speed);
            }
        }
        return slowest;
    }
    bool is_on(const model::Outage& outage, std::uint32_t j) const {
        return std::ranges::any_of(jobs_[j].nodes, [&](std::uint32_t node) {
            return node >= outage.first_node && node < outage.last_node;
        });
    }
    void tick(std::uint32_t j) {
        if (!runs(j)) {
            return;
        }
        if (at_work(j)) {
            jobs_[j].twin->tick(jobs_[j].paces);
        } else {
            fates_[j].restart += 8 * s_.jobs[j].nodes;
        }
    }

    const NetworkScenario& s_;
    const NetworkLuck& luck_;
    network::NetworkPlan plan_;
    network::SharingTwin sharing_;
    std::vector<Job> jobs_;
    std::vector<NetworkFate> fates_;
    std::vector<bool> free_;
    std::uint32_t now_ = 0;
    std::size_t head_ = 0;
    std::string state_;
    double sending_ = 0, storing_ = 0;  // B/s, at present
    double sent_ = 0, stored_ = 0;
    network::Losses taken_;
};

}  // namespace tidepool::properties
