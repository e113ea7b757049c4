#pragma once
// The datacenter of a run as its results show it: enough to draw a picture of it.

#include <cstdint>
#include <string>
#include <vector>

#include "topology/topology.h"

namespace tidepool::model {

// A cluster of equal servers and the switches above it; 0 where there is nothing of the kind.
struct ClusterRecord {
    std::string name, server;
    std::uint32_t gpu_model = 0;  // index into Ledger::gpu_models
    std::uint32_t nodes = 0, gpus_per_node = 0;
    std::uint32_t island_nodes = 0;  // nodes of one NVLink domain
    std::uint32_t islands = 0, racks = 0, pods = 0;
    std::uint32_t nodes_per_rack = 0, nodes_per_pod = 0;  // of the largest
    std::uint32_t leaf_groups = 0, nodes_per_leaf_group = 0;
    std::uint32_t leaves = 0;
    std::uint32_t spines = 0;  // with cores: of its pods; else those that all clusters share
    std::uint32_t cores = 0;   // that all clusters share
    // Bandwidth from below over bandwidth upwards, of its first leaf group and of its first pod; 0:
    // nothing is above them.
    double oversubscription = 0, pod_oversubscription = 0;
    friend bool operator==(const ClusterRecord&, const ClusterRecord&) = default;
};

struct DatacenterRecord {
    std::string name, fabric, wiring;  // fabric: as `topology.fabric.kind`; wiring: "" without one
    std::uint32_t leaves_per_group = 0, planes = 0;
    std::uint32_t leaves = 0, spines = 0, cores = 0;
    std::vector<ClusterRecord> clusters;
    friend bool operator==(const DatacenterRecord&, const DatacenterRecord&) = default;
};

DatacenterRecord datacenter_of(const topology::Topology& topology);

}  // namespace tidepool::model
