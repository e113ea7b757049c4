// The request replay as queues whose answers are known. A token is 100 ns and a mean answer 10,000
// tokens, so that time is as good as continuous. Standard errors by batches in one long run, whose
// start is left out.

#include <cmath>
#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/serving/request_replay.h"

namespace tidepool::serving {
namespace {

constexpr double kMeanTokens = 10'000, kToken = 100, kService = kMeanTokens * kToken;  // ns
constexpr std::uint32_t kBatches = 40;  // after as many again divided by 8 for the start

double exponential(std::uint32_t word) {
    return neg_ln_q26(word) * 0x1p-26;
}

// Poisson arrivals, `load` mean answers per mean answer; lengths by a law of mean 1.
class Poisson final : public workloads::RequestStream {
public:
    using Law = std::function<double(const Block&)>;
    Poisson(double load, Law law, std::vector<double> class_ends = {})
        : gap_(kService / load), law_(std::move(law)), class_ends_(std::move(class_ends)) {
        for (std::size_t i = 0; i <= class_ends_.size(); ++i) {
            classes_.push_back(i == 0 ? "" : std::to_string(i));
        }
    }
    bool next(workloads::Request& request) override {
        const Block words = draw(2026, Purpose::kSynthetic, 5, drawn_++);
        now_ += gap_ * exponential(words[0]);
        const double length = law_(words);
        request.arrival = static_cast<std::int64_t>(now_);
        request.tokens_out = static_cast<std::uint32_t>(length * kMeanTokens) + 1;
        request.request_class = 0;
        while (request.request_class < class_ends_.size() &&
               length > class_ends_[request.request_class]) {
            ++request.request_class;
        }
        return true;
    }
    const std::vector<std::string>& classes() const override { return classes_; }

private:
    double gap_, now_ = 0;
    Law law_;
    std::vector<double> class_ends_;
    std::uint32_t drawn_ = 0;
    std::vector<std::string> classes_;
};

double memoryless(const Block& words) {
    return exponential(words[1]);
}
double constant(const Block&) {
    return 1;
}
// Two exponential laws of balanced means, squared coefficient of variation 4.
double varied(const Block& words) {
    const double p = (1 + std::sqrt(3.0 / 5)) / 2;
    const bool first = words[2] * 0x1p-32 < p;
    return exponential(words[1]) / (2 * (first ? p : 1 - p));
}

double sum_of(const LatencySketch& sketch) {
    double sum = 0;
    for (std::uint32_t b = 0; b < LatencySketch::kBuckets; ++b) {
        sum += static_cast<double>(sketch.in_bucket(b)) *
               (static_cast<double>(LatencySketch::begin(b)) +
                static_cast<double>(LatencySketch::width(b) - 1) / 2);
    }
    return sum;
}

struct Estimate {
    double mean = 0, error = 0;
};

Estimate over_batches(const model::ServiceLedger& ledger,
                      const std::function<double(const model::ServiceBin&)>& of) {
    double sum = 0, squares = 0;
    for (std::size_t b = ledger.bins.size() - kBatches; b < ledger.bins.size(); ++b) {
        sum += of(ledger.bins[b]);
        squares += of(ledger.bins[b]) * of(ledger.bins[b]);
    }
    const double mean = sum / kBatches;
    return {mean, std::sqrt((squares / kBatches - mean * mean) / (kBatches - 1))};
}

#define EXPECT_ESTIMATE(estimate, value, within)                       \
    do {                                                               \
        EXPECT_NEAR((estimate).mean, value, 4 * (estimate).error);     \
        EXPECT_LT((estimate).error, (within) * (value)) << "no proof"; \
    } while (false)

// `requests` in the batches together.
model::ServiceLedger queue(ServiceRules rules, std::uint32_t units, double load, double requests,
                           Poisson::Law law) {
    rules.unit.decode = rules.unit.decode.empty()
                            ? model::TimeTable{{1, static_cast<std::uint64_t>(kToken)}}
                            : rules.unit.decode;
    std::vector<UnitChange> changes;
    for (std::uint32_t unit = 0; unit < units; ++unit) {
        changes.push_back({0, unit, UnitEvent::kReady});
    }
    Poisson stream(load, std::move(law));
    const auto bin = static_cast<std::int64_t>(requests / load * kService / kBatches);
    return replay_requests(rules, changes, stream, bin * (kBatches + kBatches / 8), bin);
}

double wait_of(const model::ServiceBin& bin) {  // in mean services
    return (sum_of(bin.ttft) / static_cast<double>(bin.ttft.count()) - kToken) / kService;
}
double waited_of(const model::ServiceBin& bin) {
    const auto at_once = LatencySketch::bucket(static_cast<std::uint64_t>(kToken));
    double none = 0;
    for (std::uint32_t b = 0; b <= at_once; ++b) {
        none += static_cast<double>(bin.ttft.in_bucket(b));
    }
    return 1 - none / static_cast<double>(bin.ttft.count());
}
double refused_of(const model::ServiceBin& bin) {
    return static_cast<double>(bin.rejected.requests) / static_cast<double>(bin.offered.requests);
}

// Arrival rate and service rate 1 (scaled), servers; Erlang C, mean wait, Erlang B.
struct Row {
    double rate, service_rate;
    std::uint32_t servers;
    double erlang_c, wait, erlang_b;
    double requests, within;  // to simulate, and the standard error that they must allow
};
constexpr Row kRows[] = {{0.7, 1, 1, .7, 2.333333, .4117647, 300'000, .03},
                         {8, 1, 10, .4091801508, .2045900754, .1216611, 300'000, .04},
                         {90, 1, 100, .2169404809, .0216940481, .0269574, 400'000, .07},
                         {950, 1, 1000, .0682534154, .0013650683, .0036493, 1'500'000, .14},
                         {5.5304, 0.5, 16, .1189972476, .0481848265, .0400272, 300'000, .04}};

TEST(SharedQueue, IsMMc) {
    for (const Row& row : kRows) {
        SCOPED_TRACE(row.servers);
        ServiceRules rules;
        rules.routing = Routing::kSharedQueue;
        const model::ServiceLedger ledger =
            queue(rules, row.servers, row.rate / row.service_rate, row.requests, memoryless);
        EXPECT_ESTIMATE(over_batches(ledger, waited_of), row.erlang_c, row.within);
        EXPECT_ESTIMATE(over_batches(ledger, wait_of), row.wait * row.service_rate, 2 * row.within);
    }
}

TEST(NoQueueAtAll, IsErlangB) {
    for (const Row& row : kRows) {
        SCOPED_TRACE(row.servers);
        ServiceRules rules;
        rules.queue_limit = 0;
        const model::ServiceLedger ledger =
            queue(rules, row.servers, row.rate / row.service_rate, row.requests, memoryless);
        EXPECT_ESTIMATE(over_batches(ledger, refused_of), row.erlang_b, row.within);
    }
}

// Pollaczek and Khinchine: rho / (1 - rho) * (1 + Cs^2) / 2.
TEST(OneUnit, IsMG1) {
    const std::pair<Poisson::Law, double> cases[] = {
        {constant, 2.0}, {memoryless, 4.0}, {varied, 10.0}};
    for (const auto& [law, wait] : cases) {
        SCOPED_TRACE(wait);
        EXPECT_ESTIMATE(over_batches(queue({}, 1, .8, 400'000, law), wait_of), wait, .06);
    }
}

// An iteration that takes as long as the batch is large shares one processor: a request of length x
// stays x / (1 - rho) whatever the others are. Utilisation is rho all the same.
TEST(IterationsProportionalToTheBatch, ShareAProcessor) {
    for (const Poisson::Law& law : {Poisson::Law(memoryless), Poisson::Law(varied)}) {
        ServiceRules rules;
        rules.unit.decode = {{1, 100}, {2, 200}};
        rules.unit.batch_limit = 1000;
        const std::vector<double> ends = {.2, .5, 1, 2};
        constexpr std::uint32_t kRuns = 20;
        std::vector<double> sum(ends.size() + 1), squares(ends.size() + 1);
        const UnitChange ready{};
        Poisson stream(.8, law, ends);
        double busy = 0, all = 0, counted = 0;
        const auto end = static_cast<std::int64_t>(600'000 * kService);
        const model::ServiceLedger ledger =
            replay_requests(rules, {&ready, 1}, stream, end, end / kRuns);
        for (const model::ServiceBin& bin : ledger.bins) {
            busy += static_cast<double>(bin.busy_ns);
        }
        EXPECT_NEAR(busy / static_cast<double>(end), .8, .008);
        for (std::size_t c = 0; c < ledger.classes.size(); ++c) {
            const model::ServiceClass& sizes = ledger.classes[c];
            const double served = static_cast<double>(sizes.flow.served.requests);
            const double x =
                static_cast<double>(sizes.flow.served.tokens_out) / served / kMeanTokens;
            const double stay = sum_of(sizes.latencies.total) / served / kService;
            EXPECT_NEAR(stay / x, 5, .2) << c;
            all += stay * served;
            counted += served;
        }
        EXPECT_NEAR(all / counted, 5, .2);
    }
}

}  // namespace
}  // namespace tidepool::serving
