#pragma once
// /topology: what the datacenter of the run looks like.

#include "sim/model/datacenter.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// Nothing without clusters.
void write_datacenter(h5::Group& root, const model::DatacenterRecord& datacenter);

}  // namespace tidepool::results
