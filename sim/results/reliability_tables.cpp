#include "sim/results/reliability_tables.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/assert.h"
#include "sim/model/downtime.h"
#include "sim/model/kpis.h"
#include "sim/results/columns.h"

namespace tidepool::results {
namespace {

using model::gpu_hours;
using model::gpu_hours_of_work;

struct Failure {
    const model::Outage* outage;
    model::OutageEffect effect;
    std::uint64_t gpus;  // that it takes
};

std::uint64_t gpus_of(const model::Ledger& ledger, const model::Outage& outage) {
    TP_ASSERT(outage.last_node <= ledger.node_gpus.size(), "outages lie on nodes");
    std::uint64_t sum = 0;
    for (std::uint32_t n = outage.first_node; n < outage.last_node; ++n) {
        const std::uint32_t gpus = ledger.node_gpus[n];
        const std::uint64_t there = gpus < 64 ? (std::uint64_t{1} << gpus) - 1 : model::kWholeNode;
        sum += outage.gpus == model::kWholeNode
                   ? gpus
                   : static_cast<std::uint64_t>(std::popcount(outage.gpus & there));
    }
    return sum;
}

void write_failures(h5::Group& root, const model::Ledger& ledger, std::string_view time_units) {
    TP_ASSERT(ledger.effects.size() == ledger.outages.list.size(), "one effect per outage");
    std::vector<Failure> rows;
    for (std::size_t o = 0; o < ledger.effects.size(); ++o) {
        const model::Outage& outage = ledger.outages.list[o];
        rows.push_back({&outage, ledger.effects[o], gpus_of(ledger, outage)});
    }
    Columns<Failure> columns(root.group("failures"), "failure", rows);
    columns.number_rows("row number, from 0: by begin, then cause, then entity");
    columns.add<double>("time", time_units, "begin",
                        [](const Failure& f) { return seconds(f.outage->begin); });
    columns.add<double>("end", time_units,
                        "end, also after the end of the run; NaN: beyond the clock",
                        [](const Failure& f) { return seconds(f.outage->end); });
    columns.add<std::uint32_t>("cause", "1", "row of /dim/cause",
                               [](const Failure& f) { return f.outage->cause; });
    columns.add_enum("kind", kOutageKindNames, "what it does",
                     [](const Failure& f) { return f.outage->kind; });
    columns.add<std::uint32_t>("entity", "1", "which thing of its class failed, from 0",
                               [](const Failure& f) { return f.outage->entity; });
    columns.add<std::uint32_t>("first_node", "1", "lowest node it is about",
                               [](const Failure& f) { return f.outage->first_node; });
    columns.add<std::uint32_t>("nodes", "1", "nodes, from first_node on", [](const Failure& f) {
        return f.outage->last_node - f.outage->first_node;
    });
    columns.add<std::uint64_t>("gpus", "1", "GPUs on these nodes that it takes",
                               [](const Failure& f) { return f.gpus; });
    columns.add_enum("reach", kReachNames, "the least reach of the jobs that feel it",
                     [](const Failure& f) { return f.outage->reach; });
    columns.add<double>(
        "speed", "1", "speed at which jobs go on meanwhile, if degraded; else 1",
        [](const Failure& f) { return model::ratio(f.outage->speed, model::kFullSpeed); });
    columns.add<std::uint32_t>("jobs", "1", "jobs it interrupted",
                               [](const Failure& f) { return f.effect.jobs; });
    columns.add<std::uint64_t>("gpus_hit", "1", "GPUs of these jobs: its blast radius",
                               [](const Failure& f) { return f.effect.gpus; });
    columns.close();
}

struct Stretch {
    const model::Attempt* attempt;
    std::uint32_t number;  // among those of its job, from 1
};

void add_hours(Columns<Stretch>& columns) {
    const auto hours = [&](const char* name, std::string_view long_name, auto get) {
        columns.add<double>(name, "h", long_name,
                            [get](const Stretch& s) { return get(s.attempt->time); });
    };
    using model::GpuTime;
    hours("useful", "GPU-hours of work done in it and not lost by the end of the run",
          [](const GpuTime& t) { return gpu_hours_of_work(t.useful); });
    hours("checkpoint", "GPU-hours standing still for checkpoints",
          [](const GpuTime& t) { return gpu_hours(t.checkpoint); });
    hours("lost", "GPU-hours of work done in it and lost, at its end or later",
          [](const GpuTime& t) { return gpu_hours_of_work(t.lost); });
    hours("restart",
          "GPU-hours held from its start to the end of the restart, and from its end until the job "
          "restarts or gives its GPUs back",
          [](const GpuTime& t) { return gpu_hours(t.restart); });
    hours("stalled", "GPU-hours at work less the work done: degraded GPUs, the network, rounding",
          [](const GpuTime& t) { return gpu_hours_of_work(t.stalled); });
}

void write_attempts(h5::Group& root, const model::Ledger& ledger, std::string_view time_units) {
    std::vector<std::uint32_t> number(ledger.jobs.size());
    std::vector<Stretch> rows;
    rows.reserve(ledger.attempts.size());
    for (const model::Attempt& attempt : ledger.attempts) {
        rows.push_back({&attempt, ++number.at(attempt.job)});
    }
    Columns<Stretch> columns(root.group("attempts"), "attempt", rows);
    columns.number_rows("row number, from 0: by end");
    columns.add<std::uint32_t>("job", "1", "row of /jobs",
                               [](const Stretch& s) { return s.attempt->job; });
    columns.add<std::uint32_t>("number", "1", "which of the job's attempts, from 1",
                               [](const Stretch& s) { return s.number; });
    columns.add<double>("start", time_units, "start or restart",
                        [](const Stretch& s) { return seconds(s.attempt->start); });
    columns.add<double>("end", time_units, "end; end of the run if it was running then",
                        [](const Stretch& s) { return seconds(s.attempt->end); });
    columns.add_enum("ended", kAttemptEndNames, "how it ended",
                     [](const Stretch& s) { return s.attempt->ended; });
    columns.add_optional(
        "failure", "row of /failures that ended it; -1: none", [](const Stretch& s) {
            return s.attempt->outage == model::kNoOutage ? Row{} : Row{s.attempt->outage};
        });
    columns.add<double>("recovered", time_units, "start of the job's next attempt; NaN: none",
                        [](const Stretch& s) { return seconds(s.attempt->recovered); });
    columns.add<std::uint32_t>("checkpoints", "1", "checkpoints finished in it",
                               [](const Stretch& s) { return s.attempt->checkpoints; });
    columns.add<std::uint32_t>("nodes", "1", "nodes it had",
                               [](const Stretch& s) { return s.attempt->nodes; });
    columns.add_optional("first_node", "lowest of them; -1: none", [](const Stretch& s) {
        return s.attempt->nodes == 0 ? Row{} : Row{s.attempt->first_node};
    });
    add_hours(columns);
    columns.close();
}

struct Writer {
    std::uint32_t job;
    const model::JobRecord* record;
};

void write_checkpoints(h5::Group& root, const std::vector<Writer>& rows) {
    Columns<Writer> columns(root.group("checkpoints"), "job", rows);
    columns.name_rows("row of /jobs", [](const Writer& w) { return w.job; });
    columns.add<std::uint32_t>("gpus", "1", "GPUs of the gang",
                               [](const Writer& w) { return w.record->gpus; });
    columns.add<double>("interval", "s", "work between two checkpoints",
                        [](const Writer& w) { return seconds(w.record->interval); });
    columns.add<std::uint32_t>("finished", "1", "checkpoints finished, lost ones included",
                               [](const Writer& w) { return w.record->checkpoints; });
    columns.add<double>("writing", "h", "GPU-hours standing still for them, finished or not",
                        [](const Writer& w) { return gpu_hours(w.record->time.checkpoint); });
    columns.add<std::uint32_t>("interruptions", "1", "by outages and its own software",
                               [](const Writer& w) { return w.record->interruptions; });
    columns.add<double>("lost", "h", "GPU-hours of work lost all the same",
                        [](const Writer& w) { return gpu_hours_of_work(w.record->time.lost); });
    columns.add<double>("useful", "h", "GPU-hours of work not lost by the end of the run",
                        [](const Writer& w) { return gpu_hours_of_work(w.record->time.useful); });
    columns.close();
}

struct Node {
    std::string_view name;
    std::uint32_t gpus;
    const model::NodeDowntime* time;
};

void write_nodes(h5::Group& root, const model::Ledger& ledger, const model::Downtimes& all) {
    TP_ASSERT(ledger.node_names.size() == all.nodes.size(), "every node has a name");
    std::vector<Node> rows;
    std::vector<std::string_view> names;
    for (std::size_t n = 0; n < all.nodes.size(); ++n) {
        rows.push_back({ledger.node_names[n], ledger.node_gpus[n], &all.nodes[n]});
        names.push_back(rows.back().name);
    }
    Columns<Node> columns(root.group("nodes"), "node", rows);
    columns.number_rows("row number, from 0: in the order of the topology");
    columns.add(write_texts(columns.group(), "name", names, {"", "name of the node", ""}));
    columns.add<std::uint32_t>("gpus", "1", "its GPUs", [](const Node& n) { return n.gpus; });
    columns.add<double>("installed", "h", "GPU-hours from its arrival to the end of the run",
                        [](const Node& n) { return gpu_hours(n.time->installed); });
    columns.add<double>("down", "h", "GPU-hours down, of those",
                        [](const Node& n) { return gpu_hours(n.time->down); });
    columns.add<std::uint32_t>("downtimes", "1", "downtimes that began in the run",
                               [](const Node& n) { return n.time->downtimes; });
    columns.add<double>(
        "down_time", "s", "time in the run with at least one GPU down",
        [](const Node& n) { return model::ratio(n.time->length, kTicksPerSecond); });
    columns.add<double>(
        "availability", "1", "1 - down / installed; NaN: never installed", [](const Node& n) {
            return model::ratio(n.time->installed - n.time->down, n.time->installed);
        });
    columns.close();
}

void write_node_months(h5::Group& root, const model::Downtimes& all) {
    using model::NodeMonth;
    Columns<NodeMonth> columns(root.group("node_months"), "node_month", all.months);
    columns.number_rows("row number, from 0: by node, then month");
    columns.add<std::uint32_t>("node", "1", "row of /nodes",
                               [](const NodeMonth& m) { return m.node; });
    columns.add<std::uint32_t>("month", "1", "which 30 days of the run, from 0",
                               [](const NodeMonth& m) { return m.month; });
    columns.add<double>("installed", "h", "GPU-hours installed in it",
                        [](const NodeMonth& m) { return gpu_hours(m.installed); });
    columns.add<double>("down", "h", "GPU-hours down, of those",
                        [](const NodeMonth& m) { return gpu_hours(m.down); });
    columns.add<double>("availability", "1", "1 - down / installed", [](const NodeMonth& m) {
        return model::ratio(m.installed - m.down, m.installed);
    });
    columns.close();
}

}  // namespace

void write_reliability(h5::Group& root, const model::Ledger& ledger, std::string_view time_units) {
    if (!ledger.outages.list.empty()) {
        write_failures(root, ledger, time_units);
        const model::Downtimes all = model::downtimes(ledger);
        write_nodes(root, ledger, all);
        if (!all.months.empty()) {
            write_node_months(root, all);
        }
    }
    if (!ledger.attempts.empty()) {
        write_attempts(root, ledger, time_units);
    }
    std::vector<Writer> writers;
    for (std::size_t j = 0; j < ledger.jobs.size(); ++j) {
        const model::JobRecord& job = ledger.jobs[j];
        if (job.interval > Ticks{0} && job.start != kNever) {
            writers.push_back({static_cast<std::uint32_t>(j), &job});
        }
    }
    if (!writers.empty()) {
        write_checkpoints(root, writers);
    }
}

}  // namespace tidepool::results
