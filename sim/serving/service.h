#pragma once
// A service in the course of a replay: everything that can happen within one nanosecond, in the
// order that docs/inference.md gives. replay_requests() moves time.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/serving/recorder.h"
#include "sim/serving/request_pool.h"
#include "sim/serving/request_replay.h"
#include "sim/serving/router.h"
#include "sim/serving/timers.h"
#include "sim/serving/workers.h"

namespace tidepool::serving {

class Service {
public:
    Service(const ServiceRules& rules, std::span<const UnitChange> changes,
            workloads::RequestStream& requests, std::int64_t end, std::int64_t bin);

    // The next nanosecond at which something may happen; the end if nothing does before.
    std::int64_t next() const;
    void happen(std::int64_t now);
    model::ServiceLedger close(std::int64_t now);

private:
    struct ClassRule {
        std::uint16_t level = 0;
        std::int64_t deadline = 0;
        std::optional<std::uint32_t> timer;
    };
    struct HandOver {
        std::int64_t at;
        std::uint64_t number;  // of the request
        std::uint32_t slot;
        friend bool operator>(const HandOver& a, const HandOver& b) {
            return a.at != b.at ? a.at > b.at : a.number > b.number;
        }
    };

    void read_next();
    const ClassRule& rule(const Slot& slot) const { return classes_[slot.request_class]; }
    void learn_classes();
    bool is_held(const Slot& slot) const { return slot.queue == held_queue_; }

    void settle(std::int64_t now);                          // 1: what iterations brought
    void hand_over(std::int64_t now);                       // 2
    void change_unit(const UnitChange& change);             // 3
    void empty_unit(std::uint32_t unit, std::int64_t now);  //
    void ask_timers(std::int64_t now);                      // 4
    void send_homeless(std::int64_t now);                   // 5
    void arrive(std::int64_t now);                          // 6
    void serve_queue(std::uint32_t queue, std::uint64_t places, std::int64_t now);  // 7
    void begin(std::int64_t now);                                                   // 8

    void send(std::uint32_t slot, std::uint32_t unit, std::int64_t now);
    void take_out(std::uint32_t slot, std::int64_t now);  // of its queue
    bool too_many(std::uint32_t& unit, std::uint32_t slot);

    const ServiceRules& rules_;
    std::span<const UnitChange> changes_;
    workloads::RequestStream& requests_;
    std::int64_t end_;
    std::uint32_t units_;
    std::uint64_t fill_;                     // load below which batch requests come to a unit
    std::vector<std::uint32_t> priorities_;  // falling; level 0 is above them all

    RequestPool pool_;
    Queues queues_;
    Recorder recorder_;
    Workers workers_;
    Router router_;
    Timers timers_;
    std::uint32_t service_queue_, held_queue_;
    std::optional<std::uint32_t> patience_timer_;
    std::vector<ClassRule> classes_;                             // by class of request
    std::vector<std::optional<std::uint32_t>> deadline_timers_;  // by rule

    workloads::Request request_;  // the next to arrive
    bool more_ = false;
    std::uint64_t arrived_ = 0, waiting_ = 0;
    Outcome outcome_;
    std::vector<std::uint32_t> begun_, homeless_;
    std::vector<Workers::Left> left_;
    std::vector<HandOver> hand_overs_;  // a heap, the next one in front
};

}  // namespace tidepool::serving
