#pragma once
// Tidepool's own CSV of rates: what its reader and its writer share.
//
//   # origin: 2024-05-12T00:00:00Z
//   # end: 604800
//   time,rate,client,tokens_in,tokens_out,law,shape
//   0,12.5,chat,1200,300,gamma,0.8
//
// Only time (s) and rate (requests/s) are needed. `cv` may stand for law and shape.

#include <string_view>

namespace tidepool::workloads {

inline constexpr std::string_view kEndNote = "end";
inline constexpr std::string_view kGammaName = "gamma";
inline constexpr std::string_view kWeibullName = "weibull";

}  // namespace tidepool::workloads
