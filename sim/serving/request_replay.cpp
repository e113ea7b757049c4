#include "sim/serving/request_replay.h"

#include "sim/serving/service.h"

namespace tidepool::serving {

model::ServiceLedger replay_requests(const ServiceRules& rules, std::span<const UnitChange> changes,
                                     workloads::RequestStream& requests, std::int64_t end,
                                     std::int64_t bin,
                                     const std::function<bool(std::int64_t)>& keep_going) {
    constexpr std::uint32_t kAskEvery = 1U << 14U;  // events: some milliseconds
    Service service(rules, changes, requests, end, bin);
    std::int64_t now = service.next();
    for (std::uint32_t events = 0; now < end; now = service.next()) {
        if (keep_going && events++ % kAskEvery == 0 && !keep_going(now)) {
            break;
        }
        service.happen(now);
    }
    return service.close(now < end ? now : end);
}

}  // namespace tidepool::serving
