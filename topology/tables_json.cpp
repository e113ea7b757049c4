// What `tidepool topology show|stats --json` prints.

#include "sim/base/json.h"
#include "topology/failure_presets.h"
#include "topology/names.h"
#include "topology/stats.h"

namespace tidepool::topology {
namespace {

void write_counts(JsonWriter& json, const Topology& topology, const Stats& counts) {
    json.member("name", topology.name);
    json.member("nodes", counts.hosts).member("gpus", counts.gpus);
    json.member("islands", topology.islands).member("racks", topology.racks);
    json.member("pods", topology.pods);
    json.member("fabric", kind_name(topology.fabric.kind));
    json.key("tiers").begin_array();
    for (std::size_t i = 0; i < counts.tiers.size(); ++i) {
        const LinkCount& links = counts.links[i];
        json.begin_object();
        json.member("tier", tier_name(counts.tiers[i].tier));
        json.member("switches", counts.tiers[i].switches);
        json.member("model", counts.tiers[i].model);
        json.member("cables_from_below", links.cables);
        json.member("bandwidth_from_below_bytes_per_s", links.capacity.value);
        json.end_object();
    }
    json.end_array();
}

void write_clusters(JsonWriter& json, const Topology& topology) {
    json.key("clusters").begin_array();
    for (const ClusterCount& row : count_clusters(topology)) {
        json.begin_object().member("name", row.name).member("nodes", row.nodes);
        json.member("server", row.server).member("gpus", row.gpus);
        json.member("gpu_model", row.gpu_model).end_object();
    }
    json.end_array();
}

void write_storage(JsonWriter& json, const Topology& topology) {
    json.key("storage").begin_array();
    for (const StorageSpec& storage : topology.storage) {
        json.begin_object().member("name", storage.name).member("kind", kind_name(storage.kind));
        json.member("bandwidth_bytes_per_s", storage.bandwidth.value);
        if (storage.per_client) {
            json.member("per_client_bytes_per_s", storage.per_client->value);
        }
        if (storage.capacity) {
            json.member("capacity_bytes", storage.capacity->value);
        }
        json.end_object();
    }
    json.end_array();
}

void write_failures(JsonWriter& json, const FailureSpec& failures) {
    json.key("failures").begin_object().member("preset", failures.preset);
    json.member("per_1000_node_days", per_1000_node_days(failures));
    json.key("components").begin_array();
    for (const ComponentFailureSpec& part : failure_components(failures)) {
        json.begin_object().member("name", part.name).member("per", kind_name(part.per));
        json.member("kind", kind_name(*part.kind));
        json.member("events_per_s", failures.scale / part.mtbf->value).end_object();
    }
    json.end_array().end_object();
}

void write_price(JsonWriter& json, const Price& price, double count) {
    json.begin_object().member("currency", kind_name(price.currency));
    json.member("low", price.low * count).member("high", price.high * count).end_object();
}

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
    json.key(key).begin_array();
    for (const std::string& name : names) {
        json.value(name);
    }
    json.end_array();
}

void write_bill(JsonWriter& json, const Bill& bill) {
    json.key("bill").begin_object().key("lines").begin_array();
    for (const BillLine& line : bill.lines) {
        const auto count = static_cast<double>(line.count);
        json.begin_object().member("kind", line.kind).member("part", line.part);
        json.member("count", line.count).member("inside_server", line.inside);
        if (line.price) {
            write_price(json.key("price"), *line.price, count);
        }
        if (line.power) {
            json.member("power_w", line.power->value * count);
        }
        json.end_object();
    }
    json.end_array().key("price").begin_array();
    for (const Price& total : bill.price) {
        write_price(json, total, 1);
    }
    json.end_array().member("power_w", bill.power.value);
    write_names(json, "without_price", bill.without_price);
    write_names(json, "without_power", bill.without_power);
    json.end_object();
}

void write_worst(JsonWriter& json, const Stats& stats) {
    json.key("loss_of_one_switch").begin_array();
    for (const WorstSwitch& row : stats.worst) {
        const Blast& worst = row.worst;
        json.begin_object().member("tier", tier_name(row.tier));
        json.member("nodes_cut", worst.nodes_cut).member("gpus_cut", worst.gpus_cut);
        json.member("nodes_slowed", worst.nodes_slowed).member("gpus_slowed", worst.gpus_slowed);
        json.member("largest_share", worst.share).end_object();
    }
    json.end_array();
}

void write_figures(JsonWriter& json, const Stats& stats) {
    if (stats.bisection) {
        json.key("bisection").begin_object();
        json.member("bandwidth_bytes_per_s", stats.bisection->bandwidth.value);
        json.member("split_by", stats.bisection->split);
        json.key("nodes").begin_array().value(stats.bisection->nodes[0]);
        json.value(stats.bisection->nodes[1]).end_array().end_object();
    }
    if (stats.diameter) {
        json.member("diameter_hops", *stats.diameter);
    }
    if (stats.diversity) {
        json.key("path_diversity").begin_object().member("hops", stats.diversity->hops);
        json.member("shortest_routes", stats.diversity->routes);
        json.member("disjoint_routes", stats.diversity->disjoint).end_object();
    }
}

}  // namespace

std::string show_json(const Topology& topology) {
    Stats counts;
    count_tiers(topology, fabric_graph(topology), counts);
    JsonWriter json;
    json.begin_object();
    write_counts(json, topology, counts);
    write_clusters(json, topology);
    write_storage(json, topology);
    write_failures(json, topology.failures);
    return json.end_object().str();
}

std::string stats_json(const Topology& topology, const Stats& stats) {
    JsonWriter json;
    json.begin_object();
    write_counts(json, topology, stats);
    write_figures(json, stats);
    write_worst(json, stats);
    write_bill(json, stats.bill);
    return json.end_object().str();
}

}  // namespace tidepool::topology
