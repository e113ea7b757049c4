#pragma once
// Jobs that come, change what they do and go, on a network that loses capacity and gets it back:
// the same things are told to a Contention and remembered for the twin.

#include <algorithm>

#include "sim/network/contention.h"
#include "sim/network/max_min.h"
#include "tests/network/random_system.h"
#include "tests/network/sharing_twin.h"
#include "tests/network/small_fabric.h"

namespace tidepool::network {

class RandomJobs {
public:
    static constexpr std::uint32_t kSlots = 6;

    explicit RandomJobs(std::uint64_t seed) : random_(seed) {
        make_plan();
        make_steps();
        std::vector<BytesPerSecond> capacities;
        for (const Link& link : plan_.links) {
            capacities.push_back(link.capacity);
        }
        contention_ = std::make_unique<Contention>(plan_, steps_, 1, Ticks{0},
                                                   make_max_min_solver(capacities));
        sharers_.resize(kSlots);
        paces_.resize(kSlots);
    }

    const NetworkPlan& plan() const { return plan_; }
    Contention& contention() { return *contention_; }
    const std::vector<Sharer>& sharers() const { return sharers_; }  // by slot; no nodes: nobody
    const std::vector<Pace>& paces() const { return paces_; }        // by slot, as last told
    std::uint32_t now() const { return now_; }

    Losses losses() const {
        Losses losses;
        for (const CapacityStep& step : steps_) {
            if (step.tick <= now_) {
                losses[{step.link, step.part}] += step.lost;
            }
        }
        return losses;
    }

    // Time passes, some jobs do something else.
    void change() {
        now_ += 1 + random_.below(50);
        contention_->advance(Ticks{now_});
        for (std::uint32_t n = random_.below(4); n > 0; --n) {
            const std::uint32_t slot = random_.below(kSlots);
            if (sharers_[slot].nodes.empty()) {
                enter(slot);
            } else if (random_.below(3) == 0) {
                leave(slot);
            } else {
                act(slot);
            }
        }
        settle();
    }
    void all_leave() {
        ++now_;
        contention_->advance(Ticks{now_});
        for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
            leave(slot);
        }
        settle();
    }

private:
    void make_plan() {
        SmallFabric fabric;
        const std::uint32_t groups = 2 + random_.below(3);
        for (std::uint32_t g = 0; g < groups; ++g) {
            fabric.sizes.push_back(1 + random_.below(4));
            fabric.leaf.push_back(50.0 * (1 + random_.below(8)));
        }
        if (random_.below(2) == 0) {
            fabric.pod = {100.0 * (1 + random_.below(4)), 100.0 * (1 + random_.below(4))};
            for (std::uint32_t g = 0; g < groups; ++g) {
                fabric.pod_of.push_back(2 * g / groups);
            }
        }
        fabric.rails = 1 + random_.below(4);
        plan_ = fabric.plan();
        const std::uint32_t storage = add_storage(
            plan_, 50.0 * (1 + random_.below(20)),
            random_.below(2) == 0 ? 0 : 20.0 * (1 + random_.below(5)), random_.below(2) == 0);
        plan_.storage_of_rule = {kNoTrunk, storage};
        for (std::uint32_t rank = 0; rank < kSlots; ++rank) {
            plan_.kinds.push_back(random_kind());
            plan_.kind_of_job.push_back(rank);
        }
    }
    Traffic random_kind() {
        Traffic traffic;
        traffic.profile.line_time = random_.below(6) == 0 ? 0 : random_.unit();
        traffic.profile.hidden = random_.below(2) == 0 ? 0 : random_.unit();
        const std::uint32_t kind = random_.below(4);
        traffic.ring = kind < 2 ? 1 : random_.unit();
        traffic.all_to_all = 1 - traffic.ring;
        traffic.replica_nodes = 1 + random_.below(2);
        traffic.expert_nodes = 1 + random_.below(6);
        traffic.ranks = static_cast<Ranks>(random_.below(3));
        return traffic;
    }
    // Each taken away and given back.
    void make_steps() {
        for (std::uint32_t n = random_.below(12); n > 0; --n) {
            const auto link = random_.below(static_cast<std::uint32_t>(plan_.links.size()) - 1);
            const auto part = static_cast<Part>(random_.below(2));
            const std::uint32_t parts =
                part == Part::kOwn ? plan_.links[link].own_parts : plan_.links[link].above_parts;
            const auto lost = static_cast<std::int32_t>(
                random_.below(3) == 0 ? parts * 1024 : 1 + random_.below(parts * 1024));
            const std::uint32_t from = random_.below(600), to = from + 1 + random_.below(300);
            steps_.push_back({from, link, part, lost});
            steps_.push_back({to, link, part, -lost});
        }
        std::ranges::stable_sort(steps_, {}, &CapacityStep::tick);
    }

    void enter(std::uint32_t slot) {
        Sharer& sharer = sharers_[slot];
        std::vector<std::uint32_t> all(plan_.nodes);
        for (std::uint32_t n = 0; n < plan_.nodes; ++n) {
            all[n] = n;
            std::swap(all[n], all[random_.below(n + 1)]);
        }
        all.resize(1 + random_.below(plan_.nodes));  // jobs may share nodes
        sharer.nodes = all;
        sharer.traffic = plan_.kinds[slot];
        const std::uint32_t rule = random_.below(2);
        sharer.storage.reset();
        if (rule == 1) {
            sharer.storage = plan_.storage_of_rule[1];
        }
        // A gang with fewer nodes than a copy has one copy.
        contention_->enter(slot, slot, rule, slot, sharer.nodes);
        paces_[slot] = Pace{slot, kFullPace, kFullPace};
        act(slot);
    }
    void act(std::uint32_t slot) {
        Sharer& sharer = sharers_[slot];
        sharer.trains = random_.below(4) > 0;
        const std::uint32_t transfer = random_.below(3);
        sharer.writes = sharer.storage && transfer == 1;
        sharer.reads = sharer.storage && transfer == 2;
        contention_->act(slot, {sharer.trains, sharer.writes, sharer.reads});
    }
    void leave(std::uint32_t slot) {
        contention_->drop(slot);
        sharers_[slot] = Sharer{};
    }
    void settle() {
        contention_->advance(Ticks{now_});
        for (const Pace& pace : contention_->settle()) {
            paces_[pace.slot] = pace;
        }
    }

    Random random_;
    NetworkPlan plan_;
    std::vector<CapacityStep> steps_;
    std::unique_ptr<Contention> contention_;
    std::vector<Sharer> sharers_;
    std::vector<Pace> paces_;
    std::uint32_t now_ = 0;
};

}  // namespace tidepool::network
