#pragma once
// The catalogue of parts a datacenter is built from: GPUs, network cards, switches, servers. The
// entries that ship with Tidepool come from topology/catalog/*.yaml (embedded in the library, each
// with its source); a topology may add entries of its own under `catalog:`, or override single
// fields of a shipped one by its name.
//
// A value that is not publicly known is absent, never guessed: whoever needs it must say so.
// Entries list under `unconfirmed` the fields whose value rests on memory or on a second-hand
// source alone.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "topology/where.h"

namespace tidepool::topology {

enum class Currency : std::uint8_t { kUsd, kCny };

// A list price for one piece. Street prices differ: a range, low == high when one figure is known.
struct Price {
    double low = 0;  // in `currency`
    double high = 0;
    Currency currency = Currency::kUsd;
    friend bool operator==(const Price&, const Price&) = default;
};

struct GpuModel {
    std::string name;
    std::string vendor;
    std::optional<FlopPerSecond> bf16;  // dense BF16 (or FP16) tensor rate
    std::optional<FlopPerSecond> fp8;   // dense FP8
    std::optional<FlopPerSecond> int8;  // dense INT8, in OP/s
    std::optional<double> sparsity;     // structured-sparse rate over dense rate
    Bytes memory;                       // of one GPU
    std::optional<BytesPerSecond> memory_bandwidth;
    std::optional<BytesPerSecond> nvlink;  // of one GPU, both directions added, as vendors state it
    std::int64_t nvlink_domain = 1;        // GPUs that reach each other over it; 1: none
    std::optional<Watts> tdp;              // of one GPU
    std::optional<Price> price;            // of one card
    std::string source;
    std::vector<std::string> unconfirmed;
    friend bool operator==(const GpuModel&, const GpuModel&) = default;
};

// Largest rate of a port in B/s (4 Tb/s): 64 cards in each of 200,000 nodes still add up to whole
// bytes per second in 63 bits, which max-flow counts in.
inline constexpr double kMaxPortRate = 5e11;

// A network card (one port) of the compute fabric.
struct Nic {
    std::string name;
    BytesPerSecond rate;  // of one port, each direction
    std::optional<Watts> power;
    std::optional<Price> price;
    std::string source;
    std::vector<std::string> unconfirmed;
    friend bool operator==(const Nic&, const Nic&) = default;
};

struct Switch {
    std::string name;
    std::int64_t ports = 0;
    BytesPerSecond rate;         // of one port, each direction
    std::optional<Watts> power;  // largest draw
    std::optional<Price> price;
    std::string source;
    std::vector<std::string> unconfirmed;
    friend bool operator==(const Switch&, const Switch&) = default;
};

// A server as delivered: its price and power include GPUs, network cards and local drives.
struct Server {
    std::string name;
    std::string gpu;  // name of a GpuModel
    std::int64_t gpus = 8;
    std::string nic;        // name of a Nic; empty: no card on the compute fabric is known
    std::int64_t nics = 0;  // cards on the compute fabric
    std::optional<std::int64_t> cpu_cores;
    std::optional<Bytes> memory;  // host memory
    std::optional<Bytes> nvme;    // local flash
    std::optional<Watts> power;   // largest draw
    std::optional<Price> price;
    std::string source;
    std::vector<std::string> unconfirmed;
    friend bool operator==(const Server&, const Server&) = default;
};

struct Catalog {
    std::vector<GpuModel> gpus;
    std::vector<Nic> nics;
    std::vector<Switch> switches;
    std::vector<Server> servers;
    friend bool operator==(const Catalog&, const Catalog&) = default;
};

// What ships with Tidepool, in file order; read once.
const Catalog& shipped_catalog();

// `own` (the `catalog` section of a topology) with every entry that bears the name of a shipped one
// completed by it, so that naming one field overrides one field.
config::Value complete_catalog(const config::Value& own);

// The entries of `own`, then the shipped ones whose name `own` does not use.
Catalog combined(const Catalog& own);

// Contradictions inside `catalog` (a price range turned round, a name used twice, an `unconfirmed`
// that names no field, a server whose GPU or card is not in `all`), as issues at the entry's place
// under `where`.
void check_catalog(const Catalog& catalog, const Catalog& all, const Where& where, Issues& issues);

// The entry of that name, or null.
template <class Part>
const Part* find_part(const std::vector<Part>& parts, const std::string& name) {
    for (const Part& part : parts) {
        if (part.name == name) {
            return &part;
        }
    }
    return nullptr;
}

template <class Part>
std::vector<std::string> names_of(const std::vector<Part>& parts) {
    std::vector<std::string> names;
    names.reserve(parts.size());
    for (const Part& part : parts) {
        names.push_back(part.name);
    }
    return names;
}

}  // namespace tidepool::topology

namespace tidepool::config {

template <>
struct KindTable<topology::Currency> {
    static constexpr std::array kinds{
        Kind<topology::Currency>{"USD", topology::Currency::kUsd, "US dollars"},
        Kind<topology::Currency>{"CNY", topology::Currency::kCny, "Chinese yuan"},
    };
};

template <>
struct SpecTable<topology::Price> {
    static constexpr std::string_view name = "price";
    static constexpr std::string_view doc = "List price of one piece, as a range.";
    static constexpr std::tuple fields{
        Field{"low", &topology::Price::low, required(0, 1e12), "Lowest price seen, in `currency`."},
        Field{"high", &topology::Price::high, required(0, 1e12),
              "Highest price seen, in `currency`."},
        Field{"currency", &topology::Price::currency, optional(), "Currency of both."},
    };
};

template <>
struct SpecTable<topology::GpuModel> {
    using Spec = topology::GpuModel;
    static constexpr std::string_view name = "gpu";
    static constexpr std::string_view doc = "A GPU model. What is not known is left out.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "How servers and traces refer to it."},
        Field{"vendor", &Spec::vendor, optional(), "Who makes it."},
        Field{"bf16", &Spec::bf16, optional(1), "Dense BF16 or FP16 tensor rate."},
        Field{"fp8", &Spec::fp8, optional(1), "Dense FP8 tensor rate."},
        Field{"int8", &Spec::int8, optional(1),
              "Dense INT8 tensor rate, operations counted as FLOP."},
        Field{"sparsity", &Spec::sparsity, optional(1, 8),
              "Structured-sparse rate over dense rate."},
        Field{"memory", &Spec::memory, required(1), "Memory of one GPU."},
        Field{"memory_bandwidth", &Spec::memory_bandwidth, optional(1),
              "Memory bandwidth of one GPU."},
        Field{"nvlink", &Spec::nvlink, optional(1),
              "Bandwidth of one GPU inside its NVLink (HCCS, Infinity Fabric) domain, both "
              "directions added."},
        Field{"nvlink_domain", &Spec::nvlink_domain, optional(1, 4096),
              "GPUs that reach each other over it; 1 = none."},
        Field{"tdp", &Spec::tdp, optional(0, 1e9), "Design power of one GPU."},
        Field{"price", &Spec::price, optional(), "Price of one card."},
        Field{"source", &Spec::source, optional(), "Where the values come from."},
        Field{"unconfirmed", &Spec::unconfirmed, optional(),
              "Fields that rest on memory or hearsay."},
    };
};

template <>
struct SpecTable<topology::Nic> {
    using Spec = topology::Nic;
    static constexpr std::string_view name = "nic";
    static constexpr std::string_view doc = "A network card with one port on the compute fabric.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "How servers refer to it."},
        Field{"rate", &Spec::rate, required(1, topology::kMaxPortRate),
              "Rate of its port, each direction."},
        Field{"power", &Spec::power, optional(0, 1e9), "Largest draw."},
        Field{"price", &Spec::price, optional(), "Price of one card."},
        Field{"source", &Spec::source, optional(), "Where the values come from."},
        Field{"unconfirmed", &Spec::unconfirmed, optional(),
              "Fields that rest on memory or hearsay."},
    };
};

template <>
struct SpecTable<topology::Switch> {
    using Spec = topology::Switch;
    static constexpr std::string_view name = "switch";
    static constexpr std::string_view doc = "A switch: ports of one rate.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "How a fabric refers to it."},
        Field{"ports", &Spec::ports, required(2, 4096), "Number of ports."},
        Field{"rate", &Spec::rate, required(1, topology::kMaxPortRate),
              "Rate of one port, each direction."},
        Field{"power", &Spec::power, optional(0, 1e9), "Largest draw."},
        Field{"price", &Spec::price, optional(), "Price of one switch."},
        Field{"source", &Spec::source, optional(), "Where the values come from."},
        Field{"unconfirmed", &Spec::unconfirmed, optional(),
              "Fields that rest on memory or hearsay."},
    };
};

template <>
struct SpecTable<topology::Server> {
    using Spec = topology::Server;
    static constexpr std::string_view name = "server";
    static constexpr std::string_view doc =
        "A server as delivered: price and power include GPUs, network cards and local drives.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 100), "How clusters refer to it."},
        Field{"gpu", &Spec::gpu, required(1, 100), "GPU model, by its name in the catalogue."},
        Field{"gpus", &Spec::gpus, optional(1, 64), "GPUs of one server."},
        Field{"nic", &Spec::nic, optional(), "Network card of the compute fabric, by its name."},
        Field{"nics", &Spec::nics, optional(0, 64), "Cards on the compute fabric, one port each."},
        Field{"cpu_cores", &Spec::cpu_cores, optional(1, 4096), "Host cores."},
        Field{"memory", &Spec::memory, optional(1), "Host memory."},
        Field{"nvme", &Spec::nvme, optional(0), "Local flash."},
        Field{"power", &Spec::power, optional(0, 1e9), "Largest draw."},
        Field{"price", &Spec::price, optional(), "Price of the whole server."},
        Field{"source", &Spec::source, optional(), "Where the values come from."},
        Field{"unconfirmed", &Spec::unconfirmed, optional(),
              "Fields that rest on memory or hearsay."},
    };
};

template <>
struct SpecTable<topology::Catalog> {
    using Spec = topology::Catalog;
    static constexpr std::string_view name = "catalog";
    static constexpr std::string_view doc =
        "Parts of your own. An entry with the name of a shipped one overrides the fields it names.";
    static constexpr std::tuple fields{
        Field{"gpus", &Spec::gpus, optional(), "GPU models."},
        Field{"nics", &Spec::nics, optional(), "Network cards."},
        Field{"switches", &Spec::switches, optional(), "Switches."},
        Field{"servers", &Spec::servers, optional(), "Servers."},
    };
};

}  // namespace tidepool::config
