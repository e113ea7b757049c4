#include "sim/serving/block_cache.h"

#include "sim/base/assert.h"

namespace tidepool::serving {

std::uint32_t BlockCache::hits(std::span<const std::uint64_t> blocks) const {
    std::uint32_t hits = 0;
    while (hits < blocks.size() && at_.contains(blocks[hits])) {
        ++hits;
    }
    return hits;
}

std::uint64_t BlockCache::use(std::span<const std::uint64_t> blocks) {
    for (std::size_t i = blocks.size(); i-- > 0;) {
        const auto [found, is_new] = at_.try_emplace(blocks[i], 0);
        if (!is_new) {
            unlink(found->second);
        } else if (free_.empty()) {
            TP_ASSERT(nodes_.size() < 0xFFFF'FFFFU, "a cache holds at most 2^32 blocks");
            found->second = static_cast<std::uint32_t>(nodes_.size());
            nodes_.push_back({blocks[i]});
        } else {
            found->second = free_.back();
            free_.pop_back();
            nodes_[found->second].block = blocks[i];
        }
        put_first(found->second);
    }
    std::uint64_t fallen = 0;
    for (; at_.size() > capacity_; ++fallen) {
        const std::uint32_t oldest = nodes_[0].newer;
        unlink(oldest);
        at_.erase(nodes_[oldest].block);
        free_.push_back(oldest);
    }
    return fallen;
}

void BlockCache::clear() {
    nodes_.assign(1, Node{});
    free_.clear();
    at_.clear();
}

void BlockCache::unlink(std::uint32_t at) {
    const Node node = nodes_[at];
    nodes_[node.newer].older = node.older;
    nodes_[node.older].newer = node.newer;
}

void BlockCache::put_first(std::uint32_t at) {
    nodes_[at].newer = 0;
    nodes_[at].older = nodes_[0].older;
    nodes_[nodes_[0].older].newer = at;
    nodes_[0].older = at;
}

}  // namespace tidepool::serving
