#pragma once
// The YAML files that ship inside the library, so that the program needs no data folder. Written at
// build time from topology/catalog and topology/presets by embed.cmake.

#include <span>
#include <string>
#include <string_view>

#include "sim/base/issue.h"
#include "sim/config/value.h"

namespace tidepool::topology {

struct EmbeddedFile {
    std::string_view path;  // from the repository root, e.g. `topology/presets/dgx-pod.yaml`
    std::string_view text;
};

// Sorted by path.
std::span<const EmbeddedFile> embedded_files();

// The values of an embedded file bear its path after this prefix as their position's file, so that
// they are told from a user's file of the same name.
inline constexpr std::string_view kShipped = "tidepool:";

inline config::Value parse_embedded(const EmbeddedFile& file, Issues& issues) {
    return config::parse_yaml(file.text, std::string(kShipped) + std::string(file.path), issues);
}

}  // namespace tidepool::topology
