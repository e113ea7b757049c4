// Laws of `placement: compact`, by trying all sets of leaf groups and of pods.

#include <map>

#include <gtest/gtest.h>

#include "tests/core/small_machine.h"
#include "tests/properties/random_problem.h"

namespace tidepool::properties {
namespace {

// How few of these are enough to hold `nodes`, by trying every subset.
std::uint32_t fewest(const std::vector<std::uint32_t>& rooms, std::uint32_t nodes) {
    std::uint32_t best = kNever;
    for (std::uint32_t set = 0; set < 1U << rooms.size(); ++set) {
        std::uint32_t room = 0;
        std::uint32_t count = 0;
        for (std::size_t i = 0; i < rooms.size(); ++i) {
            room += (set >> i & 1) != 0 ? rooms[i] : 0;
            count += set >> i & 1;
        }
        best = room >= nodes ? std::min(best, count) : best;
    }
    return best;
}

using Rooms = std::map<std::uint32_t, std::uint32_t>;  // domain -> nodes

std::vector<std::uint32_t> values(const Rooms& rooms) {
    std::vector<std::uint32_t> found;
    for (const auto& [domain, nodes] : rooms) {
        found.push_back(nodes);
    }
    return found;
}

// One class of nodes in up to four pods, some of them wholly free.
struct Case {
    Problem problem;
    std::vector<std::uint32_t> free;
    std::uint32_t all = 0;  // wholly free nodes
    Rooms pods;             // wholly free nodes of each
    std::map<std::uint32_t, Rooms> leaves;
};

Case random_case(std::uint32_t number) {
    Dice dice(number, 5);
    Case made;
    made.problem.placement = core::Placement::kCompact;
    for (std::uint32_t pods = dice.from(1, 4); pods > 0; --pods) {
        core::add_pod(made.problem, dice.from(1, 14), 4);
    }
    add_leaf_groups(made.problem, dice.from(1, 5));
    const std::uint32_t crowd = dice.below(80);
    for (const SmallNode& node : made.problem.nodes) {
        made.free.push_back(dice.chance(crowd) ? dice.below(4) : 4);
        if (made.free.back() == 4) {
            ++made.all;
            ++made.pods[node.pod];
            ++made.leaves[node.pod][node.leaf];
        }
    }
    return made;
}

TEST(CompactLaws, AGangLiesBelowAsFewLeafGroupsOfAPodAndInAsFewPodsAsPossible) {
    std::uint32_t spread = 0;
    for (std::uint32_t number = 0; number < 3000; ++number) {
        const Case made = random_case(number);
        if (made.all < 2) {
            continue;
        }
        const std::uint32_t nodes = Dice(number, 6).from(2, made.all);
        core::SmallMachine machine(made.problem, made.free);
        const Takes takes = machine.place(4 * nodes);
        ASSERT_EQ(takes.size(), nodes) << number;
        Rooms pods;
        std::map<std::uint32_t, Rooms> leaves;
        for (const Take& take : takes) {
            const SmallNode& node = made.problem.nodes[take.place];
            ++pods[node.pod];
            ++leaves[node.pod][node.leaf];
        }
        ASSERT_EQ(pods.size(), fewest(values(made.pods), nodes)) << number << "\n" << made.problem;
        for (const auto& [pod, count] : pods) {
            ASSERT_EQ(leaves[pod].size(), fewest(values(made.leaves.at(pod)), count))
                << number << "\n"
                << made.problem;
            spread += leaves[pod].size() > 1 ? 1 : 0;
        }
    }
    EXPECT_GT(spread, 1000U);
}

// If one leaf group of the machine holds it, so does the one it gets.
TEST(CompactLaws, AGangThatALeafGroupHoldsLiesBelowOne) {
    std::uint32_t together = 0;
    for (std::uint32_t number = 0; number < 3000; ++number) {
        const Case made = random_case(number);
        std::uint32_t largest = 0;
        for (const auto& [pod, leaves] : made.leaves) {
            for (const auto& [leaf, nodes] : leaves) {
                largest = std::max(largest, nodes);
            }
        }
        for (std::uint32_t nodes = 2; nodes <= largest; ++nodes) {
            std::set<std::uint32_t> used;
            for (const Take& take : core::SmallMachine(made.problem, made.free).place(4 * nodes)) {
                used.insert(made.problem.nodes[take.place].leaf);
            }
            ASSERT_EQ(used.size(), 1U) << number << "\n" << made.problem;
            ++together;
        }
    }
    EXPECT_GT(together, 1000U);
}

}  // namespace
}  // namespace tidepool::properties
