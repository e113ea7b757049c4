#pragma once
// The laws a ledger obeys exactly. Drivers assert them at the end of every run, tests on ledgers of
// their own; a broken law is a bug of ours, never of the input.

#include <string>
#include <vector>

#include "sim/model/ledger.h"

namespace tidepool::model {

// One line per broken law, with both sides in integers; empty when all hold:
//   allocated <= capacity, in the run and in every bin (so that idle = capacity - allocated exists)
//   allocated    = sum over jobs of gpus * (end - start), running jobs up to the end of the run
//   queue_length = sum over accepted jobs of the time waited, queued jobs up to the end of the run
//   queued_gpus  = the same, times gpus
//   the bins cover the run and add up to its totals
//   the mean queue is nowhere longer than queue_length_max
//   a job's times and names fit its state
std::vector<std::string> check_conservation(const Ledger& ledger);

}  // namespace tidepool::model
