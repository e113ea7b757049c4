// Mutated trace files: whatever they hold, the reader answers with jobs that make sense or with
// issues that say where; it never crashes, hangs or leaks (run under the sanitizers). Seeds are
// fixed: a failure repeats.

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

// A stream of words of its own for each case.
class Luck {
public:
    Luck(std::uint64_t seed, std::uint32_t entity) : seed_(seed), entity_(entity) {}
    std::uint32_t below(std::size_t n) {
        const Block block = draw(seed_, Purpose::kSynthetic, entity_, count_++);
        return bounded(block[0], static_cast<std::uint32_t>(n));
    }

private:
    std::uint64_t seed_;
    std::uint32_t entity_;
    std::uint32_t count_ = 0;
};

void mutate(std::string& text, Luck& luck) {
    static constexpr std::array<std::string_view, 22> kPieces{",",
                                                              "\"",
                                                              "\n",
                                                              "\r\n",
                                                              "-",
                                                              "-1",
                                                              "0",
                                                              "1e308",
                                                              "1e-320",
                                                              "nan",
                                                              "inf",
                                                              "0x1",
                                                              "99999999999999999999",
                                                              ";",
                                                              "#",
                                                              "# origin: 2",
                                                              "\xFF",
                                                              "\xEF\xBB\xBF",
                                                              "2017-09-04T10:30:41+08:00",
                                                              " ",
                                                              "\t",
                                                              "job_id"};
    const std::size_t at = luck.below(text.size() + 1);
    const std::size_t length = std::min<std::size_t>(luck.below(12), text.size() - at);
    switch (luck.below(6)) {
        case 0:
            text.insert(at, kPieces[luck.below(kPieces.size())]);
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.replace(at, length, kPieces[luck.below(kPieces.size())]);
            break;
        case 3:
            if (at < text.size()) {
                text[at] = static_cast<char>(luck.below(256));
            }
            break;
        case 4:
            text.insert(luck.below(text.size() + 1), text.substr(at, 10 * length));
            break;
        default:
            if (luck.below(10) == 0) {
                text.resize(at);
            }
            break;
    }
}

const std::array<std::string, 4>& seeds() {
    static const std::array<std::string, 4> kSeeds{
        "# origin: 2024-02-29T22:30:00Z\n"
        "job_id,submit,duration,gpus,tenant,plan,priority,gpu_model,cpus,memory,state,estimate,"
        "checkpoint_interval,checkpoint_write\n"
        "\"a, \"\"b\"\"\",0,60,8,lab,spot,1,H100|H200,96,1e12,failed,90,30,1\n"
        "c,10.5,0,1,,,,,,,,,,\n"
        "d,10.5,1e3,512,x,reserved,-2,,4,5,cancelled,,,\n",
        "timestamp,duration,num_gpus,gpu_time,cluster\n"
        "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"
        "2017-09-29 07:58:32,100.0,8,800.0,6c71a0\n",
        "; UnixStartTime: 844246808\n"
        "1 0 10 3600 8 -1 2048 8 7200 4096 1 3 1 1 1 1 -1 -1\n"
        "2 60 0 -1 -1 -1 -1 4 -1 -1 5 7 1 2 1 1 -1 -1\n",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
        "deletion_time,scheduled_time\n"
        "p0,12000,16384,1,1000,V100M16|V100M32,LS,Running,0,1253,5\n"
        "p1,6000,12288,1,460,,LS,Running,4,9,6\n"
        "p2,1000,1,2,1000,,BE,Failed,2,90,80\n"};
    return kSeeds;
}

void expect_sensible(const JobTrace& trace) {
    ASSERT_FALSE(trace.jobs.empty());
    Seconds before{0};
    for (const Job& job : trace.jobs) {
        ASSERT_GE(job.submit, before);
        ASSERT_GE(job.duration, Seconds{0});
        ASSERT_LE(job.submit.value + job.duration.value, kClockEnd);
        ASSERT_GE(job.gpus, 1U);
        ASSERT_LE(job.gpus, kMostGpus);
        ASSERT_TRUE(job.tenant == kAny || job.tenant < trace.tenants.size());
        ASSERT_TRUE(job.gpu_model == kAny || job.gpu_model < trace.gpu_models.size());
        before = job.submit;
    }
}

// Reads the file in every format that may claim it. Returns how often it was a trace.
int read_all_ways(const std::string& path) {
    int good = 0;
    for (const Format format :
         {Format::kAuto, Format::kTidepool, Format::kPhilly, Format::kSwf, Format::kOpenb}) {
        TraceSpec spec;
        spec.file = path;
        spec.format = format;
        Issues issues;
        const JobTrace trace = read_trace(spec, "", issues);
        if (issues.empty()) {
            expect_sensible(trace);
            ++good;
        }
        for (const Issue& issue : issues.list()) {
            EXPECT_EQ(issue.at.file, path);
            EXPECT_FALSE(issue.problem.empty());
        }
        EXPECT_LE(issues.list().size(), Problems::kListed + 1);
    }
    return good;
}

TEST(TraceFuzz, MutatedTextIsReadOrRefused) {
    const Scratch scratch;
    int good = 0;
    constexpr std::uint32_t kCases = 600;
    for (std::uint32_t i = 0; i < kCases; ++i) {
        Luck luck(1, i);
        std::string text = seeds()[i % seeds().size()];
        for (std::uint32_t n = 1 + luck.below(6); n > 0; --n) {
            mutate(text, luck);
        }
        good += read_all_ways(scratch.file("t", text));
        ASSERT_FALSE(HasFailure()) << "case " << i << ":\n" << text;
    }
    EXPECT_GT(good, 50) << "the mutations are so rough that no reader gets beyond the header";
}

TEST(TraceFuzz, MutatedPackedBytesAreReadOrRefused) {
    const Scratch scratch;
    for (const char* name : {"t.gz", "t.zst"}) {
        std::vector<std::string> packed;
        for (const std::string& text : seeds()) {
            packed.push_back(bytes_of(scratch.packed(name, text)));
        }
        for (std::uint32_t i = 0; i < 400; ++i) {
            Luck luck(2, i);
            std::string bytes = packed[i % packed.size()];
            for (std::uint32_t n = 1 + luck.below(4); n > 0; --n) {
                mutate(bytes, luck);
            }
            TraceSpec spec;
            spec.file = scratch.file("t", bytes);
            Issues issues;
            const JobTrace trace = read_trace(spec, "", issues);
            if (issues.empty()) {
                expect_sensible(trace);
            }
            ASSERT_FALSE(HasFailure()) << name << " case " << i;
        }
    }
}

}  // namespace
}  // namespace tidepool::workloads
