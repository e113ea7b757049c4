// Laws of `placement: fungible`: closed forms and orderings that hold job by job.

#include <gtest/gtest.h>

#include "tests/properties/plan_builder.h"
#include "tests/properties/random_problem.h"

namespace tidepool::properties {
namespace {

constexpr Sizes kCrowd{12, 40, 16, 4, 900, 1500, 200};

// Fungible pools under FIFO, queue in the order of submission, each job for one model. For each
// pool let v be the time that each of its GPUs will still be busy, sorted, as a job finds it that
// wants g of them: it waits w = v[g - 1]. Then the g first become w + duration and all others, in
// all pools, at least w, since nobody behind it starts earlier. Until the next job comes, all
// shrink by the gap, not below 0 (Kiefer and Wolfowitz 1955, with gangs).
std::vector<std::uint64_t> recurrence(const Problem& problem) {
    std::map<std::uint32_t, std::vector<std::uint64_t>> pools;
    for (const SmallNode& node : problem.nodes) {
        auto& v = pools[node.model];
        v.insert(v.end(), node.gpus, 0);
    }
    std::vector<std::uint64_t> waits;
    std::uint64_t before = 0;
    for (const SmallJob& job : problem.jobs) {
        for (auto& pool : pools) {
            for (std::uint64_t& busy : pool.second) {
                busy -= std::min<std::uint64_t>(busy, job.submit - before);
            }
        }
        before = job.submit;
        auto& mine = pools.at(core::lowest_bit(job.models));
        const std::uint64_t wait = mine[job.gpus - 1];
        waits.push_back(wait);
        std::fill(mine.begin(), mine.begin() + job.gpus, wait + job.duration);
        for (auto& pool : pools) {
            for (std::uint64_t& busy : pool.second) {
                busy = std::max(busy, wait);
            }
            std::sort(pool.second.begin(), pool.second.end());
        }
    }
    return waits;
}

Problem fifo_pools(std::uint32_t number, const Sizes& sizes) {
    Problem problem = random_problem(number, sizes);
    problem.queue = core::QueuePolicy::kFifo;
    problem.fungible = true;
    problem.horizon = kNever;
    Dice dice(number, 7);
    for (SmallJob& job : problem.jobs) {
        job.models =
            1U << problem.nodes[dice.below(static_cast<std::uint32_t>(problem.nodes.size()))].model;
    }
    const PlacementOracle oracle(problem);
    std::vector<SmallJob> fit;
    for (std::uint32_t rank = 0; rank < problem.jobs.size(); ++rank) {
        if (oracle.fits_empty_machine(rank)) {
            fit.push_back(problem.jobs[rank]);
        }
    }
    std::stable_sort(fit.begin(), fit.end(),
                     [](const SmallJob& a, const SmallJob& b) { return a.submit < b.submit; });
    problem.jobs = fit;
    return problem;
}

std::vector<std::uint64_t> waits(const Problem& problem) {
    const Schedule schedule = core_schedule(problem);
    std::vector<std::uint64_t> waits;
    for (std::size_t rank = 0; rank < problem.jobs.size(); ++rank) {
        waits.push_back(schedule.jobs[rank].start - problem.jobs[rank].submit);
    }
    return waits;
}

TEST(PoolLaws, FifoPoolsFollowTheRecurrenceOfKieferAndWolfowitz) {
    for (std::uint32_t number = 0; number < 1000; ++number) {
        const Problem problem = fifo_pools(number, number < 960 ? kSmall : kCrowd);
        ASSERT_EQ(waits(problem), recurrence(problem)) << number;
    }
}

// Half the load: all gaps between submissions doubled. No job waits longer, because every step of
// the recurrence above is monotone: larger gaps never give a larger v; a smaller v never gives a
// larger wait; and max, sum and sorting keep v smaller entry by entry. Induction over the jobs.
TEST(PoolLaws, HalfTheLoadNeverLengthensAWaitInAFifoPool) {
    std::uint64_t shorter = 0;
    for (std::uint32_t number = 0; number < 1000; ++number) {
        Problem problem = fifo_pools(number, number < 960 ? kSmall : kCrowd);
        const auto full = waits(problem);
        for (SmallJob& job : problem.jobs) {
            job.submit *= 2;
        }
        const auto half = waits(problem);
        for (std::size_t rank = 0; rank < full.size(); ++rank) {
            ASSERT_LE(half[rank], full[rank]) << number << " job " << rank;
            shorter += half[rank] < full[rank] ? 1 : 0;
        }
    }
    EXPECT_GT(shorter, 1000U);
}

// In pools nodes have no meaning, so neither has their order. (Pools of equal size are told apart
// by the order of their nodes; such machines are left out.)
TEST(PoolLaws, FungibleSchedulesDoNotDependOnTheNumberingOfNodes) {
    std::uint32_t compared = 0;
    for (std::uint32_t number = 0; number < 1500; ++number) {
        Problem problem = random_problem(number);
        problem.fungible = true;
        std::map<std::uint32_t, std::uint32_t> pools;
        std::set<std::uint32_t> sizes;
        for (const SmallNode& node : problem.nodes) {
            pools[node.model] += node.gpus;
        }
        for (const auto& [model, gpus] : pools) {
            sizes.insert(gpus);
        }
        if (sizes.size() < pools.size()) {
            continue;
        }
        const Schedule before = core_schedule(problem);
        Dice dice(number, 11);
        for (std::uint32_t n = static_cast<std::uint32_t>(problem.nodes.size()); n > 1; --n) {
            std::swap(problem.nodes[n - 1], problem.nodes[dice.below(n)]);
        }
        ASSERT_EQ(core_schedule(problem), before) << number;
        ++compared;
    }
    EXPECT_GT(compared, 1000U);
}

}  // namespace
}  // namespace tidepool::properties
