#pragma once
// Waiting lines in closed form. Rates in 1/s, times in s; `scv` is a squared coefficient of
// variation (variance / mean^2): 0 constant, 1 exponential. A queue without a steady state (load >=
// servers) waits for ever: infinity. Arguments are finite and not negative, servers at least 1.
//
// M/M/c, Erlang: Kleinrock, Queueing Systems I (1975). M/G/1: Pollaczek 1930, Khinchine 1932.

#include <cstdint>

namespace tidepool::model {

// Share of requests that find all servers busy, when those are turned away (B) and when they wait
// (C). `load` is arrival rate * mean service time. Takes time in proportion to `servers`.
double erlang_b(std::uint64_t servers, double load);
double erlang_c(std::uint64_t servers, double load);
// The least number of servers of which all are busy for less than this share (0 < share) of
// requests, that wait.
std::uint64_t servers_for_wait_share(double load, double share);

// Of the wait before service: it is 0 with probability 1 - share, else exponential.
struct WaitLaw {
    double share = 0;         // of requests that wait at all
    double mean_if_wait = 0;  // of those
    double mean() const;
    double quantile(double q) const;  // 0 <= q < 1
};
WaitLaw mmc_wait(double rate, double mean_service, std::uint64_t servers);

// Mean wait of M/G/1, first come first served: exact for every law of service.
double mg1_wait_pollaczek_khinchine(double rate, double mean_service, double scv);
// Mean wait of GI/G/c: that of M/M/c times the mean of the two variabilities (Allen & Cunneen 1978;
// for Poisson arrivals Lee & Longton 1959). Exact for M/M/c and M/G/1; within a few percent for c >
// 1 where the load is high, too long for constant services at low load.
double gigc_wait_allen_cunneen(double rate, double mean_service, double service_scv,
                               double arrival_scv, std::uint64_t servers);
// What that mean must be multiplied by where services vary less than exponential ones (scv < 1;
// else 1): Kimura 1986, between M/M/c and Cosmetatos' M/D/c (1975). 1 for one server; `use` is the
// load of a server, below 1.
double constant_correction_kimura(double servers, double use, double scv);
// Mean time in M/G/1 with processor sharing of a request that needs `service` alone: depends on the
// law of service by its mean only (Kleinrock 1967).
double mg1_ps_time(double rate, double mean_service, double service);

}  // namespace tidepool::model
