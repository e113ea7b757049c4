#pragma once
// The rate solver for large runs and sweeps: solves again only what a change can reach. Agrees with
// SimGrid's to 1e-9, and needs neither SimGrid nor a World: any number may live in a process.
//
// A trunk whose flows together ask for no more than its capacity is cold: it can hold nobody back.
// Flows that cross cold trunks only run at their demand. The others fall into groups that share hot
// trunks; a change makes only the groups it touches be solved, by progressive filling (filling.h).
//
// Rates are a function of the running flows (with their slots), demands, shares and capacities,
// whatever happened before, in every bit: a solver that is told the same state in one step has the
// same rates. Starting flows in another order moves rates by rounding only. For that, sums of
// weights are integers or added up anew, in the order of slots, and what a trunk is asked for
// decides only by which side of the capacity it is on: it is followed from change to change, with a
// bound on its rounding, and added up anew when the side is in doubt.
//
// Exactness: a rate may be off by about 1e-16 times the largest ratio, over trunks, of the weight
// (weight * share) of all flows of the trunk to that of the flow. 1e-9 holds up to ratios of 1e6.

#include <memory>
#include <span>

#include "sim/network/rate_solver.h"

namespace tidepool::network {

// Both directions of trunk i start with capacities[i].
std::unique_ptr<RateSolver> make_max_min_solver(std::span<const BytesPerSecond> capacities);

}  // namespace tidepool::network
