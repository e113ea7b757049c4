#pragma once
// Which unit a request goes to: knows which units are ready and what has been sent to each.

#include <cstdint>
#include <vector>

#include "sim/serving/iteration_time.h"
#include "sim/serving/min_tree.h"
#include "sim/serving/request_pool.h"
#include "sim/serving/request_replay.h"

namespace tidepool::serving {

class Workers;

class Router {
public:
    Router(const ServiceRules& rules, std::uint32_t units, const RequestPool& pool,
           const Workers& workers);

    void set_ready(std::uint32_t unit, bool ready);
    bool ready(std::uint32_t unit) const { return (ready_[unit / 64] >> (unit % 64) & 1U) != 0; }
    std::uint32_t ready_units() const { return ready_count_; }
    std::uint64_t load(std::uint32_t unit) const { return units_[unit].load; }
    std::uint64_t places() const { return places_; }
    // More than a unit, or so many of them, may hold?
    bool full(std::uint64_t requests, std::uint64_t units) const {
        return rules_.queue_limit != kAnyNumber &&
               requests >= Wide{units} * places_ + Wide{units} * rules_.queue_limit;
    }
    std::uint64_t ready_load() const { return ready_load_; }

    // By the rule of the service, but for the shared queue. At least one unit is ready.
    std::uint32_t choose(std::uint32_t slot);
    // The ready unit with the least load below `places` and with free memory for the request, or
    // kNoUnit.
    std::uint32_t roomy(std::uint32_t slot, std::uint64_t places) const;

    void sent(const Slot& slot) { change(slot.unit, slot, true); }
    void left(const Slot& slot) { change(slot.unit, slot, false); }

private:
    struct Unit {
        std::uint64_t load = 0;    // requests sent to it and not left
        std::uint64_t memory = 0;  // tokens that they need
    };
    void change(std::uint32_t unit, const Slot& slot, bool more) {
        Unit& of = units_[unit];
        const std::uint64_t tokens = slot.memory();
        of.load = more ? of.load + 1 : of.load - 1;
        of.memory = more ? of.memory + tokens : of.memory - tokens;
        if (ready(unit)) {
            ready_load_ = more ? ready_load_ + 1 : ready_load_ - 1;
            loads_.set(unit, of.load);
        }
    }
    std::uint32_t next_ready(std::uint32_t from) const;
    std::uint32_t nth_ready(std::uint32_t n) const;
    std::uint32_t longest_prefix(std::uint32_t slot) const;

    const ServiceRules& rules_;
    const RequestPool& pool_;
    const Workers& workers_;
    std::uint64_t places_, memory_;  // of a unit; memory 0: endless
    std::vector<Unit> units_;
    MinTree loads_;                     // of ready units
    std::vector<std::uint64_t> ready_;  // a bit for each unit
    std::uint32_t ready_count_ = 0;
    std::uint64_t ready_load_ = 0;
    std::uint32_t turn_ = 0;   // round-robin: the first one to ask
    std::uint64_t draws_ = 0;  // random choices made
};

}  // namespace tidepool::serving
