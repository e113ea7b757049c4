#include "sim/serving/service.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::serving {
namespace {

std::uint32_t units_of(std::span<const UnitChange> changes) {
    std::uint32_t units = 0;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        units = std::max(units, changes[i].unit + 1);
        TP_ASSERT(i == 0 || changes[i - 1].at <= changes[i].at, "changes come in order of time");
    }
    return units;
}

std::vector<std::uint32_t> falling_priorities(const ServiceRules& rules) {
    std::vector<std::uint32_t> priorities = {0};
    for (const RequestClassRule& rule : rules.classes) {
        priorities.push_back(rule.priority);
    }
    std::sort(priorities.begin(), priorities.end(), std::greater<>());
    priorities.erase(std::unique(priorities.begin(), priorities.end()), priorities.end());
    return priorities;
}

std::uint32_t unit_queues(const ServiceRules& rules, std::uint32_t units) {
    return units * (rules.unit.prefill_workers > 0 ? 2 : 1);
}

}  // namespace

Service::Service(const ServiceRules& rules, std::span<const UnitChange> changes,
                 workloads::RequestStream& requests, std::int64_t end, std::int64_t bin)
    : rules_(rules),
      changes_(changes),
      requests_(requests),
      end_(end),
      units_(units_of(changes)),
      priorities_(falling_priorities(rules)),
      pool_(rules.cache.blocks > 0),
      queues_(pool_, unit_queues(rules, units_) + 2,
              static_cast<std::uint32_t>(priorities_.size()) + 1),
      recorder_(rules, end, bin),
      workers_(rules, units_, pool_, queues_, recorder_),
      router_(rules, units_, pool_, workers_),
      timers_(pool_),
      service_queue_(unit_queues(rules, units_)),
      held_queue_(service_queue_ + 1),
      deadline_timers_(rules.classes.size()) {
    TP_ASSERT(priorities_.size() < 0xFFFFU, "as many priorities as a service can tell apart");
    fill_ = (router_.places() * rules.batch_fill + 999) / 1000;
    if (rules.patience > 0) {
        patience_timer_ = timers_.add_kind(rules.patience, 0);
    }
    for (std::size_t i = 0; i < rules.classes.size(); ++i) {
        if (const std::int64_t deadline = rules.classes[i].deadline; deadline > 0) {
            deadline_timers_[i] = timers_.add_kind(deadline, deadline - deadline / 10);
        }
    }
    read_next();
    workers_.set_block_tokens(requests.block_tokens());
}

void Service::read_next() {
    const std::int64_t before = request_.arrival;
    more_ = requests_.next(request_) && request_.arrival < end_;
    TP_ASSERT(!more_ || request_.arrival >= before, "requests come in order of time");
    TP_ASSERT(!more_ || (request_.tokens_in > 0 && request_.tokens_out > 0), "and have tokens");
}

void Service::learn_classes() {
    const std::vector<std::string>& names = requests_.classes();
    const auto named = [this](const std::string& name) {
        return std::find_if(rules_.classes.begin(), rules_.classes.end(),
                            [&](const RequestClassRule& rule) { return rule.name == name; });
    };
    while (classes_.size() < names.size()) {
        auto rule = named(names[classes_.size()]);
        rule = rule == rules_.classes.end() ? named("") : rule;
        ClassRule known{.timer = patience_timer_};
        std::uint32_t priority = 0;
        if (rule != rules_.classes.end()) {
            priority = rule->priority;
            known.deadline = rule->deadline;
            if (rule->deadline > 0) {
                known.timer =
                    deadline_timers_[static_cast<std::size_t>(rule - rules_.classes.begin())];
            }
        }
        const auto at = std::find(priorities_.begin(), priorities_.end(), priority);
        known.level = static_cast<std::uint16_t>(at - priorities_.begin() + 1);
        classes_.push_back(known);
    }
}

std::int64_t Service::next() const {
    std::int64_t next = std::min(end_, timers_.due());
    if (workers_.next_event() < static_cast<std::uint64_t>(next)) {
        next = static_cast<std::int64_t>(workers_.next_event());
    }
    if (more_) {
        next = std::min(next, request_.arrival);
    }
    if (!hand_overs_.empty()) {
        next = std::min(next, hand_overs_.front().at);
    }
    return changes_.empty() ? next : std::min(next, changes_.front().at);
}

void Service::happen(std::int64_t now) {
    settle(now);
    if (!hand_overs_.empty()) {
        hand_over(now);
    }
    while (!changes_.empty() && changes_.front().at <= now) {
        change_unit(changes_.front());
        changes_ = changes_.subspan(1);
    }
    if (timers_.due() <= now) {
        ask_timers(now);
    }
    if (!homeless_.empty() || queues_.size(service_queue_) > 0) {
        send_homeless(now);
    }
    while (more_ && request_.arrival == now) {
        arrive(now);
        read_next();
    }
    if (rules_.routing == Routing::kSharedQueue) {
        serve_queue(service_queue_, router_.places(), now);
    }
    if (queues_.size(held_queue_) > 0) {
        serve_queue(held_queue_, fill_, now);
    }
    begin(now);
    recorder_.waiting(waiting_);
    workers_.prefetch();
}

void Service::settle(std::int64_t now) {
    workers_.end_iterations(now, outcome_);
    for (const std::uint32_t at : outcome_.served) {
        recorder_.served(pool_[at], now, rule(pool_[at]).deadline);
        router_.left(pool_[at]);
        pool_.remove(at);
    }
    for (const std::uint32_t at : outcome_.handed) {
        const std::uint64_t ns = rules_.unit.transfer_ns +
                                 scaled(pool_[at].tokens_in, rules_.unit.transfer_ns_per_token);
        hand_overs_.push_back({now + static_cast<std::int64_t>(ns), pool_[at].number, at});
        std::push_heap(hand_overs_.begin(), hand_overs_.end(), std::greater<>());
    }
    outcome_.served.clear();
    outcome_.handed.clear();
}

void Service::hand_over(std::int64_t now) {
    while (!hand_overs_.empty() && hand_overs_.front().at <= now) {
        const std::uint32_t at = hand_overs_.front().slot;
        std::pop_heap(hand_overs_.begin(), hand_overs_.end(), std::greater<>());
        hand_overs_.pop_back();
        const std::uint32_t queue = 2 * pool_[at].unit + 1;
        queues_.insert(queue, at);
        if (queues_.first(queue) == at) {
            workers_.look_at(queue, now);
        }
    }
}

void Service::change_unit(const UnitChange& change) {
    const bool ready = change.event == UnitEvent::kReady;
    if (ready != router_.ready(change.unit)) {
        router_.set_ready(change.unit, ready);
        recorder_.ready(change.at, ready ? 1 : -1);
    }
    if (change.event == UnitEvent::kGone) {
        empty_unit(change.unit, change.at);
    }
}

void Service::empty_unit(std::uint32_t unit, std::int64_t now) {
    left_.clear();
    workers_.stop(unit, now, left_);
    if (workers_.queues_per_unit() == 2) {
        const std::uint32_t second = 2 * unit + 1;
        for (std::uint32_t at = 0; (at = queues_.first(second)) != kNoSlot;) {
            queues_.remove(at);
            left_.push_back({at, workers_.prompt_tokens(pool_[at])});
        }
        const auto here = [&](const HandOver& one) { return pool_[one.slot].unit == unit; };
        for (const HandOver& one : hand_overs_) {
            if (here(one)) {
                left_.push_back({one.slot, workers_.prompt_tokens(pool_[one.slot])});
            }
        }
        std::erase_if(hand_overs_, here);
        std::make_heap(hand_overs_.begin(), hand_overs_.end(), std::greater<>());
    }
    for (const Workers::Left& one : left_) {
        recorder_.lost(pool_[one.slot], one.tokens);
        router_.left(pool_[one.slot]);
        homeless_.push_back(one.slot);
        ++waiting_;
    }
    const std::uint32_t first = unit * workers_.queues_per_unit();
    for (std::uint32_t at = 0; (at = queues_.first(first)) != kNoSlot;) {
        queues_.remove(at);
        router_.left(pool_[at]);
        homeless_.push_back(at);
    }
}

void Service::ask_timers(std::int64_t now) {
    timers_.tell(
        now,
        [&](std::uint32_t at) {
            recorder_.timed_out(pool_[at], now);
            if (pool_[at].queue != kNoSlot) {
                take_out(at, now);
            } else {
                std::erase(homeless_, at);  // its unit has just gone
            }
            timers_.stop(*rule(pool_[at]).timer, at);
            pool_.remove(at);
            --waiting_;
        },
        [&](std::uint32_t at) {
            if (is_held(pool_[at])) {
                queues_.remove(at);
                pool_[at].level = 0;
                homeless_.push_back(at);
            }
        });
}

void Service::take_out(std::uint32_t at, std::int64_t now) {
    const std::uint32_t queue = pool_[at].queue;
    const bool was_first = queues_.first(queue) == at;
    queues_.remove(at);
    if (queue < service_queue_) {
        router_.left(pool_[at]);
        if (was_first) {
            workers_.look_at(queue, now);
        }
    }
}

void Service::send_homeless(std::int64_t now) {
    const bool wait = rules_.routing == Routing::kSharedQueue || router_.ready_units() == 0;
    if (!wait) {
        for (std::uint32_t at = 0; (at = queues_.first(service_queue_)) != kNoSlot;) {
            queues_.remove(at);
            homeless_.push_back(at);
        }
    }
    if (homeless_.empty()) {
        return;
    }
    std::sort(homeless_.begin(), homeless_.end(), [this](std::uint32_t a, std::uint32_t b) {
        return pool_[a].level != pool_[b].level ? pool_[a].level < pool_[b].level
                                                : pool_[a].number < pool_[b].number;
    });
    for (const std::uint32_t at : homeless_) {
        if (wait) {
            queues_.insert(service_queue_, at);
        } else {
            send(at, router_.choose(at), now);
        }
    }
    homeless_.clear();
}

void Service::arrive(std::int64_t now) {
    if (request_.request_class >= classes_.size()) {
        learn_classes();
        TP_ASSERT(request_.request_class < classes_.size(), "a class has a name");
    }
    const std::uint32_t at = pool_.add(request_, arrived_++);
    const ClassRule& its = rule(pool_[at]);
    pool_[at].level = its.level;
    recorder_.offered(pool_[at]);
    std::uint32_t unit = kNoUnit;
    if ((rules_.unit.kv_tokens > 0 && pool_[at].memory() > rules_.unit.kv_tokens) ||
        (its.deadline == 0 && too_many(unit, at))) {
        recorder_.rejected(pool_[at], now);
        pool_.remove(at);
        return;
    }
    ++waiting_;
    if (its.timer) {
        timers_.start(*its.timer, at);
    }
    if (unit != kNoUnit) {
        send(at, unit, now);
    } else {
        queues_.insert(its.deadline > 0 ? held_queue_ : service_queue_, at);
    }
}

// Chooses the unit, unless the request is to wait in the service's queue.
bool Service::too_many(std::uint32_t& unit, std::uint32_t at) {
    const std::uint32_t ready = router_.ready_units();
    if (ready == 0) {
        return router_.full(queues_.size(service_queue_), 1);
    }
    if (rules_.routing == Routing::kSharedQueue) {
        return router_.full(queues_.size(service_queue_) + router_.ready_load(), ready);
    }
    unit = router_.choose(at);
    return router_.full(router_.load(unit), 1);
}

void Service::serve_queue(std::uint32_t queue, std::uint64_t places, std::int64_t now) {
    for (std::uint32_t at = 0; (at = queues_.first(queue)) != kNoSlot;) {
        const std::uint32_t unit = router_.roomy(at, places);
        if (unit == kNoUnit) {
            return;
        }
        queues_.remove(at);
        send(at, unit, now);
    }
}

void Service::send(std::uint32_t at, std::uint32_t unit, std::int64_t now) {
    pool_[at].unit = unit;
    router_.sent(pool_[at]);
    const std::uint32_t queue = unit * workers_.queues_per_unit();
    queues_.insert(queue, at);
    if (queues_.first(queue) == at) {
        workers_.look_at(queue, now);
    }
}

void Service::begin(std::int64_t now) {
    workers_.begin_iterations(now, begun_);
    for (const std::uint32_t at : begun_) {
        --waiting_;
        if (pool_[at].timed) {
            timers_.stop(*rule(pool_[at]).timer, at);
        }
    }
    begun_.clear();
}

model::ServiceLedger Service::close(std::int64_t now) {
    return recorder_.close(now, pool_, requests_.classes());
}

}  // namespace tidepool::serving
