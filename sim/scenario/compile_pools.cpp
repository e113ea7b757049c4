#include "sim/scenario/compile_pools.h"

#include <string>
#include <utility>

namespace tidepool::scenario {
namespace {

void add_pool(const std::string& name, std::uint32_t model, Compiled& compiled) {
    model::PoolRecord pool;
    pool.name = name;
    pool.gpu_model = model;
    compiled.pools.push_back(std::move(pool));
}

}  // namespace

void compile_pools(const topology::Topology& topology, bool fungible, Compiled& compiled) {
    if (fungible) {
        for (std::uint32_t c = 0; c < compiled.plan.classes.size(); ++c) {  // class c is node c
            const core::NodeClass& of = compiled.plan.classes[c];
            add_pool(compiled.gpu_models[of.model], of.model, compiled);
            compiled.pools.back().gpus = of.gpus;
            compiled.pool_of_node.push_back(c);
        }
    } else {
        for (const topology::Node& node : topology.nodes) {
            if (node.cluster == compiled.pools.size()) {
                const model::ClusterRecord& of = compiled.datacenter.clusters[node.cluster];
                add_pool(of.name, of.gpu_model, compiled);
            }
            compiled.pools[node.cluster].gpus += node.gpus;
            compiled.pool_of_node.push_back(node.cluster);
        }
    }
    if (compiled.pools.size() == 1) {
        compiled.pools.clear();
        compiled.pool_of_node.clear();
    }
}

}  // namespace tidepool::scenario
