#pragma once
// Random scheduling problems: small, crowded and full of ties, so that every rule is met often.

#include "sim/base/random.h"
#include "tests/properties/small_schedule.h"

namespace tidepool::properties {

// One stream of draws per case number.
class Dice {
public:
    explicit Dice(std::uint32_t number, std::uint64_t seed = 20240917)
        : seed_(seed), number_(number) {}
    std::uint32_t below(std::uint32_t n) {
        const Block words = draw(seed_, Purpose::kSynthetic, number_, rolls_ / 4);
        return bounded(words[rolls_++ % 4], n);
    }
    std::uint32_t from(std::uint32_t low, std::uint32_t high) {
        return low + below(high - low + 1);
    }
    bool chance(std::uint32_t percent) { return below(100) < percent; }
    template <class T>
    T pick(std::initializer_list<T> values) {
        return values.begin()[below(static_cast<std::uint32_t>(values.size()))];
    }

private:
    std::uint64_t seed_;
    std::uint32_t number_;
    std::uint32_t rolls_ = 0;
};

struct Sizes {
    std::uint32_t pods = 4, nodes_per_pod = 5, gpus_per_node = 8, kinds = 3, jobs = 24;
    std::uint32_t last_submit = 40, longest = 20;  // ticks
};
inline constexpr Sizes kSmall;
inline constexpr Sizes kLarge{9, 40, 64, 4, 120, 300, 150};

enum class Estimates : std::uint8_t { kExact, kWrong };

inline std::vector<SmallNode> random_nodes(Dice& dice, const Sizes& sizes) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> kinds;  // model, GPUs
    for (std::uint32_t k = dice.from(1, sizes.kinds); k > 0; --k) {
        kinds.emplace_back(dice.below(3), dice.chance(50) ? dice.pick({1U, 4U, 8U})
                                                          : dice.from(1, sizes.gpus_per_node));
    }
    std::vector<SmallNode> nodes;
    std::uint32_t island = 0;
    const std::uint32_t pods = dice.from(1, sizes.pods);
    const bool islands = dice.chance(40);
    for (std::uint32_t pod = 0; pod < pods; ++pod) {
        const auto [model, gpus] = kinds[dice.below(static_cast<std::uint32_t>(kinds.size()))];
        const std::uint32_t per_island = islands ? dice.from(1, 3) : 1;
        const std::uint32_t count = dice.from(1, sizes.nodes_per_pod);
        for (std::uint32_t n = 0; n < count; ++n) {
            island += n % per_island == 0 ? 1 : 0;
            nodes.push_back({model, gpus, pod, island});
        }
    }
    return nodes;
}

inline std::uint32_t random_gpus(Dice& dice, const std::vector<SmallNode>& nodes) {
    const std::uint32_t s = nodes[dice.below(static_cast<std::uint32_t>(nodes.size()))].gpus;
    std::uint32_t all = 0;
    for (const SmallNode& node : nodes) {
        all += node.gpus;
    }
    switch (dice.below(8)) {
        case 0:
            return dice.from(1, all + 1);
        case 1:
        case 2:
            return s * dice.from(1, 4);
        case 3:
        case 4:
            return s + dice.from(1, 3 * s);
        default:
            return dice.from(1, s);
    }
}

inline SmallJob random_job(Dice& dice, const Problem& problem, const Sizes& sizes,
                           Estimates estimates) {
    SmallJob job;
    job.submit = dice.chance(20) ? 0 : dice.below(sizes.last_submit);
    job.duration = dice.chance(12) ? 0 : dice.from(1, sizes.longest);
    job.estimate = job.duration;
    if (estimates == Estimates::kWrong && dice.chance(60)) {
        job.estimate = dice.below(2 * sizes.longest);
    }
    job.gpus = random_gpus(dice, problem.nodes);
    job.models = dice.chance(50) ? 7 : dice.from(1, 7);
    return job;
}

// Case `number`: all queues and placements take turns. A third of the cases ranks jobs by
// submission, as with `order: arrival`; the others rank them in any order, as priorities do.
inline Problem random_problem(std::uint32_t number, const Sizes& sizes = kSmall) {
    Dice dice(number);
    Problem problem;
    problem.queue = core::kQueueKinds[number % 3].value;
    problem.fungible = number / 3 % 5 == 4;
    problem.placement = core::kPlacementKinds[number / 3 % 5 % 4].value;
    problem.seed = number;
    problem.nodes = random_nodes(dice, sizes);
    const Estimates estimates = dice.chance(40) ? Estimates::kExact : Estimates::kWrong;
    const std::uint32_t jobs = dice.from(1, sizes.jobs);
    for (std::uint32_t j = 0; j < jobs; ++j) {
        problem.jobs.push_back(random_job(dice, problem, sizes, estimates));
    }
    if (dice.chance(33)) {
        std::stable_sort(problem.jobs.begin(), problem.jobs.end(),
                         [](const SmallJob& a, const SmallJob& b) { return a.submit < b.submit; });
    }
    if (dice.chance(25)) {
        problem.horizon = dice.from(1, 2 * sizes.last_submit);
    }
    return problem;
}

// The same problem on a machine with a fabric (nine out of ten), placed by `compact`.
template <class AnyProblem>
AnyProblem on_a_fabric(AnyProblem problem, std::uint32_t number) {
    Dice dice(number, 4711);
    problem.fungible = false;
    problem.placement = core::Placement::kCompact;
    if (dice.chance(90)) {
        add_leaf_groups(problem, dice.from(1, 4));  // islands may lie across them
    }
    return problem;
}

// The same problem with gangs that wait for a near place, under any placement.
template <class AnyProblem>
AnyProblem with_locality(AnyProblem problem, std::uint32_t number) {
    Dice dice(number, 4712);
    problem.fungible = false;
    problem.placement =
        dice.pick({core::Placement::kPack, core::Placement::kFirstFit, core::Placement::kSpread,
                   core::Placement::kRandom, core::Placement::kCompact});
    if (dice.chance(85)) {
        add_leaf_groups(problem, dice.from(1, 4));
    }
    problem.within = problem.fabric && dice.chance(70) ? Near::kLeaf : Near::kPod;
    problem.wait = dice.chance(60) ? dice.from(1, 12) : dice.from(1, 100);
    return problem;
}

}  // namespace tidepool::properties
