#pragma once
// What is asked of an inference service: a DemandSpec (demand_spec.h) is a trace of requests, a
// trace of rates, or a generated tide. Each of them can be had both ways: as single requests, and
// as sums per bin of time.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/quantity.h"
#include "workloads/demand_spec.h"
#include "workloads/request.h"

namespace tidepool::workloads {

// Sums over one bin of time. Not whole numbers where rates were given.
struct DemandBin {
    double requests = 0, tokens_in = 0, tokens_out = 0;
    friend bool operator==(const DemandBin&, const DemandBin&) = default;
};

// How long requests are: equally likely pairs. At most kLengthSample of them.
struct Lengths {
    std::uint32_t tokens_in = 1, tokens_out = 1;
    friend bool operator==(const Lengths&, const Lengths&) = default;
};
inline constexpr std::size_t kLengthSample = 4096;

struct DemandSeries {
    Seconds bin;
    std::vector<DemandBin> bins;   // bin b covers [b, b + 1) * bin, up to the end asked for
    std::vector<Lengths> lengths;  // a sample of the whole demand; empty without requests
    // Squared coefficient of variation of the gaps between requests within a bin, averaged over the
    // requests; 1: Poisson. As measured, or as the rates say.
    double arrival_scv = 1;
    double batch_share = 0;  // reserved for classes with a deadline; see demand_spec.h
};

// The requests of [0, end). `folder`: relative paths start there. `seed`, `entity`: whose luck.
// Throws InputError for a file that is wrong; everything that YAML can get wrong was checked
// before.
std::unique_ptr<RequestStream> open_requests(const DemandSpec& spec, const std::string& folder,
                                             std::uint64_t seed, std::uint32_t entity, Seconds end);

// The same demand as sums per bin over [0, end). `expected`: of rates and tides what they expect on
// average (noise and flash crowds included, single arrivals not); else the requests that
// open_requests() gives are counted. Traces of requests are always counted.
DemandSeries read_demand(const DemandSpec& spec, const std::string& folder, std::uint64_t seed,
                         std::uint32_t entity, Seconds bin, Seconds end, bool expected);

}  // namespace tidepool::workloads
