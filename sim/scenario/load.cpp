#include "sim/scenario/load.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "sim/config/read.h"
#include "sim/config/write.h"
#include "sim/model/failure_log.h"
#include "sim/scenario/hash.h"
#include "sim/scenario/overrides.h"
#include "topology/build.h"
#include "topology/failure_check.h"
#include "workloads/read_trace.h"

namespace tidepool::scenario {
namespace {

using config::Value;

std::string read_text_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> all_overrides(const LoadOptions& options) {
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
    Loader(const std::string& path, const LoadOptions& options)
        : path_(path), folder_(std::filesystem::path(path).parent_path().string()) {
        loaded_.overrides = all_overrides(options);
    }

    Loaded load() {
        Value root = config::load_yaml(path_, issues_);
        if (root.kind == Value::Kind::kNull) {  // no YAML at all: nothing more can be said
            issues_.throw_if_any();
        }
        const auto topology_file =
            apply_overrides(root, loaded_.overrides, false, folder_, issues_);
        inherit_rules(root);
        loaded_.spec = config::read<ScenarioSpec>(root, "", issues_);
        issues_.throw_if_any();
        note_input(std::filesystem::path(path_).filename().string(), path_);
        if (topology_file) {
            note_input(topology_file->as_written, topology_file->location);
        }
        loaded_.source_yaml = read_text_file(path_);
        loaded_.resolved_yaml = config::to_yaml(loaded_.spec);
        const Value* topology = root.find("topology");
        loaded_.topology = topology::build(loaded_.spec.topology, *topology, "topology", issues_);
        const Value* workloads = root.find("workloads");
        for (std::size_t w = 0; w < loaded_.spec.workloads.size(); ++w) {
            read_workload(w, *workloads->items[w].find("trace"));
        }
        read_failures(root, topology_file);
        issues_.throw_if_any();
        loaded_.tree = std::move(root);
        return std::move(loaded_);
    }

private:
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

    void read_workload(std::size_t index, const Value& trace) {
        const workloads::TraceSpec& spec = loaded_.spec.workloads[index].trace;
        const std::string folder = folder_of(*trace.find("file"), folder_);
        const std::size_t before = issues_.list().size();
        loaded_.traces.push_back(workloads::read_trace(spec, folder, issues_));
        if (issues_.list().size() == before) {
            note_input(spec.file, joined(folder, spec.file));
        }
    }

    void read_failures(const Value& root, const std::optional<NamedFile>& topology_file) {
        const topology::FailureSpec& spec = loaded_.failures();
        const bool own = loaded_.spec.failures.has_value();
        const Value& holder = own ? root : *root.find("topology");
        const Value* failures = holder.find("failures");
        if (failures == nullptr) {
            return;
        }
        const topology::Where where = topology::Where::root(holder, own ? "" : "topology");
        if (own && !loaded_.topology.nodes.empty()) {  // build() has looked at the topology's
            topology::check_failures(spec, loaded_.topology, where["failures"], issues_);
        }
        if (!spec.log) {
            return;
        }
        const Value& file = *failures->find("log")->find("file");
        std::string folder = folder_of(file, folder_);
        if (topology_file && !own) {
            const auto parent = std::filesystem::path(topology_file->location).parent_path();
            folder = folder_of(file, parent.string());
        }
        const std::size_t before = issues_.list().size();
        loaded_.log =
            model::read_failure_log(spec, loaded_.topology, folder, where["failures"], issues_);
        if (issues_.list().size() == before) {
            note_input(spec.log->file, joined(folder, spec.log->file));
        }
    }

    void note_input(const std::string& as_written, const std::string& path) {
        const FileHash hash = hash_file(path);
        loaded_.inputs.push_back({as_written, hash.sha256, hash.bytes, path});
    }

    std::string path_;
    std::string folder_;
    Issues issues_;
    Loaded loaded_;
};

}  // namespace

Loaded load(const std::string& path, const LoadOptions& options) {
    return Loader(path, options).load();
}

}  // namespace tidepool::scenario
