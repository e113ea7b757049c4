#include "sim/batch/gpu_rows.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/batch/gpu_launch.h"
#include "sim/batch/gpu_parallel.h"
#include "sim/batch/gpu_queue.h"

namespace tidepool::batch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kUnderWay = 2;  // launches: one runs, one waits
// Parts of the memory that may be taken: by the warps of all launches, by what one launch reads and
// writes, by the cells of one launch.
constexpr std::uint64_t kWarpsShare = 2, kLaunchShare = 8, kCellsShare = 8;
constexpr std::uint64_t kMostLaunchBytes = 256U << 20U;  // this machine holds them, too
constexpr double kMostGrowth = 4;                        // of a launch over the one before

class Session {
public:
    Session(Accelerator& device, const GpuOptions& options, const Source& source, const Sink& sink,
            const Stop& stop, const std::function<void(const GpuNeed&)>& report,
            const LuckSource& luck_of)
        : device_(device),
          options_(options),
          source_(source),
          sink_(sink),
          stop_(stop),
          report_(report),
          luck_of_(luck_of),
          ladder_{options.ladder, device.shared_bytes()},
          free_bytes_(device.free_bytes()),
          memory_(device, gpu_limit(device, options)) {}

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() {
        for (const UnderWay& launch : under_way_) {  // memory that they use is about to go
            try {
                device_.wait(launch.launch.number());
            } catch (const std::exception&) {  // what ended the session is known already
            }
        }
    }

    void run() {
        for (;;) {
            const bool stopped = stop_();
            if (!stopped) {
                pull();
            }
            if (!stopped && !here_.empty()) {
                run_some_here();
            } else if (!stopped && !queue_.empty() && under_way_.size() < kUnderWay) {
                start();
            } else if (!under_way_.empty()) {
                finish();
            } else {
                return;
            }
        }
    }

private:
    struct UnderWay {
        GpuLaunch launch;
        Clock::time_point begun;
    };

    // Asks for tasks until there are enough of one kind for a launch.
    void pull() {
        while (!exhausted_ && here_.empty()) {
            const std::uint64_t wanted = queue_.empty() ? 1 : rows_wanted(queue_.first());
            if (queue_.most() >= wanted || queue_.size() >= 4 * wanted) {
                return;
            }
            const std::vector<Task> tasks = source_(wanted - queue_.most());
            exhausted_ = tasks.empty();
            for (const Task& task : tasks) {
                add(task);
            }
        }
    }

    void add(const Task& task) {
        if (last_cell_ == nullptr || &last_cell_->cell() != task.cell.get()) {
            last_cell_ = cell_of(task.cell);
            const scenario::Compiled& compiled = task.cell->compiled;
            const std::string why =
                compiled.has_solver ? "its jobs share a network, whose rates CPU threads solve"
                : compiled.billed   ? "it is billed, from what CPU threads record"
                : !compiled.services.empty() ? "it has services, whose units CPU threads follow"
                : !compiled.plan.tenants.empty()
                    ? "it has tenants, whose jobs CPU threads schedule"
                    : why_not(least_bytes(last_cell_), device_, memory_.limit());
            last_fits_ = why.empty();
            if (!last_fits_ && options_.too_large == TooLarge::kRefuse) {
                throw RunError("row " + std::to_string(task.row) + ": " + why);
            }
        }
        GpuRow row;
        row.row = task.row;
        row.seed = task.seed;
        row.cell = last_cell_;
        row.rung = row.cell->first_rung();
        if (last_fits_) {
            queue_.push(std::move(row));
        } else {
            here_.push_back(std::move(row));
        }
    }

    std::shared_ptr<GpuCell> cell_of(const std::shared_ptr<const Cell>& cell) {
        std::erase_if(cells_, [](const auto& known) { return known.second.expired(); });
        std::shared_ptr<GpuCell> found = cells_[cell.get()].lock();
        if (found == nullptr) {
            found = std::make_shared<GpuCell>(cell, ladder_);
            cells_[cell.get()] = found;
        }
        return found;
    }

    // As many rows like this one as the device runs at a time, or as it runs in the time that a
    // launch should take.
    std::uint64_t rows_wanted(const GpuRow& like) {
        const auto [known, is_new] = wanted_.try_emplace(kind_of(like), 0.0);
        if (is_new) {
            known->second = wave(like);
        }
        return static_cast<std::uint64_t>(known->second);
    }
    std::uint32_t wave(const GpuRow& like) {
        const LaunchKind kind = kind_of(like);
        const WarpMemory warp = like.cell->warp_memory(like.slots(), like.outage_count);
        const std::uint32_t warps = most_warps(stride_of(kind, warp));
        return std::min(options_.most_rows, best_shape(device_, kind, warp.hot, warps).warps());
    }
    std::uint32_t most_warps(std::size_t stride) const {
        return static_cast<std::uint32_t>(
            std::clamp<std::uint64_t>(memory_.limit() / kWarpsShare / stride, 1, core::kNone));
    }

    // Hands out the rows that have no luck, whose problem that is.
    void drop_problems(std::vector<GpuRow>& rows) {
        std::vector<Row> failed;
        for (const GpuRow& row : rows) {
            if (!row.problem.empty()) {
                failed.push_back({row.row, row.seed, {}, row.problem, {}});
            }
        }
        std::erase_if(rows, [](const GpuRow& row) { return !row.problem.empty(); });
        hand_out(std::move(failed));
    }

    void hand_out(std::vector<Row>&& rows) {
        if (!rows.empty()) {
            sink_(std::move(rows));
        }
    }

    void start() {
        std::vector<GpuRow> rows =
            queue_.take(rows_wanted(queue_.first()), memory_.limit() / kCellsShare);
        const std::uint64_t most =
            std::min<std::uint64_t>(memory_.limit() / kLaunchShare, kMostLaunchBytes);
        draw_some(rows, most);
        drop_problems(rows);
        if (rows.empty()) {
            return;
        }
        GpuLaunch launch(std::move(rows));
        while (launch.bytes() > most && launch.rows().size() > 1) {
            launch = first_half(std::move(launch));
        }
        place(std::move(launch));
    }

    // Draws the luck of rows until it takes about so many bytes; the others wait again.
    void draw_some(std::vector<GpuRow>& rows, std::uint64_t most) {
        constexpr std::size_t kRows = 1024;  // at a time
        std::uint64_t bytes = 0;
        std::size_t drawn = 0;
        while (drawn < rows.size() && bytes < most) {
            const std::size_t count = std::min(kRows, rows.size() - drawn);
            in_parallel(count, options_.host_threads,
                        [&](std::size_t i) { draw(rows[drawn + i], luck_of_); });
            for (const std::size_t last = drawn + count; drawn < last; ++drawn) {
                bytes += rows[drawn].steps.size() * sizeof(core::NodeStep);
            }
        }
        queue_.push_first(rows, drawn);
    }

    // The others wait again.
    GpuLaunch first_half(GpuLaunch&& launch) {
        std::vector<GpuRow> rows = launch.take_rows();
        const std::size_t half = rows.size() / 2;
        queue_.push_first(rows, half);
        return GpuLaunch(std::move(rows));
    }

    // Starts the launch, with fewer warps and rows if memory is short.
    void place(GpuLaunch&& launch) {
        bool cleared = false;
        std::uint32_t warps =
            std::min(most_warps(launch.stride()), static_cast<std::uint32_t>(launch.rows().size()));
        for (;;) {
            const LaunchShape shape = best_shape(device_, launch.kind(), launch.warp().hot, warps);
            if (memory_.bytes() == 0) {
                memory_.grow(bytes_for(launch, shape));
            }
            tell(launch, shape);
            if (launch.start(device_, memory_, warps_, shape)) {
                under_way_.push_back({std::move(launch), Clock::now()});
                return;
            }
            if (!under_way_.empty()) {
                finish();
                continue;
            }
            unload_all();
            if (memory_.grow(bytes_for(launch, shape)) || !std::exchange(cleared, true)) {
                continue;
            }
            if (shape.warps() > 1) {
                warps = shape.warps() / 2;
            } else if (launch.rows().size() > 1) {
                launch = first_half(std::move(launch));
            } else {
                here_.push_back(std::move(launch.rows().front()));
                return;
            }
        }
    }

    std::uint64_t bytes_for(const GpuLaunch& launch, const LaunchShape& shape) const {
        std::uint64_t bytes = aligned(shape.warps() * launch.stride()) + 2 * launch.bytes();
        for (const GpuCell* const cell : launch.cells()) {
            bytes += aligned(cell->bytes());
        }
        return bytes;
    }

    // No launch is under way.
    void unload_all() {
        for (const auto& [key, known] : cells_) {
            if (const std::shared_ptr<GpuCell> cell = known.lock()) {
                cell->unload();
            }
        }
        warps_.reset();
    }

    void tell(GpuLaunch& launch, const LaunchShape& shape) {
        if (std::exchange(told_, true) || !report_) {
            return;
        }
        GpuNeed need;
        need.device = device_.name();
        need.free_bytes = free_bytes_;
        need.limit_bytes = memory_.limit();
        need.taken_bytes = memory_.bytes();
        need.cell_bytes = launch.cells().front()->bytes();
        need.warp_bytes = launch.stride();
        need.shared_bytes = shape.hot_is_shared ? shape.hot_bytes : 0;
        need.warps = shape.warps();
        need.rows = static_cast<std::uint32_t>(launch.rows().size());
        report_(need);
    }

    // Waits for the oldest launch and hands out its rows.
    void finish() {
        UnderWay done = std::move(under_way_.front());
        under_way_.pop_front();
        done.launch.collect(device_);
        const Clock::time_point now = Clock::now();
        adapt(done.launch,
              std::chrono::duration<double>(now - std::max(done.begun, finished_)).count());
        finished_ = now;
        std::vector<std::size_t> ended = run_others_again(done.launch);
        std::vector<Row> rows(ended.size());
        in_parallel(ended.size(), options_.host_threads, [&](std::size_t i) {
            rows[i] = finished(done.launch.rows()[ended[i]], done.launch.tally(ended[i]));
        });
        attach_waits(done.launch, ended, rows);
        hand_out(std::move(rows));
    }

    void adapt(GpuLaunch& launch, double seconds) {
        const GpuRow& like = launch.rows().front();
        const double rows = static_cast<double>(launch.rows().size());
        const double goal = rows * options_.launch_seconds / std::max(seconds, 1e-6);
        const double least = wave(like);
        wanted_[launch.kind()] = std::min<double>(
            std::clamp(goal, least, std::max(least, kMostGrowth * rows)), options_.most_rows);
    }

    // Rows that need more slots go up the ladder; returns the others' numbers.
    std::vector<std::size_t> run_others_again(GpuLaunch& launch) {
        std::vector<std::size_t> ended;
        std::vector<std::uint64_t> of_cell(launch.cells().size()), too_few(of_cell);
        std::vector<std::size_t> rung(of_cell.size());
        for (std::size_t i = 0; i < launch.rows().size(); ++i) {
            ++of_cell[launch.cell_of(i)];
            rung[launch.cell_of(i)] = launch.rows()[i].rung;
            if (!launch.tally(i).too_many_slots) {
                ended.push_back(i);
                continue;
            }
            GpuRow row = std::move(launch.rows()[i]);
            ++too_few[launch.cell_of(i)];
            ++row.rung;
            TP_ASSERT(row.rung < row.cell->rungs().size(), "the last rung has slots for all jobs");
            queue_.push(std::move(row));
        }
        for (std::size_t c = 0; c < of_cell.size(); ++c) {
            launch.cells()[c]->learn(rung[c], of_cell[c], too_few[c]);
        }
        return ended;
    }

    // Each cell's waits go with the first of its complete rows.
    static void attach_waits(GpuLaunch& launch, const std::vector<std::size_t>& ended,
                             std::vector<Row>& rows) {
        std::vector<bool> attached(launch.cells().size());
        for (std::size_t i = 0; i < ended.size(); ++i) {
            const std::size_t cell = launch.cell_of(ended[i]);
            if (rows[i].problem.empty() && !attached[cell]) {
                attached[cell] = true;
                rows[i].waits = wait_counts(launch.waits(cell));
            }
        }
    }

    // Rows that the device cannot hold.
    void run_some_here() {
        const std::size_t count = std::min<std::size_t>(here_.size(), options_.host_threads);
        std::vector<Row> rows(count);
        in_parallel(count, options_.host_threads,
                    [&](std::size_t i) { rows[i] = run_here(here_[i], luck_of_); });
        here_.erase(here_.begin(), here_.begin() + static_cast<std::ptrdiff_t>(count));
        hand_out(std::move(rows));
    }

    Accelerator& device_;
    const GpuOptions& options_;
    const Source& source_;
    const Sink& sink_;
    const Stop& stop_;
    const std::function<void(const GpuNeed&)>& report_;
    const LuckSource& luck_of_;
    const Ladder ladder_;
    const std::uint64_t free_bytes_;
    GpuMemory memory_;  // before all that has blocks of it
    std::map<const Cell*, std::weak_ptr<GpuCell>> cells_;
    std::shared_ptr<GpuCell> last_cell_;  // of the last task
    bool last_fits_ = false;
    std::shared_ptr<GpuMemory::Block> warps_;
    GpuQueue queue_;
    std::deque<GpuRow> here_;
    std::deque<UnderWay> under_way_;
    std::map<LaunchKind, double> wanted_;  // rows of a launch
    Clock::time_point finished_;           // the launch before
    bool exhausted_ = false;               // the source is
    bool told_ = false;
};

}  // namespace

void run_on_device(Accelerator& device, const GpuOptions& options, const Source& source,
                   const Sink& sink, const Stop& stop,
                   const std::function<void(const GpuNeed&)>& report, const LuckSource& luck_of) {
    Session(device, options, source, sink, stop, report, luck_of).run();
}

}  // namespace tidepool::batch
