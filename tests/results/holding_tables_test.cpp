#include "sim/results/holding_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/results/datacenter_table.h"
#include "tests/model/interrupted_ledger.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

std::string written(const Folder& folder, const model::Ledger& ledger) {
    std::vector<std::string_view> ids(ledger.jobs.size(), "j");
    return ResultFile::create(folder / "out.h5", true, sample_header())
        .finish(Status::kComplete, ledger, ids, {});
}

// tests/model/holdings_test.cpp has the GPU-ticks; bins are 640, 640 and 320 ticks long.
TEST(HoldingTables, ClassesAreMeansOverTheBins) {
    const Folder folder;
    const std::string path = written(folder, model::small_ledger());
    EXPECT_THAT(links(path, "/timeseries/class"), ElementsAre("time", "class", "held"));
    EXPECT_EQ(number_attribute(path, "/timeseries/class", "bin_width"), 40);
    EXPECT_EQ(numbers(path, "/timeseries/class/time"), numbers(path, "/timeseries/cluster/time"));
    EXPECT_THAT(texts(path, "/timeseries/class/class"),
                ElementsAre("reserved", "on-demand", "spot", "service"));
    EXPECT_EQ(scale_of(path, "/timeseries/class/held"), "time");
    EXPECT_THAT(numbers(path, "/timeseries/class/held"),
                ElementsAre(0, 2, 0, 0, 0, 4, 0, 0, 0, 2.5, 0, 0));
}

TEST(HoldingTables, TenantsAreRowsOfTheirDimension) {
    const Folder folder;
    const std::string path = written(folder, model::small_ledger());
    const std::string group = "/timeseries/tenant/";
    EXPECT_THAT(links(path, "/timeseries/tenant"),
                ElementsAre("time", "tenant", "tenant_name", "held", "queued_gpus"));
    EXPECT_THAT(numbers(path, group + "tenant"), ElementsAre(2, 0));
    EXPECT_THAT(texts(path, group + "tenant_name"), ElementsAre("Zoë", ""));
    EXPECT_EQ(scale_of(path, group + "tenant_name"), "tenant");
    EXPECT_THAT(numbers(path, group + "held"), ElementsAre(0, 2, 4, 0, 2, 0.5));
    EXPECT_THAT(numbers(path, group + "queued_gpus"), ElementsAre(3, 0.5, 0, 4, 0, 4.5));
}

TEST(HoldingTables, TheOthersAreNobodysRow) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    for (std::uint32_t k = 0; k < 32; ++k) {  // 34 tenants: 0, 2 and these
        ledger.tenants.push_back("t" + std::to_string(k));
        model::JobRecord job = ledger.jobs[3];  // waits from tick 800 on
        job.tenant = 3 + k;
        ledger.jobs.push_back(job);
    }
    ledger.bins[1].queued_gpus += 32 * 4 * 480;
    ledger.bins[2].queued_gpus += 32 * 4 * 320;
    const std::string path = written(folder, ledger);
    const std::vector<double> rows = numbers(path, "/timeseries/tenant/tenant");
    ASSERT_EQ(rows.size(), 33U);
    EXPECT_EQ(rows[0], 2);
    EXPECT_EQ(rows[31], 32);
    EXPECT_EQ(rows[32], -1);
    EXPECT_EQ(texts(path, "/timeseries/tenant/tenant_name")[32], "others");
    const std::vector<double> queued = numbers(path, "/timeseries/tenant/queued_gpus");
    EXPECT_EQ(queued[33 + 32], 2 * 3);  // of tenants 33 and 34
}

TEST(HoldingTables, PoolsSayWhatIsInstalledAndWhatIsDown) {
    const Folder folder;
    model::Ledger ledger = model::interrupted_ledger();  // 10 GPUs
    model::PoolRecord old{"old", 0, 6, {{3000, 700, 0}, {3264, 72, 0}, {1600, 200, 0}}};
    model::PoolRecord fresh{"new", 1, 4, {{840, 28, 1280}, {0, 800, 320}, {960, 0, 0}}};
    ledger.gpu_models = {"H100", "H20"};
    ledger.pools = {old, fresh};
    const std::string path = written(folder, ledger);
    const std::string group = "/timeseries/pool/";
    EXPECT_THAT(links(path, "/timeseries/pool"),
                ElementsAre("time", "pool", "pool_gpu_model", "held", "capacity", "down"));
    EXPECT_THAT(texts(path, group + "pool"), ElementsAre("old", "new"));
    EXPECT_THAT(numbers(path, group + "pool_gpu_model"), ElementsAre(0, 1));
    EXPECT_THAT(numbers(path, group + "held"),
                ElementsAre(3000 / 640.0, 840 / 640.0, 3264 / 640.0, 0, 5, 3));
    EXPECT_THAT(numbers(path, group + "capacity"), ElementsAre(6, 2, 6, 3.5, 6, 4));
    EXPECT_THAT(numbers(path, group + "down"),
                ElementsAre(700 / 640.0, 28 / 640.0, 72 / 640.0, 1.25, 0.625, 0));
}

TEST(HoldingTables, AreNotInFilesOfRunsThatGoOn) {
    const Folder folder;
    const model::Ledger ledger = model::small_ledger();
    ResultFile file = ResultFile::create(folder / "out.h5", false, sample_header());
    file.progress(ledger, Ticks{1300});
    EXPECT_THAT(links(folder / "out.h5.partial", "/timeseries"), ElementsAre("cluster"));
}

TEST(HoldingTables, ARunWithoutBinsHasNone) {
    const Folder folder;
    model::Ledger ledger;
    ledger.bin_width = Ticks{16};
    ledger.tenants = {"", "a"};
    EXPECT_THAT(links(written(folder, ledger), "/timeseries"), ElementsAre("cluster"));
}

TEST(DatacenterTable, HasARowPerCluster) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    EXPECT_FALSE(has(written(folder, ledger), "/topology"));
    model::DatacenterRecord& site = ledger.datacenter;
    site.name = "<site>";
    site.fabric = "fat-tree";
    site.wiring = "rail";
    site.leaves_per_group = 8;
    site.planes = 2;
    site.leaves = 40;
    site.spines = 12;
    site.cores = 4;
    site.clusters = {{.name = "a",
                      .server = "hgx",
                      .gpu_model = 1,
                      .nodes = 100'000,
                      .gpus_per_node = 64,
                      .island_nodes = 18},
                     {.name = "b", .server = "old", .nodes = 3, .gpus_per_node = 4}};
    site.clusters[1].racks = 7;
    site.clusters[1].oversubscription = 1.5;
    const std::string path = written(folder, ledger);
    EXPECT_EQ(text_attribute(path, "/topology", "name"), "<site>");
    EXPECT_EQ(text_attribute(path, "/topology", "fabric"), "fat-tree");
    EXPECT_EQ(text_attribute(path, "/topology", "wiring"), "rail");
    const std::pair<const char*, double> totals[] = {
        {"nodes", 100'003}, {"gpus", 6'400'012}, {"racks", 7},
        {"pods", 0},        {"planes", 2},       {"leaves", 40},
        {"spines", 12},     {"cores", 4},        {"leaves_per_group", 8}};
    for (const auto& [name, value] : totals) {
        EXPECT_EQ(number_attribute(path, "/topology", name), value) << name;
    }
    EXPECT_THAT(links(path, "/topology"), ElementsAreArray({"cluster",
                                                            "name",
                                                            "server",
                                                            "gpu_model",
                                                            "nodes",
                                                            "gpus",
                                                            "gpus_per_node",
                                                            "island_gpus",
                                                            "islands",
                                                            "racks",
                                                            "nodes_per_rack",
                                                            "pods",
                                                            "nodes_per_pod",
                                                            "leaf_groups",
                                                            "nodes_per_leaf_group",
                                                            "leaves",
                                                            "spines",
                                                            "cores",
                                                            "oversubscription",
                                                            "pod_oversubscription"}));
    EXPECT_THAT(texts(path, "/topology/name"), ElementsAre("a", "b"));
    EXPECT_THAT(numbers(path, "/topology/gpu_model"), ElementsAre(1, 0));
    EXPECT_THAT(numbers(path, "/topology/gpus"), ElementsAre(6'400'000, 12));
    EXPECT_THAT(numbers(path, "/topology/island_gpus"), ElementsAre(18 * 64, 4 * 0));
    EXPECT_THAT(numbers(path, "/topology/oversubscription"), ElementsAre(0, 1.5));
    EXPECT_EQ(scale_of(path, "/topology/server"), "cluster");
}

}  // namespace
}  // namespace tidepool::results
