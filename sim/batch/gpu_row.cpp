#include "sim/batch/gpu_row.h"

#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/batch/cell_store.h"

namespace tidepool::batch {
namespace {

model::OutageFacts facts_of(const Cell& cell, const std::vector<model::Outage>& outages,
                            std::uint32_t end) {
    return model::outage_facts(outages, cell.compiled.node_gpus, Ticks{end});
}

}  // namespace

scenario::Luck drawn_luck(const Cell& cell, std::uint64_t seed) {
    return scenario::draw_luck(*cell.loaded, cell.compiled.plan, seed);
}

void draw(GpuRow& row, const LuckSource& luck_of) {
    if (row.drawn) {
        return;
    }
    row.drawn = true;
    const Cell& cell = row.cell->cell();
    try {
        scenario::Luck luck = luck_of(cell, row.seed);
        row.steps = std::move(luck.steps);
        row.outage_count = static_cast<std::uint32_t>(luck.outages.list.size());
        if (cell.compiled.plan.end != kNever.value) {
            row.facts = facts_of(cell, luck.outages.list, cell.compiled.plan.end);
        } else {
            row.outages = std::move(luck.outages.list);
        }
    } catch (const InputError& error) {    // more outages than any machine would run under
        row.problem = text_of(error, {});  // names things, not files
    }
}

Row finished(GpuRow& row, const core::Tally& tally) {
    TP_ASSERT(!tally.too_many_slots, "such a row runs again");
    const Cell& cell = row.cell->cell();
    Row done;
    done.row = row.row;
    done.seed = row.seed;
    ReplicaResult& result = done.result;
    result.worked = tally.waits > 0;
    result.ran_out =
        row.cell->plan().end == kNever.value && !core::all_ended(tally, row.cell->plan());
    result.overflow = tally.overflow;
    result.given_up = tally.too_many_attempts;
    result.decisions = tally.decisions;
    if (!result.overflow && !result.given_up) {
        result.totals = totals_of(
            tally, cell, row.facts ? *row.facts : facts_of(cell, row.outages, tally.end), nullptr);
    }
    done.problem = problem_of(result);
    return done;
}

std::vector<WaitCount> wait_counts(std::span<const std::uint64_t> histogram) {
    std::vector<WaitCount> counts;
    for (std::uint32_t bucket = 0; bucket < histogram.size(); ++bucket) {
        if (histogram[bucket] != 0) {
            counts.emplace_back(bucket, histogram[bucket]);
        }
    }
    return counts;
}

Row run_here(const GpuRow& row, const LuckSource& luck_of) {
    const Cell& cell = row.cell->cell();
    Row done;
    done.row = row.row;
    done.seed = row.seed;
    WaitHistogram histogram{};
    try {
        done.result = ReplicaRunner().run(cell, luck_of(cell, row.seed), row.seed, histogram);
        done.problem = problem_of(done.result);
        done.waits = wait_counts(histogram);
    } catch (const InputError& error) {
        done.problem = text_of(error, {});
    }
    return done;
}

}  // namespace tidepool::batch
