#pragma once
// Specs from YAML text, requests as a list, and how far an average of draws may be off.

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sim/config/read.h"
#include "workloads/calendar.h"
#include "workloads/request.h"
#include "workloads/tide_spec.h"

namespace tidepool::workloads {

template <class Spec>
Spec spec_of(std::string_view yaml) {
    Issues issues;
    const auto spec = config::read<Spec>(config::parse_yaml(yaml, "s", issues), "", issues);
    for (const Issue& issue : issues.list()) {
        ADD_FAILURE() << to_string(issue);
    }
    return spec;
}

// What is said about a spec, one problem a line.
template <class Spec>
std::string complaints_of(std::string_view yaml) {
    Issues issues;
    config::read<Spec>(config::parse_yaml(yaml, "s", issues), "", issues);
    std::string text;
    for (const Issue& issue : issues.list()) {
        text += to_string(issue) + '\n';
    }
    return text;
}

inline std::vector<Request> all_of(RequestStream& stream) {
    std::vector<Request> requests;
    for (Request request; stream.next(request);) {
        requests.push_back(request);
    }
    return requests;
}
inline bool same(const Request& a, const Request& b) {
    return a.arrival == b.arrival && a.tokens_in == b.tokens_in && a.tokens_out == b.tokens_out &&
           a.request_class == b.request_class;
}

inline LengthsSpec fixed_lengths(std::int64_t in, std::int64_t out) {
    LengthsSpec lengths;
    lengths.in.fixed = in;
    lengths.out.fixed = out;
    return lengths;
}

inline std::int64_t instant(std::string_view time) {
    return parse_calendar(time)->instant();
}

// Sums of draws, for their mean and variance.
struct Sums {
    double n = 0, x = 0, xx = 0;
    void add(double value) {
        ++n;
        x += value;
        xx += value * value;
    }
    double mean() const { return x / n; }
    double variance() const { return xx / n - mean() * mean(); }
    double error() const { return std::sqrt(variance() / n); }  // of the mean, one sigma
};

}  // namespace tidepool::workloads
