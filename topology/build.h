#pragma once
// From a TopologySpec to the flat Topology, with every check between fields. Linear in nodes and
// switches: 12,500 nodes take milliseconds.

#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/base/issue.h"
#include "sim/config/value.h"
#include "topology/spec.h"
#include "topology/topology.h"

namespace tidepool::topology {

inline constexpr std::int64_t kMaxNodes = 200'000;
inline constexpr std::int64_t kMaxGpus = 2'000'000;
inline constexpr std::int64_t kMaxGpusPerNode = 64;
inline constexpr std::size_t kMaxGpuModels = 32;

// `where` is the value that `spec` was read from (after `resolve` and overrides), `path` its place
// in the file. Problems become issues; the result is complete only if none was added.
Topology build(const TopologySpec& spec, const config::Value& where, const std::string& path,
               Issues& issues);

// A shipped topology, built. Throws InputError for an unknown name.
Topology build_preset(const std::string& name);

}  // namespace tidepool::topology
