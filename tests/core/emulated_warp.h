#pragma once
// An execution group of 32 lanes on one CPU thread, to test code over groups without a GPU. Each
// lane is a fibre that runs until its next collective; only when all lanes have come to it are they
// resumed, in an order that is drawn anew for every step. So a read that misses a sync() sees, for
// some order, what it would see on a GPU: the value of another time. All lanes must come to the
// same collective: same kind, same place in the source, same number; otherwise, and when some lanes
// end and others do not, the process aborts and names the places.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <source_location>
#include <string_view>
#include <ucontext.h>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/core/exec.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace tidepool::core {

class Warp;

// What the code under test gets: one lane of a Warp.
class EmulatedWarp {
public:
    static constexpr std::uint32_t kWidth = 32;
    using Place = std::source_location;

    EmulatedWarp(Warp& warp, std::uint32_t lane) : warp_(&warp), lane_(lane) {}

    std::uint32_t lane() const { return lane_; }
    void sync(Place at = Place::current()) const;
    std::uint32_t min(std::uint32_t v, Place at = Place::current()) const;
    std::uint32_t max(std::uint32_t v, Place at = Place::current()) const;
    std::uint32_t add(std::uint32_t v, Place at = Place::current()) const;
    std::uint32_t ballot(bool p, Place at = Place::current()) const;
    std::uint32_t shuffle(std::uint32_t v, std::uint32_t from, Place at = Place::current()) const;
    std::uint32_t scan(std::uint32_t v, Place at = Place::current()) const;

private:
    Warp* warp_;
    std::uint32_t lane_;
};

class Warp {
public:
    static constexpr std::uint32_t kLanes = EmulatedWarp::kWidth;
    using Values = std::array<std::uint32_t, kLanes>;  // one per lane

    // The seed decides the order in which lanes are resumed. Seed 0: always 0, 1, 2, ...
    explicit Warp(std::uint64_t seed) : seed_(seed), stacks_(kLanes * kStackBytes) {
        std::iota(order_.begin(), order_.end(), 0U);
    }
    Warp(const Warp&) = delete;
    Warp& operator=(const Warp&) = delete;

    // Runs body(lane) in all lanes to its end. Exceptions must not leave the body.
    void run(std::function<void(EmulatedWarp)> body) {
        body_ = std::move(body);
        lanes_ = {};
        for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
            prepare(lane);
        }
        for (steps_ = 0; !lanes_[0].done; ++steps_) {
            shuffle_order();
            for (const std::uint32_t lane : order_) {
                resume(lane);
            }
            check_converged();
        }
    }

    // Collectives that the last run() made.
    std::uint32_t steps() const { return steps_ - 1; }

    // Hands in this lane's value and returns, when all lanes have come here, everybody's.
    const Values& meet(std::uint32_t lane, const char* kind, std::uint32_t value,
                       const std::source_location& at) {
        Lane& me = lanes_[lane];
        me.kind = kind;
        me.at = at;
        ++me.count;
        Values& values = values_[me.count % 2];  // lanes ahead of others already fill the next
        values[lane] = value;
        leave(lane, false);
        return values;
    }

private:
    static constexpr std::size_t kStackBytes = 256 * 1024;

    struct Lane {
        ucontext_t context{};
        const char* kind = "";
        std::source_location at;
        std::uint32_t count = 0;
        bool done = false;
        void* fake_stack = nullptr;  // AddressSanitizer's
    };

    void prepare(std::uint32_t lane) {
        ucontext_t& context = lanes_[lane].context;
        if (getcontext(&context) != 0) {
            std::abort();
        }
        context.uc_stack.ss_sp = &stacks_[lane * kStackBytes];
        context.uc_stack.ss_size = kStackBytes;
        context.uc_link = nullptr;
        const auto self = reinterpret_cast<std::uintptr_t>(this);
        makecontext(&context, reinterpret_cast<void (*)()>(&Warp::enter), 3,
                    static_cast<std::uint32_t>(self >> 32), static_cast<std::uint32_t>(self), lane);
    }

    static void enter(std::uint32_t high, std::uint32_t low, std::uint32_t lane) {
        Warp& warp = *reinterpret_cast<Warp*>((std::uintptr_t{high} << 32) | low);
        warp.arrived(nullptr);
        warp.body_(EmulatedWarp(warp, lane));
        warp.lanes_[lane].done = true;
        warp.leave(lane, true);
    }

    void resume(std::uint32_t lane) {
        void* fake_stack = nullptr;
        departing(&fake_stack, &stacks_[lane * kStackBytes], kStackBytes);
        swapcontext(&scheduler_, &lanes_[lane].context);
        arrived(fake_stack);
    }

    void leave(std::uint32_t lane, bool for_good) {
        Lane& me = lanes_[lane];
        departing(for_good ? nullptr : &me.fake_stack, scheduler_stack_, scheduler_bytes_);
        swapcontext(&me.context, &scheduler_);
        arrived(me.fake_stack);
    }

#if defined(__SANITIZE_ADDRESS__)
    void departing(void** fake_stack, const void* stack, std::size_t bytes) {
        __sanitizer_start_switch_fiber(fake_stack, stack, bytes);
    }
    void arrived(void* fake_stack) {
        const void* from = nullptr;
        std::size_t bytes = 0;
        __sanitizer_finish_switch_fiber(fake_stack, &from, &bytes);
        if (scheduler_stack_ == nullptr) {
            scheduler_stack_ = from;  // the first switch comes from the scheduler
            scheduler_bytes_ = bytes;
        }
    }
#else
    void departing(void**, const void*, std::size_t) {}
    void arrived(void*) {}
#endif

    void shuffle_order() {
        if (seed_ == 0) {
            return;
        }
        for (std::uint32_t i = kLanes - 1; i > 0; --i) {
            const Block words = draw(seed_, Purpose::kSynthetic, steps_, i / 4);
            std::swap(order_[i], order_[bounded(words[i % 4], i + 1)]);
        }
    }

    void check_converged() const {
        const Lane& first = lanes_[0];
        for (const Lane& lane : lanes_) {
            if (lane.done != first.done ||
                (!lane.done &&
                 (lane.kind != first.kind || lane.count != first.count ||
                  lane.at.line() != first.at.line() || lane.at.column() != first.at.column() ||
                  std::string_view(lane.at.file_name()) != first.at.file_name()))) {
                report(first, 0);
                report(lane, &lane - lanes_.data());
                std::fprintf(stderr, "lanes diverge\n");
                std::abort();
            }
        }
    }

    static void report(const Lane& lane, std::ptrdiff_t number) {
        if (lane.done) {
            std::fprintf(stderr, "lane %td has ended\n", number);
        } else {
            std::fprintf(stderr, "lane %td: %s number %u at %s:%u\n", number, lane.kind, lane.count,
                         lane.at.file_name(), static_cast<unsigned>(lane.at.line()));
        }
    }

    const std::uint64_t seed_;
    std::function<void(EmulatedWarp)> body_;
    std::vector<std::byte> stacks_;
    std::array<Lane, kLanes> lanes_;
    Values order_{};
    std::array<Values, 2> values_{};
    ucontext_t scheduler_{};
    const void* scheduler_stack_ = nullptr;
    std::size_t scheduler_bytes_ = 0;
    std::uint32_t steps_ = 0;
};

inline void EmulatedWarp::sync(Place at) const {
    warp_->meet(lane_, "sync", 0, at);
}

inline std::uint32_t EmulatedWarp::min(std::uint32_t v, Place at) const {
    const Warp::Values& all = warp_->meet(lane_, "min", v, at);
    return *std::min_element(all.begin(), all.end());
}

inline std::uint32_t EmulatedWarp::max(std::uint32_t v, Place at) const {
    const Warp::Values& all = warp_->meet(lane_, "max", v, at);
    return *std::max_element(all.begin(), all.end());
}

inline std::uint32_t EmulatedWarp::add(std::uint32_t v, Place at) const {
    const Warp::Values& all = warp_->meet(lane_, "add", v, at);
    return std::accumulate(all.begin(), all.end(), 0U);
}

inline std::uint32_t EmulatedWarp::ballot(bool p, Place at) const {
    const Warp::Values& all = warp_->meet(lane_, "ballot", p ? 1 : 0, at);
    std::uint32_t bits = 0;
    for (std::uint32_t l = 0; l < kWidth; ++l) {
        bits |= all[l] << l;
    }
    return bits;
}

inline std::uint32_t EmulatedWarp::shuffle(std::uint32_t v, std::uint32_t from, Place at) const {
    return warp_->meet(lane_, "shuffle", v, at)[from];
}

inline std::uint32_t EmulatedWarp::scan(std::uint32_t v, Place at) const {
    const Warp::Values& all = warp_->meet(lane_, "scan", v, at);
    return std::accumulate(all.begin(), all.begin() + lane_, 0U);
}

}  // namespace tidepool::core
