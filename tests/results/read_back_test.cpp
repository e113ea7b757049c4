#include "tests/results/read_back.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdlib.h>

#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>

namespace tidepool::results {
namespace {

class Id {
public:
    Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    ~Id() {
        if (id_ >= 0) {
            close_(id_);
        }
    }
    Id(const Id&) = delete;
    Id& operator=(const Id&) = delete;
    operator hid_t() const { return id_; }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

hid_t open_file(const std::string& path) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
}

struct Opened {
    Opened(const std::string& path, const std::string& name)
        : file(open_file(path), H5Fclose),
          object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose) {
        EXPECT_GE(object, 0) << path << ": " << name;
    }
    Id file, object;
};

std::size_t rows_of(hid_t dataset) {
    const Id space(H5Dget_space(dataset), H5Sclose);
    return static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0));
}

}  // namespace

bool opens(const std::string& path) {
    const Id file(open_file(path), H5Fclose);
    return file >= 0;
}

bool has(const std::string& path, const std::string& object) {
    const Id file(open_file(path), H5Fclose);
    return file >= 0 && H5Lexists(file, object.c_str(), H5P_DEFAULT) > 0;
}

std::string text_attribute(const std::string& path, const std::string& object, const char* name) {
    const Opened at(path, object);
    const Id attribute(H5Aopen(at.object, name, H5P_DEFAULT), H5Aclose);
    EXPECT_GE(attribute, 0) << object << ": " << name;
    if (attribute < 0) {
        return {};
    }
    const Id type(H5Aget_type(attribute), H5Tclose);
    EXPECT_GT(H5Tis_variable_str(type), 0) << name;
    EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8) << name;
    char* text = nullptr;
    EXPECT_GE(H5Aread(attribute, type, static_cast<void*>(&text)), 0) << name;
    const std::string result = text == nullptr ? "" : text;
    H5free_memory(text);
    return result;
}

double number_attribute(const std::string& path, const std::string& object, const char* name) {
    const Opened at(path, object);
    double value = -1;
    const Id attribute(H5Aopen(at.object, name, H5P_DEFAULT), H5Aclose);
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), 0) << object << ": " << name;
    return value;
}

std::vector<double> numbers(const std::string& path, const std::string& dataset) {
    const Opened at(path, dataset);
    std::vector<double> values(rows_of(at.object));
    EXPECT_GE(H5Dread(at.object, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
              0)
        << dataset;
    return values;
}

std::vector<std::string> texts(const std::string& path, const std::string& dataset) {
    const Opened at(path, dataset);
    const Id type(H5Dget_type(at.object), H5Tclose);
    EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8) << dataset;
    const std::size_t rows = rows_of(at.object);
    std::vector<std::string> result;
    if (H5Tis_variable_str(type) > 0) {
        std::vector<char*> pointers(rows);
        EXPECT_GE(H5Dread(at.object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                          static_cast<void*>(pointers.data())),
                  0);
        for (char* pointer : pointers) {
            result.emplace_back(pointer == nullptr ? "" : pointer);
            H5free_memory(pointer);
        }
        return result;
    }
    const std::size_t width = H5Tget_size(type);
    std::string block(rows * width, '?');
    EXPECT_GE(H5Dread(at.object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, block.data()), 0);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::string padded = block.substr(row * width, width);
        result.push_back(padded.substr(0, padded.find('\0')));
    }
    return result;
}

std::vector<std::string> links(const std::string& path, const std::string& group) {
    const Opened at(path, group);
    H5G_info_t info{};
    EXPECT_GE(H5Gget_info(at.object, &info), 0) << group;
    std::vector<std::string> names;
    for (hsize_t n = 0; n < info.nlinks; ++n) {
        std::array<char, 256> name{};
        EXPECT_GE(H5Lget_name_by_idx(at.object, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, n,
                                     name.data(), name.size(), H5P_DEFAULT),
                  0);
        names.emplace_back(name.data());
    }
    return names;
}

std::string enum_name(const std::string& path, const std::string& dataset, std::size_t row) {
    const Opened at(path, dataset);
    const Id type(H5Dget_type(at.object), H5Tclose);
    EXPECT_EQ(H5Tget_class(type), H5T_ENUM) << dataset;
    EXPECT_EQ(H5Tget_size(type), 1u) << dataset;
    std::vector<std::int8_t> values(rows_of(at.object));
    EXPECT_GE(H5Dread(at.object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    std::array<char, 64> name{};
    EXPECT_GE(H5Tenum_nameof(type, &values.at(row), name.data(), name.size()), 0);
    return name.data();
}

std::string scale_of(const std::string& path, const std::string& dataset) {
    const Opened at(path, dataset);
    std::string name(64, '\0');
    const auto visit = [](hid_t, unsigned, hid_t scale, void* text) -> herr_t {
        auto& out = *static_cast<std::string*>(text);
        out.resize(static_cast<std::size_t>(
            std::max<ssize_t>(H5DSget_scale_name(scale, out.data(), out.size()), 0)));
        return 1;
    };
    EXPECT_EQ(H5DSiterate_scales(at.object, 0, nullptr, visit, &name), 1) << dataset;
    return name;
}

std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in.good()) << path;
    return {std::istreambuf_iterator<char>(in), {}};
}

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tidepool-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
        names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

TEST(ReadBack, RefusesADamagedFile) {
    const Folder folder;
    std::ofstream(folder / "a.h5") << "\x89HDF\r\n\x1a\n and then nothing";
    EXPECT_FALSE(opens(folder / "a.h5"));
    EXPECT_FALSE(opens(folder / "absent.h5"));
}

}  // namespace tidepool::results
