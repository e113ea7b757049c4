#pragma once
// The fault log that a FailureSpec names, read and matched with the nodes of a datacenter.

#include <optional>
#include <string>

#include "sim/base/issue.h"
#include "topology/failure_spec.h"
#include "topology/topology.h"
#include "topology/where.h"
#include "workloads/fault_log.h"

namespace tidepool::model {

// The log that the spec names, from a path relative to `folder`; none if it names none. Also an
// issue: more nodes in the log than in the datacenter, unknown ones beside known ones. Names that
// the datacenter has mean those nodes; otherwise nodes are numbered as they appear in the log.
// `where` is the place of the FailureSpec.
std::optional<workloads::FaultLog> read_failure_log(const topology::FailureSpec& spec,
                                                    const topology::Topology& topology,
                                                    const std::string& folder,
                                                    const topology::Where& where, Issues& issues);

}  // namespace tidepool::model
