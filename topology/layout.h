#pragma once
// First half of `build`: nodes, islands, racks and pods, without the fabric. Used by build.cpp
// only.

#include <cstdint>
#include <vector>

#include "sim/base/issue.h"
#include "topology/catalog.h"
#include "topology/spec.h"
#include "topology/topology.h"
#include "topology/where.h"

namespace tidepool::topology {

// Checks of every cluster by itself and of all together. Returns whether the nodes can be laid out.
bool check_clusters(const TopologySpec& spec, const Catalog& parts, const Where& where,
                    Issues& issues);

// Fills models, servers, cards, nodes and domains. `spec` has passed `check_clusters`.
void lay_out_nodes(const TopologySpec& spec, const Catalog& parts, Topology& into);

}  // namespace tidepool::topology
