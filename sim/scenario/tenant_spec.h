#pragma once
// Tenants, as the YAML tells them. docs/tenants.md says what it means.

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
#include "sim/core/policies.h"
#include "workloads/job_trace.h"

namespace tidepool::scenario {

// From `at` on the tenant may hold so many GPUs; absent: any number.
struct LimitSpec {
    Seconds at;
    std::optional<std::int64_t> limit;
    friend bool operator==(const LimitSpec&, const LimitSpec&) = default;
};

struct TenantSpec {
    std::string name;
    std::string parent;                      // empty: the datacenter itself
    std::optional<std::int64_t> guaranteed;  // GPUs; absent: those of the tenants below it
    std::optional<std::int64_t> limit;
    std::int64_t weight = 1;
    std::optional<workloads::Plan> plan;
    std::int64_t priority = 0;
    Seconds joins{0};
    std::optional<Seconds> leaves;
    std::vector<LimitSpec> limits;
    friend bool operator==(const TenantSpec&, const TenantSpec&) = default;
};

struct FairSpec {
    Seconds half_life{604'800};
    Seconds hold{3600};
    friend bool operator==(const FairSpec&, const FairSpec&) = default;
};

struct ScenarioSpec;

// What must hold between tenants and the rest.
void check_tenants(const ScenarioSpec& spec, const config::Value& value, const std::string& path,
                   Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<core::PreemptOrder> {
    static constexpr std::array kinds = [] {
        std::array<Kind<core::PreemptOrder>, core::kPreemptOrderKinds.size()> rows{};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto& kind = core::kPreemptOrderKinds[i];
            rows[i] = {kind.name, kind.value, kind.summary};
        }
        return rows;
    }();
};

template <>
struct KindTable<workloads::Plan> {
    using Enum = workloads::Plan;
    static constexpr std::array kinds{
        Kind<Enum>{"reserved", Enum::kReserved, "capacity bought for a long time"},
        Kind<Enum>{"on-demand", Enum::kOnDemand, "capacity bought as it is used"},
        Kind<Enum>{"spot", Enum::kSpot, "capacity that may be taken back"},
    };
};

template <>
struct SpecTable<scenario::LimitSpec> {
    using Spec = scenario::LimitSpec;
    static constexpr std::string_view name = "limit";
    static constexpr std::string_view doc = "A limit that holds from some time on.";
    static constexpr std::tuple fields{
        Field{"at", &Spec::at, required(0, 268'435'455),
              "From when on, after the start of the run."},
        Field{"limit", &Spec::limit, optional(0, 2e9),
              "GPUs that the tenant's jobs hold at most from then on; absent = any number."},
    };
};

template <>
struct SpecTable<scenario::TenantSpec> {
    using Spec = scenario::TenantSpec;
    static constexpr std::string_view name = "tenant";
    static constexpr std::string_view doc =
        "Who jobs belong to: what it may hold, what it is guaranteed, and its share. "
        "docs/tenants.md states the rules exactly.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, 200), "As traces and workloads name it."},
        Field{"parent", &Spec::parent, optional(), "Tenant that it is a part of; absent = none."},
        Field{"guaranteed", &Spec::guaranteed, optional(0, 2e9),
              "GPUs that are its own, what it holds above is borrowed; absent = what the tenants "
              "below "
              "it are guaranteed."},
        Field{"limit", &Spec::limit, optional(0, 2e9),
              "GPUs that its jobs hold at most; absent = any number."},
        Field{"weight", &Spec::weight, optional(1, 1000), "Of its share, against its siblings."},
        Field{"plan", &Spec::plan, optional(),
              "Commercial plan of its jobs, but for those whose trace says another one than "
              "on-demand."},
        Field{"priority", &Spec::priority, optional(-1'000'000'000, 1'000'000'000),
              "Added to the priority of its jobs."},
        Field{"joins", &Spec::joins, optional(0, 268'435'455),
              "Its jobs submitted before do not exist."},
        Field{"leaves", &Spec::leaves, optional(0, 268'435'455),
              "Its jobs submitted from then on do not exist, and the others go; absent = never."},
        Field{"limits", &Spec::limits, optional(), "Later limits, in the order of time."},
    };
};

template <>
struct SpecTable<scenario::FairSpec> {
    using Spec = scenario::FairSpec;
    static constexpr std::string_view name = "fair";
    static constexpr std::string_view doc = "How tenants take turns.";
    static constexpr std::tuple fields{
        Field{"half_life", &Spec::half_life, optional(60, 268'435'455),
              "After which what a tenant has used counts half."},
        Field{"hold", &Spec::hold, optional(0, 268'435'455),
              "After which a waiting job whose turn it is holds up all others until it fits."},
    };
};

}  // namespace tidepool::config
