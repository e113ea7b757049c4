#pragma once
// Generated demand, as YAML tells it: how the rate of requests rises and falls, how long requests
// are, how they arrive.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/quantity.h"

namespace tidepool::workloads {

// One of these ways to say how many tokens.
struct LengthSpec {
    std::optional<std::int64_t> fixed;
    std::optional<double> exponential;       // mean
    std::vector<double> lognormal;           // [mu, sigma] of the natural logarithm
    std::vector<std::vector<double>> table;  // [[share, tokens], ...]: quantiles, linear in between
    friend bool operator==(const LengthSpec&, const LengthSpec&) = default;
};

struct LengthsSpec {
    LengthSpec in, out;
    std::int64_t most = 131'072;  // tokens of a prompt, of an answer; longer draws are cut
    friend bool operator==(const LengthsSpec&, const LengthsSpec&) = default;
};

// Requests come from `clients` of Zipf-distributed size, each a renewal process with Gamma gaps.
struct ArrivalsSpec {
    double cv = 1;  // of a client's gaps; 1: Poisson
    std::int64_t clients = 1;
    double zipf = 0;  // exponent; 0: all alike
    friend bool operator==(const ArrivalsSpec&, const ArrivalsSpec&) = default;
};

struct ClassShare {
    std::string name;
    Fraction share;
    friend bool operator==(const ClassShare&, const ClassShare&) = default;
};

struct NoiseSpec {  // AR(1) of the logarithm of the rate, mean rate kept
    Fraction deviation;
    Seconds memory{3600};  // after which the correlation is 1/e
    Seconds step{600};
    friend bool operator==(const NoiseSpec&, const NoiseSpec&) = default;
};

struct FlashSpec {  // flash crowd: up to `factor` and back, linearly
    Seconds at, rise{60}, hold{0}, fall{600};
    double factor = 1;
    friend bool operator==(const FlashSpec&, const FlashSpec&) = default;
};

struct TideSpec {
    EventsPerSecond base;          // mean rate of requests in an average hour
    std::string profile = "flat";  // a named hour-of-day profile: flat, deepseek, azure-2024, ...
    std::vector<double> hours;     // 24 factors instead, normalised to mean 1
    std::vector<double> days;      // 7 factors, Monday first, normalised to mean 1; empty: all 1
    double growth = 0;             // per day, compounded: 0.01 is 1 % a day
    std::optional<NoiseSpec> noise;
    std::vector<FlashSpec> flash;
    std::string time_zone = "UTC";     // IANA name; hours and days are local, DST included
    std::string start = "2026-01-05";  // local date (a Monday) of second 0, at 00:00
    friend bool operator==(const TideSpec&, const TideSpec&) = default;
};

}  // namespace tidepool::workloads
