// Both rate solvers through the same churn: a cluster of 12,500 nodes (391 leaf groups of 32, pods
// of 16 groups), a number of jobs over 2 to 40 groups each, and one event after the other: a job
// stops, another starts, one solve. Two ways to lay out jobs: over groups next to each other, as a
// packing scheduler would, and over groups anywhere, the worst case. Whatever the number of jobs,
// they ask for about a fifth of the trunks' capacity in the mean at 1:1. Prints CPU time per event.
// Arguments: events of our solver, events of SimGrid's; 5000 and 300 without.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <vector>

#include "sim/engine/world.h"
#include "sim/network/max_min.h"

namespace {

using namespace tidepool;
using network::Crossing;
using network::Direction;
using network::RateSolver;

constexpr std::uint32_t kGroups = 391, kNodes = 32, kGroupsOfPod = 16;
constexpr std::uint32_t kPods = (kGroups + kGroupsOfPod - 1) / kGroupsOfPod;
constexpr double kLine = 50e9;  // of a node

std::vector<BytesPerSecond> trunks(double oversubscription) {
    std::vector<BytesPerSecond> capacities(kGroups, {kNodes * kLine / oversubscription});
    capacities.resize(kGroups + kPods, {kGroupsOfPod * kNodes * kLine / oversubscription});
    return capacities;
}

struct Job {
    std::vector<Crossing> crossings;
    BytesPerSecond demand;
};

// A job over some groups that crosses each of their trunks up to 32 times, both ways, and those of
// its pods as often as its groups there.
Job random_job(std::mt19937_64& random, bool scattered, std::uint32_t running) {
    const auto below = [&random](std::uint32_t n) {
        return static_cast<std::uint32_t>(random() % n);
    };
    const std::uint32_t groups = 2 + below(39), first = below(kGroups);
    std::vector<std::uint32_t> weight(kGroups + kPods, 0);
    const std::uint32_t crossings = 1 + below(32);
    for (std::uint32_t n = 0; n < groups; ++n) {
        const std::uint32_t group = scattered ? below(kGroups) : (first + n) % kGroups;
        weight[group] = std::max(1u, std::min(crossings, 1 + below(32)));
        weight[kGroups + group / kGroupsOfPod] += weight[group];
    }
    Job job;
    for (std::uint32_t trunk = 0; trunk < weight.size(); ++trunk) {
        if (weight[trunk] > 0) {
            job.crossings.push_back({trunk, Direction::kUp, weight[trunk]});
            job.crossings.push_back({trunk, Direction::kDown, weight[trunk]});
        }
    }
    job.demand = {kLine * (0.01 + 0.0001 * below(500)) * 450 / running};
    return job;
}

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Cost {
    double per_event = 0;  // s
    double changed = 0;    // rates per event
    double solved = 0;     // flows per event
    double rates = 0;      // their sum at the end: that both have done the same
};

Cost churn(RateSolver& solver, std::uint32_t running, std::uint32_t events, bool scattered) {
    std::mt19937_64 random(1);
    std::vector<Job> jobs;
    for (std::uint32_t n = 0; n < running + events; ++n) {
        jobs.push_back(random_job(random, scattered, running));
    }
    std::vector<network::FlowId> flows;
    std::vector<double> rates(2 * running);
    for (std::uint32_t n = 0; n < running; ++n) {
        flows.push_back(solver.start(jobs[n].crossings, jobs[n].demand));
    }
    const auto take = [&rates](std::span<const network::FlowRate> changed) {
        for (const network::FlowRate& flow : changed) {
            rates[flow.flow.slot] = flow.rate.value;
        }
        return changed.size();
    };
    take(solver.solve({}));
    Cost cost;
    const std::uint64_t before = solver.work().flows;
    const double began = cpu_seconds();
    for (std::uint32_t n = 0; n < events; ++n) {
        network::FlowId& flow = flows[random() % running];
        solver.stop(flow);
        flow = solver.start(jobs[running + n].crossings, jobs[running + n].demand);
        cost.changed += static_cast<double>(take(solver.solve({})));
    }
    cost.per_event = (cpu_seconds() - began) / events;
    cost.changed /= events;
    cost.solved = static_cast<double>(solver.work().flows - before) / events;
    for (const network::FlowId flow : flows) {
        cost.rates += rates[flow.slot];
        solver.stop(flow);
    }
    return cost;
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int n, std::uint32_t otherwise) {
        return argc > n ? static_cast<std::uint32_t>(std::atoi(argv[n])) : otherwise;
    };
    const std::uint32_t own_events = argument(1, 5000), simgrid_events = argument(2, 300);
    engine::Platform platform;
    for (const BytesPerSecond capacity : trunks(1)) {
        platform.trunks.push_back({"t" + std::to_string(platform.trunks.size()), capacity});
    }
    engine::World world(platform);
    std::printf("%u solves a row by our own solver, %u by SimGrid's\n", own_events, simgrid_events);
    std::printf("%-10s %5s %6s | %9s %8s %8s | %9s %6s | agree\n", "layout", "over", "flows",
                "own us", "solved", "changed", "simgrid us", "ratio");
    for (const bool scattered : {false, true}) {
        for (const double over : {1.0, 2.0, 4.0, 8.0}) {
            for (const std::uint32_t running : {450u, 1000u}) {
                const auto capacities = trunks(over);
                const auto own = network::make_max_min_solver(capacities);
                const Cost ours = churn(*own, running, own_events, scattered);
                std::printf("%-10s %5.0f %6u | %9.2f %8.1f %8.1f",
                            scattered ? "scattered" : "packed", over, running, ours.per_event * 1e6,
                            ours.solved, ours.changed);
                if (simgrid_events > 0) {
                    const auto simgrid = world.simgrid_rates();
                    for (std::uint32_t n = 0; n < capacities.size(); ++n) {
                        simgrid->set_capacity(n, Direction::kUp, capacities[n]);
                        simgrid->set_capacity(n, Direction::kDown, capacities[n]);
                    }
                    const auto again = network::make_max_min_solver(capacities);
                    const double sum = churn(*again, running, simgrid_events, scattered).rates;
                    const Cost theirs = churn(*simgrid, running, simgrid_events, scattered);
                    std::printf(" | %9.1f %6.1f | %.1e", theirs.per_event * 1e6,
                                theirs.per_event / ours.per_event, theirs.rates / sum - 1);
                }
                std::printf("\n");
                std::fflush(stdout);
            }
        }
    }
}
