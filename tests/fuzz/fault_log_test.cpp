// Mutated logs of faults: reading ends, and what is read without an issue can be replayed. Run
// under the sanitizers; seeds are fixed.

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/model/generate.h"
#include "tests/topology/reading.h"
#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

constexpr std::array<std::string_view, 2> kLogs{
    "node,begin,end,cause,kind,speed\na,1,2,fan,,\nb,3,,gpu,repair,\na,3,9,x,degraded,0.5\n"
    "c,5,5,y,interruption,\nb,6,8,fan,maintenance,\n",
    "[{\"node_id\": \"a\", \"event_time\": 0.5, \"event_type\": \"fault_start\", \"fault_type\": "
    "{\"Level\": \"L\", \"Class\": \"C\", \"Desc\": \"D\"}},\n"
    " {\"node_id\": \"a\", \"event_time\": 1.25, \"event_type\": \"fault_end\", \"fault_type\": "
    "{\"Level\": \"L\", \"Class\": \"C\", \"Desc\": \"D\"}},\n"
    " {\"node_id\": \"b\", \"event_time\": 1e3, \"event_type\": \"fault_end\", \"fault_type\": "
    "{\"Level\": \"L\", \"Class\": \"X\", \"Desc\": \"\"}}]\n"};
constexpr std::array<std::string_view, 16> kPieces{
    ",",   "\"", "\n", "-",    "0",  "1e308", "nan",       "inf",
    "0x1", "[",  "}",  "\xFF", "a,", ": ",    "fault_end", "99999999999999999999"};

std::string mutated(std::string_view log, std::uint32_t entity) {
    std::string text(log);
    for (std::uint32_t k = 0; k < 1 + entity % 4; ++k) {
        const Block luck = draw(7, Purpose::kSynthetic, entity, k);
        const auto size = static_cast<std::uint32_t>(text.size());
        const std::size_t at = bounded(luck[0], size + 1);
        const std::size_t length = bounded(luck[1], 6);
        const std::string_view piece = kPieces[bounded(luck[2], kPieces.size())];
        text.replace(at, std::min<std::size_t>(length, size - at), luck[3] % 3 == 0 ? "" : piece);
    }
    return text;
}

TEST(FuzzFaultLogs, ReadOrSayWhatIsWrong) {
    const Scratch scratch;
    const topology::Topology topology =
        topology::good_topology("clusters: [{name: a, server: l40s-8, nodes: 16}]\n");
    int good = 0;
    for (std::uint32_t i = 0; i < 4000; ++i) {
        const std::string path = scratch.file("log", mutated(kLogs[i % kLogs.size()], i));
        Issues issues;
        const FaultLog log = read_fault_log(path, FaultFormat::kAuto, issues);
        for (const Issue& issue : issues.list()) {
            EXPECT_FALSE(issue.problem.empty());
        }
        if (!issues.empty()) {
            continue;
        }
        ++good;
        const model::Outages outages =
            model::generate_outages(topology, {}, &log, 1, Ticks{kNever.value - 1});
        EXPECT_EQ(outages.list.size(), log.faults.size());
        for (const model::Outage& outage : outages.list) {
            ASSERT_LE(outage.begin, outage.end);
            ASSERT_LT(outage.first_node, 16u);
        }
    }
    EXPECT_GT(good, 100);  // many mutations change only a name or a time
    EXPECT_LT(good, 3900);
}

}  // namespace
}  // namespace tidepool::workloads
