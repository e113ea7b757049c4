// Grids: datasets that are filled block by block.

#include <limits>
#include <string>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "sim/base/assert.h"
#include "sim/results/h5.h"
#include "sim/results/h5_errors.h"
#include "sim/results/h5_types.h"

namespace tidepool::results::h5 {
namespace {

constexpr unsigned kGzip = 1;
// Up to so many rows of one dimension an index of chunks would be larger than the values.
constexpr std::uint64_t kCompactRows = 128;
constexpr std::size_t kMostDimensions = 2;

// As the library wants it.
struct Sizes {
    explicit Sizes(Extent extent) : rank(static_cast<int>(extent.size())) {
        TP_ASSERT(!extent.empty() && extent.size() <= kMostDimensions, "one or two dimensions");
        for (std::size_t d = 0; d < extent.size(); ++d) {
            values[d] = extent[d];
        }
    }
    int rank;
    hsize_t values[kMostDimensions] = {};
};

void set_fill(const Handle& plist, hid_t type) {
    must(H5Pset_fill_time(plist.id(), H5D_FILL_TIME_IFSET), "set the fill time");
    if (H5Tget_class(type) == H5T_FLOAT) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        must(H5Pset_fill_value(plist.id(), H5T_NATIVE_DOUBLE, &nan), "set the fill value");
    }
}

Handle grid_properties(hid_t type, Extent size, Extent chunk) {
    Handle plist(must(H5Pcreate(H5P_DATASET_CREATE), "create properties"));
    const Sizes sizes(chunk);
    must(H5Pset_obj_track_times(plist.id(), false), "switch object times off");
    if (size.size() == 1 && size[0] <= kCompactRows) {
        must(H5Pset_layout(plist.id(), H5D_COMPACT), "store values with their header");
        set_fill(plist, type);
        return plist;
    }
    must(H5Pset_chunk(plist.id(), sizes.rank, sizes.values), "set the chunk size");
    must(H5Pset_alloc_time(plist.id(), H5D_ALLOC_TIME_INCR), "store only chunks with values");
    set_fill(plist, type);
    must(H5Pset_shuffle(plist.id()), "shuffle");
    must(H5Pset_deflate(plist.id(), kGzip), "compress");
    must(H5Pset_fletcher32(plist.id()), "add checksums");
    return plist;
}

}  // namespace

Dataset Group::empty_grid(const char* name, std::int64_t type, Extent size, Extent chunk,
                          const Meaning& meaning) {
    const Quiet quiet;
    const Sizes sizes(size);
    const Handle space(must(H5Screate_simple(sizes.rank, sizes.values, nullptr), "create a space"));
    const Handle plist = grid_properties(type, size, chunk);
    Dataset grid(
        Handle(must(H5Dcreate2(id(), name, type, space.id(), H5P_DEFAULT, plist.id(), H5P_DEFAULT),
                    std::string("create the dataset ") + name)));
    describe(grid, meaning);
    return grid;
}

template <class T>
Dataset Group::grid(const char* name, Extent size, Extent chunk, const Meaning& meaning) {
    return empty_grid(name, stored<T>(), size, chunk, meaning);
}
template Dataset Group::grid<double>(const char*, Extent, Extent, const Meaning&);
template Dataset Group::grid<std::uint64_t>(const char*, Extent, Extent, const Meaning&);

Dataset Group::enum_grid(const char* name, Extent size, Extent chunk,
                         std::span<const std::string_view> names, const Meaning& meaning) {
    const Quiet quiet;
    const Handle type = enum_type(names);
    return empty_grid(name, type.id(), size, chunk, meaning);
}

void Dataset::lie_along(Dataset& scale, unsigned dimension) {
    const Quiet quiet;
    must(H5DSattach_scale(id(), scale.id(), dimension), "attach a scale");
}

template <class T>
void Dataset::write_block(Extent at, Extent size, const T* values) {
    const Quiet quiet;
    const Sizes from(at), count(size);
    const Handle file(must(H5Dget_space(id()), "get a space"));
    must(
        H5Sselect_hyperslab(file.id(), H5S_SELECT_SET, from.values, nullptr, count.values, nullptr),
        "select a block");
    const Handle memory(
        must(H5Screate_simple(count.rank, count.values, nullptr), "create a space"));
    const Handle own(must(H5Dget_type(id()), "get a type"));
    const bool named = H5Tget_class(own.id()) == H5T_ENUM;
    must(
        H5Dwrite(id(), named ? own.id() : native<T>(), memory.id(), file.id(), H5P_DEFAULT, values),
        "write a block");
}
template void Dataset::write_block(Extent, Extent, const double*);
template void Dataset::write_block(Extent, Extent, const std::uint64_t*);
template void Dataset::write_block(Extent, Extent, const std::int8_t*);

}  // namespace tidepool::results::h5
