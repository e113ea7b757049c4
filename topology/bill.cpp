#include "topology/bill.h"

namespace tidepool::topology {
namespace {

void add_servers(Bill& bill, const Topology& topology) {
    std::vector<std::uint64_t> servers(topology.servers.size(), 0);
    std::vector<std::uint64_t> gpus(topology.gpu_models.size(), 0);
    std::vector<std::uint64_t> cards(topology.nics.size(), 0);
    for (const Node& node : topology.nodes) {
        ++servers[node.server];
        gpus[node.gpu_model] += node.gpus;
        const Server& server = topology.servers[node.server];
        for (std::size_t i = 0; i < topology.nics.size(); ++i) {
            if (topology.nics[i].name == server.nic) {
                cards[i] += static_cast<std::uint64_t>(server.nics);
            }
        }
    }
    for (std::size_t i = 0; i < servers.size(); ++i) {
        const Server& part = topology.servers[i];
        bill.lines.push_back({"server", part.name, servers[i], part.price, part.power, false});
    }
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        const GpuModel& part = topology.gpu_models[i];
        bill.lines.push_back({"gpu", part.name, gpus[i], part.price, part.tdp, true});
    }
    for (std::size_t i = 0; i < cards.size(); ++i) {
        const Nic& part = topology.nics[i];
        bill.lines.push_back({"nic", part.name, cards[i], part.price, part.power, true});
    }
}

void add_switches(Bill& bill, const Fabric& fabric) {
    const auto add = [&](const char* tier, const Switch& part, std::uint64_t count) {
        if (count > 0) {
            bill.lines.push_back({tier, part.name, count, part.price, part.power, false});
        }
    };
    add("leaf", fabric.leaf, fabric.leaf_count());
    add("spine", fabric.spine, fabric.spine_count());
    add("core", fabric.core, fabric.core_count());
}

void add_price(std::vector<Price>& totals, const Price& one, std::uint64_t count) {
    for (Price& total : totals) {
        if (total.currency == one.currency) {
            total.low += one.low * static_cast<double>(count);
            total.high += one.high * static_cast<double>(count);
        }
    }
}

}  // namespace

Bill bill(const Topology& topology) {
    Bill result;
    add_servers(result, topology);
    add_switches(result, topology.fabric);
    std::vector<Price> totals{{0, 0, Currency::kUsd}, {0, 0, Currency::kCny}};
    for (const BillLine& line : result.lines) {
        if (line.inside) {
            continue;
        }
        const std::string name = line.kind + " " + line.part;
        if (line.price) {
            add_price(totals, *line.price, line.count);
        } else {
            result.without_price.push_back(name);
        }
        if (line.power) {
            result.power.value += line.power->value * static_cast<double>(line.count);
        } else {
            result.without_power.push_back(name);
        }
    }
    for (const Price& total : totals) {
        if (total.high > 0) {
            result.price.push_back(total);
        }
    }
    return result;
}

}  // namespace tidepool::topology
