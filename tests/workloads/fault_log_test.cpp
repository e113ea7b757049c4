#include "workloads/fault_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FaultLog good_log(const std::string& path, FaultFormat format = FaultFormat::kAuto) {
    Issues issues;
    FaultLog log = read_fault_log(path, format, issues);
    issues.throw_if_any();
    return log;
}

std::vector<std::string> problems_of(const std::string& name, const std::string& text,
                                     FaultFormat format = FaultFormat::kAuto) {
    const Scratch scratch;
    Issues issues;
    read_fault_log(scratch.file(name, text), format, issues);
    std::vector<std::string> problems;
    for (const Issue& issue : issues.list()) {
        const std::string line = to_string(issue);
        problems.push_back(line.substr(std::min(line.size(), line.find(name))));
    }
    return problems;
}

// One line of the list.
std::string event(const std::string& node, const std::string& day, const std::string& type,
                  const std::string& cause) {
    return "{\"node_id\": \"" + node + "\", \"event_time\": " + day + ", \"event_type\": \"" +
           type + "\", \"fault_type\": {\"Level\": \"L\", \"Class\": \"" + cause +
           "\", \"Desc\": \"\"}}";
}

FaultLog log_of(const std::string& text, const std::string& name = "x.json") {
    const Scratch scratch;
    return good_log(scratch.file(name, text));
}

// Counts of workloads/traces/README.md and of the source's own notes: 371 starts on 181 nodes, 12
// never ended, 14 without length, GPU 82, cable 34, fan 22, power supply 21, NIC 16.
TEST(InfiniteHbd, HasThePublishedCounts) {
    const FaultLog log = good_log(shipped("infinitehbd-2024.json.gz"));
    EXPECT_EQ(log.faults.size(), 371u);
    EXPECT_EQ(log.nodes.size(), 181u);
    const auto count = [&](auto condition) {
        return std::count_if(log.faults.begin(), log.faults.end(), condition);
    };
    EXPECT_EQ(count([](const Fault& f) { return f.end == kStillOpen; }), 12);
    EXPECT_EQ(count([](const Fault& f) { return f.end == f.begin; }), 14);
    const auto of_cause = [&](const std::string& cause) {
        return count([&](const Fault& f) { return log.causes[f.cause] == cause; });
    };
    EXPECT_EQ(of_cause("GPU"), 82);
    EXPECT_EQ(of_cause("Parameter Plane Cable"), 34);
    EXPECT_EQ(of_cause("Fan"), 22);
    EXPECT_EQ(of_cause("Power Supply"), 21);
    EXPECT_EQ(of_cause("NIC"), 16);
    EXPECT_EQ(of_cause("Unknown Error"), 124);
    EXPECT_EQ(of_cause("Stress Test Failure"), 62);
    EXPECT_LT(log.last, Seconds{232 * 86'400.0});
    EXPECT_DOUBLE_EQ(log.faults[0].begin.value, 3.8955 * 86'400);
}

TEST(InfiniteHbd, LetsStartsComeBeforeEndsAndTheOldestEndFirst) {
    const FaultLog log =
        log_of("[" + event("n", "2", "fault_end", "a") + ",\n" +
               event("n", "2", "fault_start", "a") + ",\n" + event("n", "1", "fault_start", "a") +
               ",\n" + event("n", "3", "fault_end", "a") + "]");
    const double day = 86'400;
    EXPECT_THAT(log.faults, ElementsAre(Fault{0, 0, {day}, {2 * day}},  // 1 .. 2
                                        Fault{0, 0, {2 * day}, {3 * day}}));
}

TEST(InfiniteHbd, TakesEndsWithoutStartsAndStartsWithoutEnds) {
    const FaultLog log = log_of("[" + event("n", "1", "fault_end", "a") + ",\n" +
                                event("n", "2", "fault_start", "b") + ",\n" +
                                event("m", "1.5", "fault_end", "b") + "]");
    const double day = 86'400;
    EXPECT_THAT(log.nodes, ElementsAre("n", "m"));
    EXPECT_THAT(log.faults, ElementsAre(Fault{0, 0, {0}, {day}}, Fault{1, 1, {0}, {1.5 * day}},
                                        Fault{0, 1, {2 * day}, kStillOpen}));
    EXPECT_DOUBLE_EQ(log.last.value, 2 * day);
}

TEST(InfiniteHbd, SaysWhatIsWrongWhere) {
    EXPECT_THAT(problems_of("x.json", "[" + event("n", "-1", "fault_start", "a") + ",\n" +
                                          event("n", ".nan", "fault_start", "a") + ",\n" +
                                          event("n", "1", "fault_starts", "a") + "]"),
                ElementsAre(HasSubstr("x.json:1:33: [0].event_time: must be between 0 and"),
                            HasSubstr("x.json:2:32: [1].event_time: "),
                            HasSubstr("x.json:3:49: [2].event_type: must be one of fault_start, "
                                      "fault_end (got 'fault_starts'), did you mean "
                                      "'fault_start'?")));
    EXPECT_THAT(problems_of("x.json", "[{\"node_id\": \"n\", \"event_time\": 1}]"),
                ElementsAre(HasSubstr("[0].event_type: is required"),
                            HasSubstr("[0].fault_type: is required")));
    EXPECT_THAT(problems_of("x.json", "{\"a\": 1}"),
                ElementsAre(HasSubstr("x.json:1:1: not a list of events")));
    EXPECT_THAT(problems_of("x.json", "[{\"a\": "), testing::SizeIs(1));
    EXPECT_THAT(problems_of("x.json", "", FaultFormat::kInfiniteHbd), testing::SizeIs(1));
}

TEST(FaultCsv, ReadsTheShortAndTheLongForm) {
    const FaultLog brief = log_of("node,begin,end,cause\nb,10,20.5,fan\na,5,,gpu\n", "x.csv");
    EXPECT_THAT(brief.nodes, ElementsAre("b", "a"));
    EXPECT_THAT(brief.causes, ElementsAre("fan", "gpu"));
    EXPECT_THAT(brief.faults, ElementsAre(Fault{1, 1, {5}, kStillOpen}, Fault{0, 0, {10}, {20.5}}));
    EXPECT_EQ(brief.last, Seconds{20.5});
    const FaultLog full = log_of(
        "kind,speed,node,begin,end,cause\n"
        "degraded,0.7,a,1,2,x\ninterruption,,a,3,3,x\nmaintenance,,a,4,5,x\n,,a,6,7,x\n",
        "x.csv");
    EXPECT_THAT(full.faults, ElementsAre(Fault{0, 0, {1}, {2}, FaultKind::kDegraded, 0.7},
                                         Fault{0, 0, {3}, {3}, FaultKind::kInterruption},
                                         Fault{0, 0, {4}, {5}, FaultKind::kMaintenance},
                                         Fault{0, 0, {6}, {7}, FaultKind::kRepair}));
}

TEST(FaultCsv, SaysWhatIsWrongWhere) {
    const std::string head = "node,begin,end,cause,kind,speed\n";
    EXPECT_THAT(problems_of("x.csv", head + "a,5,4,x,,\na,-1,4,x,,\na,nan,4,x,,\n,1,2,x,,\n"),
                ElementsAre("x.csv:2:5: end: lies before the begin (got '4')",
                            "x.csv:3:3: begin: must not be negative (got '-1')",
                            "x.csv:4:3: begin: not a number (got 'nan')",
                            "x.csv:5:1: node: the value is missing"));
    EXPECT_THAT(problems_of("x.csv", head + "a,1,2,x,repairs,\na,1,2,x,degraded,\n"
                                            "a,1,2,x,degraded,2\na,1,2,x,,0.5\n"
                                            "a,1,2,x,interruption,\na,1,1,x,degraded,0.5\n"),
                ElementsAre("x.csv:2:9: kind: no such kind of fault (got 'repairs'), did you mean "
                            "'repair'?",
                            HasSubstr("x.csv:3:9: kind: a degradation needs the speed"),
                            HasSubstr("x.csv:4:18: speed: must lie between 0.001 and 0.999"),
                            HasSubstr("x.csv:5:10: speed: only what is degraded has a speed"),
                            HasSubstr("x.csv:6:5: end: an interruption has no length"),
                            HasSubstr("x.csv:7:5: end: a degradation has a length")));
    EXPECT_THAT(problems_of("x.csv", "node,begin,cause\na,1,x\n"), ElementsAre(HasSubstr("end")));
    Issues issues;
    read_fault_log("/nowhere/at-all.csv", FaultFormat::kAuto, issues);
    EXPECT_EQ(issues.list().size(), 1u);
}

// The same faults whether the file is packed or not.
TEST(FaultCsv, MayBePacked) {
    const Scratch scratch;
    const std::string text = "node,begin,end,cause\na,1,2,x\n";
    EXPECT_THAT(good_log(scratch.packed("x.csv.gz", text)).faults,
                ElementsAre(Fault{0, 0, {1}, {2}}));
    EXPECT_THAT(good_log(scratch.packed("x.csv.zst", text), FaultFormat::kCsv).faults,
                ElementsAre(Fault{0, 0, {1}, {2}}));
}

TEST(FaultLogs, MayBeEmpty) {
    EXPECT_THAT(log_of("[]").faults, IsEmpty());
    EXPECT_THAT(log_of("node,begin,end,cause\n", "x.csv").faults, IsEmpty());
}

}  // namespace
}  // namespace tidepool::workloads
