#pragma once
// "What a job sends" of docs/network.md once more, in the plainest way: how much every node of a
// job sends to every other, and for each of these pairs which trunks it passes.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "sim/network/network_plan.h"

namespace tidepool::network {

// What a node sends is 1. [from][to], by rank.
class Sent {
public:
    Sent(const Traffic& traffic, std::uint32_t nodes)
        : n_(nodes), bytes_(nodes, std::vector<double>(nodes)) {
        const std::uint32_t r = traffic.replica_nodes;
        const std::uint32_t copies = nodes / r;
        for (std::uint32_t from = 0; from < nodes; ++from) {
            for (std::uint32_t to = 0; to < nodes; ++to) {
                if (from == to) {
                    continue;
                }
                const bool whole = from < copies * r && to < copies * r;
                const std::uint32_t copy = from / r, other = to / r;
                if (whole && other == (copy + 1) % copies && from % r == to % r) {
                    bytes_[from][to] += traffic.ring;
                }
                if (whole && copy == other && (to == from + 1 || from == to + 1)) {
                    bytes_[from][to] += traffic.pipeline / 2;
                }
                const std::uint32_t e = traffic.expert_nodes;
                if (from / e == to / e) {
                    std::uint32_t others = 0;
                    for (std::uint32_t k = 0; k < nodes; ++k) {
                        others += k != from && k / e == from / e ? 1 : 0;
                    }
                    bytes_[from][to] += traffic.all_to_all / others;
                }
            }
        }
    }

    // What crosses each trunk upwards. `nodes` by rank.
    std::map<std::uint32_t, double> loads(const NetworkPlan& plan, bool rail_aligned,
                                          std::span<const std::uint32_t> nodes) const {
        std::map<std::uint32_t, double> loads;
        for (std::uint32_t from = 0; from < n_; ++from) {
            for (std::uint32_t to = 0; to < n_; ++to) {
                if (bytes_[from][to] > 0) {
                    send(plan, rail_aligned, nodes[from], nodes[to], bytes_[from][to], loads);
                }
            }
        }
        return loads;
    }

private:
    static std::uint32_t above(const NetworkPlan& plan, std::uint32_t link) {
        return link == kNoTrunk ? kNoTrunk : plan.links[link].parent;
    }
    static void send(const NetworkPlan& plan, bool rail_aligned, std::uint32_t from,
                     std::uint32_t to, double bytes, std::map<std::uint32_t, double>& loads) {
        const std::uint32_t leaf = above(plan, from), other_leaf = above(plan, to);
        const std::uint32_t pod = above(plan, leaf), other_pod = above(plan, other_leaf);
        const double rails = plan.rails;
        if (leaf != kNoTrunk && leaf != other_leaf) {
            loads[leaf] += bytes;
        } else if (leaf != kNoTrunk && !rail_aligned && plan.rails > 1) {
            loads[leaf] += bytes * (rails - 1) / rails;
        }
        if (pod != kNoTrunk && pod != other_pod) {
            loads[pod] += bytes;
        }
    }

    std::uint32_t n_;
    std::vector<std::vector<double>> bytes_;
};

}  // namespace tidepool::network
