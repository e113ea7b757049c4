#pragma once
// One unit, iteration by iteration, as docs/inference-model.md tells it and as slowly as that: what
// the closed forms are held against. Shares no code with them.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "sim/base/random.h"

namespace tidepool::model::twin {

struct Unit {
    std::function<double(double)> prefill;  // tokens -> s
    std::function<double(double)> decode;   // answers -> s
    double context = 0;                     // s per token of context
    std::size_t batch_limit = 1;
    double kv_tokens = 0;   // 0: all fit
    double full_batch = 1;  // what `used` counts with
};

struct Request {
    double arrival = 0, tokens_in = 0, tokens_out = 0;
};

struct Seen {
    std::vector<double> ttft, tpot, total;  // s
    double busy = 0;                        // share of time
    double batch = 0;                       // mean answers in generation
    double used = 0;  // share of time that prompts took, and answers would have in full batches
    double mean(const std::vector<double>& values) const {
        double sum = 0;
        for (const double each : values) {
            sum += each;
        }
        return sum / static_cast<double>(values.size());
    }
    double quantile(std::vector<double> values, double q) const {
        std::sort(values.begin(), values.end());
        return values[static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size()))) -
                      1];
    }
};

// Draw k of a stream, in (0, 1).
inline double uniform(std::uint64_t seed, std::uint32_t stream, std::uint32_t k) {
    return (static_cast<double>(draw(seed, Purpose::kSynthetic, stream, k)[0]) + 0.5) /
           4294967296.0;
}

// Poisson arrivals of lengths drawn from `lengths` with equal chance.
inline std::vector<Request> poisson(double rate, std::size_t count,
                                    const std::vector<std::pair<double, double>>& lengths,
                                    std::uint64_t seed) {
    std::vector<Request> requests;
    double t = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto k = static_cast<std::uint32_t>(i);
        t -= std::log(uniform(seed, 1, k)) / rate;
        const auto pick =
            static_cast<std::size_t>(uniform(seed, 2, k) * static_cast<double>(lengths.size()));
        requests.push_back({t, lengths[pick].first, lengths[pick].second});
    }
    return requests;
}

// The first `warm_up` requests are served but not looked at.
inline Seen serve(const Unit& unit, const std::vector<Request>& requests, std::size_t warm_up) {
    struct Answer {
        std::size_t request;
        double left, tokens, first;
    };
    Seen seen;
    std::deque<std::size_t> queue;
    std::vector<Answer> batch;
    std::size_t next = 0;
    double t = 0;
    double busy = 0;
    double used = 0;
    double answers = 0;
    double held = 0;  // tokens of memory that are promised
    const auto leave = [&](std::size_t i, double first) {
        const Request& request = requests[i];
        held -= request.tokens_in + request.tokens_out;
        if (i >= warm_up) {
            seen.total.push_back(t - request.arrival);
            if (request.tokens_out > 1) {
                seen.tpot.push_back((t - first) / (request.tokens_out - 1));
            }
        }
    };
    while (next < requests.size() || !queue.empty() || !batch.empty()) {
        while (next < requests.size() && requests[next].arrival <= t) {
            queue.push_back(next++);
        }
        const auto fits = [&] {
            const Request& request = requests[queue.front()];
            return unit.kv_tokens == 0 ||
                   held + request.tokens_in + request.tokens_out <= unit.kv_tokens;
        };
        if (!queue.empty() && batch.size() < unit.batch_limit && fits()) {
            const std::size_t i = queue.front();
            queue.pop_front();
            const Request& request = requests[i];
            held += request.tokens_in + request.tokens_out;
            const double time = unit.prefill(request.tokens_in);
            answers += static_cast<double>(batch.size()) * time;
            t += time;
            busy += time;
            used += time;
            if (i >= warm_up) {
                seen.ttft.push_back(t - request.arrival);
            }
            if (request.tokens_out > 1) {
                batch.push_back({i, request.tokens_out - 1, request.tokens_in + 1, t});
            } else {
                leave(i, t);
            }
        } else if (!batch.empty()) {
            double time = unit.decode(static_cast<double>(batch.size()));
            used +=
                static_cast<double>(batch.size()) * unit.decode(unit.full_batch) / unit.full_batch;
            for (Answer& answer : batch) {
                time += unit.context * answer.tokens;
                answer.tokens += 1;
                answer.left -= 1;
            }
            answers += static_cast<double>(batch.size()) * time;
            t += time;
            busy += time;
            for (const Answer& answer : batch) {
                if (answer.left == 0) {
                    leave(answer.request, answer.first);
                }
            }
            batch.erase(std::remove_if(batch.begin(), batch.end(),
                                       [](const Answer& answer) { return answer.left == 0; }),
                        batch.end());
        } else if (next < requests.size()) {
            t = requests[next].arrival;
        }
    }
    seen.busy = busy / t;
    seen.used = used / t;
    seen.batch = answers / t;
    return seen;
}

}  // namespace tidepool::model::twin
