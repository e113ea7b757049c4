// VC-16, VC-17: how many nodes are down at once, and how many spares that takes: simulated fleets
// against the binomial law.
#include <array>
#include <map>

#include "sim/model/mtti.h"
#include "sim/model/spares.h"
#include "tests/validation/down_at_once.h"
#include "tests/validation/whole_program.h"

namespace tidepool::validation {
namespace {

constexpr double kDay = 86400;

// Independent repetitions of a fleet's number of nodes down.
struct Fleet {
    Sample mean;
    std::map<std::size_t, Sample> above;  // share of the time with more than k down
};

// 400 nodes for 8 years, the first of which is left out: it begins with all nodes up.
Fleet fleet_of_400(const std::string& components, const std::vector<std::size_t>& levels,
                   std::uint32_t runs) {
    const Case scenario(
        "topology: {clusters: [{name: a, server: hgx-h100, nodes: 400, "
        "nodes_per_rack: 8}]}\nhorizon: 2920 d\noutput: {bin: 1 d}\n"
        "failures: {components: [" +
            components + "]}\n",
        equal_jobs(1, 1, 1));
    Fleet fleet;
    scenario.run_seeds(runs, [&](const model::Ledger& ledger) {
        const auto nodes = downtimes_by_node(ledger);
        const auto ticks = ticks_by_count(nodes, std::uint64_t{365} * 86400 * 16, ledger.end.value);
        fleet.mean.add(mean_count(ticks));
        for (const std::size_t k : levels) {
            fleet.above[k].add(share_above(ticks, k));
        }
        // The program's own account: the job of a second holds one GPU, of a node that is up.
        const auto all = ticks_by_count(nodes, 0, ledger.end.value);
        std::uint64_t node_ticks = 0;
        for (std::size_t k = 0; k < all.size(); ++k) {
            node_ticks += k * all[k];
        }
        EXPECT_EQ(model::totals(ledger).down, 8 * node_ticks);
        EXPECT_EQ(model::totals(ledger).reliability.down, 8 * node_ticks);
    });
    return fleet;
}

std::string node_faults(const std::string& repair) {
    return "{name: fault, per: node, mtbf: " + seconds(kDay / 4.195e-3) + ", repair: {" + repair +
           "}}";
}

// Mean repair 5.535 d by every law; lognormal: exp(mu + sigma^2 / 2); mix: .9 * 2 + .1 * 37.35.
const std::array kRepairs{
    std::string("law: fixed, mean: 5.535 d"),
    std::string("law: exponential, mean: 5.535 d"),
    std::string("law: lognormal, mean: 5.535 d, sigma: 1.2"),
    "law: lognormal, sigma: 0.5, median: " + text(5.535 * std::exp(-0.125)) + " d",
    std::string("law: empirical, values: [1 d, 2 d, 3 d, 16.14 d]"),
    std::string("law: mix, mean: 2 d, hard_share: 10 %, hard_mean: 37.35 d"),
};

void expect_binomial(const Fleet& fleet, const model::Binomial& down, const std::string& what) {
    expect_mean(fleet.mean, down.mean(), what);
    EXPECT_LT(fleet.mean.error(), 0.015 * down.mean()) << "N is too small to tell";
    for (const auto& [k, share] : fleet.above) {
        expect_mean(share, down.more_than(k), what + " above " + std::to_string(k));
    }
}

TEST(VC16, NodesDownAreBinomialUnderEveryRepairLaw) {
    const double p = model::unavailability(model::from_thousand_node_days(4.195), {5.535 * kDay});
    const model::Binomial down(400, p);
    EXPECT_NEAR(p, 0.0227, 5e-5);
    EXPECT_NEAR(down.mean(), 9.08, 5e-3);
    EXPECT_EQ(down.quantile(0.99), 17u);
    EXPECT_EQ(down.quantile(0.999), 20u);
    for (const std::string& repair : kRepairs) {
        expect_binomial(fleet_of_400(node_faults(repair), {4, 9, 13, 17}, 40), down, repair);
    }
    // 20 nodes are exceeded in 3.6 hours of a year, in bursts: that takes more repetitions.
    expect_binomial(fleet_of_400(node_faults(kRepairs[0]), {16, 17, 19, 20}, 160), down, "rare");
}

// The same mean from faults that take a rack of eight at once: more nodes are down in bad times.
TEST(VC16, CorrelatedFaultsLieAboveTheBinomial) {
    const model::Binomial down(400, 0.022692);
    const Fleet racks = fleet_of_400("{name: power, per: rack, mtbf: " + seconds(kDay / 4.195e-3) +
                                         ", repair: {law: exponential, mean: 5.535 d}}",
                                     {17, 20}, 20);
    expect_mean(racks.mean, down.mean());
    for (const std::size_t k : {17u, 20u}) {
        EXPECT_GT(racks.above.at(k).mean() - 4 * racks.above.at(k).error(), 3 * down.more_than(k));
    }
}

// 2,048 nodes at 6.5 failures per 1,000 node-days.
struct SpareRow {
    double repair_days, mean_down;
    std::uint32_t for_99, for_999;
    std::uint32_t horizon_days;
};
constexpr std::array kSpares{
    SpareRow{0.5, 6.63, 13, 16, 100},
    SpareRow{2, 26.28, 39, 43, 200},
    SpareRow{5.535, 71.1, 91, 98, 400},
};

Case full_size_job(const SpareRow& row, std::uint32_t spares) {
    return {cluster(2048) + "horizon: " + std::to_string(row.horizon_days) +
                " d\noutput: {bin: 1 d}\nfailures: {preset: rsc-1, repair: {law: exponential, "
                "mean: " +
                text(row.repair_days) + " d}}\nscheduler: {spare_nodes: " + std::to_string(spares) +
                "}\ncheckpoint: {restart: 0 s}\n"
                "recovery: {on_failure: wait, detect: 0 s, swap: 0 s}\n",
            equal_jobs(1, 3000 * kDay, (2048 - spares) * 8)};
}

// Ticks in which the job ran, that is had all its nodes: the length of its attempts.
std::uint64_t ticks_at_work(const model::Ledger& ledger) {
    std::uint64_t ticks = 0;
    for (const model::Attempt& attempt : ledger.attempts) {
        ticks += attempt.end.value - attempt.start.value;
    }
    return ticks;
}

TEST(VC17, AJobOfFullSizeHasItsNodesAsOftenAsTheBinomialSays) {
    for (const SpareRow& row : kSpares) {
        const double p =
            model::unavailability(model::from_thousand_node_days(6.5), {row.repair_days * kDay});
        const model::Binomial down(2048, p);
        EXPECT_NEAR(down.mean(), row.mean_down, 0.05);
        EXPECT_EQ(down.quantile(0.99), row.for_99);
        EXPECT_EQ(down.quantile(0.999), row.for_999);
        Sample mean;
        Sample short_99;  // share of the time with too few spares
        Sample short_999;
        full_size_job(row, row.for_99).run_seeds(16, [&](const model::Ledger& ledger) {
            const auto nodes = downtimes_by_node(ledger);
            const auto all = ticks_by_count(nodes, 0, ledger.end.value);
            // To the tick: the job runs while no more nodes are down than there are spares, and
            // the spares that are not down and stand in for nobody are ready.
            std::uint64_t enough = 0;
            std::uint64_t ready = 0;
            for (std::uint64_t k = 0; k < all.size() && k <= row.for_99; ++k) {
                enough += all[k];
                ready += 8 * (row.for_99 - k) * all[k];
            }
            EXPECT_EQ(ticks_at_work(ledger), enough);
            EXPECT_EQ(ledger.total.spare, ready);
            // From where the start with all nodes up is forgotten.
            const auto from = static_cast<std::uint64_t>(10 * row.repair_days * kDay * 16);
            const auto later = ticks_by_count(nodes, from, ledger.end.value);
            mean.add(mean_count(later));
            short_99.add(share_above(later, row.for_99));
            short_999.add(share_above(later, row.for_999));
        });
        expect_mean(mean, down.mean());
        expect_mean(short_99, down.more_than(row.for_99), "99 %");
        expect_mean(short_999, down.more_than(row.for_999), "99.9 %");
        EXPECT_LT(mean.error(), 0.02 * down.mean()) << "N is too small to tell";
    }
}

}  // namespace
}  // namespace tidepool::validation
