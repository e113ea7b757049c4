// Files of rates: what is read, and what is said about bad ones.

#include <gmock/gmock.h>

#include "tests/workloads/demand_scratch.h"
#include "workloads/demand_info.h"
#include "workloads/shape_rates.h"

namespace tidepool::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RateTrace rates_in(std::string_view text) {
    const Scratch scratch;
    return good_rates(scratch.file("t.csv", text));
}
std::string complaints_about_rates(std::string_view text, const std::string& name = "t.csv",
                                   DemandFormat format = DemandFormat::kAuto) {
    const Scratch scratch;
    DemandSpec spec = demand_of(scratch.file(name, text));
    spec.format = format;
    spec.lengths.emplace();
    spec.lengths->in.fixed = spec.lengths->out.fixed = 1;
    return demand_complaints(spec);
}

// The published count of requests is that of the figure by construction; the other numbers are read
// off the rows. 2,709 a minute is 27,303,999 / (7 x 1440).
TEST(AzureRates, HaveTheirPublishedStatistics) {
    const RateTrace trace = good_rates(shipped("azure-llm-2024-week.csv.gz"));
    const RatesInfo info = describe(trace);
    EXPECT_EQ(trace.clients.size(), 1U);
    EXPECT_EQ(info.steps, 1'396U);
    EXPECT_NEAR(info.mean * 60, 2'709, 1);
    EXPECT_NEAR(info.min * 60, 1'134, 0.5);
    EXPECT_NEAR(info.max * 60, 4'760, 0.5);
    EXPECT_NEAR(info.requests, 27'303'999, 10);
    EXPECT_NEAR(info.end.value, 7 * 86'400, 10);
    EXPECT_FALSE(trace.gaps_given);
    EXPECT_THAT(trace.origin, HasSubstr("2024-05-1"));
    EXPECT_NEAR(*info.by_hour[14] / info.mean, 1.31, 0.01);  // peak
    EXPECT_NEAR(*info.by_hour[22] / info.mean, 0.74, 0.01);  // trough
}

// Rows at 0, 10 and 30 s: steps meet at 5 and 20 s; the first reaches 5 s before its row and the
// last 10 s behind it, all moved by 5 s.
TEST(AzureRates, AreStepsAroundTheirRows) {
    const RateTrace trace = rates_in(
        "timestamp,requests_per_minute\n2024-05-12T00:00:05Z,60\n2024-05-12T00:00:15Z,120\n"
        "2024-05-12T00:00:35Z,30\n");
    EXPECT_THAT(
        trace.clients[0].steps,
        ElementsAre(RateStep{Seconds{0}, 1}, RateStep{Seconds{10}, 2}, RateStep{Seconds{25}, 0.5}));
    EXPECT_EQ(trace.end, Seconds{45});
    EXPECT_EQ(trace.origin, "2024-05-12T00:00:00Z");
}

struct Published {
    const char* file;
    std::size_t clients;
    double requests, mean, peak_hour, trough_hour, peak_ten_minutes, p50_share;
    int peak_at, trough_at;
};

// The source's README has these statistics of the rows.
TEST(ServeGen, HasItsPublishedStatistics) {
    for (const Published& expected :
         {Published{"servegen-deepseek-r1.tar.gz", 73, 1.384e6, 16.0, 2.19, 0.45, 2.66, 0.29, 22,
                    12},
          Published{"servegen-m-small.tar.gz", 43, 642.9e6, 1063, 1.47, 0.62, 2.14, 0.33, 20, 4}}) {
        const RateTrace trace = good_rates(shipped(expected.file));
        const RatesInfo info = describe(trace);
        EXPECT_EQ(info.clients, expected.clients);
        EXPECT_NEAR(info.requests, expected.requests, expected.requests * 5e-4);
        EXPECT_NEAR(info.mean, expected.mean, expected.mean * 2e-3);
        EXPECT_NEAR(info.max / info.mean, expected.peak_ten_minutes, 0.005);
        EXPECT_NEAR(*info.by_hour[expected.peak_at] / info.mean, expected.peak_hour, 0.006);
        EXPECT_NEAR(*info.by_hour[expected.trough_at] / info.mean, expected.trough_hour, 0.006);
        EXPECT_NEAR(info.top, expected.p50_share, 0.005);
        EXPECT_EQ(info.silent, Seconds{0});
        EXPECT_TRUE(trace.gaps_given);
    }
}

// Client 0 of deepseek-r1 begins with four silent windows and then
// 2400,0.085,6.69324386291654,Gamma,0.02232167101916883,73.01783087211976: 1 / shape = cv^2.
TEST(ServeGen, ClientsComeByNumberWithTheirLaws) {
    const RateTrace trace = good_rates(shipped("servegen-deepseek-r1.tar.gz"));
    EXPECT_EQ(trace.clients[0].name, "0");
    EXPECT_EQ(trace.clients[2].name, "2");
    EXPECT_EQ(trace.clients[72].name, "72");
    EXPECT_EQ(trace.end, Seconds{86'400});
    const RateStep& first = trace.clients[0].steps.at(0);
    EXPECT_EQ(first.begin, Seconds{2400});
    EXPECT_EQ(first.rate, 0.085);
    EXPECT_EQ(first.law, GapLaw::kGamma);
    EXPECT_NEAR(std::sqrt(gap_scv(first.law, first.shape)), 6.69324386291654, 1e-9);
}

// Weibull: k = 1 exponential; k = 1/2 is the square of an exponential, E[x^4]/E[x^2]^2 - 1 = 24/4 -
// 1; k = 2 Rayleigh, 4/pi - 1.
TEST(GapScv, IsThatOfTheLaw) {
    EXPECT_EQ(gap_scv(GapLaw::kGamma, 0.25), 4);
    EXPECT_EQ(gap_scv(GapLaw::kWeibull, 1), 1);
    EXPECT_NEAR(gap_scv(GapLaw::kWeibull, 0.5), 5, 1e-12);
    EXPECT_NEAR(gap_scv(GapLaw::kWeibull, 2), 4 / 3.14159265358979323846 - 1, 1e-12);
    EXPECT_GT(gap_scv(GapLaw::kWeibull, kLeastWeibull), 1e20);
}

// One block of an archive: what POSIX says, written down once more. Sums of bytes in octal.
std::string header(const std::string& name, std::size_t size, char type = '0') {
    const auto octal = [](std::size_t number, int digits) {
        std::string text(static_cast<std::size_t>(digits), '0');
        for (int i = digits - 1; i >= 0; --i, number /= 8) {
            text[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 8);
        }
        return text;
    };
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    block.replace(124, 11, octal(size, 11));
    block.replace(148, 8, "        ");
    block[156] = type;
    block.replace(257, 5, "ustar");
    block.replace(263, 2, "00");
    std::size_t sum = 0;
    for (const char c : block) {
        sum += static_cast<unsigned char>(c);
    }
    block.replace(148, 7, octal(sum, 6) + '\0');
    return block;
}
std::string member(const std::string& name, const std::string& text, char type = '0') {
    return header(name, text.size(), type) + text +
           std::string((512 - text.size() % 512) % 512, '\0');
}
constexpr const char* kTwoWindows = "0,1,1,Gamma,1,1\n600,2,1.5,Weibull,0.5,1\n";
const std::string kEndOfTar(1024, '\0');

TEST(ServeGen, ReadsAnArchiveAndAFolderAlike) {
    const Scratch scratch;
    const std::string ten = "0,0,0,,0,0\n600,0,0,,0,0\n1200,4,0,Gamma,4,1\n";
    const std::string archive =
        scratch.packed("a.tar.gz", member("m/", "", '5') + member("m/chunk-10-trace.csv", ten) +
                                       member("m/chunk-2-dataset.json", std::string(5'000, '{')) +
                                       member("m/chunk-2-trace.csv", kTwoWindows) + kEndOfTar);
    std::filesystem::create_directory(scratch.path("m"));
    scratch.file("m/chunk-10-trace.csv", ten);
    scratch.file("m/chunk-2-trace.csv", kTwoWindows);
    scratch.file("m/notes.txt", "x");
    const RateTrace trace = good_rates(archive);
    EXPECT_EQ(trace, good_rates(scratch.path("m")));
    ASSERT_EQ(trace.clients.size(), 2U);
    EXPECT_EQ(trace.clients[0].name, "2");
    EXPECT_THAT(trace.clients[0].steps,
                ElementsAre(RateStep{Seconds{0}, 1, 0, 0, GapLaw::kGamma, 1},
                            RateStep{Seconds{600}, 2, 0, 0, GapLaw::kWeibull, 0.5}));
    EXPECT_THAT(trace.clients[1].steps,
                ElementsAre(RateStep{Seconds{1200}, 4, 0, 0, GapLaw::kGamma, 4}));
    EXPECT_EQ(trace.end, Seconds{1800});
}

TEST(ServeGen, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(
        complaints_about_rates(member("m/chunk-1-trace.csv",
                                      "0,1,1,Gamma,1,1\n0,1,1,Gamma,1,1\n"
                                      "600,1,1,gamma,1,1\n1200,1,1,,0,0\n"
                                      "1800,-1,x,Weibull,0.01,1\n2400,1\n") +
                                   member("n/chunk-2-trace.csv", kTwoWindows) +
                                   member("m/chunk-3-trace.csv", "0,1,1,Gamma,1,1\n") +
                                   member("m/chunk-4-trace.csv", kTwoWindows) +
                                   member("m/chunk-04-trace.csv", kTwoWindows) + kEndOfTar,
                               "a.tar"),
        "a.tar(m/chunk-1-trace.csv):2:1: t: not later than the row before (got '0'), sort the "
        "rows by time\n"
        "a.tar(m/chunk-1-trace.csv):3:9: pattern: unknown value (got 'gamma'), use Gamma or "
        "Weibull, or nothing where there are no requests\n"
        "a.tar(m/chunk-1-trace.csv):4:10: pattern: the value is missing, but there are "
        "requests\n"
        "a.tar(m/chunk-1-trace.csv):5:6: rate: must not be negative (got '-1')\n"
        "a.tar(m/chunk-1-trace.csv):5:9: cv: not a number (got 'x')\n"
        "a.tar(m/chunk-1-trace.csv):5:19: p1: must lie between 0.02 and 1000000 (got '0.01')\n"
        "a.tar(m/chunk-1-trace.csv):6: a row has 6 columns (got 2)\n"
        "a.tar(n/chunk-2-trace.csv): another folder than 'm/', pack the clients of one model\n"
        "a.tar(m/chunk-3-trace.csv): at least two windows are wanted, to know how long they "
        "are\n"
        "a.tar(m/chunk-04-trace.csv): a second file of this client\n");
}

TEST(ServeGen, DamagedArchivesAreRefused) {
    const std::string good = member("m/chunk-1-trace.csv", kTwoWindows);
    const auto said = [](const std::string& bytes) {
        return complaints_about_rates(bytes, "a.tar", DemandFormat::kServeGen);
    };
    EXPECT_EQ(said(good), "") << "some writers leave the blocks of zeros out";
    EXPECT_EQ(said(good.substr(0, 530)),
              "a.tar(m/chunk-1-trace.csv):2: the tar archive is cut off\n"
              "a.tar: the tar archive is cut off\n");
    EXPECT_EQ(said(good + good.substr(0, 100)), "a.tar: the tar archive is cut off\n");
    std::string bent = good;
    bent[10] = 'x';
    EXPECT_EQ(said(bent), "a.tar: the tar archive is damaged after 0 entries\n");
    EXPECT_THAT(said(good + header("link", 0, '2')),
                HasSubstr("a.tar: the tar archive holds 'link', which is no plain file"));
    EXPECT_THAT(said(member("x", "y")), HasSubstr("holds no file chunk-<client>-trace.csv"));
    EXPECT_EQ(said(header("x", 077777777777U) + kEndOfTar), "a.tar: the tar archive is cut off\n");
    EXPECT_EQ(said(""), "a.tar: holds no file chunk-<client>-trace.csv\n");
}

TEST(OwnRates, HaveClientsLawsAndLengths) {
    const RateTrace trace = rates_in(
        "# origin: 2024-05-12T00:00:00Z\n# end: 100\n"
        "time,rate,client,tokens_in,tokens_out,law,shape\n"
        "0,1.5,a,10,,gamma,0.5\n"
        "0,0,b,,,,\n"
        "50,0,a,,,,1\n"
        "60,2,b,,3,weibull,2\n");
    EXPECT_THAT(trace.clients,
                ElementsAre(RateClient{"a",
                                       {{Seconds{0}, 1.5, 10, 0, GapLaw::kGamma, 0.5},
                                        {Seconds{50}, 0, 0, 0, GapLaw::kGamma, 1}}},
                            RateClient{"b", {{Seconds{60}, 2, 0, 3, GapLaw::kWeibull, 2}}}));
    EXPECT_EQ(trace.end, Seconds{100});
    EXPECT_TRUE(trace.gaps_given);
    EXPECT_EQ(expected_requests(trace, Seconds{25}, Seconds{70}), 1.5 * 25 + 2 * 10);
}

TEST(OwnRates, EndAStepAfterTheLast) {
    EXPECT_EQ(rates_in("time,rate\n0,1\n60,2\n").end, Seconds{120});
    EXPECT_EQ(rates_in("time,rate\n0,1\n").end, Seconds{kClockEnd}) << "holds for good";
    EXPECT_EQ(rates_in("time,rate,client\n0,1,a\n60,2,a\n500,1,b\n").end, Seconds{kClockEnd});
    const RateTrace by_date =
        rates_in("time,rate\n2024-05-12T00:00:00Z,1\n2024-05-13T00:00:00Z,2\n");
    EXPECT_EQ(by_date.clients[0].steps[1].begin, Seconds{86'400});
    EXPECT_EQ(by_date.end, Seconds{2 * 86'400});
}

TEST(OwnRates, CvIsTurnedIntoAShape) {
    const RateTrace trace = rates_in("time,rate,cv\n0,1,2\n1,1,0.5\n");
    EXPECT_EQ(trace.clients[0].steps[0].shape, 0.25);
    EXPECT_EQ(trace.clients[0].steps[1].shape, 4);
    EXPECT_TRUE(trace.gaps_given);
}

TEST(OwnRates, SayWhatIsWrong) {
    EXPECT_EQ(complaints_about_rates("# end: 5\ntime,rate,client,law,shape\n0,1,a,gama,1\n"
                                     "10,-1,a,,0\n5,1e10,b,weibull,0.01\n5,1,a,,\n"),
              "t.csv:3:7: law: unknown value (got 'gama'), use gamma or weibull\n"
              "t.csv:4:4: rate: must not be negative (got '-1')\n"
              "t.csv:4:10: shape: must lie between 0.01 and 1000000 (got '0')\n"
              "t.csv:5:3: rate: must lie between 0 and 1000000000 (got '1e10')\n"
              "t.csv:5:18: shape: must lie between 0.02 and 1000000 (got '0.01')\n"
              "t.csv:1: end: not later than the last step\n");
    EXPECT_EQ(complaints_about_rates("time,rate,cv,shape\n0,1,1,1\n"),
              "t.csv:1: header: law and shape go together\n"
              "t.csv:1: header: both cv and shape say how gaps vary, leave one of them out\n");
    EXPECT_EQ(complaints_about_rates("time,rate\n"), "t.csv: the file holds no rates\n");
    EXPECT_EQ(complaints_about_rates("# end: 60\ntime,rate\n0,1\n60,1\n"),
              "t.csv:1: end: not later than the last step\n");
}

RateTrace shaped(const RateTrace& trace, const DemandSpec& spec, double end) {
    return shape_rates(trace, spec, "t.csv", Seconds{end});
}

TEST(ShapeRates, WindowScaleAndRepeat) {
    const RateTrace trace = rates_in("# end: 100\ntime,rate\n10,1\n50,4\n");
    DemandSpec spec;
    spec.scale = 3;
    EXPECT_THAT(shaped(trace, spec, 1e6).clients[0].steps,
                ElementsAre(RateStep{Seconds{10}, 3}, RateStep{Seconds{50}, 12}));
    spec = {};
    spec.window = {Seconds{40}, Seconds{70}};
    const RateTrace cut = shaped(trace, spec, 1e6);
    EXPECT_THAT(cut.clients[0].steps,
                ElementsAre(RateStep{Seconds{0}, 1}, RateStep{Seconds{10}, 4}));
    EXPECT_EQ(cut.end, Seconds{30});
    spec.repeat = true;
    const RateTrace rounds = shaped(trace, spec, 65);
    EXPECT_THAT(
        rounds.clients[0].steps,
        ElementsAre(RateStep{Seconds{0}, 1}, RateStep{Seconds{10}, 4}, RateStep{Seconds{30}, 1},
                    RateStep{Seconds{40}, 4}, RateStep{Seconds{60}, 1}));
    EXPECT_EQ(rounds.end, Seconds{65});
    spec.window = {};
    EXPECT_THAT(shaped(trace, spec, 150).clients[0].steps,
                ElementsAre(RateStep{Seconds{10}, 1}, RateStep{Seconds{50}, 4},
                            RateStep{Seconds{100}, 0}, RateStep{Seconds{110}, 1}));
    spec.window = {Seconds{80}, Seconds{110}};  // silent for the last 10 s of each round
    EXPECT_THAT(shaped(trace, spec, 60).clients[0].steps,
                ElementsAre(RateStep{Seconds{0}, 4}, RateStep{Seconds{20}, 0},
                            RateStep{Seconds{30}, 4}, RateStep{Seconds{50}, 0}));
}

TEST(ShapeRates, RefusesWhatMakesNoSense) {
    const RateTrace trace = rates_in("# end: 100\ntime,rate\n10,1\n50,4\n");
    DemandSpec spec;
    const auto said = [&](double end) { return complaints_of([&] { shaped(trace, spec, end); }); };
    spec.window = {Seconds{0}, Seconds{10}};
    EXPECT_EQ(said(1e6),
              "t.csv: window: no request is expected from 0 s to 10 s; the file ends at 100 s\n");
    spec.window = {Seconds{200}, Seconds{300}};
    EXPECT_THAT(said(1e6), HasSubstr("the file ends at 100 s"));
    spec.window = {Seconds{10}, Seconds{10.001}};
    spec.repeat = true;
    EXPECT_EQ(said(1e6), "t.csv: repeat: makes more than 8388608 steps of rates up to 1000000 s\n");
    spec = {};
    spec.scale = 1e9;
    EXPECT_THAT(said(1e6), HasSubstr("scale: makes more than 1000000000 requests/s"));
}

}  // namespace
}  // namespace tidepool::workloads
