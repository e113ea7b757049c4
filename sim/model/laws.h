#pragma once
// The parts of check_conservation(): what does not hold is noted, nothing throws.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/model/ledger.h"

namespace tidepool::model {

// Collects one line per broken law.
class Laws {
public:
    void equal(std::string_view law, std::uint64_t left, std::uint64_t right) {
        require(left == right, law, left, " != ", right);
    }
    void at_most(std::string_view law, std::uint64_t left, std::uint64_t right) {
        require(left <= right, law, left, " > ", right);
    }
    void broken(std::string text) { broken_.push_back(std::move(text)); }

    // problem(n) for n in [0, count): empty, or what is wrong with thing number n. Names the first
    // one and says how many there are: a million lines help nobody.
    template <class Problem>
    void each(std::string_view thing, std::size_t count, Problem problem) {
        std::size_t offenders = 0, first = 0;
        for (std::size_t n = 0; n < count; ++n) {
            if (!problem(n).empty()) {
                first = offenders == 0 ? n : first;
                ++offenders;
            }
        }
        if (offenders > 0) {
            broken(std::string(thing) + " " + std::to_string(first) + " (and " +
                   std::to_string(offenders - 1) + " more): " + std::string(problem(first)));
        }
    }

    bool none_broken() const { return broken_.empty(); }
    std::vector<std::string> take() { return std::move(broken_); }

private:
    void require(bool holds, std::string_view law, std::uint64_t left, std::string_view relation,
                 std::uint64_t right) {
        if (!holds) {
            broken(std::string(law) + ": " + std::to_string(left) + std::string(relation) +
                   std::to_string(right));
        }
    }
    std::vector<std::string> broken_;
};

void check_outages(const Ledger& ledger, Laws& laws);
// Each attempt by itself; what the jobs' attempts add up to is check_jobs' business.
void check_attempts(const Ledger& ledger, Laws& laws);
// Needs attempts and outages that are in order.
void check_jobs(const Ledger& ledger, Laws& laws);
void check_effects(const Ledger& ledger, Laws& laws);
void check_network(const Ledger& ledger, Laws& laws);

}  // namespace tidepool::model
