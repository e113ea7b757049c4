// What `tidepool topology show|stats` prints for people.

#include <cmath>

#include "sim/base/json.h"
#include "topology/columns.h"
#include "topology/failure_presets.h"
#include "topology/names.h"
#include "topology/stats.h"

namespace tidepool::topology {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string plural(std::uint64_t count, const std::string& noun) {
    return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

Rows cluster_rows(const Topology& topology) {
    Rows rows{{"cluster", "nodes", "server", "GPUs", "GPU model"}};
    for (const ClusterCount& row : count_clusters(topology)) {
        rows.push_back(
            {row.name, grouped(row.nodes), row.server, grouped(row.gpus), row.gpu_model});
    }
    return rows;
}

Rows tier_rows(const Stats& counts) {
    Rows rows{{"tier", "switches", "model", "cables from below", "bandwidth from below"}};
    for (std::size_t i = 0; i < counts.tiers.size(); ++i) {
        const TierCount& tier = counts.tiers[i];
        rows.push_back({std::string(tier_name(tier.tier)), grouped(tier.switches), tier.model,
                        grouped(counts.links[i].cables),
                        scaled(counts.links[i].capacity.value, "B/s")});
    }
    return rows;
}

std::string fabric_text(const Topology& topology, const Stats& counts) {
    const Fabric& fabric = topology.fabric;
    if (fabric.kind == FabricKind::kNone) {
        return "\nfabric: none given\n";
    }
    return "\nfabric: " + kind_name(fabric.kind) + ", " + kind_name(fabric.wiring) + " wiring" +
           (fabric.planes > 1 ? ", " + std::to_string(fabric.planes) + " rail planes" : "") + "\n" +
           columns(tier_rows(counts), "lrlrr");
}

std::string storage_text(const Topology& topology) {
    if (topology.storage.empty()) {
        return "";
    }
    Rows rows{{"storage", "kind", "bandwidth", "per client", "capacity"}};
    for (const StorageSpec& storage : topology.storage) {
        rows.push_back({storage.name, kind_name(storage.kind),
                        scaled(storage.bandwidth.value, "B/s"),
                        storage.per_client ? scaled(storage.per_client->value, "B/s") : "-",
                        storage.capacity ? scaled(storage.capacity->value, "B") : "-"});
    }
    return "\n" + columns(rows, "llrrr");
}

std::string failures_text(const FailureSpec& failures) {
    std::string text;
    const double rate = per_1000_node_days(failures);
    if (rate > 0) {
        text = "\nfailures: " + shortest(std::round(rate * 100) / 100) + " per 1,000 node-days" +
               (failures.preset.empty() ? "" : " (" + failures.preset + ")") + "\n";
    }
    const std::vector<ComponentFailureSpec> parts = failure_components(failures);
    if (!parts.empty() && failures.scale > 0) {
        Rows rows{{"cause", "per", "kind", "MTBF"}};
        for (const ComponentFailureSpec& part : parts) {
            const double hours = part.mtbf->value / 3600 / failures.scale;
            rows.push_back(
                {part.name, kind_name(part.per), kind_name(*part.kind),
                 hours < 1e15 ? grouped(static_cast<std::uint64_t>(hours)) + " h" : "never"});
        }
        text += (text.empty() ? "\n" : "") + columns(rows, "lllr");
    }
    return text;
}

std::string range(const Price& price, double count) {
    const std::string low = amount(price.low * count);
    const std::string high = amount(price.high * count);
    return (low == high ? low : low + " to " + high) + " " + kind_name(price.currency);
}

Rows bill_rows(const Bill& bill) {
    Rows rows{{"part", "model", "count", "list price", "largest draw"}};
    for (const BillLine& line : bill.lines) {
        const auto count = static_cast<double>(line.count);
        rows.push_back({line.inside ? "  in them: " + line.kind : line.kind, line.part,
                        grouped(line.count), line.price ? range(*line.price, count) : "-",
                        line.power ? scaled(line.power->value * count, "W") : "-"});
    }
    return rows;
}

std::string not_known(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "; not known for: " : ", ") + part;
    }
    return text;
}

std::string bill_text(const Bill& bill) {
    std::string price;
    for (const Price& total : bill.price) {
        price += (price.empty() ? "" : " + ") + range(total, 1);
    }
    return "\n" + columns(bill_rows(bill), "llrrr") +
           "list price: " + (price.empty() ? "none known" : price) + not_known(bill.without_price) +
           "\nlargest draw: " +
           (bill.power.value > 0 ? scaled(bill.power.value, "W") : "none known") +
           not_known(bill.without_power) + "\n";
}

std::string percent(double share) {
    return scaled(share * 100, "%");
}

Rows worst_rows(const Stats& stats) {
    Rows rows{{"loss of one", "nodes cut off", "GPUs cut off", "nodes slowed", "GPUs slowed",
               "largest share"}};
    for (const WorstSwitch& row : stats.worst) {
        const Blast& worst = row.worst;
        rows.push_back({std::string(tier_name(row.tier)), grouped(worst.nodes_cut),
                        grouped(worst.gpus_cut), grouped(worst.nodes_slowed),
                        grouped(worst.gpus_slowed), percent(worst.share)});
    }
    return rows;
}

std::string bisection_text(const Topology& topology, const Bisection& cut) {
    std::uint64_t gpus[2] = {0, 0};
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        gpus[n < cut.nodes[0] ? 0 : 1] += topology.nodes[n].gpus;
    }
    const std::uint64_t fewer = std::min(gpus[0], gpus[1]);
    return scaled(cut.bandwidth.value, "B/s") + " each way between the first " +
           plural(cut.nodes[0], "node") + " and the other " + grouped(cut.nodes[1]) +
           " (least capacity of this split, at " + cut.split + "), " +
           scaled(cut.bandwidth.value * 8 / static_cast<double>(fewer), "b/s") +
           " per GPU of the smaller half";
}

Rows figure_rows(const Topology& topology, const Stats& stats) {
    Rows rows;
    rows.push_back({"bisection", stats.bisection ? bisection_text(topology, *stats.bisection)
                                                 : "no fabric between nodes"});
    if (stats.diameter) {
        rows.push_back({"diameter", plural(*stats.diameter, "hop")});
    }
    if (stats.diversity) {
        const PathDiversity& paths = *stats.diversity;
        rows.push_back({"path diversity", grouped(static_cast<std::uint64_t>(paths.routes)) +
                                              " shortest routes of " + plural(paths.hops, "hop") +
                                              ", " +
                                              grouped(static_cast<std::uint64_t>(paths.disjoint)) +
                                              " without a common cable between switches"});
    }
    return rows;
}

}  // namespace

std::string show_table(const Topology& topology) {
    Stats counts;
    count_tiers(topology, fabric_graph(topology), counts);
    return topology.name + ": " + plural(counts.hosts, "node") + ", " + plural(counts.gpus, "GPU") +
           ", " + plural(topology.islands, "island") + ", " + plural(topology.racks, "rack") +
           ", " + plural(topology.pods, "pod") + "\n\n" + columns(cluster_rows(topology), "lrlrl") +
           fabric_text(topology, counts) + storage_text(topology) +
           failures_text(topology.failures);
}

std::string stats_table(const Topology& topology, const Stats& stats) {
    std::string text = topology.name + ": " + plural(stats.hosts, "node") + ", " +
                       plural(stats.gpus, "GPU") + "\n" + fabric_text(topology, stats) + "\n" +
                       columns(figure_rows(topology, stats), "ll");
    if (!stats.worst.empty()) {
        text += "\n" + columns(worst_rows(stats), "lrrrrr");
    }
    return text + bill_text(stats.bill);
}

}  // namespace tidepool::topology
