// Limits, guarantees and turns of tenants: the simulator's decision core against the brute-force
// oracle of docs/tenants.md. On every random problem the same happens to the same jobs at the same
// ticks, in the same order, and is refused for the same reasons.

#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/properties/random_tenants.h"
#include "tests/properties/tenants_oracle.h"
#include "tests/properties/tenants_plan.h"

namespace tidepool::properties {
namespace {

Chronicle by_the_rules(const TenantProblem& problem) {
    return with_last_refusals(TenantOracle(problem).run());
}
bool differs(const TenantProblem& problem) {
    return !(by_the_rules(problem) == core_chronicle(problem));
}

template <class T>
void erase_at(std::vector<T>& list, std::size_t i) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
}

// Leaves out jobs, outages, steps and time for as long as the two still differ.
TenantProblem shrunk(TenantProblem best) {
    const auto attempt = [&](auto change) {
        TenantProblem changed = best;
        change(changed);
        if (!differs(changed)) {
            return false;
        }
        best = changed;
        return true;
    };
    for (bool smaller = true; smaller;) {
        smaller = false;
        while (best.horizon > 1 && attempt([](TenantProblem& p) { --p.horizon; })) {
            smaller = true;
        }
        for (std::size_t r = best.jobs.size(); r-- > best.units();) {
            smaller |= attempt([&](TenantProblem& p) {
                erase_at(p.jobs, r);
                erase_at(p.checkpoint, r);
                erase_at(p.recovery, r);
                erase_at(p.entity, r);
                erase_at(p.may_be_asked, r);
                erase_at(p.priority, r);
                erase_at(p.tenant_of, r);
                erase_at(p.cpus, r);
                erase_at(p.memory, r);
            });
        }
        const auto shorter = [&](auto list) {
            for (std::size_t i = (best.*list).size(); i-- > 0;) {
                smaller |= attempt([&](TenantProblem& p) { erase_at(p.*list, i); });
            }
        };
        shorter(&TenantProblem::outages);
        shorter(&TenantProblem::demand);
        shorter(&TenantProblem::ceiling);
        shorter(&TenantProblem::limits);
    }
    return best;
}

std::string difference(const TenantProblem& problem) {
    if (!differs(problem)) {
        return "";
    }
    const TenantProblem least = shrunk(problem);
    std::ostringstream text;
    text << least << "by the rules:\n"
         << by_the_rules(least) << "by the core:\n"
         << core_chronicle(least);
    return text.str();
}

TEST(Tenants, GoByTheRules) {
    std::map<Happening::Kind, std::uint32_t> met;
    std::map<std::uint64_t, std::uint32_t> reasons;
    for (std::uint32_t number = 0; number < 12'000; ++number) {
        const TenantProblem problem = random_tenants(number);
        const std::string found = difference(problem);
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
        for (const Happening& h : core_chronicle(problem).happenings) {
            ++met[h.kind];
            reasons[h.work] += h.kind == Happening::Kind::kRefused ? 1 : 0;
        }
    }
    using Kind = Happening::Kind;
    EXPECT_GT(met[Kind::kStart], 30000U);
    EXPECT_GT(met[Kind::kLeft], 5000U);
    EXPECT_GT(met[Kind::kTold], 4000U);
    EXPECT_GT(met[Kind::kWithdrawn], 2000U);
    EXPECT_GT(met[Kind::kAsked], 1000U);
    EXPECT_GT(reasons[static_cast<std::uint64_t>(core::Reason::kPriority)], 200U);
    EXPECT_GT(reasons[static_cast<std::uint64_t>(core::Reason::kQuota)], 10000U);
    EXPECT_GT(reasons[static_cast<std::uint64_t>(core::Reason::kCapacity)], 10000U);
    EXPECT_GT(reasons[static_cast<std::uint64_t>(core::Reason::kFragmentation)], 5000U);
}

TEST(Tenants, GoByTheRulesWithCompactPlacement) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        const std::string found = difference(on_a_fabric(random_tenants(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Tenants, GoByTheRulesWhereNodesAreEqual) {
    for (std::uint32_t number = 0; number < 4000; ++number) {
        const std::string found = difference(random_tenants(number, kOneKind));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Tenants, GoByTheRulesWhileGangsWaitForNearPlaces) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        TenantProblem problem = with_locality(random_tenants(number), number);
        problem.rule.preempt = core::PreemptRule::kNobody;
        const std::string found = difference(problem);
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Tenants, GoByTheRulesOnLargerMachines) {
    constexpr Sizes sizes{6, 6, 8, 3, 40, 90, 80};
    for (std::uint32_t number = 0; number < 200; ++number) {
        const std::string found = difference(random_tenants(number, sizes));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

}  // namespace
}  // namespace tidepool::properties
