#include "sim/scenario/usage.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/core/plan.h"
#include "sim/model/gpu_time.h"
#include "sim/model/service_totals.h"

namespace tidepool::scenario {
namespace {

using money::Lease;
using money::LeaseEnd;
using money::StateBin;
using money::Usage;

LeaseEnd end_of(model::AttemptEnd why) {
    switch (why) {
        case model::AttemptEnd::kRunning:
            return LeaseEnd::kRunning;
        case model::AttemptEnd::kOutage:
            return LeaseEnd::kFailed;
        case model::AttemptEnd::kSoftware:
            return LeaseEnd::kSoftware;
        default:
            return model::is_preempted(why) ? LeaseEnd::kEvicted : LeaseEnd::kReleased;
    }
}

Lease lease_of(const model::JobRecord& job, std::uint32_t number) {
    Lease lease;
    lease.job = number;
    lease.tenant = job.tenant;
    lease.model = job.gpu_model;
    lease.gpus = job.gpus;
    lease.plan = static_cast<money::Plan>(job.plan);
    return lease;
}

// Of jobs or units, whose attempts these are.
void add_attempts(std::span<const model::JobRecord> jobs, std::span<const model::Attempt> attempts,
                  std::span<const std::uint32_t> service_of, Usage& usage) {
    std::vector<bool> failed(jobs.size());  // by job: whether its attempt before ended by an outage
    for (const model::Attempt& attempt : attempts) {
        Lease lease = lease_of(jobs[attempt.job], attempt.job);
        lease.start = attempt.start;
        lease.end = attempt.end;
        lease.service = service_of.empty() ? money::kNone : service_of[attempt.job];
        lease.ended = end_of(attempt.ended);
        const std::uint64_t held = model::held(attempt.time) / model::kWorkUnits;
        const std::uint64_t running =
            std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value);
        TP_ASSERT(held >= running && model::held(attempt.time) % model::kWorkUnits == 0,
                  "an attempt holds its GPUs from its start to its end");
        lease.pause = held - running;
        if (failed[attempt.job]) {
            lease.failed_time = attempt.time.restart - lease.pause;
        }
        failed[attempt.job] = attempt.ended == model::AttemptEnd::kOutage;
        lease.back = attempt.recovered;
        lease.outage = attempt.outage == model::kNoOutage ? money::kNone : attempt.outage;
        lease.first_share = attempt.first_share;
        lease.shares = attempt.shares;
        usage.leases.push_back(lease);
    }
}

// Of a run in which nothing is interrupted: every job holds its GPUs from its start to its end.
void add_jobs(const model::Ledger& ledger, Usage& usage) {
    for (std::size_t j = 0; j < ledger.jobs.size(); ++j) {
        const model::JobRecord& job = ledger.jobs[j];
        if (job.start != kNever) {
            Lease lease = lease_of(job, static_cast<std::uint32_t>(j));
            lease.start = job.start;
            lease.end = job.end == kNever ? ledger.end : job.end;
            lease.ended = job.end == kNever ? LeaseEnd::kRunning : LeaseEnd::kReleased;
            usage.leases.push_back(lease);
        }
    }
}

// Jobs under the spot plan that wait for their first GPUs, or again since they were evicted.
void add_waits(const Compiled& compiled, const model::Ledger& ledger, Usage& usage) {
    const auto only_model = [&](std::uint32_t job) {
        return compiled.gpu_models.size() == 1    ? 0U
               : ledger.jobs[job].start == kNever ? money::kNone
                                                  : ledger.jobs[job].gpu_model;
    };
    const auto add = [&](std::uint32_t job, Ticks from, Ticks to) {
        to = std::min({to, ledger.end, ledger.jobs[job].withdrawn});
        if (from < to) {
            usage.waits.push_back(
                {from, to, ledger.jobs[job].tenant, only_model(job), ledger.jobs[job].gpus});
        }
    };
    const auto spot = [&](const model::JobRecord& job) {
        return static_cast<money::Plan>(job.plan) == money::Plan::kSpot &&
               job.state != model::JobState::kRejected;
    };
    for (std::uint32_t j = 0; j < ledger.jobs.size(); ++j) {
        if (spot(ledger.jobs[j])) {
            add(j, ledger.jobs[j].submit, ledger.jobs[j].start);
        }
    }
    for (const model::Attempt& attempt : ledger.attempts) {
        if (end_of(attempt.ended) == LeaseEnd::kEvicted && spot(ledger.jobs[attempt.job])) {
            add(attempt.job, attempt.end, attempt.recovered);
        }
    }
    std::ranges::sort(usage.waits, {}, [](const money::SpotWait& w) {
        return std::tuple(w.from, w.tenant, w.to, w.model, w.gpus);
    });
}

void add_outages(const model::Ledger& ledger, Usage& usage) {
    for (const model::Outage& outage : ledger.outages.list) {
        money::Downtime down;
        down.begin = outage.begin;
        down.end = std::min(outage.end, ledger.end);
        down.first_node = outage.first_node;
        down.last_node = outage.last_node;
        const bool takes = outage.kind == model::OutageKind::kRepair ||
                           outage.kind == model::OutageKind::kMaintenance;
        down.gpus = takes ? outage.gpus : 0;
        down.planned = outage.kind == model::OutageKind::kMaintenance;
        usage.outages.push_back(down);
    }
}

void add_tokens(const model::Ledger& ledger, Usage& usage) {
    for (std::uint32_t s = 0; s < ledger.services.size(); ++s) {
        const model::ServiceRecord& service = ledger.services[s];
        money::SoldService sold;
        sold.name = service.name;
        sold.tenant = service.tenant;
        for (std::uint32_t c = 0; c < service.flow.classes.size(); ++c) {
            const model::ServiceClass& of = service.flow.classes[c];
            sold.classes.push_back(of.name);
            for (std::uint32_t b = 0; b < of.sold.size(); ++b) {
                const model::SoldTokens& t = of.sold[b];
                if (t != model::SoldTokens{}) {
                    usage.tokens.push_back(
                        {s, c, b, t.requests, t.tokens_in, t.cached, t.tokens_out});
                }
            }
        }
        usage.services.push_back(std::move(sold));
    }
}

// `total` in parts as these weights, whole and adding up: by largest remainder, ties to the first.
std::vector<std::uint64_t> apportion(std::uint64_t total,
                                     const std::vector<std::uint64_t>& weights) {
    __extension__ using Wide = unsigned __int128;
    const auto sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    std::vector<std::uint64_t> parts(weights.size());
    if (sum == 0) {
        TP_ASSERT(total == 0, "something is where there is a weight");
        return parts;
    }
    std::vector<std::pair<std::uint64_t, std::size_t>> rest;
    std::uint64_t given = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Wide exact = Wide{total} * weights[i];
        parts[i] = static_cast<std::uint64_t>(exact / sum);
        given += parts[i];
        rest.emplace_back(static_cast<std::uint64_t>(exact % sum), i);
    }
    std::ranges::stable_sort(rest, [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; given < total; ++i, ++given) {
        ++parts[rest[i].second];
    }
    return parts;
}

// GPU-ticks that leases of each model held in each bin; what was held in pauses counts in the bin
// in which it began.
std::vector<std::vector<std::uint64_t>> held_by_model(const Usage& usage, std::size_t bins) {
    std::vector<std::vector<std::uint64_t>> held(usage.models.size(),
                                                 std::vector<std::uint64_t>(bins));
    const std::uint64_t width = usage.bin_width.value;
    for (const Lease& lease : usage.leases) {
        for (std::uint64_t from = lease.start.value; from < lease.end.value;) {
            const std::uint64_t to =
                std::min<std::uint64_t>(lease.end.value, (from / width + 1) * width);
            held[lease.model][from / width] += (to - from) * lease.gpus;
            from = to;
        }
        if (lease.pause > 0) {
            held[lease.model][lease.end.value / width] += lease.pause;
        }
    }
    return held;
}

// With one GPU model what the ledger says; with several, what nobody holds is divided by what is
// installed and not held.
void add_states(const model::Ledger& ledger, Usage& usage) {
    const std::size_t models = usage.models.size();
    usage.states.assign(models, std::vector<StateBin>(ledger.bins.size()));
    const std::uint64_t width = ledger.bin_width.value;
    std::vector<std::vector<std::uint64_t>> held;
    if (models > 1) {
        held = held_by_model(usage, ledger.bins.size());
    }
    for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
        const model::Bin& bin = ledger.bins[b];
        const std::uint64_t length = std::min<std::uint64_t>(width, ledger.end.value - b * width);
        const std::uint64_t installed = ledger.gpus * length - bin.absent;
        const std::uint64_t idle = installed - bin.allocated - bin.down;
        if (models == 1) {
            usage.states[0][b] = {bin.allocated, idle, bin.down};
            continue;
        }
        std::vector<std::uint64_t> weights(models), free(models);
        for (std::size_t m = 0; m < models; ++m) {
            weights[m] = held[m][b];
        }
        const auto allocated = bin.allocated == 0 ? std::vector<std::uint64_t>(models)
                                                  : apportion(bin.allocated, weights);
        for (std::size_t m = 0; m < models; ++m) {
            const std::uint64_t there = usage.model_gpus[m] * length;
            free[m] = there > allocated[m] ? there - allocated[m] : 0;
        }
        const auto idles = apportion(idle, free), downs = apportion(bin.down, free);
        for (std::size_t m = 0; m < models; ++m) {
            usage.states[m][b] = {allocated[m], idles[m], downs[m]};
        }
    }
}

}  // namespace

money::Usage usage_of(const Compiled& compiled, const model::Ledger& ledger) {
    Usage usage;
    usage.end = ledger.end;
    usage.gpus = ledger.gpus;
    usage.tenants = ledger.tenants;
    usage.models = ledger.gpu_models;
    usage.model_gpus.resize(usage.models.size());
    for (const core::NodeClass& c : compiled.plan.classes) {
        usage.model_gpus[c.model] += std::uint64_t{c.gpus} * c.nodes;
    }
    if (!ledger.node_gpus.empty()) {
        usage.node_gpus = ledger.node_gpus;
        for (const std::uint8_t c : compiled.plan.node_class) {
            usage.node_model.push_back(compiled.plan.classes[c].model);
        }
    }
    usage.bin_width = ledger.bin_width;
    usage.spare_gpus = ledger.spare_gpus;
    usage.allocated = ledger.total.allocated;
    usage.shares = ledger.shares;
    std::uint64_t useful = 0;
    for (const auto& records : {&ledger.jobs, &ledger.units}) {
        for (const model::JobRecord& record : *records) {
            useful += record.time.useful / model::kWorkUnits;
        }
    }
    usage.useful = useful;
    if (ledger.interruptible) {
        add_attempts(ledger.jobs, ledger.attempts, {}, usage);
        add_attempts(ledger.units, ledger.unit_attempts, model::services_of_units(ledger.services),
                     usage);
    } else {
        add_jobs(ledger, usage);
    }
    std::ranges::stable_sort(usage.leases, {}, [](const Lease& lease) {
        return std::tuple(lease.service != money::kNone, lease.start, lease.job);
    });
    std::uint64_t held = 0;
    for (const Lease& lease : usage.leases) {
        held += std::uint64_t{lease.gpus} * (lease.end.value - lease.start.value) + lease.pause;
    }
    TP_ASSERT(held == usage.allocated, "what is held is leased");
    add_waits(compiled, ledger, usage);
    add_outages(ledger, usage);
    add_states(ledger, usage);
    add_tokens(ledger, usage);
    return usage;
}

}  // namespace tidepool::scenario
