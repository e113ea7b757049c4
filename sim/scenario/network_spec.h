#pragma once
// What jobs send over the network and how they share it, as the YAML tells it. docs/network.md says
// what it means.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "sim/model/comm_profile.h"
#include "sim/model/step_spec.h"
#include "sim/network/network_plan.h"

namespace tidepool::scenario {

enum class NetworkRates : std::uint8_t { kAuto, kSimGrid, kMaxMin, kTable, kOff };
enum class TrafficPattern : std::uint8_t { kRing, kPipeline, kAllToAll };

struct NetworkSpec {
    NetworkRates rates = NetworkRates::kAuto;
    network::Balance balance = network::Balance::kIdeal;
    std::string table;
    friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

struct CommunicationSpec {
    std::optional<model::CommClass> kind;  // `class`
    std::optional<model::ModelShape> model;
    std::optional<model::Parallelism> parallelism;
    std::optional<Seconds> step;
    std::optional<Bytes> bytes;
    Fraction overlap{0};
    TrafficPattern pattern = TrafficPattern::kRing;
    std::optional<std::int64_t> replica_nodes, expert_nodes;
    network::Ranks ranks = network::Ranks::kRailAligned;
    friend bool operator==(const CommunicationSpec&, const CommunicationSpec&) = default;
};

// What must hold between the fields.
void validate(const NetworkSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const CommunicationSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<scenario::NetworkRates> {
    using Enum = scenario::NetworkRates;
    static constexpr std::array kinds{
        Kind<Enum>{"auto", Enum::kAuto,
                   "those of the engine: SimGrid's with `--engine simgrid`, else `maxmin`"},
        Kind<Enum>{"simgrid", Enum::kSimGrid, "SimGrid's solver, the reference"},
        Kind<Enum>{"maxmin", Enum::kMaxMin, "Tidepool's own solver: the same rates, faster"},
        Kind<Enum>{"table", Enum::kTable,
                   "no solver: a slow-down per kind of job and spread, from `tidepool calibrate`"},
        Kind<Enum>{"off", Enum::kOff, "none: jobs run as long as their trace says"},
    };
};

template <>
struct KindTable<network::Balance> {
    using Enum = network::Balance;
    static constexpr std::array kinds{
        Kind<Enum>{"ideal", Enum::kIdeal,
                   "evenly over the cables of a trunk, as adaptive routing does"},
        Kind<Enum>{"hash", Enum::kHash,
                   "every connection keeps to one cable, by chance (ECMP with static hashing)"},
    };
};

template <>
struct KindTable<network::Ranks> {
    using Enum = network::Ranks;
    static constexpr std::array kinds{
        Kind<Enum>{"rail-aligned", Enum::kRailAligned,
                   "in node order; GPU i talks to GPU i of other nodes, over rail i"},
        Kind<Enum>{"unaligned", Enum::kUnaligned,
                   "in node order, but peers sit on any rail, so traffic passes the spines"},
        Kind<Enum>{"scattered", Enum::kScattered, "nodes in random order, peers on any rail"},
    };
};

template <>
struct KindTable<scenario::TrafficPattern> {
    using Enum = scenario::TrafficPattern;
    static constexpr std::array kinds{
        Kind<Enum>{"ring", Enum::kRing, "every node to the node `replica_nodes` further on"},
        Kind<Enum>{"pipeline", Enum::kPipeline, "to the neighbours among its `replica_nodes`"},
        Kind<Enum>{"all-to-all", Enum::kAllToAll, "to all others of its `expert_nodes`"},
    };
};

template <>
struct SpecTable<scenario::NetworkSpec> {
    using Spec = scenario::NetworkSpec;
    static constexpr std::string_view name = "network";
    static constexpr std::string_view doc =
        "Whether and how jobs share the fabric and storage. docs/network.md has the rules.";
    static constexpr std::tuple fields{
        Field{"rates", &Spec::rates, optional(), "Who says how fast each job sends."},
        Field{"balance", &Spec::balance, optional(), "How traffic spreads over parallel cables."},
        Field{"table", &Spec::table, optional(),
              "File that `tidepool calibrate` wrote, relative to this one; with `rates: table`."},
    };
};

template <>
struct SpecTable<scenario::CommunicationSpec> {
    using Spec = scenario::CommunicationSpec;
    static constexpr std::string_view name = "communication";
    static constexpr std::string_view doc =
        "What jobs send over the network: a `class`, or a `model` and its `parallelism`, or a "
        "traced `step` and its `bytes`. docs/network.md has the rules.";
    static constexpr std::tuple fields{
        Field{"class", &Spec::kind, optional(), "A kind of job, with planning values."},
        Field{"model", &Spec::model, optional(), "What is trained; with `parallelism`."},
        Field{"parallelism", &Spec::parallelism, optional(),
              "How every gang of the workload divides the work; with `model`."},
        Field{"step", &Spec::step, optional(1e-6, 1e6), "Time of a traced step; with `bytes`."},
        Field{"bytes", &Spec::bytes, optional(0, 1e18), "That a node sends in that step."},
        Field{"overlap", &Spec::overlap, optional(0, 1),
              "Share of a traced step's network time that was hidden behind compute."},
        Field{"pattern", &Spec::pattern, optional(), "Who talks to whom in a traced step."},
        Field{"replica_nodes", &Spec::replica_nodes, optional(1, 200'000),
              "Nodes of one copy of the model; absent = as the model or class says."},
        Field{"expert_nodes", &Spec::expert_nodes, optional(1, 200'000),
              "Nodes that exchange all to all; absent = as the model or class says."},
        Field{"ranks", &Spec::ranks, optional(), "How the job's ranks lie on its nodes."},
    };
};

}  // namespace tidepool::config
