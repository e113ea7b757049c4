#include "workloads/demand_info.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "sim/base/assert.h"
#include "workloads/calendar.h"

namespace tidepool::workloads {
namespace {

// How often each number of tokens came; memory grows with the largest, at most kMostTokens.
class TokenCounts {
public:
    void add(std::uint32_t tokens) {
        if (tokens >= counts_.size()) {
            counts_.resize(std::max<std::size_t>(std::size_t{tokens} + 1, 2 * counts_.size()));
        }
        ++counts_[tokens];
        ++count_;
        sum_ += tokens;
        max_ = std::max(max_, tokens);
    }
    TokensInfo result() const {
        return {static_cast<double>(sum_) / static_cast<double>(count_),
                quantile(50),
                quantile(90),
                quantile(95),
                quantile(99),
                max_,
                sum_};
    }

private:
    std::uint32_t quantile(std::uint64_t percent) const {
        const std::uint64_t rank = std::max<std::uint64_t>((percent * count_ + 99) / 100, 1);
        std::uint64_t below = 0;
        std::size_t tokens = 0;
        for (; tokens < max_ && below + counts_[tokens] < rank; ++tokens) {
            below += counts_[tokens];
        }
        return static_cast<std::uint32_t>(tokens);
    }

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0, sum_ = 0;
    std::uint32_t max_ = 0;
};

// Requests in the full minutes from the first request on.
class Minutes {
public:
    void add(std::int64_t since_first) {
        constexpr std::int64_t kMinute = 60 * kNanosecondsPerSecond;
        const std::int64_t minute = since_first / kMinute;
        if (minute > minute_) {
            close(count_);
            if (minute > minute_ + 1) {
                close(0);
            }
            minute_ = minute;
            count_ = 0;
        }
        ++count_;
    }
    std::optional<std::uint64_t> min, max;

private:
    void close(std::uint64_t count) {
        min = std::min(min.value_or(count), count);
        max = std::max(max.value_or(count), count);
    }
    std::int64_t minute_ = 0;
    std::uint64_t count_ = 0;
};

// Mean and spread of gaps (Welford 1962).
class GapSpread {
public:
    void add(double gap) {
        ++count_;
        const double off = gap - mean_;
        mean_ += off / static_cast<double>(count_);
        squares_ += off * (gap - mean_);
    }
    std::optional<double> cv() const {
        return count_ > 1 && mean_ > 0
                   ? std::optional(std::sqrt(squares_ / static_cast<double>(count_)) / mean_)
                   : std::nullopt;
    }

private:
    std::uint64_t count_ = 0;
    double mean_ = 0, squares_ = 0;
};

class PrefixCache {
public:
    void add(std::span<const std::uint64_t> blocks) {
        total_ += blocks.size();
        bool hit = true;
        for (const std::uint64_t id : blocks) {
            if (seen_.size() > RequestsInfo::kMostDistinct) {
                return;
            }
            hit = !seen_.insert(id).second && hit;
            hits_ += hit ? 1 : 0;
        }
    }
    RequestsInfo::Blocks result(std::uint32_t tokens) const {
        RequestsInfo::Blocks blocks{tokens, total_, {}, {}};
        if (seen_.size() <= RequestsInfo::kMostDistinct) {
            blocks.distinct = seen_.size();
            blocks.hits = hits_;
        }
        return blocks;
    }

private:
    std::unordered_set<std::uint64_t> seen_;  // never iterated
    std::uint64_t total_ = 0, hits_ = 0;
};

// The total rate as a sum of steps up and down; the roundings are summed beside it (Neumaier 1974).
class TotalRate {
public:
    void change(double from, double to) {
        add(-from);
        add(to);
        active_ += (to > 0 ? 1 : 0) - (from > 0 ? 1 : 0);
    }
    double value() const { return active_ == 0 ? 0 : std::max(sum_ + lost_, 0.0); }

private:
    void add(double value) {
        const double next = sum_ + value;
        lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
        sum_ = next;
    }
    double sum_ = 0, lost_ = 0;
    std::int64_t active_ = 0;
};

// Calls visit(begin, end, requests/s of all clients) for every stretch of constant total rate.
template <class Visit>
void for_stretches(const RateTrace& rates, Visit visit) {
    std::vector<std::tuple<double, std::uint32_t, double>> changes;  // time, client, rate
    for (std::size_t c = 0; c < rates.clients.size(); ++c) {
        for (const RateStep& step : rates.clients[c].steps) {
            changes.emplace_back(step.begin.value, static_cast<std::uint32_t>(c), step.rate);
        }
    }
    std::sort(changes.begin(), changes.end());
    std::vector<double> now(rates.clients.size());
    TotalRate total;
    double since = 0;
    for (const auto& [time, client, rate] : changes) {
        if (time > since) {
            visit(since, time, total.value());
            since = time;
        }
        total.change(now[client], rate);
        now[client] = rate;
    }
    if (rates.end.value > since) {
        visit(since, rates.end.value, total.value());
    }
}

// Seconds and requests of each hour of the day.
struct Hours {
    double midnight = 0;  // s from the last midnight to second 0
    std::array<double, 24> seconds{}, requests{};

    // A stretch of whole days adds the same to all hours.
    void add(double begin, double end, double rate) {
        constexpr double kHour = 3600;
        constexpr double kDay = 86'400;
        const double days = std::floor((end - begin) / kDay);
        for (std::size_t h = 0; h < 24 && days > 0; ++h) {
            seconds[h] += days * kHour;
            requests[h] += days * kHour * rate;
        }
        double at = std::fmod(begin + midnight, kDay);
        double left = end - begin - days * kDay;
        while (left > 0) {
            const double hour = std::floor(at / kHour);
            const double length = std::min(left, (hour + 1) * kHour - at);
            const auto h = static_cast<std::size_t>(hour) % 24;
            seconds[h] += length;
            requests[h] += length * rate;
            left -= length;
            at = (hour + 1) * kHour;
        }
    }
};

void add_clients(const RateTrace& rates, RatesInfo& info) {
    std::vector<double> sizes;
    double scv = 0;
    for (const RateClient& client : rates.clients) {
        info.steps += client.steps.size();
        sizes.push_back(expected_requests(rates, client, Seconds{0}, rates.end));
        info.requests += sizes.back();
        for (std::size_t i = 0; i < client.steps.size(); ++i) {
            const RateStep& step = client.steps[i];
            const Seconds end = i + 1 < client.steps.size() ? client.steps[i + 1].begin : rates.end;
            scv += step.rate > 0
                       ? step.rate * (end.value - step.begin.value) * gap_scv(step.law, step.shape)
                       : 0;
        }
    }
    if (rates.gaps_given && info.requests > 0) {
        info.gap_cv = std::sqrt(scv / info.requests);
    }
    std::sort(sizes.begin(), sizes.end(), std::greater<>());
    double sum = 0;
    for (std::size_t i = 0; i < sizes.size() && info.requests > 0; ++i) {
        sum += sizes[i];
        const double share = sum / info.requests;
        info.top = i < 1 ? share : info.top;
        info.top5 = i < 5 ? share : info.top5;
        info.top20 = i < 20 ? share : info.top20;
    }
}

}  // namespace

RequestsInfo describe(RequestStream& requests) {
    RequestsInfo info;
    TokenCounts in, out;
    Minutes minutes;
    GapSpread gaps;
    PrefixCache cache;
    std::vector<std::uint64_t> by_class;
    std::int64_t first = 0, last = 0;
    for (Request request; requests.next(request); ++info.requests) {
        first = info.requests == 0 ? request.arrival : first;
        if (info.requests > 0) {
            gaps.add(static_cast<double>(request.arrival - last) / 1e9);
        }
        last = request.arrival;
        minutes.add(request.arrival - first);
        in.add(request.tokens_in);
        out.add(request.tokens_out);
        cache.add(request.blocks);
        by_class.resize(std::max<std::size_t>(by_class.size(), requests.classes().size()));
        ++by_class[request.request_class];
    }
    TP_ASSERT(info.requests > 0, "a stream without requests is the caller's to refuse");
    info.first = {static_cast<double>(first) / 1e9};
    info.last = {static_cast<double>(last) / 1e9};
    if (first < last) {
        info.rate = static_cast<double>(info.requests) / (static_cast<double>(last - first) / 1e9);
    }
    info.minute_min = minutes.min;
    info.minute_max = minutes.max;
    info.gap_cv = gaps.cv();
    info.in = in.result();
    info.out = out.result();
    for (std::size_t i = 0; i < by_class.size(); ++i) {
        if (by_class[i] > 0) {
            info.classes.push_back({requests.classes()[i], by_class[i]});
        }
    }
    if (requests.block_tokens() > 0) {
        info.blocks = cache.result(requests.block_tokens());
    }
    return info;
}

RatesInfo describe(const RateTrace& rates) {
    RatesInfo info;
    info.origin = rates.origin;
    info.clients = rates.clients.size();
    info.end = rates.end;
    add_clients(rates, info);
    Hours hours;
    if (const auto origin = parse_calendar(rates.origin)) {
        hours.midnight = static_cast<double>(origin->seconds % 86'400) + origin->fraction;
    }
    bool any = false;
    for_stretches(rates, [&](double begin, double end, double rate) {
        info.min = any ? std::min(info.min, rate) : rate;
        info.max = std::max(info.max, rate);
        info.silent.value += rate == 0 ? end - begin : 0;
        hours.add(begin, end, rate);
        any = true;
    });
    info.mean = rates.end.value > 0 ? info.requests / rates.end.value : 0;
    for (std::size_t h = 0; h < hours.seconds.size(); ++h) {
        if (hours.seconds[h] > 0) {
            info.by_hour[h] = hours.requests[h] / hours.seconds[h];
        }
    }
    return info;
}

}  // namespace tidepool::workloads
