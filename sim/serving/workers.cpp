#include "sim/serving/workers.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace tidepool::serving {
namespace {

constexpr auto kLater = [](const auto& a, const auto& b) {
    return static_cast<std::int32_t>(a.last - b.last) > 0;
};

}  // namespace

Workers::Workers(const ServiceRules& rules, std::uint32_t units, RequestPool& pool, Queues& queues,
                 Recorder& recorder)
    : unit_(rules.unit),
      cache_(rules.cache),
      times_(rules.unit),
      pool_(pool),
      queues_(queues),
      recorder_(recorder),
      per_unit_(std::max(1U, rules.unit.prefill_workers + rules.unit.decode_workers)),
      workers_(std::size_t{units} * per_unit_),
      events_(units * per_unit_),
      next_slots_(workers_.size()) {
    if (cache_.blocks > 0) {
        caches_.assign(cache_.shared ? 1 : units, BlockCache(cache_.blocks));
    }
}

void Workers::end_iterations(std::int64_t now, Outcome& outcome) {
    while (events_.min() == static_cast<std::uint64_t>(now)) {
        end(events_.first(), now, outcome);
    }
}

void Workers::end(std::uint32_t number, std::int64_t now, Outcome& outcome) {
    Worker& worker = workers_[number];
    if (worker.doing == Doing::kAnswers) {
        advance(worker, worker.steps, now);
        for (const std::uint32_t slot : worker.news) {
            prompt_complete(slot, now);
        }
        worker.news.clear();
        finish(worker, outcome);
    } else {
        worker.at.from = now;
        if (worker.doing == Doing::kMixed) {
            worker.at.fraction = worker.next_fraction;
            worker.at.context += worker.at.batch;
            worker.iterations += worker.at.batch > 0 ? 1 : 0;
            finish(worker, outcome);
        }
        for (const std::uint32_t slot : worker.news) {
            if (slot != worker.partial) {
                prompt_complete(slot, now);
                after_prompt(number, slot, outcome);
            }
        }
        worker.news.clear();
        if (worker.partial != kNoSlot) {
            pool_[worker.partial].computed += worker.partial_tokens;
            worker.news.push_back(worker.partial);
        }
    }
    worker.doing = Doing::kBoundary;
    set_event(number, kFar);
    touch(number);
}

std::pair<std::uint32_t, std::uint32_t> Workers::workers_of(std::uint32_t queue) const {
    if (!apart()) {
        return {queue, queue + 1};
    }
    const std::uint32_t first = queue / 2 * per_unit_, answers = first + unit_.prefill_workers;
    return queue % 2 == 0 ? std::pair{first, answers} : std::pair{answers, first + per_unit_};
}

void Workers::look_at(std::uint32_t queue, std::int64_t now) {
    const std::uint32_t head = queues_.first(queue);
    if (head == kNoSlot) {
        return;
    }
    const auto [begin, end] = workers_of(queue);
    for (std::uint32_t number = begin; number < end; ++number) {
        const Doing doing = workers_[number].doing;
        if (doing == Doing::kIdle || doing == Doing::kBoundary) {
            touch(number);
        } else {
            stop_for(number, head, now, now);
        }
    }
}

// Lets iterations for answers go on only until the first boundary from `from` on, if `head` may
// join there.
void Workers::stop_for(std::uint32_t number, std::uint32_t head, std::int64_t from,
                       std::int64_t now) {
    Worker& worker = workers_[number];
    if (worker.doing != Doing::kAnswers || worker.steps == 1 || !fits(worker, head)) {
        return;
    }
    const std::uint64_t first = times_.first_from(worker.at, from);
    if (first >= worker.steps) {
        return;
    }
    const auto steps = static_cast<std::uint32_t>(first);
    const std::int64_t boundary = times_.end(worker.at, steps, nullptr);
    if (boundary == now) {
        advance(worker, steps, now);
        worker.doing = Doing::kBoundary;
        set_event(number, kFar);
        touch(number);
    } else {
        worker.steps = steps;
        set_event(number, boundary);
    }
}

void Workers::stop(std::uint32_t unit, std::int64_t now, std::vector<Left>& left) {
    for (std::uint32_t number = unit * per_unit_; number < (unit + 1) * per_unit_; ++number) {
        Worker& worker = workers_[number];
        if (worker.doing == Doing::kAnswers) {
            worker.iterations +=
                static_cast<std::uint32_t>(times_.first_from(worker.at, now + 1) - 1);
        }
        for (const Answer& answer : worker.answers) {
            const Slot& slot = pool_[answer.slot];
            const std::uint64_t tokens = slot.tokens_out - (answer.last - worker.iterations);
            left.push_back({answer.slot, tokens == 0 ? 0 : prompt_tokens(slot) - 1 + tokens});
        }
        if (!unit_.prefill.empty()) {
            for (const std::uint32_t slot : worker.news) {
                left.push_back({slot, pool_[slot].computed});
            }
        }
        rest(number, now);
        worker.at = {};
        worker.memory = worker.requests = 0;
        worker.answers.clear();
        worker.news.clear();
        worker.partial = kNoSlot;
        set_event(number, kFar);
    }
    if (cache_.blocks > 0 && !cache_.shared) {
        caches_[unit].clear();
    }
}

void Workers::touch(std::uint32_t number) {
    if (!workers_[number].touched) {
        workers_[number].touched = true;
        touched_.push_back(number);
    }
}

void Workers::set_event(std::uint32_t number, std::int64_t time) {
    events_.set(number, time >= kFar ? MinTree::kNone : static_cast<std::uint64_t>(time));
}

void Workers::prompt_complete(std::uint32_t slot, std::int64_t now) {
    Slot& request = pool_[slot];
    if (request.first < 0) {
        request.first = now;
        recorder_.first_token(request, now);
    }
    if (!caches_.empty()) {
        recorder_.evicted(caches_[cache_.shared ? 0 : request.unit].use(pool_.blocks(slot)));
    }
}

void Workers::after_prompt(std::uint32_t number, std::uint32_t slot, Outcome& outcome) {
    Worker& worker = workers_[number];
    const std::uint32_t further = pool_[slot].tokens_out - 1;
    if (further > 0 && kind(number) == Kind::kPrompts) {
        outcome.handed.push_back(slot);
    } else if (further > 0) {
        add_answer(worker, slot, further);
    } else {
        if (kind(number) != Kind::kPrompts) {
            leave(worker, slot);
        }
        outcome.served.push_back(slot);
    }
}

void Workers::add_answer(Worker& worker, std::uint32_t slot, std::uint32_t tokens_left) {
    const Slot& request = pool_[slot];
    worker.answers.push_back({worker.iterations + tokens_left, slot});
    std::push_heap(worker.answers.begin(), worker.answers.end(), kLater);
    ++worker.at.batch;
    worker.at.context += request.memory() - tokens_left;
}

void Workers::advance(Worker& worker, std::uint32_t steps, std::int64_t now) {
    times_.end(worker.at, steps, &worker.at.fraction);
    worker.at.from = now;
    worker.at.context += std::uint64_t{steps} * worker.at.batch;
    worker.iterations += steps;
}

void Workers::finish(Worker& worker, Outcome& outcome) {
    while (!worker.answers.empty() && worker.answers.front().last == worker.iterations) {
        const std::uint32_t slot = worker.answers.front().slot;
        std::pop_heap(worker.answers.begin(), worker.answers.end(), kLater);
        worker.answers.pop_back();
        --worker.at.batch;
        worker.at.context -= pool_[slot].memory();
        leave(worker, slot);
        outcome.served.push_back(slot);
    }
}

void Workers::leave(Worker& worker, std::uint32_t slot) {
    --worker.requests;
    worker.memory -= pool_[slot].memory();
}

}  // namespace tidepool::serving
