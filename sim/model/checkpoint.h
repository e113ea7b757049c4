#pragma once
// How long a job takes that is interrupted at random and saves its work: closed forms, no
// simulation. They choose checkpoint intervals of simulated jobs, so they use portable arithmetic
// only (sim/base/portable_math.h) and give the same bits on every machine.
//
// Model Q. Interruptions come at exponential times of mean M, at any time but during downtime D.
// After each `interval` t of work the job stands still for a write C, none after the last one.
// After an interruption it waits D (no interruptions in it), then restarts for R (interruptions
// cost D again), and redoes the work since the last safe checkpoint. A checkpoint is safe
// `background` B after its write has paused the job (0: at once); several may be under way. With
// l = 1/M and K = (M + D) e^(lR), by renewal at each safe checkpoint:
//   E[one segment] = K e^(lB) (e^(l(t+C)) - 1),  E[last segment, of work w >= B] = K (e^(lw) - 1).
//
// Arguments: times >= 0, M > 0, interval > 0; M and interval may be infinite. A broken rule is a
// bug (TP_ASSERT). Results that exceed the range of doubles are infinite.

#include "sim/base/quantity.h"

namespace tidepool::model {

struct InterruptedJob {
    Seconds mtti;           // M; infinite: never interrupted
    Seconds write{0};       // C: the job stands still
    Seconds downtime{0};    // D: detection, swap of nodes
    Seconds restart{0};     // R: loading and re-initialisation
    Seconds background{0};  // B: from the end of the write until the checkpoint is safe
};

// Means. wall = useful + checkpoint + lost + recovery, as in the ledger.
struct ExpectedTime {
    Seconds wall;
    Seconds useful;      // work that stayed
    Seconds checkpoint;  // standing still for writes, finished or not
    Seconds lost;        // work that was done again
    Seconds recovery;    // downtime and restarts, finished or not
    double interruptions = 0;
};

// Of one segment in the long run: `interval` of work and its checkpoint.
ExpectedTime expected_segment(const InterruptedJob& job, Seconds interval);

// Of a whole job: ceil(work / interval) segments, no checkpoint after the last. What exceeds a
// whole number of intervals by no more than rounding (1e-12 of the work) is no segment. Exact also
// where the last checkpoints do not become safe before the end.
ExpectedTime expected_job(const InterruptedJob& job, Seconds work, Seconds interval);

// useful / wall: effective training time ratio. 1 for no time at all.
double ettr(const ExpectedTime& time);

// The interval that minimises E[segment] / interval, whatever D, R and B are:
// M (1 + W0(-e^(-C/M - 1))). 0 for free writes; infinite if nothing fails.
Seconds interval_optimal(Seconds mtti, Seconds write);

// sqrt(2 C M): Young 1974. First order; a little long.
Seconds interval_young_1974(Seconds mtti, Seconds write);

// sqrt(2 C M) (1 + sqrt(C/2M)/3 + (C/2M)/9) - C for C < 2M, M otherwise: Daly 2006, the
// higher-order estimate. (The bound M/2 belongs to his first-order form sqrt(2 C M) - C.)
Seconds interval_daly_2006(Seconds mtti, Seconds write);

// Saxena et al. 2024 (arXiv 2410.18124): Ts + sqrt(2 (Tf + Tr) Ts + Ts^2) maximises the
// availability (1 - Ts/Tc) Tf / (Tf + Tr + Tc/2). Tc is the period from checkpoint to checkpoint,
// so this returns Tc - Ts, the work in between. Tr: recovery = downtime and restart.
Seconds interval_saxena_2024(Seconds mtti, Seconds write, Seconds recovery);

// Kokolis et al. 2024 (arXiv 2410.21680): (1 - (u0 + interval/2) / M) / (1 + write/interval). First
// order in 1/M: not above 0 once M <= u0 + interval/2. Its exact counterpart is the ETTR of
// expected_segment() with downtime u0.
double ettr_kokolis_2024(Seconds mtti, Seconds write, Seconds overhead, Seconds interval);

// Model parameters and optimiser state: 12 to 14 bytes per parameter with Adam in mixed precision.
Bytes checkpoint_size(double parameters, Bytes per_parameter);

// What a checkpoint passes through; the narrower of the two decides. Infinite: no limit.
struct StoragePath {
    BytesPerSecond storage;     // of the whole file system
    BytesPerSecond per_writer;  // of one GPU or node
    double writers = 1;         // that write (or read) at the same time, equal parts
};
Seconds transfer_time(Bytes size, const StoragePath& path);

}  // namespace tidepool::model
