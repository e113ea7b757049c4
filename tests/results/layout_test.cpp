#include "sim/results/layout.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <malloc.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/results/kpi_table.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::NanSensitiveDoubleEq;

std::string written(const Folder& folder, const Header& header, const model::Ledger& ledger,
                    std::span<const std::string_view> ids, const Provenance& provenance = {}) {
    return ResultFile::create(folder / "out.h5", true, header)
        .finish(Status::kComplete, ledger, ids, provenance);
}

TEST(Layout, RootSaysWhatThisIs) {
    const Folder folder;
    const std::string path = written(folder, sample_header(), model::small_ledger(), kTextIds);
    EXPECT_EQ(text_attribute(path, "/", "Conventions"), "CF-1.10");
    EXPECT_EQ(text_attribute(path, "/", "tidepool_schema"), "1.6");
    EXPECT_EQ(text_attribute(path, "/", "title"), "small run");
    EXPECT_EQ(text_attribute(path, "/", "engine"), "simgrid");
    EXPECT_EQ(text_attribute(path, "/", "network"), "maxmin");
    EXPECT_EQ(text_attribute(path, "/", "start"), "2017-10-03T00:00:00+08:00");
    EXPECT_EQ(number_attribute(path, "/", "seed"), std::ldexp(1.0, 64));  // 2^64 - 1, rounded
    EXPECT_EQ(number_attribute(path, "/", "horizon_s"), 200);
    EXPECT_EQ(number_attribute(path, "/", "reached_s"), 100);
    EXPECT_THAT(links(path, "/"), ElementsAre("scenario", "summary", "timeseries", "dim", "jobs"));
}

TEST(Layout, SeriesAreMeansOverBinsTheLastOfWhichIsShorter) {
    // Integrals of small_ledger() over 640, 640 and 320 ticks.
    const Folder folder;
    const std::string path = written(folder, sample_header(), model::small_ledger(), kTextIds);
    const std::string group = "/timeseries/cluster/";
    EXPECT_EQ(number_attribute(path, "/timeseries/cluster", "bin_width"), 40);
    EXPECT_THAT(numbers(path, group + "time"), ElementsAre(0, 40, 80));
    EXPECT_THAT(numbers(path, group + "allocated"), ElementsAre(2, 4, 2.5));
    EXPECT_THAT(numbers(path, group + "idle"), ElementsAre(2, 0, 1.5));
    EXPECT_THAT(numbers(path, group + "queued_gpus"), ElementsAre(3.5, 4, 4.5));
    EXPECT_THAT(numbers(path, group + "queue_length"), ElementsAre(1.25, 1.75, 1.5));
    EXPECT_EQ(text_attribute(path, group + "time", "units"),
              "seconds since 2017-10-03 00:00:00 +08:00");
    EXPECT_THAT(numbers(path, group + "capacity"), ElementsAre(4, 4, 4));
    for (const char* name : {"down", "spare", "spares_in_use"}) {
        EXPECT_THAT(numbers(path, group + name), ElementsAre(0, 0, 0)) << name;
    }
    EXPECT_THAT(links(path, "/timeseries/cluster"),
                ElementsAre("time", "capacity", "allocated", "idle", "down", "spare",
                            "spares_in_use", "queued_gpus", "queue_length"));
    for (const char* name : {"capacity", "allocated", "idle", "down", "spare", "spares_in_use",
                             "queued_gpus", "queue_length"}) {
        EXPECT_EQ(text_attribute(path, group + name, "units"), "1");
        EXPECT_EQ(text_attribute(path, group + name, "cell_methods"), "time: mean");
        EXPECT_NE(text_attribute(path, group + name, "long_name"), "");
        EXPECT_EQ(scale_of(path, group + name), "time");
    }
}

TEST(Layout, SummaryHasEveryKpi) {
    const Folder folder;
    const std::string path = written(folder, sample_header(), model::small_ledger(), kTextIds);
    const std::vector<std::string> names = links(path, "/summary");
    ASSERT_EQ(names.size(), kKpis.size());
    const std::vector<double> values = kpi_values(model::small_ledger());
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const std::string dataset = "/summary/" + names[k];
        EXPECT_EQ(names[k], kKpis[k].name);
        EXPECT_THAT(numbers(path, dataset), ElementsAre(NanSensitiveDoubleEq(values[k])));
        EXPECT_EQ(text_attribute(path, dataset, "units"), kKpis[k].unit);
        EXPECT_EQ(text_attribute(path, dataset, "long_name"), kKpis[k].long_name);
        EXPECT_EQ(text_attribute(path, dataset, "better"), name_of(kKpis[k].better));
        EXPECT_EQ(text_attribute(path, dataset, "group"), name_of(kKpis[k].group));
    }
}

TEST(Layout, JobsStandInTraceOrder) {
    const Folder folder;
    const std::string path = written(folder, sample_header(), model::small_ledger(), kTextIds);
    EXPECT_THAT(
        links(path, "/jobs"),
        ElementsAre("job", "id", "workload", "tenant", "plan", "gpu_model", "gpus", "submit",
                    "start", "end", "wait", "state", "rejection", "nodes", "first_node"));
    EXPECT_THAT(texts(path, "/jobs/id"), ElementsAreArray(kTextIds));
    EXPECT_THAT(numbers(path, "/jobs/tenant"), ElementsAre(0, 2, 0, 0, 0));
    EXPECT_THAT(numbers(path, "/jobs/gpus"), ElementsAre(2, 4, 1, 4, 16));
    EXPECT_THAT(numbers(path, "/jobs/gpu_model"), ElementsAre(0, 0, 0, -1, -1));
    EXPECT_THAT(numbers(path, "/jobs/first_node"), ElementsAre(0, 0, 3, -1, -1));
    EXPECT_THAT(numbers(path, "/jobs/nodes"), ElementsAre(1, 1, 1, 0, 0));
    EXPECT_THAT(numbers(path, "/jobs/submit"), ElementsAre(0, 10, 20, 50, 6.25));
    EXPECT_THAT(numbers(path, "/jobs/start"), ElementsAre(0, 40, 90, IsNan(), IsNan()));
    EXPECT_THAT(numbers(path, "/jobs/end"), ElementsAre(40, 90, IsNan(), IsNan(), IsNan()));
    EXPECT_THAT(numbers(path, "/jobs/wait"), ElementsAre(0, 30, 70, IsNan(), IsNan()));
    EXPECT_EQ(enum_name(path, "/jobs/state", 0), "completed");
    EXPECT_EQ(enum_name(path, "/jobs/state", 1), "failed");
    EXPECT_EQ(enum_name(path, "/jobs/state", 2), "running");
    EXPECT_EQ(enum_name(path, "/jobs/state", 3), "queued");
    EXPECT_EQ(enum_name(path, "/jobs/state", 4), "rejected");
    EXPECT_EQ(enum_name(path, "/jobs/rejection", 0), "none");
    EXPECT_EQ(enum_name(path, "/jobs/rejection", 4), "too_large");
    EXPECT_EQ(enum_name(path, "/jobs/plan", 0), "on-demand");
    for (const char* name : {"id", "plan", "submit", "first_node"}) {
        EXPECT_EQ(scale_of(path, std::string("/jobs/") + name), "job");
    }
    EXPECT_THAT(texts(path, "/dim/tenant"), ElementsAre("", "acme", "Zoë"));
    EXPECT_THAT(texts(path, "/dim/gpu_model"), ElementsAre("H100"));
    EXPECT_THAT(texts(path, "/dim/plan"), ElementsAre("reserved", "on-demand", "spot"));
}

TEST(Layout, JobsSayWhichWorkloadTheyAreOf) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    ledger.jobs[3].workload = 1;
    ledger.jobs[4].workload = 2;
    const std::array<std::string_view, 5> ids{"1", "2", "3", "1", "1"};
    const std::string path = written(folder, sample_header(), ledger, ids);
    EXPECT_THAT(numbers(path, "/jobs/job"), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(numbers(path, "/jobs/id"), ElementsAre(1, 2, 3, 1, 1));
    EXPECT_THAT(numbers(path, "/jobs/workload"), ElementsAre(0, 0, 0, 1, 2));
    EXPECT_EQ(text_attribute(path, "/jobs/workload", "units"), "1");
    EXPECT_EQ(scale_of(path, "/jobs/workload"), "job");
}

// Job 2 ran in a pool without nodes; its GPU model is known all the same.
TEST(Layout, JobsWithoutNodesHaveNoFirstNode) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    ledger.jobs[2].nodes = 0;
    const std::string path = written(folder, sample_header(), ledger, kTextIds);
    EXPECT_THAT(numbers(path, "/jobs/nodes"), ElementsAre(1, 1, 0, 0, 0));
    EXPECT_THAT(numbers(path, "/jobs/first_node"), ElementsAre(0, 0, -1, -1, -1));
    EXPECT_THAT(numbers(path, "/jobs/gpu_model"), ElementsAre(0, 0, 0, -1, -1));
}

TEST(Layout, IdsThatAreIntegersAreStoredSo) {
    const Folder folder;
    const std::string path = written(folder, sample_header(), model::small_ledger(), kNumberIds);
    EXPECT_THAT(numbers(path, "/jobs/id"), ElementsAre(5, -3, 0, 9223372036854775807.0, 12));
}

TEST(Layout, IdsThatWouldNotPrintBackAreTexts) {
    for (const char* odd : {"", "+5", "05", "-0", "9223372036854775808", "5 ", "1e3"}) {
        const Folder folder;
        std::vector<std::string_view> ids(kNumberIds.begin(), kNumberIds.end());
        ids[4] = odd;
        const std::string path = written(folder, sample_header(), model::small_ledger(), ids);
        EXPECT_THAT(texts(path, "/jobs/id"), ElementsAreArray(ids));
    }
}

TEST(Layout, OneVeryLongIdDoesNotWidenEveryRow) {
    const Folder folder;
    const std::string long_id(300'000, 'x');
    model::Ledger ledger = model::small_ledger();
    std::vector<std::string_view> ids(kTextIds.begin(), kTextIds.end());
    ids[2] = long_id;
    ledger.jobs.resize(20'000, ledger.jobs[4]);  // rejected; padded, the column took 6 GB
    ids.resize(20'000, "y");
    const std::string path = written(folder, sample_header(), ledger, ids);
    EXPECT_EQ(texts(path, "/jobs/id").at(2), long_id);
    EXPECT_EQ(texts(path, "/jobs/id").at(19'999), "y");
}

TEST(Layout, ColumnsMayHaveManyChunks) {
    const Folder folder;
    model::Ledger ledger = model::small_ledger();
    ledger.jobs.assign(40'000, ledger.jobs[4]);  // two full chunks of 16,384 rows and a part
    ledger.bins.clear();                         // all of them are rejected
    std::vector<std::string> names;
    for (std::size_t j = 0; j < ledger.jobs.size(); ++j) {
        names.push_back("job-" + std::to_string(j));
        ledger.jobs[j].submit = Ticks{static_cast<std::uint32_t>(16 * j)};
    }
    const std::vector<std::string_view> ids(names.begin(), names.end());
    const std::string path = written(folder, sample_header(), ledger, ids);
    EXPECT_THAT(texts(path, "/jobs/id"), ElementsAreArray(names));
    const std::vector<double> submit = numbers(path, "/jobs/submit");
    ASSERT_EQ(submit.size(), 40'000u);
    for (std::size_t j = 0; j < submit.size(); ++j) {
        ASSERT_EQ(submit[j], static_cast<double>(j));
    }
}

TEST(Layout, ARunWithNothingInItIsAFile) {
    const Folder folder;
    model::Ledger ledger;
    ledger.bin_width = Ticks{16};
    const std::string path = written(folder, Header{}, ledger, {});
    EXPECT_THAT(numbers(path, "/jobs/id"), IsEmpty());
    EXPECT_THAT(numbers(path, "/timeseries/cluster/time"), IsEmpty());
    EXPECT_THAT(texts(path, "/scenario/overrides"), IsEmpty());
    EXPECT_THAT(texts(path, "/scenario/source_yaml"), ElementsAre(""));
    EXPECT_THAT(numbers(path, "/summary/wait_p50_s"), ElementsAre(IsNan()));
    EXPECT_EQ(text_attribute(path, "/timeseries/cluster/time", "units"), "s");
}

TEST(Layout, ProvenanceIsThereUnlessReproducible) {
    const Folder folder;
    const std::string path =
        written(folder, sample_header(), model::small_ledger(), kTextIds,
                {{"version", "0.1.0"}, {"threads", std::int64_t{2}}, {"wall_s", 1.5}});
    EXPECT_EQ(text_attribute(path, "/provenance", "version"), "0.1.0");
    EXPECT_EQ(number_attribute(path, "/provenance", "threads"), 2);
    EXPECT_EQ(number_attribute(path, "/provenance", "wall_s"), 1.5);
    EXPECT_FALSE(
        has(written(folder, sample_header(), model::small_ledger(), kTextIds), "/provenance"));
}

// The same contents in another folder, another second, after other work of the library, over memory
// full of other rubbish, with another number of flushes.
TEST(Layout, SameContentsAreTheSameBytes) {
    const Folder one, two;
    model::Ledger ledger = model::small_ledger();
    constexpr std::uint64_t kMore = 20'000 - 5;
    ledger.jobs.resize(5 + kMore, ledger.jobs[1]);
    ledger.gpus += 4 * kMore;
    ledger.bins[0].queued_gpus += 4 * 480 * kMore;
    ledger.bins[1].allocated += 4 * 640 * kMore;
    ledger.bins[2].allocated += 4 * 160 * kMore;
    const std::vector<std::string_view> ids(ledger.jobs.size(), "j");
    ::mallopt(M_PERTURB, 0x55);
    const std::string first = content(written(one, sample_header(), ledger, ids));
    written(one, sample_header(), model::small_ledger(), kTextIds);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    ::mallopt(M_PERTURB, 0xA7);
    ResultFile file = ResultFile::create(two / "other.h5", false, sample_header());
    for (std::uint32_t now = 0; now < 1600; now += 100) {
        file.progress(ledger, Ticks{now});
    }
    const std::string second = content(file.finish(Status::kComplete, ledger, ids, {}));
    ::mallopt(M_PERTURB, 0);
    EXPECT_TRUE(first == second) << "first difference at byte "
                                 << std::ranges::mismatch(first, second).in1 - first.begin();
}

}  // namespace
}  // namespace tidepool::results
