#pragma once
// The cabling of a fabric in whole numbers: which leaf switches a node hangs on, how many spines
// and cores it takes and how many cables run between them. Worked out once from the spec; trunks,
// graph and statistics all follow it.
//
// Rules. Nodes of a pod fill leaf groups in order; groups begin anew in every pod. A leaf switch
// has up-link capacity (bandwidth from below) / oversubscription, cabled in whole links, rounded
// up, the same number to every spine above it (at least one). The number of spines is the smallest
// divisor of a full leaf's up-links whose ports suffice; of cores above one spine likewise. Spine s
// of every pod shares its cores with spine s of the other pods. A bundle's capacity is exact, so it
// may be less than its cables'.

#include <cstdint>
#include <vector>

#include "sim/base/quantity.h"
#include "topology/catalog.h"
#include "topology/spec.h"

namespace tidepool::topology {

// Nodes below the same leaf switches: a scalable unit with one switch per rail, or a rack below its
// one switch.
struct LeafGroup {
    std::uint32_t first_node = 0;
    std::uint32_t nodes = 0;
    std::uint32_t pod = 0;               // Node::pod
    BytesPerSecond down;                 // all cards of its nodes, one direction
    BytesPerSecond up;                   // to the spines, all its leaves together; 0 with one tier
    std::uint32_t cables_per_spine = 0;  // from each of its leaves to each spine above it
};

struct PodUplink {
    BytesPerSecond up;                  // of all its spines together, towards the cores
    std::uint32_t cables_per_core = 0;  // from each spine to each core above it
};

struct Fabric {
    FabricKind kind = FabricKind::kNone;
    Wiring wiring = Wiring::kRail;
    std::uint32_t leaves_per_group = 0;  // rails, or 1
    std::uint32_t planes = 0;            // sets of spines that do not meet: 1, or one per rail
    std::uint32_t spines_per_plane = 0;  // leaf-spine: in all; with cores: of one pod
    std::uint32_t cores_per_spine = 0;   // cores above one spine
    std::vector<LeafGroup> groups;
    std::vector<PodUplink> pods;  // with cores: by Node::pod
    Switch leaf, spine, core;     // the models; a name is empty where the tier does not exist
    BytesPerSecond leaf_link, spine_link;  // one cable leaf-spine, spine-core

    bool has_spines() const { return spines_per_plane > 0; }
    bool has_cores() const { return cores_per_spine > 0; }
    std::uint32_t leaf_count() const {
        return static_cast<std::uint32_t>(groups.size()) * leaves_per_group;
    }
    std::uint32_t spine_count() const {
        return planes * spines_per_plane *
               (has_cores() ? static_cast<std::uint32_t>(pods.size()) : 1u);
    }
    std::uint32_t core_count() const { return planes * spines_per_plane * cores_per_spine; }
};

}  // namespace tidepool::topology
