#pragma once
// What is promised about the availability of nodes, as the YAML tells it. docs/prices.md says what
// it means.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "sim/money/usage.h"

namespace tidepool::scenario {

enum class GangCredit : std::uint8_t { kNone, kWhole };

struct SlaTierSpec {
    Fraction below, credit;
    friend bool operator==(const SlaTierSpec&, const SlaTierSpec&) = default;
};

struct SlaSpec {
    std::string preset;
    std::vector<SlaTierSpec> tiers;
    Fraction cap{1};
    Seconds grace{60};
    Fraction claimed{1};
    std::vector<money::Plan> plans{money::Plan::kReserved, money::Plan::kOnDemand};
    GangCredit gang = GangCredit::kNone;
    friend bool operator==(const SlaSpec&, const SlaSpec&) = default;
};

// What must hold between the fields.
void validate(const SlaSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<money::Plan> {
    using Enum = money::Plan;
    static constexpr std::array kinds{
        Kind<Enum>{"reserved", Enum::kReserved, "capacity that is committed to"},
        Kind<Enum>{"on-demand", Enum::kOnDemand, "by the second, while there is some"},
        Kind<Enum>{"spot", Enum::kSpot, "cheap, and makes room for others"},
    };
};

template <>
struct KindTable<scenario::GangCredit> {
    using Enum = scenario::GangCredit;
    static constexpr std::array kinds{
        Kind<Enum>{"none", Enum::kNone, "each node counts for itself"},
        Kind<Enum>{"whole", Enum::kWhole, "all nodes of a lease are down with one of them"},
    };
};

template <>
struct SpecTable<scenario::SlaTierSpec> {
    using Spec = scenario::SlaTierSpec;
    static constexpr std::string_view name = "sla tier";
    static constexpr std::string_view doc = "A credit for a month of low availability.";
    static constexpr std::tuple fields{
        Field{"below", &Spec::below, required(0, 1), "The month's availability is less than this."},
        Field{"credit", &Spec::credit, required(0, 1), "Share of the month's fee given back."},
    };
};

template <>
struct SpecTable<scenario::SlaSpec> {
    using Spec = scenario::SlaSpec;
    static constexpr std::string_view name = "sla";
    static constexpr std::string_view doc =
        "What is promised about the availability of nodes, by tenant and month of 730 h. "
        "docs/prices.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"preset", &Spec::preset, optional(),
              "A shipped promise to start from; keys beside it go over its keys."},
        Field{"tiers", &Spec::tiers, optional(),
              "Credits, by falling availability; the last one that applies counts."},
        Field{"cap", &Spec::cap, optional(0, 1), "Most that is given back of a month's fee."},
        Field{"grace", &Spec::grace, optional(0, 2'628'000),
              "Downtimes that are shorter do not count."},
        Field{"claimed", &Spec::claimed, optional(0, 1),
              "Share of all credits that customers ask for."},
        Field{"plans", &Spec::plans, optional(), "Plans that the promise holds for."},
        Field{"gang", &Spec::gang, optional(), "What becomes of a lease of several nodes."},
    };
};

}  // namespace tidepool::config
