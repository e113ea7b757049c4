#pragma once
// A spec with one field of every type that the reader knows, for the tests of this folder and the
// fuzz tests. The rule between fields: a rig with an upper limit on its power needs a budget.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/config/read.h"

namespace tidepool::rig {

enum class Order { kFifo, kShortest, kBackfill };

struct DiskSpec {
    Bytes size{4e12};
    BytesPerSecond rate{7e9};
    friend bool operator==(const DiskSpec&, const DiskSpec&) = default;
};

struct RigSpec {
    std::string name;
    std::int64_t gpus = 8;
    double load = 0.5;
    bool enabled = true;
    Order order = Order::kFifo;
    Seconds timeout{86400};
    FlopPerSecond speed{989e12};
    std::optional<Watts> power;
    Fraction share{0.6};
    std::optional<Money> budget;
    EventsPerSecond failures{1.0 / 3600};
    DiskSpec scratch;
    DiskSpec archive{.size = Bytes{1e15}, .rate = BytesPerSecond{1e9}};
    std::vector<DiskSpec> disks;
    std::vector<Seconds> window{Seconds{604800}, Seconds{1209600}};
    std::vector<std::pair<std::string, Watts>> caps;
    std::vector<std::string> tags;
    friend bool operator==(const RigSpec&, const RigSpec&) = default;
};

inline void validate(const RigSpec& spec, const config::Value& value, const std::string& path,
                     Issues& issues) {
    if (spec.power && !spec.budget) {
        issues.add(config::position_of(value, "power"), config::join_path(path, "power"),
                   "needs a budget");
    }
}

}  // namespace tidepool::rig

namespace tidepool::config {

template <>
struct KindTable<rig::Order> {
    static constexpr std::array kinds{
        Kind<rig::Order>{"fifo", rig::Order::kFifo, "first come, first served"},
        Kind<rig::Order>{"shortest", rig::Order::kShortest, "least work first"},
        Kind<rig::Order>{"backfill", rig::Order::kBackfill, "short jobs fill the gaps"}};
};

template <>
struct SpecTable<rig::DiskSpec> {
    static constexpr std::string_view name = "disk", doc = "A place for checkpoints.";
    static constexpr std::tuple fields{
        Field{"size", &rig::DiskSpec::size, optional(1), "Capacity."},
        Field{"rate", &rig::DiskSpec::rate, optional(1e6, 1e12), "Sustained writes."}};
};

template <>
struct SpecTable<rig::RigSpec> {
    using Rig = rig::RigSpec;
    static constexpr std::string_view name = "rig", doc = "A server on a bench.";
    static constexpr std::tuple fields{
        Field{"name", &Rig::name, required(1), "What people call it."},
        Field{"gpus", &Rig::gpus, optional(1, 72), "GPUs in it."},
        Field{"load", &Rig::load, optional(0), "Mean queue length."},
        Field{"enabled", &Rig::enabled, optional(), "Whether it takes work."},
        Field{"order", &Rig::order, optional(), "Order of the queue."},
        Field{"timeout", &Rig::timeout, optional(1, 604800), "Longest job."},
        Field{"speed", &Rig::speed, optional(), "Dense BF16 | tensor cores."},
        Field{"power", &Rig::power, optional(0), "Cap; none without."},
        Field{"share", &Rig::share, optional(0, 1), "Part of it that is ours."},
        Field{"budget", &Rig::budget, optional(0), "Money for it."},
        Field{"failures", &Rig::failures, optional(0), "Interruptions."},
        Field{"scratch", &Rig::scratch, optional(), "The disk beside it."},
        Field{"archive", &Rig::archive, optional(), "The disk far away."},
        Field{"disks", &Rig::disks, optional(), "More disks."},
        Field{"window", &Rig::window, optional(0), "From and to."},
        Field{"caps", &Rig::caps, optional(0, 1e6), "Power caps by rack."},
        Field{"tags", &Rig::tags, optional(1), "Labels."}};
};

}  // namespace tidepool::config
