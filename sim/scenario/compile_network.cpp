#include "sim/scenario/compile_network.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sim/base/assert.h"
#include "sim/model/step_time.h"
#include "sim/network/max_min.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

const CommunicationSpec& communication_of(const Loaded& loaded, std::size_t workload) {
    const auto& own = loaded.spec.workloads[workload].communication;
    return own ? *own : loaded.spec.communication;
}

topology::Where place_of(const Loaded& loaded, std::size_t workload) {
    const topology::Where root = topology::Where::root(loaded.tree, "");
    return loaded.spec.workloads[workload].communication
               ? root["workloads"][workload]["communication"]
               : root["communication"];
}

// Of a gang of so many nodes: the wanted size of a replica, or less, so that it divides them evenly
// and there are at least two.
std::uint32_t replica_of(std::uint32_t wanted, std::uint32_t nodes) {
    std::uint32_t size = std::min(wanted, std::max(1U, nodes / 2));
    while (nodes % size != 0) {
        --size;
    }
    return size;
}

void set_shares(const model::StepTraffic& sent, network::Traffic& traffic) {
    const double all = sent.dp.value + sent.pp.value + sent.ep.value;
    if (all > 0) {
        traffic.ring = sent.dp.value / all;
        traffic.pipeline = sent.pp.value / all;
        traffic.all_to_all = sent.ep.value / all;
    }
}

class TrafficMaker {
public:
    TrafficMaker(const Loaded& loaded, const PlanArrays& plan, network::NetworkPlan& into,
                 Issues& issues)
        : loaded_(loaded), plan_(plan), view_(plan.view()), into_(into), issues_(issues) {}

    std::uint32_t kind_for(const JobPlace& where, std::uint32_t rank) {
        const std::uint32_t gpus = plan_.job_gpus[rank];
        const auto key = std::pair(where.workload, std::pair(gpus, plan_.models[rank]));
        const auto [at, is_new] =
            known_.try_emplace(key, static_cast<std::uint32_t>(into_.kinds.size()));
        if (is_new) {
            into_.kinds.push_back(make(where, rank));
        }
        return at->second;
    }

private:
    // The class of nodes that the job would take first, and how many.
    const core::NodeClass* class_of(std::uint32_t rank) const {
        for (const core::NodeClass& c : plan_.classes) {
            if (((plan_.models[rank] >> c.model) & 1U) != 0) {
                return &c;
            }
        }
        return nullptr;
    }

    network::Traffic make(const JobPlace& where, std::uint32_t rank) {
        const CommunicationSpec& spec = communication_of(loaded_, where.workload);
        network::Traffic traffic;
        traffic.profile = {};
        traffic.ranks = spec.ranks;
        const core::NodeClass* c = class_of(rank);
        const std::uint32_t gpus = plan_.job_gpus[rank];
        if (c == nullptr || gpus <= c->gpus) {
            return traffic;  // inside one node
        }
        const std::uint32_t nodes = (gpus + c->gpus - 1) / c->gpus;
        if (spec.kind) {
            from_class(*spec.kind, nodes, traffic);
        } else if (spec.model) {
            from_model(spec, where, *c, gpus, traffic);
        } else if (spec.step) {
            from_trace(spec, where, *c, traffic);
        }
        if (spec.replica_nodes) {
            traffic.replica_nodes =
                replica_of(static_cast<std::uint32_t>(*spec.replica_nodes), nodes);
        }
        if (spec.expert_nodes) {
            traffic.expert_nodes = static_cast<std::uint32_t>(*spec.expert_nodes);
        }
        traffic.replica_nodes = std::min(traffic.replica_nodes, nodes);
        traffic.expert_nodes = std::min(traffic.expert_nodes, nodes);
        return traffic;
    }

    static void from_class(model::CommClass kind, std::uint32_t nodes, network::Traffic& traffic) {
        const model::CommPreset preset = model::comm_preset(kind);
        traffic.profile = preset.profile;
        set_shares(preset.traffic, traffic);
        traffic.replica_nodes = replica_of(preset.replica_nodes, nodes);
        traffic.expert_nodes = std::min(preset.expert_nodes, nodes);
    }

    void from_trace(const CommunicationSpec& spec, const JobPlace& where, const core::NodeClass& c,
                    network::Traffic& traffic) {
        const model::CommProfile profile =
            model::traced_profile(*spec.step, spec.bytes.value_or(Bytes{0}),
                                  into_.links[c.first].capacity, spec.overlap.value);
        if (profile.line_time - profile.hidden > 1) {
            report(issues_, place_of(loaded_, where.workload)["bytes"],
                   "take longer than `step` at the node's line rate, hidden ones left out",
                   "are these the bytes of one node and one step?");
            return;
        }
        traffic.profile = profile;
        traffic.ring = spec.pattern == TrafficPattern::kRing ? 1 : 0;
        traffic.pipeline = spec.pattern == TrafficPattern::kPipeline ? 1 : 0;
        traffic.all_to_all = spec.pattern == TrafficPattern::kAllToAll ? 1 : 0;
    }

    void from_model(const CommunicationSpec& spec, const JobPlace& where, const core::NodeClass& c,
                    std::uint32_t gpus, network::Traffic& traffic) {
        const topology::GpuModel& gpu = loaded_.topology->gpu_models[c.model];
        model::StepHardware hardware;
        if (!gpu.bf16) {
            report(issues_, place_of(loaded_, where.workload)["model"],
                   "the peak of the GPU " + gpu.name + " is not known",
                   "give it `bf16` in `topology.catalog.gpus`");
            return;
        }
        hardware.peak = *gpu.bf16;
        hardware.memory_bandwidth = gpu.memory_bandwidth.value_or(BytesPerSecond{0});
        hardware.memory = gpu.memory;
        hardware.gpus_per_node = c.gpus;
        hardware.island_rate = {gpu.nvlink.value_or(BytesPerSecond{0}).value / 2};
        hardware.node_rate = into_.links[c.first].capacity;
        const model::Parallelism layout = spec.parallelism.value_or(model::Parallelism{});
        const model::ModelShape shape = model::completed(*spec.model);
        const auto problems = model::step_problems(shape, layout, hardware, gpus);
        for (const model::StepProblem& problem : problems) {
            report(issues_, place_of(loaded_, where.workload)["parallelism"][problem.key],
                   problem.problem + " (job " +
                       std::string(loaded_.traces[where.workload]->id(where.index)) + ", " +
                       std::to_string(gpus) + " GPUs)",
                   problem.hint);
        }
        if (!problems.empty()) {
            return;
        }
        const model::StepTime step = model::step_time(shape, layout, hardware, gpus);
        traffic.profile = model::profile_of(step);
        set_shares(step.traffic, traffic);
        const auto in_nodes = [&](std::int64_t count) {
            return static_cast<std::uint32_t>(std::max<std::int64_t>(1, count / c.gpus));
        };
        traffic.replica_nodes = in_nodes(layout.tensor * layout.pipeline);
        traffic.expert_nodes = in_nodes(layout.tensor * layout.expert);
    }

    const Loaded& loaded_;
    const PlanArrays& plan_;
    const core::Plan view_;
    network::NetworkPlan& into_;
    Issues& issues_;
    std::map<std::pair<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>>, std::uint32_t>
        known_;
};

}  // namespace

bool has_network(const ScenarioSpec& spec) {
    return spec.network && spec.network->rates != NetworkRates::kOff;
}

bool has_solver(const ScenarioSpec& spec) {
    return has_network(spec) && spec.network->rates != NetworkRates::kTable;
}

std::unique_ptr<network::RateSolver> own_solver(const Compiled& compiled) {
    if (!compiled.has_solver) {
        return nullptr;
    }
    std::vector<BytesPerSecond> capacities;
    for (const network::Link& link : compiled.network.links) {
        capacities.push_back(link.capacity);
    }
    return network::make_max_min_solver(capacities);
}

void check_network(const Loaded& loaded, Issues& issues) {
    const topology::Where root = topology::Where::root(loaded.tree, "");
    const topology::Where network = root["network"];
    const topology::Where failures =
        loaded.spec.failures ? root["failures"] : root["topology"]["failures"];
    const auto& components = loaded.failures().components;
    for (std::size_t i = 0; i < components.size() && !has_solver(loaded.spec); ++i) {
        if (components[i].kind == topology::FailureKind::kBandwidth) {
            const bool table = has_network(loaded.spec);
            report(issues, failures["components"][i]["kind"],
                   table ? "takes bandwidth, of which a table of slow-downs knows nothing"
                         : "takes bandwidth that nobody counts without a `network` and its `rates`",
                   table ? "take other `rates`, or choose another kind"
                         : "add `network: {}`, or choose another kind");
        }
    }
    if (has_network(loaded.spec) && loaded.topology->trunks.empty()) {
        report(issues, network, "the topology " + loaded.topology->name + " has no fabric",
               "choose a `topology.fabric.kind`");
    }
}

void compile_traffic(const Loaded& loaded, const std::vector<JobPlace>& where,
                     const PlanArrays& plan, network::NetworkPlan& into, Issues& issues) {
    into.balance = loaded.spec.network->balance;
    TrafficMaker maker(loaded, plan, into, issues);
    bool any = false;
    if (plan.units > 0) {  // units send nothing that others would feel, but may load weights
        into.kinds.emplace_back();
        into.kinds.back().profile = {};
        into.kind_of_job.assign(plan.units, 0);
    }
    for (std::uint32_t job = 0; job < where.size(); ++job) {
        const std::uint32_t kind = maker.kind_for(where[job], plan.units + job);
        any = any || into.kinds[kind].profile.line_time > 0;
        into.kind_of_job.push_back(kind);
    }
    const bool stores = std::ranges::any_of(
        into.storage_of_rule, [](std::uint32_t link) { return link != network::kNoTrunk; });
    if (!any && !stores && issues.list().empty()) {
        const topology::Where network = topology::Where::root(loaded.tree, "")["network"];
        report(issues, network,
               "has no effect: no job on several nodes communicates, and no checkpoint goes to "
               "shared storage",
               "say what jobs send, for instance `communication: {class: llm-3d}`");
    }
}

void validate(const NetworkSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const topology::Where where = topology::Where::root(value, path);
    const bool table = spec.rates == NetworkRates::kTable;
    if (table && spec.table.empty()) {
        report(issues, where["rates"], "`table` needs the `table` to read",
               "`tidepool calibrate` writes one");
    } else if (!table && !spec.table.empty()) {
        report(issues, where["table"], "has no effect", "write `rates: table` as well");
    }
}

void validate(const CommunicationSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const topology::Where where = topology::Where::root(value, path);
    const int ways = (spec.kind ? 1 : 0) + (spec.model ? 1 : 0) + (spec.step ? 1 : 0);
    if (ways > 1) {
        report(issues, where, "says in two ways what jobs send",
               "keep one of `class`, `model` and `step`");
    }
    const auto needs = [&](bool given, const char* key, bool other, const char* with) {
        if (given && !other) {
            report(issues, where[key], std::string("needs `") + with + "` beside it");
        }
    };
    needs(spec.model.has_value(), "model", spec.parallelism.has_value(), "parallelism");
    needs(spec.parallelism.has_value(), "parallelism", spec.model.has_value(), "model");
    needs(spec.step.has_value(), "step", spec.bytes.has_value(), "bytes");
    needs(spec.bytes.has_value(), "bytes", spec.step.has_value(), "step");
    needs(spec.overlap.value > 0, "overlap", spec.step.has_value(), "step");
    needs(spec.pattern != TrafficPattern::kRing, "pattern", spec.step.has_value(), "step");
    needs(spec.pattern == TrafficPattern::kPipeline, "pattern", spec.replica_nodes.has_value(),
          "replica_nodes");
    needs(spec.pattern == TrafficPattern::kAllToAll, "pattern", spec.expert_nodes.has_value(),
          "expert_nodes");
}

}  // namespace tidepool::scenario
