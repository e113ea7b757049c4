#include "sim/model/queueing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// C from B, Kleinrock eq. 3.105.
double wait_share(double blocked, double servers, double load) {
    return load >= servers ? 1 : blocked / (1 - load / servers * (1 - blocked));
}

}  // namespace

double erlang_b(std::uint64_t servers, double load) {
    if (load <= 0) {
        return servers == 0 ? 1 : 0;
    }
    double inverse = 1;  // 1 / B of n servers, from that of n - 1; no cancellation, all terms > 0
    for (std::uint64_t n = 1; n <= servers; ++n) {
        inverse = 1 + inverse * static_cast<double>(n) / load;
        if (inverse > 1e300) {
            return 0;
        }
    }
    return 1 / inverse;
}

double erlang_c(std::uint64_t servers, double load) {
    TP_ASSERT(servers >= 1, "somebody serves");
    return wait_share(erlang_b(servers, load), static_cast<double>(servers), load);
}

std::uint64_t servers_for_wait_share(double load, double share) {
    TP_ASSERT(share > 0 && load < 1e9, "a number of servers is enough");
    double blocked = 1;
    for (std::uint64_t n = 1;; ++n) {
        const auto servers = static_cast<double>(n);
        blocked = load * blocked / (servers + load * blocked);
        if (wait_share(blocked, servers, load) < share) {
            return n;
        }
    }
}

double WaitLaw::mean() const {
    return share > 0 ? share * mean_if_wait : 0;
}

double WaitLaw::quantile(double q) const {
    return share <= 1 - q ? 0 : portable::log(share / (1 - q)) * mean_if_wait;
}

WaitLaw mmc_wait(double rate, double mean_service, std::uint64_t servers) {
    const double load = rate * mean_service;
    const double spare = static_cast<double>(servers) - load;
    return {erlang_c(servers, load), spare > 0 ? mean_service / spare : kNever};
}

double mg1_wait_pollaczek_khinchine(double rate, double mean_service, double scv) {
    const double load = rate * mean_service;
    return load >= 1 ? kNever : load * mean_service * (1 + scv) / (2 * (1 - load));
}

double gigc_wait_allen_cunneen(double rate, double mean_service, double service_scv,
                               double arrival_scv, std::uint64_t servers) {
    const double load = rate * mean_service;
    return load >= static_cast<double>(servers)
               ? kNever
               : mmc_wait(rate, mean_service, servers).mean() * (arrival_scv + service_scv) / 2;
}

double constant_correction_kimura(double servers, double use, double scv) {
    if (scv >= 1 || servers <= 1 || use <= 0) {
        return 1;
    }
    const double cosmetatos =
        1 + (1 - use) * (servers - 1) * (std::sqrt(4 + 5 * servers) - 2) / (16 * servers * use);
    // Constant services never wait longer than exponential ones.
    return 1 / ((1 - scv) / std::min(cosmetatos, 2.0) + scv);
}

double mg1_ps_time(double rate, double mean_service, double service) {
    const double load = rate * mean_service;
    return load >= 1 ? kNever : service / (1 - load);
}

}  // namespace tidepool::model
