#pragma once
// docs/inference.md once more, plainly: iteration by iteration, every list walked from its start,
// nothing remembered that can be counted. For small cases only.

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/serving/request_replay.h"

namespace tidepool::serving {

struct TwinRequest {
    std::int64_t arrival = 0;
    std::uint32_t in = 1, out = 1, request_class = 0;
    std::vector<std::uint64_t> blocks;
};

// Everything that a service is asked.
struct TwinCase {
    ServiceRules rules;
    std::vector<UnitChange> changes;
    std::vector<TwinRequest> requests;
    std::vector<std::string> classes = {""};
    std::uint32_t block_tokens = 0;
    std::int64_t end = 0, bin = 1;
};

class ServingTwin {
public:
    explicit ServingTwin(const TwinCase& asked);
    model::ServiceLedger run();

private:
    using Int = std::int64_t;
    enum class Where { kNotYet, kHeld, kService, kUnit, kWork, kHandOver, kSecond, kLeft };
    struct Request {
        TwinRequest asked;
        Int number = 0, unit = -1, first = -1, deadline = 0, priority = 0;
        Where where = Where::kNotYet;
        bool near = false, ever_begun = false;
        Int cached = 0, computed = 0, given = 0;  // tokens, in this attempt
        Int handed_at = 0;
        Int need() const { return Int{asked.in} + asked.out; }
    };
    struct Worker {
        Int unit = 0;
        bool prompts = true, answers = true;  // what it computes
        bool busy = false, once_busy = false;
        Int from = 0, until = 0;
        Int fraction = 0, next_fraction = 0;
        std::vector<Int> batch{};      // requests, in the order in which they began here
        std::vector<Int> computing{};  // prompt tokens of each in this iteration; -1: not worked on
        bool tokens = false;           // complete prompts get a token in this iteration
    };
    struct Unit {
        bool ready = false;
    };
    struct Span {
        Int from, until;
    };

    static Int time_at(const model::TimeTable& table, Int at);
    Int next_time() const;
    void instant(Int now);
    void end_iteration(Worker& worker, Int now);
    void token(Request& request, Int now);
    void change(const UnitChange& change);
    void timeouts(Int now);
    void send_on(Int now);
    void arrive(Request& request, Int now);
    Int choose(const Request& request);
    Int roomy(const Request& request, Int places) const;
    void begin(Worker& worker, Int now);
    bool take(Worker& worker);
    Int first_of(const std::vector<Int>& waiting) const;
    std::vector<Int> those(Where where, Int unit = -1) const;
    Int load(Int unit) const { return static_cast<Int>(in_unit(unit).size()); }
    std::vector<Int> in_unit(Int unit) const;
    Int places() const;
    Int hits(const Request& request, Int unit) const;
    void use(const Request& request, Int blocks, bool insert);
    std::vector<std::uint64_t>& cache(Int unit) {
        return caches_[asked_.rules.cache.shared ? 0 : unit];
    }
    void add_span(std::uint64_t model::ServiceBin::*what, Span span);
    model::RequestSums sums(const Request& request) const {
        return {1, request.asked.in, request.asked.out};
    }
    model::ServiceClass& class_of(const Request& request) {
        return ledger_.classes[request.asked.request_class];
    }
    model::ServiceBin& bin(Int now) {
        return ledger_.bins[static_cast<std::size_t>(now / asked_.bin)];
    }

    const TwinCase& asked_;
    const model::UnitModel& unit_;
    bool apart_;
    std::vector<Request> requests_;
    std::vector<Worker> workers_;
    std::vector<Unit> units_;
    std::vector<Int> ready_since_;
    std::map<Int, std::vector<std::uint64_t>> caches_;  // most recently used first
    std::vector<Int> homeless_;
    std::size_t changed_ = 0;
    Int last_chosen_ = -1, draws_ = 0, now_ = -1;
    model::ServiceLedger ledger_;
};

}  // namespace tidepool::serving

#include "tests/serving/serving_twin_sending.h"
#include "tests/serving/serving_twin_time.h"
