#pragma once
// What a KPI is: a row of the table in kpi_table.h.

#include <string_view>

#include "sim/model/kpis.h"

namespace tidepool::results {

enum class Better { kHigher, kLower, kNone };  // kNone: an input, or a matter of taste
enum class Group { kCapacity, kReliability, kNetwork, kMoney, kService, kTenants, kInference };

std::string_view name_of(Better better);  // higher, lower, none
// capacity, reliability, network, money, service, tenants, inference
std::string_view name_of(Group group);

struct Kpi {
    std::string_view name;
    std::string_view unit;  // UDUNITS style; 1 for counts and ratios
    std::string_view long_name;
    Better better = Better::kNone;
    Group group = Group::kCapacity;
    int decimals = 0;  // in the terminal table; 4 show every tick of 1/16 s exactly
    std::string_view formula;
    double (*value)(const model::Totals&) =
        nullptr;  // NaN: undefined, say the wait when no job started
};

}  // namespace tidepool::results
