// What is written is read back, by a reader of ten lines and by Tidepool's own: the very same
// requests.
#include "workloads/generated_demand.h"

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "tests/workloads/demand_rig.h"
#include "tests/workloads/scratch.h"
#include "workloads/demand.h"
#include "workloads/drawn_requests.h"
#include "workloads/expected_bins.h"

namespace tidepool::workloads {
namespace {

const std::vector<ClassShare> kClasses{{"chat", {0.5}}, {"a \"b\", c", {0.5}}};

std::unique_ptr<RequestStream> stream(double seconds, const std::vector<ClassShare>& classes) {
    const auto tide = spec_of<TideSpec>("{base: 5 /s, profile: deepseek}");
    ArrivalsSpec arrivals;
    arrivals.cv = 2;
    return draw_requests(generate_tide(tide, 3, 0, Seconds{seconds}),
                         spec_of<LengthsSpec>("preset: azure-2023-conversation"), arrivals, classes,
                         3, 0, Seconds{seconds});
}

std::int64_t nanoseconds(const std::string& text) {
    const std::size_t point = text.find('.');
    std::string digits = point == std::string::npos ? "" : text.substr(point + 1);
    EXPECT_LE(digits.size(), 9U);
    digits.resize(9, '0');
    return std::stoll(text.substr(0, point)) * kNanosecondsPerSecond + std::stoll(digits);
}

TEST(WriteRequests, LosesNothing) {
    const Scratch scratch;
    const std::string path = scratch.path("r.csv");
    const auto count =
        write_requests(*stream(20'000, kClasses), "2026-01-05T00:00:00Z", path, false);
    const std::vector<Request> expected = all_of(*stream(20'000, kClasses));
    ASSERT_GT(expected.size(), 10'000U);
    EXPECT_EQ(count, expected.size());
    std::istringstream file(bytes_of(path));
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "# origin: 2026-01-05T00:00:00Z");
    std::getline(file, line);
    EXPECT_EQ(line, "arrival,tokens_in,tokens_out,class");
    for (const Request& request : expected) {
        std::string arrival, in, out, name;
        std::getline(file, arrival, ',');
        std::getline(file, in, ',');
        std::getline(file, out, ',');
        ASSERT_TRUE(std::getline(file, name));
        ASSERT_EQ(nanoseconds(arrival), request.arrival);
        ASSERT_EQ(std::stoul(in), request.tokens_in);
        ASSERT_EQ(std::stoul(out), request.tokens_out);
        ASSERT_EQ(name, request.request_class == 1 ? "chat" : "\"a \"\"b\"\", c\"");
    }
    EXPECT_FALSE(std::getline(file, line));
}

TEST(WriteRequests, CanBeReplayedExactly) {
    const Scratch scratch;
    for (const char* name : {"r.csv", "r.csv.gz", "r.csv.zst"}) {
        write_requests(*stream(20'000, kClasses), "2026-01-05T00:00:00+08:00", scratch.path(name),
                       false);
        DemandSpec spec;
        spec.file = scratch.path(name);
        const auto replayed = open_requests(spec, "", 1, 0, Seconds{20'000});
        const auto drawn = stream(20'000, kClasses);
        Request expected, request;
        while (drawn->next(expected)) {
            ASSERT_TRUE(replayed->next(request));
            ASSERT_EQ(request.arrival, expected.arrival);
            ASSERT_EQ(request.tokens_in, expected.tokens_in);
            ASSERT_EQ(request.tokens_out, expected.tokens_out);
            ASSERT_EQ(replayed->classes().at(request.request_class),
                      drawn->classes().at(expected.request_class));
        }
        EXPECT_FALSE(replayed->next(request));
    }
}

TEST(WriteRequests, LeavesOutWhatIsNotThere) {
    const Scratch scratch;
    write_requests(*stream(0, {}), "", scratch.path("r.csv"), false);
    EXPECT_EQ(bytes_of(scratch.path("r.csv")), "arrival,tokens_in,tokens_out\n");
    EXPECT_THROW(write_requests(*stream(1, {}), "", scratch.path("r.csv"), false), InputError);
    EXPECT_THROW(write_requests(*stream(1, {}), "", scratch.path("r.parquet"), false), InputError);
}

// 1 /s for 100 s, then 3 /s; bins of 80 s up to 200 s: 1, (20 + 3 x 60) / 80, 3.
TEST(WriteRates, GivesMeansOfBins) {
    RateTrace rates;
    rates.clients = {{"", {{Seconds{0}, 1}, {Seconds{100}, 3}}}};
    rates.end = Seconds{200};
    const Scratch scratch;
    const auto bins = expected_bins(rates, fixed_lengths(50, 6), Seconds{80}, Seconds{200});
    write_rates(bins, Seconds{80}, Seconds{200}, "", scratch.path("r.csv"), false);
    EXPECT_EQ(bytes_of(scratch.path("r.csv")),
              "# end: 200\n"
              "time,rate,tokens_in,tokens_out\n"
              "0,1,50,6\n"
              "80,2.5,50,6\n"
              "160,3,50,6\n");
    DemandSpec spec;  // and is read back to the same expectation
    spec.file = scratch.path("r.csv");
    spec.lengths = fixed_lengths(50, 6);
    EXPECT_EQ(read_demand(spec, "", 1, 0, Seconds{80}, Seconds{200}, true).bins, bins);
    write_rates({{0, 0, 0}}, Seconds{80}, Seconds{80}, "", scratch.path("none.csv"), false);
    EXPECT_EQ(bytes_of(scratch.path("none.csv")),
              "# end: 80\ntime,rate,tokens_in,tokens_out\n0,0,,\n");
}

}  // namespace
}  // namespace tidepool::workloads
