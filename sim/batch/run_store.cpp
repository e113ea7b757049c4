#include "sim/batch/run_store.h"

#include <exception>

namespace tidepool::batch {
namespace {

template <class T>
std::size_t bytes_of(const std::vector<T>& list) {
    return list.capacity() * sizeof(T);
}

std::size_t bytes_of(const money::Usage& usage) {
    std::size_t bytes = sizeof(UnbilledReplica) + bytes_of(usage.leases) + bytes_of(usage.shares) +
                        bytes_of(usage.waits) + bytes_of(usage.outages) + bytes_of(usage.tokens) +
                        bytes_of(usage.node_model) + bytes_of(usage.node_gpus);
    for (const std::vector<money::StateBin>& states : usage.states) {
        bytes += bytes_of(states);
    }
    return bytes;
}

}  // namespace

std::shared_ptr<const UnbilledReplica> RunStore::get(const std::string& key,
                                                     const std::function<UnbilledReplica()>& make) {
    std::promise<Run> promise;
    std::shared_future<Run> future;
    bool mine = false;
    {
        const std::lock_guard lock(mutex_);
        const auto [at, is_new] = runs_.try_emplace(key);
        mine = is_new;
        if (mine) {
            at->second = promise.get_future().share();
            ++made_;
        }
        future = at->second;
    }
    if (mine) {
        try {
            Run run = std::make_shared<const UnbilledReplica>(make());
            const std::size_t bytes = bytes_of(run->usage);
            promise.set_value(std::move(run));
            const std::lock_guard lock(mutex_);
            bytes_ += bytes;
            age_.emplace_back(key, bytes);
            let_go();
        } catch (...) {  // for everybody who waits
            promise.set_exception(std::current_exception());
        }
    }
    return future.get();
}

// The oldest first: cells are handed out in order, so others are done with it.
void RunStore::let_go() {
    while (bytes_ > most_bytes_ && age_.size() > 1) {
        bytes_ -= age_.front().second;
        runs_.erase(age_.front().first);
        age_.pop_front();
    }
}

std::uint64_t RunStore::runs() const {
    const std::lock_guard lock(mutex_);
    return made_;
}

}  // namespace tidepool::batch
