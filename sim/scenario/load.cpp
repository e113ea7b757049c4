#include "sim/scenario/load.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "sim/config/read.h"
#include "sim/config/write.h"
#include "sim/model/failure_log.h"
#include "sim/scenario/overrides.h"
#include "topology/build.h"
#include "topology/failure_check.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

using config::Value;

std::string read_text_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> given_overrides(const LoadOptions& options) {
    std::vector<std::string> overrides = options.overrides;
    if (options.seed) {
        overrides.push_back("seed=" + *options.seed);
    }
    if (options.until) {
        overrides.push_back("horizon=" + *options.until);
    }
    return overrides;
}

class Loader {
public:
    Loader(const ScenarioFile& file, const LoadOptions& options, InputCache& cache)
        : file_(file), options_(options), cache_(cache) {}

    Loaded load() {
        for (const Issue& issue : file_.issues) {
            issues_.add(issue);
        }
        std::vector<std::string> overrides = given_overrides(options_);
        override_rates(overrides);
        for (const config::Assignment& laid : options_.assignments) {
            loaded_.overrides.push_back(laid.path + "=" + config::to_flow_yaml(laid.value));
        }
        loaded_.overrides.insert(loaded_.overrides.end(), overrides.begin(), overrides.end());
        Value root = file_.tree;
        const auto topology_file =
            apply_overrides(root, {options_.assignments, overrides}, false, issues_);
        inherit_rules(root);
        loaded_.spec = config::read<ScenarioSpec>(root, "", issues_);
        issues_.throw_if_any();
        note_input(file_.as_written, file_.location);
        if (topology_file) {
            note_input(topology_file->as_written, topology_file->location);
        }
        loaded_.source_yaml = file_.text;
        loaded_.resolved_yaml = config::to_yaml(loaded_.spec);
        build_topology(*root.find("topology"));
        const Value* workloads = root.find("workloads");  // null: there are none
        for (std::size_t w = 0; w < loaded_.spec.workloads.size(); ++w) {
            read_workload(w, *workloads->items[w].find("trace"));
        }
        check_locality(root);
        read_failures(root);
        read_network(root);
        issues_.throw_if_any();
        read_services(root);
        issues_.throw_if_any();
        note_series(root);
        loaded_.tree = std::move(root);
        return std::move(loaded_);
    }

private:
    // --network changes a network, it does not make one.
    void override_rates(std::vector<std::string>& overrides) {
        if (!options_.network) {
            return;
        }
        const auto names_it = [](const std::string& path) { return path.starts_with("network"); };
        const bool there =
            file_.tree.find("network") != nullptr || std::ranges::any_of(overrides, names_it) ||
            std::ranges::any_of(options_.assignments, names_it, &config::Assignment::path);
        if (there) {
            overrides.push_back("network.rates=" + *options_.network);
        } else if (*options_.network != "off") {
            issues_.add({"--network", 0, 0}, "",
                        "the scenario has no `network` section, so its jobs share nothing",
                        "add `network: {}`, and `communication` to say what jobs send");
        }
    }

    // What workloads say about checkpoints and recovery goes over what the scenario says.
    static void inherit_rules(Value& root) {
        Value* workloads = nullptr;
        for (config::Member& member : root.members) {
            workloads = member.key == "workloads" ? &member.value : workloads;
        }
        for (const char* key : {"checkpoint", "recovery"}) {
            const Value* base = root.find(key);
            if (base == nullptr || base->kind != Value::Kind::kMap || workloads == nullptr) {
                continue;
            }
            const Value shared = *base;
            for (Value& workload : workloads->items) {
                for (config::Member& member : workload.members) {
                    if (member.key == key && member.value.kind == Value::Kind::kMap) {
                        member.value = inherit(shared, member.value);
                    }
                }
            }
        }
    }

    void build_topology(const Value& section) {
        std::shared_ptr<const topology::Topology> built;  // also if something is wrong with it
        topology_key_ = config::to_yaml(loaded_.spec.topology);
        const auto kept = cache_.topology(topology_key_, [&] {
            const std::size_t before = issues_.list().size();
            built = std::make_shared<const topology::Topology>(
                topology::build(loaded_.spec.topology, section, "topology", issues_));
            return issues_.list().size() == before ? built : nullptr;
        });
        loaded_.topology = kept ? kept : built;
    }

    void check_locality(const Value& root) {
        const auto& locality = loaded_.spec.scheduler.locality;
        const topology::Topology& topology = loaded_.topology;
        if (locality && locality->within == Within::kLeaf && !topology.nodes.empty() &&
            topology.fabric.groups.empty()) {
            topology::report(issues_,
                             topology::Where::root(root, "")["scheduler"]["locality"]["within"],
                             "the topology has no fabric, so there are no leaf groups",
                             "take `within: pod`, or give the topology a `fabric`");
        }
    }

    void read_workload(std::size_t index, const Value& trace) {
        const workloads::TraceSpec& spec = loaded_.spec.workloads[index].trace;
        const std::string folder = folder_of(*trace.find("file"));
        const auto read = cache_.trace(spec, folder);
        for (const Issue& issue : read->issues) {
            issues_.add(issue);
        }
        if (read->jobs) {
            loaded_.traces.emplace_back(read->jobs);
            note_input(spec.file, joined(folder, spec.file));
        }
    }

    void read_failures(const Value& root) {
        const topology::FailureSpec& spec = loaded_.failures();
        const bool own = loaded_.spec.failures.has_value();
        const Value& holder = own ? root : *root.find("topology");
        const Value* failures = holder.find("failures");
        if (failures == nullptr) {
            return;
        }
        const topology::Where where = topology::Where::root(holder, own ? "" : "topology");
        if (own && !loaded_.topology->nodes.empty()) {  // build() has looked at the topology's
            topology::check_failures(spec, loaded_.topology, where["failures"], issues_);
        }
        if (!spec.log) {
            return;
        }
        const std::string folder = folder_of(*failures->find("log")->find("file"));
        const std::string key = folder + '\n' + config::to_yaml(spec) + '\n' + topology_key_;
        loaded_.log = cache_.log(key, [&]() -> std::shared_ptr<const workloads::FaultLog> {
            const std::size_t before = issues_.list().size();
            auto log =
                model::read_failure_log(spec, loaded_.topology, folder, where["failures"], issues_);
            const bool good = log && issues_.list().size() == before;
            return good ? std::make_shared<const workloads::FaultLog>(std::move(*log)) : nullptr;
        });
        if (loaded_.log) {
            note_input(spec.log->file, joined(folder, spec.log->file));
        }
    }

    void read_network(const Value& root) {
        const auto& network = loaded_.spec.network;
        if (!network || network->table.empty() || !options_.reads_slowdowns) {
            return;
        }
        const std::string folder = folder_of(*root.find("network")->find("table"));
        const std::string path = joined(folder, network->table);
        loaded_.slowdowns = cache_.slowdowns(path, [&]() -> std::shared_ptr<const SlowdownTable> {
            const std::size_t before = issues_.list().size();
            SlowdownTable table = read_slowdowns(path, issues_);
            const bool good = issues_.list().size() == before;
            return good ? std::make_shared<const SlowdownTable>(std::move(table)) : nullptr;
        });
        if (loaded_.slowdowns) {
            note_input(network->table, path);
        }
    }

    void read_services(const Value& root) {
        const Value* services = root.find("services");
        for (std::size_t s = 0; s < loaded_.spec.services.size(); ++s) {
            const ServiceSpec& spec = loaded_.spec.services[s];
            const Value& value = services->items[s];
            const topology::Where where = topology::Where::root(root, "")["services"][s];
            std::vector<model::UnitProblem> problems;
            const model::UnitModel unit = model::compile_unit(spec.unit, problems);
            for (const model::UnitProblem& problem : problems) {
                topology::report(issues_, where["unit"][problem.key], problem.problem,
                                 problem.hint);
            }
            const Value* file = value.find("demand")->find("file");
            const std::string folder = file == nullptr ? std::string() : folder_of(*file);
            if (!issues_.empty()) {
                continue;
            }
            read_service(s, unit, folder);
        }
    }

    void read_service(std::size_t number, const model::UnitModel& unit, const std::string& folder) {
        const ServiceSpec& spec = loaded_.spec.services[number];
        const auto seed = static_cast<std::uint64_t>(loaded_.spec.seed);
        const std::string key = folder + '\n' + config::to_yaml(spec) + '\n' +
                                std::to_string(number) + ' ' + std::to_string(seed) + ' ' +
                                std::to_string(loaded_.spec.horizon->value);
        try {
            loaded_.services.push_back(cache_.service(key, [&] {
                return make_service_model(spec, unit, static_cast<std::uint32_t>(number), folder,
                                          *loaded_.spec.horizon, seed);
            }));
        } catch (const InputError& error) {
            for (const Issue& issue : error.issues()) {
                issues_.add(issue);
            }
            return;
        }
        if (!spec.demand.file.empty()) {
            note_input(spec.demand.file, joined(folder, spec.demand.file));
        }
    }

    // Files that prices and costs name; whether they can be read, compiling the books shows.
    void note_series(const Value& root) {
        const auto note = [&](const Value* holder) {
            const Value* file = holder == nullptr ? nullptr : holder->find("file");
            if (file == nullptr || file->kind != Value::Kind::kScalar) {
                return;
            }
            const std::string path = joined(folder_of(*file), file->text);
            if (std::filesystem::is_regular_file(path)) {
                note_input(file->text, path);
            }
        };
        const Value* prices = root.find("prices");
        const Value* list = prices == nullptr ? nullptr : prices->find("list");
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
            note(list->items[i].find("series"));
        }
        if (const Value* costs = root.find("costs"); costs != nullptr) {
            note(costs->find("carbon"));
        }
    }

    void note_input(const std::string& as_written, const std::string& path) {
        const FileHash hash = cache_.hash(path);
        loaded_.inputs.push_back({as_written, hash.sha256, hash.bytes, path});
    }

    const ScenarioFile& file_;
    const LoadOptions& options_;
    InputCache& cache_;
    std::string topology_key_;  // what it depends on
    Issues issues_;
    Loaded loaded_;
};

}  // namespace

ScenarioFile read_scenario_file(const std::string& as_written, const std::string& location) {
    Issues issues;
    ScenarioFile file{as_written, location, {}, config::load_yaml(location, issues), {}};
    if (file.tree.kind == Value::Kind::kNull) {  // no YAML at all: nothing more can be said
        issues.throw_if_any();
    }
    file.text = read_text_file(location);
    file.issues = issues.list();
    return file;
}

Loaded load(const ScenarioFile& file, const LoadOptions& options, InputCache& cache) {
    return Loader(file, options, cache).load();
}

Loaded load(const std::string& path, const LoadOptions& options) {
    InputCache cache;
    const std::string name = std::filesystem::path(path).filename().string();
    return load(read_scenario_file(name, path), options, cache);
}

}  // namespace tidepool::scenario
