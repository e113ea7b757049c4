#pragma once
// Of the twin: who goes where, and what a worker does next.

#include "tests/serving/serving_twin.h"

namespace tidepool::serving {

inline void ServingTwin::send_on(Int) {
    const bool any =
        std::any_of(units_.begin(), units_.end(), [](const Unit& unit) { return unit.ready; });
    homeless_.clear();  // all of them are in the service's queue now
    if (!any || asked_.rules.routing == Routing::kSharedQueue) {
        return;
    }
    for (Int first = 0; (first = first_of(those(Where::kService))) >= 0;) {
        Request& request = requests_[static_cast<std::size_t>(first)];
        request.unit = choose(request);
        request.where = Where::kUnit;
    }
}

inline void ServingTwin::arrive(Request& request, Int now) {
    class_of(request).flow.offered += sums(request);
    bin(now).offered += sums(request);
    Int ready = 0, house = static_cast<Int>(those(Where::kService).size());
    for (std::size_t u = 0; u < units_.size(); ++u) {
        ready += units_[u].ready ? 1 : 0;
        house += units_[u].ready ? load(static_cast<Int>(u)) : 0;
    }
    bool rejected = unit_.kv_tokens > 0 && request.need() > static_cast<Int>(unit_.kv_tokens);
    const bool limited = asked_.rules.queue_limit != kAnyNumber;
    const Int most = limited ? places() + static_cast<Int>(asked_.rules.queue_limit) : 0;
    request.where = Where::kService;
    if (rejected) {
    } else if (request.deadline > 0) {
        request.where = Where::kHeld;
    } else if (ready == 0 || asked_.rules.routing == Routing::kSharedQueue) {
        rejected = limited && house >= most * std::max<Int>(1, ready);
    } else {
        const Int unit = choose(request);
        rejected = limited && load(unit) >= most;
        request.where = Where::kUnit;
        request.unit = rejected ? -1 : unit;
    }
    if (rejected) {
        request.where = Where::kLeft;
        class_of(request).flow.rejected += sums(request);
        bin(now).rejected += sums(request);
    }
}

inline ServingTwin::Int ServingTwin::choose(const Request& request) {
    std::vector<Int> ready;
    for (std::size_t u = 0; u < units_.size(); ++u) {
        if (units_[u].ready) {
            ready.push_back(static_cast<Int>(u));
        }
    }
    const auto least = [&](std::vector<Int> units) {
        return *std::min_element(units.begin(), units.end(), [&](Int a, Int b) {
            return std::tuple(load(a), a) < std::tuple(load(b), b);
        });
    };
    switch (asked_.rules.routing) {
        case Routing::kRoundRobin: {
            const auto next = std::upper_bound(ready.begin(), ready.end(), last_chosen_);
            return last_chosen_ = next == ready.end() ? ready.front() : *next;
        }
        case Routing::kRandom: {
            const std::uint32_t word =
                draw(asked_.rules.seed, Purpose::kRequestRouting, 0, asked_.rules.entity,
                     static_cast<std::uint32_t>(draws_ / 4))[static_cast<std::size_t>(draws_ % 4)];
            ++draws_;
            return ready[(std::uint64_t{word} * ready.size()) >> 32U];
        }
        case Routing::kPrefix: {
            Int most = 0;
            std::vector<Int> best;
            for (const Int unit : ready) {
                const Int found = load(unit) < places() ? hits(request, unit) : 0;
                if (found > most) {
                    most = found;
                    best.clear();
                }
                if (found == most && most > 0) {
                    best.push_back(unit);
                }
            }
            return least(best.empty() ? ready : best);
        }
        case Routing::kLeastLoaded:
        case Routing::kSharedQueue:
            break;
    }
    return least(ready);
}

inline ServingTwin::Int ServingTwin::roomy(const Request& request, Int places) const {
    Int best = -1;
    for (std::size_t u = 0; u < units_.size(); ++u) {
        const auto unit = static_cast<Int>(u);
        Int used = 0;
        for (const Int r : in_unit(unit)) {
            used += requests_[static_cast<std::size_t>(r)].need();
        }
        const Int memory =
            static_cast<Int>(unit_.kv_tokens) * (apart_ ? Int{unit_.decode_workers} : 1);
        if (units_[u].ready && load(unit) < places &&
            (memory == 0 || used + request.need() <= memory) &&
            (best < 0 || load(unit) < load(best))) {
            best = unit;
        }
    }
    return best;
}

// Takes the first of the worker's queue into its batch, if it fits.
inline bool ServingTwin::take(Worker& worker) {
    const Int first = first_of(those(worker.prompts ? Where::kUnit : Where::kSecond, worker.unit));
    if (first < 0) {
        return false;
    }
    Request& request = requests_[static_cast<std::size_t>(first)];
    if (worker.answers) {
        Int used = request.need();
        for (const Int r : worker.batch) {
            used += requests_[static_cast<std::size_t>(r)].need();
        }
        if (worker.batch.size() >= unit_.batch_limit ||
            (unit_.kv_tokens > 0 && used > static_cast<Int>(unit_.kv_tokens))) {
            return false;
        }
    }
    request.where = Where::kWork;
    worker.batch.push_back(first);
    if (worker.prompts) {
        request.ever_begun = true;
        request.computed = request.given = request.cached = 0;
        if (asked_.rules.cache.blocks > 0) {
            const Int found = hits(request, request.unit);
            ledger_.cache_lookups += request.asked.blocks.size();
            ledger_.cache_hits += static_cast<std::uint64_t>(found);
            request.cached = std::min<Int>(found * asked_.block_tokens, request.asked.in);
            use(request, found, false);
        }
    }
    return true;
}

inline void ServingTwin::begin(Worker& worker, Int now) {
    const auto of = [&](std::size_t i) -> Request& {
        return requests_[static_cast<std::size_t>(worker.batch[i])];
    };
    const auto loading = [&](const Request& request) {
        return (request.cached * static_cast<Int>(asked_.rules.cache.load_ns_per_token)) >> 20U;
    };
    const bool prompts = worker.prompts && !unit_.prefill.empty();
    const bool whole = prompts && (apart_ || unit_.chunk == 0);
    worker.computing.assign(worker.batch.size(), -1);
    worker.tokens = true;
    Int ns = 0;
    bool any_prompt = false;
    if (whole) {
        if (take(worker)) {
            const Request& request = of(worker.batch.size() - 1);
            worker.computing.push_back(request.asked.in - request.cached);
            ns = std::max<Int>(1, time_at(unit_.prefill, worker.computing.back())) +
                 loading(request);
            worker.tokens = false;
            any_prompt = true;
        }
    } else if (prompts) {
        Int left = unit_.chunk, computed = 0;
        for (std::size_t i = 0; i < worker.batch.size() || (left > 0 && take(worker)); ++i) {
            if (i == worker.computing.size()) {
                worker.computing.push_back(-1);
                ns += loading(of(i));
            }
            if (of(i).given == 0) {  // the prompt is not complete
                const Int rest = of(i).asked.in - of(i).cached - of(i).computed;
                worker.computing[i] = std::min(rest, left);
                left -= worker.computing[i];
                computed += worker.computing[i];
                any_prompt = true;
            }
        }
        ns += any_prompt ? std::max<Int>(1, time_at(unit_.prefill, computed)) : 0;
    } else {
        while (take(worker)) {
        }
        worker.computing.assign(worker.batch.size(), -1);
    }
    Int answers = 0, context = 0;
    for (std::size_t i = 0; i < worker.batch.size() && worker.tokens; ++i) {
        if (worker.computing[i] < 0) {
            ++answers;
            context += of(i).asked.in + of(i).given;
        }
    }
    if (worker.batch.empty()) {
        worker.fraction = 0;
        return;
    }
    Int parts = worker.fraction + (ns << 20U);
    if (answers > 0) {
        parts += (std::max<Int>(1, time_at(unit_.decode, answers)) << 20U) +
                 static_cast<Int>(unit_.context_cost) * context;
    }
    worker.busy = true;
    worker.from = now;
    worker.until = now + (parts >> 20U);
    worker.next_fraction = parts & ((Int{1} << 20U) - 1);
}

inline ServingTwin::Int ServingTwin::first_of(const std::vector<Int>& waiting) const {
    const auto order = [&](Int r) {
        const Request& request = requests_[static_cast<std::size_t>(r)];
        return std::tuple(!request.near, request.near ? 0 : -request.priority, r);
    };
    const auto first = std::min_element(waiting.begin(), waiting.end(),
                                        [&](Int a, Int b) { return order(a) < order(b); });
    return first == waiting.end() ? -1 : *first;
}

inline std::vector<ServingTwin::Int> ServingTwin::those(Where where, Int unit) const {
    std::vector<Int> found;
    for (const Request& request : requests_) {
        if (request.where == where && (unit < 0 || request.unit == unit)) {
            found.push_back(request.number);
        }
    }
    return found;
}

inline std::vector<ServingTwin::Int> ServingTwin::in_unit(Int unit) const {
    std::vector<Int> found;
    for (const Request& request : requests_) {
        if (request.unit == unit && request.where != Where::kLeft) {
            found.push_back(request.number);
        }
    }
    return found;
}

inline ServingTwin::Int ServingTwin::places() const {
    return Int{unit_.batch_limit} * (apart_ ? Int{unit_.decode_workers} : 1);
}

inline ServingTwin::Int ServingTwin::hits(const Request& request, Int unit) const {
    const auto found = caches_.find(asked_.rules.cache.shared ? 0 : unit);
    Int hits = 0;
    if (asked_.rules.cache.blocks > 0 && found != caches_.end()) {
        for (const std::uint64_t block : request.asked.blocks) {
            if (std::find(found->second.begin(), found->second.end(), block) ==
                found->second.end()) {
                break;
            }
            ++hits;
        }
    }
    return hits;
}

// Moves the first `blocks` blocks of a request to the front, the last one first.
inline void ServingTwin::use(const Request& request, Int blocks, bool insert) {
    std::vector<std::uint64_t>& list = cache(request.unit);
    for (Int i = blocks; i-- > 0;) {
        const std::uint64_t block = request.asked.blocks[static_cast<std::size_t>(i)];
        std::erase(list, block);
        list.insert(list.begin(), block);
    }
    while (insert && list.size() > asked_.rules.cache.blocks) {
        list.pop_back();
        ++ledger_.cache_evictions;
    }
}

inline void ServingTwin::add_span(std::uint64_t model::ServiceBin::*what, Span span) {
    for (std::size_t b = 0; b < ledger_.bins.size(); ++b) {
        const Int begin = static_cast<Int>(b) * asked_.bin;
        const Int from = std::max(span.from, begin);
        const Int until = std::min(span.until, begin + asked_.bin);
        ledger_.bins[b].*what += from < until ? static_cast<std::uint64_t>(until - from) : 0;
    }
}

}  // namespace tidepool::serving
