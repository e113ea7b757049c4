#pragma once
// Which SimGrid this program runs on, e.g. "3.32.0".

#include <string>

namespace tidepool::engine {

std::string simgrid_version();

}  // namespace tidepool::engine
