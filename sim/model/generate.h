#pragma once
// From failure rates to outages: one sorted list for a run, made before it. docs/interruptions.md
// says what an outage does.
//
// Every thing that may fail draws from a random stream of its own, named by its cluster, its cause
// and its number in the cluster: more nodes, another cluster or another cause change nobody else's
// luck. A thing works, fails, is repaired and works again; while it is down it does not fail. The
// things of nodes that arrive later begin when they do; a rack or switch begins with its first
// node.
//
// An outage of no length is an interruption, whatever its component says.

#include <cstddef>
#include <cstdint>

#include "sim/base/ticks.h"
#include "sim/model/outages.h"
#include "topology/failure_spec.h"
#include "topology/topology.h"
#include "workloads/fault_log.h"

namespace tidepool::model {

// More than this many outages of one run are refused: no machine would run under them.
inline constexpr std::size_t kMostOutages = 50'000'000;

// All outages that begin before `end`: failures of components, maintenance, nodes not yet
// installed, and those of `log` (may be null). `spec` has passed validate() and check_failures(),
// `log` read_failure_log(). Throws InputError if there would be too many, or if two causes happen
// to get the same random stream (their names share a 24-bit hash).
Outages generate_outages(const topology::Topology& topology, const topology::FailureSpec& spec,
                         const workloads::FaultLog* log, std::uint64_t seed, Ticks end);

}  // namespace tidepool::model
