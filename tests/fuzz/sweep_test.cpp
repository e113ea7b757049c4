// Damaged sweep files: loading them and all their cells must end, and say what is wrong.

#include "sim/scenario/sweep.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/base/random.h"
#include "sim/config/text.h"

namespace tidepool::scenario {
namespace {

constexpr std::string_view kScenario =
    "tidepool: 1\nname: small\ntopology:\n  clusters: [{name: a, server: hgx-h100, nodes: 4}]\n"
    "workloads:\n  - trace: {file: jobs.csv}\n";

constexpr std::string_view kSweep =
    "# A sweep over the things that people ask about most often, with many words around it,\n"
    "# so that some of the damage does no harm: a comment may say whatever it wants to say.\n"
    "tidepool_sweep: 1\n"
    "name: a sweep with a long name that may be damaged a little without being refused\n"
    "question: Which of these is best, if any of them is, and how sure can one be of it\n"
    "base: small.yaml\nset: {horizon: 90 d}  # three months, as every quarter has them\n"
    "list:\n  - {failures.scale: 1, checkpoint.interval: none}\n  - {seed: 70}\n"
    "zip:  # in step\n  topology.clusters[0].nodes: [8, 16]\n  scheduler.spare_nodes: [2, 4]\n"
    "grid:  # all of them\n  scheduler.queue: [fifo, easy]\nreplicas: 10  # of each\n";

constexpr std::array<std::string_view, 20> kPieces{
    "[",   "]",   "{", "}", ": ", "- ", ",",   ".",     "\"",           "'",
    "[0]", "[9]", "/", "=", "~",  "\n", "set", "zip: ", "seed: [1, 2]", "&a "};

std::string mutated(std::uint32_t number) {
    std::string text(kSweep);
    std::uint32_t k = 0;
    const auto below = [&](std::size_t n) {
        const Block block = draw(20'261'122, Purpose::kSynthetic, number, k++);
        return n == 0 ? 0 : bounded(block[0], static_cast<std::uint32_t>(n));
    };
    for (std::size_t times = 1 + below(3); times > 0; --times) {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min<std::size_t>(1 + below(12), text.size() - at);
        switch (below(4)) {
            case 0:
                text.erase(at, length);
                break;
            case 1:
                text.insert(at, text.substr(at, length));
                break;
            case 2:
                text.insert(at, kPieces[below(kPieces.size())]);
                break;
            default:
                if (at < text.size()) {
                    text[at] = static_cast<char>(text[at] ^ (1 << below(7)));
                }
        }
    }
    return text;
}

TEST(MutatedSweeps, NeverBreakTheLoader) {
    const auto folder = std::filesystem::temp_directory_path() / "mutated_sweeps";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "jobs.csv") << "job_id,submit,duration,gpus\n1,0,10,8\n2,5,10,16\n";
    std::ofstream(folder / "small.yaml") << kScenario;
    constexpr std::uint32_t kCases = 300;
    std::uint32_t accepted = 0;
    for (std::uint32_t i = 0; i < kCases; ++i) {
        const std::string text = mutated(i);
        std::ofstream(folder / "sweep.yaml") << text;
        try {
            Sweep sweep = Sweep::load((folder / "sweep.yaml").string(), {});
            ASSERT_LE(sweep.cells(), 1000U) << text;
            for (std::uint64_t cell = 0; cell < sweep.cells(); ++cell) {
                EXPECT_EQ(sweep.labels(cell).size(), sweep.axes().size()) << text;
            }
            sweep.check_cells(1);
            ++accepted;
        } catch (const InputError& error) {
            EXPECT_FALSE(error.issues().empty()) << text;
            for (const Issue& issue : error.issues()) {
                EXPECT_FALSE(issue.problem.empty()) << text;
                EXPECT_FALSE(config::find_bad_byte(to_string(issue))) << text;
            }
        }
    }
    // Both verdicts must occur often, else the mutations test nothing.
    EXPECT_GT(accepted, kCases / 50);
    EXPECT_LT(accepted, kCases / 2);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tidepool::scenario
