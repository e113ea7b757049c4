// Services, jobs and the tide: the simulator's decision core against the brute-force oracle of
// docs/tide.md. On every random problem the same happens to the same units and jobs at the same
// ticks, in the same order.

#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/properties/random_tide.h"
#include "tests/properties/tide_oracle.h"
#include "tests/properties/tide_plan.h"

namespace tidepool::properties {
namespace {

Chronicle by_the_rules(const TideProblem& problem) {
    return with_asked_by_rank(TideOracle(problem).run());
}
bool differs(const TideProblem& problem) {
    return !(by_the_rules(problem) == core_chronicle(problem));
}

template <class T>
void erase_at(std::vector<T>& list, std::size_t i) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
}

// Leaves out what it can for as long as the two still differ.
class Shrinker {
public:
    explicit Shrinker(TideProblem problem) : best_(std::move(problem)) {}

    TideProblem run() {
        for (bool smaller = true; smaller;) {
            smaller = false;
            while (best_.horizon > 1 && attempt([](TideProblem& p) { --p.horizon; })) {
                smaller = true;
            }
            for (std::size_t r = best_.jobs.size(); r-- > best_.units();) {
                smaller |= attempt([&](TideProblem& p) {
                    erase_at(p.jobs, r);
                    erase_at(p.checkpoint, r);
                    erase_at(p.recovery, r);
                    erase_at(p.entity, r);
                    erase_at(p.may_be_asked, r);
                    erase_at(p.priority, r);
                });
            }
            smaller |= shorter(&TideProblem::outages) | shorter(&TideProblem::demand) |
                       shorter(&TideProblem::ceiling);
            for (std::size_t r = 0; r < best_.jobs.size(); ++r) {
                smaller |= simpler(r);
            }
        }
        return best_;
    }

private:
    template <class Change>
    bool attempt(Change change) {
        TideProblem changed = best_;
        change(changed);
        if (!differs(changed)) {
            return false;
        }
        best_ = changed;
        return true;
    }
    template <class List, class Of>
    bool shorter(List Of::*list) {
        bool smaller = false;
        for (std::size_t i = (best_.*list).size(); i-- > 0;) {
            smaller |= attempt([&](TideProblem& p) { erase_at(p.*list, i); });
        }
        return smaller;
    }
    bool simpler(std::size_t r) {
        const core::CheckpointRule c = best_.checkpoint[r];
        const core::RecoveryRule y = best_.recovery[r];
        bool smaller = false;
        smaller |= c.interval > 0 && attempt([&](TideProblem& p) {
                       p.checkpoint[r] = {};
                       p.checkpoint[r].restart = c.restart;
                   });
        smaller |= best_.checkpoint[r].tiers > 1 &&
                   attempt([&](TideProblem& p) { --p.checkpoint[r].tiers; });
        smaller |= y.own_mean > 0 && attempt([&](TideProblem& p) { p.recovery[r].own_mean = 0; });
        return smaller;
    }

    TideProblem best_;
};

std::string difference(const TideProblem& problem) {
    if (!differs(problem)) {
        return "";
    }
    const TideProblem least = Shrinker(problem).run();
    std::ostringstream text;
    text << least << "by the rules:\n"
         << by_the_rules(least) << "by the core:\n"
         << core_chronicle(least);
    return text.str();
}

// What has been met on the way: a test of random cases is worth what they contain.
struct Met {
    std::map<Happening::Kind, std::uint32_t> kinds;
    std::uint32_t saved = 0, lost = 0, cut_short = 0;

    void add(const Chronicle& chronicle) {
        std::set<std::uint32_t> asked;  // ranks
        for (const Happening& h : chronicle.happenings) {
            using Kind = Happening::Kind;
            ++kinds[h.kind];
            if (h.kind == Kind::kAsked) {
                asked.insert(h.rank);
            } else if (asked.contains(h.rank) && h.kind == Kind::kInterrupted) {
                ++cut_short;
            } else if (asked.contains(h.rank) && h.kind == Kind::kRequeued) {
                ++(h.lost > 0 ? lost : saved);
                asked.erase(h.rank);
            }
        }
    }
};

TEST(Tide, GoesByTheRules) {
    Met met;
    for (std::uint32_t number = 0; number < 9000; ++number) {
        const TideProblem problem = random_tide(number);
        const std::string found = difference(problem);
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
        met.add(core_chronicle(problem));
    }
    using Kind = Happening::Kind;
    EXPECT_GT(met.kinds[Kind::kReady], 30000U);
    EXPECT_GT(met.kinds[Kind::kClosing], 10000U);
    EXPECT_GT(met.kinds[Kind::kReopened], 2000U);
    EXPECT_GT(met.kinds[Kind::kAsked], 3000U);
    EXPECT_GT(met.kinds[Kind::kLeft], 3000U);
    EXPECT_GT(met.saved, 1000U);
    EXPECT_GT(met.lost, 1000U);
    EXPECT_GT(met.cut_short, 100U);
}

TEST(Tide, GoesByTheRulesWithCompactPlacement) {
    for (std::uint32_t number = 0; number < 2000; ++number) {
        const std::string found = difference(on_a_fabric(random_tide(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Tide, GoesByTheRulesWhileGangsWaitForNearPlaces) {
    for (std::uint32_t number = 0; number < 3000; ++number) {
        const std::string found = difference(with_locality(random_tide(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Tide, GoesByTheRulesWhereNodesAreEqual) {
    for (std::uint32_t number = 0; number < 4000; ++number) {
        const std::string found = difference(random_tide(number, kOneKind));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Tide, GoesByTheRulesOnLargerMachines) {
    constexpr Sizes sizes{6, 6, 8, 3, 40, 90, 80};
    for (std::uint32_t number = 0; number < 150; ++number) {
        const std::string found = difference(random_tide(number, sizes));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

}  // namespace
}  // namespace tidepool::properties
