#pragma once
// docs/tide.md once more, in the plainest way. This part: what services want, who starts, who gets
// a promise, and who is asked to go for it.

#include "tests/properties/leaving_jobs.h"

namespace tidepool::properties {

class TideOracle : public LeavingJobs {
public:
    explicit TideOracle(const TideProblem& problem)
        : LeavingJobs(problem), services_(problem.services.size()) {}

protected:
    struct Wish {  // of a service
        std::uint32_t wanted = 0;
        std::uint32_t changed = kNever;  // tick
        std::uint64_t load = 0;          // in 1/kUnitLoad units,
        std::uint64_t backlog = 0;       // and unit-ticks
    };

    // Between the outages and the arrivals.
    void before_arrivals() override {
        for (const core::CeilingStep& step : t_.ceiling) {
            if (step.tick == now_) {
                limit_ = step.gpus;
                event_ = true;
            }
        }
        change_limits();
        for (const core::DemandStep& step : t_.demand) {
            if (step.tick == now_) {
                event_ = true;
                services_[step.service].load = step.load;
                if (step.units != core::kNone) {
                    look(step);
                }
            }
        }
        for (const std::uint32_t rank : candidates()) {
            if (t_.tide.reclaim && held(false, true) > limit_) {
                ask(rank);
            }
        }
    }
    // Of tenants.
    virtual void change_limits() {}
    void look(const core::DemandStep& step) {
        const core::Service& s = t_.services[step.service];
        Wish& wish = services_[step.service];
        std::uint64_t plan = step.units;
        if (s.clear > 0) {
            const std::uint64_t cleared = std::uint64_t{s.clear} * core::kUnitLoad;
            plan += (wish.backlog + cleared - 1) / cleared;
        }
        plan = std::clamp<std::uint64_t>(plan, s.least, s.last - s.first);
        const auto calm = [&](std::uint32_t ticks) {
            return wish.changed == kNever || now_ - wish.changed >= ticks;
        };
        if (now_ == 0 || (plan > wish.wanted && calm(s.grow_after)) ||
            (plan < wish.wanted && calm(s.shrink_after))) {
            wish.changed = now_ == 0 ? kNever : now_;
            if (plan != wish.wanted) {
                wish.wanted = static_cast<std::uint32_t>(plan);
                Happening& h = chronicle_.happenings.emplace_back();
                h.tick = now_;
                h.kind = Kind::kWants;
                h.rank = step.service;
                h.work = plan;
            }
        }
        while (used(s) < wish.wanted && one_more(s)) {
        }
        while (used(s) > wish.wanted) {
            one_less(s);
        }
    }
    std::uint32_t used(const core::Service& s) const {
        std::uint32_t n = 0;
        for (std::uint32_t unit = s.first; unit < s.last; ++unit) {
            n += in_use(unit) ? 1 : 0;
        }
        return n;
    }
    bool one_more(const core::Service& s) {
        for (std::uint32_t unit = s.first; unit < s.last; ++unit) {
            if (going_.contains(unit) && at_work(unit) && going_.at(unit).leaves > now_) {
                going_.erase(unit);
                changed_ = true;
                note(Kind::kReopened, unit);
                do_more(unit);
                again_ = true;
                return true;
            }
        }
        for (std::uint32_t unit = s.first; unit < s.last; ++unit) {
            if (!waiting_.contains(unit) && !running_.contains(unit)) {
                join_queue(unit);
                return true;
            }
        }
        return false;
    }
    void one_less(const core::Service& s) {
        for (std::uint32_t unit = s.last; unit-- > s.first;) {
            if (waiting_.erase(unit) > 0) {
                changed_ = true;
                return;
            }
        }
        for (std::uint32_t unit = s.last; unit-- > s.first;) {
            if (in_use(unit)) {
                const std::uint32_t leaves = ready_.erase(unit) > 0 ? now_ + s.drain : now_;
                going_[unit] = {leaves, leaves};
                note(Kind::kClosing, unit);
                changed_ = true;
                return;
            }
        }
    }
    void count_tick() override {
        std::vector<ServiceAt> now;
        for (std::size_t i = 0; i < services_.size(); ++i) {
            const core::Service& s = t_.services[i];
            Wish& wish = services_[i];
            const auto ready = static_cast<std::uint32_t>(
                std::distance(ready_.lower_bound(s.first), ready_.lower_bound(s.last)));
            now.push_back({wish.wanted, used(s), ready});
            const std::uint64_t can = std::uint64_t{ready} * core::kUnitLoad;
            wish.backlog += wish.load;
            wish.backlog -= std::min(wish.backlog, can);
        }
        chronicle_.services.push_back(now);
    }

    // The scheduling pass.
    bool allowed(std::uint32_t rank) const override {
        return held(false, false) + p_.jobs[rank].gpus <= limit_;
    }
    void start_jobs() override {
        for (const std::uint32_t rank : std::set(waiting_)) {
            if (!is_unit(rank) || held(true, false) + p_.jobs[rank].gpus > t_.tide.units_ceiling) {
                continue;
            }
            if (const auto takes = where_.choose(rank, machine_.free(), near(rank))) {
                start(rank, *takes);
            }
        }
        make_promises();
        if (promised_) {
            return;
        }
        look_at_jobs();
    }
    virtual void look_at_jobs() {
        for (const std::uint32_t rank : std::set(waiting_)) {
            if (is_unit(rank)) {
                continue;
            }
            const auto takes = where_.choose(rank, machine_.free(), near(rank));
            if (takes && allowed(rank)) {
                start(rank, *takes);
            } else if (p_.queue == core::QueuePolicy::kFifo) {
                break;
            } else if (p_.queue == core::QueuePolicy::kEasy) {
                if (allowed(rank)) {
                    backfill(rank);
                }
                break;
            }
        }
    }
    void make_promises() {
        if (waiting_.empty() || !is_unit(*waiting_.begin())) {
            promised_ = false;
            return;
        }
        if (!std::exchange(changed_, false) && !std::exchange(nodes_changed_, false)) {
            return;
        }
        nodes_changed_ = promised_ = false;
        Counts promised(p_.nodes.size());
        std::set<std::uint32_t> gone;
        std::uint64_t of_units = held(true, true);
        for (const std::uint32_t unit : waiting_) {
            const std::uint32_t gpus = p_.jobs[unit].gpus;
            if (!is_unit(unit) || of_units + gpus > t_.tide.units_ceiling) {
                continue;
            }
            const auto fits = [&](const std::set<std::uint32_t>& without) {
                return where_.choose(unit, free_without(without, promised), near(unit));
            };
            const std::set<std::uint32_t> before = gone;
            const std::vector<std::uint32_t> taken = take_for(fits, gone);
            if (!fits(gone)) {
                gone = before;
                continue;
            }
            for (std::size_t i = taken.size(); i-- > 0;) {
                gone.erase(taken[i]);
                if (!fits(gone)) {
                    gone.insert(taken[i]);
                }
            }
            const Takes takes = *fits(gone);
            for (const Take& take : takes) {
                promised[take.place] += take.gpus;
            }
            of_units += gpus;
            promised_ = true;
        }
        for (const std::uint32_t rank : gone) {
            ask(rank);
        }
    }
    // Adds jobs to those that are gone until it fits; says which.
    template <class Fits>
    std::vector<std::uint32_t> take_for(const Fits& fits, std::set<std::uint32_t>& gone) const {
        std::vector<std::uint32_t> taken;
        for (const std::uint32_t rank : candidates()) {
            if (!t_.tide.reclaim || fits(gone)) {
                break;
            }
            std::uint64_t left = held(false, true);
            for (const std::uint32_t other : gone) {
                left -= p_.jobs[other].gpus;
            }
            if (!gone.contains(rank) && left >= p_.jobs[rank].gpus + t_.tide.jobs_floor) {
                gone.insert(rank);
                taken.push_back(rank);
            }
        }
        return taken;
    }
    Counts free_without(const std::set<std::uint32_t>& gone, const Counts& promised) const {
        BrokenMachine then = machine_;
        for (const auto& [rank, going] : going_) {
            then.release(rank);
        }
        for (const std::uint32_t rank : gone) {
            then.release(rank);
        }
        Counts free = then.free();
        for (std::size_t n = 0; n < free.size(); ++n) {
            free[n] -= promised[n];
        }
        return free;
    }

    std::vector<Wish> services_;
    std::uint64_t limit_ = ~std::uint64_t{0};  // of what jobs hold
    bool promised_ = false;
};

}  // namespace tidepool::properties
