// Requests per second of the request replay. Figures: tests/benchmarks/README.md.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/base/random.h"
#include "sim/serving/request_replay.h"

namespace tidepool::serving {
namespace {

constexpr std::uint32_t kUnits = 1000;
constexpr std::uint32_t kKinds = 1U << 16U;  // of lengths, drawn before
constexpr std::uint32_t kRequests = 1'000'000;

double gaussian(const Block& words) {
    const double u = (words[0] + 0.5) * 0x1p-32, v = words[1] * 0x1p-32;
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
}

// Lengths like the conversations of Azure 2023: means 1155 and 211 tokens, here of lognormals;
// arrivals at exponential gaps.
class Conversations final : public workloads::RequestStream {
public:
    explicit Conversations(double rate, std::uint32_t most = kRequests)
        : gap_(static_cast<std::uint64_t>(1e9 / rate)), left_(most), lengths_(kKinds) {
        for (std::uint32_t i = 0; i < kKinds; ++i) {
            const double in = std::exp(6.63 + 0.92 * gaussian(draw(1, Purpose::kSynthetic, 1, i)));
            const double out = std::exp(5.02 + 0.81 * gaussian(draw(1, Purpose::kSynthetic, 2, i)));
            lengths_[i] = {static_cast<std::uint32_t>(std::min(in, 14'000.0)) + 1,
                           static_cast<std::uint32_t>(std::min(out, 1000.0)) + 1,
                           (gap_ * neg_ln_q26(draw(1, Purpose::kSynthetic, 3, i)[0])) >> 26U};
        }
    }
    bool next(workloads::Request& request) override {
        if (left_ == 0) {
            return false;
        }
        --left_;
        const Kind& kind = lengths_[left_ % kKinds];
        now_ += static_cast<std::int64_t>(kind.gap);
        request.arrival = now_;
        request.tokens_in = kind.in;
        request.tokens_out = kind.out;
        return true;
    }
    const std::vector<std::string>& classes() const override { return classes_; }

private:
    struct Kind {
        std::uint32_t in = 1, out = 1;
        std::uint64_t gap = 0;
    };
    std::uint64_t gap_;
    std::uint32_t left_;
    std::int64_t now_ = 0;
    std::vector<Kind> lengths_;
    std::vector<std::string> classes_ = {""};
};

// Llama2-70B on 8 H100 (splitwise-sim), rounded.
model::UnitModel h100() {
    model::UnitModel unit;
    unit.prefill = {{512, 57'000'000}, {1024, 78'000'000}, {2048, 137'000'000}};
    unit.decode = {{1, 29'700'000}, {8, 32'400'000}, {32, 38'900'000}, {64, 50'000'000}};
    unit.batch_limit = 64;
    return unit;
}

void replay_conversations(benchmark::State& state, const ServiceRules& rules) {
    std::vector<UnitChange> changes;
    for (std::uint32_t unit = 0; unit < kUnits; ++unit) {
        changes.push_back({0, unit, UnitEvent::kReady});
    }
    const double rate = static_cast<double>(state.range(0)) / 100 * 4 * kUnits;
    double p95 = 0;
    for (auto _ : state) {
        Conversations requests(rate);
        const model::ServiceLedger ledger =
            replay_requests(rules, changes, requests, std::int64_t{1} << 50U, 60'000'000'000'000);
        p95 = static_cast<double>(ledger.classes[0].latencies.ttft.quantile(950)) / 1e9;
    }
    state.counters["ttft_p95"] = p95;
    state.SetItemsProcessed(state.iterations() * kRequests);
}

ServiceRules rules_of(Routing routing, std::uint32_t chunk, std::uint64_t context_cost,
                      bool limited) {
    ServiceRules rules;
    rules.unit = h100();
    rules.unit.chunk = chunk;
    rules.unit.context_cost = context_cost;
    rules.unit.kv_tokens = limited ? 150'000 : 0;
    rules.routing = routing;
    rules.patience = limited ? 60'000'000'000 : 0;
    return rules;
}

void stream_alone(benchmark::State& state) {
    for (auto _ : state) {
        Conversations requests(2800);
        workloads::Request request;
        while (requests.next(request)) {
            benchmark::DoNotOptimize(request);
        }
    }
    state.SetItemsProcessed(state.iterations() * kRequests);
}
BENCHMARK(stream_alone)->Unit(benchmark::kMillisecond);

#define TIDEPOOL_REPLAY(name, ...)                                       \
    BENCHMARK_CAPTURE(replay_conversations, name, rules_of(__VA_ARGS__)) \
        ->Arg(40)                                                        \
        ->Arg(70)                                                        \
        ->Arg(90)                                                        \
        ->Unit(benchmark::kMillisecond)
TIDEPOOL_REPLAY(least_loaded, Routing::kLeastLoaded, 0, 0, false);
TIDEPOOL_REPLAY(least_loaded_context, Routing::kLeastLoaded, 0, 1U << 17U, false);
TIDEPOOL_REPLAY(least_loaded_limits, Routing::kLeastLoaded, 0, 0, true);
TIDEPOOL_REPLAY(least_loaded_chunks, Routing::kLeastLoaded, 512, 0, false);
TIDEPOOL_REPLAY(round_robin, Routing::kRoundRobin, 0, 0, false);
TIDEPOOL_REPLAY(shared_queue, Routing::kSharedQueue, 0, 0, false);

}  // namespace
}  // namespace tidepool::serving

BENCHMARK_MAIN();
