#pragma once
// The waits before a request's prompt is computed, as laws on a lattice.

#include <cstddef>

#include "sim/model/batch_chain.h"
#include "sim/model/lattice_law.h"
#include "sim/model/queueing.h"
#include "sim/model/unit_work.h"

namespace tidepool::model {

inline constexpr std::size_t kLatticePoints = 768;

// For servers that take one request at a time, first come first served.
struct ServerWait {
    const ServiceTimes* services = nullptr;  // must outlive this
    double load = 0;                         // of a server, below 1
    double mean = 0;                         // of the wait
    double share = 0;                        // of requests that wait
    double stretch = 1;                      // of the wait of Poisson arrivals, by other arrivals
    bool single = true;                      // one server: exact for Poisson arrivals
};
ServerWait server_wait(const ServiceTimes& services, double rate, double servers, double scv);

// What is left of the iteration that a newcomer meets: nothing with probability 1 - share.
struct Residual {
    double share = 0;
    double scale = 1;  // of all iterations
    const BatchState* state = nullptr;

    double mean() const;
};

LatticeLaw law_of(const ServiceTimes& times, double step);
LatticeLaw law_of(const WaitLaw& wait, double step);
LatticeLaw law_of(const ServerWait& wait, double step);
LatticeLaw law_if_wait(const ServerWait& wait, double step);  // of one server: of those that wait
LatticeLaw law_of(const Residual& residual, double step);

}  // namespace tidepool::model
