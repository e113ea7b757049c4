// Tidepool's own CSV: what each column becomes, and what is said about bad ones.

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHeader = "job_id,submit,duration,gpus\n";
std::string rows(const std::string& text) {
    return kHeader + text;
}

TEST(OwnFormat, ReadsEveryColumnInAnyOrder) {
    const JobTrace trace = read_text(
        "state,gpus,duration,submit,job_id,tenant,plan,priority,gpu_model,cpus,memory,estimate,"
        "checkpoint_interval,checkpoint_write\n"
        "failed,16,3600.5,7,train-1,lab,spot,-3,H100|H200,96.5,1e12,7200,1800,60\n"
        "cancelled,1,0,7.25,train-2,anchor,reserved,9,,,,,,\n");
    ASSERT_EQ(trace.jobs.size(), 2U);
    const Job& first = trace.jobs[0];
    EXPECT_EQ(trace.id(0), "train-1");
    EXPECT_EQ(first.line, 2U);
    EXPECT_EQ(first.gpus, 16U);
    EXPECT_EQ(first.submit, Seconds{7});
    EXPECT_EQ(first.duration, Seconds{3600.5});
    EXPECT_EQ(first.estimate, Seconds{7200});
    EXPECT_EQ(trace.tenants.at(first.tenant), "lab");
    EXPECT_EQ(trace.gpu_models.at(first.gpu_model), "H100|H200");
    EXPECT_EQ(first.priority, -3);
    EXPECT_EQ(first.plan, Plan::kSpot);
    EXPECT_EQ(first.end, JobEnd::kFailed);
    EXPECT_EQ(first.cpus, 96.5);
    EXPECT_EQ(first.memory, Bytes{1e12});
    EXPECT_EQ(first.checkpoint_interval, Seconds{1800});
    EXPECT_EQ(first.checkpoint_write, Seconds{60});
    const Job& second = trace.jobs[1];
    EXPECT_EQ(trace.id(1), "train-2");
    EXPECT_EQ(trace.tenants.at(second.tenant), "anchor");
    EXPECT_EQ(second.plan, Plan::kReserved);
    EXPECT_EQ(second.end, JobEnd::kCancelled);
    EXPECT_EQ(second.gpu_model, kAny);
    EXPECT_EQ(second.estimate, kUnknown);
    EXPECT_EQ(second.cpus, 0);
    EXPECT_EQ(second.memory, Bytes{0});
    EXPECT_EQ(second.checkpoint_interval, kUnknown);
    EXPECT_EQ(second.checkpoint_write, kUnknown);
}

TEST(OwnFormat, ColumnsNotThereHaveTheirDefaults) {
    const JobTrace trace = read_text(rows("1,0,60,8\n"));
    const Job& job = trace.jobs.at(0);
    EXPECT_EQ(job.tenant, kAny);
    EXPECT_EQ(job.plan, Plan::kOnDemand);
    EXPECT_EQ(job.priority, 0);
    EXPECT_EQ(job.end, JobEnd::kCompleted);
    EXPECT_EQ(job.estimate, kUnknown);
    EXPECT_EQ(trace.origin, "");
    EXPECT_EQ(trace.format, "tidepool");
}

TEST(OwnFormat, UnderstandsQuotesBlanksAndBlankLines) {
    const JobTrace trace = read_text(
        "job_id , \"submit\",duration,gpus,tenant\r\n"
        "\r\n"
        " \"a, \"\"b\"\"\" ,0,\t60 ,1,\"\"\r\n"
        "  \r\n"
        "c,0,60,1,\"x\"\"\"\r\n");
    ASSERT_EQ(trace.jobs.size(), 2U);
    EXPECT_EQ(trace.id(0), "a, \"b\"");
    EXPECT_EQ(trace.jobs[0].tenant, kAny);
    EXPECT_EQ(trace.tenants.at(trace.jobs[1].tenant), "x\"");
    EXPECT_EQ(trace.jobs[1].line, 5U);
}

// 10:00 in Shanghai is 02:00 UTC; the second job comes at 02:00:30.5 UTC.
TEST(OwnFormat, CalendarTimesCountFromTheFirst) {
    const JobTrace trace =
        read_text(rows("a,2024-02-29T10:00:00+08:00,60,1\n"
                       "b,2024-02-29T02:00:30.5Z,60,1\n"
                       "c,2024-03-01T10:00:00+08:00,60,1\n"));
    EXPECT_EQ(trace.origin, "2024-02-29T10:00:00+08:00");
    EXPECT_EQ(trace.jobs.at(0).submit, Seconds{0});
    EXPECT_EQ(trace.jobs.at(1).submit, Seconds{30.5});
    EXPECT_EQ(trace.jobs.at(2).submit, Seconds{86'400});
}

TEST(OwnFormat, ANoteDatesSecondZero) {
    const JobTrace trace =
        read_text("# made by hand\n# origin: 2024-02-29T10:00:00\n" + rows("a,5,60,1\n"));
    EXPECT_EQ(trace.origin, "2024-02-29T10:00:00");
    EXPECT_EQ(trace.jobs.at(0).submit, Seconds{5});
    EXPECT_EQ(complaints_about("# note\n# origin:  yesterday\n" + rows("a,5,60,1\n")),
              "t.csv:2:12: origin: not a calendar time (got 'yesterday'), write it like # origin: "
              "2017-09-04T10:30:41+08:00\n");
}

TEST(OwnFormat, NamesTheColumnMeant) {
    EXPECT_EQ(complaints_about("job_id,submti,duration,gpus,tenant,tenant,colour\n1,0,1,1,a,b,c\n"),
              "t.csv:1:8: header: unknown column (got 'submti'), did you mean 'submit'?\n"
              "t.csv:1:36: header: the column stands there twice (got 'tenant')\n"
              "t.csv:1:43: header: unknown column (got 'colour')\n"
              "t.csv:1: header: column 'submit' is missing, is it the one called 'submti'?\n");
}

TEST(OwnFormat, ReportsEveryProblemOfAFileAtOnce) {
    EXPECT_EQ(complaints_about(rows("a,0,60,1\n"
                                    "b,-1,60,1\n"
                                    "c,1,-60,0\n"
                                    "d,1,60\n"
                                    "e,1,60,1,1\n"
                                    ",1,60,1.5\n"
                                    "f,1,,-8\n"
                                    "g,1,1e999,3000000\n"
                                    "h,nan,inf,0x10\n"
                                    "\"i,1,60,1\n"
                                    "\"j\"k,1,60,1\n"
                                    "l,now,60,1\n")),
              "t.csv:3:3: submit: must not be negative (got '-1')\n"
              "t.csv:4:5: duration: must not be negative (got '-60')\n"
              "t.csv:4:9: gpus: must lie between 1 and 2000000 (got '0')\n"
              "t.csv:5: the header names 4 columns (got 3)\n"
              "t.csv:6: the header names 4 columns (got 5)\n"
              "t.csv:7:1: job_id: the value is missing\n"
              "t.csv:7:7: gpus: not a whole number (got '1.5')\n"
              "t.csv:8:5: duration: the value is missing\n"
              "t.csv:8:6: gpus: must lie between 1 and 2000000 (got '-8')\n"
              "t.csv:9:5: duration: beyond every sensible value (got '1e999')\n"
              "t.csv:9:11: gpus: must lie between 1 and 2000000 (got '3000000')\n"
              "t.csv:10:3: submit: not a number (got 'nan')\n"
              "t.csv:10:7: duration: not a number (got 'inf')\n"
              "t.csv:10:11: gpus: not a whole number (got '0x10')\n"
              "t.csv:11:1: a quoted field does not end on its line, close it with '\"'\n"
              "t.csv:12:4: text after the closing quote (got 'k')\n"
              "t.csv:13:3: submit: not a number (got 'now')\n");
}

// A minus as the fifth letter does not make a date.
TEST(OwnFormat, TakesExponents) {
    const JobTrace trace = read_text(rows("a,1.5e-3,1.e-3,1\nb,12e-1,1e+2,1\nc,100e-1,1E2,1\n"));
    EXPECT_EQ(trace.origin, "");
    EXPECT_EQ(trace.jobs.at(0).submit, Seconds{0.0015});
    EXPECT_EQ(trace.jobs.at(0).duration, Seconds{0.001});
    EXPECT_EQ(trace.jobs.at(1).submit, Seconds{1.2});
    EXPECT_EQ(trace.jobs.at(1).duration, Seconds{100});
    EXPECT_EQ(trace.jobs.at(2).submit, Seconds{10});
    EXPECT_EQ(complaints_about(rows("a,2017-09,1,1\nb,1.5-3,1,1\n")),
              "t.csv:2:3: submit: not a calendar time (got '2017-09'), write it like "
              "2017-09-04T10:30:41+08:00\n"
              "t.csv:3:3: submit: not a number (got '1.5-3')\n");
}

// The smallest double is 4.9e-324, the largest 1.8e308.
TEST(OwnFormat, TakesTheTooSmallForZeroAndRefusesTheTooLarge) {
    const std::string zeros(400, '0');
    for (const std::string& small :
         {std::string("1e-400"), std::string("0.01e-399"), "0." + zeros + "1",
          "1" + zeros + "e-800", "." + zeros + "9e+10", std::string("7e-99999999999999999999")}) {
        EXPECT_EQ(read_text(rows("a,0," + small + ",1\n")).jobs.at(0).duration, Seconds{0})
            << small;
    }
    for (const std::string& large :
         {std::string("1e400"), std::string("0.01e+410"), "1" + zeros, "1" + zeros + ".5e-10",
          "0." + zeros + "1e800", std::string("7e99999999999999999999")}) {
        EXPECT_EQ(complaints_about(rows("a,0," + large + ",1\n")),
                  "t.csv:2:5: duration: beyond every sensible value" + got(large) + '\n');
    }
}

TEST(OwnFormat, SaysWhereNotesGo) {
    EXPECT_EQ(complaints_about(rows("a,0,60,1\n# half of it\nb,1,60,1\n#,\nc,1\n")),
              "t.csv:3: the header names 4 columns (got 1), notes go before the header\n"
              "t.csv:5: the header names 4 columns (got 2), notes go before the header\n"
              "t.csv:6: the header names 4 columns (got 2)\n");
}

TEST(OwnFormat, RefusesBadOptionalValues) {
    EXPECT_EQ(
        complaints_about("job_id,submit,duration,gpus,plan,state,priority,estimate,"
                         "checkpoint_interval,cpus\n"
                         "a,0,1,1,on_demand,done,1.5,-1,0,-2\n"
                         "b,0,1,1,sopt,faild,9999999999,x,-1,nan\n"),
        "t.csv:2:9: plan: unknown value (got 'on_demand'), did you mean 'on-demand'?\n"
        "t.csv:2:19: state: unknown value (got 'done'), use one of completed failed "
        "cancelled\n"
        "t.csv:2:24: priority: not a whole number (got '1.5')\n"
        "t.csv:2:28: estimate: must not be negative (got '-1')\n"
        "t.csv:2:31: checkpoint_interval: must lie between 0.001 and 268435455.875 (got '0')\n"
        "t.csv:2:33: cpus: must not be negative (got '-2')\n"
        "t.csv:3:9: plan: unknown value (got 'sopt'), did you mean 'spot'?\n"
        "t.csv:3:14: state: unknown value (got 'faild'), did you mean 'failed'?\n"
        "t.csv:3:20: priority: must lie between -2147483648 and 2147483647 (got '9999999999')\n"
        "t.csv:3:31: estimate: not a number (got 'x')\n"
        "t.csv:3:33: checkpoint_interval: must lie between 0.001 and 268435455.875 (got "
        "'-1')\n"
        "t.csv:3:36: cpus: not a number (got 'nan')\n");
}

TEST(OwnFormat, RefusesTimesThatGoBack) {
    EXPECT_EQ(
        complaints_about(rows("a,10,60,1\nb,500,60,1\nc,499.5,60,1\nd,500,60,1\n")),
        "t.csv:4:3: submit: 0.5 s before the submit of line 3 (got '499.5'), sort the rows by "
        "submit\n");
}

// The clock holds 2^32 - 2 ticks of 1/16 s = 268,435,455.875 s.
TEST(OwnFormat, RefusesTimesBeyondTheClock) {
    EXPECT_EQ(complaints_about(rows("a,0,268435455.875,1\n")), "");
    EXPECT_EQ(complaints_about(rows("a,0,268435455.876,1\nb,268435456,1,1\n")),
              "t.csv:2:5: duration: must lie between 0 and 268435455.875 (got '268435455.876')\n"
              "t.csv:3:3: submit: must lie between 0 and 268435455.875 (got '268435456')\n");
    EXPECT_EQ(
        complaints_about(rows("a,1,268435455,1\n")),
        "t.csv:2:5: duration: the job would end beyond the simulator's clock of 268435455.875 "
        "s (8.5 years) (got '268435455')\n");
    EXPECT_EQ(complaints_about(rows("a,2000-01-01T00:00,1,1\nb,2010-01-01T00:00,1,1\n")),
              "t.csv:3:3: submit: 315619200 s after the first, beyond the simulator's clock of "
              "268435455.875 s (8.5 years) (got '2010-01-01T00:00:00')\n");
}

TEST(OwnFormat, RefusesCalendarTimesMixedWithOthers) {
    EXPECT_EQ(complaints_about(rows("a,0,1,1\nb,2024-01-01T00:00,1,1\n")),
              "t.csv:3:3: submit: a calendar time, where the file counts seconds (got "
              "'2024-01-01T00:00')\n");
    EXPECT_EQ(complaints_about("# origin: 2024-01-01T00:00\n" + rows("b,2024-01-01T00:00,1,1\n")),
              "t.csv:3:3: submit: a calendar time, where the file counts seconds (got "
              "'2024-01-01T00:00')\n");
    EXPECT_EQ(complaints_about(rows("a,2024-01-01T00:00,1,1\nb,5,1,1\nc,2024-01-01T00:00Z,1,1\n")),
              "t.csv:3:3: submit: seconds, where the rows before have calendar times (got '5')\n"
              "t.csv:4:3: submit: an offset from UTC, which the rows before do not have (got "
              "'2024-01-01T00:00Z')\n");
    EXPECT_EQ(complaints_about(rows("a,2023-02-29T00:00,1,1\n")),
              "t.csv:2:3: submit: not a calendar time (got '2023-02-29T00:00'), write it like "
              "2017-09-04T10:30:41+08:00\n");
}

TEST(OwnFormat, RefusesIdsGivenTwice) {
    EXPECT_EQ(complaints_about("submit,job_id,duration,gpus\n0,a,1,1\n0,b,1,1\n0,a,1,1\n1,a,1,1\n"),
              "t.csv:4:3: job_id: line 2 has this id already (got 'a')\n"
              "t.csv:5:3: job_id: line 4 has this id already (got 'a')\n");
}

TEST(OwnFormat, RefusesTextThatIsNotUtf8OrTooLong) {
    using namespace std::string_literals;
    EXPECT_EQ(complaints_about(rows("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80,0,1,1\n")), "");  // ä€😀
    EXPECT_EQ(
        complaints_about(rows("\xFF,0,1,1\na\0b,0,1,1\n\xC0\x80,0,1,1\n\xED\xA0\x80,0,1,1\n"s)),
        "t.csv:2:1: job_id: not printable UTF-8 text (got '\\xff')\n"
        "t.csv:3:1: job_id: not printable UTF-8 text (got 'a\\x00b')\n"
        "t.csv:4:1: job_id: not printable UTF-8 text (got '\\xc0\\x80')\n"
        "t.csv:5:1: job_id: not printable UTF-8 text (got '\\xed\\xa0\\x80')\n");
    EXPECT_EQ(complaints_about(rows(std::string(128, 'x') + ",0,1,1\n")), "");
    EXPECT_THAT(complaints_about(rows(std::string(129, 'x') + ",0,1,1\n")),
                HasSubstr("t.csv:2:1: job_id: longer than 128 bytes (got 'xxxx"));
}

TEST(OwnFormat, RefusesFilesWithoutJobs) {
    EXPECT_EQ(complaints_about(""),
              "t.csv: the file is empty, write a first line with the column names\n");
    EXPECT_EQ(complaints_about("\n\n# nothing\n", Format::kTidepool),
              "t.csv: the file is empty, write a first line with the column names\n");
    EXPECT_EQ(complaints_about(kHeader), "t.csv: the trace holds no jobs\n");
}

TEST(OwnFormat, ListsFiftyProblemsAndCountsTheRest) {
    std::string text = kHeader;
    for (int i = 0; i < 53; ++i) {
        text += "a,0,-1,1\n";
    }
    const std::string said = complaints_about(text);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 51);
    EXPECT_THAT(said, HasSubstr("t.csv:51:5: duration: must not be negative (got '-1')\n"
                                "t.csv: and 3 more problems\n"));
}

TEST(OwnFormat, StopsReadingAHopelessFile) {
    std::string text = kHeader;
    for (int i = 0; i < 110'000; ++i) {
        text += "x\n";
    }
    EXPECT_THAT(complaints_about(text),
                HasSubstr("t.csv: and at least 99950 more problems; reading stopped\n"));
}

}  // namespace
}  // namespace tidepool::workloads
