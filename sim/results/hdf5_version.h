#pragma once
// Which HDF5 library this program writes with, e.g. "1.10.8".

#include <string>

namespace tidepool::results {

std::string hdf5_version();

}  // namespace tidepool::results
