#pragma once
// Runs rows of a sweep on GPUs: one host thread per device, all of them over the same list of work.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/batch/gpu_rows.h"
#include "sim/batch/work_list.h"
#include "sim/scenario/sweep.h"

namespace tidepool::batch {

// As run_on_threads(); `report` is called once for every device, before its first launch, by one
// thread at a time. The devices share `options.host_threads`.
void run_on_gpus(const scenario::Sweep& sweep, WorkList& work,
                 const std::vector<std::unique_ptr<Accelerator>>& devices,
                 const GpuOptions& options, const Sink& sink, const Stop& stop,
                 const std::function<void(const GpuNeed&)>& report);

// The same on the CUDA devices of these numbers; none: on all that there are.
void run_on_gpus(const scenario::Sweep& sweep, WorkList& work, const std::vector<int>& devices,
                 const GpuOptions& options, const Sink& sink, const Stop& stop,
                 const std::function<void(const GpuNeed&)>& report);

}  // namespace tidepool::batch
