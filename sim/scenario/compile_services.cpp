#include "sim/scenario/compile_services.h"

#include <algorithm>
#include <limits>
#include <string>

#include "sim/base/assert.h"
#include "sim/model/serving_rows.h"
#include "sim/scenario/compile_mixed.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint32_t kEndless = 0xFFFF'FFFFu;  // ticks of work
constexpr double kMostLooks = 10'000'000;         // of all services; 400 MB
constexpr Seconds kColdStart{90};  // of a unit that says nothing: planning value, docs/tide.md
constexpr std::uint64_t kNoCeiling = ~std::uint64_t{0};

std::uint32_t ticks_of(Seconds time) {
    const auto ticks = to_ticks(time);
    TP_ASSERT(ticks, "field tables bound all times");
    return ticks->value;
}

topology::Where place_of(const Loaded& loaded, std::size_t service) {
    return topology::Where::root(loaded.tree, "")["services"][service];
}

// Models of the topology that the unit may run on: those that its `gpu` names, as the catalogue of
// parts or that of serving speeds has them, or all.
std::uint32_t models_of(const ServiceSpec& spec, const topology::Topology& topology) {
    std::string_view part = spec.unit.gpu;
    for (const model::ServingGpu& gpu : model::serving_gpus()) {
        part = gpu.name == spec.unit.gpu ? gpu.part : part;
    }
    std::uint32_t mask = 0;
    for (std::size_t m = 0; m < topology.gpu_models.size(); ++m) {
        if (spec.unit.gpu.empty() || topology.gpu_models[m].name == part) {
            mask |= 1U << m;
        }
    }
    return mask;
}

std::uint32_t tenant_of(const std::string& name, Compiled& compiled) {
    const auto found = std::ranges::find(compiled.tenants, name);
    if (found == compiled.tenants.end()) {
        compiled.tenants.push_back(name);
        return static_cast<std::uint32_t>(compiled.tenants.size() - 1);
    }
    return static_cast<std::uint32_t>(found - compiled.tenants.begin());
}

void add_service(const Loaded& loaded, std::size_t number,
                 const std::vector<std::uint32_t>& stand_in, Compiled& compiled) {
    PlanArrays& plan = compiled.plan;
    const ServiceModel& service = *loaded.services[number];
    const ServiceSpec& spec = service.spec;
    model::ServiceRecord record;
    record.name = spec.name;
    record.tenant = tenant_of(spec.tenant, compiled);
    record.gpus = static_cast<std::uint32_t>(model::gpus_of(spec.unit));
    record.first_unit = plan.units;
    record.units = most_units(spec);
    record.by_requests = spec.fidelity == Fidelity::kRequests;
    record.ttft_promise = spec.slo.ttft_p95.value_or(Seconds{0}).value;
    record.tpot_promise = spec.slo.tpot_p95.value_or(Seconds{0}).value;
    record.unit_rate = service.latency->capacity();
    const model::FlowPoint idle = service.latency->idle();
    record.idle_ttft_p95 = idle.ttft_p95;
    record.idle_tpot_p95 = idle.tpot_p95;
    core::Service rule;
    rule.first = plan.units;
    rule.last = plan.units + record.units;
    rule.least = static_cast<std::uint32_t>(spec.autoscale.units.front());
    rule.grow_after = ticks_of(spec.autoscale.grow_after);
    rule.shrink_after = ticks_of(spec.autoscale.shrink_after);
    rule.drain = ticks_of(spec.drain);
    rule.clear = ticks_of(spec.autoscale.clear_backlog.value_or(Seconds{0}));
    plan.services.push_back(rule);
    const std::uint32_t models = counted_models(models_of(spec, loaded.topology), stand_in);
    for (std::uint32_t unit = 0; unit < record.units; ++unit) {
        model::JobRecord job;
        job.gpus = record.gpus;
        job.tenant = record.tenant;
        job.plan = static_cast<std::int8_t>(workloads::Plan::kOnDemand);
        job.workload = static_cast<std::uint32_t>(number);
        compiled.job_of_rank.push_back(static_cast<std::uint32_t>(compiled.jobs.size()));
        compiled.jobs.push_back(job);
        compiled.job_ends.push_back(workloads::JobEnd::kCompleted);
        compiled.ids.push_back(spec.name + "/" + std::to_string(unit));
        plan.submit.push_back(0);
        plan.duration.push_back(kEndless);
        plan.estimate.push_back(kEndless);
        plan.job_gpus.push_back(job.gpus);
        plan.models.push_back(models);
        plan.service_of.push_back(static_cast<std::uint32_t>(number));
    }
    plan.units += record.units;
    compiled.services.push_back(record);
}

// The rule of a unit's cold start: its weights may come from storage that others use.
core::CheckpointRule cold_rule(const Loaded& loaded, std::size_t number, const PlanArrays& plan,
                               network::NetworkPlan* network, std::uint32_t& storage,
                               Issues& issues) {
    const model::UnitSpec& spec = loaded.services[number]->spec.unit;
    const Bytes weights = model::weights_of(spec);
    core::CheckpointRule rule;
    rule.cold = true;
    storage = network::kNoTrunk;
    if (!spec.start) {
        rule.restart = ticks_of(spec.cold_start.value_or(kColdStart));
        return rule;
    }
    const double load = spec.start->load ? weights.value / spec.start->load->value : 0;
    const auto cold = to_ticks(Seconds{spec.start->image.value + spec.start->warm_up.value + load});
    if (!cold) {
        report(issues, place_of(loaded, number)["unit"]["start"]["load"],
               "takes longer than the simulated clock lasts", "see `weights`");
        return rule;
    }
    rule.restart = cold->value;
    if (spec.start->storage.empty()) {
        return rule;
    }
    const topology::Where where = place_of(loaded, number)["unit"]["start"]["storage"];
    const auto& all = loaded.topology->storage;
    const auto found = std::ranges::find(all, spec.start->storage, &topology::StorageSpec::name);
    if (found == all.end()) {
        std::vector<std::string> names;
        for (const auto& s : all) {
            names.push_back(s.name);
        }
        report(issues, where, "the topology has no storage named '" + spec.start->storage + "'",
               did_you_mean(spec.start->storage, names));
        return rule;
    }
    if (network == nullptr || found->kind == topology::StorageKind::kLocal) {
        report(issues, where, "is not shared over a network, so loading takes no one's turn",
               "give `network: {}`, or say at which rate: `unit: {start: {load: 3 GB/s}}`");
        return rule;
    }
    if (weights.value == 0) {
        report(issues, where, "needs to know how much there is to load",
               "`unit: {weights: 140 GB}`");
        return rule;
    }
    const core::Plan view = plan.view();
    const std::uint32_t rank = plan.services[number].first;
    const std::uint32_t node = std::max(1U, core::largest_node(view, rank));
    const std::uint32_t nodes = (plan.job_gpus[rank] + node - 1) / node;
    std::uint32_t first_node = 0;
    for (const core::NodeClass& c : plan.classes) {
        if (core::accepts(view, rank, c)) {
            first_node = c.first;
            break;
        }
    }
    storage = static_cast<std::uint32_t>(network->links.size() - all.size() +
                                         static_cast<std::size_t>(found - all.begin()));
    const BytesPerSecond idle = network::idle_storage_rate(
        network->links[storage], network->links[first_node].capacity, nodes);
    rule.tiers = 1;
    rule.shared = 0;
    const auto read = to_ticks(Seconds{weights.value / idle.value});
    if (!read) {
        report(issues, where, "takes longer to load from than the simulated clock lasts",
               "see `weights`");
        return rule;
    }
    rule.tier[0].load = read->value;
    return rule;
}

std::uint64_t gpus_or(const std::optional<std::int64_t>& gpus, std::uint64_t otherwise) {
    return gpus ? static_cast<std::uint64_t>(*gpus) : otherwise;
}

// Ceilings of jobs over the days of the run.
void add_window(const TideRulesSpec& tide, std::uint32_t end, std::uint64_t open,
                std::uint64_t closed, std::vector<core::CeilingStep>& steps) {
    const std::uint32_t day = ticks_of(Seconds{86'400});
    const std::uint32_t from = ticks_of(tide.window->from), to = ticks_of(tide.window->to);
    const bool over_midnight = from > to;
    steps.push_back({0, 0, (over_midnight && to > 0) || from == 0 ? open : closed});
    for (std::uint64_t begin = 0; begin < end; begin += day) {
        for (const auto& [at, gpus] :
             {std::pair(std::min(from, to), over_midnight ? closed : open),
              std::pair(std::max(from, to), over_midnight ? open : closed)}) {
            const std::uint64_t tick = begin + at;
            if (tick > 0 && tick < end) {
                steps.push_back({static_cast<std::uint32_t>(tick), 0, gpus});
            }
        }
    }
}

}  // namespace

void add_units(const Loaded& loaded, const std::vector<std::uint32_t>& stand_in,
               Compiled& compiled) {
    for (std::size_t s = 0; s < loaded.services.size(); ++s) {
        add_service(loaded, s, stand_in, compiled);
    }
}

void compile_unit_rules(const Loaded& loaded, PlanArrays& plan, network::NetworkPlan* network,
                        Issues& issues) {
    std::vector<std::uint32_t> checkpoint, recovery, entity;
    for (std::size_t s = 0; s < loaded.services.size(); ++s) {
        std::uint32_t storage = network::kNoTrunk;
        plan.checkpoint_rules.push_back(cold_rule(loaded, s, plan, network, storage, issues));
        if (network != nullptr) {
            network->storage_of_rule.push_back(storage);
        }
        const RecoverySpec& spec = loaded.services[s]->spec.recovery;
        core::RecoveryRule rule;
        rule.on_failure = spec.on_failure;
        rule.detect = ticks_of(spec.detect);
        rule.swap = ticks_of(spec.swap);
        plan.recovery_rules.push_back(rule);
        const core::Service& service = plan.services[s];
        for (std::uint32_t unit = service.first; unit < service.last; ++unit) {
            checkpoint.push_back(static_cast<std::uint32_t>(plan.checkpoint_rules.size() - 1));
            recovery.push_back(static_cast<std::uint32_t>(plan.recovery_rules.size() - 1));
            entity.push_back(unit);
        }
    }
    const auto put_first = [](std::vector<std::uint32_t>& into,
                              const std::vector<std::uint32_t>& units) {
        into.insert(into.begin(), units.begin(), units.end());
    };
    put_first(plan.checkpoint_rule_of, checkpoint);
    put_first(plan.recovery_rule_of, recovery);
    put_first(plan.job_entity, entity);
}

void compile_tide(const Loaded& loaded, Compiled& compiled) {
    PlanArrays& plan = compiled.plan;
    const TideRulesSpec& tide = loaded.spec.tide;
    plan.tide.reclaim = tide.policy != TidePolicy::kSplit;
    plan.tide.notice = ticks_of(tide.notice);
    plan.tide.jobs_floor = gpus_or(tide.training.floor, 0);
    plan.tide.units_ceiling = gpus_or(tide.serving.ceiling, kNoCeiling);
    const std::uint64_t ceiling = gpus_or(tide.training.ceiling, kNoCeiling);
    if (tide.policy == TidePolicy::kWindow) {
        add_window(tide, plan.end, ceiling, plan.tide.jobs_floor, plan.ceiling);
    } else if (ceiling != kNoCeiling) {
        plan.ceiling.push_back({0, 0, ceiling});
    }
    plan.may_be_asked.assign(plan.submit.size(), 0);
    for (std::size_t rank = plan.units; rank < plan.submit.size(); ++rank) {
        const model::JobRecord& job = compiled.jobs[compiled.job_of_rank[rank]];
        const auto& says = loaded.spec.workloads[job.workload].preemptible;
        const bool spot = job.plan == static_cast<std::int8_t>(workloads::Plan::kSpot);
        plan.may_be_asked[rank] = says.value_or(spot) ? 1 : 0;
    }
}

void check_units(const Loaded& loaded, const core::Plan& in_service, Issues& issues) {
    for (std::size_t s = 0; s < loaded.services.size(); ++s) {
        const ServiceSpec& spec = loaded.services[s]->spec;
        const topology::Where unit = place_of(loaded, s)["unit"];
        const std::uint32_t rank = in_service.service[s].first;
        if (in_service.models[rank] == 0) {
            std::vector<std::string> names;
            for (const topology::GpuModel& model : loaded.topology->gpu_models) {
                names.push_back(model.name);
            }
            report(issues, unit["gpu"], "no node has the GPU model '" + spec.unit.gpu + "'",
                   did_you_mean(spec.unit.gpu, names));
        } else if (!core::can_ever_fit(in_service, rank)) {
            report(issues, unit["gpus"],
                   "a unit of " + std::to_string(model::gpus_of(spec.unit)) +
                       " GPUs never fits into " + loaded.topology->name);
        }
    }
}

void check_services(const ScenarioSpec& spec, const config::Value& value, const std::string& path,
                    Issues& issues) {
    const topology::Where root = topology::Where::root(value, path);
    const std::vector<ServiceSpec>& all = spec.services;
    for (std::size_t s = 0; s < all.size(); ++s) {
        for (std::size_t other = 0; other < s; ++other) {
            if (all[other].name == all[s].name) {
                report(issues, root["services"][s]["name"],
                       "another service has the name '" + all[s].name + "'");
            }
        }
    }
    double looks = 0;
    for (const ServiceSpec& service : all) {
        looks += spec.horizon ? spec.horizon->value / service.autoscale.every.value : 0;
    }
    if (looks > kMostLooks) {
        report(issues, root["services"], "look at their demand more than 10,000,000 times in all",
               "a longer `autoscale.every`, or a shorter `horizon`");
    }
    const double bin = spec.output.bin.value;
    for (std::size_t s = 0; s < all.size() && spec.horizon; ++s) {
        const AutoscaleSpec& rule = all[s].autoscale;
        const double end = spec.horizon->value;
        // Unit-nanoseconds and worker-nanoseconds of a bin are 64 bits.
        const auto& split = all[s].unit.disaggregation;
        const double workers = split ? static_cast<double>(split->prefill_workers) +
                                           static_cast<double>(split->decode_workers)
                                     : 1;
        const double units =
            rule.units.size() == 2 ? static_cast<double>(rule.units.back()) * workers : 0;
        if (units * std::min(bin, end) * 1e9 > 0x1p63) {
            report(issues, root["output"]["bin"],
                   "is too long for the units of service '" + all[s].name + "' to be summed",
                   "choose a narrower one");
        }
    }
    if (all.size() > 32) {
        report(issues, root["services"], "are more than 32");
    }
    if (!all.empty() && !spec.horizon) {
        report(issues, root["services"], "never end, so the run needs a `horizon`",
               "say `horizon: 7 d`");
    }
    if (!all.empty() && spec.scheduler.placement == PlacementChoice::kFungible) {
        report(issues, root["scheduler"]["placement"], "`fungible` knows no nodes for units",
               "choose another placement");
    }
    if (all.empty() && value.find("tide") != nullptr && !(spec.tide == TideRulesSpec{})) {
        report(issues, root["tide"], "has no effect without `services`");
    }
}

}  // namespace tidepool::scenario
