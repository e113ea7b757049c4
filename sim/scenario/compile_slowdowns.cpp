#include "sim/scenario/compile_slowdowns.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/json.h"
#include "sim/core/spread.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

const CommunicationSpec& communication_of(const ScenarioSpec& spec, std::size_t workload) {
    const auto& own = spec.workloads[workload].communication;
    return own ? *own : spec.communication;
}

std::string name_of(const CommunicationSpec& spec) {
    if (spec.kind) {
        for (const auto& kind : config::KindTable<model::CommClass>::kinds) {
            if (kind.value == *spec.kind) {
                return std::string(kind.name);
            }
        }
    }
    if (spec.model) {
        return spec.model->name.empty() ? "model" : spec.model->name;
    }
    return spec.step ? "traced" : "none";
}

std::uint32_t pace_of(double slowdown) {
    return std::max(1U, static_cast<std::uint32_t>(std::floor(core::kFullPace / slowdown + 0.5)));
}

// Slow-downs of one kind of job at one oversubscription, by buckets of pods and leaf groups.
using Rows = std::map<std::pair<std::uint32_t, std::uint32_t>, double>;

// The row itself; else the next one that is spread at least as far both ways, pods before leaf
// groups; else the one that is spread furthest.
double nearest(const Rows& rows, std::uint32_t leaves, std::uint32_t pods) {
    for (const auto& [spread, slowdown] : rows) {
        if (spread.first >= pods && spread.second >= leaves) {
            return slowdown;
        }
    }
    return rows.rbegin()->second;
}

// What jobs of a kind can need.
struct Need {
    std::uint32_t number = 0;                      // in the order of the plan's kinds
    std::uint32_t fewest = core::kNone, most = 0;  // leaf groups
    bool inside_free = false;                      // below one group of leaves it meets nobody
};

class TableMaker {
public:
    TableMaker(const Loaded& loaded, const network::NetworkPlan& network, PlanArrays& plan)
        : loaded_(loaded), network_(network), plan_(plan), table_(*loaded.slowdowns) {
        const topology::FabricSpec& fabric = loaded.spec.topology.fabric;
        fabric_ = {fabric.oversubscription, fabric.pod_oversubscription};
        std::map<std::uint32_t, std::uint32_t> sizes;
        for (const std::uint32_t leaf : plan.leaf_of) {
            largest_group_ = std::max(largest_group_, ++sizes[leaf]);
        }
        groups_ = static_cast<std::uint32_t>(sizes.size());
        const std::set<std::uint32_t> pods(plan.pod_of.begin(), plan.pod_of.end());
        plan_.pace_leaves = core::spread_bucket(groups_) + 1;
        plan_.pace_pods = core::spread_bucket(static_cast<std::uint32_t>(pods.size())) + 1;
    }

    void add_jobs(const std::vector<JobPlace>& where) {
        const std::vector<std::string> kinds = job_kinds(loaded_.spec);
        const core::Plan view = plan_.view();
        plan_.pace_kind.assign(plan_.units + where.size(), core::kNone);
        for (std::uint32_t job = 0; job < where.size(); ++job) {
            const std::uint32_t rank = plan_.units + job;
            if (!communicates(network_, rank)) {
                continue;
            }
            const auto [at, is_new] = needs_.try_emplace(kinds[where[job].workload]);
            Need& need = at->second;
            if (is_new) {
                need.number = static_cast<std::uint32_t>(needs_.size() - 1);
                need.inside_free = network_.rails == 1 ||
                                   communication_of(loaded_.spec, where[job].workload).ranks ==
                                       network::Ranks::kRailAligned;
            }
            plan_.pace_kind[rank] = need.number;
            const std::uint32_t gpus = core::largest_node(view, rank);
            const std::uint32_t nodes = (plan_.job_gpus[rank] - 1) / gpus + 1;
            need.fewest = std::min(need.fewest, (nodes - 1) / largest_group_ + 1);
            need.most = std::max(need.most, std::min(nodes, groups_));
        }
    }

    void fill(Issues& issues) {
        const std::size_t size = std::size_t{plan_.pace_leaves} * plan_.pace_pods;
        plan_.pace.assign(needs_.size() * size, core::kFullPace);
        for (const auto& [kind, need] : needs_) {
            const Rows rows = rows_of(kind);
            if (rows.empty()) {
                report_missing(kind, need, issues);
                continue;
            }
            for (std::uint32_t leaves = 0; leaves < plan_.pace_leaves; ++leaves) {
                for (std::uint32_t pods = 0; pods < plan_.pace_pods; ++pods) {
                    const bool free = leaves == 0 && need.inside_free && !rows.contains({0, 0});
                    plan_.pace[need.number * size + leaves * plan_.pace_pods + pods] =
                        free ? core::kFullPace : pace_of(nearest(rows, leaves, pods));
                }
            }
        }
    }

private:
    Rows rows_of(const std::string& kind) const {
        Rows rows;
        for (const SlowdownRow& row : table_.rows) {
            if (row.job == kind && row.fabric() == fabric_) {
                rows[{core::spread_bucket(static_cast<std::uint32_t>(row.pods)),
                      core::spread_bucket(static_cast<std::uint32_t>(row.leaves))}] = row.slowdown;
            }
        }
        return rows;
    }

    static std::string text_of(const Oversubscription& fabric) {
        return shortest(fabric.leaf) +
               (fabric.pod == 1 ? "" : " (pods: " + shortest(fabric.pod) + ")");
    }

    void report_missing(const std::string& kind, const Need& need, Issues& issues) const {
        std::set<std::pair<std::string, Oversubscription>> known;
        for (const SlowdownRow& row : table_.rows) {
            known.insert({row.job, row.fabric()});
        }
        std::string there;
        for (const auto& [job, fabric] : known) {
            there +=
                (there.empty() ? "there are rows for `" : ", `") + job + "` at " + text_of(fabric);
        }
        const std::string span = need.fewest == need.most ? std::to_string(need.most)
                                                          : std::to_string(need.fewest) + " to " +
                                                                std::to_string(need.most);
        report(issues, topology::Where::root(loaded_.tree, "")["network"]["table"],
               "has no row for jobs of kind `" + kind + "` at oversubscription " +
                   text_of(fabric_) + ", which span " + span + " leaf groups",
               there);
    }

    const Loaded& loaded_;
    const network::NetworkPlan& network_;
    PlanArrays& plan_;
    const SlowdownTable& table_;
    Oversubscription fabric_;
    std::uint32_t groups_ = 1, largest_group_ = 1;
    std::map<std::string, Need> needs_;
};

// By node: its pod, as far as the fabric knows pods; else 0.
std::vector<std::uint32_t> pods_of(const network::NetworkPlan& network) {
    std::map<std::uint32_t, std::uint32_t> numbers;  // by link
    std::vector<std::uint32_t> pods;
    for (std::uint32_t node = 0; node < network.nodes; ++node) {
        const std::uint32_t leaf = network.links[node].parent;
        const std::uint32_t pod =
            leaf == network::kNoTrunk ? network::kNoTrunk : network.links[leaf].parent;
        const auto next = static_cast<std::uint32_t>(numbers.size());
        pods.push_back(numbers.try_emplace(pod, next).first->second);
    }
    return pods;
}

}  // namespace

std::vector<std::string> job_kinds(const ScenarioSpec& spec) {
    std::vector<std::string> kinds;
    for (std::size_t w = 0; w < spec.workloads.size(); ++w) {
        const CommunicationSpec& mine = communication_of(spec, w);
        std::string name = name_of(mine);
        for (std::size_t other = 0; other < w; ++other) {
            if (communication_of(spec, other) == mine) {
                name = kinds[other];
                break;
            }
            if (kinds[other] == name) {
                name = name_of(mine) + '#' + std::to_string(w);
            }
        }
        kinds.push_back(std::move(name));
    }
    return kinds;
}

void compile_spread(const Loaded& loaded, const std::vector<JobPlace>& where,
                    const network::NetworkPlan& network, PlanArrays& plan, Issues& issues) {
    plan.pod_of = pods_of(network);
    if (loaded.spec.network->rates != NetworkRates::kTable || !issues.empty()) {
        return;
    }
    TP_ASSERT(loaded.slowdowns, "read with the scenario");
    TableMaker maker(loaded, network, plan);
    maker.add_jobs(where);
    maker.fill(issues);
}

}  // namespace tidepool::scenario
