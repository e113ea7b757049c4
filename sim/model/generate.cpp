#include "sim/model/generate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/model/failure_time.h"
#include "sim/model/outage_draft.h"
#include "topology/failure_presets.h"
#include "topology/things.h"

namespace tidepool::model {
namespace {

using topology::ComponentFailureSpec;
using topology::FailureBasis;
using topology::FailureKind;
using topology::NodeRange;
using topology::ThingRow;

constexpr const char* kLemons = "#lemons";  // no cause has a '#' in its name
constexpr const char* kNotInstalledCause = "not installed";
constexpr std::uint32_t kOther = 0xFFFF'FFFFu;  // as OutageDraft::source: one of others_

std::uint32_t fnv1a_24(const std::string& text) {  // Fowler, Noll, Vo; folded as they advise
    std::uint32_t hash = 2'166'136'261u;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619u;
    }
    return (hash >> 24U) ^ (hash & 0xFF'FFFFu);
}

OutageKind kind_of(FailureKind kind) {
    switch (kind) {
        case FailureKind::kInterruption:
            return OutageKind::kInterruption;
        case FailureKind::kDegraded:
            return OutageKind::kDegraded;
        case FailureKind::kBandwidth:
            return OutageKind::kBandwidth;
        case FailureKind::kRepair:
            break;
    }
    return OutageKind::kRepair;
}

OutageKind kind_of(workloads::FaultKind kind) {
    switch (kind) {
        case workloads::FaultKind::kInterruption:
            return OutageKind::kInterruption;
        case workloads::FaultKind::kDegraded:
            return OutageKind::kDegraded;
        case workloads::FaultKind::kMaintenance:
            return OutageKind::kMaintenance;
        case workloads::FaultKind::kRepair:
            break;
    }
    return OutageKind::kRepair;
}

Reach reach_of(topology::FailureReach reach) {
    switch (reach) {
        case topology::FailureReach::kMultiNode:
            return Reach::kMultiNode;
        case topology::FailureReach::kMultiLeaf:
            return Reach::kMultiLeaf;
        case topology::FailureReach::kAll:
            break;
    }
    return Reach::kAll;
}

std::uint16_t speed_of(double left) {
    return static_cast<std::uint16_t>(std::clamp(std::round(left * kFullSpeed), 1.0, 1023.0));
}

FabricPart part_of(FailureBasis basis) {
    switch (basis) {
        case FailureBasis::kLink:
            return FabricPart::kCard;
        case FailureBasis::kLeaf:
            return FabricPart::kLeaf;
        case FailureBasis::kSpine:
            return FabricPart::kSpine;
        case FailureBasis::kCore:
            return FabricPart::kCore;
        default:
            return FabricPart::kNone;
    }
}

bool on_nodes(FailureBasis basis) {
    return basis == FailureBasis::kGpu || basis == FailureBasis::kNode ||
           basis == FailureBasis::kLink;
}

class Generator {
public:
    Generator(const topology::Topology& topology, std::uint64_t seed, Ticks end)
        : topology_(topology), seed_(seed), end_(end) {}

    void choose_lemons(const topology::LemonSpec& lemons);
    void add_component(const ComponentFailureSpec& part, double scale);
    void add_maintenance(const topology::MaintenanceSpec& window);
    void add_arrivals();
    void add_log(const workloads::FaultLog& log);

    Outages finish();

private:
    // The things of one row with one cause.
    struct Source {
        ThingRow row;
        Outage like;  // all but thing and times; gpus == 0: the one GPU that failed
    };

    std::uint32_t cause(const std::string& name);
    std::uint32_t stream(std::uint32_t cluster, const std::string& name);
    void add_source(const Source& source, std::uint32_t kind, const FailureTime& failure,
                    const RepairTime& repair);
    void push(const OutageDraft& draft) {
        if (drafts_.size() == kMostOutages) {
            refuse();
        }
        drafts_.push_back(draft);
    }
    [[noreturn]] void refuse() const;
    void make_room(double expected);
    void push(const Outage& outage);
    Outage finished(const OutageDraft& draft) const;

    const topology::Topology& topology_;
    std::uint64_t seed_;
    Ticks end_;
    std::vector<std::string> causes_;
    std::map<std::string, std::uint32_t> cause_numbers_;
    std::vector<Source> sources_;
    std::vector<Outage> others_;  // those that no thing draws: OutageDraft::thing counts them
    std::vector<OutageDraft> drafts_;
    std::vector<double> node_rate_;  // lemons' multiplier; empty: no lemons
    std::map<std::uint32_t, std::string> streams_;
};

std::uint32_t Generator::cause(const std::string& name) {
    const auto [at, is_new] =
        cause_numbers_.try_emplace(name, static_cast<std::uint32_t>(causes_.size()));
    if (is_new) {
        causes_.push_back(name);
    }
    return at->second;
}

std::uint32_t Generator::stream(std::uint32_t cluster, const std::string& name) {
    const std::string text =
        (cluster == topology::kNone ? "" : topology_.clusters[cluster]) + "/" + name;
    const std::uint32_t kind = fnv1a_24(text);
    const auto [at, fresh] = streams_.try_emplace(kind, text);
    if (!fresh && at->second != text) {
        throw input_error(topology_.name,
                          "the causes " + at->second + " and " + text +
                              " would fail together: their names have the same hash",
                          "rename one of them");
    }
    return kind;
}

void Generator::refuse() const {
    throw input_error(
        topology_.name,
        "more than " + std::to_string(kMostOutages) + " outages, at cause " + causes_.back(),
        "are the rates meant? A shorter run has fewer");
}

// Fresh memory is dear: a quarter of the time goes into it even so.
void Generator::make_room(double expected) {
    const auto more = static_cast<std::size_t>(std::min(expected * 1.1, 1e9));
    const std::size_t needed = std::min(kMostOutages, drafts_.size() + more);
    if (needed > drafts_.capacity()) {
        drafts_.reserve(std::max(needed, std::min(kMostOutages, 2 * drafts_.capacity())));
    }
}

void Generator::push(const Outage& outage) {
    push(OutageDraft{outage.begin, outage.end, kOther, static_cast<std::uint32_t>(others_.size())});
    others_.push_back(outage);
}

void Generator::choose_lemons(const topology::LemonSpec& lemons) {
    node_rate_.assign(topology_.nodes.size(), 1);
    const auto below = static_cast<std::uint64_t>(std::round(lemons.share.value * 0x1p32));
    for (const ThingRow& row : topology::things(topology_, FailureBasis::kNode)) {
        const std::uint32_t kind = stream(row.cluster, kLemons);
        for (std::uint32_t i = 0; i < row.count; ++i) {
            if (Luck{seed_, kind, i}.block(0)[0] < below) {
                node_rate_[row.first + i] = lemons.multiplier;
            }
        }
    }
}

void Generator::add_component(const ComponentFailureSpec& part, double scale) {
    if (part.per == FailureBasis::kJob || !(scale > 0)) {
        return;
    }
    const double base = part.mtbf->value * kTicksPerSecond / scale;
    const RepairTime repair(*part.repair);
    Outage like{};
    like.cause = cause(part.name);
    like.kind = kind_of(*part.kind);
    like.reach = reach_of(*part.reach);
    if (part.speed) {
        like.speed = speed_of(part.speed->value);
    }
    if (like.kind == OutageKind::kBandwidth) {
        like.part = part_of(part.per);
        like.speed = part.speed ? like.speed : 0;
    }
    like.gpus = part.per == FailureBasis::kGpu && *part.takes == topology::FailureTakes::kGpu
                    ? 0
                    : kWholeNode;
    for (const ThingRow& row : topology::things(topology_, part.per)) {
        const double mean =
            part.of_gpus ? base * *part.of_gpus / topology_.nodes[row.nodes.first].gpus : base;
        make_room(row.count * (end_.value / mean));
        add_source({row, like}, stream(row.cluster, part.name), FailureTime(part.law, mean, end_),
                   repair);
    }
}

void Generator::add_source(const Source& source, std::uint32_t kind, const FailureTime& failure,
                           const RepairTime& repair) {
    const auto number = static_cast<std::uint32_t>(sources_.size());
    const bool lemons = !node_rate_.empty() && on_nodes(source.row.basis);
    const bool anew = !lemons && topology_.arrivals.empty();
    sources_.push_back(source);
    for (std::uint32_t i = 0; i < source.row.count; ++i) {
        const Luck luck{seed_, kind, i};
        FailureCursor at;
        if (!anew) {
            const std::uint32_t node = topology::nodes_of(topology_, source.row, i).first;
            at.born = at.time = topology_.arrival(node);
            at.rate = lemons ? node_rate_[node] : 1;
        }
        while (at.rate > 0 && failure.next(luck, at)) {
            const Ticks begin = at.time;
            if (source.like.kind != OutageKind::kInterruption) {
                at.time = repair.end(begin, at.block);
            }
            push(OutageDraft{begin, at.time, number, i});
        }
    }
}

void Generator::add_maintenance(const topology::MaintenanceSpec& window) {
    Outage outage{};
    outage.cause = cause(window.name);
    outage.kind = OutageKind::kMaintenance;
    const bool all = window.nodes.empty();
    const auto first = all ? 0u : static_cast<std::uint32_t>(window.nodes[0]);
    const auto last = all ? static_cast<std::uint32_t>(topology_.nodes.size())
                          : static_cast<std::uint32_t>(window.nodes[1] + 1);
    const auto batch = static_cast<std::uint32_t>(window.batch.value_or(last - first));
    for (std::uint32_t time = 0; time == 0 || window.every; ++time) {
        const double from = window.from.value + (window.every ? time * window.every->value : 0.0);
        if (to_ticks(Seconds{from}).value_or(end_) >= end_) {
            break;
        }
        for (outage.entity = 0; first + outage.entity * batch < last; ++outage.entity) {
            outage.first_node = first + outage.entity * batch;
            outage.last_node = std::min(outage.first_node + batch, last);
            const double begin = from + outage.entity * window.lasts.value;
            outage.begin = to_ticks(Seconds{begin}).value_or(end_);
            outage.end = to_ticks(Seconds{begin + window.lasts.value}).value_or(kNever);
            if (outage.begin >= end_) {
                break;
            }
            push(outage);
        }
    }
}

void Generator::add_arrivals() {
    for (const topology::Arrival& arrival : topology_.arrivals) {
        Outage outage{};
        outage.end = arrival.at;
        outage.cause = cause(kNotInstalledCause);
        outage.entity = outage.first_node = arrival.first_node;
        outage.last_node = arrival.last_node;
        outage.kind = OutageKind::kNotInstalled;
        push(outage);
    }
}

void Generator::add_log(const workloads::FaultLog& log) {
    TP_ASSERT(log.nodes.size() <= topology_.nodes.size(), "read_failure_log refuses others");
    for (const workloads::Fault& fault : log.faults) {
        Outage outage{};
        outage.begin = to_ticks(fault.begin).value_or(kNever);
        outage.end = to_ticks(fault.end).value_or(kNever);
        outage.cause = cause(log.causes[fault.cause]);
        outage.entity = outage.first_node = fault.node;
        outage.last_node = fault.node + 1;
        outage.kind = kind_of(fault.kind);
        if (outage.kind == OutageKind::kDegraded) {
            outage.speed = speed_of(fault.speed);
        } else if (outage.begin == outage.end) {
            outage.kind = OutageKind::kInterruption;
        }
        if (outage.begin < end_) {
            push(outage);
        }
    }
}

Outage Generator::finished(const OutageDraft& draft) const {
    if (draft.source == kOther) {
        return others_[draft.thing];
    }
    const auto& [row, like] = sources_[draft.source];
    const NodeRange nodes = topology::nodes_of(topology_, row, draft.thing);
    Outage outage = like;
    outage.begin = draft.begin;
    outage.end = draft.end;
    outage.entity = row.first + draft.thing;
    outage.first_node = nodes.first;
    outage.last_node = nodes.last;
    if (like.gpus == 0) {
        outage.gpus = std::uint64_t{1} << (draft.thing % row.per_unit);
    }
    if (draft.begin == draft.end) {
        outage.kind = OutageKind::kInterruption;
    }
    return outage;
}

Outages Generator::finish() {
    sort_by_begin(drafts_);
    Outages outages;
    outages.causes = std::move(causes_);
    outages.list.reserve(drafts_.size());
    for (const OutageDraft& draft : drafts_) {
        outages.list.push_back(finished(draft));
    }
    order_ties(outages.list);
    return outages;
}

}  // namespace

Outages generate_outages(const topology::Topology& topology, const topology::FailureSpec& spec,
                         const workloads::FaultLog* log, std::uint64_t seed, Ticks end) {
    Generator generator(topology, seed, end);
    if (spec.lemons) {
        generator.choose_lemons(*spec.lemons);
    }
    for (const ComponentFailureSpec& part : topology::failure_components(spec)) {
        generator.add_component(part, spec.scale);
    }
    for (const topology::MaintenanceSpec& window : spec.maintenance) {
        generator.add_maintenance(window);
    }
    generator.add_arrivals();
    if (log != nullptr) {
        generator.add_log(*log);
    }
    return generator.finish();
}

}  // namespace tidepool::model
