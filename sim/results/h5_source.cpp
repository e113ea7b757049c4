#include "sim/results/h5_source.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include <hdf5.h>

#include "sim/base/issue.h"
#include "sim/results/h5_errors.h"
#include "sim/results/h5_types.h"

namespace tidepool::results::h5 {
namespace {

constexpr std::uint64_t kDeflateAtMost = 1100;  // times smaller, and some
constexpr std::uint64_t kLargestChunk = std::uint64_t{1} << 26U;
constexpr int kMostDimensions = 2;

Handle open_file(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        throw input_error(path, error ? "cannot be read: " + error.message()
                                      : "cannot be read: it is no plain file");
    }
    const Quiet quiet;
    const Handle access(must(H5Pcreate(H5P_FILE_ACCESS), "create properties"));
    // Versions are replaced as a whole, never written in place: there is nothing to lock.
    must(H5Pset_file_locking(access.id(), false, true), "switch file locking off");
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()));
    if (file.id() < 0) {
        throw input_error(path, "is not a readable HDF5 file");
    }
    return file;
}

std::string taken(char* text) {
    std::string result = text == nullptr ? "" : text;
    H5free_memory(text);
    return result;
}

}  // namespace

Source::Source(std::string path) : path_(std::move(path)), file_(open_file(path_)) {}

void Source::damaged(const std::string& what) const {
    throw input_error(path_, "is damaged: " + what);
}

template <class T>
T Source::checked(T result, const std::string& object) const {
    if (result < 0) {
        damaged("'" + object + "' cannot be read");
    }
    return result;
}

bool Source::has(const std::string& object) const {
    const Quiet quiet;
    for (std::size_t end = object.find('/');; end = object.find('/', end + 1)) {
        const std::string part = object.substr(0, end);
        if (H5Lexists(file_.id(), part.c_str(), H5P_DEFAULT) <= 0) {
            return false;
        }
        H5L_info_t link{};
        if (H5Lget_info(file_.id(), part.c_str(), &link, H5P_DEFAULT) < 0 ||
            link.type != H5L_TYPE_HARD) {
            damaged("'" + part + "' leads elsewhere");
        }
        if (end == std::string::npos) {
            return true;
        }
    }
}

bool Source::has_attribute(const char* name) const {
    const Quiet quiet;
    return H5Aexists(file_.id(), name) > 0;
}

std::string Source::text_attribute(const char* name) const {
    const Quiet quiet;
    const Handle attribute(checked(H5Aopen(file_.id(), name, H5P_DEFAULT), name));
    const Handle type(checked(H5Aget_type(attribute.id()), name));
    const Handle space(checked(H5Aget_space(attribute.id()), name));
    if (H5Tis_variable_str(type.id()) <= 0 || H5Sget_simple_extent_npoints(space.id()) != 1) {
        damaged(std::string("'") + name + "' is no text");
    }
    char* text = nullptr;
    checked(H5Aread(attribute.id(), type.id(), static_cast<void*>(&text)), name);
    return taken(text);
}

std::uint64_t Source::number_attribute(const char* name) const {
    const Quiet quiet;
    const Handle attribute(checked(H5Aopen(file_.id(), name, H5P_DEFAULT), name));
    const Handle type(checked(H5Aget_type(attribute.id()), name));
    const Handle space(checked(H5Aget_space(attribute.id()), name));
    if (H5Tget_class(type.id()) != H5T_INTEGER || H5Sget_simple_extent_npoints(space.id()) != 1) {
        damaged(std::string("'") + name + "' is no integer");
    }
    std::uint64_t value = 0;
    checked(H5Aread(attribute.id(), native<std::uint64_t>(), &value), name);
    return value;
}

std::vector<std::string> Source::names(const std::string& group) const {
    const Quiet quiet;
    const Handle opened(checked(H5Gopen2(file_.id(), group.c_str(), H5P_DEFAULT), group));
    H5G_info_t about{};
    checked(H5Gget_info(opened.id(), &about), group);
    std::vector<std::string> result;
    for (hsize_t n = 0; n < about.nlinks; ++n) {
        const auto name = [&](char* text, std::size_t size) {
            return checked(H5Lget_name_by_idx(opened.id(), ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, n,
                                              text, size, H5P_DEFAULT),
                           group);
        };
        std::string text(static_cast<std::size_t>(name(nullptr, 0)), '\0');
        name(text.data(), text.size() + 1);
        result.push_back(std::move(text));
    }
    return result;
}

Handle Source::open(const std::string& dataset) const {
    if (!has(dataset)) {
        damaged("it lacks '" + dataset + "'");
    }
    return Handle(checked(H5Dopen2(file_.id(), dataset.c_str(), H5P_DEFAULT), dataset));
}

std::vector<std::uint64_t> Source::extent(const Handle& dataset, const std::string& name) const {
    const Handle space(checked(H5Dget_space(dataset.id()), name));
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (rank < 0 || rank > kMostDimensions) {
        damaged("'" + name + "' has the wrong shape");
    }
    std::array<hsize_t, kMostDimensions> sizes{};
    checked(H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr), name);
    return {sizes.begin(), sizes.begin() + rank};
}

// That reading it as a whole cannot take much more memory than the file has bytes for it.
void Source::require_stored(const Handle& dataset, const std::string& name) const {
    const Handle type(checked(H5Dget_type(dataset.id()), name));
    std::uint64_t values = 1;
    for (const std::uint64_t size : extent(dataset, name)) {
        values *= std::min(size, std::uint64_t{1} << 31U);
    }
    const std::uint64_t stored = H5Dget_storage_size(dataset.id());
    const std::uint64_t width = std::max<std::uint64_t>(H5Tget_size(type.id()), 1);
    if (values / kDeflateAtMost > stored / width + 1) {
        damaged("'" + name + "' is larger than what is stored of it");
    }
}

std::vector<std::string> Source::read_texts(const Handle& dataset, const std::string& name,
                                            std::uint64_t rows) const {
    require_stored(dataset, name);
    const Handle type(checked(H5Dget_type(dataset.id()), name));
    if (H5Tget_class(type.id()) != H5T_STRING) {
        damaged("'" + name + "' holds no texts");
    }
    const auto read = [&](void* to) {
        checked(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, to), name);
    };
    std::vector<std::string> result;
    result.reserve(rows);
    if (H5Tis_variable_str(type.id()) > 0) {
        std::vector<char*> pointers(rows, nullptr);
        read(static_cast<void*>(pointers.data()));
        for (char* pointer : pointers) {
            result.push_back(taken(pointer));
        }
        return result;
    }
    const std::size_t width = H5Tget_size(type.id());
    std::string block(rows * width, '\0');
    read(block.data());
    for (std::uint64_t row = 0; row < rows; ++row) {
        const char* begin = block.data() + row * width;
        result.emplace_back(begin, ::strnlen(begin, width));
    }
    return result;
}

std::string Source::text(const std::string& dataset) const {
    const Quiet quiet;
    const Handle opened = open(dataset);
    if (!extent(opened, dataset).empty()) {
        damaged("'" + dataset + "' has the wrong shape");
    }
    return read_texts(opened, dataset, 1).front();
}

double Source::number(const std::string& dataset) const {
    const Quiet quiet;
    const Handle opened = open(dataset);
    const Handle type(checked(H5Dget_type(opened.id()), dataset));
    if (!extent(opened, dataset).empty() || H5Tget_class(type.id()) != H5T_FLOAT) {
        damaged("'" + dataset + "' is no number");
    }
    double value = 0;
    checked(H5Dread(opened.id(), native<double>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &value), dataset);
    return value;
}

std::string Source::long_name(const std::string& dataset) const {
    const Quiet quiet;
    const Handle opened = open(dataset);
    const Handle attribute(checked(H5Aopen(opened.id(), "long_name", H5P_DEFAULT), dataset));
    const Handle type(checked(H5Aget_type(attribute.id()), dataset));
    const Handle space(checked(H5Aget_space(attribute.id()), dataset));
    if (H5Tis_variable_str(type.id()) <= 0 || H5Sget_simple_extent_npoints(space.id()) != 1) {
        damaged("'" + dataset + "' has no name");
    }
    char* text = nullptr;
    checked(H5Aread(attribute.id(), type.id(), static_cast<void*>(&text)), dataset);
    return taken(text);
}

std::uint64_t Source::rows(const std::string& dataset) const {
    const Quiet quiet;
    const Handle opened = open(dataset);
    const std::vector<std::uint64_t> sizes = extent(opened, dataset);
    if (sizes.size() != 1) {
        damaged("'" + dataset + "' has the wrong shape");
    }
    require_stored(opened, dataset);
    return sizes[0];
}

std::vector<std::string> Source::texts(const std::string& dataset, std::uint64_t expected) const {
    if (rows(dataset) != expected) {
        damaged("'" + dataset + "' has the wrong size");
    }
    const Quiet quiet;
    return read_texts(open(dataset), dataset, expected);
}

std::vector<std::uint64_t> Source::numbers(const std::string& dataset,
                                           std::uint64_t expected) const {
    if (rows(dataset) != expected) {
        damaged("'" + dataset + "' has the wrong size");
    }
    const Quiet quiet;
    const Handle opened = open(dataset);
    const Handle type(checked(H5Dget_type(opened.id()), dataset));
    if (H5Tget_class(type.id()) != H5T_INTEGER) {
        damaged("'" + dataset + "' holds no integers");
    }
    std::vector<std::uint64_t> values(expected);
    checked(
        H5Dread(opened.id(), native<std::uint64_t>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
        dataset);
    return values;
}

template <class T>
Source::Grid<T> Source::grid(const std::string& dataset, std::array<std::uint64_t, 2> size) const {
    const Quiet quiet;
    Handle opened = open(dataset);
    const std::vector<std::uint64_t> found = extent(opened, dataset);
    if (!std::ranges::equal(found, size)) {
        damaged("'" + dataset + "' has the wrong shape");
    }
    const Handle type(checked(H5Dget_type(opened.id()), dataset));
    const H5T_class_t wanted = std::is_same_v<T, double>        ? H5T_FLOAT
                               : std::is_same_v<T, std::int8_t> ? H5T_ENUM
                                                                : H5T_INTEGER;
    if (H5Tget_class(type.id()) != wanted ||
        (wanted == H5T_ENUM && H5Tget_size(type.id()) != sizeof(T))) {
        damaged("'" + dataset + "' has values of the wrong type");
    }
    const Handle plist(checked(H5Dget_create_plist(opened.id()), dataset));
    std::array<hsize_t, kMostDimensions> chunk{};
    if (H5Pget_layout(plist.id()) != H5D_CHUNKED ||
        H5Pget_chunk(plist.id(), kMostDimensions, chunk.data()) != kMostDimensions ||
        chunk[0] * chunk[1] > kLargestChunk / sizeof(T)) {
        damaged("'" + dataset + "' is stored in the wrong way");
    }
    return {*this, dataset, std::move(opened)};
}

template <class T>
void Source::Grid<T>::read_block(std::array<std::uint64_t, 2> at, std::array<std::uint64_t, 2> size,
                                 T* values) const {
    const Quiet quiet;
    const std::array<hsize_t, 2> from{at[0], at[1]}, count{size[0], size[1]};
    const Handle file(source_.checked(H5Dget_space(dataset_.id()), name_));
    source_.checked(
        H5Sselect_hyperslab(file.id(), H5S_SELECT_SET, from.data(), nullptr, count.data(), nullptr),
        name_);
    const Handle memory(source_.checked(H5Screate_simple(2, count.data(), nullptr), name_));
    hid_t type = native<T>();
    const Handle own(source_.checked(H5Dget_type(dataset_.id()), name_));
    if (std::is_same_v<T, std::int8_t>) {
        type = own.id();
    }
    source_.checked(H5Dread(dataset_.id(), type, memory.id(), file.id(), H5P_DEFAULT, values),
                    name_);
}

template class Source::Grid<double>;
template class Source::Grid<std::uint64_t>;
template class Source::Grid<std::int8_t>;
template Source::Grid<double> Source::grid(const std::string&, std::array<std::uint64_t, 2>) const;
template Source::Grid<std::uint64_t> Source::grid(const std::string&,
                                                  std::array<std::uint64_t, 2>) const;
template Source::Grid<std::int8_t> Source::grid(const std::string&,
                                                std::array<std::uint64_t, 2>) const;

}  // namespace tidepool::results::h5
