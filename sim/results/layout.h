#pragma once
// What a result file looks like, as pure functions from contents to the bytes of an HDF5 file. The
// layout is documented in docs/results.md; kSchemaVersion counts its changes.

#include <span>
#include <string>
#include <string_view>

#include "sim/model/ledger.h"
#include "sim/results/result_file.h"

namespace tidepool::results {

// Before the first event: root attributes and /scenario.
std::string initial_image(const Header& header);

// Also /timeseries, with the bins that ended by `now`.
std::string progress_image(const Header& header, const model::Ledger& ledger, Ticks now);

// Everything.
std::string final_image(const Header& header, Status status, const model::Ledger& ledger,
                        std::span<const std::string_view> ids, const Provenance& provenance);

// CF units of a time axis that starts at `origin` (ISO 8601): `seconds since 2017-10-03 00:00:00
// +08:00`, or `s` without an origin.
std::string time_units(std::string_view origin);

}  // namespace tidepool::results
