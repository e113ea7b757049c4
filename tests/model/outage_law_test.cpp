// Outages against what is published or known in closed form: VC-10, VC-16 and the log that ships
// with Tidepool, pairing and sums done here anew.

#include <algorithm>
#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/failure_log.h"
#include "tests/model/outage_tools.h"
#include "topology/build.h"
#include "workloads/unpack.h"

namespace tidepool::model {
namespace {

struct Sample {
    double mean = 0, variance = 0, n = 0;
};

Sample sample_of(const std::vector<double>& values) {
    Sample s;
    s.n = static_cast<double>(values.size());
    for (const double value : values) {
        s.mean += value / s.n;
    }
    for (const double value : values) {
        s.variance += (value - s.mean) * (value - s.mean) / (s.n - 1);
    }
    return s;
}

// For how many ticks of [from, to) how many nodes are down, overlaps of one node counted once.
std::map<int, std::uint64_t> ticks_by_nodes_down(const std::vector<Outage>& list,
                                                 std::uint32_t nodes, Ticks from, Ticks to) {
    std::vector<std::pair<std::uint32_t, int>> changes;
    std::vector<std::uint32_t> down_until(nodes, 0);
    for (const Outage& outage : list) {
        std::uint32_t& until = down_until[outage.first_node];
        const std::uint32_t begin = std::max({outage.begin.value, until, from.value});
        const std::uint32_t end = std::min(outage.end.value, to.value);
        until = std::max(until, outage.end.value);
        if (begin < end) {
            changes.emplace_back(begin, +1);
            changes.emplace_back(end, -1);
        }
    }
    std::sort(changes.begin(), changes.end());
    std::map<int, std::uint64_t> ticks;
    std::uint32_t now = from.value;
    int down = 0;
    for (const auto& [time, change] : changes) {
        ticks[down] += time - now;
        now = time;
        down += change;
    }
    ticks[down] += to.value - now;
    return ticks;
}

// VC-10: 419 unexpected interruptions in 54 d, each cause Poisson. Tolerances are 4 standard
// errors; that of a Poisson's variance is mean * sqrt(2/n), about. GPUs under repair do not fail:
// 6.6 h of 143,000 h, far below.
TEST(Llama3, IsInterrupted419TimesByItsCauses) {
    const std::map<std::string, double> published{
        {"gpu", 148},        {"hbm", 72},
        {"software", 54},    {"network", 35},
        {"thermal", 6},      {"host-maintenance", 32},
        {"gpu-sram", 19},    {"gpu-system-processor", 17},
        {"nic", 7},          {"nccl-watchdog", 7},
        {"ssd", 3},          {"silent-data-corruption", 6},
        {"power-supply", 3}, {"chassis", 2},
        {"io-board", 2},     {"dependency", 2},
        {"cpu", 2},          {"memory", 2}};
    const topology::Topology topology = topology::build_preset("llama3-16k");
    constexpr int kRuns = 64;
    std::map<std::string, std::vector<double>> counts;
    std::vector<double> totals;
    for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
        const Outages outages =
            generate_outages(topology, topology.failures, nullptr, seed, Ticks{54 * kDay});
        totals.push_back(static_cast<double>(outages.list.size()));
        for (const auto& row : published) {
            counts[row.first].push_back(static_cast<double>(of_cause(outages, row.first).size()));
        }
    }
    const auto expect_poisson = [&](const std::vector<double>& values, double mean) {
        const Sample sample = sample_of(values);
        EXPECT_NEAR(sample.mean, mean, 4 * std::sqrt(mean / kRuns));
        // Var of the sample variance: (mean + 2 mean^2) / n.
        EXPECT_NEAR(sample.variance, mean, 4 * std::sqrt((mean + 2 * mean * mean) / kRuns));
    };
    expect_poisson(totals, 419);
    EXPECT_EQ(counts.size(), 18u);
    for (const auto& [cause, mean] : published) {
        SCOPED_TRACE(cause);
        expect_poisson(counts[cause], mean);
    }
}

double binomial_above(int n, double p, int k) {  // P(X > k)
    double term = std::pow(1 - p, n), sum = term;
    for (int i = 1; i <= k; ++i) {
        term *= p / (1 - p) * (n - i + 1) / i;
        sum += term;
    }
    return 1 - sum;
}

// VC-16: 400 nodes, 4.195e-3 failures per node-day, mean repair 5.535 d under any law: nodes down
// at once are binomial with p = lm / (1 + lm) = 0.0227, mean 9.08, p99 = 17, p99.9 = 20. Each run
// gives the time averages of 2,700 d, after 300 d to forget that all began in order.
void expect_binomial(const std::string& repair) {
    SCOPED_TRACE(repair);
    const double lm = 4.195e-3 * 5.535;
    const double p = lm / (1 + lm);
    ASSERT_NEAR(400 * p, 9.08, 0.005);
    ASSERT_TRUE(binomial_above(400, p, 16) > 0.01 && binomial_above(400, p, 17) < 0.01);
    ASSERT_TRUE(binomial_above(400, p, 19) > 0.001 && binomial_above(400, p, 20) < 0.001);
    const topology::Topology topology = servers(400);
    const auto spec = failures(
        "components: [{name: x, per: node, count: 4.195, over: 1000 d, repair: " + repair + "}]");
    std::map<int, std::vector<double>> above;
    std::vector<double> means;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const Outages outages = generate_outages(topology, spec, nullptr, seed, Ticks{3000 * kDay});
        double mean = 0;
        std::map<int, double> share;
        for (const auto& [down, ticks] :
             ticks_by_nodes_down(outages.list, 400, Ticks{300 * kDay}, Ticks{3000 * kDay})) {
            const double part = static_cast<double>(ticks) / (2700.0 * kDay);
            mean += down * part;
            for (const int k : {9, 16, 17, 19, 20}) {
                share[k] += down > k ? part : 0;
            }
        }
        means.push_back(mean);
        for (const auto& [k, part] : share) {
            above[k].push_back(part);
        }
    }
    const auto expect_mean = [](const std::vector<double>& values, double expected) {
        const Sample sample = sample_of(values);
        EXPECT_NEAR(sample.mean, expected, 4 * std::sqrt(sample.variance / sample.n));
    };
    expect_mean(means, 400 * p);
    for (const auto& [k, values] : above) {
        SCOPED_TRACE(k);
        expect_mean(values, binomial_above(400, p, k));
    }
}

TEST(NodesDown, AreBinomialWhateverTheRepairLaw) {
    expect_binomial("{law: fixed, mean: 5.535 d}");
    expect_binomial("{law: exponential, mean: 5.535 d}");
    expect_binomial("{law: lognormal, mean: 5.535 d, sigma: 1}");
    expect_binomial("{law: empirical, values: [1 h, 100 h, 297.52 h]}");  // mean 132.84 h
    expect_binomial("{law: mix, mean: 2 d, hard_share: 10 %, hard_mean: 37.35 d}");
}

// One line "key": "value" or "key": number of the log; empty if it is another line.
std::string value_of(const std::string& line, const std::string& key) {
    const std::size_t at = line.find("\"" + key + "\": ");
    if (at == std::string::npos) {
        return "";
    }
    std::string value = line.substr(at + key.size() + 4);
    while (!value.empty() && (value.back() == ',' || value.back() == '"')) {
        value.pop_back();
    }
    return value.starts_with('"') ? value.substr(1) : value;
}

// The raw log, read line by line: a node is down while more faults have started than ended.
struct RawLog {
    std::map<std::string, int> starts;                            // by class
    std::map<std::string, std::map<std::uint32_t, int>> changes;  // by node and tick
    std::map<int, std::uint64_t> ticks_by_nodes_down;
    std::uint64_t downtime = 0;  // node-ticks

    RawLog(const std::string& path, std::uint32_t end) {
        std::map<std::uint32_t, int> all;
        read(path);
        for (const auto& [node, of_node] : changes) {
            int open = 0;
            for (const auto& [tick, change] : of_node) {
                const int before = open;
                open += change;
                all[tick] += (open > 0) - (before > 0);
            }
        }
        all[end] += 0;
        std::uint32_t now = 0;
        int down = 0;
        for (const auto& [tick, change] : all) {
            ticks_by_nodes_down[down] += tick - now;
            downtime += std::uint64_t{tick - now} * static_cast<std::uint64_t>(down);
            now = tick;
            down += change;
        }
    }

    // Times have four decimals of a day: 8.64 s = 138.24 ticks, rounded up.
    static std::uint32_t tick_of(const std::string& days) {
        const std::size_t point = std::min(days.find('.'), days.size());
        std::string decimals = point < days.size() ? days.substr(point + 1) : "";
        decimals.resize(4, '0');
        const std::uint64_t steps = std::stoull(days.substr(0, point) + decimals);
        return static_cast<std::uint32_t>((steps * 13'824 + 99) / 100);
    }

    void read(const std::string& path) {
        const auto bytes = workloads::open_bytes(path);
        std::string text(std::size_t{1} << 20U, '\0');
        std::size_t size = 0;
        while (const std::size_t n = bytes->read(text.data() + size, text.size() - size)) {
            size += n;
        }
        std::string node, type;
        std::uint32_t tick = 0;
        for (std::size_t at = 0; at < size;) {
            const std::size_t eol = std::min(text.find('\n', at), size);
            const std::string line = text.substr(at, eol - at);
            at = eol + 1;
            const std::string days = value_of(line, "event_time");
            node = value_of(line, "node_id").empty() ? node : value_of(line, "node_id");
            type = value_of(line, "event_type").empty() ? type : value_of(line, "event_type");
            tick = days.empty() ? tick : tick_of(days);
            const std::string cause = value_of(line, "Class");
            if (!cause.empty()) {
                changes[node][tick] += type == "fault_start" ? 1 : -1;
                starts[cause] += type == "fault_start";
            }
        }
    }
};

TEST(InfiniteHbdReplay, IsExact) {
    const std::string traces = std::string(TIDEPOOL_SOURCE_DIR) + "/workloads/traces";
    const Ticks end{232 * kDay};
    const RawLog raw(traces + "/infinitehbd-2024.json.gz", end.value);
    const topology::Topology topology = servers(400);
    const auto spec = failures("log: {file: infinitehbd-2024.json.gz}");
    Issues issues;
    const auto log = read_failure_log(spec, topology, traces, {}, issues);
    issues.throw_if_any();
    const Outages outages = generate_outages(topology, spec, &*log, 1, end);
    ASSERT_EQ(outages.list.size(), 371u);
    std::uint64_t downtime = 0;
    const auto replayed = ticks_by_nodes_down(outages.list, 400, Ticks{}, end);
    for (const auto& [down, ticks] : replayed) {
        downtime += ticks * static_cast<std::uint64_t>(down);
    }
    EXPECT_EQ(downtime, raw.downtime);
    EXPECT_EQ(replayed, raw.ticks_by_nodes_down);
    for (const auto& [cause, starts] : raw.starts) {
        EXPECT_EQ(of_cause(outages, cause).size(), static_cast<std::size_t>(starts)) << cause;
    }
    EXPECT_EQ(raw.starts.size(), outages.causes.size());
    const auto of_kind = [&](OutageKind kind) {
        return std::count_if(outages.list.begin(), outages.list.end(),
                             [&](const Outage& outage) { return outage.kind == kind; });
    };
    EXPECT_EQ(of_kind(OutageKind::kInterruption), 14);  // without length
    EXPECT_EQ(of_kind(OutageKind::kRepair), 357);
    EXPECT_EQ(std::count_if(outages.list.begin(), outages.list.end(),
                            [](const Outage& outage) { return outage.end == kNever; }),
              12);
    // Published: 359 closed faults of 147 h in the mean; bursts lie above the binomial of VC-16.
    double closed = 0;
    for (const Outage& outage : outages.list) {
        closed +=
            outage.end == kNever ? 0.0 : (outage.end.value - outage.begin.value) / double{kHour};
    }
    EXPECT_NEAR(closed / 359, 147, 0.5);
}

TEST(InfiniteHbdReplay, NeedsEnoughNodes) {
    const std::string traces = std::string(TIDEPOOL_SOURCE_DIR) + "/workloads/traces";
    const config::Value value;
    Issues issues;
    read_failure_log(failures("log: {file: infinitehbd-2024.json.gz}"), servers(180), traces,
                     topology::Where::root(value, "failures"), issues);
    ASSERT_EQ(issues.list().size(), 1u);
    EXPECT_EQ(to_string(issues.list()[0]),
              "failures.log.file: the log names 181 nodes, the datacenter has 180");
}

// Overlapping faults of a node, an interruption, a degradation; the last begins after the end.
TEST(CsvReplay, KeepsKindsAndTimes) {
    workloads::FaultLog log;
    log.nodes = {"n7", "n3"};
    log.causes = {"fan", "gpu"};
    log.faults = {{0, 0, {1}, {10}},
                  {0, 1, {2}, {3}, workloads::FaultKind::kDegraded, 0.5},
                  {1, 1, {2.01}, {2.01}},
                  {1, 0, {5}, workloads::kStillOpen, workloads::FaultKind::kMaintenance},
                  {1, 0, {20}, {30}}};
    const Outages outages = generate_outages(servers(2), {}, &log, 1, Ticks{20 * 16});
    Outage fan{Ticks{16}, Ticks{160}, 0, 0, 0, 1};
    Outage slow{Ticks{32}, Ticks{48}, 1, 0, 0, 1, kWholeNode, OutageKind::kDegraded};
    slow.speed = 512;
    const Outage blink{Ticks{33}, Ticks{33}, 1, 1, 1, 2, kWholeNode, OutageKind::kInterruption};
    const Outage planned{Ticks{80}, kNever, 0, 1, 1, 2, kWholeNode, OutageKind::kMaintenance};
    EXPECT_THAT(outages.causes, testing::ElementsAre("fan", "gpu"));
    EXPECT_EQ(outages.list, (std::vector<Outage>{fan, slow, blink, planned}));
}

}  // namespace
}  // namespace tidepool::model
