#pragma once
// docs/tenants.md once more, in the plainest way. This part: who is looked at, who makes room.

#include "sim/core/room.h"
#include "tests/properties/sharing_tenants.h"

namespace tidepool::properties {

class TenantOracle : public SharingTenants {
public:
    explicit TenantOracle(const TenantProblem& problem) : SharingTenants(problem) {}

private:
    using Reason = core::Reason;
    enum class Seen : std::uint8_t { kStarted, kQuota, kRefused, kHolds };

    // Looking at jobs.
    void refuse(std::uint32_t rank, Reason reason) {
        note_job(Kind::kRefused, rank, static_cast<std::uint64_t>(reason));
    }
    std::uint64_t free_for(std::uint32_t rank) const {
        std::uint64_t gpus = 0;
        const Counts free = machine_.free();
        for (std::size_t n = 0; n < free.size(); ++n) {
            gpus += (p_.jobs[rank].models >> p_.nodes[n].model & 1) != 0 ? free[n] : 0;
        }
        return gpus;
    }
    bool hosts_have(std::uint32_t rank) const {
        return (o_.rule.cpus == 0 || sum(0, o_.cpus) + o_.cpus[rank] <= o_.rule.cpus) &&
               (o_.rule.memory == 0 || sum(0, o_.memory) + o_.memory[rank] <= o_.rule.memory);
    }
    Reason why_not(std::uint32_t rank) const {
        if (!allowed(rank)) {
            return Reason::kQuota;
        }
        return free_for(rank) < p_.jobs[rank].gpus || !hosts_have(rank) ? Reason::kCapacity
                                                                        : Reason::kFragmentation;
    }
    std::optional<Takes> takes_now(std::uint32_t rank) const {
        if (!allowed(rank) || !hosts_have(rank)) {
            return std::nullopt;
        }
        return where_.choose(rank, machine_.free(), near(rank));
    }
    Seen look(std::uint32_t rank) {
        if (over_limit(rank)) {
            refuse(rank, Reason::kQuota);
            return Seen::kQuota;
        }
        if (const auto takes = takes_now(rank)) {
            start(rank, *takes);
            return Seen::kStarted;
        }
        const Reason why = why_not(rank);
        const bool holds = make_room(rank);
        if (holds) {
            if (const auto takes = takes_now(rank)) {
                start(rank, *takes);
                return Seen::kStarted;
            }
        }
        refuse(rank, why);
        claimant_ = holds ? std::optional(rank) : claimant_;
        return holds ? Seen::kHolds : Seen::kRefused;
    }

    bool fits_without(std::uint32_t rank, const Gone& gone) const {
        return where_.choose(rank, free_without(gone, Counts(p_.nodes.size()))).has_value();
    }
    // GPUs above the guarantee, without those that leave or are gone.
    std::int64_t above(std::uint32_t tenant, const Gone& gone) const {
        Gone all = leaving();
        all.insert(gone.begin(), gone.end());
        return static_cast<std::int64_t>(gpus_of(tenant, all)) -
               static_cast<std::int64_t>(o_.tenants[tenant].guaranteed);
    }
    std::vector<std::uint32_t> may_go(std::uint32_t waiting, const Gone& gone) const {
        const bool quota = o_.rule.preempt == core::PreemptRule::kQuota;
        std::vector<std::uint32_t> ranks;
        for (const auto& [rank, job] : running_) {
            if (is_unit(rank) || !at_work(rank) || going_.contains(rank) || gone.contains(rank) ||
                started_.at(rank) + o_.preempt_after > now_) {
                continue;
            }
            bool may = t_.priority[rank] < t_.priority[waiting];
            if (quota) {
                may = !is_of(rank, *entitling(waiting));
                for (const std::uint32_t t : chain(rank)) {
                    may = may &&
                          (is_of(waiting, t) || above(t, gone) >= std::int64_t{p_.jobs[rank].gpus});
                }
            }
            if (may) {
                ranks.push_back(rank);
            }
        }
        return ranks;
    }
    std::int64_t order_key(std::uint32_t rank) const {
        switch (o_.rule.order) {
            case core::PreemptOrder::kEarliest:
                return std::int64_t{started_.at(rank)};
            case core::PreemptOrder::kLargest:
                return -std::int64_t{p_.jobs[rank].gpus};
            case core::PreemptOrder::kSmallest:
                return std::int64_t{p_.jobs[rank].gpus};
            case core::PreemptOrder::kLatest:
                break;
        }
        return -std::int64_t{started_.at(rank)};
    }
    std::uint32_t first_to_go(const std::vector<std::uint32_t>& ranks, const Gone& gone) const {
        const bool quota = o_.rule.preempt == core::PreemptRule::kQuota;
        const auto key = [&](std::uint32_t rank) {
            const std::int64_t first =
                quota ? -above(o_.tenant_of[rank], gone) : std::int64_t{t_.priority[rank]};
            return std::tuple(first, order_key(rank), -std::int64_t{started_.at(rank)},
                              -std::int64_t{rank});
        };
        return *std::min_element(ranks.begin(), ranks.end(),
                                 [&](auto a, auto b) { return key(a) < key(b); });
    }
    // Whether the job fits now or will when others have left.
    bool make_room(std::uint32_t rank) {
        const bool quota = o_.rule.preempt == core::PreemptRule::kQuota;
        if (o_.rule.preempt == core::PreemptRule::kNobody || !allowed(rank) || !hosts_have(rank) ||
            (quota && !entitling(rank))) {
            return false;
        }
        Gone gone;
        std::vector<std::uint32_t> chosen;
        while (!fits_without(rank, gone)) {
            const auto ranks = may_go(rank, gone);
            if (ranks.empty()) {
                return false;
            }
            chosen.push_back(first_to_go(ranks, gone));
            gone.insert(chosen.back());
        }
        for (std::size_t i = chosen.size(); i-- > 0;) {
            gone.erase(chosen[i]);
            if (!fits_without(rank, gone)) {
                gone.insert(chosen[i]);
            }
        }
        for (const std::uint32_t goes : gone) {
            if (o_.rule.notice > 0) {
                ask(goes, o_.rule.notice, Kind::kTold);
                continue;
            }
            note_attempt(Kind::kLeft, goes);
            running_.at(goes).restart = 0;
            made_room_.insert(goes);
            requeue(goes);
        }
        return true;
    }

    // A pass, once units have been served.
    void look_at_jobs() override {
        made_room_.clear();
        if (const auto rank = std::exchange(claimant_, std::nullopt)) {
            if (waiting_.contains(*rank)) {
                made_room_.insert(*rank);
                if (look(*rank) == Seen::kHolds) {
                    return;
                }
            }
        }
        if (core::is_by_tenant(p_.queue)) {
            take_turns();
        } else {
            look_by_rank();
        }
    }
    bool may_be_seen(std::uint32_t rank) const {
        return !is_unit(rank) && !made_room_.contains(rank);
    }
    void look_by_rank() {
        std::optional<std::uint32_t> head;
        std::optional<Reserved> reserved;
        bool only_entitled = false;
        for (std::uint32_t rank = 0; rank < p_.jobs.size(); ++rank) {
            if (!waiting_.contains(rank) || !may_be_seen(rank)) {
                continue;
            }
            const bool entitled =
                o_.rule.preempt == core::PreemptRule::kQuota && entitling(rank).has_value();
            if (only_entitled && !entitled) {
                continue;
            }
            if (!head || entitled) {
                const Seen seen = look(rank);
                if (seen == Seen::kHolds) {
                    return;
                }
                reserved.reset();
                if (seen == Seen::kRefused && !head && p_.queue != core::QueuePolicy::kFirstFit) {
                    head = rank;
                    only_entitled = p_.queue == core::QueuePolicy::kFifo || !allowed(rank);
                }
            } else {
                look_behind(*head, rank, reserved);
            }
        }
    }
    struct Reserved {
        bool made = false;  // else there is none
        std::uint64_t shadow = 0;
        Counts at_shadow;
    };
    static void subtract(Counts& from, const Takes& takes) {
        for (const Take& take : takes) {
            from[take.place] -= take.gpus;
        }
    }
    Reserved reserve(std::uint32_t head) const {
        std::set<std::uint64_t> ends{now_};
        for (const auto& [rank, job] : running_) {
            ends.insert(expected_end(rank));
        }
        for (const std::uint64_t end : ends) {
            if (const auto takes = where_.choose(head, free_at(end))) {
                Reserved reserved{true, end, free_at(end)};
                subtract(reserved.at_shadow, *takes);
                return reserved;
            }
        }
        return {};
    }
    void look_behind(std::uint32_t head, std::uint32_t rank, std::optional<Reserved>& reserved) {
        if (over_limit(rank)) {
            refuse(rank, Reason::kQuota);
            return;
        }
        const auto now = takes_now(rank);
        if (!now) {
            refuse(rank, why_not(rank));
            return;
        }
        reserved = reserved ? reserved : reserve(head);
        const bool anywhere = !reserved->made || now_ + expected_time(rank) <= reserved->shadow;
        Counts usable = machine_.free();
        for (std::size_t n = 0; !anywhere && n < usable.size(); ++n) {
            usable[n] = std::min(usable[n], reserved->at_shadow[n]);
        }
        if (const auto takes = where_.choose(rank, usable, near(rank))) {
            start(rank, *takes);
            if (!anywhere) {
                subtract(reserved->at_shadow, *takes);
            }
        } else {
            refuse(rank, Reason::kPriority);
        }
    }

    // Turns.
    void take_turns() {
        std::set<std::uint32_t> left;
        for (const std::uint32_t rank : waiting_) {
            if (!is_unit(rank)) {
                left.insert(rank);
            }
        }
        const auto has_left = [&](std::uint32_t tenant) {
            return std::any_of(left.begin(), left.end(), [&](std::uint32_t rank) {
                return is_of(rank, tenant) && may_be_seen(rank);
            });
        };
        while (has_left(0)) {
            std::uint32_t at = 0;
            for (bool below = true; below;) {
                below = false;
                std::optional<std::uint32_t> best;
                for (std::uint32_t t = 1; t < o_.tenants.size(); ++t) {
                    if (o_.tenants[t].parent == at && has_left(t) &&
                        (!best || measure(t) < measure(*best))) {
                        best = t;
                    }
                }
                if (best) {
                    at = *best;
                    below = true;
                }
            }
            const std::uint32_t rank = *std::find_if(left.begin(), left.end(), [&](auto r) {
                return o_.tenant_of[r] == at && may_be_seen(r);
            });
            const Seen seen = look(rank);
            left.erase(rank);
            if (seen == Seen::kHolds ||
                (seen == Seen::kRefused && joined_.at(rank) + o_.rule.hold <= now_)) {
                return;
            }
            if (seen == Seen::kRefused) {
                std::erase_if(left, [&](auto r) { return o_.tenant_of[r] == at; });
            }
        }
    }

    Gone made_room_;  // in this pass, or has been looked at before all others
    std::optional<std::uint32_t> claimant_;  // for which others are about to leave
};

}  // namespace tidepool::properties
