#include "sim/network/traffic.h"

#include <algorithm>
#include <cmath>

#include "sim/base/assert.h"
#include "sim/base/random.h"

namespace tidepool::network {
namespace {

constexpr double kSteps = 64;           // weight of the narrowest link where weights are rounded
constexpr double kLargestExact = 1024;  // of weights that need no rounding

bool is_whole(double load) {
    return std::fabs(load - std::round(load)) <= 1e-9 * load;
}

// Numbers below n from one stream, one after the other.
class Dice {
public:
    Dice(std::uint64_t seed, std::uint32_t entity, std::uint32_t use)
        : seed_(seed), entity_(entity), use_(use) {}
    std::uint32_t below(std::uint32_t n) {
        const Block words = draw(seed_, Purpose::kRouting, use_, entity_, drawn_ / 4);
        return bounded(words[drawn_++ % 4], n);
    }

private:
    std::uint64_t seed_;
    std::uint32_t entity_, use_;
    std::uint32_t drawn_ = 0;
};

constexpr std::uint32_t kScatterUse = 0, kHashUse = 1;

}  // namespace

TrafficMap::TrafficMap(const NetworkPlan& plan)
    : plan_(plan), load_(plan.links.size()), connections_(plan.links.size()) {}

void TrafficMap::send_over(std::uint32_t link, double bytes, std::uint32_t connections) {
    if (load_[link] == 0) {
        touched_.push_back(link);
    }
    load_[link] += bytes;
    connections_[link] += connections;
}

// What leaves the leaf group goes up its trunk, what leaves the pod up the pod's. With peers on
// other rails, all but one part in `rails` of what stays below the group's leaves passes a spine.
void TrafficMap::send(std::uint32_t from, std::uint32_t to, double bytes) {
    const std::uint32_t leaf = leaf_of(from);
    if (leaf == kNoTrunk || from == to) {
        return;
    }
    const std::uint32_t other = leaf_of(to);
    if (leaf == other) {
        if (unaligned_ && plan_.rails > 1) {
            send_over(leaf, bytes * (plan_.rails - 1) / plan_.rails, 1);
        }
        return;
    }
    send_over(leaf, bytes, 1);
    const std::uint32_t pod = plan_.links[leaf].parent;
    if (pod != kNoTrunk && pod != plan_.links[other].parent) {
        send_over(pod, bytes, 1);
    }
}

// Data parallel: node i of a replica sends to node i of the next.
void TrafficMap::ring(std::uint32_t stride, double bytes) {
    const auto n = static_cast<std::uint32_t>(nodes_.size());
    const std::uint32_t replicas = n / stride;
    if (bytes <= 0 || replicas < 2) {
        return;
    }
    for (std::uint32_t i = 0; i < replicas * stride; ++i) {
        send(nodes_[i], nodes_[(i + stride) % (replicas * stride)], bytes);
    }
}

// Inside a whole replica: activations forth, gradients back.
void TrafficMap::pipeline(std::uint32_t stride, double bytes) {
    const std::size_t whole = nodes_.size() / stride * stride;
    if (bytes <= 0 || stride < 2) {
        return;
    }
    for (std::uint32_t i = 0; i + 1 < whole; ++i) {
        if (i % stride != stride - 1) {
            send(nodes_[i], nodes_[i + 1], bytes / 2);
            send(nodes_[i + 1], nodes_[i], bytes / 2);
        }
    }
}

// Every node to every other of its group, evenly: for a trunk only the numbers of nodes inside and
// outside matter.
void TrafficMap::all_to_all(std::uint32_t size, double bytes) {
    const auto n = static_cast<std::uint32_t>(nodes_.size());
    for (std::uint32_t first = 0; bytes > 0 && first < n; first += size) {
        const std::uint32_t last = std::min(first + size, n);
        if (last - first < 2) {
            return;
        }
        const double each = bytes / (last - first - 1);
        above_.clear();
        for (std::uint32_t i = first; i < last; ++i) {
            above_.push_back(leaf_of(nodes_[i]));
        }
        exchange(each, last - first, unaligned_ && plan_.rails > 1);
        for (std::uint32_t& link : above_) {
            link = link == kNoTrunk ? kNoTrunk : plan_.links[link].parent;
        }
        exchange(each, last - first, false);
    }
}

// Of all pairs among `members` nodes, those that cross the trunks in above_, an entry per node.
void TrafficMap::exchange(double each, std::uint32_t members, bool inside) {
    std::sort(above_.begin(), above_.end());
    for (std::size_t i = 0; i < above_.size();) {
        const std::uint32_t link = above_[i];
        std::uint32_t here = 0;
        for (; i < above_.size() && above_[i] == link; ++i) {
            ++here;
        }
        if (link == kNoTrunk) {
            continue;
        }
        if (here < members) {
            send_over(link, each * here * (members - here), here * (members - here));
        }
        if (inside && here > 1) {
            send_over(link, each * here * (here - 1) * (plan_.rails - 1) / plan_.rails,
                      here * (here - 1));
        }
    }
}

// Fisher and Yates' shuffle.
void TrafficMap::scatter(std::uint64_t seed, std::uint32_t entity) {
    Dice dice(seed, entity, kScatterUse);
    for (auto left = static_cast<std::uint32_t>(nodes_.size()); left > 1; --left) {
        std::swap(nodes_[left - 1], nodes_[dice.below(left)]);
    }
}

// Static hashing: every connection of every card keeps to one cable of its trunk (its rail's), and
// the job waits for the cable with the most of them. So the trunk looks as full as if all cables
// were like that one.
void TrafficMap::spread_by_hash(std::uint64_t seed, std::uint32_t entity) {
    Dice dice(seed, entity, kHashUse);
    for (const std::uint32_t link : touched_) {
        const std::uint32_t rails = plan_.links[link].cables % plan_.rails == 0 ? plan_.rails : 1;
        const std::uint32_t cables = plan_.links[link].cables / rails;
        const std::uint32_t cards = plan_.links[nodes_.front()].own_parts;
        const std::uint32_t connections = connections_[link] * std::max(1U, cards / rails);
        std::uint32_t most = 0;
        for (std::uint32_t rail = 0; rail < rails; ++rail) {
            cables_.assign(cables, 0);
            for (std::uint32_t c = 0; c < connections; ++c) {
                most = std::max(most, ++cables_[dice.below(cables)]);
            }
        }
        load_[link] *= static_cast<double>(most) * cables / connections;
    }
}

FlowShape TrafficMap::training(const Traffic& traffic, std::span<const std::uint32_t> nodes,
                               std::uint64_t seed, std::uint32_t entity) {
    nodes_.assign(nodes.begin(), nodes.end());
    unaligned_ = traffic.ranks != Ranks::kRailAligned;
    if (traffic.ranks == Ranks::kScattered) {
        scatter(seed, entity);
    }
    ring(traffic.replica_nodes, traffic.ring);
    pipeline(traffic.replica_nodes, traffic.pipeline);
    all_to_all(traffic.expert_nodes, traffic.all_to_all);
    if (plan_.balance == Balance::kHash) {
        spread_by_hash(seed, entity);
    }
    return shape();
}

FlowShape TrafficMap::storage(std::uint32_t link, std::span<const std::uint32_t> nodes,
                              bool write) {
    nodes_.assign(nodes.begin(), nodes.end());
    const double each = 1.0 / static_cast<double>(nodes.size());
    send_over(link, 1, 1);
    if (plan_.links[link].on_fabric) {
        for (const std::uint32_t node : nodes_) {
            const std::uint32_t leaf = leaf_of(node);
            if (leaf != kNoTrunk) {
                send_over(leaf, each, 1);
                if (plan_.links[leaf].parent != kNoTrunk) {
                    send_over(plan_.links[leaf].parent, each, 1);
                }
            }
        }
    }
    FlowShape result = shape();
    for (Crossing& crossing : result.crossings) {
        const bool up = write || crossing.trunk == link;  // storage counts both ways as one
        crossing.direction = up ? Direction::kUp : Direction::kDown;
    }
    if (plan_.both_ways) {  // shape() has added the way back
        std::erase_if(result.crossings,
                      [n = std::size_t{0}](const Crossing&) mutable { return n++ % 2 == 1; });
    }
    return result;
}

// From the loads that were counted, which it clears.
FlowShape TrafficMap::shape() {
    FlowShape result;
    result.nodes = static_cast<std::uint32_t>(nodes_.size());
    bool exact = true;
    double narrowest = 0;  // largest load per capacity
    for (const std::uint32_t link : touched_) {
        exact = exact && is_whole(load_[link]) && load_[link] <= kLargestExact;
        const double tightness = load_[link] / plan_.links[link].capacity.value;
        if (tightness > narrowest) {
            narrowest = tightness;
            result.scale = load_[link] / kSteps;
        }
    }
    result.scale = exact ? 1 : result.scale;
    std::sort(touched_.begin(), touched_.end());
    for (const std::uint32_t link : touched_) {
        const double weight = std::round(load_[link] / result.scale);
        load_[link] = 0;
        connections_[link] = 0;
        if (weight >= 1) {
            const auto count = static_cast<std::uint32_t>(std::min(weight, 1e6));
            result.crossings.push_back({link, Direction::kUp, count});
            if (plan_.both_ways) {
                result.crossings.push_back({link, Direction::kDown, count});
            }
        }
    }
    touched_.clear();
    above_.clear();
    result.line.value = INFINITY;
    for (const std::uint32_t node : nodes_) {
        above_.push_back(leaf_of(node));
        result.line = std::min(result.line, plan_.links[node].capacity);
    }
    const auto distinct = [&] {
        std::sort(above_.begin(), above_.end());
        above_.erase(std::unique(above_.begin(), above_.end()), above_.end());
        return static_cast<std::uint32_t>(above_.size());
    };
    result.leaf_groups = distinct();
    for (std::uint32_t& link : above_) {
        link = link == kNoTrunk ? kNoTrunk : plan_.links[link].parent;
    }
    result.pods = distinct();
    return result;
}

}  // namespace tidepool::network
