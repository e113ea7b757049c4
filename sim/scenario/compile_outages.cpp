#include "sim/scenario/compile_outages.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <set>
#include <tuple>

#include "sim/base/assert.h"
#include "sim/base/issue.h"

namespace tidepool::scenario {
namespace {

using core::NodeStep;
using core::StepKind;
using model::Outage;
using model::OutageKind;

static_assert(core::kFullSpeed == model::kFullSpeed && core::kReaches == model::kReaches);

// One end of an outage on one node.
struct Edge {
    std::uint32_t node = 0, tick = 0;
    bool ends = false;
    std::uint32_t outage = 0;
};

bool takes_gpus(const Outage& outage) {
    return outage.kind != OutageKind::kInterruption && outage.kind != OutageKind::kDegraded &&
           outage.kind != OutageKind::kBandwidth && outage.end > outage.begin;
}

bool slows(const Outage& outage) {
    return outage.kind == OutageKind::kDegraded && outage.end > outage.begin;
}

// Sorts by `less`; along that order key(x), which is below `keys`, must never fall. Linear time if
// the keys are spread evenly.
template <class T, class Key, class Less>
void sort_by_key(std::vector<T>& list, std::size_t keys, Key key, Less less) {
    std::vector<std::size_t> at(keys + 1);
    for (const T& item : list) {
        ++at[key(item) + 1];
    }
    for (std::size_t k = 1; k <= keys; ++k) {
        at[k] += at[k - 1];
    }
    std::vector<T> sorted(list.size());
    for (const T& item : list) {
        sorted[at[key(item)]++] = item;
    }
    std::size_t first = 0;
    for (std::size_t k = 0; k < keys; ++k) {  // at[k] has become the end of key k
        std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(first),
                  sorted.begin() + static_cast<std::ptrdiff_t>(at[k]), less);
        first = at[k];
    }
    list.swap(sorted);
}

// All edges of the outages that `wanted` picks, node by node; begins before ends at one tick.
template <class Wanted>
std::vector<Edge> edges_of(const model::Outages& outages, std::size_t nodes, Wanted wanted) {
    std::vector<Edge> edges;
    for (std::size_t o = 0; o < outages.list.size(); ++o) {
        const Outage& outage = outages.list[o];
        if (!wanted(outage)) {
            continue;
        }
        for (std::uint32_t node = outage.first_node; node < outage.last_node; ++node) {
            const auto number = static_cast<std::uint32_t>(o);
            edges.push_back({node, outage.begin.value, false, number});
            if (outage.end != kNever) {
                edges.push_back({node, outage.end.value, true, number});
            }
        }
    }
    const auto earlier = [](const Edge& a, const Edge& b) {
        return std::tuple(a.tick, a.ends, a.outage) < std::tuple(b.tick, b.ends, b.outage);
    };
    sort_by_key(
        edges, nodes, [](const Edge& edge) { return edge.node; }, earlier);
    return edges;
}

// How many outages hold each GPU of a node down.
class GpuCounts {
public:
    explicit GpuCounts(std::uint32_t gpus) : gpus_(gpus) {}
    void add(std::uint64_t gpus, bool ends) {
        for (; gpus != 0; gpus &= gpus - 1) {
            std::uint32_t& count = counts_[static_cast<std::size_t>(std::countr_zero(gpus))];
            count += ends ? 0xFFFF'FFFFu : 1U;
        }
    }
    std::uint64_t down() const {
        std::uint64_t gpus = 0;
        for (std::size_t g = 0; g < gpus_; ++g) {
            gpus |= counts_[g] > 0 ? std::uint64_t{1} << g : 0;
        }
        return gpus;
    }

private:
    std::size_t gpus_;  // of the node
    std::array<std::uint32_t, core::kLargestNode> counts_{};
};

std::uint64_t gpus_on(const Outage& outage, const topology::Node& node) {
    return outage.gpus & (~std::uint64_t{0} >> (core::kLargestNode - node.gpus));
}

// Steps at which GPUs of nodes go down or come up.
void add_downtimes(const model::Outages& outages, const topology::Topology& topology,
                   std::vector<NodeStep>& steps) {
    const std::vector<Edge> edges = edges_of(outages, topology.nodes.size(), takes_gpus);
    for (std::size_t i = 0; i < edges.size();) {
        const std::uint32_t node = edges[i].node;
        GpuCounts counts(topology.nodes[node].gpus);
        std::uint64_t was_down = 0;
        while (i < edges.size() && edges[i].node == node) {
            NodeStep step;
            step.node = node;
            step.tick = edges[i].tick;
            step.kind = StepKind::kDown;
            for (; i < edges.size() && edges[i].node == node && edges[i].tick == step.tick; ++i) {
                const Outage& outage = outages.list[edges[i].outage];
                counts.add(gpus_on(outage, topology.nodes[node]), edges[i].ends);
                if (!edges[i].ends && outage.kind == OutageKind::kNotInstalled) {
                    step.kind = StepKind::kAbsent;
                }
            }
            const std::uint64_t is_down = counts.down();
            step.gpus = is_down & ~was_down;
            if (step.gpus != 0) {
                steps.push_back(step);
            }
            step.gpus = was_down & ~is_down;
            if (step.gpus != 0) {
                step.kind = StepKind::kUp;
                steps.push_back(step);
            }
            was_down = is_down;
        }
    }
}

// Steps at which the speed of jobs of some reach changes on a node.
void add_speeds(const model::Outages& outages, std::size_t nodes, std::vector<NodeStep>& steps) {
    for (std::uint8_t reach = 0; reach < core::kReaches; ++reach) {
        const std::vector<Edge> edges = edges_of(outages, nodes, [&](const Outage& outage) {
            return slows(outage) && static_cast<std::uint8_t>(outage.reach) == reach;
        });
        for (std::size_t i = 0; i < edges.size();) {
            const std::uint32_t node = edges[i].node;
            std::multiset<std::uint16_t> active;
            std::uint16_t was = core::kFullSpeed;
            while (i < edges.size() && edges[i].node == node) {
                NodeStep step;
                step.node = node;
                step.tick = edges[i].tick;
                step.kind = StepKind::kSpeed;
                step.reach = reach;
                for (; i < edges.size() && edges[i].node == node && edges[i].tick == step.tick;
                     ++i) {
                    const std::uint16_t speed = outages.list[edges[i].outage].speed;
                    if (edges[i].ends) {
                        active.erase(active.find(speed));
                    } else {
                        active.insert(speed);
                    }
                }
                step.speed = active.empty() ? std::uint16_t{core::kFullSpeed} : *active.begin();
                if (step.speed != was) {
                    steps.push_back(step);
                }
                was = step.speed;
            }
        }
    }
}

void add_hits(const model::Outages& outages, const topology::Topology& topology,
              std::vector<NodeStep>& steps) {
    for (std::size_t o = 0; o < outages.list.size(); ++o) {
        const Outage& outage = outages.list[o];
        if (outage.kind == OutageKind::kDegraded || outage.kind == OutageKind::kBandwidth ||
            outage.kind == OutageKind::kNotInstalled) {
            continue;
        }
        NodeStep step;
        step.tick = outage.begin.value;
        step.kind = StepKind::kHit;
        step.reach = static_cast<std::uint8_t>(outage.reach);
        step.planned = outage.kind == OutageKind::kMaintenance ? 1 : 0;
        step.outage = static_cast<std::uint32_t>(o);
        for (step.node = outage.first_node; step.node < outage.last_node; ++step.node) {
            step.gpus = gpus_on(outage, topology.nodes[step.node]);
            steps.push_back(step);
        }
    }
}

void sort_steps(std::vector<NodeStep>& steps) {
    constexpr std::size_t kStepsOfKey = 8;  // about
    std::uint32_t latest = 0;
    for (const NodeStep& step : steps) {
        latest = std::max(latest, step.tick);
    }
    unsigned shift = 0;
    while ((latest >> shift) > steps.size() / kStepsOfKey) {
        ++shift;
    }
    sort_by_key(
        steps, std::size_t{latest >> shift} + 1,
        [shift](const NodeStep& step) { return step.tick >> shift; },
        [](const NodeStep& a, const NodeStep& b) {
            return std::tuple(a.tick, a.kind, a.node, a.outage, a.reach) <
                   std::tuple(b.tick, b.kind, b.node, b.outage, b.reach);
        });
}

void check_size(const model::Outages& outages, const topology::Topology& topology) {
    std::uint64_t sum = 0;
    for (const Outage& outage : outages.list) {
        sum += outage.last_node - outage.first_node;
        if (sum > kMostNodeOutages) {
            throw input_error(topology.name,
                              "outages take nodes down more than " +
                                  std::to_string(kMostNodeOutages) + " times, at cause " +
                                  outages.causes[outage.cause],
                              "are the rates meant? A shorter run has fewer");
        }
    }
}

}  // namespace

std::vector<NodeStep> node_steps(const model::Outages& outages,
                                 const topology::Topology& topology) {
    for (const Outage& outage : outages.list) {
        TP_ASSERT(outage.end >= outage.begin && outage.first_node < outage.last_node &&
                      outage.last_node <= topology.nodes.size(),
                  "outages lie in the datacenter and end after they begin");
    }
    check_size(outages, topology);
    std::vector<NodeStep> steps;
    add_downtimes(outages, topology, steps);
    add_speeds(outages, topology.nodes.size(), steps);
    add_hits(outages, topology, steps);
    sort_steps(steps);
    return steps;
}

}  // namespace tidepool::scenario
