#include "sim/results/h5_types.h"

#include <type_traits>

#include <hdf5.h>

#include "sim/results/h5_errors.h"

namespace tidepool::results::h5 {

static_assert(std::is_same_v<hid_t, std::int64_t>, "Handle stores what HDF5 1.10 and later return");

template <>
std::int64_t native<double>() {
    return H5T_NATIVE_DOUBLE;
}
template <>
std::int64_t native<std::int8_t>() {
    return H5T_NATIVE_INT8;
}
template <>
std::int64_t native<std::int32_t>() {
    return H5T_NATIVE_INT32;
}
template <>
std::int64_t native<std::uint32_t>() {
    return H5T_NATIVE_UINT32;
}
template <>
std::int64_t native<std::int64_t>() {
    return H5T_NATIVE_INT64;
}
template <>
std::int64_t native<std::uint64_t>() {
    return H5T_NATIVE_UINT64;
}

template <>
std::int64_t stored<double>() {
    return H5T_IEEE_F64LE;
}
template <>
std::int64_t stored<std::int8_t>() {
    return H5T_STD_I8LE;
}
template <>
std::int64_t stored<std::int32_t>() {
    return H5T_STD_I32LE;
}
template <>
std::int64_t stored<std::uint32_t>() {
    return H5T_STD_U32LE;
}
template <>
std::int64_t stored<std::int64_t>() {
    return H5T_STD_I64LE;
}
template <>
std::int64_t stored<std::uint64_t>() {
    return H5T_STD_U64LE;
}

Handle enum_type(std::span<const std::string_view> names) {
    Handle type(must(H5Tenum_create(H5T_STD_I8LE), "create an enum type"));
    for (std::size_t n = 0; n < names.size(); ++n) {
        const auto value = static_cast<std::int8_t>(n);
        must(H5Tenum_insert(type.id(), std::string(names[n]).c_str(), &value),
             "name an enum value");
    }
    return type;
}

void describe(Object& object, const Meaning& meaning) {
    if (!meaning.units.empty()) {
        object.attribute("units", meaning.units);
    }
    if (!meaning.long_name.empty()) {
        object.attribute("long_name", meaning.long_name);
    }
    if (!meaning.cell_methods.empty()) {
        object.attribute("cell_methods", meaning.cell_methods);
    }
}

}  // namespace tidepool::results::h5
