#include "sim/results/atomic_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "tests/results/read_back.h"

namespace tidepool::results {
namespace {

using ::testing::ElementsAre;

TEST(AtomicFile, NewNamesAreNeverTakenTwice) {
    const Folder folder;
    const std::string a = write_beside(folder / "f", "one", false);
    const std::string b = write_beside(folder / "f", "two", true);
    EXPECT_EQ(a, folder / "f.0");
    EXPECT_EQ(b, folder / "f.1");
    EXPECT_TRUE(move_new(a, folder / "f"));
    EXPECT_FALSE(move_new(b, folder / "f"));
    EXPECT_EQ(content(folder / "f"), "one");
    EXPECT_EQ(content(b), "two");
    move_over(b, folder / "f");
    EXPECT_EQ(content(folder / "f"), "two");
    EXPECT_THAT(folder.files(), ElementsAre("f"));
}

TEST(AtomicFile, ReplacingIntoAFolderFailsAndLeavesNothingBehind) {
    const Folder folder;
    std::filesystem::create_directory(folder / "f");
    EXPECT_THROW(replace_file(folder / "f", "bytes", false), RunError);
    EXPECT_THAT(folder.files(), ElementsAre("f"));
    EXPECT_THROW(move_over(folder / "absent", folder / "g"), RunError);
}

TEST(AtomicFile, GivesUpWhenEveryTemporaryNameIsTaken) {
    const Folder folder;
    for (int n = 0; n < 100; ++n) {
        std::ofstream(folder / ("f." + std::to_string(n)));
    }
    EXPECT_THROW(write_beside(folder / "f", "bytes", false), RunError);
}

TEST(AtomicFile, KnowsLinksFromFiles) {
    const Folder folder;
    std::ofstream(folder / "file") << "x";
    std::filesystem::create_symlink("file", folder / "link");
    std::filesystem::create_symlink("absent", folder / "dangling");
    EXPECT_TRUE(is_regular(folder / "file"));
    EXPECT_FALSE(is_regular(folder / "link"));
    EXPECT_TRUE(exists(folder / "dangling"));
    EXPECT_FALSE(exists(folder / "absent"));
    remove_file(folder / "absent");  // nothing to do
    EXPECT_THROW(remove_file(folder.path()), RunError);
    sync_folder("no_folder_in_the_name");
    EXPECT_THROW(sync_folder(folder / "absent/f"), RunError);
}

}  // namespace
}  // namespace tidepool::results
