#pragma once
// What must hold between a FailureSpec and a datacenter: the things that are to fail exist.

#include "sim/base/issue.h"
#include "topology/failure_spec.h"
#include "topology/topology.h"
#include "topology/where.h"

namespace tidepool::topology {

// `where` is the place of the spec, which has passed validate().
void check_failures(const FailureSpec& spec, const Topology& topology, const Where& where,
                    Issues& issues);

}  // namespace tidepool::topology
