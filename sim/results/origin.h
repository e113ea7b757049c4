#pragma once
// Where a result comes from: parts that files of runs and of sweeps share.

#include <span>

#include "sim/results/h5.h"
#include "sim/results/result_file.h"

namespace tidepool::results {

// The group `inputs` with path, sha256 and bytes.
void write_inputs(h5::Group& scenario, std::span<const InputFile> inputs);

// The group `provenance`, unless it would be empty.
void write_provenance(h5::Group& root, const Provenance& provenance);

}  // namespace tidepool::results
