#pragma once
// Tidepool's own CSV of requests: what its reader and its writer share.
//
//   # origin: 2023-11-16T18:15:46.68059
//   # block_tokens = 512
//   arrival,tokens_in,tokens_out,class,blocks
//   0,374,44,chat,17 18
//
// Both notes, and the columns class and blocks, may be missing.

#include <cstddef>
#include <string_view>

namespace tidepool::workloads {

inline constexpr std::string_view kBlockTokensNote = "block_tokens";
inline constexpr std::size_t kMostClasses = 1'000;

}  // namespace tidepool::workloads
