#pragma once
// Money of the `costs` section, per server, GPU, kW or P of a datacenter and per time, as whole
// micro-units. What cannot be read is an issue at its place.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/base/issue.h"
#include "sim/money/amount.h"
#include "sim/scenario/money_text.h"
#include "topology/topology.h"
#include "topology/where.h"

namespace tidepool::scenario {

// What a datacenter has of what costs are counted by.
struct CostBases {
    std::uint64_t servers = 0, gpus = 0;
    std::optional<std::uint64_t> milliwatts;  // rated; empty: not known
    std::optional<std::uint64_t> gigaflops;   // FP16 with sparsity; empty: not known
};

class CostReader {
public:
    CostReader(const CostBases& bases, const Currencies& currencies, Issues& issues)
        : bases_(bases), currencies_(currencies), issues_(issues) {}

    // `1e6 USD`, `258001 USD/server`.
    money::Amount once(const std::string& text, const topology::Where& where);
    // `150 USD/kW/mo`: what a year of 365 days costs.
    money::Amount a_year(const std::string& text, const topology::Where& where);
    // `0.087 USD/kWh`, in billionths of the currency.
    std::int64_t per_kwh(const std::string& text, const topology::Where& where);
    // `2 USD/gpu/h`, of a GPU-tick.
    money::Rate per_gpu_tick(const std::string& text, const topology::Where& where);
    // Of the catalogue.
    money::Amount piece(double number, const std::string& currency, const topology::Where& where);

private:
    struct Parts {
        Ratio micro;       // in the currency of the statement
        std::string base;  // `server`, `gpu`, `kW`, `P`; empty: for all
        std::string time;  // `h`, `d`, `mo`, `y`; empty: none
    };
    std::optional<Ratio> quantity(const std::string& base, const topology::Where& where);
    std::optional<Ratio> in_micro(const MoneyText& money, const topology::Where& where);
    std::optional<Parts> parts(const std::string& text, const topology::Where& where, bool timed);
    std::int64_t whole(const std::optional<Ratio>& ratio, const topology::Where& where);

    const CostBases& bases_;
    const Currencies& currencies_;
    Issues& issues_;
};

}  // namespace tidepool::scenario
