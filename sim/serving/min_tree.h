#pragma once
// The least of n keys that change one at a time: a tournament in an array. Among equal keys the
// first one wins. O(log n) for a change, O(1) to see who is the least.

#include <bit>
#include <cstdint>
#include <vector>

namespace tidepool::serving {

class MinTree {
public:
    static constexpr std::uint64_t kNone = ~std::uint64_t{0} >> 1U;  // the largest; of nobody

    explicit MinTree(std::uint32_t n) : leaves_(std::bit_ceil(n | 1U)), nodes_(2 * leaves_) {
        for (std::uint32_t node = 2 * leaves_ - 1; node > 0; --node) {
            nodes_[node].who = node >= leaves_ ? node - leaves_ : nodes_[2 * node].who;
        }
    }

    std::uint64_t min() const { return nodes_[1].key; }
    std::uint32_t first() const { return nodes_[1].who; }
    void set(std::uint32_t who, std::uint64_t key) {
        std::uint32_t at = leaves_ + who;
        Node node{key, who};
        nodes_[at] = node;
        while (at > 1) {
            const Node other = nodes_[at ^ 1U];
            // Of equals the left one wins: the sibling, if this is a right child.
            const bool loses = other.key < node.key + (at & 1U);
            node = loses ? other : node;
            at /= 2;
            if (nodes_[at].key == node.key && nodes_[at].who == node.who) {
                return;  // nothing changes further up
            }
            nodes_[at] = node;
        }
    }

private:
    struct Node {
        std::uint64_t key = kNone;
        std::uint32_t who = 0;
    };
    std::uint32_t leaves_;
    std::vector<Node> nodes_;  // [1] is the root, children of k are 2k and 2k + 1
};

}  // namespace tidepool::serving
