#pragma once
// When a thing fails next and how long its repair takes: the laws of failure_spec.h on random
// blocks. Only portable arithmetic (sim/base/portable_math.h), so the same ticks on every machine.

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/base/ticks.h"
#include "topology/failure_spec.h"

namespace tidepool::model {

// The random stream of one thing. Block k belongs to its k-th failure (or proposal of one, see
// FailureTime): words 0 and 3 decide when, 1 and 2 for how long.
struct Luck {
    std::uint64_t seed = 0;
    std::uint32_t kind = 0;    // < 2^24: which class of things
    std::uint32_t entity = 0;  // number in its class
    Block block(std::uint32_t k) const { return draw(seed, Purpose::kOutage, kind, entity, k); }
};

// Where a thing stands between two failures.
struct FailureCursor {
    Ticks born;           // age 0
    Ticks time;           // in: end of the last repair, or born; out: the failure
    double rate = 1;      // its rates are those of the law, times this
    std::uint32_t k = 0;  // next block of its stream
    Block block{};        // out: of the failure
};

// The law of the time between failures. Only time in which the thing works counts.
//   exponential  from 52 random bits: exact to the tick up to a mean of 2^52 ticks
//   weibull      counts from the last repair, its mean is `mean`
//   bathtub      thinning with the present hazard as bound, which only falls (Lewis and Shedler
//                1979; Ogata 1981), one block for each proposal
//   piecewise    inverts the integral of the hazard
// Failures come at whole ticks, rounded down.
class FailureTime {
public:
    // `mean` in ticks, may be infinite; nothing at or after `end` matters.
    FailureTime(const topology::FailureLawSpec& law, double mean, Ticks end);

    // Advances to the next failure. False if it is not before the end.
    bool next(const Luck& luck, FailureCursor& at) const;

private:
    double bathtub(const Luck& luck, FailureCursor& at, double time) const;
    double piecewise(double time, double work) const;

    topology::FailureLaw law_;
    double mean_;   // ticks; weibull: its scale
    double power_;  // weibull: 1 / shape
    double factor_ = 0, decay_ = 1;
    std::vector<std::pair<double, double>> steps_;  // from (ticks), factor
    double end_;
    double never_below_;  // exponential: words below this are beyond the end for sure
};

// How long a repair takes: rounded up to ticks, from words 1 and 2 of the failure's block.
class RepairTime {
public:
    explicit RepairTime(const topology::RepairSpec& repair);

    // The end of a repair that begins then; kNever if that is beyond the clock.
    Ticks end(Ticks begin, const Block& block) const;

private:
    double ticks(const Block& block) const;

    topology::RepairLaw law_;
    double mean_ = 0, hard_mean_ = 0;  // ticks
    double mu_ = 0, sigma_ = 0;        // of the logarithm of the ticks
    std::uint64_t hard_below_ = 0;     // of 2^32
    std::vector<double> values_;       // ticks
};

}  // namespace tidepool::model
