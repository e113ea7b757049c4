// Files complete or not at all, whoever else writes, links or stands in the way.
#include "sim/base/atomic_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"

namespace tidepool {
namespace {

using ::testing::ElementsAre;

// A folder of its own for this test, gone at the end.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "tidepool-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }

private:
    std::filesystem::path path_;
};

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// What an action refuses with; empty when it does not. Fails on anything but an Error.
template <class Error, class Action>
std::string refusal(const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

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

TEST(AtomicFile, RemovesFilesAndSyncsFolders) {
    const Folder folder;
    std::ofstream(folder / "file") << "x";
    remove_file(folder / "file");
    EXPECT_THAT(folder.files(), ElementsAre());
    remove_file(folder / "absent");  // nothing to do
    EXPECT_THROW(remove_file(folder.path()), RunError);
    sync_folder("no_folder_in_the_name");
    EXPECT_THROW(sync_folder(folder / "absent/f"), RunError);
}

TEST(NewFile, TakesItsNameOnlyWhenComplete) {
    const Folder folder;
    {
        NewFile file(folder / "f", false);
        file.write("one ");
        file.write("two");
        EXPECT_THAT(folder.files(), ElementsAre("f.0"));
        file.commit();
        EXPECT_THAT(folder.files(), ElementsAre("f"));
    }
    EXPECT_EQ(content(folder / "f"), "one two");
    {
        NewFile given_up(folder / "g", true);
        given_up.write("half");
    }
    EXPECT_THAT(folder.files(), ElementsAre("f"));
}

TEST(NewFile, WritersOfOneNameNeverMix) {
    const Folder folder;
    NewFile a(folder / "f", true);
    NewFile b(folder / "f", true);
    a.write("aaa");
    b.write("b");
    a.write("aaa");
    a.commit();
    EXPECT_EQ(content(folder / "f"), "aaaaaa");
    b.commit();
    EXPECT_EQ(content(folder / "f"), "b");
    EXPECT_THAT(folder.files(), ElementsAre("f"));
}

TEST(NewFile, TheFirstOfSeveralWritersWinsUnlessForced) {
    const Folder folder;
    {
        NewFile slow(folder / "f", false);
        slow.write("slow");
        create_file(folder / "f", "fast", false);
        EXPECT_EQ(refusal<InputError>([&] { slow.commit(); }),
                  (folder / "f") + ": exists already, use --force to replace it\n");
    }
    EXPECT_EQ(content(folder / "f"), "fast");
    EXPECT_THAT(folder.files(), ElementsAre("f"));
}

// Dangling and looping links have a name, too; what they point to is never touched.
TEST(NewFile, ReplacesPlainFilesOnlyAndOnlyWhenForced) {
    const Folder folder;
    create_file(folder / "plain", "old", false);
    create_file(folder / "victim", "mine", false);
    std::filesystem::create_directory(folder / "folder");
    std::filesystem::create_symlink("victim", folder / "link");
    std::filesystem::create_symlink("absent", folder / "dangling");
    std::filesystem::create_symlink("loop", folder / "loop");
    const auto create = [&](const std::string& name, bool force) {
        return refusal<InputError>([&] { create_file(folder / name, "new", force); });
    };
    EXPECT_EQ(create("plain", false),
              (folder / "plain") + ": exists already, use --force to replace it\n");
    EXPECT_EQ(content(folder / "plain"), "old");
    EXPECT_EQ(create("plain", true), "");
    EXPECT_EQ(content(folder / "plain"), "new");
    for (const std::string name : {"folder", "link", "dangling", "loop"}) {
        for (const bool force : {false, true}) {
            EXPECT_EQ(create(name, force),
                      (folder / name) +
                          ": exists already and is not a plain file, choose another name\n");
        }
    }
    EXPECT_EQ(content(folder / "victim"), "mine");
    EXPECT_THAT(folder.files(),
                ElementsAre("dangling", "folder", "link", "loop", "plain", "victim"));
}

TEST(NewFile, PassesByWhatStandsUnderItsTemporaryName) {
    const Folder folder;
    create_file(folder / "victim", "mine", false);
    std::filesystem::create_symlink("victim", folder / "f.0");
    std::ofstream(folder / "f.1") << "left by a run that was killed";
    create_file(folder / "f", "bytes", true);
    EXPECT_EQ(content(folder / "f"), "bytes");
    EXPECT_EQ(content(folder / "victim"), "mine");
    EXPECT_EQ(content(folder / "f.1"), "left by a run that was killed");
}

TEST(NewFile, SaysWhatTheWorldRefused) {
    EXPECT_EQ(refusal<RunError>([] { create_file("/no/such/folder/f", "", false); }),
              "cannot create '/no/such/folder/f.0': No such file or directory");
    EXPECT_EQ(refusal<RunError>([] { create_file("/dev/null/f", "", false); }),
              "cannot look for '/dev/null/f': Not a directory");
}

}  // namespace
}  // namespace tidepool
