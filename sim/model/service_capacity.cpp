#include "sim/model/service_capacity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sim/base/assert.h"
#include "sim/model/flow_wait.h"

namespace tidepool::model {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Shares of the capacity at which the steady state is solved. 0 stands for next to nothing.
constexpr std::array kGrid{0.0,   0.05, 0.1,   0.15, 0.2,  0.25,  0.3,  0.35, 0.4,
                           0.45,  0.5,  0.55,  0.6,  0.65, 0.7,   0.75, 0.8,  0.85,
                           0.875, 0.9,  0.925, 0.95, 0.97, 0.985, 0.998};
constexpr double kNearlyNothing = 1e-9;
constexpr std::array<std::uint32_t, 7> kSharingUnits{1, 2, 4, 8, 16, 64, 256};

using Part = double FlowPoint::*;
constexpr std::array<Part, 14> kGrowing{
    &FlowPoint::ttft_mean,  &FlowPoint::ttft_p50,  &FlowPoint::ttft_p95,  &FlowPoint::ttft_p99,
    &FlowPoint::total_mean, &FlowPoint::total_p50, &FlowPoint::total_p95, &FlowPoint::total_p99,
    &FlowPoint::tpot_mean,  &FlowPoint::tpot_p50,  &FlowPoint::tpot_p95,  &FlowPoint::tpot_p99,
    &FlowPoint::batch,      &FlowPoint::busy};

FlowPoint mixed(const FlowPoint& a, const FlowPoint& b, double part_of_b) {
    FlowPoint point;
    const auto mix = [&](Part part) { point.*part = a.*part + (b.*part - a.*part) * part_of_b; };
    for (const Part part : kGrowing) {
        mix(part);
    }
    mix(&FlowPoint::in_slo);
    mix(&FlowPoint::utilisation);
    return point;
}

FlowPoint overloaded(double utilisation) {
    FlowPoint point;
    for (const Part part : kGrowing) {
        point.*part = kNever;
    }
    point.utilisation = utilisation;
    point.busy = 1;
    return point;
}

}  // namespace

double unit_seconds(const UnitModel& unit, double tokens_in, double tokens_out,
                    double cached_share) {
    return unit_seconds(UnitSpeed(unit), tokens_in, tokens_out, cached_share);
}

double unit_seconds(const UnitSpeed& speed, double tokens_in, double tokens_out,
                    double cached_share) {
    const RequestWork work = speed.work(tokens_in, tokens_out, cached_share);
    const double places = speed.places(work.footprint, work.footprint / 2);
    const double context = work.steps > 0 ? work.context / work.steps : 0;
    return speed.unit_time(work.prompt, work.steps * speed.iteration(places, context) / places);
}

FlowLatency::FlowLatency(const UnitModel& unit, std::span<const Length> lengths,
                         double cached_share, double arrival_scv, bool shared_queue,
                         double ttft_promise, double tpot_promise)
    : speed_(unit),
      mix_(speed_, lengths, cached_share),
      promises_{ttft_promise, tpot_promise},
      arrival_scv_(arrival_scv),
      shared_queue_(shared_queue) {
    TP_ASSERT(!lengths.empty() && mix_.work > 0, "requests that are work");
    if (shared_queue) {
        for (const std::uint32_t units : kSharingUnits) {
            rows_.push_back(row(units, arrival_scv));
        }
    } else {
        rows_.push_back(row(1, 1));
        if (arrival_scv != 1) {
            rows_.push_back(row(1, arrival_scv));
        }
    }
}

FlowLatency::Row FlowLatency::row(std::uint32_t units, double arrival_scv) const {
    return {{units, 0, arrival_scv, shared_queue_}, std::make_unique<Solved[]>(kGrid.size())};
}

const FlowPoint& FlowLatency::solved(const Row& row, std::size_t at) const {
    Solved& one = row.points[at];
    std::call_once(one.once, [&] {
        FlowLoad load = row.load;
        load.rate = std::max(kGrid[at], kNearlyNothing) * mix_.capacity * load.units;
        one.point = solve_flow(speed_, mix_, load, promises_);
        const double shared = shared_wait(load);
        one.point.ttft_mean -= shared;
        one.point.total_mean -= shared;
    });
    return one.point;
}

double FlowLatency::shared_wait(const FlowLoad& load) const {
    if (!load.shared_queue || load.units == 1) {
        return 0;
    }
    if (one_by_one(speed_, mix_)) {
        return server_wait(mix_.alone, load.rate, load.units, load.arrival_scv).mean;
    }
    return mix_.steps > 0 && !speed_.split() ? place_wait(speed_, mix_, load).mean() : 0;
}

// Between two loads of the grid, times (1 - share): a wait grows as 1 / (1 - share). Beyond the
// last one waits go on like that, and iterations, which have a longest one, stay.
FlowPoint FlowLatency::point(const Row& row, double share) const {
    std::size_t above = 1;
    while (above + 1 < kGrid.size() && kGrid[above] < share) {
        ++above;
    }
    const double low = kGrid[above - 1];
    const double high = kGrid[above];
    const double part = std::min(1.0, (share - low) / (high - low));
    const FlowPoint& a = solved(row, above - 1);
    const FlowPoint& b = solved(row, above);
    FlowPoint point = mixed(a, b, part);
    for (const Part growing : kGrowing) {
        point.*growing =
            ((1 - low) * (a.*growing) * (1 - part) + (1 - high) * (b.*growing) * part) /
            (1 - share);
    }
    point.busy = a.busy + (b.busy - a.busy) * part;
    if (share > high) {
        point.tpot_mean = b.tpot_mean;
        point.tpot_p50 = b.tpot_p50;
        point.tpot_p95 = b.tpot_p95;
        point.tpot_p99 = b.tpot_p99;
        point.batch = b.batch;
    }
    return point;
}

FlowPoint FlowLatency::at(std::uint32_t units, double rate) const {
    const double utilisation = units == 0 ? kNever : rate * mix_.work / units;
    const double share = units == 0 ? kNever : rate / mix_.capacity / units;
    if (!(share < 1)) {
        return overloaded(utilisation);
    }
    FlowPoint result;
    if (shared_queue_) {
        std::size_t above = 1;
        while (above + 1 < rows_.size() && rows_[above].load.units < units) {
            ++above;
        }
        const auto low = static_cast<double>(rows_[above - 1].load.units);
        const auto high = static_cast<double>(rows_[above].load.units);
        const double part = std::min(1.0, (units - low) / (high - low) * high / units);  // in 1 / n
        result = mixed(point(rows_[above - 1], share), point(rows_[above], share), part);
        const double shared = shared_wait({units, rate, arrival_scv_, true});
        result.ttft_mean += shared;
        result.total_mean += shared;
    } else {
        // Every n-th of the arrivals, taken at random, has a variability nearer to that of Poisson.
        result = point(rows_.front(), share);
        if (rows_.size() > 1) {
            result = mixed(result, point(rows_.back(), share), 1.0 / units);
        }
    }
    result.utilisation = utilisation;
    return result;
}

FlowPoint FlowLatency::idle() const {
    FlowPoint point = solved(rows_.front(), 0);
    point.utilisation = point.busy = point.batch = 0;
    return point;
}

std::uint32_t FlowLatency::units_for(double rate, double ttft_p95, double tpot_p95,
                                     std::uint32_t most) const {
    const auto enough = [&](std::uint32_t units) {
        const FlowPoint point = at(units, rate);
        return point.ttft_mean < kNever && (ttft_p95 == 0 || point.ttft_p95 <= ttft_p95) &&
               (tpot_p95 == 0 || point.tpot_p95 <= tpot_p95);
    };
    std::uint32_t low = 0;  // not enough
    std::uint32_t high = most;
    while (low + 1 < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        (enough(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace tidepool::model
