#pragma once
// Which links a job's traffic loads, and how much, from the nodes it runs on. Every connection
// between two nodes is counted on each link it crosses (crossing.h); a job is one flow, whose rate
// x is what each of its nodes sends while the job communicates. Up and down a trunk goes the same:
// rings and all-to-alls are closed, pipelines go forth and back.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/network/crossing.h"
#include "sim/network/network_plan.h"

namespace tidepool::network {

// The flow of a job. A rate of y loads link l with weight_l * y; y = scale * x. Where all loads are
// whole multiples of what a node sends, scale is 1 and the weights are exact; else the narrowest
// link has weight 64 exactly and the others are rounded, none by more than 1/128 of that.
struct FlowShape {
    std::vector<Crossing> crossings;  // up only, unless plan.both_ways; empty: it meets nobody
    double scale = 1;
    BytesPerSecond line;  // of x: the slowest node's cards
    std::uint32_t nodes = 0, leaf_groups = 0, pods = 0;
};

// Works out shapes; keeps memory between calls.
class TrafficMap {
public:
    explicit TrafficMap(const NetworkPlan& plan);

    // `nodes` in the order of ranks; `entity` owns the job's chance (scattered ranks, hashing).
    FlowShape training(const Traffic& traffic, std::span<const std::uint32_t> nodes,
                       std::uint64_t seed, std::uint32_t entity);

    // To or from storage, all nodes alike; x is what all of them send together.
    FlowShape storage(std::uint32_t link, std::span<const std::uint32_t> nodes, bool write);

private:
    void send(std::uint32_t from, std::uint32_t to, double bytes);
    void send_over(std::uint32_t link, double bytes, std::uint32_t connections);
    void ring(std::uint32_t stride, double bytes);
    void pipeline(std::uint32_t stride, double bytes);
    void all_to_all(std::uint32_t size, double bytes);
    void exchange(double each, std::uint32_t members, bool inside);
    void scatter(std::uint64_t seed, std::uint32_t entity);
    void spread_by_hash(std::uint64_t seed, std::uint32_t entity);
    FlowShape shape();
    std::uint32_t leaf_of(std::uint32_t node) const { return plan_.links[node].parent; }

    const NetworkPlan& plan_;
    bool unaligned_ = false;
    std::vector<std::uint32_t> nodes_;        // of the job at hand
    std::vector<double> load_;                // by link, of what one node sends
    std::vector<std::uint32_t> connections_;  // by link: node to node
    std::vector<std::uint32_t> touched_;      // links with a load, in order of first use
    std::vector<std::uint32_t> above_;        // scratch: a trunk per node
    std::vector<std::uint32_t> cables_;       // how many connections a cable got
};

}  // namespace tidepool::network
