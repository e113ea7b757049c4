// The Philly trace: a sample by hand, and the published figures of the trace that ships with
// Tidepool.

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"
#include "workloads/info.h"

namespace tidepool::workloads {
namespace {

constexpr const char* kHeader = "timestamp,duration,num_gpus,gpu_time,cluster\n";

// Out of order; two jobs at the same second keep the order of their rows.
TEST(Philly, SortsByTimeAndCountsFromTheFirst) {
    const JobTrace trace = read_text(std::string(kHeader) +
                                     "2017-10-01 00:00:10,30.0,2,60.0,vcB\n"
                                     "2017-09-30 23:59:50,5.5,4,22.0,vcA\n"
                                     "2017-10-01 00:00:10,7,1,7,vcA\n");
    EXPECT_EQ(trace.format, "philly");
    EXPECT_EQ(trace.origin, "2017-09-30T23:59:50");
    ASSERT_EQ(trace.jobs.size(), 3U);
    EXPECT_EQ(trace.id(0), "2");
    EXPECT_EQ(trace.id(1), "1");
    EXPECT_EQ(trace.id(2), "3");
    EXPECT_EQ(trace.jobs[0].submit, Seconds{0});
    EXPECT_EQ(trace.jobs[1].submit, Seconds{20});
    EXPECT_EQ(trace.jobs[2].submit, Seconds{20});
    EXPECT_EQ(trace.jobs[0].duration, Seconds{5.5});
    EXPECT_EQ(trace.jobs[0].gpus, 4U);
    EXPECT_EQ(trace.jobs[0].line, 3U);
    EXPECT_EQ(trace.tenants, (std::vector<std::string>{"vcA", "vcB"}));
    EXPECT_EQ(trace.jobs[1].tenant, 1U);
    EXPECT_EQ(trace.jobs[2].tenant, 0U);
}

// The second row is an hour earlier, which is 1969 on the clock of the first.
TEST(Philly, RefusesAnOriginThatNoCalendarTimeCanWrite) {
    EXPECT_EQ(complaints_about(std::string(kHeader) + "1970-01-01 00:00:00-01:00,1,1,1,a\n"
                                                      "1970-01-01 00:00:00Z,1,1,1,a\n"),
              "t.csv:2: origin: the first submit lies outside the years 1970 to 9999 on the clock "
              "of this row (got '1969-12-31T23:00:00-01:00')\n");
}

TEST(Philly, IgnoresOtherColumnsAndNeedsItsOwn) {
    const JobTrace trace = read_text(
        "vc,timestamp,duration,num_gpus,cluster\n"
        "x,2017-10-01 00:00:10,30,2,c\n");
    EXPECT_EQ(trace.jobs.size(), 1U);
    EXPECT_EQ(complaints_about("timestamp,duraton,num_gpus,gpu_time,cluster\n"),
              "t.csv:1: header: column 'duration' is missing, is it the one called 'duraton'?\n");
}

TEST(Philly, ReportsBadRows) {
    EXPECT_EQ(complaints_about(std::string(kHeader) + "2017-10-01,30.0,2,60.0,c\n"
                                                      "2017-10-01 00:00:10,-30.0,2,-60.0,c\n"
                                                      "2017-10-01 00:00:10,30.0,0,0,c\n"
                                                      "2017-10-01 00:00:10,30.0,2,61.0,c\n"
                                                      "2017-10-01 00:00:10,30.0,2,60.0,\n"),
              "t.csv:2:1: timestamp: not a calendar time (got '2017-10-01'), write it like "
              "2017-09-04 10:30:41\n"
              "t.csv:3:21: duration: must not be negative (got '-30.0')\n"
              "t.csv:3:29: gpu_time: must not be negative (got '-60.0')\n"
              "t.csv:4:26: num_gpus: must lie between 1 and 2000000 (got '0')\n"
              "t.csv:5:28: gpu_time: is not duration x num_gpus (got '61.0')\n"
              "t.csv:6:33: cluster: the value is missing\n");
}

// Expected figures: statistics published with the trace's rows, computed by other programs.
TEST(Philly, ShippedTraceHasThePublishedFigures) {
    const TraceInfo info = describe(read_good(shipped("philly-2017.csv.gz")));
    EXPECT_EQ(info.jobs, 62'194U);
    EXPECT_EQ(info.rows, 62'194U);
    EXPECT_EQ(info.skipped, 0U);
    EXPECT_EQ(info.origin, "2017-09-04T10:30:41");
    EXPECT_NEAR(info.gpu_hours, 760'934, 0.5);
    EXPECT_NEAR(info.mean_gpus, 1.249, 0.0005);
    EXPECT_NEAR(info.mean_duration.value, 13'558, 0.5);
    EXPECT_EQ(info.most_gpus, 32U);
    const std::array<std::uint64_t, 24> hours{3598, 2894, 3193, 2256, 1253, 3198, 4237, 5713,
                                              2533, 2477, 2617, 2353, 2145, 1910, 1569, 1440,
                                              2496, 1705, 1714, 1683, 2858, 2489, 3067, 2796};
    EXPECT_EQ(info.arrivals_by_hour, hours);
    const std::array<std::pair<const char*, double>, 8> quantiles{{{"p5", 48},
                                                                   {"p25", 178},
                                                                   {"p50", 1'359},
                                                                   {"p75", 2'770},
                                                                   {"p90", 10'796},
                                                                   {"p95", 35'049},
                                                                   {"p99", 270'621},
                                                                   {"max", 4'628'226}}};
    ASSERT_EQ(info.durations.size(), quantiles.size() + 1);  // and the minimum
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        EXPECT_EQ(info.durations[i + 1].name, quantiles[i].first);
        EXPECT_NEAR(info.durations[i + 1].duration.value, quantiles[i].second, 1);
    }
}

TEST(Philly, ShippedTraceHasThePublishedTenantsAndSizes) {
    const TraceInfo info = describe(read_good(shipped("philly-2017.csv.gz")));
    const std::vector<std::pair<std::string, std::uint64_t>> tenants{
        {"6214e9", 31'364}, {"11cb48", 9'487}, {"6c71a0", 8'915}, {"b436b2", 7'199},
        {"0e4a51", 1'159},  {"103959", 1'103}, {"ed69ec", 1'018}, {"ee9e8c", 859},
        {"7f04ca", 578},    {"2869ce", 267},   {"e13805", 234},   {"23dbec", 8},
        {"795a4c", 3}};
    ASSERT_EQ(info.tenants.size(), tenants.size());
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        EXPECT_EQ(info.tenants[i].name, tenants[i].first);
        EXPECT_EQ(info.tenants[i].jobs, tenants[i].second);
    }
    // Share of the GPU-hours by size, percent: 1: 17.6; 2-4: 21.5; 5-8: 49.9; 9-16: 9.2; more: 1.9.
    ASSERT_EQ(info.sizes.size(), 6U);
    const auto share = [&](std::size_t i) {
        return 100 * info.sizes[i].gpu_hours / info.gpu_hours;
    };
    EXPECT_NEAR(share(0), 17.6, 0.05);
    EXPECT_NEAR(share(1) + share(2), 21.5, 0.05);
    EXPECT_NEAR(share(3), 49.9, 0.05);
    EXPECT_NEAR(share(4), 9.2, 0.05);
    EXPECT_NEAR(share(5), 1.9, 0.05);
    EXPECT_EQ(info.sizes[0].median_duration, Seconds{1'339});
    EXPECT_EQ(info.sizes[3].median_duration, Seconds{35'347});
    EXPECT_EQ(info.sizes[5].from, 17U);
    EXPECT_EQ(info.sizes[5].to, 32U);
    EXPECT_EQ(info.sizes[5].median_duration, Seconds{53'117});
}

// Published: 540 GPUs submitted on average over the 41 days from 2017-10-03 to 11-12. Midnight of
// 10-03 is 28 d 13:29:19 = 2,467,759 s after the first submission.
TEST(Philly, WindowHasThePublishedLoad) {
    TraceSpec spec;
    spec.file = shipped("philly-2017.csv.gz");
    spec.window = {Seconds{2'467'759}, Seconds{2'467'759 + 41 * 86'400}};
    const JobTrace trace = read_good(spec);
    EXPECT_EQ(trace.origin, "2017-10-03T00:00:00");
    EXPECT_NEAR(describe(trace).gpu_hours / (41 * 24), 540, 0.5);
}

}  // namespace
}  // namespace tidepool::workloads
