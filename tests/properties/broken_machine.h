#pragma once
// GPUs that go down and come up, spares that take the place of nodes: "Outages" and "Spares" of
// docs/interruptions.md once more, in the plainest way. Every GPU is a cell; whether it is down is
// looked up in the list of outages, tick by tick.

#include "tests/properties/placement_oracle.h"
#include "tests/properties/small_interruptions.h"

namespace tidepool::properties {

struct GpuCell {
    std::uint32_t holder = kNobody;  // rank
    bool down = false;
};

struct NodeCell {
    std::vector<GpuCell> gpus;
    bool spare = false;               // its role
    bool closed = false;              // was wholly down, is not wholly up yet
    bool absent = false;              // closed because it is not installed yet
    bool missed = false;              // went down, and no spare took its place
    std::uint32_t lost_by = kNobody;  // the job that lost it last

    template <class Predicate>
    std::uint32_t count(Predicate predicate) const {
        return static_cast<std::uint32_t>(std::count_if(gpus.begin(), gpus.end(), predicate));
    }
    std::uint32_t down() const {
        return count([](const GpuCell& g) { return g.down; });
    }
    std::uint32_t held_by(std::uint32_t rank) const {
        return count([&](const GpuCell& g) { return g.holder == rank; });
    }
    bool all_down() const { return down() == gpus.size(); }
    bool nobodys() const { return held_by(kNobody) == gpus.size(); }
    bool wholly(std::uint32_t rank) const { return held_by(rank) == gpus.size(); }
};

inline bool takes_gpus(const model::Outage& outage) {
    return outage.begin.value < outage.end.value &&
           (outage.kind == model::OutageKind::kRepair ||
            outage.kind == model::OutageKind::kMaintenance ||
            outage.kind == model::OutageKind::kNotInstalled);
}
inline bool interrupts(const model::Outage& outage) {
    return outage.kind == model::OutageKind::kInterruption ||
           outage.kind == model::OutageKind::kRepair ||
           outage.kind == model::OutageKind::kMaintenance;
}
inline bool lasts_at(const model::Outage& outage, std::uint32_t tick) {
    return outage.begin.value <= tick && tick < outage.end.value;
}
inline bool is_on(const model::Outage& outage, std::uint32_t node) {
    return outage.first_node <= node && node < outage.last_node;
}

class BrokenMachine {
public:
    explicit BrokenMachine(const InterruptionProblem& problem) : p_(problem) {
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            NodeCell node;
            node.gpus.resize(p_.nodes[n].gpus);
            node.spare = p_.spare[n] != 0;
            nodes.push_back(node);
        }
        short_of.resize(p_.nodes.size());
    }

    bool covered(std::uint32_t node, std::uint32_t gpu, std::uint32_t tick) const {
        return std::any_of(p_.outages.begin(), p_.outages.end(), [&](const model::Outage& o) {
            return takes_gpus(o) && is_on(o, node) && (o.gpus >> gpu & 1) != 0 && lasts_at(o, tick);
        });
    }
    bool installed(std::uint32_t node, std::uint32_t tick) const {
        return std::none_of(p_.outages.begin(), p_.outages.end(), [&](const model::Outage& o) {
            return o.kind == model::OutageKind::kNotInstalled && is_on(o, node) &&
                   lasts_at(o, tick);
        });
    }
    bool same_class(std::uint32_t a, std::uint32_t b) const {
        return p_.nodes[a].model == p_.nodes[b].model && p_.nodes[a].gpus == p_.nodes[b].gpus;
    }

    // GPUs of `node` that are no longer covered come up. Did any?
    bool come_up(std::uint32_t node, std::uint32_t tick) {
        bool any = false;
        for (std::uint32_t g = 0; g < nodes[node].gpus.size(); ++g) {
            GpuCell& cell = nodes[node].gpus[g];
            if (cell.down && !covered(node, g, tick)) {
                cell.down = false;
                any = true;
            }
        }
        nodes[node].closed = nodes[node].closed && nodes[node].down() > 0;
        nodes[node].absent = nodes[node].absent && nodes[node].closed;
        return any;
    }
    // GPUs of `node` that are covered now go down. Did any?
    bool go_down(std::uint32_t node, std::uint32_t tick) {
        bool any = false;
        for (std::uint32_t g = 0; g < nodes[node].gpus.size(); ++g) {
            GpuCell& cell = nodes[node].gpus[g];
            if (!cell.down && covered(node, g, tick)) {
                cell.down = true;
                any = true;
            }
        }
        if (any && nodes[node].all_down()) {
            nodes[node].closed = true;
            nodes[node].absent = !installed(node, tick);
        }
        return any;
    }

    std::uint32_t ready_spare(std::uint32_t pool) const {
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            if (p_.pool[n] == pool && nodes[n].spare && nodes[n].down() == 0) {
                return n;
            }
        }
        return kNobody;
    }

    // Pools with a node too many in service: the lowest that is free as a whole becomes a spare.
    // Did any?
    bool settle() {
        bool any = false;
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            NodeCell& node = nodes[n];
            if (short_of[p_.pool[n]] < 0 && !node.spare && node.nobodys() && node.down() == 0) {
                node.spare = any = true;
                ++short_of[p_.pool[n]];
            }
        }
        return any;
    }

    Counts free() const {
        Counts free;
        for (const NodeCell& node : nodes) {
            free.push_back(node.spare || node.closed ? 0 : node.count([](const GpuCell& g) {
                return g.holder == kNobody && !g.down;
            }));
        }
        return free;
    }

    Usage usage() const {
        Usage u;
        for (const NodeCell& node : nodes) {
            for (const GpuCell& gpu : node.gpus) {
                if (gpu.holder != kNobody) {
                    ++u.allocated;
                } else if (gpu.down) {
                    ++u.down;
                } else if (node.spare) {
                    ++u.spare;
                }
            }
        }
        return u;
    }

    std::set<Gpu> held_by(std::uint32_t rank) const {
        std::set<Gpu> held;
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            for (std::uint32_t g = 0; g < nodes[n].gpus.size(); ++g) {
                if (nodes[n].gpus[g].holder == rank) {
                    held.insert({n, g});
                }
            }
        }
        return held;
    }
    bool holds_down_gpu(std::uint32_t rank) const {
        return std::any_of(nodes.begin(), nodes.end(), [&](const NodeCell& node) {
            return node.count([&](const GpuCell& g) { return g.holder == rank && g.down; }) > 0;
        });
    }
    void release(std::uint32_t rank) {
        for (NodeCell& node : nodes) {
            for (GpuCell& gpu : node.gpus) {
                gpu.holder = gpu.holder == rank ? kNobody : gpu.holder;
            }
        }
    }

    // Reach of a job by the nodes it holds.
    model::Reach reach(std::uint32_t rank) const {
        std::set<std::uint32_t> on, below;
        for (const auto& [node, gpu] : held_by(rank)) {
            on.insert(node);
            below.insert(p_.leaf[node]);
        }
        return below.size() > 1 ? model::Reach::kMultiLeaf
               : on.size() > 1  ? model::Reach::kMultiNode
                                : model::Reach::kAll;
    }
    // The slowest degradation of a node that jobs of this reach, and not of less, feel.
    std::uint32_t slowest(std::uint32_t node, model::Reach reach, std::uint32_t tick) const {
        std::uint32_t least = model::kFullSpeed;
        for (const model::Outage& o : p_.outages) {
            if (o.kind == model::OutageKind::kDegraded && o.reach == reach && is_on(o, node) &&
                lasts_at(o, tick)) {
                least = std::min<std::uint32_t>(least, o.speed);
            }
        }
        return least;
    }
    std::uint32_t speed(std::uint32_t rank, std::uint32_t tick) const {
        std::uint32_t least = model::kFullSpeed;
        const model::Reach reach_of_job = reach(rank);
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            if (nodes[n].held_by(rank) == 0) {
                continue;
            }
            for (const model::Reach of :
                 {model::Reach::kAll, model::Reach::kMultiNode, model::Reach::kMultiLeaf}) {
                least = reach_of_job >= of ? std::min(least, slowest(n, of, tick)) : least;
            }
        }
        return least;
    }

    std::vector<NodeCell> nodes;
    std::vector<std::int32_t> short_of;  // by pool; < 0: a node too many serves

private:
    const InterruptionProblem& p_;
};

}  // namespace tidepool::properties
