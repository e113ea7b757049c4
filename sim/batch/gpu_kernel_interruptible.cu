#include "sim/batch/gpu_kernel.cuh"

namespace tidepool::batch {

Kernel interruptible_kernel(bool hot_is_shared) {
    return hot_is_shared ? run_chunk<true, true> : run_chunk<true, false>;
}

}  // namespace tidepool::batch
