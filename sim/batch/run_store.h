#pragma once
// Runs of billed scenarios before they are billed. Cells of a sweep that differ only in prices and
// costs share them: their runs are the same, so they are made once. Safe for use from several
// threads.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sim/batch/replica.h"
#include "sim/money/usage.h"

namespace tidepool::batch {

// A replica without money.
struct UnbilledReplica {
    ReplicaResult result;
    WaitHistogram waits{};
    money::Usage usage;  // of a complete one
};

// All that decides about the runs of a billed scenario but the seed: without prices and costs,
// unless what tenants bid decides who runs.
std::string run_key_of(const scenario::Loaded& loaded);

class RunStore {
public:
    // Holds about so many bytes of runs at most, beside those in use; runs that had to be let go
    // are made again.
    explicit RunStore(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    // The run of this key (what decides about it, seed included), made by `make` if nobody has.
    std::shared_ptr<const UnbilledReplica> get(const std::string& key,
                                               const std::function<UnbilledReplica()>& make);

    std::uint64_t runs() const;  // made so far

private:
    using Run = std::shared_ptr<const UnbilledReplica>;
    void let_go();

    std::size_t most_bytes_, bytes_ = 0;
    std::uint64_t made_ = 0;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_future<Run>> runs_;
    std::deque<std::pair<std::string, std::size_t>> age_;  // finished ones and their sizes
};

}  // namespace tidepool::batch
