#pragma once
// docs/interruptions.md once more, in the plainest way: time goes tick by tick, and nothing is
// indexed, summed up or predicted. This part: the order at one tick, outages, spares, the queue.

#include "tests/properties/recovering_jobs.h"

namespace tidepool::properties {

class InterruptionOracle : protected RecoveringJobs {
public:
    explicit InterruptionOracle(const InterruptionProblem& problem)
        : RecoveringJobs(problem), where_(problem) {}

    // A run without a horizon ends with the last completion; after `patience` ticks in any case.
    Chronicle run(std::uint32_t patience = kNever) {
        std::set<std::uint32_t> to_come;
        for (std::uint32_t rank = 0; rank < p_.jobs.size(); ++rank) {
            if (where_.fits_empty_machine(rank)) {
                to_come.insert(rank);
            }
        }
        const std::uint32_t end = std::min(p_.horizon, patience);
        for (now_ = 0; now_ < end; ++now_) {
            handle_tick(to_come);
            if (p_.horizon == kNever && to_come.empty() && waiting_.empty() && running_.empty()) {
                break;
            }
            chronicle_.usage.push_back(machine_.usage());
            count_tick();
            for (auto& [rank, job] : running_) {
                one_tick(rank, job);
            }
        }
        chronicle_.over = now_;
        for (auto& [rank, job] : running_) {
            stop(rank, job);
        }
        return chronicle_;
    }

protected:
    void handle_tick(std::set<std::uint32_t>& to_come) {
        event_ = false;
        jobs_go_on();
        gpus_come_up();
        speeds_change();
        outages_begin();
        before_arrivals();
        for (const std::uint32_t rank : std::set(to_come)) {
            if (p_.jobs[rank].submit == now_) {
                to_come.erase(rank);
                join_queue(rank);
                event_ = true;
            }
        }
        for (const std::uint32_t rank : waiting_) {
            event_ = event_ || (p_.wait > 0 && joined_.at(rank) + p_.wait == now_ && chooses(rank));
        }
        if (event_ || wakes_up()) {
            pass();
        }
        while (std::exchange(again_, false) || somebody_due()) {
            jobs_go_on();
            pass();
        }
    }

    virtual void before_arrivals() {}
    virtual bool wakes_up() const { return false; }  // there is a pass, whatever else happens
    virtual void count_tick() {}

    // 2. GPUs come up.
    void gpus_come_up() {
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            if (machine_.come_up(n, now_)) {
                event_ = nodes_changed_ = true;
                if (machine_.nodes[n].down() == 0) {
                    node_comes_up(n);
                }
            }
        }
    }
    void node_comes_up(std::uint32_t n) {
        NodeCell& node = machine_.nodes[n];
        if (node.spare || node.missed) {
            std::int32_t& short_of = machine_.short_of[p_.pool[n]];
            const bool wanted = misses_node_like(node.lost_by, n);
            node.missed = false;
            node.spare = short_of <= 0 && node.nobodys() && !wanted;
            short_of -= node.spare ? 0 : 1;
        }
        if (!node.spare) {
            offer(n, node.lost_by);
        }
    }
    // Node n goes to a job if one misses it; `first` is asked first.
    void offer(std::uint32_t n, std::uint32_t first, bool stands_in = false) {
        NodeCell& node = machine_.nodes[n];
        if (!node.nobodys()) {
            return;
        }
        std::uint32_t to = misses_node_like(first, n) ? first : kNobody;
        for (std::uint32_t rank = 0; rank < p_.jobs.size() && to == kNobody; ++rank) {
            to = misses_node_like(rank, n) ? rank : kNobody;
        }
        if (to == kNobody) {
            return;
        }
        Running& job = running_.at(to);
        for (GpuCell& gpu : node.gpus) {
            gpu.holder = to;
        }
        --job.missing;
        if (node.lost_by != to || stands_in) {
            job.stranger_came = true;
            job.level = std::max(job.level, core::LossLevel::kSwap);
        }
    }

    // 3. Degradations.
    void speeds_change() {
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            for (const model::Reach reach :
                 {model::Reach::kAll, model::Reach::kMultiNode, model::Reach::kMultiLeaf}) {
                const std::uint32_t before =
                    now_ == 0 ? model::kFullSpeed : machine_.slowest(n, reach, now_ - 1);
                event_ = event_ || machine_.slowest(n, reach, now_) != before;
            }
        }
    }

    // 4. Outages.
    void outages_begin() {
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            if (machine_.go_down(n, now_)) {
                event_ = nodes_changed_ = true;
            }
        }
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            for (std::uint32_t o = 0; o < p_.outages.size(); ++o) {
                const model::Outage& outage = p_.outages[o];
                if (interrupts(outage) && is_on(outage, n) && outage.begin.value == now_) {
                    event_ = true;
                    hit(n, o);
                }
            }
        }
    }
    void hit(std::uint32_t n, std::uint32_t o) {
        const model::Outage& outage = p_.outages[o];
        std::vector<std::tuple<bool, std::uint32_t, std::uint32_t>> order;
        for (const auto& [rank, job] : running_) {
            for (std::uint32_t g = 0; g < machine_.nodes[n].gpus.size(); ++g) {
                if (machine_.nodes[n].gpus[g].holder == rank && (outage.gpus >> g & 1) != 0) {
                    order.emplace_back(job.gang.contains(n), job.came, rank);
                    break;
                }
            }
        }
        std::sort(order.rbegin(), order.rend());
        for (const auto& [gang, came, rank] : order) {
            if (running_.at(rank).reach >= outage.reach) {
                feel(rank, n, o);
            }
        }
    }
    // A job that does not feel what brought the node down goes on with it.
    bool is_at_work(std::uint32_t n) const {
        return std::any_of(running_.begin(), running_.end(), [&](const auto& entry) {
            return entry.second.phase == Phase::kRunning &&
                   machine_.nodes[n].held_by(entry.first) > 0;
        });
    }
    void replace(std::uint32_t n) {
        NodeCell& node = machine_.nodes[n];
        if (!node.all_down() || !node.closed || node.absent || node.spare || node.missed ||
            is_at_work(n)) {
            return;
        }
        if (machine_.short_of[p_.pool[n]] < 0) {
            node.spare = nodes_changed_ = true;
            ++machine_.short_of[p_.pool[n]];
            return;
        }
        const std::uint32_t spare = machine_.ready_spare(p_.pool[n]);
        if (spare == kNobody) {
            ++machine_.short_of[p_.pool[n]];
            node.missed = true;
            return;
        }
        node.spare = nodes_changed_ = true;
        machine_.nodes[spare].spare = false;
        offer(spare, node.lost_by, true);
    }

    // 6. Spares are arranged, then one scheduling pass.
    void pass() {
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            replace(n);
        }
        nodes_changed_ = machine_.settle() || nodes_changed_;
        start_jobs();
    }
    virtual void start_jobs() {
        for (const std::uint32_t rank : std::set(waiting_)) {
            if (const auto takes = where_.choose(rank, machine_.free(), near(rank))) {
                start(rank, *takes);
            } else if (p_.queue == core::QueuePolicy::kFifo) {
                return;
            } else if (p_.queue == core::QueuePolicy::kEasy) {
                backfill(rank);
                return;
            }
        }
    }
    // Whether another job of this size may run at all.
    virtual bool allowed(std::uint32_t) const { return true; }
    virtual bool chooses(std::uint32_t rank) const {
        return where_.level(rank, p_.spare) != Near::kAnywhere;
    }
    virtual Near near(std::uint32_t rank) const {
        return now_ < joined_.at(rank) + p_.wait ? where_.level(rank, p_.spare) : Near::kAnywhere;
    }
    virtual std::uint64_t expected_end(std::uint32_t rank) const {
        return std::max(running_.at(rank).expected_end, std::uint64_t{now_} + 1);
    }
    // Free once all who are expected to end by `tick` have ended, of the GPUs that are up now.
    Counts free_at(std::uint64_t tick) const {
        BrokenMachine then = machine_;
        for (const auto& [rank, job] : running_) {
            if (expected_end(rank) <= tick) {
                then.release(rank);
            }
        }
        return then.free();
    }
    void backfill(std::uint32_t head) {
        std::set<std::uint64_t> ends{now_};  // it may only wait for a better place
        for (const auto& [rank, job] : running_) {
            ends.insert(expected_end(rank));
        }
        std::optional<Takes> reserved;
        std::uint64_t shadow = 0;
        for (const std::uint64_t end : ends) {
            if (!reserved) {
                reserved = where_.choose(head, free_at(end));
                shadow = end;
            }
        }
        Counts at_shadow = free_at(shadow);
        const auto subtract = [&](const Takes& takes) {
            for (const Take& take : takes) {
                at_shadow[take.place] -= take.gpus;
            }
        };
        if (reserved) {
            subtract(*reserved);
        }
        for (const std::uint32_t rank : std::set(waiting_)) {
            if (rank <= head) {
                continue;
            }
            Counts usable = machine_.free();
            const bool anywhere = !reserved || now_ + expected_time(rank) <= shadow;
            for (std::size_t n = 0; !anywhere && n < usable.size(); ++n) {
                usable[n] = std::min(usable[n], at_shadow[n]);
            }
            const auto takes = where_.choose(rank, usable, near(rank));
            if (takes && allowed(rank)) {
                start(rank, *takes);
                if (!anywhere) {
                    subtract(*takes);
                }
            }
        }
    }

    const PlacementOracle where_;
    bool again_ = false;  // a further round of this tick is due, though nobody is
};

}  // namespace tidepool::properties
