#include "sim/cli/network_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sim/base/json.h"
#include "sim/cli/model_text.h"
#include "sim/results/network_tables.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using model::FlowRecord;
using model::LinkRecord;
using model::NetworkLedger;

std::string_view kind_of(const FlowRecord& flow) {
    return results::kFlowKindNames[static_cast<std::size_t>(flow.kind)];
}

std::string_view tier_of(const LinkRecord& link) {
    return results::kLinkTierNames[static_cast<std::size_t>(link.tier)];
}

const LinkRecord* holder(const NetworkLedger& network, const FlowRecord& flow) {
    return flow.held_by < network.links.size() ? &network.links[flow.held_by] : nullptr;
}

double pace(const FlowRecord& flow) {
    return flow.pace / double{1U << 24U};
}

bool is_full(const LinkRecord& link) {
    return link.granted.value >= link.left.value * (1 - 1e-9);
}

struct Shared {
    const LinkRecord* link;
    std::vector<const FlowRecord*> flows;
};

// Links that are worth a line, in the order of the ledger.
std::vector<Shared> shared_links(const NetworkLedger& network) {
    std::vector<Shared> all;
    for (const LinkRecord& link : network.links) {
        all.push_back({&link, {}});
    }
    for (const FlowRecord& flow : network.flows) {
        for (const std::uint32_t link : flow.links) {
            all[link].flows.push_back(&flow);
        }
    }
    std::erase_if(all, [](const Shared& s) {
        return s.flows.empty() || (s.flows.size() == 1 && !is_full(*s.link));
    });
    return all;
}

std::string rate(BytesPerSecond rate) {
    return topology::scaled(rate.value, "B/s");
}

// Every job once: one can have two flows.
std::vector<std::string> jobs_of(const Shared& shared, const std::vector<std::string>& ids) {
    std::vector<std::string> jobs;
    for (const FlowRecord* flow : shared.flows) {
        if (jobs.empty() || jobs.back() != ids[flow->job]) {
            jobs.push_back(ids[flow->job]);
        }
    }
    return jobs;
}

// The first few; JSON has them all.
std::string listed(const std::vector<std::string>& jobs) {
    constexpr std::size_t kMost = 8;
    std::string text;
    for (std::size_t j = 0; j < std::min(jobs.size(), kMost); ++j) {
        text += (j == 0 ? "" : " ") + jobs[j];
    }
    return jobs.size() <= kMost ? text
                                : text + " and " + topology::grouped(jobs.size() - kMost) + " more";
}

}  // namespace

std::size_t running_jobs(const model::Ledger& ledger) {
    return static_cast<std::size_t>(
        std::ranges::count(ledger.jobs, model::JobState::kRunning, &model::JobRecord::state));
}

std::string cut_off_text(const model::Ledger& ledger, const std::vector<std::string>& ids) {
    const std::uint32_t jobs = ledger.network.cut_off;
    if (jobs == 0) {
        return {};
    }
    std::string text = jobs == 1 ? "1 job stands still: the fabric between its nodes is split"
                                 : std::to_string(jobs) +
                                       " jobs stand still: the fabric between their nodes is split";
    for (const FlowRecord& flow : ledger.network.flows) {
        const LinkRecord* link = holder(ledger.network, flow);
        if (flow.pace == 0 && link != nullptr) {
            return text + " (job " + ids[flow.job] + ": " + link->name + " has nothing left)";
        }
    }
    return text;
}

std::string flows_table(const model::Ledger& ledger, const std::vector<std::string>& ids) {
    const NetworkLedger& network = ledger.network;
    std::vector<std::vector<std::string>> rows{
        {"job", "kind", "nodes", "leaf groups", "pods", "asked", "granted", "pace", "held by"}};
    for (const FlowRecord& flow : network.flows) {
        const LinkRecord* link = holder(network, flow);
        rows.push_back({ids[flow.job], std::string(kind_of(flow)), topology::grouped(flow.nodes),
                        topology::grouped(flow.leaf_groups), topology::grouped(flow.pods),
                        rate(flow.asked), rate(flow.granted), percent(pace(flow)),
                        link == nullptr ? "-" : link->name});
    }
    std::string text = topology::columns(rows, "llrrrrrrl");
    const std::vector<Shared> shared = shared_links(network);
    if (shared.empty()) {
        return text + "\nno link is full or has several flows\n";
    }
    rows = {{"link", "tier", "left", "granted", "flows", "jobs"}};
    for (const Shared& s : shared) {
        rows.push_back({s.link->name, std::string(tier_of(*s.link)), rate(s.link->left),
                        rate(s.link->granted), topology::grouped(s.flows.size()),
                        listed(jobs_of(s, ids))});
    }
    return text + '\n' + topology::columns(rows, "llrrrl");
}

std::string flows_json(const model::Ledger& ledger, const std::vector<std::string>& ids,
                       const std::string& scenario, const std::string& network, double at) {
    JsonWriter json;
    json.begin_object().member("scenario", scenario).member("network", network).member("at_s", at);
    json.member("running", std::uint64_t{running_jobs(ledger)});
    json.key("flows").begin_array();
    for (const FlowRecord& flow : ledger.network.flows) {
        const LinkRecord* link = holder(ledger.network, flow);
        json.begin_object()
            .member("job", ids[flow.job])
            .member("row", flow.job)
            .member("kind", kind_of(flow))
            .member("nodes", flow.nodes)
            .member("leaf_groups", flow.leaf_groups)
            .member("pods", flow.pods)
            .member("asked", flow.asked.value)
            .member("granted", flow.granted.value)
            .member("pace", pace(flow))
            .key("held_by");
        link == nullptr ? json.null() : json.value(link->name);
        json.end_object();
    }
    json.end_array().key("links").begin_array();
    for (const Shared& s : shared_links(ledger.network)) {
        json.begin_object()
            .member("link", s.link->name)
            .member("tier", tier_of(*s.link))
            .member("capacity", s.link->capacity.value)
            .member("left", s.link->left.value)
            .member("granted", s.link->granted.value)
            .member("flows", std::uint64_t{s.flows.size()})
            .key("jobs")
            .begin_array();
        for (const std::string& id : jobs_of(s, ids)) {
            json.value(id);
        }
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return json.str();
}

}  // namespace tidepool::cli
