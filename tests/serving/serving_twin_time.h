#pragma once
// Of the twin: what happens when, and what becomes of requests.

#include "tests/serving/serving_twin.h"

namespace tidepool::serving {

inline ServingTwin::ServingTwin(const TwinCase& asked)
    : asked_(asked), unit_(asked.rules.unit), apart_(asked.rules.unit.prefill_workers > 0) {
    for (const TwinRequest& one : asked.requests) {
        Request request{.asked = one, .number = static_cast<Int>(requests_.size())};
        const RequestClassRule* rule = nullptr;
        for (const char* pass : {"named", "others"}) {
            const std::string name = pass[0] == 'n' ? asked.classes[one.request_class] : "";
            for (const RequestClassRule& candidate : asked.rules.classes) {
                if (rule == nullptr && candidate.name == name) {
                    rule = &candidate;
                }
            }
        }
        request.priority = rule != nullptr ? rule->priority : 0;
        request.deadline = rule != nullptr ? rule->deadline : 0;
        requests_.push_back(request);
    }
    for (const UnitChange& change : asked.changes) {
        while (units_.size() <= change.unit) {
            const auto unit = static_cast<Int>(units_.size());
            for (std::uint32_t i = 0; i < unit_.prefill_workers; ++i) {
                workers_.push_back({.unit = unit, .answers = false});
            }
            for (std::uint32_t i = 0; i < unit_.decode_workers; ++i) {
                workers_.push_back({.unit = unit, .prompts = false});
            }
            if (!apart_) {
                workers_.push_back({.unit = unit});
            }
            units_.emplace_back();
            ready_since_.push_back(0);
        }
    }
    ledger_.bins.resize(static_cast<std::size_t>((asked.end + asked.bin - 1) / asked.bin));
    for (const std::string& name : asked.classes) {
        ledger_.classes.emplace_back().name = name;
    }
}

inline ServingTwin::Int ServingTwin::time_at(const model::TimeTable& table, Int at) {
    __extension__ using Wide = __int128;
    const auto x = [&](std::size_t i) { return static_cast<Wide>(table[i].at); };
    const auto y = [&](std::size_t i) { return static_cast<Wide>(table[i].ns); };
    if (at <= static_cast<Int>(table[0].at) || table.size() == 1) {
        return static_cast<Int>(table[0].ns);
    }
    std::size_t i = 1;
    while (i + 1 < table.size() && at > static_cast<Int>(table[i].at)) {
        ++i;
    }
    return static_cast<Int>(y(i - 1) + (y(i) - y(i - 1)) * (at - x(i - 1)) / (x(i) - x(i - 1)));
}

inline model::ServiceLedger ServingTwin::run() {
    for (Int now = next_time(); now < asked_.end; now = next_time()) {
        instant(now);
        now_ = now;
    }
    for (const Worker& worker : workers_) {
        if (worker.busy) {
            add_span(&model::ServiceBin::busy_ns, {worker.from, asked_.end});
        }
    }
    for (std::size_t u = 0; u < units_.size(); ++u) {
        if (units_[u].ready) {
            add_span(&model::ServiceBin::ready_ns, {ready_since_[u], asked_.end});
        }
    }
    for (const Request& request : requests_) {
        if (request.where != Where::kNotYet && request.where != Where::kLeft) {
            class_of(request).flow.unfinished += sums(request);
        }
    }
    return ledger_;
}

// The first time after now_ at which anything may happen.
inline ServingTwin::Int ServingTwin::next_time() const {
    constexpr Int kNever = Int{1} << 61U;
    Int next = kNever;
    const auto may = [&](Int time) { next = time > now_ ? std::min(next, time) : next; };
    for (const Worker& worker : workers_) {
        may(worker.busy ? worker.until : kNever);
    }
    for (const UnitChange& change : asked_.changes) {
        may(change.at);
    }
    for (const Request& request : requests_) {
        may(request.asked.arrival);
        may(request.where == Where::kHandOver ? request.handed_at : kNever);
        may(request.asked.arrival + request.deadline - request.deadline / 10);
        may(request.asked.arrival + request.deadline + 1);
        may(request.asked.arrival + asked_.rules.patience + 1);
    }
    return next;
}

inline void ServingTwin::instant(Int now) {
    for (Worker& worker : workers_) {
        if (worker.busy && worker.until == now) {
            end_iteration(worker, now);
        }
    }
    for (Request& request : requests_) {
        if (request.where == Where::kHandOver && request.handed_at == now) {
            request.where = Where::kSecond;
        }
    }
    for (; changed_ < asked_.changes.size() && asked_.changes[changed_].at == now; ++changed_) {
        change(asked_.changes[changed_]);
    }
    timeouts(now);
    send_on(now);
    for (Request& request : requests_) {
        if (request.where == Where::kNotYet && request.asked.arrival == now) {
            arrive(request, now);
        }
    }
    const Int fill = (places() * asked_.rules.batch_fill + 999) / 1000;
    for (const bool held : {false, true}) {
        const Where where = held ? Where::kHeld : Where::kService;
        while (held || asked_.rules.routing == Routing::kSharedQueue) {
            const Int first = first_of(those(where));
            const Int unit = first < 0 ? -1
                                       : roomy(requests_[static_cast<std::size_t>(first)],
                                               held ? fill : places());
            if (unit < 0) {
                break;
            }
            requests_[static_cast<std::size_t>(first)].unit = unit;
            requests_[static_cast<std::size_t>(first)].where = Where::kUnit;
        }
    }
    for (Worker& worker : workers_) {
        if (!worker.busy) {
            begin(worker, now);
        }
    }
    std::uint64_t waiting = 0;
    for (const Request& request : requests_) {
        waiting += request.where == Where::kHeld || request.where == Where::kService ||
                           request.where == Where::kUnit
                       ? 1
                       : 0;
    }
    ledger_.queue_max = std::max(ledger_.queue_max, waiting);
}

inline void ServingTwin::token(Request& request, Int now) {
    ++request.given;
    if (request.given == 1 && asked_.rules.cache.blocks > 0) {
        use(request, static_cast<Int>(request.asked.blocks.size()), true);
    }
    if (request.given == 1 && request.first < 0) {
        request.first = now;
        class_of(request).latencies.ttft.add(
            static_cast<std::uint64_t>(now - request.asked.arrival));
        bin(now).ttft.add(static_cast<std::uint64_t>(now - request.asked.arrival));
    }
    if (request.given < request.asked.out) {
        return;
    }
    request.where = Where::kLeft;
    model::ServiceClass& mine = class_of(request);
    const Int total = now - request.asked.arrival;
    mine.flow.served += sums(request);
    bin(now).served += sums(request);
    mine.flow.cached_tokens += static_cast<std::uint64_t>(request.cached);
    mine.latencies.total.add(static_cast<std::uint64_t>(total));
    const Int further = Int{request.asked.out} - 1;
    if (further > 0) {
        mine.latencies.tpot.add(static_cast<std::uint64_t>((now - request.first) / further));
    }
    bool kept = true;
    if (request.deadline > 0) {
        kept = total <= request.deadline;
    } else {
        const Int ttft = asked_.rules.ttft_promise, tpot = asked_.rules.tpot_promise;
        kept = (ttft == 0 || request.first - request.asked.arrival <= ttft) &&
               (tpot == 0 || now - request.first <= tpot * further);
    }
    if (kept) {
        mine.flow.in_slo += sums(request);
        ++bin(now).in_slo;
    }
    const Int of_workers = apart_ ? Int{unit_.prefill_workers} + unit_.decode_workers : 1;
    const Int limit = unit_.batch_limit;
    const Int computed = Int{request.asked.in} - Int{request.cached};
    const Int prompt = unit_.prefill.empty() || computed == 0
                           ? 0
                           : std::max<Int>(1, time_at(unit_.prefill, computed));
    const Int full = std::max<Int>(1, time_at(unit_.decode, limit));
    const Int parts = limit * of_workers;
    bin(now).work_ns += static_cast<std::uint64_t>(
        (2 * (prompt * limit + full * request.asked.out) + parts) / (2 * parts));
}

inline void ServingTwin::end_iteration(Worker& worker, Int now) {
    add_span(&model::ServiceBin::busy_ns, {worker.from, now});
    worker.busy = false;
    worker.fraction = worker.next_fraction;
    std::vector<Int> stay;
    for (std::size_t i = 0; i < worker.batch.size(); ++i) {
        Request& request = requests_[static_cast<std::size_t>(worker.batch[i])];
        if (worker.computing[i] >= 0) {
            request.computed += worker.computing[i];
            if (request.cached + request.computed == request.asked.in) {
                token(request, now);
            }
        } else if (worker.tokens && (request.given > 0 || unit_.prefill.empty())) {
            if (request.given == 0) {
                request.computed = request.asked.in - request.cached;
            }
            token(request, now);
        }
        if (request.where == Where::kWork && !worker.answers) {
            request.where = Where::kHandOver;
            request.handed_at =
                now + static_cast<Int>(unit_.transfer_ns +
                                       ((request.asked.in * unit_.transfer_ns_per_token) >> 20U));
        } else if (request.where == Where::kWork) {
            stay.push_back(worker.batch[i]);
        }
    }
    worker.batch = stay;
}

inline void ServingTwin::change(const UnitChange& change) {
    Unit& unit = units_[change.unit];
    const bool ready = change.event == UnitEvent::kReady;
    if (unit.ready && !ready) {
        add_span(&model::ServiceBin::ready_ns, {ready_since_[change.unit], change.at});
    }
    if (!unit.ready && ready) {
        ready_since_[change.unit] = change.at;
    }
    unit.ready = ready;
    if (change.event != UnitEvent::kGone) {
        return;
    }
    for (const Int r : in_unit(change.unit)) {
        Request& request = requests_[static_cast<std::size_t>(r)];
        if (request.where != Where::kUnit) {
            ++class_of(request).flow.moved;
            class_of(request).flow.lost_tokens +=
                static_cast<std::uint64_t>(request.computed + request.given);
        }
        request.computed = request.given = request.cached = 0;
        request.where = Where::kService;
        request.unit = -1;
        homeless_.push_back(r);
    }
    for (Worker& worker : workers_) {
        if (worker.unit == change.unit) {
            if (worker.busy) {
                add_span(&model::ServiceBin::busy_ns, {worker.from, change.at});
            }
            worker.busy = false;
            worker.fraction = 0;
            worker.batch.clear();
        }
    }
    if (!asked_.rules.cache.shared) {
        cache(change.unit).clear();
    }
}

inline void ServingTwin::timeouts(Int now) {
    for (Request& request : requests_) {
        const bool waits = request.where == Where::kHeld || request.where == Where::kService ||
                           request.where == Where::kUnit;
        if (!waits || request.ever_begun) {
            continue;
        }
        const Int most = request.deadline > 0 ? request.deadline : asked_.rules.patience;
        if (most > 0 && now > request.asked.arrival + most) {
            request.where = Where::kLeft;
            request.unit = -1;
            std::erase(homeless_, request.number);
            class_of(request).flow.timed_out += sums(request);
            bin(now).timed_out += sums(request);
        } else if (request.where == Where::kHeld &&
                   now >= request.asked.arrival + most - most / 10) {
            request.near = true;
            request.where = Where::kService;
            homeless_.push_back(request.number);
        }
    }
}

}  // namespace tidepool::serving
