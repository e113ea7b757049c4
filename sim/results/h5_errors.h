#pragma once
// Errors of the HDF5 library as ours. For the .cpp files of h5 only.

#include <cstdint>
#include <string_view>

namespace tidepool::results::h5 {

// Keeps the library from printing its error stack while it lives.
class Quiet {
public:
    Quiet();
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    int (*print_)(std::int64_t, void*) = nullptr;
    void* data_ = nullptr;
};

// RunError: what could not be done, and the innermost entry of the library's error stack.
[[noreturn]] void fail(std::string_view attempted);

// Passes a result of the library through; negative ones are errors.
template <class T>
T must(T result, std::string_view attempted) {
    if (result < 0) {
        fail(attempted);
    }
    return result;
}

}  // namespace tidepool::results::h5
