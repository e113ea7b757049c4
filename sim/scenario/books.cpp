#include "sim/scenario/books.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "sim/money/bill.h"
#include "sim/money/costs.h"
#include "sim/scenario/compile_costs.h"
#include "sim/scenario/usage.h"

namespace tidepool::scenario {
namespace {

std::vector<PriceNames::Model> models_of(const std::vector<std::string>& names,
                                         const topology::Topology& topology) {
    std::vector<PriceNames::Model> models;
    for (const std::string& name : names) {
        PriceNames::Model model;
        model.name = name;
        for (std::size_t m = 0; m < topology.gpu_models.size(); ++m) {
            if (topology.gpu_models[m].name != name) {
                continue;
            }
            model.sparse_gflops = sparse_gflops(topology.gpu_models[m]);
            for (const topology::Node& node : topology.nodes) {
                model.gpus += node.gpu_model == m ? node.gpus : 0;
            }
        }
        models.push_back(std::move(model));
    }
    return models;
}

// Of jobs that are not rejected and of units: what they may come to hold.
std::vector<PriceNames::Use> uses_of(const Compiled& compiled) {
    std::set<PriceNames::Use> uses;
    for (std::uint32_t rank = 0; rank < compiled.job_of_rank.size(); ++rank) {
        const model::JobRecord& job = compiled.jobs[compiled.job_of_rank[rank]];
        if (job.state == model::JobState::kRejected) {
            continue;
        }
        PriceNames::Use use;
        use.plan = static_cast<money::Plan>(job.plan);
        use.tenant = job.tenant;
        use.service = rank < compiled.plan.units ? compiled.plan.service_of[rank] : money::kNone;
        for (const core::NodeClass& c : compiled.plan.classes) {
            if ((compiled.plan.models[rank] >> c.model & 1U) != 0) {
                use.model = c.model;
                uses.insert(use);
            }
        }
    }
    return {uses.begin(), uses.end()};
}

Currencies currencies_of(const ScenarioSpec& spec) {
    if (!spec.prices) {
        return currencies_of(*spec.costs);
    }
    return {spec.prices->currency, spec.prices->rates};
}

}  // namespace

bool is_billed(const ScenarioSpec& spec) {
    return spec.prices.has_value() || spec.costs.has_value();
}

PriceNames names_of(const Loaded& loaded, const Compiled& compiled) {
    PriceNames names;
    names.tenants = compiled.tenants;
    names.models = models_of(compiled.gpu_models, loaded.topology);
    for (const model::ServiceRecord& service : compiled.services) {
        names.services.push_back({service.name, {}});
    }
    names.used = uses_of(compiled);
    if (compiled.plan.end != kNever.value) {
        names.end = Ticks{compiled.plan.end};
    }
    names.bin = compiled.bin_width;
    names.origin = compiled.origin;
    return names;
}

PriceNames names_of(const money::Usage& usage, const topology::Topology& topology,
                    const std::string& origin) {
    PriceNames names;
    names.tenants = usage.tenants;
    names.models = models_of(usage.models, topology);
    for (const money::SoldService& service : usage.services) {
        names.services.push_back({service.name, service.classes});
    }
    std::set<PriceNames::Use> uses;
    for (const money::Lease& lease : usage.leases) {
        uses.insert({lease.plan, lease.model, lease.tenant, lease.service});
    }
    names.used = {uses.begin(), uses.end()};
    names.end = usage.end;
    names.bin = usage.bin_width;
    names.origin = origin;
    return names;
}

Books compile_books(const ScenarioSpec& spec, const config::Value& tree,
                    const topology::Topology& topology, const PriceNames& names, Issues& issues) {
    Books books;
    if (spec.prices) {
        books.prices = compile_prices(*spec.prices, spec.sla, names, tree, "", issues);
    }
    if (spec.costs) {
        const Currencies currencies = currencies_of(spec);
        books.costs =
            compile_costs(*spec.costs, topology, currencies, *tree.find("costs"), "costs", issues);
        const std::string problem =
            names.end && issues.empty() ? money::problem_of(*books.costs, *names.end) : "";
        if (!problem.empty()) {
            issues.add(tree.find("costs")->at, "costs", problem);
        }
        if (!spec.prices) {
            books.prices.currency = books.costs->currency;
            books.prices.sells_time = false;
        }
    }
    return books;
}

void check_books(const Loaded& loaded, const Compiled& compiled) {
    if (is_billed(loaded.spec)) {
        Issues issues;
        compile_books(loaded.spec, loaded.tree, loaded.topology, names_of(loaded, compiled),
                      issues);
        issues.throw_if_any();
    }
}

money::Statement statement_of(const Books& books, const money::Usage& usage) {
    money::Statement statement = money::bill(usage, books.prices);
    if (books.costs) {
        money::add_costs(usage, *books.costs, statement);
    }
    return statement;
}

void settle(const Loaded& loaded, const Compiled& compiled, model::Ledger& ledger) {
    if (!is_billed(loaded.spec)) {
        return;
    }
    money::Usage usage = usage_of(compiled, ledger);
    Issues issues;
    const Books books = compile_books(loaded.spec, loaded.tree, loaded.topology,
                                      names_of(usage, loaded.topology, compiled.origin), issues);
    issues.throw_if_any();
    ledger.statement = statement_of(books, usage);
    ledger.usage = std::move(usage);
}

}  // namespace tidepool::scenario
