#pragma once
// Collects what is wrong with one trace file. Lists the first kListed problems and counts the rest,
// so that a file with a million bad rows gives a readable answer; after kTooMany the reader should
// stop reading.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/base/issue.h"

namespace tidepool::workloads {

class Problems {
public:
    static constexpr std::uint64_t kListed = 50;
    static constexpr std::uint64_t kTooMany = 100'000;

    // Reports to `issues`, which must outlive this, under the name `file`.
    Problems(std::string file, Issues& issues) : file_(std::move(file)), issues_(issues) {}

    // line and column count from 1; 0 means the file (or the line) as a whole.
    void add(std::uint64_t line, std::size_t column, std::string_view path, std::string problem,
             std::string hint = {});

    const std::string& file() const { return file_; }
    bool any() const { return count_ > 0; }
    bool too_many() const { return count_ >= kTooMany; }

    // Adds "and N more problems" where some were not listed. Call once, at the end.
    void finish();

private:
    std::string file_;
    Issues& issues_;
    std::uint64_t count_ = 0;
};

// The text as it goes into a message: in quotes, cut after 40 bytes, bytes outside printable ASCII
// as \xNN.
std::string shown(std::string_view text);

// " (got '...')": the end of a problem that a value caused.
std::string got(std::string_view text);

}  // namespace tidepool::workloads
