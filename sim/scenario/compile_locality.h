#pragma once
// `scheduler.locality`: which gangs wait for a place within one leaf group or pod, and how long.

#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// For every rank the level of domains of which one must hold the job until its wait is over. Needs
// the nodes, the spares and the jobs of the plan.
void compile_locality(const LocalitySpec& spec, PlanArrays& plan);

}  // namespace tidepool::scenario
