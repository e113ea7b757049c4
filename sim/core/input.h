#pragma once
// Input<T>: a pointer to a read-only array of the compiled scenario; reads like `const T*`, also
// null. On a device such arrays always lie in global memory, and Input says so at every use: the
// plan itself may lie in shared memory, and of a pointer that is read from there the compiler
// cannot know it, which makes every load through it a generic one.

#include <cstddef>

#include "sim/base/assert.h"

namespace tidepool::core {

template <class T>
class Input {
public:
    TP_HD constexpr Input(const T* at = nullptr) : at_(at) {}
    TP_HD constexpr operator const T*() const {
#if defined(__CUDA_ARCH__)
        // By an instruction, because the compiler would cancel the intrinsic against its reverse.
        std::size_t global = 0;
        asm("cvta.to.global.u64 %0, %1;" : "=l"(global) : "l"(at_));
        return static_cast<const T*>(__cvta_global_to_generic(global));
#else
        return at_;
#endif
    }

private:
    const T* at_;
};

}  // namespace tidepool::core
