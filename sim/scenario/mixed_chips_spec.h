#pragma once
// Gangs of several GPU models, as the YAML tells it. docs/scheduling.md says what it means.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"

namespace tidepool::scenario {

enum class WorkShare : std::uint8_t { kEqual, kProportional };

struct MixedChipsSpec {
    std::vector<std::string> models;
    std::vector<Fraction> speeds;
    WorkShare share = WorkShare::kEqual;
    Fraction efficiency{1};
    friend bool operator==(const MixedChipsSpec&, const MixedChipsSpec&) = default;
};

// What must hold between the fields.
void validate(const MixedChipsSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);

}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct KindTable<scenario::WorkShare> {
    using Enum = scenario::WorkShare;
    static constexpr std::array kinds{
        Kind<Enum>{"equal", Enum::kEqual,
                   "every GPU gets as much: the gang is as fast as its slowest member"},
        Kind<Enum>{
            "proportional", Enum::kProportional,
            "every GPU gets as much as it can do: the sum of the speeds, times `efficiency`"},
    };
};

template <>
struct SpecTable<scenario::MixedChipsSpec> {
    using Spec = scenario::MixedChipsSpec;
    static constexpr std::string_view name = "mixed-chips";
    static constexpr std::string_view doc =
        "GPU models whose nodes serve the same jobs, also together in one gang.";
    static constexpr std::tuple fields{
        Field{"models", &Spec::models, required(1, 100),
              "At least two, by their names in the catalogue. The first is the one that the "
              "durations of traces are for."},
        Field{"speeds", &Spec::speeds, optional(0.001, 1),
              "Of each, over the first one's; absent = by their dense BF16 peaks. None is faster "
              "than the first."},
        Field{"share", &Spec::share, optional(), "How a mixed gang divides its work."},
        Field{"efficiency", &Spec::efficiency, optional(0.001, 1),
              "Of a gang that is really mixed, with `share: proportional`: achieved speed over the "
              "sum of its members' speeds."},
    };
};

}  // namespace tidepool::config
