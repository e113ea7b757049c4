#pragma once
// Second half of `build`: the switches and cables of a fabric (rules in fabric.h). Used by
// build.cpp only.

#include "sim/base/issue.h"
#include "topology/catalog.h"
#include "topology/fabric.h"
#include "topology/spec.h"
#include "topology/topology.h"
#include "topology/where.h"

namespace tidepool::topology {

// Keys that contradict each other or mean nothing in this kind of fabric. `where`: the `fabric`
// section.
void check_fabric_keys(const FabricSpec& fabric, const Where& where, Issues& issues);

// The spec with the sizes filled in that others dictate: leaf and pod of a k-ary tree, the rack
// below a top-of-rack switch (that of the first cluster). `where`: the topology section.
TopologySpec with_fabric_sizes(const TopologySpec& spec, const Catalog& parts, const Where& where,
                               Issues& issues);

// Cables the nodes that `topology` already has. `where` is the place of the `fabric` section.
Fabric plan_fabric(const FabricSpec& spec, const Catalog& parts, const Topology& topology,
                   const Where& where, Issues& issues);

}  // namespace tidepool::topology
