#pragma once
// A run small enough to add up on paper: 4 GPUs, 100 s = 1600 ticks, bins of 40 s = 640 ticks.
//
//   job  gpus  submit  start    end   fate                     waits    holds (GPU-ticks)
//   0       2       0      0    640   completed                    0    2 * 640 = 1280
//   1       4     160    640   1440   failed                     480    4 * 800 = 3200
//   2       1     320   1440      -   running at the end        1120    1 * 160 =  160
//   3       4     800      -      -   queued at the end        (800)
//   4      16     100      -      -   rejected, too large
//
//   bin            allocated            queue_length             queued_gpus
//   [0, 640)       1280                 480 + 320 = 800          4*480 + 1*320         = 2240
//   [640, 1280)    4*640 = 2560         640 + 480 = 1120         1*640 + 4*480         = 2560
//   [1280, 1600)   4*160 + 160 = 800    160 + 320 = 480          1*160 + 4*320         = 1440
//   total          4640                 2400                     6240

#include <algorithm>

#include "sim/model/ledger.h"

namespace tidepool::model {

inline Ledger small_ledger() {
    Ledger ledger;
    ledger.gpus = 4;
    ledger.end = Ticks{1600};
    ledger.bin_width = Ticks{640};
    ledger.tenants = {"", "acme", "Zoë"};
    ledger.gpu_models = {"H100"};
    ledger.bins = {
        {.allocated = 1280, .queued_gpus = 2240, .queue_length = 800},
        {.allocated = 2560, .queued_gpus = 2560, .queue_length = 1120},
        {.allocated = 800, .queued_gpus = 1440, .queue_length = 480},
    };
    ledger.total = {.allocated = 4640, .queued_gpus = 6240, .queue_length = 2400};
    ledger.queue_length_max = 2;
    ledger.events = 7;
    ledger.jobs.resize(5);
    const auto fill = [&](std::size_t j, std::uint32_t gpus, Ticks submit, Ticks start, Ticks end,
                          JobState state) {
        JobRecord& job = ledger.jobs[j];
        job.gpus = gpus;
        job.submit = submit;
        job.start = start;
        job.end = end;
        job.state = state;
        job.nodes = start == kNever ? 0 : 1;
        job.attempts = job.nodes;
        if (state != JobState::kRejected) {
            const Ticks until = std::min(end, ledger.end);
            job.queued = Ticks{std::min(start, ledger.end).value - submit.value};
            job.time.useful = 1024ull * gpus * (until.value - submit.value - job.queued.value);
        }
        job.plan = 1;
    };
    fill(0, 2, Ticks{0}, Ticks{0}, Ticks{640}, JobState::kCompleted);
    fill(1, 4, Ticks{160}, Ticks{640}, Ticks{1440}, JobState::kFailed);
    fill(2, 1, Ticks{320}, Ticks{1440}, kNever, JobState::kRunning);
    fill(3, 4, Ticks{800}, kNever, kNever, JobState::kQueued);
    fill(4, 16, Ticks{100}, kNever, kNever, JobState::kRejected);
    ledger.jobs[1].tenant = 2;
    ledger.jobs[2].first_node = 3;
    ledger.jobs[4].rejection = Rejection::kTooLarge;
    return ledger;
}

}  // namespace tidepool::model
