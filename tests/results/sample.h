#pragma once
// A header and ids to go with small_ledger().

#include <array>
#include <string_view>

#include "sim/results/result_file.h"
#include "tests/model/small_ledger.h"

namespace tidepool::results {

inline constexpr std::array<std::string_view, 5> kTextIds{"a", "job_2", "x-3", "Ü4", "007"};
inline constexpr std::array<std::string_view, 5> kNumberIds{"5", "-3", "0", "9223372036854775807",
                                                            "12"};

inline Header sample_header() {
    Header header;
    header.title = "small run";
    header.engine = "simgrid";
    header.network = "maxmin";
    header.seed = 18'446'744'073'709'551'615ull;
    header.origin = "2017-10-03T00:00:00+08:00";
    header.horizon = Ticks{3200};
    header.source_yaml = "name: small run  # für dich\n";
    header.resolved_yaml = "name: small run\nseed: 7\n";
    header.overrides = {"seed=7", "horizon=200 s"};
    header.inputs = {{"scenario.yaml", std::string(64, 'a'), 29},
                     {"traces/t.csv.gz", std::string(64, '0'), 5'000'000'000}};
    return header;
}

}  // namespace tidepool::results
