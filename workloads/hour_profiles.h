#pragma once
// Named shapes of a day: how many requests come in each hour of the local clock, as measured. One
// visible table. Values as published or measured, to two decimals; users normalise them to mean 1.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/config/field.h"

namespace tidepool::workloads {

enum class HourProfile : std::uint8_t {
    kFlat,
    kDeepseek,
    kAzure2024,
    kServegenLarge,
    kServegenSmall,
    kServegenReasoning,
};

struct HourProfileRow {
    std::string_view name;
    HourProfile value;
    std::string_view summary;  // what was measured; source and licence
    std::array<double, 24> hours;
};

constexpr std::array kHourProfiles{
    HourProfileRow{
        "flat", HourProfile::kFlat, "all hours alike", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
    HourProfileRow{"deepseek",
                   HourProfile::kDeepseek,
                   "DeepSeek-V3/R1, one day, income from tokens by hour, read off a figure of the "
                   "inference system overview (deepseek-ai/open-infra-index, day 6)",
                   {.93,  .77,  .56,  .34,  .27,  .27,  .34,  .59,  .99,  1.26, 1.30, 1.28,
                    1.15, 1.22, 1.30, 1.32, 1.30, 1.19, 1.14, 1.26, 1.31, 1.32, 1.33, 1.27}},
    HourProfileRow{"azure-2024",
                   HourProfile::kAzure2024,
                   "Azure LLM 2024, conversation, one week with its weekend, hours in UTC, read "
                   "off a figure (Stojkovic et al., HPCA 2025; CC-BY-4.0)",
                   {.89,  .96,  .96,  .79,  .79,  .87,  .97,  1.06, 1.07, 1.04, .97, 1.03,
                    1.14, 1.27, 1.31, 1.25, 1.15, 1.10, 1.10, 1.02, .95,  .82,  .74, .77}},
    HourProfileRow{"servegen-m-large",
                   HourProfile::kServegenLarge,
                   "ServeGen m-large, first week, 162 clients (Xiang et al., arXiv 2505.09999; "
                   "Apache-2.0)",
                   {.98,  .96,  .96,  .91,  .90,  .89,  .84,  .83,  .83,  .92,  1.02, 1.09,
                    1.01, 1.04, 1.09, 1.06, 1.04, 1.04, 1.02, 1.17, 1.19, 1.08, 1.07, 1.07}},
    HourProfileRow{"servegen-m-small",
                   HourProfile::kServegenSmall,
                   "ServeGen m-small, first week, 43 clients (Xiang et al., arXiv 2505.09999; "
                   "Apache-2.0)",
                   {.84,  .67,  .66,  .66,  .62,  .64,  .72,  .81,  .98,  1.18, 1.15, 1.10,
                    1.04, 1.01, 1.05, 1.04, 1.07, 1.08, 1.07, 1.22, 1.47, 1.47, 1.34, 1.11}},
    HourProfileRow{"servegen-deepseek-r1",
                   HourProfile::kServegenReasoning,
                   "ServeGen deepseek-r1, one day, 73 clients, two humps (Xiang et al., arXiv "
                   "2505.09999; Apache-2.0)",
                   {1.21, 1.39, 2.03, 1.79, 1.06, .91, .75, .58, .60,  .66,  .81,  .83,
                    .45,  .54,  .68,  .70,  .88,  .55, .75, .59, 1.24, 1.62, 2.19, 1.18}},
};

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct KindTable<workloads::HourProfile> {
    static constexpr auto kinds = [] {
        std::array<Kind<workloads::HourProfile>, workloads::kHourProfiles.size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            const workloads::HourProfileRow& row = workloads::kHourProfiles[i];
            all[i] = {row.name, row.value, row.summary};
        }
        return all;
    }();
};

}  // namespace tidepool::config
