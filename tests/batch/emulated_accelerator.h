#pragma once
// A device without hardware: its memory is this machine's, its warps are emulated lanes in shuffled
// order, or single lanes where many rows are wanted. It is as strict as a device would be, or more:
// memory begins as rubbish, copies must stay within blocks, a launch runs as late as it may (or at
// once), every warp's memory ends where it should, and no more memory is given than was promised;
// a violation aborts.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/batch/accelerator.h"
#include "tests/core/emulated_warp.h"
#include "tests/properties/random_problem.h"

namespace tidepool::batch {

struct EmulatedDevice {
    std::uint64_t bytes = 64U << 20U;
    double promised = 1;  // share of `bytes` that may be allocated
    std::size_t shared_bytes = 64U << 10U;
    std::uint32_t blocks = 3;  // resident, of one warp each; fewer of larger ones
    bool lanes = true;         // 32 per warp; otherwise one
    std::uint64_t seed = 1;    // order of lanes, lateness, which warp runs what
    std::uint64_t fails_after = ~std::uint64_t{0};  // launches
    bool refuses = false;                           // what goes beyond its memory, as a device does
};

class EmulatedAccelerator : public Accelerator {
public:
    explicit EmulatedAccelerator(const EmulatedDevice& device)
        : device_(device), dice_(static_cast<std::uint32_t>(device.seed), 55) {}
    ~EmulatedAccelerator() override { check(blocks_.empty(), "memory is given back"); }

    std::string name() const override { return "Emulated"; }
    std::uint64_t free_bytes() override { return device_.bytes - taken_; }
    std::size_t shared_bytes() override { return device_.shared_bytes; }
    std::uint32_t resident_blocks(const LaunchShape& shape) override {
        return device_.blocks / shape.warps_per_block;
    }

    void* allocate(std::size_t bytes) override {
        const auto promised =
            static_cast<std::uint64_t>(static_cast<double>(device_.bytes) * device_.promised);
        if (device_.refuses && taken_ + bytes > device_.bytes) {
            return nullptr;
        }
        check(taken_ + bytes <= promised, "no more memory than was promised");
        auto memory =
            std::make_unique<std::vector<Line>>((bytes + sizeof(Line) - 1) / sizeof(Line));
        void* const at = memory->data();
        std::memset(at, 0xCD, bytes);
        taken_ += bytes;
        most_taken_ = std::max(most_taken_, taken_);
        blocks_[static_cast<unsigned char*>(at)] = {bytes, std::move(memory)};
        return at;
    }
    void release(void* memory) noexcept override {
        const auto found = blocks_.find(static_cast<unsigned char*>(memory));
        check(found != blocks_.end(), "only what was allocated is released");
        check(waiting_.empty(), "nothing is released under a launch");
        taken_ -= found->second.bytes;
        blocks_.erase(found);
    }
    void upload(void* to, const void* from, std::size_t bytes) override {
        within(to, bytes);
        std::memcpy(to, from, bytes);
    }
    void download(void* to, const void* from, std::size_t bytes) override {
        within(from, bytes);
        std::memcpy(to, from, bytes);
    }
    void clear(void* memory, std::size_t bytes) override {
        within(memory, bytes);
        std::memset(memory, 0, bytes);
    }

    std::uint64_t launch(const LaunchShape& shape, const Chunk& chunk) override {
        if (launches_ == device_.fails_after) {
            throw RunError("Emulated: launch: this one fails");
        }
        check(shape.blocks > 0 && shape.blocks <= resident_blocks(shape), "blocks fit");
        check(shape.shared_bytes() <= device_.shared_bytes, "shared memory fits");
        check(shape.hot_bytes == chunk.hot_bytes && shape.hot_is_shared == chunk.hot_is_shared,
              "shape and chunk agree");
        within(chunk.memory, shape.warps() * chunk.stride);
        within(chunk.tallies, chunk.row_count * sizeof(core::Tally));
        waiting_.push_back({shape, chunk});
        if (dice_.chance(30)) {
            run_all();
        }
        most_rows_ = std::max(most_rows_, chunk.row_count);
        return ++launches_;
    }
    void wait(std::uint64_t number) override {
        check(number <= launches_, "only what was launched is waited for");
        while (launches_ - waiting_.size() < number) {
            run_first();
        }
    }

    std::uint64_t launches() const { return launches_; }
    std::uint64_t most_taken() const { return most_taken_; }
    std::uint32_t most_rows() const { return most_rows_; }

private:
    struct alignas(256) Line {
        unsigned char bytes[256];
    };
    struct Memory {
        std::size_t bytes = 0;
        std::unique_ptr<std::vector<Line>> memory;
    };
    struct Waiting {
        LaunchShape shape;
        Chunk chunk;
    };

    // Takes rows in the name of one warp, until the others have had the rest.
    struct Atomics {
        std::uint32_t* left;
        std::uint32_t take(std::uint32_t* counter) const {
            return *left == 0 ? core::kNone : (--*left, (*counter)++);
        }
        void add(std::uint64_t* counter) const { ++*counter; }
    };

    static void check(bool condition, const char* what) {
        if (!condition) {
            std::fprintf(stderr, "emulated accelerator: broken: %s\n", what);
            std::abort();
        }
    }

    void within(const void* memory, std::size_t bytes) const {
        const auto* const at = static_cast<const unsigned char*>(memory);
        auto block = blocks_.upper_bound(const_cast<unsigned char*>(at));
        check(block != blocks_.begin(), "copies stay within blocks");
        --block;
        check(static_cast<std::size_t>(at - block->first) + bytes <= block->second.bytes,
              "copies stay within blocks");
    }

    void run_all() {
        while (!waiting_.empty()) {
            run_first();
        }
    }
    void run_first() {
        const Waiting next = waiting_.front();
        waiting_.pop_front();
        for (std::uint32_t warp = 0; warp < next.shape.warps(); ++warp) {
            const bool last = warp + 1 == next.shape.warps();
            run_warp(next, warp, last ? core::kNone : dice_.below(3));
        }
        check(*next.chunk.next >= next.chunk.row_count, "every row ran");
    }

    // As the kernel does.
    void run_warp(const Waiting& launch, std::uint32_t warp, std::uint32_t rows) {
        const Chunk& chunk = launch.chunk;
        const std::size_t all = launch.shape.warps() * chunk.stride;
        const bool watch = all <= kWatched;
        const std::vector<unsigned char> before(chunk.memory, chunk.memory + (watch ? all : 0));
        unsigned char* hot = chunk.memory + warp * chunk.stride;
        unsigned char* cold = hot + (chunk.hot_is_shared ? 0 : chunk.hot_bytes);
        // Exactly as much as there would be, so that AddressSanitizer sees what goes beyond.
        std::vector<std::uint64_t> shared(chunk.hot_is_shared ? chunk.hot_bytes / 8 : 0,
                                          0xCDCD'CDCD'CDCD'CDCDu);
        if (chunk.hot_is_shared) {
            hot = reinterpret_cast<unsigned char*>(shared.data());
        }
        const Atomics atomics{&rows};
        if (launch.shape.interruptible) {
            run_lanes<true>(chunk, hot, cold, atomics);
        } else {
            run_lanes<false>(chunk, hot, cold, atomics);
        }
        const std::size_t begin = warp * chunk.stride, end = begin + chunk.stride;
        check(
            !watch || (std::equal(before.begin(), before.begin() + offset(begin), chunk.memory) &&
                       std::equal(before.begin() + offset(end), before.end(), chunk.memory + end)),
            "a warp leaves the others' memory alone");
    }
    static std::ptrdiff_t offset(std::size_t bytes) { return static_cast<std::ptrdiff_t>(bytes); }

    template <bool kCanInterrupt>
    void run_lanes(const Chunk& chunk, unsigned char* hot, unsigned char* cold, Atomics atomics) {
        if (!device_.lanes) {
            run_rows<kCanInterrupt>(core::Serial{}, chunk, hot, cold, atomics);
            return;
        }
        core::Warp(dice_.below(1U << 30U)).run([&](core::EmulatedWarp lane) {
            run_rows<kCanInterrupt>(lane, chunk, hot, cold, atomics);
        });
    }

    static constexpr std::size_t kWatched = 1U << 18U;

    const EmulatedDevice device_;
    properties::Dice dice_;
    std::map<unsigned char*, Memory> blocks_;
    std::uint64_t taken_ = 0, most_taken_ = 0, launches_ = 0;
    std::uint32_t most_rows_ = 0;
    std::deque<Waiting> waiting_;
};

}  // namespace tidepool::batch
