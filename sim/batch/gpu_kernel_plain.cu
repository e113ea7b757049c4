#include "sim/batch/gpu_kernel.cuh"

namespace tidepool::batch {

Kernel plain_kernel(bool hot_is_shared) {
    return hot_is_shared ? run_chunk<false, true> : run_chunk<false, false>;
}

}  // namespace tidepool::batch
