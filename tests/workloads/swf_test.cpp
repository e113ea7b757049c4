// Standard Workload Format: a sample in the genuine form, every value below read off it by eye.

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"
#include "workloads/info.h"

namespace tidepool::workloads {
namespace {

TEST(Swf, ReadsTheSample) {
    const JobTrace trace = read_good(sample("sample.swf"));
    EXPECT_EQ(trace.format, "swf");
    EXPECT_EQ(trace.origin, "1996-10-02T09:00:08Z");  // date -u -d @844246808
    EXPECT_EQ(trace.rows, 10U);
    EXPECT_EQ(trace.skipped, 4U);
    EXPECT_EQ(trace.skipped_why,
              "1 of unknown run time, 2 partial executions, which their summary rows cover, 1 of "
              "unknown size");
    ASSERT_EQ(trace.jobs.size(), 6U);
    std::string ids;
    for (std::size_t i = 0; i < trace.jobs.size(); ++i) {
        ids += trace.id(i) + ' ';
    }
    EXPECT_EQ(ids, "1 2 3 5 7 8 ");
    EXPECT_EQ(trace.tenants, (std::vector<std::string>{"user3", "user7", "user0"}));

    const Job& first = trace.jobs[0];
    EXPECT_EQ(first.line, 10U);
    EXPECT_EQ(first.submit, Seconds{0});
    EXPECT_EQ(first.duration, Seconds{3600});
    EXPECT_EQ(first.gpus, 8U);
    EXPECT_EQ(first.estimate, Seconds{7200});
    EXPECT_EQ(first.memory, Bytes{4096.0 * 1024 * 8});
    EXPECT_EQ(first.end, JobEnd::kCompleted);
    EXPECT_EQ(first.tenant, 0U);

    EXPECT_EQ(trace.jobs[1].gpus, 1U) << "allocated, for none was requested";
    EXPECT_EQ(trace.jobs[1].estimate, kUnknown);
    EXPECT_EQ(trace.jobs[1].memory, Bytes{0});
    EXPECT_EQ(trace.jobs[2].gpus, 32U) << "requested, not the 16 allocated";
    EXPECT_EQ(trace.jobs[2].end, JobEnd::kFailed);
    EXPECT_EQ(trace.jobs[3].duration, Seconds{500}) << "the summary of the partial executions";
    EXPECT_EQ(trace.jobs[3].tenant, kAny);
    EXPECT_EQ(trace.jobs[4].duration, Seconds{0});
    EXPECT_EQ(trace.jobs[4].end, JobEnd::kCancelled);
    EXPECT_EQ(trace.jobs[5].end, JobEnd::kCompleted) << "status -1, as models write it";
    EXPECT_EQ(trace.tenants[trace.jobs[5].tenant], "user0");
}

// 8 x 3600 + 1 x 120 + 32 x 900 + 4 x 500 + 0 + 2 x 17 = 59,754 GPU-s.
TEST(Swf, SampleHoldsTheSumOfItsRows) {
    const TraceInfo info = describe(read_good(sample("sample.swf")));
    EXPECT_DOUBLE_EQ(info.gpu_hours, 59'754 / 3600.0);
    EXPECT_EQ(info.arrivals_by_hour[9], 6U) << "all within five minutes from 09:00:08";
}

TEST(Swf, IsRecognisedWithoutComments) {
    const JobTrace trace = read_text("1 0 -1 10 2 -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n");
    EXPECT_EQ(trace.format, "swf");
    EXPECT_EQ(trace.origin, "");
}

TEST(Swf, ReportsBadRows) {
    EXPECT_EQ(
        complaints_about("; UnixStartTime: soon\n"
                         "1 5 -1 10 2 -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
                         "2 6 -1 10 2 -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1\n"
                         "3 7 -1 10 2 -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1 -1\n"
                         "4 4 -1 10 2 -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
                         "x -5 -1 -2 2.5 -1 -1 -1 nan -1 7 -1 -1 -1 -1 -1 -1 ?\n"
                         "1 8 -1 10 2 -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
                         Format::kSwf),
        "t.csv:1:18: UnixStartTime: not seconds since 1970, up to the year 9999 (got 'soon')\n"
        "t.csv:3: a row has 18 fields (got 17)\n"
        "t.csv:4: a row has 18 fields (got more)\n"
        "t.csv:5:3: submit: 1 s before the submit of line 2 (got '4'), sort the rows by submit\n"
        "t.csv:6:32: status: must lie between -1 and 5 (got '7')\n"
        "t.csv:6:1: job_number: not a whole number (got 'x')\n"
        "t.csv:6:3: submit_time: must not be negative (got '-5')\n"
        "t.csv:6:9: run_time: must lie between -1 and 268435455.875 (got '-2')\n"
        "t.csv:6:12: allocated: not a whole number (got '2.5')\n"
        "t.csv:6:25: requested_time: not a number (got 'nan')\n"
        "t.csv:6:52: think_time: not a number (got '?')\n"
        "t.csv:7:1: job_id: line 2 has this id already (got '1')\n");
}

TEST(Swf, RefusesALogWithoutUsableJobs) {
    EXPECT_EQ(complaints_about("; MaxJobs: 0\n"), "t.csv: the trace holds no jobs\n");
    EXPECT_EQ(complaints_about("1 5 -1 -1 2 -1 -1 -1 -1 -1 5 -1 -1 -1 -1 -1 -1 -1\n"),
              "t.csv: the trace holds no jobs that can be used; left out: 1 of unknown run time\n");
}

}  // namespace
}  // namespace tidepool::workloads
