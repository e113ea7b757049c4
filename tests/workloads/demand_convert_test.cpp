// Demand written in the own formats reads back as the same.

#include "workloads/demand_convert.h"

#include <gmock/gmock.h>

#include "tests/workloads/demand_scratch.h"

namespace tidepool::workloads {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::uint64_t convert(const DemandSpec& spec, const std::string& to,
                      const std::string& origin = {}) {
    return write_requests([&] { return open_requests(spec, "", 1, 0, kForever); },
                          [&] { return origin; }, to);
}

TEST(WriteRequests, ReadsBackAsTheSame) {
    const Scratch scratch;
    for (const char* file :
         {"azure-llm-2023-conversation.csv.gz", "mooncake-conversation.jsonl.gz"}) {
        const DemandSpec spec = demand_of(shipped(file));
        for (const char* ending : {".csv", ".csv.gz", ".csv.zst"}) {
            const std::string to = scratch.path(std::string(file) + ending);
            const auto before = requests_of(spec);
            EXPECT_EQ(convert(spec, to), before.size());
            EXPECT_EQ(requests_of(demand_of(to)), before);
            EXPECT_EQ(open_requests(demand_of(to), "", 1, 0, kForever)->block_tokens(),
                      open_requests(spec, "", 1, 0, kForever)->block_tokens());
        }
    }
}

TEST(WriteRequests, WritesTheLeast) {
    const Scratch scratch;
    const std::string plain =
        scratch.file("a.csv",
                     "# block_tokens = 8\narrival,tokens_in,tokens_out,blocks,"
                     "class\n0.100,5,6,,\n00.000000001e0,1,1,,\n");
    EXPECT_THAT(demand_complaints(demand_of(plain)), HasSubstr("a.csv:4:1: arrival: not a time"));
    const std::string text =
        "# origin: 2024-02-29T22:30:00+08:00\n# block_tokens = 8\n"
        "arrival,tokens_in,tokens_out,class,blocks\n"
        "0.1,5,6,,\n0.100000001,9,1,\"x, \"\"y\"\"\",1 2\n7,1,1,z,\n";
    const std::string to = scratch.path("b.csv");
    convert(demand_of(scratch.file("c.csv", text)), to, "2024-02-29T22:30:00+08:00");
    EXPECT_EQ(bytes_of(to), text);
    EXPECT_THROW(convert(demand_of(to), scratch.path("b.parquet")), InputError);
    EXPECT_THROW(convert(demand_of(to), to), InputError) << "never replaces a file unasked";
}

TEST(WriteRequests, WritesWhatTheWindowAndTheScaleMake) {
    const Scratch scratch;
    DemandSpec spec = demand_of(shipped("mooncake-conversation.jsonl.gz"));
    spec.window = {Seconds{60}, Seconds{120}};
    spec.scale = 1.5;
    convert(spec, scratch.path("w.csv"));
    EXPECT_EQ(requests_of(demand_of(scratch.path("w.csv"))), requests_of(spec));
}

TEST(WriteRates, ReadsBackAsTheSame) {
    const Scratch scratch;
    for (const char* file :
         {"azure-llm-2024-week.csv.gz", "servegen-deepseek-r1.tar.gz", "servegen-m-small.tar.gz"}) {
        const RateTrace trace = good_rates(shipped(file));
        const std::string to = scratch.path(std::string(file) + ".csv.gz");
        write_rates(trace, to);
        EXPECT_EQ(good_rates(to), trace) << file;
    }
    RateTrace lengths;
    lengths.clients = {{"a", {{Seconds{0}, 1, 0, 2.5}, {Seconds{1.0 / 3}, 2, 7, 0}}},
                       {"b, c", {}},
                       {"d", {{Seconds{7}, 1e-300}}}};
    lengths.end = {8};
    write_rates(lengths, scratch.path("l.csv"));
    EXPECT_EQ(good_rates(scratch.path("l.csv")), lengths);
    EXPECT_THAT(bytes_of(scratch.path("l.csv")),
                StartsWith("# end: 8\ntime,rate,client,tokens_in,tokens_out\n0,1,a,,2.5\n"));
}

}  // namespace
}  // namespace tidepool::workloads
