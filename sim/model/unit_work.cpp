#include "sim/model/unit_work.h"

#include <algorithm>
#include <cmath>

namespace tidepool::model {
namespace {

constexpr double kNs = 1e-9;
constexpr double kFine = 1.0 / (1 << 20);  // of the costs per token, which are ns * 2^-20

// As time_at(), in seconds and between whole numbers, too.
double seconds_at(const TimeTable& table, double at) {
    if (table.empty()) {
        return 0;
    }
    if (table.size() == 1 || at <= static_cast<double>(table.front().at)) {
        return static_cast<double>(table.front().ns) * kNs;
    }
    auto above = std::lower_bound(table.begin(), table.end(), at, [](const TimePoint& p, double x) {
        return static_cast<double>(p.at) < x;
    });
    if (above == table.end()) {
        --above;
    }
    const TimePoint& low = *(above - 1);
    const double slope =
        static_cast<double>(above->ns - low.ns) / static_cast<double>(above->at - low.at);
    return (static_cast<double>(low.ns) + slope * (at - static_cast<double>(low.at))) * kNs;
}

}  // namespace

ServiceTimes::ServiceTimes(std::vector<double> of) : times(std::move(of)) {
    if (!std::is_sorted(times.begin(), times.end())) {
        std::sort(times.begin(), times.end());
    }
    double squares = 0;
    for (const double each : times) {
        mean += each;
        squares += each * each;
    }
    const auto count = static_cast<double>(times.size());
    mean /= count;
    scv = mean > 0 ? squares / count / (mean * mean) - 1 : 0;
}

double UnitSpeed::prompt(double tokens) const {
    const double chunk = unit_.chunk;
    if (chunk == 0 || split() || tokens <= chunk) {
        return seconds_at(unit_.prefill, tokens);
    }
    const double whole = std::floor(tokens / chunk);
    const double rest = tokens - whole * chunk;
    return whole * seconds_at(unit_.prefill, chunk) +
           (rest > 0 ? seconds_at(unit_.prefill, rest) : 0);
}

double UnitSpeed::chunk_time() const {
    return unit_.chunk == 0 || split() ? 0 : seconds_at(unit_.prefill, unit_.chunk);
}

RequestWork UnitSpeed::work(double tokens_in, double tokens_out, double cached_share) const {
    RequestWork work;
    const double tokens = tokens_in * (1 - cached_share);
    work.tokens_in = tokens_in;
    work.prompt = prompt(tokens);
    work.chunks = chunk_time() > 0 ? std::max(1.0, std::ceil(tokens / unit_.chunk)) : 1;
    work.steps = std::max(0.0, tokens_out - 1);
    work.context = work.steps * (tokens_in + (work.steps + 1) / 2);
    work.footprint = tokens_in + tokens_out;
    return work;
}

double UnitSpeed::iteration(double batch, double context) const {
    const double reading = static_cast<double>(unit_.context_cost) * kFine * kNs;
    return batch > 0 ? seconds_at(unit_.decode, batch) + reading * context * batch : 0;
}

double UnitSpeed::unit_time(double prompt, double decode) const {
    return split() ? std::max(prompt / prompt_workers(), decode / decode_workers())
                   : prompt + decode;
}

double UnitSpeed::places(double footprint, double unused) const {
    const double limit = unit_.batch_limit;
    const double memory = static_cast<double>(unit_.kv_tokens);
    return unit_.kv_tokens == 0 || footprint <= 0
               ? limit
               : std::clamp((memory - unused) / footprint, 1.0, limit);
}

double UnitSpeed::transfer(double tokens_in) const {
    return split() ? kNs * (static_cast<double>(unit_.transfer_ns) +
                            static_cast<double>(unit_.transfer_ns_per_token) * kFine * tokens_in)
                   : 0;
}

MixWork::MixWork(const UnitSpeed& speed, std::span<const Length> lengths, double cached_share) {
    const auto count = static_cast<double>(lengths.size());
    double held = 0;
    double held_squares = 0;
    double squares = 0;
    for (const Length& length : lengths) {
        const RequestWork one = speed.work(length.tokens_in, length.tokens_out, cached_share);
        requests.push_back(one);
        prompt += one.prompt / count;
        prompt_square += one.prompt * one.prompt / count;
        chunks += one.chunks / count;
        steps += one.steps / count;
        context += one.context / count;
        held += one.footprint * one.steps / count;
        held_squares += one.footprint * one.footprint * one.steps / count;
        footprint += one.footprint / count;
        squares += one.footprint * one.footprint / count;
    }
    // What the next request does not fit into: half of one, and more of one that is large.
    const double unused = squares / (2 * footprint);
    if (steps > 0) {
        context /= steps;
        footprint = held / steps;
    }
    std::sort(requests.begin(), requests.end(), [](const RequestWork& a, const RequestWork& b) {
        return a.prompt != b.prompt ? a.prompt < b.prompt : a.steps < b.steps;
    });
    places = speed.places(footprint, unused);
    if (steps > 0 && places < speed.places(0, 0)) {
        unevenness = held_squares / steps / (footprint * footprint);
    }
    full_iteration = speed.iteration(places, context);
    work = speed.unit_time(prompt, steps * full_iteration / places);
    double least = work;
    if (speed.chunk_time() > 0) {  // an iteration computes one chunk, whatever runs beside it
        least = std::max(least, prompt + chunks * (steps > 0 ? full_iteration : 0));
    }
    capacity = 1 / least;
    sum_answers();
    std::vector<double> of_prompts, of_whole, of_full;
    for (const RequestWork& each : requests) {
        const double mean_context = each.steps > 0 ? each.context / each.steps : 0;
        of_prompts.push_back(each.prompt);
        of_whole.push_back(each.prompt + each.steps * speed.iteration(1, mean_context));
        of_full.push_back((speed.split() ? 0 : each.prompt) + full_iteration / places * each.steps);
    }
    prompts = ServiceTimes(std::move(of_prompts));
    alone = ServiceTimes(std::move(of_whole));
    full = ServiceTimes(std::move(of_full));
}

void MixWork::sum_answers() {
    const auto add = [](RequestWork& sum, const RequestWork& each, double part) {
        sum.prompt += each.prompt * part;
        sum.steps += each.steps * part;
        sum.context += each.context * part;
        sum.tokens_in += each.tokens_in * part;
    };
    double count = 0;
    for (const RequestWork& each : requests) {
        if (each.steps > 0) {
            count += 1;
            add(answering_work, each, 1 / static_cast<double>(requests.size()));
        }
    }
    answering = count / static_cast<double>(requests.size());
    for (const RequestWork& each : requests) {
        if (each.steps > 0) {
            per_step += 1 / each.steps / count;
            add(per_step_work, each, 1 / each.steps / count);
        }
    }
}

}  // namespace tidepool::model
