// A CUDA device as an accelerator.

#include <deque>
#include <string>

#include <cuda_runtime.h>

#include "sim/base/issue.h"
#include "sim/batch/accelerator.h"
#include "sim/batch/gpu_kernel.cuh"

namespace tidepool::batch {
namespace {

Kernel kernel_of(const LaunchShape& shape) {
    return shape.interruptible ? interruptible_kernel(shape.hot_is_shared)
                               : plain_kernel(shape.hot_is_shared);
}

class CudaAccelerator : public Accelerator {
public:
    explicit CudaAccelerator(int device) : device_(device) {
        cudaDeviceProp properties{};
        check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
        name_ = properties.name;
        multiprocessors_ = static_cast<std::uint32_t>(properties.multiProcessorCount);
        shared_bytes_ = properties.sharedMemPerBlockOptin;
        use();
        for (const bool interruptible : {false, true}) {
            LaunchShape shape;
            shape.interruptible = interruptible;
            shape.hot_is_shared = true;
            check(
                cudaFuncSetAttribute(kernel_of(shape), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                     static_cast<int>(shared_bytes_)),
                "cudaFuncSetAttribute");
        }
        check(cudaStreamCreateWithFlags(&copies_, cudaStreamNonBlocking), "cudaStreamCreate");
        check(cudaStreamCreateWithFlags(&kernels_, cudaStreamNonBlocking), "cudaStreamCreate");
    }
    CudaAccelerator(const CudaAccelerator&) = delete;
    CudaAccelerator& operator=(const CudaAccelerator&) = delete;
    ~CudaAccelerator() override {  // whatever fails now has nobody to tell
        (void)cudaSetDevice(device_);
        for (const cudaEvent_t event : ends_) {
            (void)cudaEventDestroy(event);
        }
        (void)cudaStreamDestroy(copies_);
        (void)cudaStreamDestroy(kernels_);
    }

    std::string name() const override { return name_; }
    std::uint64_t free_bytes() override {
        use();
        std::size_t free = 0, all = 0;
        check(cudaMemGetInfo(&free, &all), "cudaMemGetInfo");
        return free;
    }
    std::size_t shared_bytes() override { return shared_bytes_; }
    std::uint32_t resident_blocks(const LaunchShape& shape) override {
        use();
        int blocks = 0;
        check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel_of(shape),
                                                            threads(shape), shape.shared_bytes()),
              "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
        return static_cast<std::uint32_t>(blocks) * multiprocessors_;
    }

    void* allocate(std::size_t bytes) override {
        use();
        void* memory = nullptr;
        const cudaError_t error = cudaMalloc(&memory, bytes);
        if (error == cudaErrorMemoryAllocation) {
            (void)cudaGetLastError();  // do not leave it for the next call
            return nullptr;
        }
        check(error, "cudaMalloc");
        return memory;
    }
    void release(void* memory) noexcept override {
        (void)cudaSetDevice(device_);
        (void)cudaFree(memory);
    }
    void upload(void* to, const void* from, std::size_t bytes) override {
        copy(to, from, bytes, cudaMemcpyHostToDevice);
    }
    void download(void* to, const void* from, std::size_t bytes) override {
        copy(to, from, bytes, cudaMemcpyDeviceToHost);
    }
    void clear(void* memory, std::size_t bytes) override {
        use();
        check(cudaMemsetAsync(memory, 0, bytes, copies_), "cudaMemsetAsync");
        check(cudaStreamSynchronize(copies_), "cudaStreamSynchronize");
    }

    std::uint64_t launch(const LaunchShape& shape, const Chunk& chunk) override {
        use();
        const dim3 grid(shape.blocks);
        const dim3 block(static_cast<unsigned>(threads(shape)));
        kernel_of(shape)<<<grid, block, shape.shared_bytes(), kernels_>>>(chunk);
        check(cudaGetLastError(), "launch");
        cudaEvent_t end{};
        check(cudaEventCreateWithFlags(&end, cudaEventBlockingSync | cudaEventDisableTiming),
              "cudaEventCreate");
        ends_.push_back(end);  // counted even if it cannot be recorded: then it has happened
        ++launches_;
        check(cudaEventRecord(end, kernels_), "cudaEventRecord");
        return launches_;
    }
    void wait(std::uint64_t number) override {
        use();
        while (launches_ - ends_.size() < number) {
            check(cudaEventSynchronize(ends_.front()), "the kernel");
            check(cudaEventDestroy(ends_.front()), "cudaEventDestroy");
            ends_.pop_front();
        }
    }

private:
    static int threads(const LaunchShape& shape) {
        return static_cast<int>(shape.warps_per_block) * kWarpLanes;
    }

    // The device of the calling thread.
    void use() const { check(cudaSetDevice(device_), "cudaSetDevice"); }

    void check(cudaError_t error, const char* call) const {
        if (error != cudaSuccess) {
            throw RunError("CUDA device " + std::to_string(device_) +
                           (name_.empty() ? "" : " (" + name_ + ")") + ": " + call + ": " +
                           cudaGetErrorString(error));
        }
    }

    void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
        use();
        check(cudaMemcpyAsync(to, from, bytes, kind, copies_), "cudaMemcpyAsync");
        check(cudaStreamSynchronize(copies_), "cudaStreamSynchronize");
    }

    const int device_;
    std::string name_;
    std::uint32_t multiprocessors_ = 0;
    std::size_t shared_bytes_ = 0;
    cudaStream_t copies_ = nullptr, kernels_ = nullptr;
    std::deque<cudaEvent_t> ends_;  // of the launches that nobody has waited for yet, in order
    std::uint64_t launches_ = 0;
};

}  // namespace

std::unique_ptr<Accelerator> open_accelerator(int device) {
    return std::make_unique<CudaAccelerator>(device);
}

}  // namespace tidepool::batch
