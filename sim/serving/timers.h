#pragma once
// When waiting requests run out of patience, and when batch requests come near their deadline. All
// of a kind wait equally long, so a list in order of arrival is in order of time.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/serving/iteration_time.h"
#include "sim/serving/request_pool.h"

namespace tidepool::serving {

class Timers {
public:
    explicit Timers(RequestPool& pool) : pool_(pool) {}

    // A kind of requests that are patient so long, and (0: never) come near their end after `near`.
    std::uint32_t add_kind(std::int64_t patience, std::int64_t near) {
        kinds_.push_back({.patience = patience, .near = near});
        return static_cast<std::uint32_t>(kinds_.size() - 1);
    }
    void start(std::uint32_t kind, std::uint32_t at) {
        Kind& of = kinds_[kind];
        of.list.insert(pool_, at);
        if (of.near > 0 && of.far == kNoSlot) {
            of.far = at;
        }
        pool_[at].timed = true;
        due_ = std::min(due_, next(of));
    }
    void stop(std::uint32_t kind, std::uint32_t at) {
        Kind& of = kinds_[kind];
        if (of.far == at) {
            of.far = pool_.timer(at).after;
        }
        of.list.remove(pool_, at);
        pool_[at].timed = false;
    }
    // Nothing happens before; perhaps nothing does then.
    std::int64_t due() const { return due_; }
    // Calls out(slot) for all that are late at `now`, and must be stopped by it; then near(slot).
    template <class Out, class Near>
    void tell(std::int64_t now, Out&& out, Near&& near) {
        for (Kind& of : kinds_) {
            while (of.list.head != kNoSlot && late(of, of.list.head) <= now) {
                out(of.list.head);
            }
        }
        due_ = kFar;
        for (Kind& of : kinds_) {
            while (of.far != kNoSlot && soon(of, of.far) <= now) {
                const std::uint32_t at = of.far;
                of.far = pool_.timer(at).after;
                near(at);
            }
            due_ = std::min(due_, next(of));
        }
    }

private:
    struct Kind {
        std::int64_t patience = 0, near = 0;
        SlotList<&RequestPool::timer> list{};
        std::uint32_t far = kNoSlot;  // the first one that is not near its end yet
    };
    static std::int64_t at_most_far(std::int64_t arrival, std::int64_t wait) {
        return wait >= kFar - arrival ? kFar : arrival + wait;
    }
    std::int64_t late(const Kind& of, std::uint32_t at) const {
        return at_most_far(pool_[at].arrival, of.patience) + 1;
    }
    std::int64_t soon(const Kind& of, std::uint32_t at) const {
        return at_most_far(pool_[at].arrival, of.near);
    }
    std::int64_t next(const Kind& of) const {
        return std::min(of.list.head == kNoSlot ? kFar : late(of, of.list.head),
                        of.far == kNoSlot ? kFar : soon(of, of.far));
    }

    RequestPool& pool_;
    std::vector<Kind> kinds_;
    std::int64_t due_ = kFar;
};

}  // namespace tidepool::serving
