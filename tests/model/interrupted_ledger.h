#pragma once
// A run with interruptions, small enough to add up on paper: 1600 ticks = 100 s, bins of 640 ticks,
// five nodes of 2 GPUs. Node 3 is a spare; node 4 arrives at 800. Times in ticks.
//
//   outage                                                      interrupts
//   0  [0, 800)      not installed  node 4
//   1  [100, 300)    degraded       node 2, to half the speed
//   2  [276, 1076)   repair         node 1                      job 0 (4 GPUs)
//   3  [1400, 1500)  maintenance    node 1, a spare by then
//   4  1550          interruption   node 1                      nobody
//
//   job  gpus  submit  attempts                                           queued    end
//   0       4       0  [0, 276) outage 2, [324, 700) completed                 0    700
//   1       2       0  [0, 500) own failure, [700, 1000) preempted    168 + 600      -  queued
//   2       2     200  [532, 732) completed                                  332    732
//   3       8    1000  [1000, 1600) running                                    0      -
//   4       2    1100  -                                                     500      -  queued
//
// Job 0: 480 ticks of work, a checkpoint of 16 ticks after every 160. By 276 it has done 260, of
// which 100 are lost. Node 3 takes the place of node 1 at once; detect 32 and swap 16 ticks later
// it restarts, 40 ticks, and does the 320 that are missing, with one checkpoint. It always has 4
// GPUs.
//   attempt 0: useful 160, lost 100, checkpoint 16, restart (after its end) 48
//   attempt 2: useful 320, checkpoint 16, restart 40
// Job 1: no checkpoints. By 500 it has done 400 in 500 ticks (100 of them lost to the degradation),
// holds its GPUs until 532, waits until 700, restarts in 40 ticks, does 260 and loses them, too.
//   attempt 1: lost 400, stalled 100, restart 32
//   attempt 4: lost 260, restart 40
// Jobs 2 and 3 do 200 and 600 ticks of work.
//
// GPU-ticks                    [0, 640)              [640, 1280)               [1280, 1600) total
//   allocated   job 0              2560                      240 2800
//               job 1              1064                      600 1664 job 2               216 184
//               400 job 3                                       2240                     2560 4800
//               together           3840                     3264                     2560 9664
//   down        node 1        2*364=728              2*436 = 872              2*100 = 200 1800
//   spare       nodes 3, 1    2*276=552              2*204 = 408              2*220 = 440 1400
//   absent      node 4             1280                      320 1600 idle 0 1536 0       1536 gpus
//   * time                    6400                     6400                     3200      16000
// queue_length  332 + 108 = 440         60 + 280 + 180 = 520                320 + 320 = 640 1600

#include "sim/model/ledger.h"

namespace tidepool::model {

// Times in ticks of all `gpus` GPUs.
inline GpuTime gpu_time(std::uint64_t gpus, std::uint64_t useful, std::uint64_t lost,
                        std::uint64_t stalled, std::uint64_t checkpoint, std::uint64_t restart) {
    return {1024 * gpus * useful, 1024 * gpus * lost, 1024 * gpus * stalled, gpus * checkpoint,
            gpus * restart};
}

inline void add_outages(Ledger& ledger) {
    ledger.outages.causes = {"arrival", "host", "thermal", "upgrade"};
    ledger.outages.list = {
        {Ticks{0}, Ticks{800}, 0, 4, 4, 5, kWholeNode, OutageKind::kNotInstalled},
        {Ticks{100}, Ticks{300}, 2, 2, 2, 3, kWholeNode, OutageKind::kDegraded, Reach::kAll, 512},
        {Ticks{276}, Ticks{1076}, 1, 1, 1, 2, kWholeNode, OutageKind::kRepair},
        {Ticks{1400}, Ticks{1500}, 3, 0, 1, 2, kWholeNode, OutageKind::kMaintenance},
        {Ticks{1550}, Ticks{1550}, 1, 1, 1, 2, 1, OutageKind::kInterruption, Reach::kMultiNode},
    };
    ledger.effects = {{}, {}, {1, 4}, {}, {}};
}

inline void add_attempts(Ledger& ledger) {
    ledger.attempts = {
        {0, Ticks{0}, Ticks{276}, AttemptEnd::kOutage, 2, Ticks{324}, 1, 0, 2,
         gpu_time(4, 160, 100, 0, 16, 48)},
        {1, Ticks{0}, Ticks{500}, AttemptEnd::kSoftware, kNoOutage, Ticks{700}, 0, 2, 1,
         gpu_time(2, 0, 400, 100, 0, 32)},
        {0, Ticks{324}, Ticks{700}, AttemptEnd::kCompleted, kNoOutage, kNever, 1, 0, 2,
         gpu_time(4, 320, 0, 0, 16, 40)},
        {2, Ticks{532}, Ticks{732}, AttemptEnd::kCompleted, kNoOutage, kNever, 0, 2, 1,
         gpu_time(2, 200, 0, 0, 0, 0)},
        {1, Ticks{700}, Ticks{1000}, AttemptEnd::kPreempted, kNoOutage, kNever, 0, 0, 1,
         gpu_time(2, 0, 260, 0, 0, 40)},
        {3, Ticks{1000}, Ticks{1600}, AttemptEnd::kRunning, kNoOutage, kNever, 0, 0, 4,
         gpu_time(8, 600, 0, 0, 0, 0)},
    };
}

inline void add_jobs(Ledger& ledger) {
    ledger.jobs.resize(5);
    const auto fill = [&](std::size_t j, std::uint32_t gpus, Ticks submit, Ticks start, Ticks end,
                          JobState state, Ticks queued, std::uint32_t attempts, GpuTime time) {
        JobRecord& job = ledger.jobs[j];
        job.gpus = gpus;
        job.submit = submit;
        job.start = start;
        job.end = end;
        job.state = state;
        job.queued = queued;
        job.attempts = attempts;
        job.nodes = start == kNever ? 0 : (gpus + 1) / 2;
        job.time = time;
    };
    fill(0, 4, Ticks{0}, Ticks{0}, Ticks{700}, JobState::kCompleted, Ticks{0}, 2,
         gpu_time(4, 480, 100, 0, 32, 88));
    fill(1, 2, Ticks{0}, Ticks{0}, kNever, JobState::kQueued, Ticks{768}, 2,
         gpu_time(2, 0, 660, 100, 0, 72));
    fill(2, 2, Ticks{200}, Ticks{532}, Ticks{732}, JobState::kCompleted, Ticks{332}, 1,
         gpu_time(2, 200, 0, 0, 0, 0));
    fill(3, 8, Ticks{1000}, Ticks{1000}, kNever, JobState::kRunning, Ticks{0}, 1,
         gpu_time(8, 600, 0, 0, 0, 0));
    fill(4, 2, Ticks{1100}, kNever, kNever, JobState::kQueued, Ticks{500}, 0, {});
    ledger.jobs[0].interval = Ticks{160};
    ledger.jobs[0].checkpoints = 2;
    ledger.jobs[0].interruptions = 1;
    ledger.jobs[1].interruptions = 1;
    ledger.jobs[1].preemptions = 1;
    ledger.jobs[2].first_node = 2;
}

// Jobs 1 and 2 held their GPUs until they queued again, and were done: see above.
inline void add_holdings(Ledger& ledger) {
    ledger.holdings = {{0, 0, 4},   {0, 1, 2},   {532, 1, kWaits},  {532, 2, 2}, {700, 0, 0},
                       {700, 1, 2}, {732, 2, 0}, {1000, 1, kWaits}, {1000, 3, 8}};
}

inline Ledger interrupted_ledger() {
    Ledger ledger;
    ledger.gpus = 10;
    ledger.spare_gpus = 2;
    ledger.end = Ticks{1600};
    ledger.interruptible = true;
    ledger.bin_width = Ticks{640};
    ledger.bins = {{3840, 728, 552, 1280, 880, 440},
                   {3264, 872, 408, 320, 1040, 520},
                   {2560, 200, 440, 0, 1280, 640}};
    ledger.total = {9664, 1800, 1400, 1600, 3200, 1600};
    ledger.queue_length_max = 2;
    ledger.node_gpus = {2, 2, 2, 2, 2};
    ledger.node_names = {"n0", "n1", "n2", "n3", "n4"};
    ledger.tenants = {""};
    ledger.gpu_models = {"H100"};
    ledger.events = 7;
    add_outages(ledger);
    add_attempts(ledger);
    add_jobs(ledger);
    add_holdings(ledger);
    return ledger;
}

}  // namespace tidepool::model
