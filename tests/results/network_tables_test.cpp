#include "sim/results/network_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/networked_ledger.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::Contains;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsNan;
using ::testing::Not;

std::string written(const Folder& folder, const model::Ledger& ledger) {
    std::vector<std::string_view> ids(ledger.jobs.size(), "j");
    return ResultFile::create(folder / "out.h5", true, sample_header())
        .finish(Status::kComplete, ledger, ids, {});
}

TEST(NetworkTables, AreThereOnlyWithANetwork) {
    const Folder folder;
    EXPECT_THAT(links(written(folder, model::networked_ledger()), "/"),
                ElementsAre("scenario", "summary", "timeseries", "dim", "jobs", "failures", "nodes",
                            "attempts", "checkpoints", "links", "flows"));
    EXPECT_THAT(links(folder / "out.h5", "/timeseries"), ElementsAre("cluster", "link", "class"));
    const std::string path = written(folder, model::interrupted_ledger());
    EXPECT_FALSE(has(path, "/links"));
    EXPECT_FALSE(has(path, "/flows"));
    EXPECT_THAT(links(path, "/timeseries"), ElementsAre("cluster", "class"));
    EXPECT_THAT(links(path, "/jobs"), Not(Contains("stalled_network")));
    model::Ledger ledger = model::networked_ledger();
    ledger.network.flows.clear();  // nothing was under way at the end
    EXPECT_FALSE(has(written(folder, ledger), "/flows"));
}

TEST(NetworkTables, LinksSayWhatTheyCarriedAndWhomTheyHeldUp) {
    const Folder folder;
    const std::string path = written(folder, model::networked_ledger());
    EXPECT_THAT(links(path, "/links"), ElementsAre("link", "name", "tier", "capacity", "bytes",
                                                   "utilisation", "busiest", "stalled"));
    EXPECT_EQ(number_attribute(path, "/links", "solves"), 9);
    EXPECT_THAT(texts(path, "/links/name"), ElementsAre("n2", "leaf0", "leaf1", "store"));
    EXPECT_EQ(enum_name(path, "/links/tier", 0), "node");
    EXPECT_EQ(enum_name(path, "/links/tier", 1), "leaf");
    EXPECT_EQ(enum_name(path, "/links/tier", 3), "storage");
    EXPECT_THAT(numbers(path, "/links/capacity"), ElementsAre(40, 100, 50, 10));
    EXPECT_THAT(numbers(path, "/links/bytes"), ElementsAre(IsNan(), 7000, 1500, 100));
    EXPECT_THAT(numbers(path, "/links/utilisation"),
                ElementsAre(IsNan(), DoubleEq(0.7), DoubleEq(0.3), DoubleEq(0.1)));
    EXPECT_THAT(numbers(path, "/links/busiest"), ElementsAre(IsNan(), 1, 0.5, 0.25));
    EXPECT_THAT(numbers(path, "/links/stalled"),
                ElementsAre(DoubleEq(50 / 57600.0), DoubleEq(150 / 57600.0), 0, 0));
    for (const char* column : {"name", "tier", "capacity", "bytes", "stalled"}) {
        EXPECT_EQ(scale_of(path, std::string("/links/") + column), "link");
    }
    EXPECT_EQ(text_attribute(path, "/links/capacity", "units"), "B/s");
}

TEST(NetworkTables, FlowsAreThoseAtTheEnd) {
    const Folder folder;
    const std::string path = written(folder, model::networked_ledger());
    EXPECT_THAT(links(path, "/flows"), ElementsAre("flow", "job", "kind", "nodes", "leaf_groups",
                                                   "pods", "asked", "granted", "pace", "held_by"));
    EXPECT_THAT(numbers(path, "/flows/job"), ElementsAre(3, 3));
    EXPECT_EQ(enum_name(path, "/flows/kind", 0), "training");
    EXPECT_EQ(enum_name(path, "/flows/kind", 1), "write");
    EXPECT_THAT(numbers(path, "/flows/leaf_groups"), ElementsAre(2, 2));
    EXPECT_THAT(numbers(path, "/flows/asked"), ElementsAre(40, 10));
    EXPECT_THAT(numbers(path, "/flows/granted"), ElementsAre(20, 10));
    EXPECT_THAT(numbers(path, "/flows/pace"), ElementsAre(0.5, 1));
    EXPECT_THAT(numbers(path, "/flows/held_by"), ElementsAre(1, -1));
}

TEST(NetworkTables, SeriesAreMeansOverBinsByTierAndOfTheHottest) {
    // Bins of 40, 40 and 20 s; rows of [time, tier] one after the other.
    const Folder folder;
    const std::string path = written(folder, model::networked_ledger());
    const std::string t = "/timeseries/link/";
    EXPECT_EQ(number_attribute(path, "/timeseries/link", "bin_width"), 40);
    EXPECT_EQ(text_attribute(path, "/timeseries/link", "bins_of_links"), "kept");
    EXPECT_THAT(numbers(path, t + "time"), ElementsAre(0, 40, 80));
    EXPECT_EQ(text_attribute(path, t + "time", "units"),
              "seconds since 2017-10-03 00:00:00 +08:00");
    EXPECT_THAT(texts(path, t + "tier"), ElementsAre("node", "leaf", "pod", "storage"));
    EXPECT_THAT(numbers(path, t + "rate"),
                ElementsAre(200, 75, IsNan(), 2.5, 100, 100, IsNan(), 0, 0, 75, IsNan(), 0));
    EXPECT_THAT(numbers(path, t + "utilisation"),
                ElementsAre(1, 0.5, IsNan(), 0.25, 0.5, DoubleEq(100 / 150.0), IsNan(), 0, 0, 0.5,
                            IsNan(), 0));
    // leaf0 at 0.7, leaf1 at 0.3, store at 0.1; nodes do not count.
    EXPECT_THAT(numbers(path, t + "link"), ElementsAre(1, 2, 3));
    EXPECT_THAT(texts(path, t + "link_name"), ElementsAre("leaf0", "leaf1", "store"));
    EXPECT_THAT(numbers(path, t + "link_capacity"), ElementsAre(100, 50, 10));
    EXPECT_THAT(numbers(path, t + "link_utilisation"),
                ElementsAre(0.5, 0.5, 0.25, 1, 0, 0, 0.5, 0.5, 0));
    EXPECT_EQ(scale_of(path, t + "link_utilisation"), "time");
    EXPECT_EQ(text_attribute(path, t + "rate", "cell_methods"), "time: mean");
}

TEST(NetworkTables, OfEquallyHotLinksTheFirstTenAreKept) {
    model::Ledger ledger = model::networked_ledger();
    model::NetworkLedger& network = ledger.network;
    for (int i = 0; i < 12; ++i) {
        network.links.push_back(network.links[2]);  // as hot as leaf1
    }
    network.tiers[1].links = 14;
    network.tiers[1].bytes = 26500;
    const Folder folder;
    EXPECT_THAT(numbers(written(folder, ledger), "/timeseries/link/link"),
                ElementsAre(1, 2, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST(NetworkTables, WithTooManyBinsOnlyTiersAreKept) {
    model::Ledger ledger = model::networked_ledger();
    ledger.network.binned = false;
    const Folder folder;
    const std::string path = written(folder, ledger);
    EXPECT_EQ(text_attribute(path, "/timeseries/link", "bins_of_links"), "too many");
    EXPECT_THAT(links(path, "/timeseries/link"),
                ElementsAre("time", "tier", "rate", "utilisation"));
    EXPECT_THAT(numbers(path, "/links/busiest"), ElementsAre(IsNan(), IsNan(), IsNan(), IsNan()));
}

TEST(NetworkTables, JobsSayWhatTheNetworkDidToThem) {
    const Folder folder;
    const std::string path = written(folder, model::networked_ledger());
    EXPECT_THAT(numbers(path, "/jobs/stalled_network"),
                ElementsAre(0, DoubleEq(200 / 57600.0), 0, 0, 0));
    // Job 1 was at work for 1320 + 200 GPU-ticks; job 4 never.
    EXPECT_THAT(numbers(path, "/jobs/slowdown"),
                ElementsAre(1, DoubleEq(1520 / 1320.0), 1, 1, IsNan()));
    EXPECT_THAT(numbers(path, "/jobs/effective_bus_bandwidth"),
                ElementsAre(IsNan(), 23.75, IsNan(), IsNan(), IsNan()));
}

TEST(NetworkTables, SameContentsAreTheSameBytes) {
    const Folder one, two;
    EXPECT_TRUE(content(written(one, model::networked_ledger())) ==
                content(written(two, model::networked_ledger())));
}

}  // namespace
}  // namespace tidepool::results
