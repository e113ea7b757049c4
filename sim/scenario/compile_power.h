#pragma once
// Power and electricity of the `costs` section.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/money/cost_book.h"
#include "sim/scenario/cost_spec.h"
#include "sim/scenario/cost_text.h"
#include "topology/topology.h"
#include "topology/where.h"

namespace tidepool::scenario {

// What the machines draw at most.
struct RatedPower {
    std::vector<money::ModelPower> models;  // servers, by GPU model
    std::uint64_t constant = 0;             // milliwatts of switches and storage
    std::vector<std::string> unknown;       // parts whose power nobody says: `server hgx-h200`
    std::uint64_t milliwatts() const;
};

RatedPower rated_power(const PowerSpec& spec, const topology::Topology& topology);

money::Power power_of(const PowerSpec& spec, RatedPower rated);

money::Electricity electricity_of(const ElectricitySpec& spec, CostReader& reader,
                                  const topology::Where& where, Issues& issues);

// `380 g/kWh`, for ever.
money::Carbon constant_carbon(const std::string& text, const topology::Where& where,
                              Issues& issues);

}  // namespace tidepool::scenario
