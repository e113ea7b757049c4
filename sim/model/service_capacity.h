#pragma once
// Flow fidelity: what a unit can serve, and how long requests wait, in closed form.
// docs/inference-model.md states the formulas, their assumptions and their sources.

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "sim/model/flow_solver.h"
#include "sim/model/unit_model.h"
#include "sim/model/unit_work.h"

namespace tidepool::model {

// The work of one request, in seconds of a unit whose batch is full: prompt + answer. The batch is
// full of such requests, as far as the memory allows. Of a divided unit: of its busier kind of
// worker.
double unit_seconds(const UnitModel& unit, double tokens_in, double tokens_out,
                    double cached_share);
double unit_seconds(const UnitSpeed& speed, double tokens_in, double tokens_out,
                    double cached_share);

// One service's latencies as a function of units and request rate. The numeric work is
// done at the loads of a grid, each (a millisecond) once it is first needed; in between, at() is
// fast (a microsecond) and interpolates times (1 - utilisation) linearly, which is exact for M/M/1,
// M/G/1 and processor sharing. For any number of threads: what is worked out depends on the
// arguments of the constructor only. The unit must pass check_unit().
class FlowLatency {
public:
    // lengths: equally likely pairs, not empty. `shared_queue`: requests wait in one queue for all
    // units, else they are sent to units at random. arrival_scv: squared coefficient of variation
    // of the gaps between requests. Promises in seconds; 0: none.
    FlowLatency(const UnitModel& unit, std::span<const Length> lengths, double cached_share,
                double arrival_scv, bool shared_queue, double ttft_promise, double tpot_promise);

    // requests per second on so many ready units. Everything infinite, and no promise kept, if they
    // are overloaded, or none.
    FlowPoint at(std::uint32_t units, double rate) const;
    // The rate one unit can stand for ever.
    double capacity() const { return mix_.capacity; }
    // Least units with ttft_p95 and tpot_p95 within limits in s (0: no limit, but a steady state),
    // up to `most`; `most` if even that is not enough.
    std::uint32_t units_for(double rate, double ttft_p95, double tpot_p95,
                            std::uint32_t most) const;
    // Latencies of an idle unit: the floor under every promise.
    FlowPoint idle() const;

private:
    struct Solved {
        std::once_flag once;
        FlowPoint point;
    };
    struct Row {  // one number of units, one variability of arrivals
        FlowLoad load;
        std::unique_ptr<Solved[]> points;  // at the loads of the grid
    };
    Row row(std::uint32_t units, double arrival_scv) const;
    const FlowPoint& solved(const Row& row, std::size_t at) const;
    FlowPoint point(const Row& row, double share) const;  // of the capacity
    // Mean wait in a queue that units share, of which a closed form knows how it depends on them.
    double shared_wait(const FlowLoad& load) const;

    UnitSpeed speed_;
    MixWork mix_;
    FlowPromises promises_;
    double arrival_scv_ = 1;
    bool shared_queue_ = false;
    std::vector<Row> rows_;
};

}  // namespace tidepool::model
