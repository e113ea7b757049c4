#include "sim/base/issue.h"
#include "sim/batch/accelerator.h"

namespace tidepool::batch {

std::unique_ptr<Accelerator> open_accelerator(int device) {
    throw RunError("CUDA device " + std::to_string(device) + ": built without CUDA");
}

}  // namespace tidepool::batch
