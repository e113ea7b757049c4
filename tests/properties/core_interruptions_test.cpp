// The simulator's decision core against the brute-force oracle of docs/interruptions.md: on every
// random problem the same happens to the same jobs at the same ticks, in the same order.

#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/properties/interruption_oracle.h"
#include "tests/properties/interruption_plan.h"
#include "tests/properties/random_interruptions.h"

namespace tidepool::properties {
namespace {

bool differs(const InterruptionProblem& problem) {
    return !(InterruptionOracle(problem).run() == core_chronicle(problem));
}

template <class T>
void erase_at(std::vector<T>& list, std::size_t i) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
}

// Leaves out jobs and outages and makes the rules simpler, one by one, for as long as the two
// still differ.
class Shrinker {
public:
    explicit Shrinker(InterruptionProblem problem) : best_(std::move(problem)) {}

    InterruptionProblem run() {
        bool smaller = true;
        while (smaller) {
            smaller = false;
            for (std::size_t r = best_.jobs.size(); r-- > 0 && best_.jobs.size() > 1;) {
                smaller |= attempt([&](InterruptionProblem& p) {
                    erase_at(p.jobs, r);
                    erase_at(p.checkpoint, r);
                    erase_at(p.recovery, r);
                    erase_at(p.entity, r);
                });
            }
            for (std::size_t o = best_.outages.size(); o-- > 0;) {
                smaller |= attempt([&](InterruptionProblem& p) { erase_at(p.outages, o); });
            }
            for (std::size_t n = best_.nodes.size(); n-- > 0;) {
                smaller |=
                    best_.spare[n] != 0 && attempt([&](InterruptionProblem& p) { p.spare[n] = 0; });
            }
            for (std::size_t r = 0; r < best_.jobs.size(); ++r) {
                smaller |= simplify_rules(r);
            }
            smaller |= best_.horizon > 1 && attempt([](InterruptionProblem& p) { --p.horizon; });
        }
        return best_;
    }

private:
    template <class Change>
    bool attempt(Change change) {
        InterruptionProblem changed = best_;
        change(changed);
        if (!differs(changed)) {
            return false;
        }
        best_ = changed;
        return true;
    }
    bool simplify_rules(std::size_t r) {
        const core::CheckpointRule& c = best_.checkpoint[r];
        const core::RecoveryRule& y = best_.recovery[r];
        bool smaller = false;
        smaller |= c.interval > 0 && attempt([&](InterruptionProblem& p) {
                       p.checkpoint[r] = {};
                       p.checkpoint[r].restart = best_.checkpoint[r].restart;
                   });
        smaller |= c.tiers > 1 && attempt([&](InterruptionProblem& p) { --p.checkpoint[r].tiers; });
        smaller |=
            c.restart > 0 && attempt([&](InterruptionProblem& p) { p.checkpoint[r].restart = 0; });
        smaller |=
            y.own_mean > 0 && attempt([&](InterruptionProblem& p) { p.recovery[r].own_mean = 0; });
        smaller |=
            y.detect > 0 && attempt([&](InterruptionProblem& p) { p.recovery[r].detect = 0; });
        smaller |= y.swap > 0 && attempt([&](InterruptionProblem& p) { p.recovery[r].swap = 0; });
        return smaller;
    }

    InterruptionProblem best_;
};

std::string difference(const InterruptionProblem& problem) {
    if (!differs(problem)) {
        return "";
    }
    // A smaller problem without a horizon might never end.
    const InterruptionProblem least = problem.horizon == kNever ? problem : Shrinker(problem).run();
    std::ostringstream text;
    text << least << "by the rules:\n"
         << InterruptionOracle(least).run() << "by the core:\n"
         << core_chronicle(least);
    return text.str();
}

// What has been met on the way: a test of random cases is worth what they contain.
struct Met {
    std::uint32_t recoveries = 0, requeues = 0, second_tries = 0, losses = 0, slow = 0;
    std::uint32_t checkpoints = 0, other_nodes = 0, unfinished = 0;

    void add(const Chronicle& chronicle) {
        std::map<std::uint32_t, std::set<Gpu>> held;
        for (const Happening& h : chronicle.happenings) {
            using Kind = Happening::Kind;
            recoveries += h.kind == Kind::kRecovers ? 1 : 0;
            requeues += h.kind == Kind::kRequeued ? 1 : 0;
            second_tries += h.kind == Kind::kInterrupted && h.work == 0 && h.restart > 0 ? 1 : 0;
            losses += h.lost > 0 ? 1 : 0;
            slow += h.stalled > 0 ? 1 : 0;
            checkpoints += h.checkpoints > 0 ? 1 : 0;
            other_nodes += h.kind == Kind::kRecovers && h.held != held[h.rank] ? 1 : 0;
            unfinished += h.kind == Kind::kStopped && h.work == 0 ? 1 : 0;
            if (!h.held.empty()) {
                held[h.rank] = h.held;
            }
        }
    }
};

TEST(Interruptions, GoByTheRules) {
    Met met;
    for (std::uint32_t number = 0; number < 9000; ++number) {
        const InterruptionProblem problem = random_interruptions(number);
        const std::string found = difference(problem);
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
        met.add(core_chronicle(problem));
    }
    EXPECT_GT(met.recoveries, 3000U);
    EXPECT_GT(met.requeues, 3000U);
    EXPECT_GT(met.second_tries, 1000U);
    EXPECT_GT(met.losses, 3000U);
    EXPECT_GT(met.slow, 1000U);
    EXPECT_GT(met.checkpoints, 3000U);
    EXPECT_GT(met.other_nodes, 300U);
    EXPECT_GT(met.unfinished, 1000U);
}

TEST(Interruptions, GoByTheRulesWithCompactPlacement) {
    for (std::uint32_t number = 0; number < 3000; ++number) {
        const std::string found = difference(on_a_fabric(random_interruptions(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Interruptions, GoByTheRulesWhileGangsWaitForNearPlaces) {
    for (std::uint32_t number = 0; number < 6000; ++number) {
        const std::string found = difference(with_locality(random_interruptions(number), number));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Interruptions, GoByTheRulesWhereNodesAreEqual) {
    for (std::uint32_t number = 0; number < 5000; ++number) {
        const std::string found = difference(random_interruptions(number, kOneKind));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

TEST(Interruptions, GoByTheRulesOnLargerMachines) {
    constexpr Sizes sizes{6, 6, 8, 3, 40, 90, 80};
    for (std::uint32_t number = 0; number < 300; ++number) {
        const std::string found = difference(random_interruptions(number, sizes));
        ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
    }
}

// Runs that end with their last completion; a quarter or so never would.
TEST(Interruptions, EndWithTheLastCompletion) {
    constexpr std::uint32_t kPatience = 2000;  // ticks
    std::uint32_t ended = 0;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        InterruptionProblem problem = random_interruptions(number);
        problem.horizon = kNever;
        if (InterruptionOracle(problem).run(kPatience).over < kPatience) {
            ++ended;
            const std::string found = difference(problem);
            ASSERT_TRUE(found.empty()) << "case " << number << "\n" << found;
        }
    }
    EXPECT_GT(ended, 500U);
}

// 36,000 s of work, a checkpoint of 60 s after each 3,600 s, 600 s to detect a failure, 300 s of
// restart: the total times by hand, to the tick.
std::uint32_t end_with_failures(const std::vector<std::uint32_t>& seconds) {
    InterruptionProblem problem;
    problem.nodes = {{0, 8, 0, 1}};
    problem.pool = problem.leaf = {0};
    problem.spare = {0};
    problem.jobs = {{0, 36000 * 16, 36000 * 16, 8, 1}};
    core::CheckpointRule rule;
    rule.interval = 3600 * 16;
    rule.restart = 300 * 16;
    rule.tiers = 1;
    rule.tier[0].pause = 60 * 16;
    problem.checkpoint = {rule};
    core::RecoveryRule recovery;
    recovery.on_failure = core::OnFailure::kWait;
    recovery.detect = 600 * 16;
    problem.recovery = {recovery};
    problem.entity = {0};
    for (const std::uint32_t second : seconds) {
        model::Outage outage;
        outage.begin.value = outage.end.value = second * 16;
        outage.last_node = 1;
        outage.kind = model::OutageKind::kInterruption;
        problem.outages.push_back(outage);
    }
    const Chronicle chronicle = core_chronicle(problem);
    std::uint64_t units = 0;  // of everything its GPU time went into, work that was lost included
    for (const Happening& h : chronicle.happenings) {
        units += h.work + h.stalled + (h.checkpoint + h.restart / 8) * core::kFullSpeed;
    }
    EXPECT_EQ(units, std::uint64_t{chronicle.over} * core::kFullSpeed);
    EXPECT_EQ(chronicle.happenings.back().kind, Happening::Kind::kEnd);
    return chronicle.over;
}

TEST(Interruptions, FollowTheHandTraces) {
    EXPECT_EQ(end_with_failures({}), 36540U * 16);              // 9 checkpoints
    EXPECT_EQ(end_with_failures({10000}), 40120U * 16);         // lost 2,680
    EXPECT_EQ(end_with_failures({3630}), 41070U * 16);          // inside the first checkpoint
    EXPECT_EQ(end_with_failures({10000, 10700}), 40820U * 16);  // inside the restart
    EXPECT_EQ(end_with_failures({10000, 10100}), 40120U * 16);  // not yet detected
}

}  // namespace
}  // namespace tidepool::properties
