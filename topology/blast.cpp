#include "topology/blast.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>

#include "topology/paths.h"

namespace tidepool::topology {
namespace {

using std::uint32_t;

using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

// Hosts of one class together, and the GPUs in them.
struct Crowd {
    HostClass hosts;
    std::uint64_t gpus = 0;
    std::vector<uint32_t> leaves;  // switch numbers, from 0
};

class Losses {
public:
    Losses(const Graph& graph, const Adjacency& near, const std::vector<uint32_t>& gpus)
        : graph_(graph),
          near_(near),
          switches_(static_cast<uint32_t>(graph.vertices.size()) - graph.hosts),
          blasts_(switches_),
          slot_(graph.vertices.size(), kNone) {
        gather_crowds(gpus);
        connect();
    }

    std::vector<Blast> all() {
        for (const Crowd& crowd : crowds_) {
            climb(crowd);
        }
        std::vector<uint32_t> cuts;
        boost::articulation_points(skeleton_, std::back_inserter(cuts));
        for (uint32_t x = 0; x < switches_; ++x) {
            cut_pendants(x);
        }
        for (const uint32_t x : cuts) {
            if (x < switches_) {
                cut_components(x);
            }
        }
        return blasts_;
    }

private:
    void gather_crowds(const std::vector<uint32_t>& gpus);
    void connect();
    void climb(const Crowd& crowd);
    void cut_pendants(uint32_t x);
    void cut_components(uint32_t x);
    std::vector<uint32_t> components_without(uint32_t x) const;

    const Graph& graph_;
    const Adjacency& near_;
    uint32_t switches_;
    std::vector<Blast> blasts_;
    std::vector<uint32_t> slot_;  // scratch of `climb`: kNone between calls
    std::vector<Crowd> crowds_;
    std::vector<std::vector<uint32_t>> pendants_;  // by switch: crowds that hang on it alone
    Undirected skeleton_;                          // switches, then crowds with two or more leaves
    std::vector<uint32_t> joined_;                 // crowds in the skeleton, in its order
};

void Losses::gather_crowds(const std::vector<uint32_t>& gpus) {
    const HostClasses classes = host_classes(graph_, near_);
    for (const HostClass& hosts : classes.list) {
        Crowd crowd;
        crowd.hosts = hosts;
        for (uint32_t e = near_.first[hosts.first]; e < near_.first[hosts.first + 1]; ++e) {
            crowd.leaves.push_back(near_.ends[e].vertex - graph_.hosts);
        }
        crowds_.push_back(crowd);
    }
    for (uint32_t h = 0; h < graph_.hosts; ++h) {
        crowds_[classes.of_host[h]].gpus += gpus[h];
    }
}

void Losses::connect() {
    pendants_.resize(switches_);
    for (uint32_t c = 0; c < crowds_.size(); ++c) {
        if (crowds_[c].leaves.size() == 1) {
            pendants_[crowds_[c].leaves[0]].push_back(c);
        } else if (crowds_[c].leaves.size() > 1) {
            joined_.push_back(c);
        }
    }
    skeleton_ = Undirected(switches_ + joined_.size());
    for (const Link& link : graph_.links) {
        if (link.below >= graph_.hosts) {
            add_edge(link.below - graph_.hosts, link.above - graph_.hosts, skeleton_);
        }
    }
    for (uint32_t j = 0; j < joined_.size(); ++j) {
        for (const uint32_t leaf : crowds_[joined_[j]].leaves) {
            add_edge(switches_ + j, leaf, skeleton_);
        }
    }
}

// Adds what every switch of the crowd's cone means to the crowd, tier by tier.
void Losses::climb(const Crowd& crowd) {
    std::vector<uint32_t> level{crowd.hosts.first};
    while (!level.empty()) {
        std::vector<uint32_t> above;
        std::vector<double> into;
        double total = 0;
        for (const uint32_t v : level) {
            for (uint32_t e = near_.first[v]; e < near_.first[v + 1]; ++e) {
                const Link& link = graph_.links[near_.ends[e].link];
                if (link.below != v) {
                    continue;
                }
                if (slot_[link.above] == kNone) {
                    slot_[link.above] = static_cast<uint32_t>(above.size());
                    above.push_back(link.above);
                    into.push_back(0);
                }
                into[slot_[link.above]] += link.capacity.value;
                total += link.capacity.value;
            }
        }
        for (std::size_t i = 0; i < above.size(); ++i) {
            slot_[above[i]] = kNone;
            Blast& blast = blasts_[above[i] - graph_.hosts];
            blast.nodes_slowed += crowd.hosts.hosts;
            blast.gpus_slowed += crowd.gpus;
            blast.share = std::max(blast.share, into[i] / total);
        }
        level = std::move(above);
    }
}

void Losses::cut_pendants(uint32_t x) {
    for (const uint32_t c : pendants_[x]) {
        blasts_[x].nodes_cut += crowds_[c].hosts.hosts;
        blasts_[x].gpus_cut += crowds_[c].gpus;
    }
}

// Component of every vertex of the skeleton when switch x is gone; kNone for x itself.
std::vector<uint32_t> Losses::components_without(uint32_t x) const {
    std::vector<uint32_t> component(num_vertices(skeleton_), kNone);
    uint32_t next = 0;
    std::vector<uint32_t> stack;
    for (uint32_t start = 0; start < component.size(); ++start) {
        if (start == x || component[start] != kNone) {
            continue;
        }
        component[start] = next;
        stack.push_back(start);
        while (!stack.empty()) {
            const uint32_t v = stack.back();
            stack.pop_back();
            for (auto [e, end] = out_edges(v, skeleton_); e != end; ++e) {
                const auto to = static_cast<uint32_t>(target(*e, skeleton_));
                if (to != x && component[to] == kNone) {
                    component[to] = next;
                    stack.push_back(to);
                }
            }
        }
        ++next;
    }
    return component;
}

// The largest component keeps going, by nodes; the nodes of the others are cut off.
void Losses::cut_components(uint32_t x) {
    const std::vector<uint32_t> component = components_without(x);
    std::vector<std::uint64_t> nodes(component.size(), 0);
    std::vector<std::uint64_t> gpus(component.size(), 0);
    const auto count = [&](uint32_t vertex, const Crowd& crowd) {
        nodes[component[vertex]] += crowd.hosts.hosts;
        gpus[component[vertex]] += crowd.gpus;
    };
    for (uint32_t s = 0; s < switches_; ++s) {
        for (const uint32_t c : pendants_[s]) {
            if (s != x) {
                count(s, crowds_[c]);
            }
        }
    }
    for (uint32_t j = 0; j < joined_.size(); ++j) {
        count(switches_ + j, crowds_[joined_[j]]);
    }
    const auto largest =
        static_cast<std::size_t>(std::max_element(nodes.begin(), nodes.end()) - nodes.begin());
    blasts_[x].nodes_cut +=
        std::accumulate(nodes.begin(), nodes.end(), std::uint64_t{0}) - nodes[largest];
    blasts_[x].gpus_cut +=
        std::accumulate(gpus.begin(), gpus.end(), std::uint64_t{0}) - gpus[largest];
}

}  // namespace

std::vector<Blast> blasts(const Graph& graph, const Adjacency& near,
                          const std::vector<uint32_t>& gpus) {
    return Losses(graph, near, gpus).all();
}

}  // namespace tidepool::topology
