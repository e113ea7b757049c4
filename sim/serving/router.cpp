#include "sim/serving/router.h"

#include <algorithm>
#include <bit>

#include "sim/base/random.h"
#include "sim/serving/workers.h"

namespace tidepool::serving {

Router::Router(const ServiceRules& rules, std::uint32_t units, const RequestPool& pool,
               const Workers& workers)
    : rules_(rules),
      pool_(pool),
      workers_(workers),
      places_(std::uint64_t{rules.unit.batch_limit} * std::max(1U, rules.unit.decode_workers)),
      memory_(rules.unit.kv_tokens * std::max(1U, rules.unit.decode_workers)),
      units_(units),
      loads_(units),
      ready_(units / 64 + 1) {}

void Router::set_ready(std::uint32_t unit, bool ready) {
    if (ready == this->ready(unit)) {
        return;
    }
    ready_[unit / 64] ^= std::uint64_t{1} << (unit % 64);
    ready_count_ = ready ? ready_count_ + 1 : ready_count_ - 1;
    ready_load_ = ready ? ready_load_ + units_[unit].load : ready_load_ - units_[unit].load;
    loads_.set(unit, ready ? units_[unit].load : MinTree::kNone);
}

std::uint32_t Router::choose(std::uint32_t slot) {
    switch (rules_.routing) {
        case Routing::kRoundRobin: {
            const std::uint32_t unit = next_ready(turn_);
            turn_ = unit + 1;
            return unit;
        }
        case Routing::kRandom: {
            const std::uint64_t block = draws_ / 4;
            const auto high = static_cast<std::uint32_t>(block >> 32U);
            const std::uint32_t word =
                draw(rules_.seed, Purpose::kRequestRouting, high, rules_.entity,
                     static_cast<std::uint32_t>(block))[draws_++ % 4];
            return nth_ready(bounded(word, ready_count_));
        }
        case Routing::kPrefix: {
            const std::uint32_t unit = longest_prefix(slot);
            return unit != kNoUnit ? unit : loads_.first();
        }
        case Routing::kLeastLoaded:
        case Routing::kSharedQueue:
            break;
    }
    return loads_.first();
}

std::uint32_t Router::roomy(std::uint32_t slot, std::uint64_t places) const {
    if (loads_.min() >= places) {
        return kNoUnit;  // also if none is ready
    }
    const std::uint64_t tokens = pool_[slot].memory();
    const std::uint32_t least = loads_.first();
    if (memory_ == 0 || units_[least].memory + tokens <= memory_) {
        return least;
    }
    std::uint32_t best = kNoUnit;
    for (std::uint32_t unit = 0; unit < units_.size(); ++unit) {
        if (ready(unit) && units_[unit].load < places && units_[unit].memory + tokens <= memory_ &&
            (best == kNoUnit || units_[unit].load < units_[best].load)) {
            best = unit;
        }
    }
    return best;
}

std::uint32_t Router::next_ready(std::uint32_t from) const {
    std::size_t word = from / 64;
    std::uint64_t bits = ready_[word] & (~std::uint64_t{0} << (from % 64));
    while (bits == 0) {
        word = word + 1 < ready_.size() ? word + 1 : 0;
        bits = ready_[word];
    }
    return static_cast<std::uint32_t>(word * 64) +
           static_cast<std::uint32_t>(std::countr_zero(bits));
}

std::uint32_t Router::nth_ready(std::uint32_t n) const {
    std::size_t word = 0;
    for (; n >= static_cast<std::uint32_t>(std::popcount(ready_[word])); ++word) {
        n -= static_cast<std::uint32_t>(std::popcount(ready_[word]));
    }
    std::uint64_t bits = ready_[word];
    for (; n > 0; --n) {
        bits &= bits - 1;
    }
    return static_cast<std::uint32_t>(word * 64) +
           static_cast<std::uint32_t>(std::countr_zero(bits));
}

std::uint32_t Router::longest_prefix(std::uint32_t slot) const {
    if (rules_.cache.blocks == 0 || rules_.cache.shared) {
        return kNoUnit;  // all units hold the same: the least load decides
    }
    std::uint32_t best = kNoUnit, most = 0;
    for (std::uint32_t unit = 0; unit < units_.size(); ++unit) {
        if (ready(unit) && units_[unit].load < places_) {
            const std::uint32_t hits = workers_.cached_blocks(unit, pool_.blocks(slot));
            if (hits > most ||
                (hits > 0 && hits == most && units_[unit].load < units_[best].load)) {
                best = unit;
                most = hits;
            }
        }
    }
    return best;
}

}  // namespace tidepool::serving
