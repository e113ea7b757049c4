// Writing traces: what is read back equals what was written, equal traces give equal bytes, and a
// file is there completely or not at all.

#include "workloads/convert.h"

#include <array>
#include <cmath>
#include <csignal>
#include <iterator>
#include <sys/resource.h>

#include <gmock/gmock.h>

#include "sim/base/random.h"
#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

using ::testing::HasSubstr;

// Everything but the place in the file.
void expect_equal(const JobTrace& a, const JobTrace& b) {
    EXPECT_EQ(a.origin, b.origin);
    EXPECT_EQ(a.tenants, b.tenants);
    EXPECT_EQ(a.gpu_models, b.gpu_models);
    EXPECT_EQ(a.id_text, b.id_text);
    ASSERT_EQ(a.jobs.size(), b.jobs.size());
    const auto fields = [](const Job& job) {
        return std::tuple(job.id_begin, job.gpus, job.submit, job.duration, job.estimate,
                          job.tenant, job.gpu_model, job.priority, job.plan, job.end, job.cpus,
                          job.memory, job.checkpoint_interval, job.checkpoint_write);
    };
    for (std::size_t i = 0; i < a.jobs.size(); ++i) {
        ASSERT_EQ(fields(a.jobs[i]), fields(b.jobs[i])) << "job " << i;
    }
}

constexpr const char* kOneJob = "job_id,submit,duration,gpus\na,0,1,1\n";

// What is said about an output that is refused; empty when it is not.
std::string refusal(const JobTrace& trace, const std::string& path, bool replace = false) {
    try {
        write_trace(trace, path, replace);
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

std::ptrdiff_t files_in(const Scratch& scratch) {
    return std::distance(std::filesystem::directory_iterator(scratch.path("")), {});
}

TEST(WriteTrace, ReadsBackEveryShippedTrace) {
    const Scratch scratch;
    for (const std::string& file :
         {shipped("philly-2017.csv.gz"), shipped("openb-2023-pods.csv.gz"),
          shipped("common-10k.csv.gz"), sample("sample.swf")}) {
        const JobTrace trace = read_good(file);
        for (const char* name : {"t.csv", "t.csv.gz", "t.csv.zst"}) {
            write_trace(trace, scratch.path(name), true);
            expect_equal(read_good(scratch.path(name)), trace);
        }
    }
}

// A name made of awkward characters; never empty.
std::string odd_name(Block luck, std::uint32_t number) {
    constexpr std::array<const char*, 8> kPieces{"a", ",", "\"", " ", "#", "\xC3\xA4", "|", "-"};
    std::string name;
    for (const std::uint32_t word : luck) {
        name += kPieces[bounded(word, kPieces.size())];
    }
    return name + std::to_string(number) + kPieces[bounded(luck[0], kPieces.size())];
}

// Traces drawn from every column's range, awkward names and numbers included.
JobTrace random_trace(std::uint64_t seed) {
    JobTrace trace;
    const auto roll = [&](std::uint32_t job, std::uint32_t k) {
        return draw(seed, Purpose::kSynthetic, job, k);
    };
    const auto real = [](std::uint32_t word, double most) { return most * word / 4294967295.0; };
    double submit = 0;
    for (std::uint32_t i = 0; i < 50; ++i) {
        const Block a = roll(i, 0), b = roll(i, 1), c = roll(i, 2);
        Job job;
        submit += real(a[0], 1000);
        job.submit = {submit};
        job.duration = {real(a[1], 1e6)};
        job.gpus = 1 + bounded(a[2], kMostGpus);
        if (a[3] % 2 == 0) {
            job.tenant = static_cast<std::uint32_t>(trace.tenants.size());
            trace.tenants.push_back(odd_name(c, i));
        }
        if (a[3] % 3 == 0) {
            job.gpu_model = static_cast<std::uint32_t>(trace.gpu_models.size());
            trace.gpu_models.push_back(odd_name(b, i));
        }
        job.priority = a[3] % 5 == 0 ? static_cast<std::int32_t>(b[0]) : 0;
        job.plan = static_cast<Plan>(bounded(b[1], 3));
        job.end = static_cast<JobEnd>(bounded(b[2], 3));
        job.cpus = real(b[3], 1e9);
        job.memory = {real(c[0], 1e18)};
        job.estimate = c[1] % 2 == 0 ? kUnknown : Seconds{real(c[1], 1e6)};
        job.checkpoint_interval = c[2] % 2 == 0 ? kUnknown : Seconds{0.001 + real(c[2], 1e6)};
        job.checkpoint_write = c[3] % 2 == 0 ? kUnknown : Seconds{real(c[3], 1e6)};
        job.id_begin = trace.id_text.size();
        trace.id_text += odd_name(a, i);
        trace.jobs.push_back(job);
    }
    trace.origin = seed % 2 == 0 ? "" : "2024-02-29T22:30:00.5+08:00";
    return trace;
}

TEST(WriteTrace, ReadsBackRandomTraces) {
    const Scratch scratch;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const JobTrace trace = random_trace(seed);
        write_trace(trace, scratch.path("t.csv"), true);
        expect_equal(read_good(scratch.path("t.csv")), trace);
    }
}

TEST(WriteTrace, WritesOnlyTheColumnsThatSaySomething) {
    const Scratch scratch;
    const std::string text =
        "# origin: 2024-02-29T22:30:00Z\n"
        "job_id,submit,duration,gpus,plan,estimate\n"
        "\"a,b\",0,0.1,2,,\n"
        "c,1.5,100000,16,spot,60\n";
    write_trace(read_text(text), scratch.path("t.csv"));
    EXPECT_EQ(bytes_of(scratch.path("t.csv")), text);
}

TEST(WriteTrace, GivesEqualBytes) {
    const Scratch scratch;
    const JobTrace trace = read_good(shipped("common-10k.csv.gz"));
    for (const char* name : {"a.csv.gz", "a.csv.zst"}) {
        write_trace(trace, scratch.path(name), true);
        const std::string once = bytes_of(scratch.path(name));
        write_trace(trace, scratch.path(name), true);
        EXPECT_EQ(bytes_of(scratch.path(name)), once);
    }
    // RFC 1952: bytes 4 to 7 are the time of writing; 0 means none.
    EXPECT_EQ(bytes_of(scratch.path("a.csv.gz")).substr(4, 4), std::string(4, '\0'));
}

TEST(WriteTrace, NeverOverwritesUnasked) {
    const Scratch scratch;
    const JobTrace trace = read_text("job_id,submit,duration,gpus\na,0,1,1\n");
    const std::string path = scratch.file("t.csv", "mine");
    EXPECT_EQ(refusal(trace, path), path + ": exists already, use --force to replace it\n");
    EXPECT_EQ(bytes_of(path), "mine");
    write_trace(trace, path, true);
    EXPECT_EQ(bytes_of(path), kOneJob);
    EXPECT_EQ(files_in(scratch), 1);
}

// A run that was killed leaves its temporary file: the next one neither uses nor removes it.
TEST(WriteTrace, PassesByTheTemporaryFileOfAnother) {
    const Scratch scratch;
    const JobTrace trace = read_text(kOneJob);
    const std::string victim = scratch.file("victim", "mine");
    scratch.file("t.csv.0", "half");
    std::filesystem::create_symlink(victim, scratch.path("t.csv.1"));
    std::filesystem::create_symlink(victim, scratch.path("t.csv.partial"));
    for (const bool replace : {false, true}) {
        write_trace(trace, scratch.path("t.csv"), replace);
        EXPECT_EQ(bytes_of(scratch.path("t.csv")), kOneJob);
        EXPECT_EQ(bytes_of(scratch.path("t.csv.0")), "half");
        EXPECT_EQ(bytes_of(victim), "mine");
        EXPECT_EQ(files_in(scratch), 5);
    }
}

TEST(WriteTrace, NeverReplacesALinkOrAFolder) {
    const Scratch scratch;
    const JobTrace trace = read_text(kOneJob);
    const std::string victim = scratch.file("victim", "mine");
    std::filesystem::create_symlink(victim, scratch.path("link.csv"));
    std::filesystem::create_symlink("absent", scratch.path("dangling.csv"));
    std::filesystem::create_symlink("loop.csv", scratch.path("loop.csv"));
    std::filesystem::create_directory(scratch.path("folder.csv"));
    for (const char* name : {"link.csv", "dangling.csv", "loop.csv", "folder.csv"}) {
        for (const bool replace : {false, true}) {
            EXPECT_EQ(refusal(trace, scratch.path(name), replace),
                      scratch.path(name) +
                          ": exists already and is not a plain file, choose another name\n");
        }
    }
    EXPECT_EQ(bytes_of(victim), "mine");
    EXPECT_EQ(files_in(scratch), 5);
}

// Two at once, portion by portion in turn: whoever ends last has the name, nobody's bytes mix.
TEST(PackedWriter, TwoWritersOfOneFileNeverMix) {
    const Scratch scratch;
    for (const char* name : {"t.csv", "t.csv.gz", "t.csv.zst"}) {
        const std::string path = scratch.path(name);
        {
            PackedWriter a(path, true);
            PackedWriter b(path, true);
            for (int i = 0; i < 1'000; ++i) {
                a.write("a,0," + std::to_string(i * i) + ",1\n");
                b.write("bb,0," + std::to_string(i * i * 7) + ",1\n");
            }
            a.commit();
            b.commit();
        }
        std::string expected;
        for (int i = 0; i < 1'000; ++i) {
            expected += "bb,0," + std::to_string(i * i * 7) + ",1\n";
        }
        const std::string alone = scratch.packed(std::string("alone-") + name, expected);
        EXPECT_EQ(bytes_of(path), bytes_of(alone)) << name;
    }
    EXPECT_EQ(files_in(scratch), 6);
}

TEST(WriteTrace, RefusesEndingsItDoesNotKnow) {
    const Scratch scratch;
    const JobTrace trace = read_text(kOneJob);
    for (const char* name : {"t.parquet", "t", "t.gz", "t.zst", "t.csv.bz2", "t.CSV", "tcsv"}) {
        EXPECT_EQ(refusal(trace, scratch.path(name)),
                  scratch.path(name) +
                      ": no known ending for a trace to be written, name it .csv, .csv.gz or "
                      ".csv.zst\n");
    }
    EXPECT_EQ(files_in(scratch), 0);
}

// 0.15 s of a load a million times as dense is 1.5e-07 s, written with an exponent.
TEST(WriteTrace, ReadsBackTimesWithAnExponent) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("slow.csv", "job_id,submit,duration,gpus\na,0,1,1\nb,0.15,1,1\n");
    spec.load_scale = 1e6;
    const JobTrace trace = read_good(spec);
    EXPECT_EQ(trace.jobs.at(1).submit, Seconds{0.15 / 1e6});
    write_trace(trace, scratch.path("dense.csv"));
    EXPECT_THAT(bytes_of(scratch.path("dense.csv")), HasSubstr("b,1.5e-07,1,1\n"));
    expect_equal(read_good(scratch.path("dense.csv")), trace);
}

// 8 years into a trace from the end of 2199: 8 x 365 days and the 29th of February 2204; 2200 has
// none.
TEST(WriteTrace, ReadsBackTheOriginOfALateWindow) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("late.csv",
                             "# origin: 2199-12-31T00:00:00Z\n"
                             "job_id,submit,duration,gpus\na,252374400,1,1\n");
    spec.window = {Seconds{2921.0 * 86'400}, Seconds{INFINITY}};
    const JobTrace trace = read_good(spec);
    EXPECT_EQ(trace.origin, "2207-12-31T00:00:00Z");
    write_trace(trace, scratch.path("t.csv"));
    expect_equal(read_good(scratch.path("t.csv")), trace);
}

TEST(WriteTrace, SaysWhatTheWorldRefused) {
    const JobTrace trace = read_text("job_id,submit,duration,gpus\na,0,1,1\n");
    try {
        write_trace(trace, "/no/such/folder/t.csv");
        FAIL() << "there is no such folder";
    } catch (const RunError& error) {
        EXPECT_STREQ(error.what(),
                     "cannot create '/no/such/folder/t.csv.0': No such file or directory");
    }
}

// A limit of 20,000 bytes a file stands for a full disk.
TEST(WriteTrace, LeavesNothingBehindOnAFullDisk) {
    const Scratch scratch;
    const JobTrace trace = read_good(shipped("common-10k.csv.gz"));
    const std::string before = bytes_of(scratch.file("t.csv.gz", "before"));
    std::signal(SIGXFSZ, SIG_IGN);
    ::rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const ::rlimit small{20'000, limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    for (const char* name : {"t.csv", "t.csv.gz", "t.csv.zst"}) {
        try {
            write_trace(trace, scratch.path(name), true);
            ADD_FAILURE() << "10,000 jobs do not fit";
        } catch (const RunError& error) {
            EXPECT_THAT(error.what(), HasSubstr(std::string(name) + ".0': File too large"));
        }
        EXPECT_EQ(files_in(scratch), 1) << name;
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_FALSE(std::filesystem::exists(scratch.path("t.csv")));
    EXPECT_EQ(bytes_of(scratch.path("t.csv.gz")), before);
}

}  // namespace
}  // namespace tidepool::workloads
