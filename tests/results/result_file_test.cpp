#include "sim/results/result_file.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/results/layout.h"
#include "tests/results/read_back.h"
#include "tests/results/sample.h"

namespace tidepool::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Provenance kProvenance{{"version", "0.1.0"}, {"threads", std::int64_t{2}}, {"wall_s", 1.5}};

std::string input_error(const std::string& path, bool force) {
    try {
        ResultFile::create(path, force, sample_header());
    } catch (const InputError& error) {
        return error.what();
    }
    return "no InputError";
}

std::string run_error(const std::function<void()>& attempt) {
    try {
        attempt();
    } catch (const RunError& error) {
        return error.what();
    }
    return "no RunError";
}

TEST(ResultFile, BecomesTheOutputOnlyWhenComplete) {
    const Folder folder;
    ResultFile file = ResultFile::create(folder / "out.h5", false, sample_header());
    EXPECT_THAT(folder.files(), ElementsAre("out.h5.partial"));
    file.progress(model::small_ledger(), Ticks{700});
    EXPECT_THAT(folder.files(), ElementsAre("out.h5.partial"));
    EXPECT_EQ(file.finish(Status::kComplete, model::small_ledger(), kTextIds, kProvenance),
              folder / "out.h5");
    EXPECT_THAT(folder.files(), ElementsAre("out.h5"));
    EXPECT_EQ(text_attribute(folder / "out.h5", "/", "status"), "complete");
}

TEST(ResultFile, StaysPartialWhenInterruptedOrFailed) {
    for (const Status status : {Status::kInterrupted, Status::kFailed}) {
        const Folder folder;
        ResultFile file = ResultFile::create(folder / "out.h5", false, sample_header());
        EXPECT_EQ(file.finish(status, model::small_ledger(), kTextIds, kProvenance),
                  folder / "out.h5.partial");
        EXPECT_THAT(folder.files(), ElementsAre("out.h5.partial"));
        EXPECT_EQ(text_attribute(folder / "out.h5.partial", "/", "status"), name_of(status));
        EXPECT_EQ(numbers(folder / "out.h5.partial", "/summary/jobs_submitted").at(0), 5);
    }
}

TEST(ResultFile, HoldsTheScenarioBeforeTheFirstEvent) {
    const Folder folder;
    ResultFile::create(folder / "out.h5", false, sample_header());
    const std::string path = folder / "out.h5.partial";
    EXPECT_EQ(text_attribute(path, "/", "status"), "running");
    EXPECT_EQ(number_attribute(path, "/", "reached_s"), 0);
    EXPECT_EQ(number_attribute(path, "/", "horizon_s"), 200);
    EXPECT_THAT(texts(path, "/scenario/source_yaml"), ElementsAre("name: small run  # für dich\n"));
    EXPECT_THAT(texts(path, "/scenario/resolved_yaml"), ElementsAre("name: small run\nseed: 7\n"));
    EXPECT_THAT(texts(path, "/scenario/overrides"), ElementsAre("seed=7", "horizon=200 s"));
    EXPECT_THAT(texts(path, "/scenario/inputs/path"),
                ElementsAre("scenario.yaml", "traces/t.csv.gz"));
    EXPECT_THAT(texts(path, "/scenario/inputs/sha256"),
                ElementsAre(std::string(64, 'a'), std::string(64, '0')));
    EXPECT_THAT(numbers(path, "/scenario/inputs/bytes"), ElementsAre(29, 5e9));
    EXPECT_FALSE(has(path, "/jobs"));
}

TEST(ResultFile, HoldsTheBinsThatEndedWhileTheRunGoesOn) {
    const Folder folder;
    ResultFile file = ResultFile::create(folder / "out.h5", false, sample_header());
    const std::string path = file.partial_path();
    file.progress(model::small_ledger(), Ticks{639});
    EXPECT_THAT(numbers(path, "/timeseries/cluster/allocated"), IsEmpty());
    file.progress(model::small_ledger(), Ticks{640});
    EXPECT_THAT(numbers(path, "/timeseries/cluster/allocated"), ElementsAre(2));
    file.progress(model::small_ledger(), Ticks{1599});
    EXPECT_THAT(numbers(path, "/timeseries/cluster/allocated"), ElementsAre(2, 4));
    EXPECT_THAT(numbers(path, "/timeseries/cluster/time"), ElementsAre(0, 40));
    EXPECT_EQ(number_attribute(path, "/", "reached_s"), 1599 / 16.0);
    EXPECT_EQ(text_attribute(path, "/", "status"), "running");
    EXPECT_THAT(texts(path, "/scenario/overrides"), ElementsAre("seed=7", "horizon=200 s"));
}

TEST(ResultFile, RefusesToReplaceFilesUnasked) {
    const Folder folder;
    std::ofstream(folder / "out.h5") << "old";
    EXPECT_EQ(input_error(folder / "out.h5", false),
              (folder / "out.h5") + ": exists already, replace it with --force\n");
    EXPECT_THAT(folder.files(), ElementsAre("out.h5"));
    EXPECT_EQ(content(folder / "out.h5"), "old");
}

TEST(ResultFile, RefusesToReplaceWhatAnotherRunLeftOrIsWriting) {
    const Folder folder;
    ResultFile::create(folder / "out.h5", false, sample_header());
    EXPECT_THAT(input_error(folder / "out.h5", false),
                HasSubstr("out.h5.partial: exists already, delete it"));
    EXPECT_EQ(input_error(folder / "out.h5", true), "no InputError");
}

TEST(ResultFile, ReplacesBothWhenForced) {
    const Folder folder;
    std::ofstream(folder / "out.h5") << "old";
    std::ofstream(folder / "out.h5.partial") << "older";
    ResultFile file = ResultFile::create(folder / "out.h5", true, sample_header());
    EXPECT_EQ(content(folder / "out.h5"), "old");  // until there is something better
    EXPECT_TRUE(opens(folder / "out.h5.partial"));
    file.finish(Status::kComplete, model::small_ledger(), kTextIds, {});
    EXPECT_THAT(folder.files(), ElementsAre("out.h5"));
    EXPECT_TRUE(opens(folder / "out.h5"));
}

TEST(ResultFile, NeverReplacesFoldersOrLinks) {
    const Folder folder;
    std::filesystem::create_directory(folder / "d.h5");
    std::filesystem::create_symlink("nowhere", folder / "l.h5");
    std::filesystem::create_directory(folder / "p.h5.partial");
    for (const char* name : {"d.h5", "l.h5", "p.h5"}) {
        EXPECT_THAT(input_error(folder / name, true), HasSubstr("is not a plain file")) << name;
    }
    EXPECT_THAT(input_error("", false), HasSubstr("needs a file name (got '')"));
    EXPECT_THAT(input_error(folder.path() + "/", true), HasSubstr("needs a file name"));
    EXPECT_THAT(folder.files(), ElementsAre("d.h5", "l.h5", "p.h5.partial"));
}

TEST(ResultFile, SaysWhatItCouldNotCreate) {
    const auto create = [](const std::string& path) {
        return run_error([&] { ResultFile::create(path, false, sample_header()); });
    };
    const Folder folder;
    EXPECT_EQ(create(folder / "no/out.h5"), "cannot create '" + (folder / "no/out.h5.partial.0") +
                                                "': No such file or directory");
    EXPECT_THAT(create("/proc/out.h5"), HasSubstr("cannot create '/proc/out.h5.partial.0': "));
}

TEST(ResultFile, KeepsBothWhenTheOutputAppearsDuringTheRun) {
    const Folder folder;
    ResultFile file = ResultFile::create(folder / "out.h5", false, sample_header());
    std::ofstream(folder / "out.h5") << "somebody else's";
    const std::string error = run_error(
        [&] { file.finish(Status::kComplete, model::small_ledger(), kTextIds, kProvenance); });
    EXPECT_THAT(error, HasSubstr("it was created during the run"));
    EXPECT_EQ(content(folder / "out.h5"), "somebody else's");
    EXPECT_EQ(text_attribute(folder / "out.h5.partial", "/", "status"), "complete");
}

// Two forced runs, step by step in turn: neither takes the other's unfinished file for its result.
TEST(ResultFile, TwoForcedRunsOfOneNameBothEndWell) {
    const Folder folder;
    const std::string out = folder / "out.h5";
    Header second = sample_header();
    second.title = "second";
    ResultFile a = ResultFile::create(out, true, sample_header());
    ResultFile b = ResultFile::create(out, true, second);
    a.progress(model::small_ledger(), Ticks{700});
    b.progress(model::small_ledger(), Ticks{1300});
    EXPECT_EQ(a.finish(Status::kComplete, model::small_ledger(), kTextIds, {}), out);
    EXPECT_EQ(text_attribute(out, "/", "status"), "complete");
    EXPECT_EQ(text_attribute(out, "/", "title"), "small run");
    EXPECT_EQ(b.finish(Status::kComplete, model::small_ledger(), kTextIds, {}), out);
    EXPECT_EQ(text_attribute(out, "/", "status"), "complete");
    EXPECT_EQ(text_attribute(out, "/", "title"), "second");
    EXPECT_THAT(folder.files(), ElementsAre("out.h5"));
}

TEST(ResultFile, KeepsTheResultWhenTheOutputBecameAFolder) {
    const Folder folder;
    ResultFile file = ResultFile::create(folder / "out.h5", true, sample_header());
    std::filesystem::create_directory(folder / "out.h5");
    EXPECT_THAT(
        run_error([&] { file.finish(Status::kComplete, model::small_ledger(), kTextIds, {}); }),
        HasSubstr("cannot rename"));
    EXPECT_THAT(folder.files(), ElementsAre("out.h5", "out.h5.partial"));
    EXPECT_EQ(text_attribute(folder / "out.h5.partial", "/", "status"), "complete");
}

TEST(ResultFile, WorksWithoutAFolderInItsName) {
    const Folder folder;
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    ResultFile file = ResultFile::create("out.h5", false, sample_header());
    EXPECT_EQ(file.finish(Status::kComplete, model::small_ledger(), kTextIds, {}), "out.h5");
    std::filesystem::current_path(before);
    EXPECT_THAT(folder.files(), ElementsAre("out.h5"));
}

TEST(TimeUnits, AreThoseOfCf) {
    EXPECT_EQ(time_units(""), "s");
    EXPECT_EQ(time_units("2017-10-03T00:00:00+08:00"), "seconds since 2017-10-03 00:00:00 +08:00");
    EXPECT_EQ(time_units("2017-10-03T12:00:00Z"), "seconds since 2017-10-03 12:00:00");
    EXPECT_EQ(time_units("2017-10-03 12:00:00-07:00"), "seconds since 2017-10-03 12:00:00 -07:00");
    EXPECT_EQ(time_units("2017-10-03T12:00:00"), "seconds since 2017-10-03 12:00:00");
    EXPECT_EQ(time_units("2017-10-03"), "seconds since 2017-10-03");
}

}  // namespace
}  // namespace tidepool::results
