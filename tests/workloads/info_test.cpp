// Figures of a trace small enough to work out on paper.

#include "workloads/info.h"

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

using ::testing::HasSubstr;

// GPU-s: 2 x 3600 = 7200, 3 x 1200 = 3600, 4 x 900 = 3600, 1 x 7200 = 7200; together 21,600 = 6 h.
constexpr const char* kFour =
    "# origin: 2024-02-29T22:30:00+08:00\n"
    "job_id,submit,duration,gpus,tenant,plan,state\n"
    "a,0,3600,2,lab,spot,failed\n"
    "b,1800,1200,3,,,\n"
    "c,5400,900,4,lab,,cancelled\n"
    "d,10800,7200,1,anchor,reserved,\n";

TEST(TraceInfo, AddsUp) {
    const TraceInfo info = describe(read_text(kFour));
    EXPECT_EQ(info.jobs, 4U);
    EXPECT_EQ(info.gpu_hours, 6);
    EXPECT_EQ(info.mean_gpus, 2.5);
    EXPECT_EQ(info.most_gpus, 4U);
    EXPECT_EQ(info.first_submit, Seconds{0});
    EXPECT_EQ(info.last_submit, Seconds{10'800});
    EXPECT_EQ(info.last_end, Seconds{18'000});
    EXPECT_EQ(info.offered_gpus, 2);  // 21,600 GPU-s in 10,800 s
    EXPECT_EQ(info.mean_duration, Seconds{3'225});
}

// Nearest rank of 900, 1200, 3600, 7200: p25 is the 1st, p50 the 2nd, p75 the 3rd, p90 the 4th.
TEST(TraceInfo, QuantilesAreByNearestRank) {
    const TraceInfo info = describe(read_text(kFour));
    std::string text;
    for (const TraceInfo::Quantile& quantile : info.durations) {
        text +=
            quantile.name + ' ' + std::to_string(static_cast<int>(quantile.duration.value)) + ' ';
    }
    EXPECT_EQ(text,
              "min 900 p5 900 p25 900 p50 1200 p75 3600 p90 7200 p95 7200 p99 7200 max 7200 ");
}

TEST(TraceInfo, SizesFallIntoPowersOfTwo) {
    const TraceInfo info = describe(read_text(kFour));
    ASSERT_EQ(info.sizes.size(), 3U);
    EXPECT_EQ(info.sizes[0].to, 1U);
    EXPECT_EQ(info.sizes[0].jobs, 1U);
    EXPECT_EQ(info.sizes[1].from, 2U);
    EXPECT_EQ(info.sizes[1].to, 2U);
    EXPECT_EQ(info.sizes[1].gpu_hours, 2);
    EXPECT_EQ(info.sizes[2].from, 3U);
    EXPECT_EQ(info.sizes[2].to, 4U);
    EXPECT_EQ(info.sizes[2].jobs, 2U);
    EXPECT_EQ(info.sizes[2].gpu_hours, 2);
    EXPECT_EQ(info.sizes[2].median_duration, Seconds{900});
}

// From 22:30 on the origin's clock: 22:30, 23:00, 0:00 and 1:30.
TEST(TraceInfo, ArrivalsGoByTheClockOfTheOrigin) {
    const TraceInfo info = describe(read_text(kFour));
    for (std::size_t hour = 0; hour < 24; ++hour) {
        const bool arrival = hour == 22 || hour == 23 || hour == 0 || hour == 1;
        EXPECT_EQ(info.arrivals_by_hour[hour], arrival ? 1U : 0U) << hour;
    }
}

TEST(TraceInfo, SharesByTenantStateAndPlan) {
    const TraceInfo info = describe(read_text(kFour));
    ASSERT_EQ(info.tenants.size(), 3U);
    EXPECT_EQ(info.tenants[0].name, "lab");
    EXPECT_EQ(info.tenants[0].jobs, 2U);
    EXPECT_EQ(info.tenants[0].gpu_hours, 3);
    EXPECT_EQ(info.tenants[1].name, "-");
    EXPECT_EQ(info.tenants[2].name, "anchor");
    EXPECT_EQ(info.states[0].jobs, 2U);
    EXPECT_EQ(info.states[1].gpu_hours, 2);
    EXPECT_EQ(info.states[2].gpu_hours, 1);
    EXPECT_EQ(info.plans[0].gpu_hours, 2);
    EXPECT_EQ(info.plans[1].jobs, 2U);
    EXPECT_EQ(info.plans[2].jobs, 1U);
}

TEST(TraceInfo, OneJobOffersNoLoad) {
    const TraceInfo info = describe(read_text("job_id,submit,duration,gpus\na,5,1,2000000\n"));
    EXPECT_EQ(info.offered_gpus, std::nullopt);
    EXPECT_EQ(info.sizes.at(0).from, 1'048'577U);
    EXPECT_EQ(info.sizes.at(0).to, 2'097'152U);
    EXPECT_THAT(to_json(info), HasSubstr("\"offered_gpus\": null"));
    EXPECT_THAT(to_json(info), HasSubstr("\"origin\": null"));
}

TEST(TraceInfo, PrintsATable) {
    const std::string text = to_text(describe(read_text(kFour)));
    for (const char* part :
         {"second 0      2024-02-29T22:30:00+08:00\n", "jobs          4\n", "GPU-hours     6.0\n",
          "GPUs per job  mean 2.500, most 4\n", "last end      18,000 s, were no job to wait\n",
          "3-4                    2    50.0 %             2.0    33.3 %         900\n",
          "22                     1  ########################################\n",
          "lab                                2             3.0    50.0 %\n"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST(TraceInfo, PrintsTheSameAsJson) {
    const std::string json = to_json(describe(read_text(kFour)));
    for (const char* part :
         {"\"format\": \"tidepool\"", "\"jobs\": 4,", "\"gpu_hours\": 6,", "\"offered_gpus\": 2,",
          "\"p50\": 1200", "\"origin\": \"2024-02-29T22:30:00+08:00\"",
          "\"name\": \"lab\",\n      \"jobs\": 2,\n      \"gpu_hours\": 3\n"}) {
        EXPECT_THAT(json, HasSubstr(part));
    }
}

}  // namespace
}  // namespace tidepool::workloads
