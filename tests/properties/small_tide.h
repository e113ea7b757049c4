#pragma once
// A problem in which services and jobs share a machine on which things fail, as plain data. The
// units of all services come first among the "jobs": those ranks are never submitted.

#include "tests/properties/small_interruptions.h"

namespace tidepool::properties {

struct TideProblem : InterruptionProblem {
    std::vector<core::Service> services;
    std::vector<core::DemandStep> demand;  // by (tick, service)
    std::vector<core::CeilingStep> ceiling;
    core::TideRule tide;
    // By job.
    std::vector<std::uint8_t> may_be_asked;
    std::vector<std::int32_t> priority;

    std::uint32_t units() const { return services.empty() ? 0 : services.back().last; }
};

// A unit: never submitted, endless.
inline SmallJob small_unit(std::uint32_t gpus, std::uint32_t models = 1) {
    return {kNever, kNever, kNever, gpus, models};
}

inline std::ostream& operator<<(std::ostream& out, const TideProblem& p) {
    out << static_cast<const InterruptionProblem&>(p);
    for (std::size_t s = 0; s < p.services.size(); ++s) {
        const core::Service& service = p.services[s];
        out << "  service " << s << ": units [" << service.first << ", " << service.last
            << "), at least " << service.least << ", grow after " << service.grow_after
            << ", shrink after " << service.shrink_after << ", drain " << service.drain
            << ", clear " << service.clear << "\n";
    }
    for (const core::DemandStep& d : p.demand) {
        out << "  " << d.tick << " demand of service " << d.service << ": ";
        out << (d.units == core::kNone ? "-" : std::to_string(d.units)) << " units, load " << d.load
            << "\n";
    }
    for (const core::CeilingStep& c : p.ceiling) {
        out << "  " << c.tick << " jobs may hold " << c.gpus << "\n";
    }
    out << "  tide: " << (p.tide.reclaim ? "reclaims, notice " : "notice ") << p.tide.notice
        << ", floor " << p.tide.jobs_floor << ", units hold at most " << p.tide.units_ceiling
        << "\n";
    for (std::size_t r = 0; r < p.jobs.size(); ++r) {
        out << "  job " << r << (p.may_be_asked[r] != 0 ? ": preemptible" : ":") << " priority "
            << p.priority[r] << "\n";
    }
    return out;
}

}  // namespace tidepool::properties
