#include "sim/results/reliability_tables.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/downtime.h"
#include "tests/model/interrupted_ledger.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsNan;

std::string written(const Folder& folder, const model::Ledger& ledger) {
    std::vector<std::string_view> ids(ledger.jobs.size(), "j");
    return ResultFile::create(folder / "out.h5", true, sample_header())
        .finish(Status::kComplete, ledger, ids, {});
}

// GPU-ticks as the file has them.
auto hours(double gpu_ticks) {
    return DoubleEq(gpu_ticks / 57'600);
}

std::vector<std::string> enum_names(const std::string& path, const std::string& dataset,
                                    std::size_t rows) {
    std::vector<std::string> names;
    for (std::size_t row = 0; row < rows; ++row) {
        names.push_back(enum_name(path, dataset, row));
    }
    return names;
}

// Every column says what it is and lies along the dimension.
void expect_described(const std::string& path, const std::string& table, const char* dimension) {
    for (const std::string& name : links(path, table)) {
        const std::string column = table + "/" + name;
        EXPECT_NE(text_attribute(path, column, "long_name"), "") << column;
        if (name != dimension) {
            EXPECT_EQ(scale_of(path, column), dimension) << column;
        }
    }
}

TEST(ReliabilityTables, AreThereWhereThereIsSomethingToSay) {
    const Folder folder;
    const std::string path = written(folder, model::interrupted_ledger());
    EXPECT_THAT(links(path, "/"), ElementsAre("scenario", "summary", "timeseries", "dim", "jobs",
                                              "failures", "nodes", "attempts", "checkpoints"));
    EXPECT_THAT(texts(path, "/dim/cause"), ElementsAre("arrival", "host", "thermal", "upgrade"));
}

TEST(ReliabilityTables, HaveNoEmptyTables) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    ledger.outages.causes = {"host"};  // nothing failed
    EXPECT_THAT(links(written(folder, ledger), "/"),
                ElementsAre("scenario", "summary", "timeseries", "dim", "jobs"));
    EXPECT_FALSE(has(folder / "out.h5", "/dim/cause"));
    EXPECT_FALSE(has(folder / "out.h5", "/jobs/ettr"));
    ledger.jobs[3].interval = Ticks{10};  // never started
    EXPECT_FALSE(has(written(folder, ledger), "/checkpoints"));
    ledger.jobs[0].interval = Ticks{10};
    EXPECT_TRUE(has(written(folder, ledger), "/checkpoints"));
}

TEST(ReliabilityTables, FailuresAreTheOutages) {
    const Folder folder;
    model::Ledger ledger = model::interrupted_ledger();
    ledger.outages.list[0].end = kNever;
    ledger.outages.list[4].last_node = 4;  // GPU 0 of each of three nodes; they have no GPU 2
    ledger.outages.list[4].gpus = 0b101;
    const std::string path = written(folder, ledger);
    const std::string t = "/failures/";
    EXPECT_THAT(links(path, "/failures"),
                ElementsAre("failure", "time", "end", "cause", "kind", "entity", "first_node",
                            "nodes", "gpus", "reach", "speed", "jobs", "gpus_hit"));
    expect_described(path, "/failures", "failure");
    EXPECT_THAT(numbers(path, t + "failure"), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(numbers(path, t + "time"), ElementsAre(0, 6.25, 17.25, 87.5, 96.875));
    EXPECT_THAT(numbers(path, t + "end"), ElementsAre(IsNan(), 18.75, 67.25, 93.75, 96.875));
    EXPECT_EQ(text_attribute(path, t + "time", "units"),
              "seconds since 2017-10-03 00:00:00 +08:00");
    EXPECT_THAT(numbers(path, t + "cause"), ElementsAre(0, 2, 1, 3, 1));
    EXPECT_THAT(enum_names(path, t + "kind", 5),
                ElementsAre("not_installed", "degraded", "repair", "maintenance", "interruption"));
    EXPECT_THAT(numbers(path, t + "entity"), ElementsAre(4, 2, 1, 0, 1));
    EXPECT_THAT(numbers(path, t + "first_node"), ElementsAre(4, 2, 1, 1, 1));
    EXPECT_THAT(numbers(path, t + "nodes"), ElementsAre(1, 1, 1, 1, 3));
    EXPECT_THAT(numbers(path, t + "gpus"), ElementsAre(2, 2, 2, 2, 3));
    EXPECT_EQ(enum_name(path, t + "reach", 0), "all");
    EXPECT_EQ(enum_name(path, t + "reach", 4), "multi_node");
    EXPECT_THAT(numbers(path, t + "speed"), ElementsAre(1, 0.5, 1, 1, 1));
    EXPECT_THAT(numbers(path, t + "jobs"), ElementsAre(0, 0, 1, 0, 0));
    EXPECT_THAT(numbers(path, t + "gpus_hit"), ElementsAre(0, 0, 4, 0, 0));
}

TEST(ReliabilityTables, AttemptsSayWhereTheirTimeWent) {
    const Folder folder;
    const std::string path = written(folder, model::interrupted_ledger());
    const std::string t = "/attempts/";
    EXPECT_THAT(links(path, "/attempts"),
                ElementsAre("attempt", "job", "number", "start", "end", "ended", "failure",
                            "recovered", "checkpoints", "nodes", "first_node", "useful",
                            "checkpoint", "lost", "restart", "stalled"));
    expect_described(path, "/attempts", "attempt");
    EXPECT_THAT(numbers(path, t + "job"), ElementsAre(0, 1, 0, 2, 1, 3));
    EXPECT_THAT(numbers(path, t + "number"), ElementsAre(1, 1, 2, 1, 2, 1));
    EXPECT_THAT(numbers(path, t + "start"), ElementsAre(0, 0, 20.25, 33.25, 43.75, 62.5));
    EXPECT_THAT(numbers(path, t + "end"), ElementsAre(17.25, 31.25, 43.75, 45.75, 62.5, 100));
    EXPECT_THAT(enum_names(path, t + "ended", 6), ElementsAre("outage", "software", "completed",
                                                              "completed", "preempted", "running"));
    EXPECT_THAT(numbers(path, t + "failure"), ElementsAre(2, -1, -1, -1, -1, -1));
    EXPECT_THAT(numbers(path, t + "recovered"),
                ElementsAre(20.25, 43.75, IsNan(), IsNan(), IsNan(), IsNan()));
    EXPECT_THAT(numbers(path, t + "checkpoints"), ElementsAre(1, 0, 1, 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "nodes"), ElementsAre(2, 1, 2, 1, 1, 4));
    EXPECT_THAT(numbers(path, t + "first_node"), ElementsAre(0, 2, 0, 2, 0, 0));
    EXPECT_THAT(numbers(path, t + "useful"),
                ElementsAre(hours(640), 0, hours(1280), hours(400), 0, hours(4800)));
    EXPECT_THAT(numbers(path, t + "checkpoint"), ElementsAre(hours(64), 0, hours(64), 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "lost"),
                ElementsAre(hours(400), hours(800), 0, 0, hours(520), 0));
    EXPECT_THAT(numbers(path, t + "restart"),
                ElementsAre(hours(192), hours(64), hours(160), 0, hours(80), 0));
    EXPECT_THAT(numbers(path, t + "stalled"), ElementsAre(0, hours(200), 0, 0, 0, 0));
}

TEST(ReliabilityTables, AttemptsInAPoolHaveNoNodes) {
    const Folder folder;
    model::Ledger ledger = model::interrupted_ledger();
    ledger.attempts[0].nodes = 0;
    const std::string path = written(folder, ledger);
    EXPECT_THAT(numbers(path, "/attempts/first_node"), ElementsAre(-1, 2, 0, 2, 0, 0));
}

TEST(ReliabilityTables, JobsSayWhatBecameOfThem) {
    const Folder folder;
    const std::string path = written(folder, model::interrupted_ledger());
    const std::string t = "/jobs/";
    expect_described(path, "/jobs", "job");
    EXPECT_THAT(numbers(path, t + "useful"),
                ElementsAre(hours(1920), 0, hours(400), hours(4800), 0));
    EXPECT_THAT(numbers(path, t + "checkpoint"), ElementsAre(hours(128), 0, 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "lost"), ElementsAre(hours(400), hours(1320), 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "restart"), ElementsAre(hours(352), hours(144), 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "stalled"), ElementsAre(0, hours(200), 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "queued"), ElementsAre(0, 48, 20.75, 0, 31.25));
    EXPECT_THAT(numbers(path, t + "attempts"), ElementsAre(2, 2, 1, 1, 0));
    EXPECT_THAT(numbers(path, t + "interruptions"), ElementsAre(1, 1, 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "preemptions"), ElementsAre(0, 1, 0, 0, 0));
    // 480 of 700 ticks; 200 of 200, and of 532 with the wait.
    EXPECT_THAT(numbers(path, t + "ettr"), ElementsAre(DoubleEq(480 / 700.0), 0, 1, 1, IsNan()));
    EXPECT_THAT(numbers(path, t + "ettr_with_queue"),
                ElementsAre(DoubleEq(480 / 700.0), 0, DoubleEq(200 / 532.0), 1, IsNan()));
}

TEST(ReliabilityTables, CheckpointsAreThoseOfTheJobsThatWriteThem) {
    const Folder folder;
    model::Ledger ledger = model::interrupted_ledger();
    ledger.jobs[3].interval = Ticks{8000};  // longer than it runs
    const std::string path = written(folder, ledger);
    const std::string t = "/checkpoints/";
    EXPECT_THAT(links(path, "/checkpoints"),
                ElementsAre("job", "gpus", "interval", "finished", "writing", "interruptions",
                            "lost", "useful"));
    expect_described(path, "/checkpoints", "job");
    EXPECT_THAT(numbers(path, t + "job"), ElementsAre(0, 3));
    EXPECT_THAT(numbers(path, t + "gpus"), ElementsAre(4, 8));
    EXPECT_THAT(numbers(path, t + "interval"), ElementsAre(10, 500));
    EXPECT_THAT(numbers(path, t + "finished"), ElementsAre(2, 0));
    EXPECT_THAT(numbers(path, t + "writing"), ElementsAre(hours(128), 0));
    EXPECT_THAT(numbers(path, t + "interruptions"), ElementsAre(1, 0));
    EXPECT_THAT(numbers(path, t + "lost"), ElementsAre(hours(400), 0));
    EXPECT_THAT(numbers(path, t + "useful"), ElementsAre(hours(1920), hours(4800)));
}

TEST(ReliabilityTables, NodesSayHowLongTheyWereDown) {
    const Folder folder;
    model::Ledger ledger = model::interrupted_ledger();
    ledger.outages.list[0].end = Ticks{1600};  // node 4 never arrives
    const std::string path = written(folder, ledger);
    const std::string t = "/nodes/";
    EXPECT_THAT(links(path, "/nodes"), ElementsAre("node", "name", "gpus", "installed", "down",
                                                   "downtimes", "down_time", "availability"));
    expect_described(path, "/nodes", "node");
    EXPECT_THAT(texts(path, t + "name"), ElementsAre("n0", "n1", "n2", "n3", "n4"));
    EXPECT_THAT(numbers(path, t + "gpus"), ElementsAre(2, 2, 2, 2, 2));
    EXPECT_THAT(numbers(path, t + "installed"),
                ElementsAre(hours(3200), hours(3200), hours(3200), hours(3200), 0));
    EXPECT_THAT(numbers(path, t + "down"), ElementsAre(0, hours(1800), 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "downtimes"), ElementsAre(0, 2, 0, 0, 0));
    EXPECT_THAT(numbers(path, t + "down_time"), ElementsAre(0, 56.25, 0, 0, 0));  // 900 ticks
    EXPECT_THAT(numbers(path, t + "availability"), ElementsAre(1, 0.4375, 1, 1, IsNan()));
}

TEST(ReliabilityTables, NodeMonthsAreThoseWithDownTime) {
    // Two nodes of 2 GPUs, 40 days; GPU 1 of node 1 is down on days 29 and 30 (from 0), the last of
    // month 0 and the first of month 1, of which there are ten.
    model::Ledger ledger;
    ledger.end = Ticks{40 * model::kTicksPerDay};
    ledger.gpus = 4;
    ledger.bin_width = ledger.end;
    ledger.bins.resize(1);
    ledger.node_gpus = {2, 2};
    ledger.node_names = {"a", "b"};
    ledger.outages.causes = {"gpu"};
    model::Outage outage;
    outage.begin = Ticks{29 * model::kTicksPerDay};
    outage.end = Ticks{31 * model::kTicksPerDay};
    outage.first_node = 1;
    outage.last_node = 2;
    outage.gpus = 0b10;
    ledger.outages.list = {outage};
    ledger.effects.resize(1);
    const Folder folder;
    const std::string path = written(folder, ledger);
    const std::string t = "/node_months/";
    EXPECT_THAT(links(path, "/node_months"),
                ElementsAre("node_month", "node", "month", "installed", "down", "availability"));
    expect_described(path, "/node_months", "node_month");
    EXPECT_THAT(numbers(path, t + "node"), ElementsAre(1, 1));
    EXPECT_THAT(numbers(path, t + "month"), ElementsAre(0, 1));
    EXPECT_THAT(numbers(path, t + "installed"), ElementsAre(1440, 480));  // 2 * 30 and 2 * 10 days
    EXPECT_THAT(numbers(path, t + "down"), ElementsAre(24, 24));
    EXPECT_THAT(numbers(path, t + "availability"), ElementsAre(DoubleEq(59 / 60.0), 0.95));
    EXPECT_THAT(numbers(path, "/summary/availability_node_month_min"), ElementsAre(0.95));
}

TEST(ReliabilityTables, SeriesShowWhatIsDownAndSpare) {
    const Folder folder;
    const std::string path = written(folder, model::interrupted_ledger());
    const std::string t = "/timeseries/cluster/";
    EXPECT_THAT(numbers(path, t + "capacity"), ElementsAre(8, 9.5, 10));  // (6400 - 320) / 640
    EXPECT_THAT(numbers(path, t + "allocated"), ElementsAre(6, 5.1, 8));
    EXPECT_THAT(numbers(path, t + "idle"), ElementsAre(0, 2.4, 0));
    EXPECT_THAT(numbers(path, t + "down"), ElementsAre(1.1375, 1.3625, 0.625));
    EXPECT_THAT(numbers(path, t + "spare"), ElementsAre(0.8625, 0.6375, 1.375));
    EXPECT_THAT(numbers(path, t + "spares_in_use"), ElementsAre(1.1375, 1.3625, 0.625));
}

TEST(ReliabilityTables, SameContentsAreTheSameBytes) {
    const Folder one, two;
    EXPECT_TRUE(content(written(one, model::interrupted_ledger())) ==
                content(written(two, model::interrupted_ledger())));
}

}  // namespace
}  // namespace tidepool::results
