#include "topology/catalog.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "sim/base/assert.h"
#include "sim/config/read.h"
#include "topology/embedded.h"

namespace tidepool::topology {
namespace {

constexpr std::array<std::string_view, 4> kLists{"gpus", "nics", "switches", "servers"};

// catalog/*.yaml as one map; each file holds the list it is named after.
config::Value read_shipped() {
    Issues issues;
    config::Value all;
    all.kind = config::Value::Kind::kMap;
    for (const EmbeddedFile& file : embedded_files()) {
        const bool wanted = std::any_of(kLists.begin(), kLists.end(), [&](std::string_view list) {
            return file.path == "topology/catalog/" + std::string(list) + ".yaml";
        });
        if (wanted) {
            all = config::merged(all, parse_embedded(file, issues));
        }
    }
    issues.throw_if_any();
    return all;
}

const config::Value& shipped_values() {
    static const config::Value all = read_shipped();
    return all;
}

const config::Value* find_named(const config::Value* list, const std::string& name) {
    if (list == nullptr) {
        return nullptr;
    }
    for (const config::Value& item : list->items) {
        const config::Value* found = item.find("name");
        if (found != nullptr && found->text == name) {
            return &item;
        }
    }
    return nullptr;
}

template <class Part>
void append_others(std::vector<Part>& into, const std::vector<Part>& shipped) {
    for (const Part& part : shipped) {
        if (find_part(into, part.name) == nullptr) {
            into.push_back(part);
        }
    }
}

void check_price(const std::optional<Price>& price, const Where& where, Issues& issues) {
    if (price && price->low > price->high) {
        report(issues, where["price"]["low"], "the lowest price is above the highest",
               "swap `low` and `high`");
    }
}

template <class Part>
void check_parts(const std::vector<Part>& parts, const Where& where, Issues& issues) {
    std::vector<std::string> fields;
    std::apply([&](const auto&... field) { (fields.emplace_back(field.name), ...); },
               config::SpecTable<Part>::fields);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Part& part = parts[i];
        if (!seen.insert(part.name).second) {
            report(issues, where[i]["name"],
                   "another entry of this list has the same name (got '" + part.name + "')");
        }
        check_price(part.price, where[i], issues);
        for (std::size_t u = 0; u < part.unconfirmed.size(); ++u) {
            if (std::find(fields.begin(), fields.end(), part.unconfirmed[u]) == fields.end()) {
                report(issues, where[i]["unconfirmed"][u],
                       "no such field (got '" + part.unconfirmed[u] + "')",
                       did_you_mean(part.unconfirmed[u], fields));
            }
        }
    }
}

template <class Part>
void check_name(const std::string& name, const std::vector<Part>& parts, const Where& where,
                std::string_view what, Issues& issues) {
    if (find_part(parts, name) == nullptr) {
        report(issues, where, "no such " + std::string(what) + " (got '" + name + "')",
               did_you_mean(name, names_of(parts)));
    }
}

Catalog read_catalog() {
    Issues issues;
    const config::Value& all = shipped_values();
    Catalog catalog = config::read<Catalog>(all, "catalog", issues);
    check_catalog(catalog, catalog, Where::root(all, "catalog"), issues);
    issues.throw_if_any();
    return catalog;
}

}  // namespace

const Catalog& shipped_catalog() {
    static const Catalog catalog = read_catalog();
    return catalog;
}

config::Value complete_catalog(const config::Value& own) {
    const config::Value& shipped = shipped_values();
    config::Value complete = own;
    for (config::Member& list : complete.members) {
        const config::Value* known = shipped.find(list.key);
        for (config::Value& item : list.value.items) {
            const config::Value* name = item.find("name");
            const config::Value* base = name == nullptr ? nullptr : find_named(known, name->text);
            if (base != nullptr) {
                const Position at = item.at;
                item = config::merged(*base, item);
                item.at = at;
            }
        }
    }
    return complete;
}

Catalog combined(const Catalog& own) {
    Catalog all = own;
    const Catalog& shipped = shipped_catalog();
    append_others(all.gpus, shipped.gpus);
    append_others(all.nics, shipped.nics);
    append_others(all.switches, shipped.switches);
    append_others(all.servers, shipped.servers);
    return all;
}

void check_catalog(const Catalog& catalog, const Catalog& all, const Where& where, Issues& issues) {
    check_parts(catalog.gpus, where["gpus"], issues);
    check_parts(catalog.nics, where["nics"], issues);
    check_parts(catalog.switches, where["switches"], issues);
    check_parts(catalog.servers, where["servers"], issues);
    for (std::size_t i = 0; i < catalog.servers.size(); ++i) {
        const Server& server = catalog.servers[i];
        const Where entry = where["servers"][i];
        check_name(server.gpu, all.gpus, entry["gpu"], "GPU model", issues);
        if (!server.nic.empty()) {
            check_name(server.nic, all.nics, entry["nic"], "network card", issues);
        }
        if (server.nic.empty() != (server.nics == 0)) {
            report(issues, entry[server.nic.empty() ? "nics" : "nic"],
                   "`nic` and `nics` go together: the model and how many",
                   server.nic.empty() ? "name the card in `nic`" : "say how many in `nics`");
        }
    }
}

}  // namespace tidepool::topology
