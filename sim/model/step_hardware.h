#pragma once
// The machines of a step as the catalogue knows them.

#include <cstdint>
#include <optional>

#include "sim/model/step_time.h"
#include "topology/catalog.h"

namespace tidepool::model {

// Of a server's GPUs, in islands of `island` GPUs (absent: the NVLink domain, or all GPUs of the
// server where there is none). NVLink counts half of what vendors state, one direction; the network
// cards of a node are those of as many servers, or as much of one, as an island takes. What the
// catalogue does not know is 0. The server's GPU and card must be in the catalogue.
StepHardware hardware_of(const topology::Server& server, const topology::Catalog& catalog,
                         std::optional<std::int64_t> island = {});

}  // namespace tidepool::model
