#include "sim/batch/gpu_sweep.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/batch/cell_store.h"
#include "sim/batch/devices.h"
#include "sim/batch/gpu_parallel.h"

namespace tidepool::batch {
namespace {

// What the host threads of the devices share.
class Team {
public:
    Team(const scenario::Sweep& sweep, WorkList& work, const GpuOptions& options,
         std::size_t devices, const Sink& sink, const Stop& stop,
         const std::function<void(const GpuNeed&)>& report)
        : sweep_(sweep),
          work_(work),
          cells_(sweep, devices * (kMostCellsAtATime + 1)),
          options_(options),
          devices_(devices),
          sink_(sink),
          stop_(stop),
          report_(report) {
        options_.host_threads = std::max(1U, options.host_threads / static_cast<unsigned>(devices));
    }

    void work_with(Accelerator& device) {
        try {
            run_on_device(
                device, options_, [this](std::uint64_t most) { return take(most); },
                [this](std::vector<Row>&& rows) { hand_out(std::move(rows)); },
                [this] { return stopped(); },
                [this](const GpuNeed& need) {
                    const std::lock_guard lock(mutex_);
                    if (report_) {
                        report_(need);
                    }
                });
        } catch (...) {  // thrown again where the team was called
            const std::lock_guard lock(mutex_);
            failure_ = failure_ ? failure_ : std::current_exception();
            failed_ = true;
        }
    }

    void throw_if_failed() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

private:
    bool stopped() const { return failed_ || stop_(); }

    void hand_out(std::vector<Row>&& rows) {
        const std::lock_guard lock(mutex_);
        if (!failed_ && !rows.empty()) {
            sink_(std::move(rows));
        }
    }

    // Nothing only if nothing is left, or the end has come.
    std::vector<Task> take(std::uint64_t most) {
        std::vector<Task> tasks;
        while (tasks.empty() && !stopped()) {
            const std::vector<Rows> blocks = take_blocks(most);
            if (blocks.empty()) {
                break;
            }
            std::vector<CellOrProblem> cells(blocks.size());
            in_parallel(blocks.size(), options_.host_threads, [&](std::size_t b) {
                cells[b] = cells_.get(blocks[b].first / sweep_.replicas());
            });
            std::vector<Row> failed;
            for (std::size_t b = 0; b < blocks.size(); ++b) {
                add(blocks[b], cells[b], tasks, failed);
            }
            hand_out(std::move(failed));
        }
        return tasks;
    }

    // Towards the end the devices share what is left.
    std::vector<Rows> take_blocks(std::uint64_t most) {
        const std::uint64_t share = work_.left() / (2 * devices_) + 1;
        std::uint64_t wanted = devices_ == 1 ? most : std::min(most, share);
        std::vector<Rows> blocks;
        while (wanted > 0 && blocks.size() < kMostCellsAtATime) {
            const std::optional<Rows> block = work_.take(wanted);
            if (!block) {
                break;
            }
            wanted -= block->count();
            blocks.push_back(*block);
        }
        return blocks;
    }

    void add(const Rows& block, const CellOrProblem& cell, std::vector<Task>& tasks,
             std::vector<Row>& failed) const {
        for (std::uint64_t row = block.first; row < block.last; ++row) {
            if (cell.cell == nullptr) {
                failed.push_back({row, 0, {}, cell.problem, {}});
                continue;
            }
            const auto replica = static_cast<std::uint32_t>(row % sweep_.replicas());
            const auto seed = static_cast<std::uint64_t>(cell.cell->loaded->spec.seed);
            tasks.push_back({cell.cell, row, scenario::replica_seed(seed, replica)});
        }
    }

    const scenario::Sweep& sweep_;
    WorkList& work_;
    CellStore cells_;
    GpuOptions options_;  // for one device
    const std::size_t devices_;
    const Sink& sink_;
    const Stop& stop_;
    const std::function<void(const GpuNeed&)>& report_;
    std::mutex mutex_;  // of the sink, the report and the failure
    std::exception_ptr failure_;
    std::atomic<bool> failed_{false};
};

}  // namespace

void run_on_gpus(const scenario::Sweep& sweep, WorkList& work,
                 const std::vector<std::unique_ptr<Accelerator>>& devices,
                 const GpuOptions& options, const Sink& sink, const Stop& stop,
                 const std::function<void(const GpuNeed&)>& report) {
    TP_ASSERT(!devices.empty(), "somebody must do the work");
    Team team(sweep, work, options, devices.size(), sink, stop, report);
    {
        std::vector<std::jthread> others;  // joined at the end of the block
        for (std::size_t d = 1; d < devices.size(); ++d) {
            others.emplace_back([&team, &devices, d] { team.work_with(*devices[d]); });
        }
        team.work_with(*devices.front());
    }
    team.throw_if_failed();
}

void run_on_gpus(const scenario::Sweep& sweep, WorkList& work, const std::vector<int>& devices,
                 const GpuOptions& options, const Sink& sink, const Stop& stop,
                 const std::function<void(const GpuNeed&)>& report) {
    std::vector<int> numbers = devices;
    if (numbers.empty()) {
        std::string why_none;
        for (const Device& device : batch::devices(&why_none)) {
            numbers.push_back(device.id);
        }
        if (numbers.empty()) {
            throw RunError("no CUDA device: " + why_none);
        }
    }
    std::vector<std::unique_ptr<Accelerator>> opened;
    for (const int number : numbers) {
        opened.push_back(open_accelerator(number));
    }
    run_on_gpus(sweep, work, opened, options, sink, stop, report);
}

}  // namespace tidepool::batch
