#pragma once
// The least of n keys that change one at a time: a tournament in an array. Among equal keys the
// first one wins. O(log n) for a change and to find whose the least one is, O(1) for its value.

#include <bit>
#include <cstdint>
#include <vector>

namespace tidepool::serving {

class MinTree {
public:
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};  // nobody can win with it

    explicit MinTree(std::uint32_t n) : leaves_(std::bit_ceil(n | 1U)), keys_(2 * leaves_, kNone) {}

    std::uint64_t min() const { return keys_[1]; }
    std::uint64_t key(std::uint32_t i) const { return keys_[leaves_ + i]; }
    std::uint32_t first() const {
        std::uint32_t node = 1;
        while (node < leaves_) {
            node *= 2;
            node += static_cast<std::uint32_t>(keys_[node] != keys_[node / 2]);
        }
        return node - leaves_;
    }
    void set(std::uint32_t i, std::uint64_t key) {
        std::uint32_t node = leaves_ + i;
        keys_[node] = key;
        while (node > 1) {
            const std::uint64_t other = keys_[node ^ 1U];
            key = other < key ? other : key;
            node /= 2;
            if (keys_[node] == key) {
                return;  // nothing changes further up
            }
            keys_[node] = key;
        }
    }

private:
    std::uint32_t leaves_;
    std::vector<std::uint64_t> keys_;  // [1] is the root, children of k are 2k and 2k + 1
};

}  // namespace tidepool::serving
