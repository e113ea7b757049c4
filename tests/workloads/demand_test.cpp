// Demand of files: windows, rounds, scales, classes; as requests and as sums per bin.

#include "workloads/demand.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>

#include "sim/base/random.h"
#include "tests/workloads/demand_scratch.h"
#include "workloads/count_requests.h"
#include "workloads/demand_info.h"

namespace tidepool::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kSecond = kNanosecondsPerSecond;
constexpr const char* kFour =
    "# block_tokens = 10\narrival,tokens_in,tokens_out,class,blocks\n"
    "0,10,1,a,5\n1,20,2,,5 6\n3,30,3,b,\n7,40,4,a,7\n";

// Arrivals in tenths of a second.
std::vector<std::int64_t> tenths(const std::vector<Kept>& requests) {
    std::vector<std::int64_t> times;
    for (const Kept& one : requests) {
        times.push_back(one.arrival / (kSecond / 10));
    }
    return times;
}

class FileDemand : public ::testing::Test {
protected:
    const Scratch scratch_;
    DemandSpec spec_ = demand_of(scratch_.file("t.csv", kFour));
};

TEST_F(FileDemand, EndsWithTheFileOrAtTheEndAskedFor) {
    EXPECT_THAT(tenths(requests_of(spec_)), ElementsAre(0, 10, 30, 70));
    EXPECT_THAT(tenths(requests_of(spec_, Seconds{3})), ElementsAre(0, 10));
}

TEST_F(FileDemand, PathsCountFromTheGivenFolder) {
    spec_.file = "t.csv";
    EXPECT_EQ(keep_all(*open_requests(spec_, scratch_.path(""), 1, 0, kForever)).size(), 4U);
}

TEST_F(FileDemand, TheWindowTakesItsStartAndLeavesItsEnd) {
    spec_.window = {Seconds{1}, Seconds{7}};
    EXPECT_THAT(tenths(requests_of(spec_)), ElementsAre(0, 20));
    spec_.window = {Seconds{0.5}, Seconds{8}};
    EXPECT_THAT(tenths(requests_of(spec_)), ElementsAre(5, 25, 65));
    spec_.window = {Seconds{4}, Seconds{7}};
    EXPECT_EQ(demand_complaints(spec_), "t.csv: window: no request arrives from 4 s to 7 s\n");
    spec_.repeat = true;
    EXPECT_EQ(demand_complaints(spec_), "t.csv: window: no request arrives from 4 s to 7 s\n");
}

// Three gaps in 7 s: a round lasts 7 s + 7/3 s. With a window it lasts as long as the window.
TEST_F(FileDemand, RoundsFollowOneAnother) {
    spec_.repeat = true;
    const auto rounds = requests_of(spec_, Seconds{12});
    ASSERT_EQ(rounds.size(), 6U);
    EXPECT_EQ(rounds[4].arrival, 9'333'333'333);
    EXPECT_EQ(rounds[5].arrival, 10'333'333'333);
    EXPECT_EQ(rounds[4].name, "a");
    spec_.window = {Seconds{1}, Seconds{11}};
    EXPECT_THAT(tenths(requests_of(spec_, Seconds{25})),
                ElementsAre(0, 20, 60, 100, 120, 160, 200, 220));
}

TEST_F(FileDemand, RoundsNeedALength) {
    spec_.file = scratch_.file("same.csv", "arrival,tokens_in,tokens_out\n0,1,1\n0,1,1\n");
    spec_.repeat = true;
    EXPECT_EQ(demand_complaints(spec_),
              "same.csv: repeat: all requests arrive in the same instant; a window says how long a "
              "round is\n");
    spec_.window = {Seconds{0}, Seconds{1}};
    EXPECT_THAT(tenths(requests_of(spec_, Seconds{2})), ElementsAre(0, 0, 10, 10));
}

TEST_F(FileDemand, RoundsShareNoPrefixes) {
    spec_.repeat = true;
    spec_.window = {Seconds{0}, Seconds{10}};
    const auto rounds = requests_of(spec_, Seconds{20});
    ASSERT_EQ(rounds.size(), 8U);
    EXPECT_THAT(rounds[0].blocks, ElementsAre(5));
    EXPECT_NE(rounds[4].blocks[0], 5U);
    EXPECT_EQ(rounds[4].blocks[0], rounds[5].blocks[0]) << "within a round they do";
}

// Gaps 1, 2, 4 and, behind the last request, the mean of 7/3: each is cut in two.
TEST_F(FileDemand, CopiesAreSpreadUpToTheNextRequest) {
    spec_.scale = 2;
    const auto twice = requests_of(spec_);
    EXPECT_THAT(tenths(twice), ElementsAre(0, 5, 10, 20, 30, 50, 70, 81));
    EXPECT_EQ(twice[7].arrival, 7 * kSecond + 1'166'666'666);
    EXPECT_EQ(twice[1].tokens_in, 10U);
    EXPECT_EQ(twice[1].name, "a");
    EXPECT_THAT(twice[2].blocks, ElementsAre(5, 6));
    EXPECT_NE(twice[3].blocks[0], 5U) << "copies are other people";
    EXPECT_EQ(twice[1].blocks[0], twice[3].blocks[0]) << "who share prefixes among themselves";
}

// Gaps cut in three vary as before: sum of squares and square of the mean fall alike.
TEST(ScaledDemand, KeepsTheGapsVariationAndTheHitRatio) {
    DemandSpec spec = demand_of(shipped("mooncake-conversation.jsonl.gz"));
    spec.window = {Seconds{0}, Seconds{600}};
    const RequestsInfo once = describe(*open_requests(spec, "", 1, 0, kForever));
    spec.scale = 3;
    const RequestsInfo thrice = describe(*open_requests(spec, "", 1, 0, kForever));
    EXPECT_EQ(thrice.requests, 3 * once.requests);
    EXPECT_EQ(thrice.in.sum, 3 * once.in.sum);
    EXPECT_EQ(*thrice.blocks->hits, 3 * *once.blocks->hits);
    EXPECT_EQ(*thrice.blocks->distinct, 3 * *once.blocks->distinct);
    EXPECT_NEAR(*thrice.gap_cv, *once.gap_cv, 2e-3);  // one more, mean gap: the last request's
}

// Binomial counts: of 19,366 requests 2,421 +- 46 come with a chance of 1/8; with scale 1.25 there
// are 19,366 + (4,842 +- 60). The standard deviation of the tokens of a prompt is about 1,100.
TEST(ScaledDemand, LeavesOutAndAddsByChance) {
    DemandSpec spec = demand_of(shipped("azure-llm-2023-conversation.csv.gz"));
    spec.scale = 0.125;
    const RequestsInfo eighth = describe(*open_requests(spec, "", 1, 0, kForever));
    EXPECT_NEAR(static_cast<double>(eighth.requests), 2'421, 4 * 46);
    EXPECT_NEAR(eighth.in.mean, 1154.7, 4 * 1'100 / std::sqrt(2'421));
    spec.scale = 1.25;
    const RequestsInfo more = describe(*open_requests(spec, "", 1, 0, kForever));
    EXPECT_NEAR(static_cast<double>(more.requests), 19'366 + 4'842, 4 * 60);
    EXPECT_NE(describe(*open_requests(spec, "", 2, 0, kForever)).requests, more.requests);
    EXPECT_NE(describe(*open_requests(spec, "", 1, 1, kForever)).requests, more.requests);
    EXPECT_EQ(describe(*open_requests(spec, "", 1, 0, kForever)).requests, more.requests);
}

TEST(ScaledDemand, NeverGoesBackInTime) {
    DemandSpec spec = demand_of(shipped("mooncake-conversation.jsonl.gz"));
    spec.window = {Seconds{100}, Seconds{400}};
    spec.scale = 2.7;
    spec.repeat = true;
    const auto requests = requests_of(spec, Seconds{1'000});
    EXPECT_TRUE(std::is_sorted(requests.begin(), requests.end(),
                               [](const Kept& a, const Kept& b) { return a.arrival < b.arrival; }));
    EXPECT_LT(requests.back().arrival, 1'000 * kSecond);
    EXPECT_GT(requests.back().arrival, 990 * kSecond);
}

TEST_F(FileDemand, ClassesAreGivenToThoseWithout) {
    spec_.classes = {{"b", Fraction{0.25}}, {"c", Fraction{0.75}}};
    spec_.repeat = true;
    spec_.window = {Seconds{0}, Seconds{10}};
    const auto stream = open_requests(spec_, "", 1, 0, Seconds{40'000});
    std::map<std::string, int> counts;
    std::map<std::string, int> drawn;  // of the 4,000 requests without a class
    for (Request request; stream->next(request);) {
        ++counts[stream->classes()[request.request_class]];
        if (request.tokens_in == 20) {
            ++drawn[stream->classes()[request.request_class]];
        }
    }
    EXPECT_THAT(stream->classes(), ElementsAre("", "b", "c", "a"));
    EXPECT_EQ(counts["a"], 8'000);
    EXPECT_EQ(counts[""], 0);
    EXPECT_EQ(counts["b"], 4'000 + drawn["b"]);
    EXPECT_NEAR(drawn["b"], 1'000, 4 * 27.4);  // binomial
    EXPECT_EQ(drawn["b"] + drawn["c"], 4'000);
}

TEST_F(FileDemand, LengthsAndArrivalsBelongToRates) {
    spec_.lengths.emplace();
    EXPECT_EQ(demand_complaints(spec_), "t.csv: lengths: a file of requests has its own\n");
    spec_.lengths.reset();
    spec_.arrivals.emplace();
    EXPECT_EQ(demand_complaints(spec_), "t.csv: arrivals: a file of requests has its own\n");
    DemandSpec rates = demand_of(scratch_.file("r.csv", "time,rate,cv\n0,1,2\n1,1,2\n"));
    EXPECT_EQ(demand_complaints(rates),
              "r.csv: lengths: a file of rates does not say how long requests are\n");
    rates.lengths.emplace();
    rates.lengths->in.fixed = rates.lengths->out.fixed = 5;
    rates.arrivals.emplace();
    EXPECT_EQ(demand_complaints(rates),
              "r.csv: arrivals: the file says how the requests of each client arrive\n");
    rates.file = scratch_.path("q.csv");
    EXPECT_EQ(demand_complaints(rates),
              "q.csv: cannot be opened: No such file or directory, did you mean 'r.csv'?\n");
}

// Bins of 2 s: requests 0 and 1 | 3 | - | 7.
TEST_F(FileDemand, IsCountedPerBin) {
    for (const bool expected : {false, true}) {
        const DemandSeries series = read_demand(spec_, "", 1, 0, Seconds{2}, Seconds{9}, expected);
        EXPECT_EQ(series.bin, Seconds{2});
        EXPECT_THAT(series.bins, ElementsAre(DemandBin{2, 30, 3}, DemandBin{1, 30, 3}, DemandBin{},
                                             DemandBin{1, 40, 4}, DemandBin{}));
        EXPECT_THAT(series.lengths,
                    ElementsAre(Lengths{10, 1}, Lengths{20, 2}, Lengths{30, 3}, Lengths{40, 4}));
        EXPECT_EQ(series.arrival_scv, 1) << "no bin has two gaps";
    }
}

TEST(CountedDemand, AgreesWithThePublishedSums) {
    const DemandSpec spec = demand_of(shipped("azure-llm-2023-conversation.csv.gz"));
    const DemandSeries series = read_demand(spec, "", 1, 0, Seconds{60}, Seconds{3'600}, false);
    DemandBin sum;
    for (const DemandBin& bin : series.bins) {
        sum.requests += bin.requests;
        sum.tokens_in += bin.tokens_in;
        sum.tokens_out += bin.tokens_out;
    }
    EXPECT_EQ(series.bins.size(), 60U);
    EXPECT_EQ(sum, (DemandBin{19'366, 22'361'870, 4'088'665}));
    // Every 8th request is kept: 19,366 / 8, rounded up. Their mean is that of all within chance.
    ASSERT_EQ(series.lengths.size(), 2'421U);
    double in = 0;
    for (const Lengths& one : series.lengths) {
        in += one.tokens_in;
    }
    EXPECT_NEAR(in / 2'421, 1154.7, 4 * 1'100 / std::sqrt(2'421));
}

// Requests whose gaps are given.
class Given final : public RequestStream {
public:
    explicit Given(std::function<double(int)> gap, int count)
        : gap_(std::move(gap)), count_(count) {}
    bool next(Request& request) override {
        if (given_ == count_) {
            return false;
        }
        time_ += gap_(given_++);
        request = {};
        request.arrival = static_cast<std::int64_t>(time_ * 1e9);
        return true;
    }
    const std::vector<std::string>& classes() const override { return classes_; }

private:
    std::function<double(int)> gap_;
    int count_, given_ = 0;
    double time_ = 0;
    std::vector<std::string> classes_{""};
};

double scv_of(std::function<double(int)> gap, double bin) {
    constexpr int kCount = 200'000;
    Given stream(std::move(gap), kCount);
    return count_requests(stream, Seconds{bin}, Seconds{300'000}).arrival_scv;
}

double exponential(int i) {
    return neg_ln_q26(draw(7, Purpose::kSynthetic, 0, static_cast<std::uint32_t>(i))[0]) /
           67'108'864.0;
}

// Few or many gaps to a bin: a Poisson process has 1 (200,000 gaps: +- 0.0045 in long bins), one
// with equal gaps 0, gaps of 0 and 2 in turn 1 (in long bins).
TEST(ArrivalScv, IsUnbiasedForPoissonArrivals) {
    EXPECT_NEAR(scv_of(exponential, 1'000), 1, 0.02);
    EXPECT_NEAR(scv_of(exponential, 5), 1, 0.02);
    EXPECT_NEAR(scv_of([](int) { return 1.0; }, 100), 0, 1e-9);
    EXPECT_NEAR(scv_of([](int i) { return i % 2 == 0 ? 0.0 : 2.0; }, 10'000), 1, 1e-3);
    EXPECT_NEAR(
        scv_of([](int i) { return i < 100'000 ? exponential(i) : 0.1 * exponential(i); }, 100), 1,
        0.03)
        << "a change of the rate is none of the gaps, but in the one bin that holds both";
}

TEST(EvenSample, KeepsEverySoManyth) {
    Given stream([](int) { return 0.001; }, 10'000);
    const DemandSeries series = count_requests(stream, Seconds{1}, Seconds{100});
    EXPECT_EQ(series.lengths.size(), 2'500U);
}

// Rates of 2/s for 100 s and 4/s for 50 s.
TEST(RatesDemand, ExpectsWhatTheRatesSay) {
    const Scratch scratch;
    DemandSpec spec = demand_of(scratch.file("r.csv", "# end: 150\ntime,rate\n0,2\n100,4\n"));
    spec.lengths.emplace();
    spec.lengths->in.fixed = 10;
    spec.lengths->out.fixed = 3;
    spec.arrivals.emplace();
    spec.arrivals->cv = 2;
    const DemandSeries series = read_demand(spec, "", 1, 0, Seconds{75}, Seconds{225}, true);
    EXPECT_THAT(series.bins,
                ElementsAre(DemandBin{150, 1500, 450}, DemandBin{250, 2500, 750}, DemandBin{}));
    EXPECT_EQ(series.arrival_scv, 4);
    EXPECT_THAT(series.lengths, ElementsAre(Lengths{10, 3}));
    spec.scale = 0.5;
    EXPECT_EQ(read_demand(spec, "", 1, 0, Seconds{75}, Seconds{75}, true).bins[0].requests, 75);
}

TEST(RatesDemand, LengthsOfTheFileGoBeforeTheirMean) {
    const Scratch scratch;
    DemandSpec spec =
        demand_of(scratch.file("r.csv", "# end: 2\ntime,rate,tokens_in\n0,1,100\n1,3,500\n"));
    spec.lengths.emplace();
    spec.lengths->in.fixed = 10;
    spec.lengths->out.fixed = 3;
    const DemandSeries series = read_demand(spec, "", 1, 0, Seconds{1}, Seconds{2}, true);
    EXPECT_THAT(series.bins, ElementsAre(DemandBin{1, 100, 3}, DemandBin{3, 1500, 9}));
    EXPECT_THAT(series.lengths, ElementsAre(Lengths{400, 3})) << "(100 + 3 x 500) / 4";
}

// What is counted is the very stream that is given out one by one.
TEST(RatesDemand, CountsTheRequestsThatAreDrawn) {
    DemandSpec spec = demand_of(shipped("servegen-deepseek-r1.tar.gz"));
    spec.lengths.emplace();
    spec.lengths->in.exponential = 1'268;
    spec.lengths->out.exponential = 1'527;
    spec.window = {Seconds{72'000}, Seconds{82'800}};
    const Seconds end{3'600};
    const auto requests = keep_all(*open_requests(spec, "", 5, 2, end));
    std::vector<DemandBin> bins(60);
    for (const Kept& one : requests) {
        DemandBin& bin = bins.at(static_cast<std::size_t>(one.arrival / (60 * kSecond)));
        bin.requests += 1;
        bin.tokens_in += one.tokens_in;
        bin.tokens_out += one.tokens_out;
    }
    const DemandSeries counted = read_demand(spec, "", 5, 2, Seconds{60}, end, false);
    EXPECT_EQ(counted.bins, bins);
    const DemandSeries expected = read_demand(spec, "", 5, 2, Seconds{60}, end, true);
    double sum = 0;
    for (const DemandBin& bin : expected.bins) {
        sum += bin.requests;
    }
    EXPECT_GT(sum, 50'000);
    EXPECT_NEAR(static_cast<double>(requests.size()), sum, 0.03 * sum);
}

}  // namespace
}  // namespace tidepool::workloads
