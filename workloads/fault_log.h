#pragma once
// Logs of real faults: which node was down from when to when, and why. Two formats:
//
// infinitehbd: the JSON list of stepfun-ai/InfiniteHBD-Trace (Shou et al., SIGCOMM 2025) with
// node_id, event_time in days, event_type fault_start|fault_end and fault_type {Level, Class,
// Desc}. Starts come before ends of the same time. An end closes the oldest open fault of its node
// and type; an end without a start closes one that was open since time 0; a fault without an end
// stays open. The cause is the Class.
//
// csv: columns node, begin, end, cause, in any order, and optionally kind (repair, interruption,
// maintenance, degraded; empty: repair) and speed (degraded: 0 < speed < 1); times in seconds; an
// empty end: still open.
//
// A node may have several faults at once. Both formats may be packed (gzip, Zstandard). Nodes are
// numbered by first appearance in the file.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"

namespace tidepool::workloads {

enum class FaultFormat : std::uint8_t { kAuto, kInfiniteHbd, kCsv };
enum class FaultKind : std::uint8_t { kRepair, kInterruption, kMaintenance, kDegraded };

inline constexpr Seconds kStillOpen{std::numeric_limits<double>::infinity()};

struct Fault {
    std::uint32_t node = 0;   // index into FaultLog::nodes
    std::uint32_t cause = 0;  // index into FaultLog::causes
    Seconds begin, end;       // begin <= end; kStillOpen
    FaultKind kind = FaultKind::kRepair;
    double speed = 1;  // kDegraded: what is left
    friend bool operator==(const Fault&, const Fault&) = default;
};

struct FaultLog {
    std::string file;
    std::vector<std::string> nodes;   // by first appearance
    std::vector<std::string> causes;  // likewise
    std::vector<Fault> faults;        // by begin, ties in the order of the file
    Seconds last;                     // the latest time in it
};

// Problems become issues with file and line; the log is usable only if none was added.
FaultLog read_fault_log(const std::string& path, FaultFormat format, Issues& issues);

}  // namespace tidepool::workloads
