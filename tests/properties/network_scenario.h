#pragma once
// Random scenarios with a network, small enough to be gone through tick by tick: as YAML and a
// trace, and as the plain data that the twin of docs/network.md works on.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/base/random.h"
#include "sim/model/comm_profile.h"
#include "tests/network/small_fabric.h"

namespace tidepool::properties {

struct NetworkJob {
    std::uint32_t submit = 0, duration = 0;  // ticks
    std::uint32_t nodes = 0;                 // whole ones
};

// One checkpoint rule for all jobs; times in ticks.
struct SavingSpec {
    std::uint32_t every = 0;  // 0: none are written
    std::uint32_t pause = 0, restart = 0;
    double bytes = 0;             // of a checkpoint
    std::uint32_t own_write = 0;  // a first tier of the job's own
    std::uint32_t shared_every = 1;
    bool overlap = false, shared = false, jitter = false;
};

struct NetworkScenario {
    std::uint32_t groups_of = 3;  // nodes per leaf group
    std::uint32_t pods_of = 0;    // nodes per pod; 0: no pods
    std::uint32_t nodes = 9;
    bool top_of_rack = false;
    double over = 1, pod_over = 1;  // oversubscription
    std::string traffic;            // `communication`
    network::Traffic sends;         // the same, for large gangs
    std::uint32_t wanted_replica = 1;
    std::string failures;
    double bandwidth = 0, per_client = 0;
    bool on_fabric = false;
    SavingSpec saving;
    std::uint32_t detect = 0;  // ticks
    std::vector<NetworkJob> jobs;
    std::uint32_t horizon = 0;  // ticks

    static constexpr double kLine = 400e9;  // eight cards of 50 GB/s

    std::string yaml() const;
    std::string csv() const;
    network::NetworkPlan plan() const;
};

inline std::string seconds_of(std::uint32_t ticks) {
    return std::to_string(ticks / 16) + "." + std::to_string(10000 + ticks % 16 * 625).substr(1) +
           " s";
}

inline std::string NetworkScenario::yaml() const {
    const auto number = [](double x) { return std::to_string(x); };
    std::string text =
        "tidepool: 1\nname: twin\nworkloads: [{trace: {file: jobs.csv}}]\n"
        "network: {}\nscheduler: {queue: fifo, placement: first-fit}\n"
        "topology:\n  clusters: [{name: a, server: hgx-h100, nodes: " +
        std::to_string(nodes) + (pods_of > 0 ? ", nodes_per_pod: " + std::to_string(pods_of) : "") +
        "}]\n  fabric: {kind: " + (pods_of > 0 ? "fat-tree" : "leaf-spine") +
        ", wiring: " + (top_of_rack ? "tor" : "rail") +
        ", nodes_per_leaf: " + std::to_string(groups_of) + ", leaf: qm9700, spine: qm9700" +
        (pods_of > 0 ? ", core: qm9700, pod_oversubscription: " + number(pod_over) : "") +
        ", oversubscription: " + number(over) + "}\n";
    if (bandwidth > 0) {
        text +=
            "  storage: [{name: scratch, kind: parallel-fs, bandwidth: " + number(bandwidth / 1e9) +
            " GB/s, path: " + (on_fabric ? "fabric" : "own") +
            (per_client > 0 ? ", per_client: " + number(per_client / 1e9) + " GB/s" : "") + "}]\n";
    }
    text += "communication: " + traffic + "\nhorizon: " + seconds_of(horizon) + "\n" + failures;
    const std::string restart = "checkpoint: {restart: " + seconds_of(saving.restart);
    if (saving.every == 0) {
        text += restart + "}\n";
    } else {
        const std::string overlap =
            saving.overlap ? ", overlap: true, pause: " + seconds_of(saving.pause) : "";
        const std::string shared =
            saving.shared
                ? "{name: far, storage: scratch, every: " + std::to_string(saving.shared_every) +
                      overlap + "}"
                : "";
        const std::string own =
            saving.own_write > 0 ? "{name: near, write: " + seconds_of(saving.own_write) + "}" : "";
        text += restart + ", interval: fixed, every: " + seconds_of(saving.every) +
                (saving.shared ? ", parameters: " + number(saving.bytes / 14) : "") +
                (saving.jitter ? ", jitter: 20 %" : "") + ", tiers: [" + own +
                (own.empty() || shared.empty() ? "" : ", ") + shared + "]}\n";
    }
    return text + "recovery: {on_failure: wait, detect: " + seconds_of(detect) + "}\n";
}

inline std::string NetworkScenario::csv() const {
    std::string text = "job_id,submit,duration,gpus\n";
    for (std::size_t j = 0; j < jobs.size(); ++j) {
        const auto seconds = [](std::uint32_t ticks) {
            const std::string unit = seconds_of(ticks);
            return unit.substr(0, unit.size() - 2);
        };
        text += std::to_string(j) + ',' + seconds(jobs[j].submit) + ',' +
                seconds(jobs[j].duration) + ',' + std::to_string(8 * jobs[j].nodes) + '\n';
    }
    return text;
}

// Uplinks in proportion to the nodes below; but for the numbers of spines and cores, which the
// cabling says.
inline network::NetworkPlan NetworkScenario::plan() const {
    network::SmallFabric fabric;
    fabric.node_rate = kLine;
    fabric.rails = top_of_rack ? 1 : 8;
    const std::uint32_t pod_size = pods_of > 0 ? pods_of : nodes;
    for (std::uint32_t first = 0; first < nodes;) {
        const std::uint32_t pod_end = std::min(nodes, first / pod_size * pod_size + pod_size);
        const std::uint32_t size = std::min(groups_of, pod_end - first);
        fabric.sizes.push_back(size);
        fabric.leaf.push_back(size * kLine / over);
        if (pods_of > 0) {
            fabric.pod_of.push_back(first / pod_size);
            fabric.pod.resize(first / pod_size + 1);
            fabric.pod.back() += fabric.leaf.back() / pod_over;
        }
        first += size;
    }
    network::NetworkPlan plan = fabric.plan();
    if (bandwidth > 0) {
        network::add_storage(plan, bandwidth, per_client, on_fabric);
    }
    return plan;
}

// Random scenarios.
class NetworkDice {
public:
    explicit NetworkDice(std::uint32_t number) : number_(number) {}
    std::uint32_t from(std::uint32_t low, std::uint32_t high) {
        const Block words = draw(815, Purpose::kSynthetic, number_, rolls_ / 4);
        return low + bounded(words[rolls_++ % 4], high - low + 1);
    }
    bool chance(std::uint32_t percent) { return from(0, 99) < percent; }

private:
    std::uint32_t number_, rolls_ = 0;
};

namespace detail {

inline void choose_class(NetworkDice& dice, NetworkScenario& s) {
    const auto kind = static_cast<model::CommClass>(dice.from(1, 3));
    constexpr const char* kNames[] = {"", "data-parallel", "llm-3d", "moe"};
    const model::CommPreset preset = model::comm_preset(kind);
    const double all = preset.traffic.dp.value + preset.traffic.pp.value + preset.traffic.ep.value;
    s.traffic = std::string("{class: ") + kNames[static_cast<int>(kind)];
    s.sends.profile = preset.profile;
    s.sends.ring = preset.traffic.dp.value / all;
    s.sends.pipeline = preset.traffic.pp.value / all;
    s.sends.all_to_all = preset.traffic.ep.value / all;
    s.wanted_replica = preset.replica_nodes;
    s.sends.expert_nodes = preset.expert_nodes;
}

// f and h as the page says.
inline void choose_trace(NetworkDice& dice, NetworkScenario& s) {
    const std::uint32_t f = dice.from(1, 90), overlap = dice.chance(50) ? 0 : dice.from(1, 100);
    s.traffic = "{step: 1 s, bytes: " + std::to_string(4 * f) +
                " GB, overlap: " + std::to_string(overlap) + " %, pattern: ";
    s.sends.profile.line_time = f / 100.0;
    s.sends.profile.hidden = overlap / 100.0 * s.sends.profile.line_time;
    const std::uint32_t pattern = dice.from(0, 3);
    s.sends.ring = pattern < 2 ? 1 : 0;
    s.sends.pipeline = pattern == 2 ? 1 : 0;
    s.sends.all_to_all = pattern == 3 ? 1 : 0;
    s.traffic += pattern < 2 ? "ring" : pattern == 2 ? "pipeline" : "all-to-all";
    s.wanted_replica = 1;
    s.sends.expert_nodes = 1;
}

inline void choose_traffic(NetworkDice& dice, NetworkScenario& s) {
    dice.chance(30) ? choose_class(dice, s) : choose_trace(dice, s);
    if (s.sends.pipeline == 1 || dice.chance(60)) {  // a traced pipeline has to say it
        s.wanted_replica = dice.from(1, 5);
        s.traffic += ", replica_nodes: " + std::to_string(s.wanted_replica);
    }
    if (s.sends.all_to_all == 1 || dice.chance(60)) {
        s.sends.expert_nodes = dice.from(1, 6);
        s.traffic += ", expert_nodes: " + std::to_string(s.sends.expert_nodes);
    }
    s.sends.ranks = static_cast<network::Ranks>(dice.from(0, 2));
    constexpr const char* kNames[] = {"rail-aligned", "unaligned", "scattered"};
    s.traffic += std::string(", ranks: ") + kNames[static_cast<int>(s.sends.ranks)] + "}";
}

inline void choose_failures(NetworkDice& dice, NetworkScenario& s) {
    std::string list;
    const auto add = [&](const char* per, std::uint32_t mtbf, const std::string& rest) {
        list += (list.empty() ? "" : ", ") + std::string("{name: n") + std::to_string(list.size()) +
                ", per: " + per + ", mtbf: " + std::to_string(mtbf) + " s, " + rest + "}";
    };
    const auto bandwidth = [&](const char* per, std::uint32_t mtbf) {
        const std::uint32_t left = dice.chance(40) ? 0 : dice.from(1, 99);
        add(per, mtbf,
            "kind: bandwidth, repair: {law: fixed, mean: " + std::to_string(dice.from(3, 40)) +
                " s}" + (left > 0 ? ", speed: " + std::to_string(left) + " %" : ""));
    };
    if (dice.chance(50)) {
        bandwidth("link", dice.from(2000, 20'000));
    }
    if (dice.chance(50)) {
        bandwidth("leaf", dice.from(200, 3000));
    }
    if (dice.chance(50)) {
        bandwidth("spine", dice.from(100, 2000));
    }
    if (dice.chance(25)) {
        bandwidth("spine", dice.from(100, 1000));  // the same spines once more
    }
    if (dice.chance(50) && s.pods_of > 0) {
        bandwidth("core", dice.from(100, 2000));
    }
    if (dice.chance(50)) {
        add("node", dice.from(200, 3000), "kind: interruption");
    }
    if (dice.chance(30)) {
        add("node", dice.from(200, 3000),
            "kind: degraded, repair: {law: fixed, mean: 20 s}, speed: " +
                std::to_string(dice.from(10, 99)) + " %");
    }
    s.failures = "failures: {components: [" + list + "]}\n";
}

inline void choose_saving(NetworkDice& dice, NetworkScenario& s) {
    s.saving.shared = dice.chance(70);
    s.saving.own_write = !s.saving.shared || dice.chance(40) ? dice.from(1, 20) : 0;
    s.saving.jitter = dice.chance(30);
    if (!s.saving.shared) {
        s.saving.every = dice.from(40, 400);
        return;
    }
    s.bandwidth = 1e9 * dice.from(20, 400);
    s.per_client = dice.chance(50) ? 1e9 * dice.from(5, 20) : 0;
    s.on_fabric = dice.chance(50);
    s.saving.bytes = 14e9 * dice.from(1, 8);
    s.saving.overlap = dice.chance(50);
    s.saving.pause = dice.from(0, 20);
    s.saving.shared_every = dice.chance(60) ? 1 : dice.from(2, 3);
    // Not shorter than a write in the background, jitter and the slowest client counted in.
    const double slowest = std::min(s.bandwidth, s.per_client > 0 ? s.per_client : s.bandwidth);
    s.saving.every = 20 +
                     static_cast<std::uint32_t>(std::ceil(16 * s.saving.bytes / slowest * 1.3)) +
                     dice.from(0, 100);
}

}  // namespace detail

inline NetworkScenario random_network(std::uint32_t number) {
    NetworkDice dice(number);
    NetworkScenario s;
    s.groups_of = dice.from(2, 4);
    s.top_of_rack = dice.chance(30);
    if (dice.chance(50)) {
        s.pods_of = s.groups_of * dice.from(1, 2);
        s.nodes = dice.from(s.pods_of + 1, std::max(s.pods_of + 1, std::min(12U, 3 * s.pods_of)));
        s.pod_over = dice.from(1, 8) / 2.0 + 0.5;
    } else {
        s.nodes = dice.from(s.groups_of + 1, std::min(12U, 4 * s.groups_of));
    }
    s.over = dice.from(1, 8) / 2.0 + 0.5;
    detail::choose_traffic(dice, s);
    detail::choose_failures(dice, s);
    if (dice.chance(65)) {
        detail::choose_saving(dice, s);
    }
    s.saving.restart = dice.chance(50) ? 0 : dice.from(1, 60);
    s.detect = dice.chance(30) ? 0 : dice.from(1, 100);
    std::uint32_t submit = 0;
    for (std::uint32_t left = dice.from(1, 7); left > 0; --left) {
        submit += dice.chance(50) ? 0 : dice.from(1, 300);
        s.jobs.push_back({submit, dice.from(1, 1000), dice.from(1, dice.chance(50) ? 4 : s.nodes)});
        s.jobs.back().nodes = std::min(s.jobs.back().nodes, s.nodes);
    }
    s.horizon = dice.from(600, 6000);
    std::erase_if(s.jobs, [&](const NetworkJob& job) { return job.submit >= s.horizon; });
    return s;
}

}  // namespace tidepool::properties
