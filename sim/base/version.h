#pragma once
// Which tidepool this is. Fixed when the program is built; shown by --version and written to the
// provenance of result files, never to anything that must be reproducible across builds.

#include <string_view>

namespace tidepool {

std::string_view version();  // "major.minor.patch" of the command line, YAML and HDF5 layout
std::string_view
git_commit();                 // 7 to 12 hex digits, or "unknown" outside git and released archives
bool git_dirty();             // tracked files differed from that commit
std::string_view compiler();  // "GNU 12.2.0"
std::string_view build_type();  // "Release"; empty for multi-configuration generators

}  // namespace tidepool
