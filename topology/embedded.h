#pragma once
// The YAML files that ship inside the library, so that the program needs no data folder. Written at
// build time from topology/catalog and topology/presets by embed.cmake.

#include <span>
#include <string_view>

namespace tidepool::topology {

struct EmbeddedFile {
    std::string_view path;  // from the repository root, e.g. `topology/presets/dgx-pod.yaml`
    std::string_view text;
};

// Sorted by path.
std::span<const EmbeddedFile> embedded_files();

}  // namespace tidepool::topology
