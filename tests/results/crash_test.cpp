// The world at its worst: the run is killed, the disk is full.

#include <chrono>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/results/full_disk.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Header large_header() {
    Header header = sample_header();
    header.source_yaml = std::string(1'000'000, '#');  // writing takes its time
    return header;
}

// Run after run into the same file, until killed.
[[noreturn]] void write_for_ever(const std::string& path, int started) {
    const model::Ledger ledger = model::small_ledger();
    while (true) {
        ResultFile file = ResultFile::create(path, true, large_header());
        [[maybe_unused]] const ::ssize_t told = ::write(started, "x", 1);
        for (std::uint32_t now = 0; now <= 1600; now += 640) {
            file.progress(ledger, Ticks{now});
        }
        file.finish(Status::kComplete, ledger, kTextIds, {});
    }
}

TEST(Crash, AKillAtAnyMomentLeavesReadableFiles) {
    constexpr std::uint32_t kKills = 40;
    for (std::uint32_t kill = 0; kill < kKills; ++kill) {
        const Folder folder;
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const ::pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            write_for_ever(folder / "out.h5", pipe[1]);
        }
        ::close(pipe[1]);
        char byte = 0;
        ASSERT_EQ(::read(pipe[0], &byte, 1), 1);  // create() has returned
        const std::uint32_t instant = bounded(draw(1, Purpose::kSynthetic, 0, kill)[0], 40'000);
        std::this_thread::sleep_for(std::chrono::microseconds(instant));
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        ::close(pipe[0]);

        const std::string out = folder / "out.h5", partial = folder / "out.h5.partial";
        EXPECT_TRUE(std::filesystem::exists(out) || std::filesystem::exists(partial));
        if (std::filesystem::exists(out)) {
            EXPECT_EQ(text_attribute(out, "/", "status"), "complete") << instant;
            EXPECT_THAT(numbers(out, "/jobs/gpus"), ElementsAre(2, 4, 1, 4, 16)) << instant;
        }
        if (std::filesystem::exists(partial)) {
            ASSERT_TRUE(opens(partial)) << instant;
            EXPECT_EQ(texts(partial, "/scenario/source_yaml").at(0).size(), 1'000'000u) << instant;
        }
    }
}

// Runs into one file, each forced; false as soon as one of them fails or the file is not complete.
bool force_often(const std::string& path) {
    constexpr int kRuns = 30;
    const model::Ledger ledger = model::small_ledger();
    try {
        for (int run = 0; run < kRuns; ++run) {
            ResultFile file = ResultFile::create(path, true, sample_header());
            file.progress(ledger, Ticks{700});
            file.finish(Status::kComplete, ledger, kTextIds, {});
            if (text_attribute(path, "/", "status") != "complete") {
                return false;
            }
        }
    } catch (const std::exception&) {
        return false;
    }
    return true;
}

// Two processes meet at every point of a run, between writing the last image and renaming it too.
TEST(Crash, TwoForcedRunsOfOneNameDoNotDisturbEachOther) {
    const Folder folder;
    const ::pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::_exit(force_often(folder / "out.h5") ? 0 : 1);
    }
    EXPECT_TRUE(force_often(folder / "out.h5"));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_THAT(folder.files(), ElementsAre("out.h5"));
}

TEST(Crash, AFullDiskAtTheStartLeavesNothing) {
    const Folder folder;
    const std::string error = run_error_on_full_disk(
        [&] { ResultFile::create(folder / "out.h5", false, sample_header()); });
    EXPECT_THAT(error,
                HasSubstr("bytes to '" + (folder / "out.h5.partial.0") + "': File too large"));
    EXPECT_THAT(folder.files(), ElementsAre());
}

TEST(Crash, AFullDiskDuringTheRunKeepsTheLastPartialFile) {
    const Folder folder;
    ResultFile file = ResultFile::create(folder / "out.h5", false, sample_header());
    file.progress(model::small_ledger(), Ticks{700});
    const std::string before = content(folder / "out.h5.partial");
    EXPECT_THAT(run_error_on_full_disk([&] { file.progress(model::small_ledger(), Ticks{1300}); }),
                HasSubstr("cannot write"));
    EXPECT_THAT(folder.files(), ElementsAre("out.h5.partial"));
    EXPECT_EQ(content(folder / "out.h5.partial"), before);
    file.progress(model::small_ledger(), Ticks{1300});  // once there is room again
    EXPECT_EQ(number_attribute(folder / "out.h5.partial", "/", "reached_s"), 1300 / 16.0);
}

TEST(Crash, AFullDiskAtTheEndKeepsThePartialFileAndTheOldOutput) {
    const Folder folder;
    ResultFile::create(folder / "out.h5", false, sample_header())
        .finish(Status::kComplete, model::small_ledger(), kTextIds, {});
    const std::string old = content(folder / "out.h5");
    ResultFile file = ResultFile::create(folder / "out.h5", true, sample_header());
    EXPECT_THAT(run_error_on_full_disk(
                    [&] { file.finish(Status::kComplete, model::small_ledger(), kTextIds, {}); }),
                HasSubstr("cannot write"));
    EXPECT_THAT(folder.files(), ElementsAre("out.h5", "out.h5.partial"));
    EXPECT_EQ(content(folder / "out.h5"), old);
    EXPECT_EQ(text_attribute(folder / "out.h5.partial", "/", "status"), "running");
}

}  // namespace
}  // namespace tidepool::results
