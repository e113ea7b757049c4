#include "sim/model/service_flow.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/model/latency_curve.h"

namespace tidepool::model {
namespace {

// Steady states are looked at up to this utilisation; beyond it, what waits is a fluid.
constexpr double kSteady = 0.98;
constexpr double kNanoseconds = 1e9;
constexpr double kLastTenth = 0.1;  // of a deadline, in which batch requests go like others

// Requests and tokens that are not whole yet, as whole ones over time: the sum so far, rounded.
class Rounded {
public:
    std::uint64_t add(double amount, std::uint64_t most) {
        sum_ += amount;
        if (!(sum_ < 0x1p63)) {
            throw RunError(
                "a service is asked for more than 2^63 requests or tokens; shorten the horizon, or "
                "lower its demand");
        }
        const auto whole = static_cast<std::uint64_t>(std::floor(std::max(0.0, sum_) + 0.5));
        const std::uint64_t now = std::min(whole > given_ ? whole - given_ : 0, most);
        given_ += now;
        return now;
    }

private:
    double sum_ = 0;
    std::uint64_t given_ = 0;
};

// One way in which requests can leave, or come.
struct Way {
    Rounded requests, tokens_in, tokens_out;
};

struct Sizes {  // of a request, in the mean
    double tokens_in = 0, tokens_out = 0;
};

class Class {
public:
    explicit Class(std::string name) { result.name = std::move(name); }

    void offer(double requests, const Sizes& size, ServiceBin& bin) {
        const RequestSums sums = take(offered_, requests, size, nullptr);
        result.flow.offered += sums;
        bin.offered += sums;
        add(inside_, sums);
    }
    void reject(double requests, const Sizes& size, ServiceBin& bin) {
        const RequestSums sums = take(rejected_, requests, size, &inside_);
        result.flow.rejected += sums;
        bin.rejected += sums;
    }
    void time_out(double requests, const Sizes& size, ServiceBin& bin) {
        const RequestSums sums = take(timed_out_, requests, size, &inside_);
        result.flow.timed_out += sums;
        bin.timed_out += sums;
    }
    std::uint64_t serve(double requests, double in_slo, const Sizes& size, double cached_share,
                        ServiceBin& bin, std::size_t number) {
        const RequestSums sums = take(served_, requests, size, &inside_);
        const std::uint64_t cached =
            cached_tokens_.add(requests * size.tokens_in * cached_share, sums.tokens_in);
        result.flow.cached_tokens += cached;
        result.sell(number, sums, cached);
        result.flow.served += sums;
        bin.served += sums;
        RequestSums good = {good_requests_.add(requests * in_slo, sums.requests),
                            good_in_.add(requests * in_slo * size.tokens_in, sums.tokens_in),
                            good_out_.add(requests * in_slo * size.tokens_out, sums.tokens_out)};
        result.flow.in_slo += good;
        bin.in_slo += good.requests;
        return sums.requests;
    }
    // How many of the next `requests` are at each point of a distribution.
    std::array<std::uint64_t, kPoints> deal(std::uint64_t requests) {
        std::array<std::uint64_t, kPoints> times{};
        times.fill(requests / kPoints);
        for (std::uint64_t rest = requests % kPoints; rest > 0; --rest) {
            ++times[turn_];
            turn_ = (turn_ + kStride) % kPoints;
        }
        return times;
    }
    void close() { result.flow.unfinished = inside_; }

    ServiceClass result;

private:
    static void add(RequestSums& into, const RequestSums& more) { into += more; }
    static RequestSums take(Way& way, double requests, const Sizes& size, RequestSums* inside) {
        constexpr std::uint64_t kAll = ~std::uint64_t{0};
        const RequestSums sums = {
            way.requests.add(requests, inside == nullptr ? kAll : inside->requests),
            way.tokens_in.add(requests * size.tokens_in,
                              inside == nullptr ? kAll : inside->tokens_in),
            way.tokens_out.add(requests * size.tokens_out,
                               inside == nullptr ? kAll : inside->tokens_out)};
        if (inside != nullptr) {
            inside->requests -= sums.requests;
            inside->tokens_in -= sums.tokens_in;
            inside->tokens_out -= sums.tokens_out;
        }
        return sums;
    }

    Way offered_, rejected_, timed_out_, served_;
    Rounded good_requests_, good_in_, good_out_, cached_tokens_;
    RequestSums inside_;
    std::uint64_t turn_ = 0;  // the point that the next single request takes
};

class Flow {
public:
    Flow(const FlowRules& rules, const FlowLatency& latency, std::uint32_t end, std::uint32_t bin)
        : rules_(rules), latency_(latency), bin_(bin), others_("") {
        ledger_.bins.resize((std::uint64_t{end} + bin - 1) / bin);
        if (rules.batch_share > 0) {
            batch_.emplace_back(rules.batch_class);
        }
    }

    // From tick `from` to `to`, within one bin of everything.
    void pass(std::uint32_t from, std::uint32_t to, const FlowDemand& demand, double seconds,
              std::uint32_t units) {
        bin_now_ = &ledger_.bins[from / bin_];
        const double time = (to - from) / double{kTicksPerSecond};
        const double rate = seconds > 0 ? demand.requests / seconds : 0;
        size_ = demand.requests > 0
                    ? Sizes{demand.tokens_in / demand.requests, demand.tokens_out / demand.requests}
                    : size_;
        work_ = demand.requests > 0 ? demand.unit_seconds : work_;
        counted_ = demand.requests > 0 ? demand.work_seconds : counted_;
        bin_now_->ready_ns +=
            static_cast<std::uint64_t>(units) * (to - from) * (1'000'000'000 / kTicksPerSecond);
        const double batch_rate = rate * rules_.batch_share;
        others_.offer((rate - batch_rate) * time, size_, *bin_now_);
        Batch batch;
        if (!batch_.empty()) {
            batch = pass_batch(batch_rate * time, rate - batch_rate, units, from, time);
        }
        pass_others(rate - batch_rate, batch, units, time);
    }

    ServiceLedger close() {
        others_.close();
        ledger_.classes.push_back(std::move(others_.result));
        for (Class& c : batch_) {
            c.close();
            ledger_.classes.push_back(std::move(c.result));
        }
        return std::move(ledger_);
    }

private:
    std::size_t bin_number() const {
        return static_cast<std::size_t>(bin_now_ - ledger_.bins.data());
    }
    double capacity(std::uint32_t units) const { return work_ > 0 ? units / work_ : 0; }

    struct Batch {  // requests with a deadline: served beside the others; now going like them
        double done = 0, forced = 0;
    };

    // Requests with a deadline take what the others, and those of them that wait, leave; in the
    // last tenth of their time they go like them.
    Batch pass_batch(double arrived, double rate, std::uint32_t units, std::uint32_t from,
                     double time) {
        batch_[0].offer(arrived, size_, *bin_now_);
        const double begin = from / double{kTicksPerSecond};
        waiting_.push_back({begin, arrived});
        double room = std::max(
            0.0, std::max(0.0, rules_.batch_fill * capacity(units) - rate) * time - queue_);
        double waited = 0;
        Batch batch;
        while (!waiting_.empty() && room > 0) {
            const double part = std::min(room, waiting_.front().second);
            waiting_.front().second -= part;
            room -= part;
            batch.done += part;
            waited += part * (begin - waiting_.front().first);
            if (waiting_.front().second <= 0) {
                waiting_.pop_front();
            }
        }
        if (batch.done > 0) {
            serve(batch_[0], batch.done, 1, waited / batch.done, units, rate + batch.done / time);
        }
        while (!waiting_.empty() &&
               waiting_.front().first + (1 - kLastTenth) * rules_.deadline <= begin + time) {
            batch.forced += waiting_.front().second;
            waiting_.pop_front();
        }
        return batch;
    }

    void pass_others(double rate, const Batch& batch, std::uint32_t units, double time) {
        const double can = capacity(units);
        const double before = queue_;
        const double there = before + (rate * time + batch.forced);
        const double batch_there = batch_queue_ + batch.forced;
        queue_ = std::max(0.0, there - std::max(0.0, can * time - batch.done));
        double most_rejecting = HUGE_VAL, most_waiting = HUGE_VAL;
        if (rules_.queue_limit >= 0) {
            most_rejecting = rules_.queue_limit * std::max<std::uint32_t>(units, 1);
        }
        if (rules_.patience > 0) {
            most_waiting = (units > 0 ? can : rate) * rules_.patience;
        }
        const double most = std::min(most_rejecting, most_waiting);
        const double gone = std::max(0.0, queue_ - most);
        queue_ = std::min(queue_, most);
        ledger_.queue_max = std::max(ledger_.queue_max, static_cast<std::uint64_t>(queue_));
        const double served = there - gone - queue_;
        const double of_batch = there > 0 ? std::min(1.0, batch_there / there) : 0;
        // Batch requests leave only when there is nobody else.
        const double others = std::max(0.0, there - batch_there - served * (1 - of_batch));
        const double gone_batch = std::max(0.0, gone - others);
        batch_queue_ = std::clamp(batch_there - served * of_batch - gone_batch, 0.0, queue_);
        leave(others_, gone - gone_batch, most_rejecting <= most_waiting);
        if (gone_batch > 0) {
            leave(batch_[0], gone_batch, most_rejecting <= most_waiting);
        }
        const double delay = can > 0 ? (before + queue_) / 2 / can : 0;
        const double load =
            queue_ > 0 || before > 0 ? HUGE_VAL : rate + (batch.done + batch.forced) / time;
        serve(others_, served * (1 - of_batch), -1, delay, units, load);
        if (of_batch > 0) {
            serve(batch_[0], served * of_batch, -1, delay, units, load);
        }
    }

    void leave(Class& of, double requests, bool rejected) {
        if (rejected) {
            of.reject(requests, size_, *bin_now_);
        } else {
            of.time_out(requests, size_, *bin_now_);
        }
    }

    // `in_slo` < 0: as the latencies say.
    void serve(Class& of, double requests, double in_slo, double delay, std::uint32_t units,
               double rate) {
        if (requests <= 0 || units == 0) {
            return;
        }
        const double steady = std::min(rate, kSteady * capacity(units));
        const double mix = work_ * latency_.capacity();  // how much more work than the mean request
        const FlowPoint point = latency_.at(units, steady * mix);
        const Curve ttft(point.ttft_mean, point.ttft_p50, point.ttft_p95, point.ttft_p99);
        const Curve tpot(point.tpot_mean, point.tpot_p50, point.tpot_p95, point.tpot_p99);
        const Curve total(point.total_mean, point.total_p50, point.total_p95, point.total_p99);
        const double away = rules_.round_trip + delay;
        if (in_slo < 0 && &of != &others_) {
            in_slo = total.below(kLastTenth * rules_.deadline - away);
        } else if (in_slo < 0) {
            in_slo = point.in_slo;
            if (away > 0 && rules_.ttft_promise > 0) {
                const double alone = ttft.below(rules_.ttft_promise);
                const double now = ttft.below(rules_.ttft_promise - away);
                in_slo = alone > 0 ? in_slo * now / alone : 0;
            }
        }
        const std::uint64_t whole =
            of.serve(requests, in_slo, size_, rules_.cached_share, *bin_now_, bin_number());
        const double work = requests * counted_ * kNanoseconds;
        bin_now_->work_ns += static_cast<std::uint64_t>(work);
        bin_now_->busy_ns += static_cast<std::uint64_t>(work);
        const std::array<std::uint64_t, kPoints> times = of.deal(whole);
        for (std::size_t p = 0; p < kPoints; ++p) {
            if (times[p] == 0) {
                continue;
            }
            const std::uint64_t first = nanoseconds(ttft.at(kPlaces[p]) + away);
            of.result.latencies.ttft.add(first, times[p]);
            of.result.latencies.tpot.add(nanoseconds(tpot.at(kPlaces[p])), times[p]);
            of.result.latencies.total.add(nanoseconds(total.at(kPlaces[p]) + away), times[p]);
            bin_now_->ttft.add(first, times[p]);
        }
    }

    static std::uint64_t nanoseconds(double seconds) {  // 292 years at most
        const double ns = seconds * kNanoseconds;
        return ns < 0x1p63 ? static_cast<std::uint64_t>(std::max(ns, 0.0))
                           : std::uint64_t{1} << 63U;
    }

    const FlowRules& rules_;
    const FlowLatency& latency_;
    std::uint32_t bin_;
    ServiceLedger ledger_;
    ServiceBin* bin_now_ = nullptr;
    Class others_;
    std::vector<Class> batch_;
    std::deque<std::pair<double, double>> waiting_;  // batch requests: since when, how many
    Sizes size_;
    double work_ = 0;                     // s of a unit, per request
    double counted_ = 0;                  // the same, as work is counted
    double queue_ = 0, batch_queue_ = 0;  // requests that wait; those of them with a deadline
};

}  // namespace

double full_batch_seconds(const UnitModel& unit, double tokens_in, double tokens_out) {
    const auto prompt = static_cast<std::uint64_t>(tokens_in + 0.5);
    const double prefill =
        unit.prefill.empty() ? 0 : static_cast<double>(time_at(unit.prefill, prompt));
    const double step = static_cast<double>(time_at(unit.decode, unit.batch_limit));
    const std::uint32_t workers =
        std::max<std::uint32_t>(1, unit.prefill_workers + unit.decode_workers);
    return (prefill + tokens_out * step / unit.batch_limit) / workers / kNanoseconds;
}

ServiceLedger flow_through(const FlowRules& rules, const FlowLatency& latency,
                           std::span<const FlowDemand> demand, std::uint32_t demand_bin,
                           std::span<const ReadyStep> ready, std::uint32_t end, std::uint32_t bin) {
    TP_ASSERT(demand_bin > 0 && bin > 0, "bins have a width");
    Flow flow(rules, latency, end, bin);
    const double width = demand_bin / double{kTicksPerSecond};
    std::size_t step = 0;
    std::uint32_t units = 0;
    for (std::uint32_t now = 0; now < end;) {
        for (; step < ready.size() && ready[step].tick <= now; ++step) {
            units = ready[step].units;
        }
        const std::uint64_t in_demand = (std::uint64_t{now} / demand_bin + 1) * demand_bin;
        const std::uint64_t in_bin = (std::uint64_t{now} / bin + 1) * bin;
        std::uint64_t next = std::min({in_demand, in_bin, std::uint64_t{end}});
        if (step < ready.size()) {
            next = std::min<std::uint64_t>(next, ready[step].tick);
        }
        const std::size_t d = now / demand_bin;
        flow.pass(now, static_cast<std::uint32_t>(next),
                  d < demand.size() ? demand[d] : FlowDemand{}, width, units);
        now = static_cast<std::uint32_t>(next);
    }
    return flow.close();
}

}  // namespace tidepool::model
