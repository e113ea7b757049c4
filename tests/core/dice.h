#pragma once
// Chance for tests of random cases: case by case its own stream, the same on every machine.

#include <cstdint>

#include "sim/base/random.h"

namespace tidepool::core {

class Dice {
public:
    explicit Dice(std::uint32_t number) : number_(number) {}
    std::uint32_t from(std::uint32_t low, std::uint32_t high) {
        const Block words = draw(4711, Purpose::kSynthetic, number_, rolls_ / 4);
        return low + bounded(words[rolls_++ % 4], high - low + 1);
    }
    bool chance(std::uint32_t percent) { return from(0, 99) < percent; }

private:
    std::uint32_t number_, rolls_ = 0;
};

}  // namespace tidepool::core
