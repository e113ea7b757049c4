#pragma once
// How long iterations take, exactly and without doing them one by one. A worker counts in 2^-20 ns;
// while its batch stays the same, k iterations take k D + cost (k C + b k (k - 1) / 2) of these,
// with D the time of a batch of b answers and C their context at the start. docs/inference.md.

#include <cstdint>
#include <vector>

#include "sim/model/unit_model.h"

namespace tidepool::serving {

__extension__ using Wide = unsigned __int128;

inline constexpr std::int64_t kFar = std::int64_t{1} << 62U;  // beyond every run

// Iterations of a batch that stays as it is.
struct Stretch {
    std::int64_t from = 0;       // ns
    std::uint64_t fraction = 0;  // 2^-20 ns, < 2^20
    std::uint64_t context = 0;   // tokens
    std::uint32_t batch = 0;
};

class IterationTimes {
public:
    // Also checks the unit: broken limits are a bug.
    explicit IterationTimes(const model::UnitModel& unit);

    std::uint64_t decode(std::uint32_t batch) const { return decode_[batch]; }  // ns, >= 1
    std::uint64_t prefill(std::uint32_t tokens) const;                          // ns, >= 1

    // When the k-th iteration ends; at most kFar. `fraction`, if any, is what is carried over.
    std::int64_t end(const Stretch& stretch, std::uint64_t k, std::uint64_t* fraction) const {
        const Wide span = span_of(stretch, k);
        if (fraction != nullptr) {
            *fraction = static_cast<std::uint64_t>(span) & kMask;
        }
        const Wide ns = span >> 20U;
        return ns >= static_cast<Wide>(kFar - stretch.from)
                   ? kFar
                   : stretch.from + static_cast<std::int64_t>(ns);
    }
    // The first iteration that ends at `time` or later.
    std::uint64_t first_from(const Stretch& stretch, std::int64_t time) const;

private:
    static constexpr std::uint64_t kMask = (std::uint64_t{1} << 20U) - 1;

    Wide span_of(const Stretch& stretch, std::uint64_t k) const {
        Wide span = stretch.fraction + ((Wide{k} * decode_[stretch.batch]) << 20U);
        if (context_cost_ > 0 && k > 0) {
            span +=
                (Wide{k} * stretch.context + Wide{k} * (k - 1) / 2 * stretch.batch) * context_cost_;
        }
        return span;
    }

    model::TimeTable prefill_;
    std::vector<std::uint64_t> decode_;  // by answers in the batch
    std::uint64_t context_cost_;
};

// tokens * rate / 2^20, rounded down.
inline std::uint64_t scaled(std::uint64_t tokens, std::uint64_t rate) {
    return static_cast<std::uint64_t>((Wide{tokens} * rate) >> 20U);
}

}  // namespace tidepool::serving
