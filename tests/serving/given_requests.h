#pragma once
// Requests from a list, and a replay of a case made of them.

#include <string>
#include <vector>

#include "sim/serving/request_replay.h"
#include "tests/serving/serving_twin.h"

namespace tidepool::serving {

class GivenRequests final : public workloads::RequestStream {
public:
    explicit GivenRequests(const TwinCase& asked) : asked_(asked), classes_({asked.classes[0]}) {}
    bool next(workloads::Request& request) override {
        if (at_ == asked_.requests.size()) {
            return false;
        }
        const TwinRequest& given = asked_.requests[at_++];
        blocks_ = given.blocks;  // and the former ones are no longer valid
        request = {given.arrival, given.in, given.out, given.request_class, blocks_};
        while (classes_.size() <= given.request_class) {
            classes_.push_back(asked_.classes[classes_.size()]);
        }
        return true;
    }
    const std::vector<std::string>& classes() const override { return classes_; }
    std::uint32_t block_tokens() const override { return asked_.block_tokens; }

private:
    const TwinCase& asked_;
    std::size_t at_ = 0;
    std::vector<std::uint64_t> blocks_;
    std::vector<std::string> classes_;
};

inline model::ServiceLedger replay(const TwinCase& asked) {
    GivenRequests requests(asked);
    return replay_requests(asked.rules, asked.changes, requests, asked.end, asked.bin);
}

}  // namespace tidepool::serving
