// What a worker does next: takes requests from its queue and begins an iteration.

#include <algorithm>

#include "sim/serving/workers.h"

namespace tidepool::serving {

void Workers::begin_iterations(std::int64_t now, std::vector<std::uint32_t>& begun) {
    std::size_t sorted = 1;
    for (std::size_t i = 0; i < touched_.size(); ++i) {  // which may grow meanwhile
        if (touched_.size() > sorted) {
            std::sort(touched_.begin() + static_cast<std::ptrdiff_t>(i), touched_.end());
            sorted = touched_.size();
        }
        const std::uint32_t number = touched_[i];
        workers_[number].touched = false;
        const std::uint64_t waited = queues_.size(queue_of(number));
        begin(number, now, begun);
        if (apart() && queues_.size(queue_of(number)) != waited) {
            pass_on(number, now);
        }
    }
    touched_.clear();
}

// The others that compute answers see a new first request: those before `number` have had their
// turn at this time.
void Workers::pass_on(std::uint32_t number, std::int64_t now) {
    const std::uint32_t head = queues_.first(queue_of(number));
    if (head == kNoSlot) {
        return;
    }
    const auto [begin, end] = workers_of(queue_of(number));
    for (std::uint32_t other = begin; other < end; ++other) {
        if (other != number) {
            stop_for(other, head, other < number ? now + 1 : now, now);
        }
    }
}

void Workers::begin(std::uint32_t number, std::int64_t now, std::vector<std::uint32_t>& begun) {
    Worker& worker = workers_[number];
    if (worker.doing != Doing::kIdle && worker.doing != Doing::kBoundary) {
        return;
    }
    worker.at.from = now;
    bool prompts = false;
    if (kind(number) == Kind::kAnswers || unit_.prefill.empty()) {
        const bool from_start = unit_.prefill.empty();
        for (std::uint32_t slot = 0; (slot = take(number, begun)) != kNoSlot;) {
            add_answer(worker, slot, pool_[slot].tokens_out - (from_start ? 0 : 1));
            if (from_start) {
                worker.news.push_back(slot);
            }
        }
    } else if (unit_.chunk == 0 || apart()) {
        prompts = begin_prompt(number, now, begun);
    } else {
        prompts = begin_mixed(number, now, begun);
    }
    if (prompts) {
        return;
    }
    if (worker.answers.empty()) {
        rest(number, now);
        return;
    }
    next_slots_[number] = worker.answers.front().slot;
    worker.steps = worker.news.empty() ? worker.answers.front().last - worker.iterations : 1;
    start(number, Doing::kAnswers, now, times_.end(worker.at, worker.steps, nullptr));
}

bool Workers::begin_prompt(std::uint32_t number, std::int64_t now,
                           std::vector<std::uint32_t>& begun) {
    const std::uint32_t slot = take(number, begun);
    if (slot == kNoSlot) {
        return false;
    }
    const Slot& request = pool_[slot];
    workers_[number].news.push_back(slot);
    const std::uint64_t ns = times_.prefill(request.tokens_in - request.cached) + loading(request);
    next_slots_[number] = slot;
    start(number, Doing::kPrompt, now, now + static_cast<std::int64_t>(ns));
    return true;
}

bool Workers::begin_mixed(std::uint32_t number, std::int64_t now,
                          std::vector<std::uint32_t>& begun) {
    Worker& worker = workers_[number];
    std::uint32_t left = unit_.chunk;
    std::uint64_t ns = 0;
    std::uint32_t slot = worker.partial;
    worker.partial = kNoSlot;
    while (slot != kNoSlot || (left > 0 && (slot = take(number, begun)) != kNoSlot)) {
        const Slot& request = pool_[slot];
        if (worker.news.empty() || worker.news.front() != slot) {
            ns += loading(request);
            worker.news.push_back(slot);
        }
        const std::uint32_t rest = request.tokens_in - request.cached - request.computed;
        if (rest > left) {
            worker.partial = slot;
            worker.partial_tokens = left;
        }
        left -= std::min(rest, left);
        slot = kNoSlot;
    }
    if (worker.news.empty()) {
        return false;
    }
    ns += times_.prefill(unit_.chunk - left);
    std::int64_t answers = now;
    worker.next_fraction = worker.at.fraction;
    if (worker.at.batch > 0) {
        answers = times_.end(worker.at, 1, &worker.next_fraction);
    }
    start(number, Doing::kMixed, now, answers + static_cast<std::int64_t>(ns));
    return true;
}

void Workers::start(std::uint32_t number, Doing doing, std::int64_t now, std::int64_t until) {
    Worker& worker = workers_[number];
    if (worker.doing == Doing::kIdle) {
        recorder_.busy(now, 1);
    }
    worker.doing = doing;
    set_event(number, until);
}

void Workers::rest(std::uint32_t number, std::int64_t now) {
    Worker& worker = workers_[number];
    if (worker.doing != Doing::kIdle) {
        recorder_.busy(now, -1);
    }
    worker.doing = Doing::kIdle;
    worker.at.fraction = 0;
}

bool Workers::fits(const Worker& worker, std::uint32_t slot) const {
    return worker.requests < unit_.batch_limit &&
           (unit_.kv_tokens == 0 || worker.memory + pool_[slot].memory() <= unit_.kv_tokens);
}

std::uint32_t Workers::take(std::uint32_t number, std::vector<std::uint32_t>& begun) {
    Worker& worker = workers_[number];
    const std::uint32_t slot = queues_.first(queue_of(number));
    if (slot == kNoSlot || (kind(number) != Kind::kPrompts && !fits(worker, slot))) {
        return kNoSlot;
    }
    queues_.remove(slot);
    if (kind(number) != Kind::kPrompts) {
        ++worker.requests;
        worker.memory += pool_[slot].memory();
    }
    if (kind(number) != Kind::kAnswers) {
        begun.push_back(slot);
        ask_cache(slot);
    }
    return slot;
}

void Workers::ask_cache(std::uint32_t slot) {
    Slot& request = pool_[slot];
    request.cached = request.computed = 0;
    if (caches_.empty()) {
        return;
    }
    const std::span<const std::uint64_t> blocks = pool_.blocks(slot);
    BlockCache& cache = caches_[cache_.shared ? 0 : request.unit];
    const std::uint32_t hits = cache.hits(blocks);
    recorder_.asked_cache(blocks.size(), hits);
    cache.use(blocks.first(hits));
    request.cached = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(std::uint64_t{hits} * block_tokens_, request.tokens_in));
}

}  // namespace tidepool::serving
