// Files of requests: what is read, and what is said about bad ones.

#include <gmock/gmock.h>

#include "tests/workloads/demand_scratch.h"
#include "workloads/arrival.h"
#include "workloads/demand_info.h"

namespace tidepool::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

RequestsInfo info_of(const std::string& file) {
    return describe(*open_requests(demand_of(file), "", 1, 0, kForever));
}

TEST(ParseFixed, IsExactToTheLastDecimal) {
    EXPECT_EQ(parse_fixed("0", 9), 0);
    EXPECT_EQ(parse_fixed("1.000000001", 9), 1'000'000'001);
    EXPECT_EQ(parse_fixed("123456789.987654321", 9), 123'456'789'987'654'321);
    EXPECT_EQ(parse_fixed("12.5", 3), 12'500);
    EXPECT_EQ(parse_fixed("999999999", 9), 999'999'999'000'000'000);
    for (const char* bad : {"", ".", "1.", ".5", "-1", "+1", "1e3", "1.0000000001", "1..2", " 1",
                            "nan", "1000000000.1", "99999999999999999999"}) {
        EXPECT_EQ(parse_fixed(bad, 9), std::nullopt) << bad;
    }
}

// The statistics of the whole file, published with it or counted with awk: rows, sums of both
// columns, quantiles of the sorted columns.
TEST(AzureRequests, HaveTheirPublishedStatistics) {
    const RequestsInfo info = info_of(shipped("azure-llm-2023-conversation.csv.gz"));
    EXPECT_EQ(info.requests, 19'366U);
    EXPECT_EQ(info.first, Seconds{0});
    EXPECT_NEAR(info.last.value, 3'501.7, 0.05);
    EXPECT_NEAR(*info.rate, 5.530, 0.0005);
    EXPECT_NEAR(*info.gap_cv, 1.094, 0.0005);
    EXPECT_EQ(info.minute_min, 191U);
    EXPECT_EQ(info.minute_max, 507U);
    EXPECT_NEAR(info.in.mean, 1154.7, 0.05);
    EXPECT_EQ(info.in.p50, 1'020U);
    EXPECT_NEAR(info.in.p90, 2'734, 1);
    EXPECT_EQ(info.in.p95, 4'083U);
    EXPECT_EQ(info.in.p99, 4'142U);
    EXPECT_EQ(info.in.max, 14'050U);
    EXPECT_EQ(info.in.sum, 22'361'870U);
    EXPECT_NEAR(info.out.mean, 211.1, 0.05);
    EXPECT_EQ(info.out.p50, 129U);
    EXPECT_EQ(info.out.p90, 424U);
    EXPECT_EQ(info.out.p95, 451U);
    EXPECT_EQ(info.out.p99, 601U);
    EXPECT_EQ(info.out.max, 1'000U);
    EXPECT_EQ(info.out.sum, 4'088'665U);
    EXPECT_FALSE(info.blocks);
}

// 18:15:46.6805900 and 18:15:50.9951690, as the file has them.
TEST(AzureRequests, ArriveToTheTenthOfAMicrosecond) {
    DemandSpec spec = demand_of(shipped("azure-llm-2023-conversation.csv.gz"));
    const auto requests = requests_of(spec, Seconds{5});
    ASSERT_GE(requests.size(), 2U);
    EXPECT_EQ(requests[0], (Kept{0, 374, 44, "", {}}));
    EXPECT_EQ(requests[1], (Kept{4'314'579'000, 396, 109, "", {}}));
}

TEST(Mooncake, HasItsPublishedStatistics) {
    const RequestsInfo info = info_of(shipped("mooncake-conversation.jsonl.gz"));
    EXPECT_EQ(info.requests, 7'851U);
    EXPECT_EQ(info.in.sum, 97'571'920U);
    EXPECT_EQ(info.out.sum, 2'724'903U);
    EXPECT_EQ(info.in.p50, 7'284U);
    EXPECT_EQ(info.in.max, 124'847U);
    EXPECT_EQ(info.out.p99, 1'170U);
    EXPECT_EQ(info.minute_min, 144U);
    EXPECT_EQ(info.minute_max, 247U);
    ASSERT_TRUE(info.blocks);
    EXPECT_EQ(info.blocks->tokens, 512U);
    EXPECT_EQ(info.blocks->blocks, 194'284U);
    EXPECT_EQ(info.blocks->distinct, 126'103U);
    EXPECT_NEAR(100.0 * static_cast<double>(*info.blocks->hits) / 194'284, 35.1, 0.05);
}

TEST(Mooncake, TakesMembersInAnyOrder) {
    const auto requests = requests_in(
        "{\"hash_ids\":[7 , 18446744073709551615],\"output_length\":2,\"input_length\": 513, "
        "\"timestamp\":1.5}\n\n"
        "{\"timestamp\": 2, \"input_length\": 1, \"output_length\": 1, \"hash_ids\": []}\r\n"
        "  {\"timestamp\": 2, \"input_length\": 1, \"output_length\": 1}");
    EXPECT_THAT(requests,
                ElementsAre(Kept{1'500'000, 513, 2, "", {7, 18'446'744'073'709'551'615U}},
                            Kept{2'000'000, 1, 1, "", {}}, Kept{2'000'000, 1, 1, "", {}}));
}

TEST(Mooncake, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(
        demand_complaints_about(
            "{\"timestamp\": 5, \"input_length\": 1, \"output_length\": 1, \"hash_ids\": []}\n"
            "{\"timestamp\": 4, \"input_length\": 1, \"output_length\": 1, \"hash_ids\": []}\n"
            "{\"timestamp\": 6, \"input_length\": 0, \"output_length\": 16777217}\n"
            "{\"timestamp\": 6, \"input_length\": 512, \"output_length\": 1, \"hash_ids\": [1,2]}\n"
            "{\"timestamp\": 6, \"input_lenght\": 512}\n"
            "{\"timestamp\": 6, \"input_length\": 5\n"
            "{\"timestamp\": 6, \"timestamp\": 7}\n"
            "{\"timestamp\": 6, \"input_length\": 5} 7\n"
            "[]\n"
            "{\"timestamp\": \"6\", \"input_length\": 5}\n"
            "{\"timestamp\": 6, \"hash_ids\": [1, -2]}\n"
            "{\"timestamp\": 6, \"input_length\": 5}\n"),
        "t.csv:2:15: timestamp: earlier than the row before (got '4'), sort the rows by time\n"
        "t.csv:3:34: input_length: must lie between 1 and 16777216 (got '0')\n"
        "t.csv:3:54: output_length: must lie between 1 and 16777216 (got '16777217')\n"
        "t.csv:4:72: hash_ids: 2 blocks of 512 tokens, more than a prompt of 512 has (1)\n"
        "t.csv:5:19: unknown member (got 'input_lenght'), did you mean 'input_length'?\n"
        "t.csv:6:35: not the JSON expected: '}' is missing (got '')\n"
        "t.csv:7:19: the member stands there twice (got 'timestamp')\n"
        "t.csv:8:37: not the JSON expected: text after the object (got '7')\n"
        "t.csv:9:1: not the JSON expected: '{' is missing (got '[]')\n"
        "t.csv:10:15: timestamp: not a time in milliseconds, from 0, with at most 6 decimals (got "
        "'')\n"
        "t.csv:10:15: not the JSON expected: '}' is missing (got '\"6\"')\n"
        "t.csv:11:34: hash_ids: not a whole number from 0 to 18446744073709551615 (got '-2')\n"
        "t.csv:12: output_length: the value is missing\n");
}

TEST(OwnRequests, HaveClassesAndBlocks) {
    const auto requests = requests_in(
        "# origin: 2024-02-29T22:30:00+08:00\n# block_tokens = 16\n"
        "class,blocks,tokens_out,tokens_in,arrival\n"
        "chat,1 2,7,17,0.000000001\n"
        ",,7,17,0.000000001\n"
        "\"a, b\",  3  ,1,1,10\n"
        "chat,,1,1,10.5\n");
    EXPECT_THAT(requests, ElementsAre(Kept{1, 17, 7, "chat", {1, 2}}, Kept{1, 17, 7, "", {}},
                                      Kept{10'000'000'000, 1, 1, "a, b", {3}},
                                      Kept{10'500'000'000, 1, 1, "chat", {}}));
}

TEST(OwnRequests, MayArriveByTheCalendar) {
    const auto requests = requests_in(
        "arrival,tokens_in,tokens_out\n"
        "2024-02-28T23:59:59.999999999Z,1,1\n"
        "2024-02-29T00:00:00Z,1,1\n"
        "2024-02-29T08:00:01.5+08:00,1,1\n");
    EXPECT_THAT(requests, ElementsAre(Kept{0, 1, 1, "", {}}, Kept{1, 1, 1, "", {}},
                                      Kept{1'500'000'001, 1, 1, "", {}}));
}

TEST(OwnRequests, AllProblemsAreReportedAtOnce) {
    EXPECT_EQ(
        demand_complaints_about("arrival,tokens_in,tokens_out,blocks\n"
                                "5,1,1,\n"
                                "4.5,1,1,\n"
                                "1e3,1,1,\n"
                                "-1,1,1,\n"
                                ",1,1,\n"
                                "6,0,1,\n"
                                "6,1,16777217,\n"
                                "6,x,,\n"
                                "6,1\n"
                                "2024-02-29,1,1,\n"
                                "268435455.875,1,1,\n"
                                "7,1,1,1 x\n"),
        "t.csv:1: blocks: how many tokens a block has is not said, write a line before the header: "
        "# block_tokens = 512\n"
        "t.csv:3:1: arrival: earlier than the row before (got '4.5'), sort the rows by time\n"
        "t.csv:4:1: arrival: not a time in seconds, from 0, with at most 9 decimals (got '1e3')\n"
        "t.csv:5:1: arrival: not a time in seconds, from 0, with at most 9 decimals (got '-1')\n"
        "t.csv:6:1: arrival: the value is missing\n"
        "t.csv:7:3: tokens_in: must lie between 1 and 16777216 (got '0')\n"
        "t.csv:8:5: tokens_out: must lie between 1 and 16777216 (got '16777217')\n"
        "t.csv:9:3: tokens_in: not a whole number (got 'x')\n"
        "t.csv:9:5: tokens_out: the value is missing\n"
        "t.csv:10: the header names 4 columns (got 2)\n"
        "t.csv:11:1: arrival: a calendar time after seconds (got '2024-02-29')\n"
        "t.csv:12:1: arrival: beyond the simulator's clock of 268435455.875 s (8.5 years) (got "
        "'268435455.875')\n"
        "t.csv:13:9: blocks: not a whole number from 0 to 18446744073709551615 (got 'x')\n");
    EXPECT_EQ(demand_complaints_about("arrival,token_in,tokens_out\n0,1,1\n"),
              "t.csv:1:9: header: unknown column (got 'token_in'), did you mean 'tokens_in'?\n"
              "t.csv:1: header: column 'tokens_in' is missing, is it the one called 'token_in'?\n");
    EXPECT_EQ(demand_complaints_about("arrival,tokens_in,tokens_out\n"),
              "t.csv: the file holds no requests\n");
    EXPECT_EQ(demand_complaints_about(""),
              "t.csv: the file is empty, write a first line with the column names\n");
    EXPECT_THAT(demand_complaints_about("a,b\n1,2\n"),
                HasSubstr("t.csv:1: header: this is no format of demand known"));
}

TEST(OwnRequests, AMillionBadRowsGiveAReadableAnswer) {
    std::string text = "arrival,tokens_in,tokens_out\n";
    for (int i = 0; i < 200'000; ++i) {
        text += "0,0,0\n";
    }
    const std::string said = demand_complaints_about(text);
    EXPECT_THAT(said, HasSubstr("and at least 99950 more problems; reading stopped"));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 51);
}

TEST(OwnRequests, ClassesAreLimited) {
    std::string text = "arrival,tokens_in,tokens_out,class\n";
    for (int i = 0; i < 1'001; ++i) {
        text += "0,1,1,c" + std::to_string(i) + '\n';
    }
    EXPECT_EQ(demand_complaints_about(text),
              "t.csv:1002:7: class: more than 1000 classes (got 'c1000')\n");
}

TEST(AzureRequests, SayWhatIsWrong) {
    EXPECT_EQ(
        demand_complaints_about("TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
                                "2023-11-16 18:15:46.6805900,374,44\r\n"
                                "2023-11-16 18:15:46.6805899,374,0\r\n"
                                "2023-11-31 18:15:46,374,1\r\n"
                                "12,1,1\r\n"
                                "2023-11-16 18:15:47Z,1,1"),
        "t.csv:3:1: TIMESTAMP: earlier than the row before (got '2023-11-16 "
        "18:15:46.6805899'), sort the rows by time\n"
        "t.csv:3:33: GeneratedTokens: must lie between 1 and 16777216 (got '0')\n"
        "t.csv:4:1: TIMESTAMP: not a calendar time (got '2023-11-31 18:15:46'), write it like "
        "2017-09-04T10:30:41.5+08:00\n"
        "t.csv:5:1: TIMESTAMP: not a calendar time (got '12')\n"
        "t.csv:6:1: TIMESTAMP: offset from UTC in some rows only (got '2023-11-16 "
        "18:15:47Z')\n");
}

// 3 requests in the first minute, none in the second, 1 in the third, which is not full. Gaps 1, 1,
// 148: mean 50, variance (49^2 + 49^2 + 98^2) / 3 = 4802. Blocks 1 2 | 1 3 2 | 2 | -: the second
// request meets only its first block in a beginning known, the third one its only block.
TEST(RequestsInfo, CanBeWorkedOutOnPaper) {
    const Scratch scratch;
    const RequestsInfo info = info_of(scratch.file("t.csv",
                                                   "# block_tokens: 10\n"
                                                   "arrival,tokens_in,tokens_out,class,blocks\n"
                                                   "10,20,1,b,1 2\n11,30,2,,1 3 2\n12,10,3,b,2\n"
                                                   "160,40,4,a,\n"));
    EXPECT_EQ(info.requests, 4U);
    EXPECT_EQ(info.first, Seconds{10});
    EXPECT_EQ(info.last, Seconds{160});
    EXPECT_DOUBLE_EQ(*info.rate, 4.0 / 150);
    EXPECT_EQ(info.minute_min, 0U);
    EXPECT_EQ(info.minute_max, 3U);
    EXPECT_DOUBLE_EQ(*info.gap_cv, std::sqrt(4802.0) / 50);
    EXPECT_EQ(info.in.p50, 20U);
    EXPECT_EQ(info.in.p90, 40U);
    EXPECT_EQ(info.in.mean, 25);
    EXPECT_EQ(info.out.sum, 10U);
    ASSERT_THAT(info.classes, SizeIs(3));
    EXPECT_EQ(info.classes[1].name, "b");
    EXPECT_EQ(info.classes[1].requests, 2U);
    EXPECT_EQ(info.blocks->blocks, 6U);
    EXPECT_EQ(info.blocks->distinct, 3U);
    EXPECT_EQ(info.blocks->hits, 2U);
    EXPECT_THAT(to_text(info), HasSubstr("prefix hits   33.3 %"));
    EXPECT_THAT(to_json(info), HasSubstr("\"prefix_hits\": 2"));
}

}  // namespace
}  // namespace tidepool::workloads
