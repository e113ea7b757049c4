// Replicas of scenarios that are billed: recorded like a run of its own, since bills are made of
// leases, not of sums.

#include <utility>

#include "sim/base/issue.h"
#include "sim/base/wait_buckets.h"
#include "sim/batch/closed_form.h"
#include "sim/batch/run_store.h"
#include "sim/config/write.h"
#include "sim/scenario/books.h"
#include "sim/scenario/drive.h"
#include "sim/scenario/serve.h"
#include "sim/scenario/usage.h"

namespace tidepool::batch {
namespace {

bool any_started(const model::Ledger& ledger) {
    for (const model::JobRecord& job : ledger.jobs) {
        if (job.start != kNever) {
            return true;
        }
    }
    return !ledger.services.empty();
}

UnbilledReplica run_unbilled(const Cell& cell, const scenario::Luck& luck, std::uint64_t seed) {
    scenario::Compiled compiled = cell.compiled;
    compiled.plan.seed = seed;
    scenario::give_luck(compiled, luck);
    UnbilledReplica replica;
    model::Ledger ledger;
    try {
        ledger = run(compiled, {});
    } catch (const RunError&) {  // more attempts than the recorder takes
        replica.result.given_up = true;
        return replica;
    }
    const bool served = scenario::serve(*cell.loaded, compiled.demand, ledger.unit_log, seed,
                                        ledger.end, ledger.bin_width, ledger.services);
    TP_ASSERT(served, "nobody ends it before");
    replica.result.worked = any_started(ledger);
    replica.result.ran_out = scenario::clock_ran_out(compiled, ledger);
    replica.result.totals = model::totals(ledger);
    replica.result.decisions = ledger.decisions;
    replica.usage = scenario::usage_of(compiled, ledger);
    for (const model::JobRecord& job : ledger.jobs) {
        if (job.start != kNever) {
            ++replica.waits[wait_bucket(job.start.value - job.submit.value)];
        }
    }
    return replica;
}

}  // namespace

struct LastBooks {
    std::shared_ptr<const scenario::Loaded> loaded;  // whose they are
    Ticks end;                                       // of the run that they were made for
    std::vector<money::SoldService> services;        // likewise
    scenario::Books books;
};

std::string run_key_of(const scenario::Loaded& loaded) {
    scenario::ScenarioSpec spec = loaded.spec;
    if (!spec.prices || spec.prices->spot.bids.empty()) {
        spec.prices.reset();
    }
    spec.costs.reset();
    spec.sla.reset();
    spec.name.clear();
    spec.question.clear();
    std::string key = config::to_yaml(spec);
    for (const scenario::Input& input : loaded.inputs) {
        key += input.sha256;
    }
    return key;
}

ReplicaResult ReplicaRunner::run_billed(const Cell& cell, const scenario::Luck& luck,
                                        std::uint64_t seed, WaitHistogram& histogram) {
    std::shared_ptr<const UnbilledReplica> replica;
    const auto make = [&] { return run_unbilled(cell, luck, seed); };
    if (cell.runs != nullptr) {
        replica = cell.runs->get(cell.run_key + '\n' + std::to_string(seed), make);
    } else {
        replica = std::make_shared<const UnbilledReplica>(make());
    }
    ReplicaResult result = replica->result;
    if (!result.complete()) {
        return result;
    }
    const money::Usage& usage = replica->usage;
    if (books_ == nullptr || books_->loaded != cell.loaded || books_->end != usage.end ||
        books_->services != usage.services) {
        Issues issues;
        books_ = std::make_shared<LastBooks>(LastBooks{
            cell.loaded, usage.end, usage.services,
            scenario::compile_books(
                cell.loaded->spec, cell.loaded->tree, cell.loaded->topology,
                scenario::names_of(usage, cell.loaded->topology, cell.compiled.origin), issues)});
        issues.throw_if_any();
    }
    result.statement =
        std::make_shared<const money::Statement>(scenario::statement_of(books_->books, usage));
    result.totals.money = result.statement.get();
    for (std::size_t bucket = 0; bucket < histogram.size(); ++bucket) {
        histogram[bucket] += replica->waits[bucket];
    }
    return result;
}

}  // namespace tidepool::batch
