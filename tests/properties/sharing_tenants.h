#pragma once
// The sections "The tree", "Limits" and the measures of "Turns" of docs/tenants.md once more, in
// the plainest way: what tenants hold is worked out anew whenever it is needed.

#include "tests/properties/small_tenants.h"
#include "tests/properties/tide_oracle.h"

namespace tidepool::properties {

class SharingTenants : public TideOracle {
protected:
    explicit SharingTenants(const TenantProblem& problem)
        : TideOracle(problem), o_(problem), usage_(problem.tenants.size()) {
        for (const SmallTenant& tenant : problem.tenants) {
            limit_of_.push_back(tenant.limit);
        }
    }

    __extension__ using Wide = unsigned __int128;
    using Gone = std::set<std::uint32_t>;  // ranks

    // Tenants.
    std::vector<std::uint32_t> chain(std::uint32_t rank) const {
        std::vector<std::uint32_t> tenants{o_.tenant_of[rank]};
        while (tenants.back() != 0) {
            tenants.push_back(o_.tenants[tenants.back()].parent);
        }
        return tenants;
    }
    bool is_of(std::uint32_t rank, std::uint32_t tenant) const {
        const auto all = chain(rank);
        return std::find(all.begin(), all.end(), tenant) != all.end();
    }
    // Sum over the tenant's jobs that have left the queue, but for some.
    std::uint64_t sum(std::uint32_t tenant, const std::vector<std::uint32_t>& amount,
                      const Gone& without = {}) const {
        std::uint64_t all = 0;
        for (const auto& [rank, job] : running_) {
            all +=
                !is_unit(rank) && is_of(rank, tenant) && !without.contains(rank) ? amount[rank] : 0;
        }
        return all;
    }
    std::uint64_t gpus_of(std::uint32_t tenant, const Gone& without = {}) const {
        std::vector<std::uint32_t> gpus;
        for (const SmallJob& job : p_.jobs) {
            gpus.push_back(job.gpus);
        }
        return sum(tenant, gpus, without);
    }
    Gone leaving() const {
        Gone ranks;
        for (const auto& [rank, going] : going_) {
            ranks.insert(rank);
        }
        return ranks;
    }
    bool over_limit(std::uint32_t rank) const {
        const auto all = chain(rank);
        return std::any_of(all.begin(), all.end(), [&](std::uint32_t t) {
            return gpus_of(t) + p_.jobs[rank].gpus > limit_of_[t];
        });
    }
    std::optional<std::uint32_t> entitling(std::uint32_t rank) const {
        for (const std::uint32_t t : chain(rank)) {
            if (gpus_of(t) + p_.jobs[rank].gpus <= o_.tenants[t].guaranteed) {
                return t;
            }
        }
        return std::nullopt;
    }

    // Limits that change.
    void change_limits() override {
        for (const core::LimitStep& step : o_.limits) {
            if (step.tick != now_) {
                continue;
            }
            event_ = true;
            limit_of_[step.tenant] = step.limit;
            if (step.leaves != 0) {
                left_.insert(step.tenant);
                for (const std::uint32_t rank : std::set(waiting_)) {
                    if (!is_unit(rank) && is_of(rank, step.tenant)) {
                        waiting_.erase(rank);
                        note_job(Kind::kWithdrawn, rank, 0);
                    }
                }
            }
            while (gpus_of(step.tenant, leaving()) > step.limit) {
                std::uint32_t last = kNever;
                for (const auto& [rank, job] : running_) {
                    if (!is_unit(rank) && is_of(rank, step.tenant) && !going_.contains(rank) &&
                        (last == kNever || started_.at(rank) >= started_.at(last))) {
                        last = rank;
                    }
                }
                ask(last, step.notice, Kind::kTold);
            }
        }
    }
    void queue_again(std::uint32_t rank) override {
        const bool gone = !is_unit(rank) && std::any_of(left_.begin(), left_.end(),
                                                        [&](auto t) { return is_of(rank, t); });
        if (gone) {
            note_job(Kind::kWithdrawn, rank, 0);
        } else {
            TideOracle::queue_again(rank);
        }
    }
    void note_job(Kind kind, std::uint32_t rank, std::uint64_t work) {
        Happening& h = chronicle_.happenings.emplace_back();
        h.tick = now_;
        h.kind = kind;
        h.rank = rank;
        h.work = work;
    }
    bool wakes_up() const override {
        const bool waits = std::any_of(waiting_.begin(), waiting_.end(),
                                       [&](std::uint32_t rank) { return !is_unit(rank); });
        return o_.rule.preempt != core::PreemptRule::kNobody && waits &&
               std::any_of(running_.begin(), running_.end(), [&](const auto& entry) {
                   return !is_unit(entry.first) &&
                          started_.at(entry.first) + o_.preempt_after == now_;
               });
    }

    // A unit that is ready at once is so by what falls due at this very tick.
    void start(std::uint32_t rank, const Takes& takes) override {
        TideOracle::start(rank, takes);
        again_ = again_ || ready_.contains(rank);
    }

    // What tenants have used.
    void count_tick() override {
        TideOracle::count_tick();
        for (std::uint32_t t = 0; t < o_.tenants.size(); ++t) {
            usage_[t] += gpus_of(t);
            if ((now_ + 1) % o_.rule.decay_step == 0) {
                usage_[t] =
                    static_cast<std::uint64_t>(Wide{usage_[t]} * 4'248'701'964U / (Wide{1} << 32));
            }
        }
    }

    // Measures.
    struct Fraction {
        Wide part = 0, whole = 1;
        bool operator<(const Fraction& other) const {
            return part * other.whole < other.part * whole;
        }
    };
    std::pair<Fraction, Fraction> measure(std::uint32_t tenant) const {
        const std::uint64_t weight = o_.tenants[tenant].weight;
        if (p_.queue == core::QueuePolicy::kFairShare) {
            return {{usage_[tenant], weight}, {gpus_of(tenant), weight}};
        }
        std::uint64_t gpus = 0;
        for (const SmallNode& node : p_.nodes) {
            gpus += node.gpus;
        }
        Fraction most{gpus_of(tenant), gpus};
        if (o_.rule.cpus > 0) {
            most = std::max(most, Fraction{sum(tenant, o_.cpus), o_.rule.cpus});
        }
        if (o_.rule.memory > 0) {
            most = std::max(most, Fraction{sum(tenant, o_.memory), o_.rule.memory});
        }
        return {{most.part, most.whole * weight}, {}};
    }

    const TenantProblem& o_;
    std::vector<std::uint64_t> limit_of_, usage_;  // by tenant
    std::set<std::uint32_t> left_;                 // tenants that are gone
};

}  // namespace tidepool::properties
