#pragma once
// TP_ASSERT(condition, "why it must hold"): always on, in every build. A broken invariant is our
// bug: the message names it and the process aborts (exit code 134). Device code traps.

#include <cstdio>
#include <cstdlib>

// On a device everything is inlined: then the compiler knows which pointers are into shared memory.
// TP_RARE: what few runs need stays out of the loops that all of them go through.
#if defined(__CUDA_ARCH__)
#define TP_HD __host__ __device__ __attribute__((always_inline))
#define TP_UNROLL _Pragma("unroll")
#define TP_RARE
#elif defined(__CUDACC__)
#define TP_HD __host__ __device__
#define TP_UNROLL
#define TP_RARE
#else
#define TP_HD
#define TP_UNROLL
#define TP_RARE __attribute__((noinline))
#endif

namespace tidepool {

[[noreturn]] inline void broken_invariant(const char* condition, const char* why, const char* file,
                                          int line) {
    std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, why, condition);
    std::abort();
}

}  // namespace tidepool

#if defined(__CUDA_ARCH__)
#define TP_ASSERT(condition, why) ((condition) ? void(0) : __trap())
#else
#define TP_ASSERT(condition, why) \
    ((condition) ? void(0) : ::tidepool::broken_invariant(#condition, why, __FILE__, __LINE__))
#endif
