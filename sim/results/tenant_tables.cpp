#include "sim/results/tenant_tables.h"

#include <vector>

#include "sim/model/kpis.h"
#include "sim/model/tenant_totals.h"
#include "sim/results/columns.h"

namespace tidepool::results {
namespace {

// A listed tenant and its own jobs.
struct TenantRow {
    model::TenantRecord record;
    std::uint64_t held = 0;  // GPU-ticks out of the queue
    std::uint64_t jobs = 0, started = 0, preemptions = 0, evictions = 0, withdrawn = 0;
    std::uint64_t wait_sum = 0;  // ticks, of first waits
    Ticks wait_p95 = kNever;
};

std::vector<TenantRow> rows_of(const model::Ledger& ledger) {
    std::vector<TenantRow> rows;
    const std::vector<std::uint64_t> held = model::held_by_tenant(ledger);
    for (std::size_t t = 0; t < ledger.listed.size(); ++t) {
        TenantRow row;
        row.record = ledger.listed[t];
        row.held = held[t];
        std::vector<Ticks> waits;
        for (const model::JobRecord& job : ledger.jobs) {
            if (job.tenant != row.record.tenant) {
                continue;
            }
            ++row.jobs;
            row.preemptions += job.preemptions;
            row.evictions += job.evictions;
            row.withdrawn += job.state == model::JobState::kWithdrawn ? 1 : 0;
            if (job.start != kNever) {
                waits.push_back(Ticks{job.start.value - job.submit.value});
                row.wait_sum += waits.back().value;
            }
        }
        row.started = waits.size();
        if (!waits.empty()) {
            row.wait_p95 = model::nearest_rank(waits, 95);
        }
        rows.push_back(row);
    }
    return rows;
}

double gpus_or_nan(std::uint64_t gpus) {
    return gpus == ~std::uint64_t{0} ? model::kUndefined : static_cast<double>(gpus);
}

}  // namespace

void write_tenants(h5::Group& root, const model::Ledger& ledger) {
    if (ledger.listed.empty()) {
        return;
    }
    const std::vector<TenantRow> rows = rows_of(ledger);
    Columns<TenantRow> columns(root.group("tenants"), "listed", rows);
    columns.number_rows("row number, from 0: in the order of the scenario");
    columns.add<std::uint32_t>("tenant", "1", "row of /dim/tenant",
                               [](const TenantRow& r) { return r.record.tenant; });
    columns.add_optional("parent", "row of the tenant that it is a part of; -1: none",
                         [](const TenantRow& r) {
                             return r.record.parent == 0xFFFF'FFFFu ? Row{} : Row{r.record.parent};
                         });
    columns.add<std::uint32_t>("weight", "1", "of its share",
                               [](const TenantRow& r) { return r.record.weight; });
    columns.add<double>("guaranteed", "1", "GPUs that are its own", [](const TenantRow& r) {
        return static_cast<double>(r.record.guaranteed);
    });
    columns.add<double>("limit", "1", "GPUs that it holds at most at the start; NaN: any number",
                        [](const TenantRow& r) { return gpus_or_nan(r.record.limit); });
    columns.add<double>("gpu_hours", "h", "GPU-hours of its jobs out of the queue",
                        [](const TenantRow& r) { return model::gpu_hours(r.held); });
    const auto count = [&](const char* name, std::string_view long_name,
                           std::uint64_t TenantRow::*of) {
        columns.add<std::uint64_t>(name, "1", long_name,
                                   [of](const TenantRow& r) { return r.*of; });
    };
    count("jobs", "its jobs, rejected ones too", &TenantRow::jobs);
    count("started", "of these: that started", &TenantRow::started);
    count("withdrawn", "of these: gone with the tenant", &TenantRow::withdrawn);
    count("preemptions", "of its jobs", &TenantRow::preemptions);
    count("evictions", "of these: by new limits", &TenantRow::evictions);
    columns.add<double>(
        "wait_mean", "s", "mean first wait; NaN: none of its jobs started",
        [](const TenantRow& r) { return model::ratio(r.wait_sum, r.started * kTicksPerSecond); });
    columns.add<double>("wait_p95", "s",
                        "95th percentile of first waits, by nearest rank; NaN: none",
                        [](const TenantRow& r) { return seconds(r.wait_p95); });
    columns.close();
}

}  // namespace tidepool::results
