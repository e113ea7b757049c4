// Waiting lines against a published table (computed there by other means), textbook values, and a
// summation of the M/M/c chain state by state.
#include "sim/model/queueing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

namespace tidepool::model {
namespace {

struct Row {
    double rate, service_rate;
    std::uint64_t servers;
    double c, wait, b;
};
const Row kRows[] = {{0.7, 1, 1, .7, 2.333333, .4117647},
                     {8, 1, 10, .4091801508, .2045900754, .1216611},
                     {90, 1, 100, .2169404809, .0216940481, .0269574},
                     {950, 1, 1000, .0682534154, .0013650683, .0036493},
                     {5.5304, 0.5, 16, .1189972476, .0481848265, .0400272}};

TEST(Erlang, GivesTheTabulatedValues) {
    for (const Row& row : kRows) {
        const double load = row.rate / row.service_rate;
        EXPECT_NEAR(erlang_c(row.servers, load), row.c, 1e-10);
        EXPECT_NEAR(erlang_b(row.servers, load), row.b, 5.1e-8);
        const WaitLaw wait = mmc_wait(row.rate, 1 / row.service_rate, row.servers);
        EXPECT_NEAR(wait.mean(), row.wait, row.servers == 1 ? 5e-7 : 1e-10);
    }
}

// Stationary probabilities of the chain, each from its neighbour: p(n+1) = p(n) load / min(n+1, c).
TEST(Erlang, IsTheChainSummed) {
    for (const std::uint64_t c : {1U, 3U, 10U}) {
        const double load = 0.8 * static_cast<double>(c);
        double p = 1;
        double all = 0;
        double busy = 0;
        double waiting = 0;
        for (std::uint64_t n = 0; n < 1000; ++n) {
            all += p;
            busy += n >= c ? p : 0;
            waiting += n > c ? p * static_cast<double>(n - c) : 0;
            p *= load / static_cast<double>(std::min(n + 1, c));
        }
        EXPECT_NEAR(erlang_c(c, load), busy / all, 1e-12);
        EXPECT_NEAR(mmc_wait(load, 1, c).mean(), waiting / all / load, 1e-12);  // Little
    }
}

TEST(Erlang, SaysHowManyServersAreEnough) {
    EXPECT_EQ(servers_for_wait_share(100, 0.2), 111U);
    EXPECT_EQ(servers_for_wait_share(100, 0.01), 125U);
    EXPECT_EQ(servers_for_wait_share(0, 0.5), 1U);
}

TEST(Erlang, TurnsNobodyAwayWithoutLoadAndAllButAFewUnderAFlood) {
    EXPECT_EQ(erlang_b(4, 0), 0);
    EXPECT_EQ(erlang_c(4, 0), 0);
    EXPECT_NEAR(erlang_b(1, 1e9), 1, 2e-9);
    EXPECT_EQ(erlang_c(4, 5), 1);
    EXPECT_EQ(erlang_b(100'000, 1), 0);  // below the smallest number
}

TEST(WaitLaw, OfOneServerIsTheTextbooks) {
    const WaitLaw wait = mmc_wait(0.8, 1, 1);  // P(W > t) = 0.8 exp(-0.2 t)
    EXPECT_NEAR(wait.share, 0.8, 1e-15);
    EXPECT_NEAR(wait.mean(), 4, 1e-13);
    EXPECT_EQ(wait.quantile(0.1), 0);
    EXPECT_NEAR(wait.quantile(0.95), 5 * std::log(0.8 / 0.05), 1e-12);
    EXPECT_TRUE(std::isinf(mmc_wait(1, 1, 1).mean()));
}

TEST(SingleServer, WaitsAsPollaczekAndKhinchineSay) {  // unit mean service, load 0.8
    EXPECT_NEAR(mg1_wait_pollaczek_khinchine(0.8, 1, 0), 2.0, 1e-14);
    EXPECT_NEAR(mg1_wait_pollaczek_khinchine(0.8, 1, 1), 4.0, 1e-14);
    EXPECT_NEAR(mg1_wait_pollaczek_khinchine(0.8, 1, 4), 10.0, 1e-14);
    EXPECT_TRUE(std::isinf(mg1_wait_pollaczek_khinchine(1, 1, 0)));
}

TEST(SeveralServers, WaitAsOneDoesInTheSpecialCases) {
    for (const double scv : {0.0, 1.0, 4.0}) {
        EXPECT_NEAR(gigc_wait_allen_cunneen(0.8, 1, scv, 1, 1),
                    mg1_wait_pollaczek_khinchine(0.8, 1, scv), 1e-13);
    }
    EXPECT_NEAR(gigc_wait_allen_cunneen(8, 1, 1, 1, 10), .2045900754, 1e-10);
    // Allen & Cunneen: the wait of M/M/c times the mean of both variabilities.
    EXPECT_NEAR(gigc_wait_allen_cunneen(8, 1, 2, 3, 10), 2.5 * .2045900754, 1e-9);
    EXPECT_TRUE(std::isinf(gigc_wait_allen_cunneen(10, 1, 1, 1, 10)));
}

TEST(SharedServer, StretchesEveryServiceAlike) {
    EXPECT_NEAR(mg1_ps_time(0.8, 1, 1), 5.0, 1e-14);
    EXPECT_NEAR(mg1_ps_time(0.8, 1, 3), 15.0, 1e-13);
    EXPECT_TRUE(std::isinf(mg1_ps_time(1, 1, 1)));
}

}  // namespace
}  // namespace tidepool::model
