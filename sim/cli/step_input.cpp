#include "sim/cli/step_input.h"

#include <algorithm>

#include "sim/model/step_hardware.h"

namespace tidepool::cli {
namespace {

using config::Value;
using model::StepProblem;
using topology::Catalog;

void add(const std::vector<StepProblem>& problems, const Value& options, Issues& issues) {
    for (const StepProblem& each : problems) {
        issues.add(options.at, each.key == "name" ? "model" : each.key, each.problem, each.hint);
    }
}

// The server that was named, or the first one with the GPU that was named; null with a problem.
const topology::Server* server_of(const StepQuestion& question, const Catalog& catalog,
                                  std::vector<StepProblem>& problems) {
    if (question.gpu.empty() == question.server.empty()) {
        problems.push_back({"gpu", question.gpu.empty() ? "is missing" : "says it a second time",
                            "give --gpu or --server"});
        return nullptr;
    }
    if (!question.server.empty()) {
        const auto* server = find_part(catalog.servers, question.server);
        if (server == nullptr) {
            problems.push_back({"server", "no such server (got '" + question.server + "')",
                                did_you_mean(question.server, names_of(catalog.servers))});
        }
        return server;
    }
    if (find_part(catalog.gpus, question.gpu) == nullptr) {
        problems.push_back({"gpu", "no such GPU model (got '" + question.gpu + "')",
                            did_you_mean(question.gpu, names_of(catalog.gpus))});
        return nullptr;
    }
    const auto found =
        std::find_if(catalog.servers.begin(), catalog.servers.end(),
                     [&](const topology::Server& server) { return server.gpu == question.gpu; });
    if (found == catalog.servers.end()) {
        problems.push_back({"gpu", "no server of the catalogue has it", "give --server"});
        return nullptr;
    }
    return &*found;
}

}  // namespace

StepMachine machine_of(const StepQuestion& question) {
    StepMachine machine;
    const Catalog& catalog = topology::shipped_catalog();
    const topology::Server* server = server_of(question, catalog, machine.problems);
    if (server == nullptr) {
        return machine;
    }
    model::StepHardware& hardware = machine.hardware;
    hardware = model::hardware_of(*server, catalog, question.island);
    hardware.island_rate = question.island_rate.value_or(hardware.island_rate);
    hardware.node_rate = question.node_rate.value_or(hardware.node_rate);
    const auto unknown = [&](const char* key, const std::string& what, const std::string& hint) {
        machine.problems.push_back({key, what, hint});
    };
    if (hardware.peak.value == 0) {
        unknown("gpu", "its speed is not known (got '" + server->gpu + "')", "");
    }
    if (hardware.island_rate.value == 0) {
        unknown("island-rate", "is missing",
                server->gpu + " has no NVLink: say what joins its GPUs");
    }
    if (hardware.node_rate.value == 0 && question.gpus > hardware.gpus_per_node) {
        unknown("node-rate", "is missing",
                "the network cards of " + server->name + " are not known");
    }
    hardware.island_latency = question.island_latency.value_or(hardware.island_latency);
    hardware.network_latency = question.network_latency.value_or(hardware.network_latency);
    if (question.collective_efficiency) {
        hardware.collective_efficiency = question.collective_efficiency->value;
    }
    return machine;
}

void validate(const StepQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    const StepMachine machine = machine_of(question);
    const auto shape = model::shape_problems(question);
    const auto layout = model::layout_problems(question);
    add(shape, options, issues);
    add(machine.problems, options, issues);
    add(layout, options, issues);
    if (shape.empty() && layout.empty() && machine.problems.empty()) {
        add(model::step_problems(question, question, machine.hardware, question.gpus), options,
            issues);
    }
}

void validate(const CollectiveQuestion& question, const Value& options, const std::string&,
              Issues& issues) {
    const std::string problem = model::collective_problem(question.kind, question.algorithm,
                                                          question.ranks, question.islands);
    if (!problem.empty()) {
        issues.add(options.at, "algorithm", problem, "");
    }
    const bool two_levels = question.algorithm == model::CollectiveAlgorithm::kHierarchical;
    if (two_levels && !question.island_rate) {
        issues.add(options.at, "island-rate", "is missing",
                   "hierarchical needs the rate inside the island");
    }
    if (!two_levels && (question.island_rate || question.island_latency)) {
        issues.add(options.at, question.island_rate ? "island-rate" : "island-latency",
                   "has no effect", "it needs --algorithm hierarchical");
    }
}

}  // namespace tidepool::cli
