#include "topology/catalog.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/reading.h"

namespace tidepool::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

struct Row {
    const char* name;
    double tflops, memory_gb, bandwidth_tb, nvlink_gb;
};

// Dense BF16 TFLOPS, memory GB, TB/s and NVLink GB/s in both directions as the vendors publish
// them.
TEST(Catalog, HasThePublishedFiguresOfTheCommonGpus) {
    const Catalog catalog = shipped_catalog();
    for (const Row& row : {Row{"a100-80", 312, 80, 2.04, 600}, Row{"a800-80", 312, 80, 2.04, 400},
                           Row{"h100-sxm", 989, 80, 3.35, 900}, Row{"h800-sxm", 989, 80, 3.35, 400},
                           Row{"h200", 989, 141, 4.8, 900}, Row{"h20", 148, 96, 4.0, 900},
                           Row{"b200", 2250, 180, 8.0, 1800}}) {
        const GpuModel* gpu = find_part(catalog.gpus, row.name);
        ASSERT_NE(gpu, nullptr) << row.name;
        EXPECT_DOUBLE_EQ(gpu->bf16->value, row.tflops * 1e12) << row.name;
        EXPECT_DOUBLE_EQ(gpu->memory.value, row.memory_gb * 1e9) << row.name;
        EXPECT_DOUBLE_EQ(gpu->memory_bandwidth->value, row.bandwidth_tb * 1e12) << row.name;
        EXPECT_DOUBLE_EQ(gpu->nvlink->value, row.nvlink_gb * 1e9) << row.name;
        EXPECT_EQ(gpu->nvlink_domain, 8) << row.name;
    }
}

TEST(Catalog, HasEveryGpuThatPlannersAskFor) {
    const Catalog catalog = shipped_catalog();
    for (const char* name :
         {"a100-40", "a100-80", "a800-80", "h100-sxm", "h100-pcie", "h800-sxm", "h20", "h200",
          "b200", "gb200", "ascend-910b", "ascend-910c", "mi300x", "l40s", "rtx-4090"}) {
        const GpuModel* gpu = find_part(catalog.gpus, name);
        ASSERT_NE(gpu, nullptr) << name;
        EXPECT_TRUE(gpu->bf16.has_value()) << name;
        const bool in_a_server =
            std::any_of(catalog.servers.begin(), catalog.servers.end(),
                        [&](const Server& server) { return server.gpu == name; });
        EXPECT_TRUE(in_a_server || std::string(name) == "a100-40") << name;
    }
}

// Chinese contracts count P = PFLOPS FP16 with sparsity: A800 0.624 P, H800 1.979 P (989 is
// rounded: 1.978).
TEST(Catalog, GivesThePOfChineseContracts) {
    const Catalog catalog = shipped_catalog();
    const GpuModel* a800 = find_part(catalog.gpus, "a800-80");
    EXPECT_DOUBLE_EQ(a800->bf16->value * *a800->sparsity, 0.624e15);
    const GpuModel* h800 = find_part(catalog.gpus, "h800-sxm");
    EXPECT_NEAR(h800->bf16->value * *h800->sparsity, 1.979e15, 1e12);
}

TEST(Catalog, LeavesOutWhatIsNotKnown) {
    const Catalog catalog = shipped_catalog();
    EXPECT_FALSE(find_part(catalog.gpus, "ascend-910c")->tdp.has_value());
    EXPECT_FALSE(find_part(catalog.gpus, "l40s")->nvlink.has_value());
    EXPECT_EQ(find_part(catalog.gpus, "l40s")->nvlink_domain, 1);
    EXPECT_FALSE(find_part(catalog.gpus, "philly-24gb")->bf16.has_value());
    EXPECT_FALSE(find_part(catalog.servers, "hgx-h200")->price.has_value());
    EXPECT_FALSE(find_part(catalog.switches, "qm8700")->power.has_value());
}

TEST(Catalog, MarksWhatRestsOnMemory) {
    const Catalog catalog = shipped_catalog();
    EXPECT_THAT(find_part(catalog.gpus, "h100-pcie")->unconfirmed, Contains("bf16"));
    EXPECT_THAT(find_part(catalog.gpus, "gb200")->unconfirmed, ElementsAre("tdp"));
    EXPECT_TRUE(find_part(catalog.gpus, "h100-sxm")->unconfirmed.empty());
    for (const GpuModel& gpu : catalog.gpus) {
        EXPECT_FALSE(gpu.source.empty()) << gpu.name;
    }
    for (const Server& server : catalog.servers) {
        EXPECT_FALSE(server.source.empty()) << server.name;
    }
}

TEST(Catalog, OverridesOneFieldOfAShippedEntry) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: hgx-h100, nodes: 1}]\n"
        "catalog: {gpus: [{name: h100-sxm, tdp: 600 W}], servers: [{name: hgx-h100, power: 9 "
        "kW}]}\n");
    EXPECT_DOUBLE_EQ(topology.gpu_models[0].tdp->value, 600);
    EXPECT_DOUBLE_EQ(topology.gpu_models[0].bf16->value, 989e12);
    EXPECT_DOUBLE_EQ(topology.servers[0].power->value, 9000);
    EXPECT_EQ(topology.servers[0].nics, 8);
}

TEST(Catalog, TakesPartsOfYourOwn) {
    const Topology topology = good_topology(
        "clusters: [{name: a, server: box, nodes: 3}]\n"
        "catalog:\n"
        "  gpus: [{name: tiny, memory: 8 GB}]\n"
        "  servers: [{name: box, gpu: tiny, gpus: 3}]\n");
    EXPECT_EQ(topology.gpus(), 9u);
    EXPECT_EQ(topology.gpu_models[0].name, "tiny");
}

// A rate of nothing cannot be divided by; what is not known is left out instead.
TEST(Catalog, RefusesRatesOfZero) {
    for (const char* field : {"bf16: 0 TFLOPS", "fp8: 0 TFLOPS", "int8: 0 TFLOPS",
                              "memory_bandwidth: 0 B/s", "nvlink: 0 B/s"}) {
        const Reading reading = read_topology(
            "preset: dgx-pod\ncatalog: {gpus: [{name: h100-sxm, " + std::string(field) + "}]}\n");
        ASSERT_EQ(reading.problems().size(), 1u) << field;
        const std::string key(field, std::string(field).find(':'));
        EXPECT_THAT(reading.problems()[0],
                    HasSubstr("topology.catalog.gpus[0]." + key + ": must be at least 1 "));
    }
}

TEST(Catalog, ReportsEveryContradictionOfOwnParts) {
    const Reading reading = read_topology(
        "clusters: [{name: a, server: box, nodes: 1}]\n"
        "catalog:\n"
        "  gpus:\n"
        "    - {name: tiny, memory: 8 GB, price: {low: 9, high: 7}}\n"
        "    - {name: tiny, memory: 9 GB, unconfirmed: [memry]}\n"
        "  servers:\n"
        "    - {name: box, gpu: tinny, nics: 2}\n");
    EXPECT_THAT(reading.problems(),
                ElementsAre("t.yaml:4:47: topology.catalog.gpus[0].price.low: the lowest price is "
                            "above the highest, "
                            "swap `low` and `high`",
                            "t.yaml:5:14: topology.catalog.gpus[1].name: another entry of this "
                            "list has the same name "
                            "(got 'tiny')",
                            "t.yaml:5:48: topology.catalog.gpus[1].unconfirmed[0]: no such field "
                            "(got 'memry'), did "
                            "you mean 'memory'?",
                            "t.yaml:7:24: topology.catalog.servers[0].gpu: no such GPU model (got "
                            "'tinny'), did you "
                            "mean 'tiny'?",
                            "t.yaml:7:37: topology.catalog.servers[0].nics: `nic` and `nics` go "
                            "together: the model "
                            "and how many, name the card in `nic`"));
}

}  // namespace
}  // namespace tidepool::topology
