#pragma once
// Requests to an inference service, one after the other: from a trace file, or drawn from rates.
// Memory does not grow with their number.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tidepool::workloads {

inline constexpr std::uint32_t kMostTokens = 1U << 24U;  // of a prompt, of an answer
inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

struct Request {
    std::int64_t arrival = 0;         // ns since second 0 of the demand; never decreases
    std::uint32_t tokens_in = 1;      // of the prompt, 1 .. kMostTokens
    std::uint32_t tokens_out = 1;     // generated, 1 .. kMostTokens
    std::uint32_t request_class = 0;  // index into RequestStream::classes()
    // Ids of the blocks of tokens that the prompt begins with, first block first; the last one may
    // be incomplete. Equal id: equal text up to the end of that block. Empty: not recorded. Valid
    // until the next call of next().
    std::span<const std::uint64_t> blocks;
};

class RequestStream {
public:
    virtual ~RequestStream() = default;
    // False at the end. Throws InputError, with file, line and column, for a bad row, RunError for
    // a file that cannot be read.
    virtual bool next(Request& request) = 0;
    // Names of the classes of requests met so far (a tenant or a tier of service, as the trace has
    // it); [0] is "", the class of requests for which none is given.
    virtual const std::vector<std::string>& classes() const = 0;
    virtual std::uint32_t block_tokens() const { return 0; }  // tokens of a block; 0: no blocks
};

}  // namespace tidepool::workloads
