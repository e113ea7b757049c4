#include "sim/cli/step_input.h"

#include <algorithm>

#include "topology/catalog.h"

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
    const topology::GpuModel& gpu = *find_part(catalog.gpus, server->gpu);
    const auto unknown = [&](const char* key, const std::string& what, const std::string& hint) {
        machine.problems.push_back({key, what, hint});
    };
    model::StepHardware& hardware = machine.hardware;
    if (gpu.bf16) {
        hardware.peak = *gpu.bf16;
    } else {
        unknown("gpu", "its speed is not known (got '" + gpu.name + "')", "");
    }
    hardware.memory = gpu.memory;
    hardware.memory_bandwidth = gpu.memory_bandwidth.value_or(BytesPerSecond{0});
    hardware.gpus_per_node =
        question.island.value_or(gpu.nvlink_domain > 1 ? gpu.nvlink_domain : server->gpus);
    if (question.island_rate) {
        hardware.island_rate = *question.island_rate;
    } else if (gpu.nvlink) {
        hardware.island_rate = {gpu.nvlink->value / 2};
    } else {
        unknown("island-rate", "is missing", gpu.name + " has no NVLink: say what joins its GPUs");
    }
    if (question.node_rate) {
        hardware.node_rate = *question.node_rate;
    } else if (server->nics > 0) {
        const double card = find_part(catalog.nics, server->nic)->rate.value;
        hardware.node_rate = {card * static_cast<double>(server->nics) *
                              static_cast<double>(hardware.gpus_per_node) /
                              static_cast<double>(server->gpus)};
    } else if (question.gpus > hardware.gpus_per_node) {
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
