// From a TraceSpec to jobs: formats, paths, windows and scales.

#include "workloads/read_trace.h"

#include <gmock/gmock.h>

#include "sim/config/read.h"
#include "sim/config/write.h"
#include "tests/workloads/scratch.h"
#include "workloads/info.h"

namespace tidepool::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFour =
    "job_id,submit,duration,gpus,tenant,estimate,checkpoint_interval,checkpoint_write\n"
    "a,0,100,1,one,,,\n"
    "b,10,50,2,two,60,20,1\n"
    "c,20,40,4,three,,,\n"
    "d,30,10,8,two,,,\n";

std::vector<std::string> ids(const JobTrace& trace) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < trace.jobs.size(); ++i) {
        all.push_back(trace.id(i));
    }
    return all;
}

// Published with the common trace: sums over all jobs, and the first rows (1, 1, 172, 1),
// (2, 15, 1362, 1), (3, 38, 289, 1).
TEST(ReadTrace, CommonTracesHaveTheirPublishedSums) {
    struct Sums {
        const char* file;
        std::size_t jobs;
        double last_submit, submit, duration, gpus, gpu_seconds;
    };
    for (const Sums& expected :
         {Sums{"common-10k.csv.gz", 10'000, 130'832, 655'551'535, 16'792'180, 61'642, 99'137'767},
          Sums{"common-100k.csv.gz", 100'000, 1'280'720, 64'147'736'018, 183'454'509, 606'400,
               1'136'671'727}}) {
        TraceSpec spec;
        spec.format = Format::kCommon;
        spec.file = shipped(expected.file);
        const JobTrace trace = read_good(spec);
        EXPECT_EQ(trace.format, "common");
        Sums sums{};
        for (const Job& job : trace.jobs) {
            sums.submit += job.submit.value;
            sums.duration += job.duration.value;
            sums.gpus += job.gpus;
            sums.gpu_seconds += job.gpus * job.duration.value;
        }
        EXPECT_EQ(trace.jobs.size(), expected.jobs);
        EXPECT_EQ(trace.jobs.back().submit.value, expected.last_submit);
        EXPECT_EQ(sums.submit, expected.submit);
        EXPECT_EQ(sums.duration, expected.duration);
        EXPECT_EQ(sums.gpus, expected.gpus);
        EXPECT_EQ(sums.gpu_seconds, expected.gpu_seconds);
        EXPECT_EQ(describe(trace).gpu_hours, expected.gpu_seconds / 3600);
        EXPECT_EQ(trace.id(1), "2");
        EXPECT_EQ(trace.jobs[1].submit, Seconds{15});
        EXPECT_EQ(trace.jobs[1].duration, Seconds{1362});
        EXPECT_EQ(trace.jobs[1].line, 3U);
    }
}

TEST(ReadTrace, PathsCountFromTheGivenFolder) {
    const Scratch scratch;
    scratch.file("t.csv", kFour);
    TraceSpec spec;
    spec.file = "t.csv";
    Issues issues;
    const JobTrace trace = read_trace(spec, scratch.path(""), issues);
    EXPECT_TRUE(issues.empty());
    EXPECT_EQ(trace.jobs.size(), 4U);
    EXPECT_EQ(trace.file, scratch.path("t.csv"));
    spec.file = scratch.path("t.csv");  // absolute: the folder does not matter
    EXPECT_EQ(read_trace(spec, "/nowhere", issues).jobs.size(), 4U);
}

TEST(ReadTrace, TheWindowTakesItsStartAndLeavesItsEnd) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", kFour);
    spec.window = {Seconds{10}, Seconds{30}};
    const JobTrace trace = read_good(spec);
    EXPECT_THAT(ids(trace), ElementsAre("b", "c"));
    EXPECT_EQ(trace.jobs[0].submit, Seconds{0});
    EXPECT_EQ(trace.jobs[1].submit, Seconds{10});
    EXPECT_EQ(trace.jobs[1].line, 4U);
    EXPECT_THAT(trace.tenants, ElementsAre("two", "three"));
    EXPECT_EQ(trace.jobs[1].tenant, 1U);
    EXPECT_EQ(trace.rows, 4U);

    spec.window = {Seconds{5}, Seconds{11}};
    EXPECT_EQ(read_good(spec).jobs.at(0).submit, Seconds{5}) << "counted from the window's start";
    spec.window = {Seconds{31}, Seconds{40}};
    EXPECT_EQ(
        complaints(spec),
        "t.csv: window: no job was submitted from 31 s to 40 s; the first at 0 s, the last at "
        "30 s\n");
}

TEST(ReadTrace, TheWindowMustBeginWithinTheCalendar) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv",
                             "# origin: 9999-12-31T23:59:00Z\n"
                             "job_id,submit,duration,gpus\na,60,1,1\n");
    spec.window = {Seconds{59.5}, Seconds{61}};
    EXPECT_EQ(read_good(spec).origin, "9999-12-31T23:59:59.5Z");
    spec.window = {Seconds{60}, Seconds{61}};
    EXPECT_EQ(complaints(spec),
              "t.csv: window: begins after the year 9999 (got '10000-01-01T00:00:00Z')\n");
}

TEST(ReadTrace, FirstCountsInsideTheWindow) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", kFour);
    spec.first = 3;
    EXPECT_THAT(ids(read_good(spec)), ElementsAre("a", "b", "c"));
    spec.window = {Seconds{1}, Seconds{100}};
    spec.first = 2;
    EXPECT_THAT(ids(read_good(spec)), ElementsAre("b", "c"));
    spec.first = 1000;
    EXPECT_THAT(ids(read_good(spec)), ElementsAre("b", "c", "d"));
}

// Twice the load: every submit at half its time, the work unchanged.
TEST(ReadTrace, LoadScaleBringsJobsCloser) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", kFour);
    spec.load_scale = 2;
    const JobTrace trace = read_good(spec);
    EXPECT_EQ(trace.jobs[1].submit, Seconds{5});
    EXPECT_EQ(trace.jobs[3].submit, Seconds{15});
    EXPECT_EQ(trace.jobs[1].duration, Seconds{50});
    EXPECT_EQ(trace.jobs[1].estimate, Seconds{60});
    TraceSpec plain;
    plain.file = spec.file;
    EXPECT_DOUBLE_EQ(*describe(trace).offered_gpus, 2 * *describe(read_good(plain)).offered_gpus);
}

// 0.01 a day: after d days arrivals come 1.01^d times as often. What would come at s comes at
// log(1 + k s) / k with k = log(1.01) / day: 10 d of arrivals fit into 9.53 d, 100 d into 69.41 d
// (by hand: (1.01^d - 1) / log(1.01) = 100 for d = log(1 + 0.995033) / 0.00995033 = 69.4108).
TEST(ReadTrace, GrowthBringsLaterArrivalsCloserTogether) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv",
                             "job_id,submit,duration,gpus\na,0,60,1\nb,86400,60,1\n"
                             "c,864000,60,1\nd,8640000,60,1\n");
    spec.growth = 0.01;
    const JobTrace trace = read_good(spec);
    const double day = 86400, k = std::log(1.01);
    EXPECT_EQ(trace.jobs[0].submit, Seconds{0});
    EXPECT_NEAR(trace.jobs[3].submit.value / day, 69.4108, 1e-4);
    const std::vector<double> recorded{0, 86400, 864000, 8640000};
    for (std::size_t j = 0; j < 4; ++j) {
        // The arrivals up to then: the integral of 1.01^t, which is what the file says.
        const double t = trace.jobs[j].submit.value / day;
        EXPECT_NEAR((std::exp(k * t) - 1) / k * day, recorded[j], 1e-3);
        EXPECT_EQ(trace.jobs[j].duration, Seconds{60});
    }
}

// Doubling the load halves the file's times first; slow motion stretches what growth has left.
TEST(ReadTrace, GrowthComesAfterTheLoadScaleAndBeforeTheTimeScale) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", "job_id,submit,duration,gpus\na,0,60,1\nb,1728000,60,1\n");
    spec.load_scale = 2;
    spec.growth = 0.05;
    spec.time_scale = 3;
    const double k = std::log(1.05) / 86400;
    EXPECT_NEAR(read_good(spec).jobs[1].submit.value, 3 * std::log(1 + 864000 * k) / k, 1e-3);
}

// At -0.5 a day all that ever comes is what came in 1 / log 2 = 1.4427 days.
TEST(ReadTrace, AFallingRateNeverBringsTheLateJobs) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file(
        "t.csv", "job_id,submit,duration,gpus\na,0,60,1\nb,124600,60,1\nc,124700,60,1\n");
    spec.growth = -0.5;
    EXPECT_EQ(complaints(spec),
              "t.csv:4: growth: moves the end of this job beyond the simulator's clock of "
              "268435455.875 s (8.5 years) (got 'inf')\n");
    spec.first = 2;
    EXPECT_EQ(complaints(spec), "");
    EXPECT_GT(read_good(spec).jobs[1].submit, Seconds{10 * 86400});
}

// Jobs that come at the same time go on doing so, and nobody overtakes.
TEST(ReadTrace, GrowthKeepsTheOrderOfArrivals) {
    const Scratch scratch;
    std::string text = "job_id,submit,duration,gpus\n";
    for (int job = 0; job < 2000; ++job) {
        text += std::to_string(job) + ',' + std::to_string(1e7 + 1e-3 * (job / 2)) + ",60,1\n";
    }
    TraceSpec spec;
    spec.file = scratch.file("t.csv", text);
    spec.growth = 0.003;
    const JobTrace trace = read_good(spec);
    for (std::size_t job = 1; job < trace.jobs.size(); ++job) {
        EXPECT_LE(trace.jobs[job - 1].submit, trace.jobs[job].submit);
        EXPECT_EQ(job % 2 == 1, trace.jobs[job - 1].submit == trace.jobs[job].submit);
    }
}

// Slow motion: all times tripled, so the load stays.
TEST(ReadTrace, TimeScaleStretchesEverything) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", kFour);
    spec.time_scale = 3;
    const JobTrace trace = read_good(spec);
    EXPECT_EQ(trace.jobs[1].submit, Seconds{30});
    EXPECT_EQ(trace.jobs[1].duration, Seconds{150});
    EXPECT_EQ(trace.jobs[1].estimate, Seconds{180});
    EXPECT_EQ(trace.jobs[1].checkpoint_interval, Seconds{60});
    EXPECT_EQ(trace.jobs[1].checkpoint_write, Seconds{3});
    EXPECT_EQ(trace.jobs[0].estimate, kUnknown);
    EXPECT_EQ(trace.jobs[0].checkpoint_interval, kUnknown);
    TraceSpec plain;
    plain.file = spec.file;
    EXPECT_DOUBLE_EQ(*describe(trace).offered_gpus, *describe(read_good(plain)).offered_gpus);
}

// The window is in the file's time: scales apply to what it leaves. Both scales by 4 leave the
// submits alone; powers of two are exact.
TEST(ReadTrace, ScalesApplyAfterTheWindowAndUndoEachOtherOnSubmits) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", kFour);
    spec.window = {Seconds{10}, Seconds{31}};
    spec.load_scale = 4;
    spec.time_scale = 4;
    const JobTrace trace = read_good(spec);
    EXPECT_THAT(ids(trace), ElementsAre("b", "c", "d"));
    EXPECT_EQ(trace.jobs[2].submit, Seconds{20});
    EXPECT_EQ(trace.jobs[2].duration, Seconds{40});
}

TEST(ReadTrace, ScalesMustStayWithinTheClock) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", "job_id,submit,duration,gpus\na,0,200000000,1\nb,5,1,1\n");
    spec.time_scale = 2;
    EXPECT_EQ(complaints(spec),
              "t.csv:2: time_scale: moves the end of this job beyond the simulator's clock of "
              "268435455.875 s (8.5 years) (got '400000000')\n");
    spec.time_scale = 1;
    spec.load_scale = 1e-6;
    EXPECT_EQ(complaints(spec), "");
    spec.load_scale = 1e-8;
    EXPECT_THAT(complaints(spec),
                HasSubstr("load_scale: must lie between 1e-6 and 1e6 (got 1e-08)"));
}

TEST(ReadTrace, RefusesSpecsThatMakeNoSense) {
    TraceSpec spec;
    spec.window = {Seconds{5}, Seconds{5}};
    spec.first = 0;
    spec.time_scale = 0;
    spec.load_scale = std::nan("");
    spec.growth = 2;
    Issues issues;
    validate(spec, {"a.yaml", 3, 5}, "workloads[0].trace", issues);
    std::string said;
    for (const Issue& issue : issues.list()) {
        said += to_string(issue) + '\n';
    }
    EXPECT_EQ(said,
              "a.yaml:3:5: workloads[0].trace.file: the path of a trace file is missing\n"
              "a.yaml:3:5: workloads[0].trace.window: two times are wanted, the second later (got "
              "[5 s, 5 s])\n"
              "a.yaml:3:5: workloads[0].trace.first: at least one job is wanted (got 0)\n"
              "a.yaml:3:5: workloads[0].trace.load_scale: must lie between 1e-6 and 1e6 (got nan)\n"
              "a.yaml:3:5: workloads[0].trace.time_scale: must lie between 1e-6 and 1e6 (got 0)\n"
              "a.yaml:3:5: workloads[0].trace.growth: must lie between -0.5 and 1 (got 2)\n");
    for (const std::vector<Seconds>& window : {std::vector{Seconds{1}},
                                               {Seconds{-1}, Seconds{1}},
                                               {Seconds{1}, Seconds{2}, Seconds{3}}}) {
        TraceSpec bad;
        bad.file = "x";
        bad.window = window;
        EXPECT_THAT(complaints(bad), HasSubstr("x: window: two times are wanted"));
    }
}

TEST(ReadTrace, AsksForTheFormatOfAFileItDoesNotKnow) {
    EXPECT_EQ(complaints_about("vc,node num\na,1\n"),
              "t.csv:1: header: this is no trace format known, name one with format: tidepool "
              "common philly swf openb\n");
    EXPECT_THAT(complaints_about("vc,node num\na,1\n", Format::kPhilly),
                HasSubstr("column 'timestamp' is missing"));
}

TEST(ReadTrace, RecognisesAFormatInSpiteOfAMisspeltColumn) {
    EXPECT_EQ(complaints_about("timestmp,duration,num_gpus,gpu_time,cluster\n"),
              "t.csv:1: header: column 'timestamp' is missing, is it the one called 'timestmp'?\n");
    EXPECT_EQ(complaints_about("job_id,submit,duration,gpu\n"),
              "t.csv:1:24: header: unknown column (got 'gpu'), did you mean 'gpus'?\n"
              "t.csv:1: header: column 'gpus' is missing, is it the one called 'gpu'?\n");
}

TEST(ReadTrace, SaysWhichFileIsBroken) {
    const Scratch scratch;
    const std::string whole = bytes_of(shipped("common-10k.csv.gz"));
    EXPECT_THAT(complaints(scratch.file("cut.csv.gz", whole.substr(0, whole.size() / 2))),
                HasSubstr("the gzip data is cut off after 36763 bytes"));
    EXPECT_THAT(complaints(scratch.file("tiny.csv.gz", whole.substr(0, 12))),
                HasSubstr("tiny.csv.gz:1: the gzip data is cut off after 12 bytes"));
    EXPECT_THAT(complaints(scratch.path("missing.csv")),
                HasSubstr("missing.csv: cannot be opened"));
}

TEST(TraceSpec, ReadsFromYamlAndWritesBack) {
    Issues issues;
    const config::Value value = config::parse_yaml(
        "{format: philly, file: a.csv.gz, window: [7 d, 21 d], first: 10, load_scale: 2}", "x.yaml",
        issues);
    const auto spec = config::read<TraceSpec>(value, "trace", issues);
    EXPECT_TRUE(issues.empty());
    TraceSpec expected;
    expected.format = Format::kPhilly;
    expected.file = "a.csv.gz";
    expected.window = {Seconds{604'800}, Seconds{1'814'400}};
    expected.first = 10;
    expected.load_scale = 2;
    EXPECT_EQ(spec, expected);
    const config::Value again = config::parse_yaml(config::to_yaml(spec), "y.yaml", issues);
    EXPECT_EQ(config::read<TraceSpec>(again, "trace", issues), expected);
    EXPECT_TRUE(issues.empty());
}

}  // namespace
}  // namespace tidepool::workloads
