// Sweep files that are not as they should be: every one of them is an InputError, none a crash.

#include <array>
#include <cstdint>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "sim/base/issue.h"
#include "tests/results/read_back.h"
#include "tests/results/sweep_sample.h"

// The library loses some memory of its own when it finds that a file is damaged.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the leak sanitizer looks for this name
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libhdf5";
}

namespace tidepool::results {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string read_error(const std::string& path) {
    try {
        read_sweep(path);
    } catch (const InputError& error) {
        return error.what();
    }
    return "no InputError";
}

std::string good_image() {
    const SweepHeader header = shard_of(sweep_header(6, 4), 1, 2);
    return sweep_image(header, full_table(header), Status::kComplete, {});
}

// What reading says after `change` was made to a good file.
std::string after(const std::function<void(hid_t)>& change) {
    const Folder folder;
    const std::string path = folder / "s.h5";
    std::ofstream(path, std::ios::binary) << good_image();
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    EXPECT_GE(file, 0);
    change(file);
    EXPECT_GE(H5Fclose(file), 0);
    std::string error = read_error(path);
    if (error.starts_with(path + ": ")) {
        error.erase(0, path.size() + 2);
    }
    return error;
}

void put(hid_t file, const char* name, hid_t type, std::vector<hsize_t> sizes, bool chunked = false,
         hsize_t chunk = 1) {
    H5Ldelete(file, name, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    if (chunked) {
        const std::vector<hsize_t> chunks(sizes.size(), chunk);
        EXPECT_GE(H5Pset_chunk(plist, static_cast<int>(sizes.size()), chunks.data()), 0);
    }
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    EXPECT_GE(dataset, 0) << name;
    H5Dclose(dataset);
    H5Pclose(plist);
    H5Sclose(space);
}

void put_number(hid_t file, const char* name, std::uint64_t value) {
    const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_UINT64, &value), 0) << name;
    H5Aclose(attribute);
}

TEST(SweepRead, AcceptsTheFileThatTheOthersDifferFrom) {
    EXPECT_EQ(after([](hid_t) {}), "no InputError");
}

TEST(SweepRead, NamesWhatIsLacking) {
    for (const char* name : {"tidepool_schema", "kind"}) {
        EXPECT_EQ(after([&](hid_t file) { H5Adelete(file, name); }),
                  "is not the result of a sweep\n");
    }
    for (const char* name : {"title", "question", "status", "sweep_id", "cells", "replicas",
                             "shard", "first_row", "last_row"}) {
        EXPECT_THAT(after([&](hid_t file) { H5Adelete(file, name); }),
                    AllOf(StartsWith("is damaged: '"), HasSubstr(name)));
    }
    for (const std::string name :
         {"scenario", "sweep", "sweep/scenario", "scenario/source_yaml", "scenario/base_yaml",
          "scenario/inputs/sha256", "sweep/replica", "sweep/replica/replica", "sweep/replica/state",
          "sweep/replica/seed", "sweep/replica/decision_hash", "sweep/replica/ettr",
          "sweep/histogram/wait"}) {
        EXPECT_THAT(after([&](hid_t file) { H5Ldelete(file, name.c_str(), H5P_DEFAULT); }),
                    AllOf(StartsWith("is damaged: it lacks '"), HasSubstr(name)));
    }
    const Folder folder;
    EXPECT_THAT(read_error(folder / "none"), HasSubstr("none: cannot be read: "));
    EXPECT_THAT(read_error(folder.path()), HasSubstr("no plain file"));
}

TEST(SweepRead, NamesWhatHasTheWrongTypeOrShape) {
    struct Case {
        const char* name;
        hid_t type;
        std::vector<hsize_t> sizes;
    };
    const hid_t number = H5T_STD_U64LE, real = H5T_IEEE_F64LE;
    for (const auto& [name, type, sizes] :
         {Case{"sweep/replica/seed", number, {4, 6}}, Case{"sweep/replica/seed", number, {24}},
          Case{"sweep/replica/seed", real, {6, 4}}, Case{"sweep/replica/ettr", number, {6, 4}},
          Case{"sweep/replica/state", H5T_STD_I8LE, {6, 4}},
          Case{"sweep/histogram/wait", number, {6, 1727}},
          Case{"sweep/param/scheduler.queue", number, {6}},
          Case{"scenario/source_yaml", number, {1}}, Case{"scenario/inputs/bytes", real, {2}}}) {
        EXPECT_THAT(after([&, &n = name, &t = type, &s = sizes](hid_t file) {
                        put(file, n, t, s, s.size() == 2);
                    }),
                    AllOf(StartsWith("is damaged: '"), HasSubstr(name)));
    }
    EXPECT_THAT(after([](hid_t file) {
                    put(file, "sweep/replica/seed", H5T_STD_U64LE, {6, 4});
                }),
                HasSubstr("'sweep/replica/seed' is stored in the wrong way"));
}

TEST(SweepRead, TakesNoMemoryForWhatIsNotStored) {
    const std::uint64_t huge = std::uint64_t{1} << 36U;
    const auto cells = [&](hid_t file) {
        put_number(file, "cells", huge);
        put(file, "sweep/scenario", H5T_STD_U64LE, {huge}, true, 1024);
    };
    EXPECT_THAT(after(cells), HasSubstr("'sweep/scenario' is larger than what is stored of it"));
    EXPECT_THAT(after([&](hid_t file) {
                    put(file, "scenario/inputs/path", H5T_STD_U64LE, {huge}, true, 1024);
                }),
                HasSubstr("'scenario/inputs/path' is larger than what is stored of it"));
    EXPECT_THAT(after([&](hid_t file) { put_number(file, "replicas", huge); }),
                HasSubstr("numbers of cells and replicas"));
    EXPECT_THAT(after([&](hid_t file) { put_number(file, "cells", 0); }),
                HasSubstr("numbers of cells and replicas"));
}

TEST(SweepRead, RefusesRowsAndRangesThatCannotBe) {
    EXPECT_THAT(after([](hid_t file) { put_number(file, "last_row", 25); }),
                HasSubstr("its shard does not exist"));
    EXPECT_THAT(after([](hid_t file) { put_number(file, "shard", 3); }),
                HasSubstr("its shard does not exist"));
    EXPECT_THAT(after([](hid_t file) { put_number(file, "last_row", 11); }),
                HasSubstr("a row has a state that it cannot have"));
    EXPECT_THAT(after([](hid_t file) {
                    const hid_t dataset = H5Dopen2(file, "sweep/replica/state", H5P_DEFAULT);
                    const hid_t type = H5Dget_type(dataset);
                    std::array<std::int8_t, 24> states{};
                    states[5] = 3;
                    EXPECT_GE(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, states.data()),
                              0);
                    H5Tclose(type);
                    H5Dclose(dataset);
                }),
                HasSubstr("a row has a state that it cannot have"));
}

TEST(SweepRead, RefusesFilesThatAreCutOff) {
    const Folder folder;
    const std::string whole = good_image(), path = folder / "cut.h5";
    for (std::size_t length = 0; length < whole.size(); length += 997 + length / 20) {
        std::ofstream(path, std::ios::binary) << whole.substr(0, length);
        EXPECT_THAT(read_error(path), HasSubstr("cut.h5: is not a readable HDF5 file")) << length;
    }
}

// A flipped bit is found by a checksum, or it is in a part that nobody reads.
TEST(SweepRead, SurvivesFlippedBits) {
    const Folder folder;
    const std::string whole = good_image(), path = folder / "flipped.h5";
    int refused = 0;
    for (std::uint32_t n = 0; n < 300; ++n) {
        std::string bytes = whole;
        const auto words = draw(5, Purpose::kSynthetic, 0, n);
        // Half of them in the first 64 KiB, where the structure is.
        const auto span = static_cast<std::uint32_t>(n % 2 == 0 ? bytes.size() : 65'536);
        bytes[bounded(words[0], span)] ^= static_cast<char>(1U << (words[1] % 8));
        std::ofstream(path, std::ios::binary) << bytes;
        refused += read_error(path) != "no InputError" ? 1 : 0;
    }
    EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace tidepool::results
