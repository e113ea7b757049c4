#pragma once
// Who held GPUs and who waited for them, over the bins of a run: by class of use, by tenant. Pure
// functions of the ledger; GPU-ticks, whole ones.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/model/ledger.h"

namespace tidepool::model {

// The commercial plan of a job, in the order of money::Plan; or a unit of a service.
inline constexpr std::array<std::string_view, 4> kUseClasses{"reserved", "on-demand", "spot",
                                                             "service"};

inline constexpr std::size_t kMostTenantColumns = 32;       // of single tenants
inline constexpr std::size_t kMostSeriesCells = 4'000'000;  // of one time series, 32 MB
inline constexpr std::uint32_t kOtherTenants = 0xFFFF'FFFFu;

struct HoldingSeries {
    std::array<std::vector<std::uint64_t>, kUseClasses.size()> by_class;  // held, by bin
    struct Tenant {
        std::uint32_t tenant = 0;                 // index into Ledger::tenants, or kOtherTenants
        std::vector<std::uint64_t> held, queued;  // by bin
    };
    // Those that held or waited for GPUs: the ones that held most, ties by index, at most
    // kMostTenantColumns; then the others together, if any are left. Empty without named tenants.
    std::vector<Tenant> by_tenant;
};

// `most_cells`: bounds columns times bins of tenants, two columns there are always. Laws, which it
// asserts: in every bin classes, and tenants, add up to what was allocated, and tenants to
// queued_gpus.
HoldingSeries holding_series(const Ledger& ledger, std::size_t most_cells = kMostSeriesCells);

}  // namespace tidepool::model
