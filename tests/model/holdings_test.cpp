#include "sim/model/holdings.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/interrupted_ledger.h"
#include "tests/model/small_ledger.h"

namespace tidepool::model {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint32_t> tenants_of(const HoldingSeries& series) {
    std::vector<std::uint32_t> tenants;
    for (const HoldingSeries::Tenant& of : series.by_tenant) {
        tenants.push_back(of.tenant);
    }
    return tenants;
}

// The table of small_ledger.h: all jobs are on demand; job 1 is of tenant 2, the others of none.
TEST(Holdings, OfTheSmallRunAreThoseOnPaper) {
    const HoldingSeries series = holding_series(small_ledger());
    EXPECT_THAT(series.by_class[0], Each(0));
    EXPECT_THAT(series.by_class[1], ElementsAre(1280, 2560, 800));
    EXPECT_THAT(series.by_class[2], Each(0));
    EXPECT_THAT(series.by_class[3], Each(0));
    ASSERT_THAT(tenants_of(series), ElementsAre(2, 0));  // 3200 and 1440 GPU-ticks
    EXPECT_THAT(series.by_tenant[0].held, ElementsAre(0, 4 * 640, 4 * 160));
    EXPECT_THAT(series.by_tenant[0].queued, ElementsAre(4 * 480, 0, 0));
    EXPECT_THAT(series.by_tenant[1].held, ElementsAre(1280, 0, 160));
    EXPECT_THAT(series.by_tenant[1].queued, ElementsAre(320, 640 + 4 * 480, 160 + 4 * 320));
}

// The table of interrupted_ledger.h, by job.
TEST(Holdings, OfInterruptedJobsAreThoseOnPaper) {
    Ledger ledger = interrupted_ledger();
    ledger.jobs[1].plan = 2;
    ledger.jobs[3].plan = 1;
    EXPECT_THAT(holding_series(ledger).by_tenant, IsEmpty());  // nobody has a name
    ledger.tenants = {"", "a", "b", "c"};
    for (std::uint32_t j = 0; j < 4; ++j) {
        ledger.jobs[j].tenant = j;
    }
    const HoldingSeries series = holding_series(ledger);
    EXPECT_THAT(series.by_class[0], ElementsAre(2560 + 216, 240 + 184, 0));  // jobs 0 and 2
    EXPECT_THAT(series.by_class[1], ElementsAre(0, 2240, 2560));             // job 3
    EXPECT_THAT(series.by_class[2], ElementsAre(1064, 600, 0));              // job 1
    ASSERT_THAT(tenants_of(series), ElementsAre(3, 0, 1, 2));
    EXPECT_THAT(series.by_tenant[1].held, ElementsAre(2560, 240, 0));
    EXPECT_THAT(series.by_tenant[1].queued, ElementsAre(0, 2 * 180, 2 * 320));  // job 4
    EXPECT_THAT(series.by_tenant[2].held, ElementsAre(1064, 600, 0));
    EXPECT_THAT(series.by_tenant[2].queued, ElementsAre(2 * 108, 2 * (60 + 280), 2 * 320));
    EXPECT_THAT(series.by_tenant[3].queued, ElementsAre(2 * 332, 0, 0));
}

// Forty tenants, of which all hold or wait: job k of tenant k + 1 holds `gpus(k)` from tick 0 on.
Ledger many_tenants(std::uint32_t count, std::uint32_t (*gpus)(std::uint32_t)) {
    Ledger ledger;
    ledger.end = Ticks{64};
    ledger.bin_width = Ticks{16};
    ledger.bins.resize(4);
    ledger.tenants = {""};
    for (std::uint32_t k = 0; k < count; ++k) {
        ledger.tenants.push_back("t" + std::to_string(k));
        JobRecord job;
        job.gpus = gpus(k);
        job.start = Ticks{0};
        job.tenant = k + 1;
        job.state = JobState::kRunning;
        ledger.jobs.push_back(job);
        for (Bin& bin : ledger.bins) {
            bin.allocated += std::uint64_t{16} * job.gpus;
        }
    }
    return ledger;
}

TEST(Holdings, TheLargestTenantsHaveColumnsAndTheOthersShareOne) {
    const auto growing = [](std::uint32_t k) { return 1 + k / 2; };
    const HoldingSeries series = holding_series(many_tenants(40, growing));
    ASSERT_EQ(series.by_tenant.size(), kMostTenantColumns + 1);
    std::vector<std::uint32_t> expected;  // 20 GPUs: tenants 39 and 40, 19: 37 and 38, ...
    for (std::uint32_t pair = 20; pair > 4; --pair) {
        expected.push_back(2 * pair - 1);
        expected.push_back(2 * pair);
    }
    expected.push_back(kOtherTenants);
    EXPECT_EQ(tenants_of(series), expected);
    EXPECT_THAT(series.by_tenant[0].held, Each(16 * 20));
    EXPECT_THAT(series.by_tenant.back().held, Each(16 * (1 + 1 + 2 + 2 + 3 + 3 + 4 + 4)));
}

TEST(Holdings, AsManyTenantsAsColumnsLeaveNoOthers) {
    const auto one = [](std::uint32_t) { return 1U; };
    std::vector<std::uint32_t> all(kMostTenantColumns);
    std::iota(all.begin(), all.end(), 1U);
    EXPECT_EQ(tenants_of(holding_series(many_tenants(kMostTenantColumns, one))), all);
    EXPECT_EQ(tenants_of(holding_series(many_tenants(kMostTenantColumns + 1, one))).back(),
              kOtherTenants);
}

TEST(Holdings, ColumnsAreFewerWhereBinsAreMany) {
    const auto one = [](std::uint32_t) { return 1U; };
    const Ledger ledger = many_tenants(10, one);
    EXPECT_THAT(tenants_of(holding_series(ledger, 4 * 5)), ElementsAre(1, 2, 3, 4, kOtherTenants));
    EXPECT_THAT(tenants_of(holding_series(ledger, 1)), ElementsAre(1, kOtherTenants));
}

TEST(Holdings, DeathOfALedgerThatDoesNotAddUp) {
    Ledger ledger = small_ledger();
    ledger.bins[1].allocated += 1;
    EXPECT_DEATH(holding_series(ledger), "classes add up to what is allocated");
    ledger = small_ledger();
    ledger.bins[2].queued_gpus -= 1;
    EXPECT_DEATH(holding_series(ledger), "tenants add up to what is waited for");
}

// What jobs and units of random runs hold at every single tick.
struct RandomRun {
    Ledger ledger;
    std::vector<std::vector<std::uint32_t>> gpus;  // by job or unit, then tick; kWaits: it waits
};

RandomRun random_run(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    RandomRun run;
    Ledger& ledger = run.ledger;
    ledger.end = Ticks{1 + below(200)};
    ledger.bin_width = Ticks{1 + below(40)};
    ledger.bins.resize((ledger.end.value + ledger.bin_width.value - 1) / ledger.bin_width.value);
    ledger.tenants = {"", "a", "b", "c"};
    ledger.interruptible = true;
    const std::uint32_t jobs = below(8), units = below(4);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> changes;  // tick, job
    for (std::uint32_t j = 0; j < jobs + units; ++j) {
        JobRecord record;
        record.tenant = below(4);
        record.gpus = 1 + below(9);
        record.plan = static_cast<std::int8_t>(below(3));
        std::vector<std::uint32_t> now(ledger.end.value);
        std::uint32_t since = ledger.end.value;
        if (j < jobs && below(5) == 0) {
            record.state = JobState::kRejected;
        } else {
            record.submit = Ticks{j < jobs ? below(ledger.end.value) : 0};
            since = record.submit.value;
            std::fill(now.begin() + since, now.end(), j < jobs ? kWaits : 0);
        }
        for (std::uint32_t n = below(5); n > 0 && since < ledger.end.value; --n) {
            since += below(30);
            if (since >= ledger.end.value) {
                break;
            }
            const std::uint32_t to = below(4) == 0 && j < jobs ? kWaits : below(record.gpus + 1);
            changes[{since, j}] = to;
            std::fill(now.begin() + since, now.end(), to);
        }
        (j < jobs ? ledger.jobs : ledger.units).push_back(record);
        run.gpus.push_back(now);
    }
    for (const auto& [when, gpus] : changes) {
        ledger.holdings.push_back({when.first, when.second, gpus});
    }
    for (std::uint32_t tick = 0; tick < ledger.end.value; ++tick) {
        Bin& bin = ledger.bins[tick / ledger.bin_width.value];
        for (std::uint32_t j = 0; j < run.gpus.size(); ++j) {
            const bool waits = run.gpus[j][tick] == kWaits;
            (waits ? bin.queued_gpus : bin.allocated) +=
                waits ? ledger.jobs[j].gpus : run.gpus[j][tick];
        }
    }
    return run;
}

TEST(Holdings, OfRandomRunsAreThoseOfEveryTick) {
    std::uint64_t seen = 0;
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        const RandomRun run = random_run(seed);
        const Ledger& ledger = run.ledger;
        const HoldingSeries series = holding_series(ledger);
        const std::size_t bins = ledger.bins.size(), jobs = ledger.jobs.size();
        std::vector<std::vector<std::uint64_t>> classes(4, std::vector<std::uint64_t>(bins));
        std::vector<std::vector<std::uint64_t>> held(4, std::vector<std::uint64_t>(bins));
        std::vector<std::vector<std::uint64_t>> queued = held;
        for (std::size_t j = 0; j < run.gpus.size(); ++j) {
            const JobRecord& of = j < jobs ? ledger.jobs[j] : ledger.units[j - jobs];
            for (std::uint32_t tick = 0; tick < ledger.end.value; ++tick) {
                const std::size_t bin = tick / ledger.bin_width.value;
                if (run.gpus[j][tick] == kWaits) {
                    queued[of.tenant][bin] += of.gpus;
                } else {
                    held[of.tenant][bin] += run.gpus[j][tick];
                    classes[j < jobs ? static_cast<std::size_t>(of.plan) : 3][bin] +=
                        run.gpus[j][tick];
                }
            }
        }
        for (std::size_t c = 0; c < 4; ++c) {
            ASSERT_EQ(series.by_class[c], classes[c]) << "seed " << seed << ", class " << c;
        }
        std::uint64_t before = ~std::uint64_t{0};
        for (const HoldingSeries::Tenant& of : series.by_tenant) {
            ASSERT_EQ(of.held, held.at(of.tenant)) << "seed " << seed;
            ASSERT_EQ(of.queued, queued.at(of.tenant)) << "seed " << seed;
            const std::uint64_t sum =
                std::accumulate(of.held.begin(), of.held.end(), std::uint64_t{0});
            ASSERT_LE(sum, before);
            before = sum;
            seen += sum;
        }
    }
    EXPECT_GT(seen, 100'000U);
}

}  // namespace
}  // namespace tidepool::model
