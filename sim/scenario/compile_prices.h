#pragma once
// From the keys of `prices` and `sla` to the price book that bills are made with. Needs no traces,
// so that a finished run can be billed again.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/ticks.h"
#include "sim/config/value.h"
#include "sim/money/price_book.h"
#include "sim/money/usage.h"
#include "sim/scenario/price_spec.h"
#include "topology/catalog.h"

namespace tidepool::scenario {

// What prices may refer to, and what has to have one. Indices are those of the Usage.
struct PriceNames {
    struct Model {
        std::string name;
        std::uint64_t sparse_gflops = 0;  // FP16 with sparsity, of one GPU; 0: not known
        std::uint64_t gpus = 0;           // most that are ever installed; 0: not known
    };
    struct Service {
        std::string name;
        std::vector<std::string> classes;  // of its requests; empty: not known yet
    };
    // Somebody's GPU time, that has to have a price in all of the run.
    struct Use {
        money::Plan plan = money::Plan::kOnDemand;
        std::uint32_t model = 0;
        std::uint32_t tenant = 0;
        std::uint32_t service = money::kNone;  // of whose units
        friend auto operator<=>(const Use&, const Use&) = default;
    };
    std::vector<std::string> tenants;  // [0]: ""
    std::vector<Model> models;
    std::vector<Service> services;
    std::vector<Use> used;
    std::optional<Ticks> end;  // of the run, if it is known before it
    Ticks bin;                 // width of the bins that tokens are counted in
    std::string origin;        // calendar time of tick 0 by the traces; empty: they do not say
};

// `where`: the whole scenario, which `prices` and `sla` were read from, `path`: of it (empty).
// After issues the book is not to be used.
money::PriceBook compile_prices(const PricesSpec& prices, const std::optional<SlaSpec>& sla,
                                const PriceNames& names, const config::Value& where,
                                const std::string& path, Issues& issues);

// FP16 with sparsity; 0 if the catalogue does not know both.
std::uint64_t sparse_gflops(const topology::GpuModel& gpu);

}  // namespace tidepool::scenario
