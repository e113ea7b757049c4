#pragma once
// A prefix cache: blocks of tokens by id, the least recently used ones fall out. The blocks of a
// prompt are used last one first, so that of two prompts' prefixes the ends go before the starts.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace tidepool::serving {

class BlockCache {
public:
    explicit BlockCache(std::uint64_t capacity) : capacity_(capacity) {}

    // Blocks at the start of `blocks` that are here.
    std::uint32_t hits(std::span<const std::uint64_t> blocks) const;
    // Uses blocks that are here, and adds those that are not. Returns how many fell out.
    std::uint64_t use(std::span<const std::uint64_t> blocks);
    void clear();

private:
    struct Node {
        std::uint64_t block = 0;
        std::uint32_t newer = 0, older = 0;
    };
    void unlink(std::uint32_t at);
    void put_first(std::uint32_t at);

    std::uint64_t capacity_;
    std::vector<Node> nodes_ = {Node{}};  // [0] closes the ring: its `older` is the newest block
    std::vector<std::uint32_t> free_;
    std::unordered_map<std::uint64_t, std::uint32_t> at_;  // never walked: its order is chance
};

}  // namespace tidepool::serving
