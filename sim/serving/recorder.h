#pragma once
// Keeps the books of a replay: what became of requests, by class and by bin of time. Times handed
// in never decrease.

#include <cstdint>
#include <vector>

#include "sim/model/service_ledger.h"
#include "sim/serving/request_pool.h"
#include "sim/serving/request_replay.h"

namespace tidepool::serving {

class Recorder {
public:
    Recorder(const ServiceRules& rules, std::int64_t end, std::int64_t bin);

    void offered(const Slot& slot);
    void rejected(const Slot& slot, std::int64_t now);
    void timed_out(const Slot& slot, std::int64_t now);
    void first_token(const Slot& slot, std::int64_t now);
    void served(const Slot& slot, std::int64_t now, std::int64_t deadline);  // 0: none
    void lost(const Slot& slot, std::uint64_t tokens);                       // and begins again
    void asked_cache(std::uint64_t blocks, std::uint64_t hits);
    void evicted(std::uint64_t blocks) { ledger_.cache_evictions += blocks; }
    void waiting(std::uint64_t requests) {
        ledger_.queue_max = requests > ledger_.queue_max ? requests : ledger_.queue_max;
    }
    void ready(std::int64_t now, std::int32_t change) { count(ready_, now, change); }
    void busy(std::int64_t now, std::int32_t change) { count(busy_, now, change); }

    // At `now`, with those that are still in the house.
    model::ServiceLedger close(std::int64_t now, const RequestPool& house,
                               const std::vector<std::string>& classes);

private:
    struct Count {  // of things, and since when there are so many
        std::uint64_t model::ServiceBin::*sum;
        std::int64_t since = 0;
        std::uint64_t value = 0;
    };
    void count(Count& what, std::int64_t now, std::int32_t change);
    model::ServiceClass& of(const Slot& slot);
    model::ServiceBin& bin(std::int64_t now) {
        if (now >= bin_end_) {
            bin_ = static_cast<std::size_t>(now / width_);
            bin_end_ = (now / width_ + 1) * width_;
        }
        return ledger_.bins[bin_];
    }
    std::uint64_t work(const Slot& slot) const;

    const ServiceRules& rules_;
    std::int64_t width_;
    std::size_t bin_ = 0;
    std::int64_t bin_end_;
    std::uint64_t full_iteration_;  // ns of one with all places taken
    model::ServiceLedger ledger_;
    Count ready_{&model::ServiceBin::ready_ns}, busy_{&model::ServiceBin::busy_ns};
};

}  // namespace tidepool::serving
