// Mutated files of demand: whatever they hold, the readers answer with requests and rates that make
// sense or with issues that say where; they never crash, hang or leak (run under the sanitizers).
// Seeds are fixed: a failure repeats.

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/workloads/demand_scratch.h"
#include "workloads/demand_info.h"
#include "workloads/shape_rates.h"

namespace tidepool::workloads {
namespace {

class Luck {
public:
    explicit Luck(std::uint32_t entity) : entity_(entity) {}
    std::uint32_t below(std::size_t n) {
        return bounded(draw(17, Purpose::kSynthetic, entity_, count_++)[0],
                       static_cast<std::uint32_t>(n));
    }

private:
    std::uint32_t entity_;
    std::uint32_t count_ = 0;
};

void mutate(std::string& text, Luck& luck) {
    static constexpr std::array<std::string_view, 24> kPieces{",",
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
                                                              "{",
                                                              "}",
                                                              "[",
                                                              "]",
                                                              ":",
                                                              "#",
                                                              "# end: 0.1",
                                                              "# block_tokens = 1",
                                                              "\xFF",
                                                              "ustar",
                                                              "99999999999999999999",
                                                              "2017-09-04T10:30:41+08:00",
                                                              "Weibull"};
    const std::size_t at = luck.below(text.size() + 1);
    const std::size_t length = std::min<std::size_t>(luck.below(12), text.size() - at);
    switch (luck.below(5)) {
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
        default:
            text.insert(luck.below(text.size() + 1), text.substr(at, 10 * length));
            break;
    }
}

const std::string kRows = "0,1,1,Gamma,1,1\n600,2,1.5,Weibull,0.5,1\n1200,0,0,,0,0\n";

// A tar archive of one client; the checksum is that of its header.
std::string archive() {
    std::string block(512, '\0');
    block.replace(0, 17, "chunk-7-trace.csv");
    block.replace(124, 11, "00000000066");
    block.replace(148, 8, "        ");
    block[156] = '0';
    block.replace(257, 5, "ustar");
    unsigned sum = 0;
    for (const char c : block) {
        sum += static_cast<unsigned char>(c);
    }
    for (std::size_t i = 0; i < 6; ++i) {
        block[153 - i] = static_cast<char>('0' + (sum >> (3 * i)) % 8);
    }
    block[154] = '\0';
    return block + kRows + std::string(512 - kRows.size(), '\0') + std::string(1024, '\0');
}

// One for each row of kDemandFormats.
const std::array<std::string, kDemandFormats.size()>& seeds() {
    static const std::array<std::string, kDemandFormats.size()> kSeeds{
        "# origin: 2024-02-29T22:30:00Z\n# block_tokens = 16\n"
        "arrival,tokens_in,tokens_out,class,blocks\n"
        "0,17,1,\"a, \"\"b\"\"\",1 2\n0.5,1,1,,\n10.123456789,33,9,x,1 7 8\n",
        "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n"
        "2023-11-16 18:15:50.9951690,396,109\r\n",
        "{\"timestamp\": 0, \"input_length\": 700, \"output_length\": 5, \"hash_ids\": [0, 1]}\n"
        "{\"timestamp\": 3000, \"input_length\": 7, \"output_length\": 5, \"hash_ids\": [0]}\n",
        "# end: 100\ntime,rate,client,tokens_in,tokens_out,law,shape\n0,1.5,a,10,,gamma,0.5\n"
        "50,0,a,,,,1\n60,2,b,,3,weibull,2\n",
        "timestamp,requests_per_minute\n2024-05-12T00:00:05Z,60\n2024-05-12T00:00:15Z,120\n"
        "2024-05-12T00:00:35Z,30\n",
        archive()};
    return kSeeds;
}

// Of a file that was read without issues.
void check_requests(RequestStream& stream) {
    std::int64_t last = 0;
    for (Request request; stream.next(request);) {
        ASSERT_GE(request.arrival, last);
        ASSERT_TRUE(request.tokens_in >= 1 && request.tokens_in <= kMostTokens);
        ASSERT_TRUE(request.tokens_out >= 1 && request.tokens_out <= kMostTokens);
        ASSERT_LT(request.request_class, stream.classes().size());
        ASSERT_TRUE(request.blocks.size() * stream.block_tokens() <
                        std::uint64_t{request.tokens_in} + stream.block_tokens() ||
                    request.blocks.empty());
        last = request.arrival;
    }
}

void check_rates(const RateTrace& trace) {
    for (const RateClient& client : trace.clients) {
        double last = -1;
        for (const RateStep& step : client.steps) {
            ASSERT_GT(step.begin.value, last);
            ASSERT_LT(step.begin, trace.end);
            ASSERT_TRUE(step.rate >= 0 && step.rate <= kMostRate);
            ASSERT_GE(gap_scv(step.law, step.shape), 0);
            last = step.begin.value;
        }
    }
    ASSERT_TRUE(std::isfinite(describe(trace).requests));
}

TEST(DemandFuzz, MutatedFilesAreReadOrRefused) {
    constexpr std::uint32_t kCases = 1'400;
    const Scratch scratch;
    std::filesystem::create_directory(scratch.path("d"));
    std::array<int, 2> outcomes{};  // refused, read
    for (std::uint32_t i = 0; i < kCases; ++i) {
        Luck luck(i);
        const bool alone = i % 7 == seeds().size();  // a folder of one file
        std::string text = alone ? kRows : seeds()[i % 7];
        for (std::uint32_t n = luck.below(2) + 1; n > 0; --n) {
            mutate(text, luck);
        }
        const std::string path = alone ? scratch.path("d") : scratch.file("f", text);
        if (alone) {
            scratch.file("d/chunk-7-trace.csv", text);
        }
        try {
            Issues issues;
            const DemandFormat wanted = kDemandFormats[std::min<std::size_t>(i % 7, 5)].value;
            const DemandFileFormat* format =
                find_demand_format(luck.below(2) == 0 ? wanted : DemandFormat::kAuto, path, issues);
            issues.throw_if_any();
            if (format->requests != nullptr) {
                DemandSpec spec = demand_of(path);
                spec.scale = luck.below(2) == 0 ? 1 : 1.7;
                FileRequests stream(spec, path, *format, 1, 0, kForever);
                check_requests(stream);
            } else {
                const RateTrace trace = format->rates(path, issues);
                issues.throw_if_any();
                check_rates(trace);
            }
            ++outcomes[1];
        } catch (const InputError& error) {
            ASSERT_FALSE(error.issues().empty());
            ++outcomes[0];
        }
        ASSERT_FALSE(HasFatalFailure()) << "case " << i << '\n' << text;
    }
    EXPECT_GT(outcomes[0], 500);
    EXPECT_GT(outcomes[1], 100);
}

}  // namespace
}  // namespace tidepool::workloads
