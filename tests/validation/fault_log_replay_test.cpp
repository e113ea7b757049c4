// A real log replayed: 400 servers, 232 days (Shou et al., SIGCOMM 2025). What the program makes
// of it against what another reading of the raw file gives, to the tick.
#include <algorithm>
#include <array>

#include "tests/validation/raw_fault_log.h"
#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

const std::string kFile = workloads::shipped("infinitehbd-2024.json.gz");
constexpr std::uint64_t kHour = std::uint64_t{3600} * kTicksPerSecond;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kEnd = 232 * kDay;

Case replay(const std::string& more, const std::string& jobs) {
    return {cluster(400) + "horizon: 232 d\nfailures: {log: {file: '" + kFile + "'}}\n" + more,
            jobs};
}

// Nothing to do: all that is down shows.
model::Ledger idle_fleet() {
    return replay("", equal_jobs(1, 1, 1)).run();
}

TEST(FaultLogReplay, CountsByClassAreThoseOfTheFile) {
    const auto events = raw_events(kFile);
    ASSERT_EQ(events.size(), 730u);
    const auto expected = raw_counts(events);
    EXPECT_EQ(expected.at("GPU"), 82u);  // published, as are the next and the sum
    EXPECT_EQ(expected.at("Parameter Plane Cable"), 34u);
    const model::Ledger ledger = idle_fleet();
    std::map<std::string, std::uint64_t> counts;
    std::array<int, 8> by_month{};
    for (const model::Outage& outage : ledger.outages.list) {
        ++counts[ledger.outages.causes[outage.cause]];
        ++by_month.at(outage.begin.value / (30 * kDay));
        EXPECT_EQ(outage.kind, outage.begin == outage.end ? model::OutageKind::kInterruption
                                                          : model::OutageKind::kRepair);
    }
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(ledger.outages.list.size(), 371u);
    EXPECT_EQ(by_month, (std::array{11, 37, 118, 34, 55, 60, 34, 22}));  // published
    EXPECT_EQ(model::totals(ledger).reliability.outages, 371u);
}

TEST(FaultLogReplay, NodesAreDownWhileAFaultIsOpen) {
    const auto expected = raw_downtimes(raw_events(kFile), kEnd);
    ASSERT_EQ(expected.size(), 181u);
    const model::Ledger ledger = idle_fleet();
    const model::Downtimes all = model::downtimes(ledger);
    std::uint64_t sum = 0;
    std::uint64_t times = 0;
    for (std::size_t node = 0; node < 400; ++node) {
        const auto down = node < expected.size() ? united(expected[node]) : std::vector<Interval>();
        std::uint64_t length = 0;
        for (const Interval& one : down) {
            length += one.second - one.first;
        }
        EXPECT_EQ(all.nodes.at(node).length, length) << node;
        EXPECT_EQ(all.nodes.at(node).down, 8 * length) << node;
        EXPECT_EQ(all.nodes.at(node).downtimes, down.size()) << node;
        sum += length;
        times += down.size();
    }
    EXPECT_GT(times, 181u - 14);
    const model::Totals totals = model::totals(ledger);
    EXPECT_EQ(totals.down, 8 * sum);
    EXPECT_EQ(totals.reliability.down, 8 * sum);
    EXPECT_DOUBLE_EQ(model::availability(totals),
                     1 - static_cast<double>(sum) / static_cast<double>(400 * kEnd));
}

// Every bin of the time series, and with them every quantile of the nodes down at once.
TEST(FaultLogReplay, TheTimeSeriesShowsWhatIsDownAtOnce) {
    const auto nodes = raw_downtimes(raw_events(kFile), kEnd);
    const model::Ledger ledger = idle_fleet();
    ASSERT_EQ(ledger.bins.size(), kEnd / kHour);
    std::vector<double> program;
    std::vector<double> mine;
    for (std::uint64_t bin = 0; bin < ledger.bins.size(); ++bin) {
        const auto ticks = ticks_by_count(nodes, bin * kHour, (bin + 1) * kHour);
        mine.push_back(mean_count(ticks));
        program.push_back(static_cast<double>(ledger.bins[bin].down) / (8 * kHour));
        ASSERT_DOUBLE_EQ(program.back(), mine.back()) << "hour " << bin;
    }
    std::sort(program.begin(), program.end());
    std::sort(mine.begin(), mine.end());
    for (const std::size_t percent : {50u, 90u, 99u}) {
        const std::size_t rank = (percent * mine.size() + 99) / 100 - 1;
        EXPECT_DOUBLE_EQ(program[rank], mine[rank]);
    }
    // Faults come in bursts: the worst hour is far above the mean.
    EXPECT_GT(mine.back(), 1.5 * mean_count(ticks_by_count(nodes, 0, kEnd)));
}

// A job on all 400 servers that waits for each repair works while nothing is down.
TEST(FaultLogReplay, AJobOnAllNodesWorksWhileNothingIsDown) {
    const auto events = raw_events(kFile);
    const model::Ledger ledger =
        replay("checkpoint: {restart: 0 s}\nrecovery: {on_failure: wait, detect: 0 s, swap: 0 s}\n",
               equal_jobs(1, 3000.0 * 86400, 3200))
            .run();
    std::uint64_t at_work = 0;
    for (const model::Attempt& attempt : ledger.attempts) {
        at_work += attempt.end.value - attempt.start.value;
    }
    const auto ticks = ticks_by_count(raw_downtimes(events, kEnd), 0, kEnd);
    EXPECT_EQ(at_work, ticks[0]);
    EXPECT_EQ(ledger.jobs.at(0).state, model::JobState::kRunning);
}

}  // namespace
}  // namespace tidepool::validation
