#include "topology/cabling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "topology/build.h"

namespace tidepool::topology {
namespace {

template <class Number>
std::string count(Number number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

// Whole cables for a bandwidth. Ratios such as 3.2 TB/s / 7 / 50 GB/s leave dust behind, which must
// not cost a cable.
std::uint32_t cables_for(double bandwidth, double cable) {
    constexpr double many = 1e6;  // more than any switch has ports
    const double exact = bandwidth / cable;
    return exact < many
               ? static_cast<std::uint32_t>(std::max(1.0, std::ceil(exact * (1.0 - 1e-12))))
               : static_cast<std::uint32_t>(many);
}

std::uint32_t divided_up(std::uint32_t number, std::uint32_t parts) {
    return (number + parts - 1) / parts;
}

// The smallest divisor of `number` that fits; 0 when none does.
std::uint32_t smallest_divisor(std::uint32_t number,
                               const std::function<bool(std::uint32_t)>& fits) {
    for (std::uint32_t d = 1; d <= number; ++d) {
        if (number % d == 0 && fits(d)) {
            return d;
        }
    }
    return 0;
}

class Cabling {
public:
    Cabling(const FabricSpec& spec, const Topology& topology, const Where& where, Issues& issues)
        : spec_(spec), topology_(topology), where_(where), issues_(issues) {
        fabric_.kind = spec.kind;
        fabric_.wiring = spec.wiring;
    }

    Fabric plan(const Catalog& parts) {
        if (choose_switches(parts) && group_nodes() && cable_leaves() && cable_spines()) {
            cable_cores();
        }
        return fabric_;
    }

private:
    bool fail(const Where& where, const std::string& problem, const std::string& hint = {}) {
        report(issues_, where, problem, hint);
        return false;
    }
    bool three_tiers() const {
        return spec_.kind == FabricKind::kFatTree || spec_.kind == FabricKind::kKAry;
    }
    const Server& server_of(std::uint32_t node) const {
        return topology_.servers[topology_.nodes[node].server];
    }
    BytesPerSecond card_rate(const Server& server) const {
        return find_part(topology_.nics, server.nic)->rate;
    }

    bool pick(Switch& into, const Catalog& parts, const std::string& name, std::string_view key) {
        const Switch* model = find_part(parts.switches, name);
        if (name.empty()) {
            return fail(where_[key], "this kind of fabric needs a switch here",
                        "for example `" + std::string(key) + ": qm9700`");
        }
        if (model == nullptr) {
            return fail(where_[key], "no such switch (got '" + name + "')",
                        did_you_mean(name, names_of(parts.switches)));
        }
        into = *model;
        return true;
    }
    bool choose_switches(const Catalog& parts);
    void choose_k_ary_switches(const Catalog& parts);
    bool choose_links();
    bool check_servers();
    bool check_pods_hold_whole_groups();
    bool group_nodes();
    bool cable_leaves();
    bool cable_spines();
    void cable_cores();
    std::uint32_t spine_ports(std::uint32_t spines) const;
    bool fail_spines(std::uint32_t leaf_up_links);

    const FabricSpec& spec_;
    const Topology& topology_;
    Where where_;
    Issues& issues_;
    Fabric fabric_;
};

void Cabling::choose_k_ary_switches(const Catalog& parts) {
    BytesPerSecond rate;
    for (const Server& server : topology_.servers) {
        rate = std::max(rate, card_rate(server));
    }
    Switch any;
    if (const Switch* model = find_part(parts.switches, spec_.leaf)) {
        any = *model;
    } else {
        any.name = std::to_string(spec_.k) + "-port-switch";
        any.rate = rate;
    }
    any.ports = spec_.k;
    fabric_.leaf = fabric_.spine = fabric_.core = any;
    fabric_.leaf_link = fabric_.spine_link = rate;
}

bool Cabling::choose_links() {
    const auto link = [&](const Switch& below, const Switch& above, BytesPerSecond& into) {
        into = std::min(below.rate, above.rate);
        if (spec_.link_rate && *spec_.link_rate > into) {
            return fail(where_["link_rate"],
                        "faster than the ports of " + below.name + " or " + above.name);
        }
        into = spec_.link_rate.value_or(into);
        return true;
    };
    if (spec_.kind == FabricKind::kLeaf) {
        return true;
    }
    return link(fabric_.leaf, fabric_.spine, fabric_.leaf_link) &&
           (!three_tiers() || link(fabric_.spine, fabric_.core, fabric_.spine_link));
}

bool Cabling::choose_switches(const Catalog& parts) {
    if (!check_servers()) {
        return false;
    }
    if (spec_.kind == FabricKind::kKAry) {
        choose_k_ary_switches(parts);
        return true;
    }
    bool found = pick(fabric_.leaf, parts, spec_.leaf, "leaf");
    if (spec_.kind != FabricKind::kLeaf) {
        found = pick(fabric_.spine, parts, spec_.spine, "spine") && found;
    }
    if (three_tiers()) {
        found = pick(fabric_.core, parts, spec_.core, "core") && found;
    }
    return found && choose_links();
}

bool Cabling::check_servers() {
    bool good = true;
    for (const Server& server : topology_.servers) {
        if (server.nics == 0) {
            good = fail(where_["kind"],
                        "server " + server.name + " has no known network card to connect",
                        "give it `nic` and `nics` under `catalog: {servers: ...}`");
        } else if (spec_.wiring == Wiring::kRail && server.nics != topology_.servers[0].nics) {
            good = fail(where_["wiring"],
                        "rails need the same number of cards in every server (got '" +
                            std::to_string(server.nics) + "' in " + server.name + ")");
        } else if (spec_.kind == FabricKind::kKAry &&
                   card_rate(server) != card_rate(topology_.servers[0])) {
            good = fail(where_["kind"],
                        "a k-ary tree needs cards of one rate (got '" + server.nic + "')");
        }
    }
    return good;
}

// In a fabric with cores a leaf belongs to one pod; in every fabric a pod is made of whole leaf
// groups.
bool Cabling::check_pods_hold_whole_groups() {
    const auto size = static_cast<std::uint32_t>(spec_.nodes_per_leaf);
    const std::vector<Node>& nodes = topology_.nodes;
    std::uint32_t first = 0;
    for (std::uint32_t n = 1; n < nodes.size(); ++n) {
        if (nodes[n].pod == nodes[first].pod) {
            continue;
        }
        if (nodes[n].cluster == nodes[first].cluster && (n - first) % size != 0) {
            return fail(where_["nodes_per_leaf"],
                        "pods of " + count(n - first, "node") +
                            " are no whole number of leaf groups (got '" + std::to_string(size) +
                            "')",
                        "make `nodes_per_pod` a multiple of `nodes_per_leaf`");
        }
        first = n;
    }
    return true;
}

bool Cabling::group_nodes() {
    if (spec_.nodes_per_leaf < 1 || spec_.nodes_per_leaf > kMaxNodes) {
        return fail(where_["nodes_per_leaf"], "says how many nodes hang on one leaf switch",
                    "for example `nodes_per_leaf: 32`");
    }
    if (!check_pods_hold_whole_groups()) {
        return false;
    }
    const auto size = static_cast<std::uint32_t>(spec_.nodes_per_leaf);
    const bool rail = spec_.wiring == Wiring::kRail;
    fabric_.leaves_per_group = rail ? static_cast<std::uint32_t>(topology_.servers[0].nics) : 1u;
    fabric_.planes = spec_.rail_planes ? fabric_.leaves_per_group : 1u;
    for (std::uint32_t n = 0; n < topology_.nodes.size(); ++n) {
        const std::uint32_t pod = topology_.nodes[n].pod;
        if (fabric_.groups.empty() || fabric_.groups.back().pod != pod ||
            fabric_.groups.back().nodes == size) {
            LeafGroup group;
            group.first_node = n;
            group.pod = pod;
            fabric_.groups.push_back(group);
        }
        const Server& server = server_of(n);
        ++fabric_.groups.back().nodes;
        fabric_.groups.back().down.value +=
            static_cast<double>(server.nics) * card_rate(server).value;
    }
    if (spec_.kind == FabricKind::kLeaf && fabric_.groups.size() > 1) {
        return fail(where_["nodes_per_leaf"],
                    "one tier joins the nodes of one leaf group only; there are " +
                        count(topology_.nodes.size(), "node") + " in " +
                        count(topology_.pods, "pod") + " (got '" +
                        std::to_string(spec_.nodes_per_leaf) + "')",
                    "take `kind: leaf-spine`");
    }
    return true;
}

// Up-links, and whether the ports of a leaf suffice for them.
bool Cabling::cable_leaves() {
    for (const Server& server : topology_.servers) {
        if (card_rate(server) > fabric_.leaf.rate) {
            return fail(where_["leaf"], "a port of " + fabric_.leaf.name +
                                            " is slower than the card " + server.nic + " of " +
                                            server.name);
        }
    }
    for (LeafGroup& group : fabric_.groups) {
        std::int64_t ports = group.nodes;
        if (spec_.wiring == Wiring::kTor) {
            ports *= server_of(group.first_node).nics;
        }
        std::int64_t up = 0;
        if (spec_.kind != FabricKind::kLeaf) {
            group.up.value = group.down.value / spec_.oversubscription;
            up = cables_for(group.up.value / fabric_.leaves_per_group, fabric_.leaf_link.value);
        }
        if (ports + up > fabric_.leaf.ports) {
            return fail(where_["nodes_per_leaf"],
                        "a " + fabric_.leaf.name + " has " + count(fabric_.leaf.ports, "port") +
                            ", but " + count(group.nodes, "node") + " take " +
                            std::to_string(ports) + " and the up-links " + std::to_string(up) +
                            " (got '" + std::to_string(spec_.nodes_per_leaf) + "')",
                        "fewer nodes per leaf, more oversubscription or a larger switch");
        }
    }
    return true;
}

// Ports that the busiest spine needs when there are `spines` of them per plane (and pod).
std::uint32_t Cabling::spine_ports(std::uint32_t spines) const {
    const std::uint32_t leaves = fabric_.leaves_per_group / fabric_.planes;
    std::uint32_t most = 0;
    std::uint32_t down = 0;
    double capacity = 0;
    for (std::size_t g = 0; g < fabric_.groups.size(); ++g) {
        const LeafGroup& group = fabric_.groups[g];
        if (three_tiers() && g > 0 && group.pod != fabric_.groups[g - 1].pod) {
            down = 0;
            capacity = 0;
        }
        const std::uint32_t up_links =
            cables_for(group.up.value / fabric_.leaves_per_group, fabric_.leaf_link.value);
        down += leaves * divided_up(up_links, spines);
        capacity += group.up.value / spec_.pod_oversubscription;
        const std::uint32_t up =
            three_tiers() ? cables_for(capacity / fabric_.planes / spines, fabric_.spine_link.value)
                          : 0;
        most = std::max(most, down + up);
    }
    return most;
}

bool Cabling::fail_spines(std::uint32_t leaf_up_links) {
    const std::string hint = three_tiers()
                                 ? "make pods smaller, or take a larger spine"
                                 : "take `kind: fat-tree`, `rail_planes: true` or a larger spine";
    return fail(where_["spine"],
                "even " + count(leaf_up_links, "spine") + " would each need " +
                    count(spine_ports(leaf_up_links), "port") + ", a " + fabric_.spine.name +
                    " has " + std::to_string(fabric_.spine.ports),
                hint);
}

bool Cabling::cable_spines() {
    if (spec_.kind == FabricKind::kLeaf) {
        return false;
    }
    double widest = 0;
    for (const LeafGroup& group : fabric_.groups) {
        widest = std::max(widest, group.up.value / fabric_.leaves_per_group);
    }
    const std::uint32_t up_links = cables_for(widest, fabric_.leaf_link.value);
    fabric_.spines_per_plane = spec_.kind == FabricKind::kKAry
                                   ? static_cast<std::uint32_t>(spec_.k / 2)
                                   : smallest_divisor(up_links, [&](std::uint32_t spines) {
                                         return spine_ports(spines) <= fabric_.spine.ports;
                                     });
    if (fabric_.spines_per_plane == 0) {
        return fail_spines(up_links);
    }
    for (LeafGroup& group : fabric_.groups) {
        group.cables_per_spine = divided_up(
            cables_for(group.up.value / fabric_.leaves_per_group, fabric_.leaf_link.value),
            fabric_.spines_per_plane);
    }
    return three_tiers();
}

void Cabling::cable_cores() {
    fabric_.pods.resize(topology_.pods);
    for (const LeafGroup& group : fabric_.groups) {
        fabric_.pods[group.pod].up.value += group.up.value / spec_.pod_oversubscription;
    }
    const auto up_links = [&](const PodUplink& pod) {
        return cables_for(pod.up.value / fabric_.planes / fabric_.spines_per_plane,
                          fabric_.spine_link.value);
    };
    std::uint32_t widest = 0;
    for (const PodUplink& pod : fabric_.pods) {
        widest = std::max(widest, up_links(pod));
    }
    const auto core_ports = [&](std::uint32_t cores) {
        std::uint32_t ports = 0;
        for (const PodUplink& pod : fabric_.pods) {
            ports += divided_up(up_links(pod), cores);
        }
        return ports;
    };
    const auto fits = [&](std::uint32_t cores) { return core_ports(cores) <= fabric_.core.ports; };
    const auto half = static_cast<std::uint32_t>(spec_.k / 2);
    fabric_.cores_per_spine =
        spec_.kind == FabricKind::kKAry ? (fits(half) ? half : 0u) : smallest_divisor(widest, fits);
    if (fabric_.cores_per_spine == 0) {
        fail(where_["core"],
             count(topology_.pods, "pod") + " are more than the " +
                 count(fabric_.core.ports, "port") + " of a " + fabric_.core.name + " can join",
             "make pods larger, or take a larger core");
        return;
    }
    for (PodUplink& pod : fabric_.pods) {
        pod.cables_per_core = divided_up(up_links(pod), fabric_.cores_per_spine);
    }
}

}  // namespace

Fabric plan_fabric(const FabricSpec& spec, const Catalog& parts, const Topology& topology,
                   const Where& where, Issues& issues) {
    if (spec.kind == FabricKind::kNone) {
        return {};
    }
    return Cabling(spec, topology, where, issues).plan(parts);
}

}  // namespace tidepool::topology
