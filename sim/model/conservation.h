#pragma once
// The laws a ledger obeys exactly. Drivers assert them at the end of every run, tests on ledgers of
// their own; a broken law is a bug of ours, never of the input.

#include <string>
#include <vector>

#include "sim/model/ledger.h"

namespace tidepool::model {

// One line per broken law, with both sides in integers where there are two; empty when all hold. A
// job's time in the run goes from its submission to its end, or to the end of the run.
//
// The run and every bin of it:
//   absent + down + spare + allocated <= gpus * time (so that idle, the rest, exists)
//   absent = the time before the nodes arrived, and down <= that of the outages (see downtime.h)
//   1024 * allocated = sum over jobs and units of useful + lost + stalled + 1024 * (checkpoint +
//   restart) queue_length = sum over jobs of `queued`; queued_gpus = the same, times gpus the bins
//   cover the run and add up to its totals the mean queue is nowhere longer than queue_length_max
// Every job:
//   its times and names fit its state
//   started or not, `queued` is at least its first wait plus the pauses after preemptions;
//   gpus * time in attempts <= the GPU time it held <= gpus * (time in the run - queued),
//   where both are equal without interruptions, and nothing is lost or spent on restarts
//   useful work of a job that ended is whole ticks of all its GPUs; without interruptions it wrote
//   at most ceil(work / interval) - 1 checkpoints; none without an interval
//   its attempts: the first starts when it does, the last ends as it does, each starts where the
//   pause after the one before ends; their number, ends, checkpoints and GPU time add up to its own
// Every attempt: lies within the run, was interrupted by an outage of that tick, which interrupts;
//   useful + lost + stalled + 1024 * checkpoint <= 1024 * gpus * its length <= all that it held
//   <= 1024 * gpus * (its length + the pause after it, if it was interrupted). They are sorted by
//   end.
// Every outage: begins within the run, lies on nodes that exist, sorted by (begin, cause, entity);
//   its effect is that of the attempts that name it.
// The network, if there is one:
//   sum over jobs of network_stalled = network.stalled = sum over links of stalled
//   of no job network_stalled > stalled
//   bytes of a link, or of a tier = the sum of its bins, to 1e-9; of a tier also of its links
//   no link carries more than its capacity with nothing broken, over any bin
std::vector<std::string> check_conservation(const Ledger& ledger);

}  // namespace tidepool::model
