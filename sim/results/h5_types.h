#pragma once
// Types of HDF5 for ours. For the .cpp files of h5 only.

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/results/h5.h"

namespace tidepool::results::h5 {

// The type of T in memory, and the same in the file: little endian on every machine. T: double,
// int8_t, int32_t, uint32_t, int64_t or uint64_t.
template <class T>
std::int64_t native();
template <class T>
std::int64_t stored();

// int8 with the named values 0, 1, ...
Handle enum_type(std::span<const std::string_view> names);

void describe(Object& object, const Meaning& meaning);

}  // namespace tidepool::results::h5
