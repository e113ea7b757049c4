#pragma once
// /tenants: how each listed tenant fared; docs/results.md lists the columns.

#include "sim/model/ledger.h"
#include "sim/results/h5.h"

namespace tidepool::results {

// Nothing without listed tenants.
void write_tenants(h5::Group& root, const model::Ledger& ledger);

}  // namespace tidepool::results
