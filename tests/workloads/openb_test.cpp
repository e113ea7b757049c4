// Alibaba openb pods: a sample by hand, and the shipped trace and its published counts.

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"
#include "workloads/info.h"

namespace tidepool::workloads {
namespace {

constexpr const char* kHeader =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    "deletion_time,scheduled_time\n";

TEST(Openb, TakesPodsOnWholeGpusAndCountsTheOthers) {
    const JobTrace trace =
        read_text(std::string(kHeader) +
                  "late,12500,2,8,1000,V100M16|V100M32,LS,Failed,500,900.0,600.0\n"
                  "part,6000,1,1,460,,LS,Running,1,9,2\n"
                  "early,1000,1024,1,1000,,BE,Succeeded,100,160,100\n"
                  "cpu,1000,1,0,0,,LS,Running,1,9,2\n"
                  "wait,1000,1,1,1000,T4,BE,Pending,200,300,\n"
                  "part2,1000,1,1,10,T4,BE,Pending,200,300,\n");
    EXPECT_EQ(trace.format, "openb");
    EXPECT_EQ(trace.rows, 6U);
    EXPECT_EQ(trace.skipped, 4U);
    EXPECT_EQ(trace.skipped_why, "2 on a part of a GPU, 1 without a GPU, 1 never scheduled");
    ASSERT_EQ(trace.jobs.size(), 2U);
    EXPECT_EQ(trace.id(0), "early");
    EXPECT_EQ(trace.jobs[0].submit, Seconds{100}) << "second 0 is second 0 of the file";
    EXPECT_EQ(trace.jobs[0].duration, Seconds{60});
    EXPECT_EQ(trace.jobs[0].end, JobEnd::kCompleted);
    EXPECT_EQ(trace.jobs[0].memory, Bytes{1073741824.0});
    EXPECT_EQ(trace.jobs[0].gpu_model, kAny);
    EXPECT_EQ(trace.id(1), "late");
    const Job& late = trace.jobs[1];
    EXPECT_EQ(late.submit, Seconds{500});
    EXPECT_EQ(late.duration, Seconds{300}) << "from scheduling, not from creation";
    EXPECT_EQ(late.gpus, 8U);
    EXPECT_EQ(late.cpus, 12.5);
    EXPECT_EQ(late.end, JobEnd::kFailed);
    EXPECT_EQ(trace.gpu_models.at(late.gpu_model), "V100M16|V100M32");
    EXPECT_EQ(trace.tenants.at(late.tenant), "LS");
}

TEST(Openb, ReportsBadRows) {
    EXPECT_EQ(complaints_about(std::string(kHeader) + "a,1,1,1,1000,,LS,Runing,5,9,6\n"
                                                      "b,1,1,1,1000,,LS,Running,5,9,4\n"
                                                      "c,1,1,1,1000,,LS,Running,5,7,8\n"
                                                      "d,-1,x,-1,1001,,,Running,5,7,6\n"),
              "t.csv:2:18: pod_phase: unknown value (got 'Runing'), did you mean 'Running'?\n"
              "t.csv:3:30: scheduled_time: before creation_time (got '4')\n"
              "t.csv:4:28: deletion_time: before scheduled_time (got '7')\n"
              "t.csv:5:3: cpu_milli: must not be negative (got '-1')\n"
              "t.csv:5:6: memory_mib: not a number (got 'x')\n"
              "t.csv:5:8: num_gpu: must not be negative (got '-1')\n"
              "t.csv:5:11: gpu_milli: must lie between 0 and 1000 (got '1001')\n"
              "t.csv:5:17: qos: the value is missing\n");
}

// Published: 5,381 pods, of which 14.5 % without a GPU and 36.5 % on a part of one. The exact
// counts and sums come from an awk program over the file.
TEST(Openb, ShippedTraceHasThePublishedCounts) {
    const JobTrace trace = read_good(shipped("openb-2023-pods.csv.gz"));
    EXPECT_EQ(trace.rows, 5'381U);
    EXPECT_EQ(trace.skipped_why, "1964 on a part of a GPU, 778 without a GPU, 206 never scheduled");
    EXPECT_NEAR(1964.0 / 5381, 0.365, 0.0005);
    EXPECT_NEAR(778.0 / 5381, 0.145, 0.0005);
    EXPECT_EQ(trace.jobs.size(), 5'381U - 1'964 - 778 - 206);
    const TraceInfo info = describe(trace);
    EXPECT_DOUBLE_EQ(info.gpu_hours, 152'941'640 / 3600.0);
    EXPECT_EQ(info.states[1].jobs, 600U);
    EXPECT_EQ(info.sizes.back().jobs, 36U);
    EXPECT_EQ(info.sizes.back().to, 8U);
    EXPECT_EQ(trace.gpu_models.size(), 15U);
}

}  // namespace
}  // namespace tidepool::workloads
