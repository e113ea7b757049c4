#include "sim/results/h5.h"

#include <algorithm>
#include <limits>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "sim/results/h5_errors.h"
#include "sim/results/h5_types.h"

namespace tidepool::results::h5 {
namespace {

constexpr hsize_t kChunkRows = 16'384;  // 128 KiB of doubles
constexpr unsigned kGzip = 1;           // 4 is no smaller and slower

// H5T_VARIABLE or a number of bytes, padded with NUL.
Handle text_type(std::size_t size) {
    Handle type(must(H5Tcopy(H5T_C_S1), "copy a type"));
    must(H5Tset_size(type.id(), size), "size a text type");
    must(H5Tset_cset(type.id(), H5T_CSET_UTF8), "make a type UTF-8");
    if (size != H5T_VARIABLE) {
        must(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "pad a text type");
    }
    return type;
}

Handle scalar_space() {
    return Handle(must(H5Screate(H5S_SCALAR), "create a space"));
}

void write_attribute(hid_t object, const char* name, hid_t type, hid_t memory_type,
                     const void* value) {
    const Quiet quiet;
    const Handle space = scalar_space();
    const std::string what = std::string("write the attribute ") + name;
    const Handle attribute(
        must(H5Acreate2(object, name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT), what));
    must(H5Awrite(attribute.id(), memory_type, value), what);
}

Handle dataset_properties(hid_t type, std::size_t rows) {
    Handle plist(must(H5Pcreate(H5P_DATASET_CREATE), "create properties"));
    must(H5Pset_obj_track_times(plist.id(), false), "switch object times off");
    must(H5Pset_fill_time(plist.id(), H5D_FILL_TIME_IFSET), "set the fill time");
    if (H5Tget_class(type) == H5T_FLOAT) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        must(H5Pset_fill_value(plist.id(), H5T_NATIVE_DOUBLE, &nan), "set the fill value");
    }
    if (rows == 0) {
        return plist;  // scalars and empty columns have nothing to cut into chunks
    }
    const hsize_t chunk = std::min<hsize_t>(rows, kChunkRows);
    must(H5Pset_chunk(plist.id(), 1, &chunk), "set the chunk size");
    if (H5Tis_variable_str(type) > 0) {
        return plist;  // the library filters no references to texts
    }
    must(H5Pset_shuffle(plist.id()), "shuffle");
    must(H5Pset_deflate(plist.id(), kGzip), "compress");
    must(H5Pset_fletcher32(plist.id()), "add checksums");
    return plist;
}

Handle create_dataset(hid_t where, const char* name, hid_t type, hid_t space, std::size_t rows) {
    const Handle plist = dataset_properties(type, rows);
    return Handle(must(H5Dcreate2(where, name, type, space, H5P_DEFAULT, plist.id(), H5P_DEFAULT),
                       std::string("create the dataset ") + name));
}

}  // namespace

Handle::~Handle() {
    if (id_ >= 0) {
        const Quiet quiet;
        H5Idec_ref(id_);  // what could fail has been flushed and checked before
    }
}

void Object::attribute(const char* name, std::string_view text) {
    const Handle type = text_type(H5T_VARIABLE);
    const std::string terminated(text);
    const char* value = terminated.c_str();
    write_attribute(id(), name, type.id(), type.id(), static_cast<const void*>(&value));
}

template <class T>
void Object::number(const char* name, T value) {
    write_attribute(id(), name, stored<T>(), native<T>(), &value);
}

void Object::attribute(const char* name, double value) {
    number(name, value);
}
void Object::attribute(const char* name, std::int32_t value) {
    number(name, value);
}
void Object::attribute(const char* name, std::int64_t value) {
    number(name, value);
}
void Object::attribute(const char* name, std::uint64_t value) {
    number(name, value);
}

void Dataset::scale_of(const char* name, std::span<Dataset* const> columns) {
    const Quiet quiet;
    must(H5DSset_scale(id(), name), std::string("make the dimension scale ") + name);
    for (const Dataset* column : columns) {
        must(H5DSattach_scale(column->id(), id(), 0), std::string("attach the scale ") + name);
    }
}

Group Group::group(const char* name) {
    const Quiet quiet;
    const Handle plist(must(H5Pcreate(H5P_GROUP_CREATE), "create properties"));
    must(H5Pset_obj_track_times(plist.id(), false), "switch object times off");
    must(H5Pset_link_creation_order(plist.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
         "order links");
    return Group(Handle(must(H5Gcreate2(id(), name, H5P_DEFAULT, plist.id(), H5P_DEFAULT),
                             std::string("create the group ") + name)));
}

Group Group::existing(const char* name) {
    const Quiet quiet;
    return Group(
        Handle(must(H5Gopen2(id(), name, H5P_DEFAULT), std::string("open the group ") + name)));
}

void Group::remove(const char* name) {
    const Quiet quiet;
    if (H5Lexists(id(), name, H5P_DEFAULT) > 0) {
        must(H5Ldelete(id(), name, H5P_DEFAULT), std::string("take away ") + name);
    }
}

Dataset Group::scalar(const char* name, double value, const Meaning& meaning) {
    const Quiet quiet;
    const Handle space = scalar_space();
    Dataset dataset(create_dataset(id(), name, H5T_IEEE_F64LE, space.id(), 0));
    must(H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value),
         std::string("write ") + name);
    describe(dataset, meaning);
    return dataset;
}

Dataset Group::text(const char* name, std::string_view text, const Meaning& meaning) {
    const Quiet quiet;
    const Handle type = text_type(H5T_VARIABLE);
    const Handle space = scalar_space();
    Dataset dataset(create_dataset(id(), name, type.id(), space.id(), 0));
    const std::string terminated(text);
    const char* value = terminated.c_str();
    must(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                  static_cast<const void*>(&value)),
         std::string("write ") + name);
    describe(dataset, meaning);
    return dataset;
}

Dataset Group::write(const char* name, std::int64_t type, std::int64_t memory_type,
                     const void* values, std::size_t rows, const Meaning& meaning) {
    const Quiet quiet;
    const hsize_t extent = rows;
    const Handle space(must(H5Screate_simple(1, &extent, nullptr), "create a space"));
    Dataset dataset(create_dataset(id(), name, type, space.id(), rows));
    if (rows > 0) {
        must(H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
             std::string("write ") + name);
    }
    describe(dataset, meaning);
    return dataset;
}

template <class T>
Dataset Group::column(const char* name, std::span<const T> values, const Meaning& meaning) {
    return write(name, stored<T>(), native<T>(), values.data(), values.size(), meaning);
}
template Dataset Group::column(const char*, std::span<const double>, const Meaning&);
template Dataset Group::column(const char*, std::span<const std::int32_t>, const Meaning&);
template Dataset Group::column(const char*, std::span<const std::uint32_t>, const Meaning&);
template Dataset Group::column(const char*, std::span<const std::int64_t>, const Meaning&);
template Dataset Group::column(const char*, std::span<const std::uint64_t>, const Meaning&);

Dataset Group::enums(const char* name, std::span<const std::int8_t> values,
                     std::span<const std::string_view> names, const Meaning& meaning) {
    const Quiet quiet;
    const Handle type = enum_type(names);
    return write(name, type.id(), type.id(), values.data(), values.size(), meaning);
}

Dataset Group::texts(const char* name, std::span<const std::string_view> values,
                     const Meaning& meaning) {
    std::vector<std::string> terminated(values.begin(), values.end());
    std::vector<const char*> pointers;
    for (const std::string& text : terminated) {
        pointers.push_back(text.c_str());
    }
    const Quiet quiet;
    const Handle type = text_type(H5T_VARIABLE);
    return write(name, type.id(), type.id(), static_cast<const void*>(pointers.data()),
                 values.size(), meaning);
}

Dataset Group::padded_texts(const char* name, std::span<const std::string_view> values,
                            const Meaning& meaning) {
    std::size_t width = 1;
    for (const std::string_view text : values) {
        width = std::max(width, text.size());
    }
    std::string block(width * values.size(), '\0');
    for (std::size_t row = 0; row < values.size(); ++row) {
        values[row].copy(block.data() + row * width, width);
    }
    const Quiet quiet;
    const Handle type = text_type(width);
    Dataset column = write(name, type.id(), type.id(), block.data(), values.size(), meaning);
    column.attribute("_Encoding", "utf-8");  // netCDF's way to say that these bytes are text
    return column;
}

}  // namespace tidepool::results::h5
