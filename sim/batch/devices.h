#pragma once
// The CUDA devices of this machine. Works in every build and on every machine: without CUDA,
// without a driver or without a device the list is empty and says why; it never aborts.

#include <cstdint>
#include <string>
#include <vector>

namespace tidepool::batch {

struct Device {
    int id = 0;                // CUDA's ordinal, as --device takes it
    std::string name;          // "NVIDIA H100 80GB HBM3"
    int major = 0, minor = 0;  // compute capability, e.g. 9.0
    std::uint64_t memory_bytes = 0;
    int multiprocessors = 0;
};

// In the order of their ids. When the list is empty, *why_none (if given) is a sentence fragment
// such as "no CUDA-capable device is detected"; otherwise it is cleared.
std::vector<Device> devices(std::string* why_none = nullptr);

// The CUDA runtime that this program was built with, e.g. "13.0"; empty when built without CUDA.
std::string cuda_version();

}  // namespace tidepool::batch
