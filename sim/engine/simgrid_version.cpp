#include "sim/engine/simgrid_version.h"

// version.h lacks the macros it uses.
#include <xbt/base.h>

#include <simgrid/version.h>

namespace tidepool::engine {

std::string simgrid_version() {
    int major = 0;
    int minor = 0;
    int patch = 0;
    sg_version_get(&major, &minor, &patch);
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace tidepool::engine
