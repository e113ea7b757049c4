#include <cuda_runtime.h>

#include "sim/batch/devices.h"

namespace tidepool::batch {

std::vector<Device> devices(std::string* why_none) {
    std::string why;
    std::vector<Device> found;
    int count = 0;
    cudaError_t error = cudaGetDeviceCount(&count);
    for (int id = 0; id < count && error == cudaSuccess; ++id) {
        cudaDeviceProp properties{};
        error = cudaGetDeviceProperties(&properties, id);
        if (error == cudaSuccess) {
            found.push_back({id, properties.name, properties.major, properties.minor,
                             properties.totalGlobalMem, properties.multiProcessorCount});
        }
    }
    if (error != cudaSuccess) {
        why = cudaGetErrorString(error);
        found.clear();             // never half a list
        (void)cudaGetLastError();  // do not leave it for the next caller
    } else if (found.empty()) {
        why = "no CUDA device";
    }
    if (why_none != nullptr) {
        *why_none = why;
    }
    return found;
}

std::string cuda_version() {
    return std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10);
}

}  // namespace tidepool::batch
