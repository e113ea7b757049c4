#include "sim/results/hdf5_version.h"

#include <hdf5.h>

#include "sim/base/assert.h"

namespace tidepool::results {

std::string hdf5_version() {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    TP_ASSERT(H5get_libversion(&major, &minor, &release) >= 0, "HDF5 knows its version");
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace tidepool::results
