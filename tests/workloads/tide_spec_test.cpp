#include "workloads/tide_spec.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/write.h"
#include "tests/workloads/demand_rig.h"
#include "workloads/generated_demand.h"

namespace tidepool::workloads {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kAll = R"(tide:
  base: 40 /s
  hours: [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1]
  days: [1, 1, 1, 1, 1, 0.5, 0.5]
  growth: 0.002
  noise: {deviation: 20 %, memory: 2 h, step: 5 min}
  flash: [{at: 10 h, rise: 1 min, hold: 5 min, fall: 10 min, factor: 8}]
  time_zone: Asia/Shanghai
  start: 2026-02-16
lengths:
  in: {lognormal: [6.6, 1]}
  out: {table: [[0, 1], [0.5, 100], [1, 2000]]}
  most: 32768
arrivals: {cv: 2, clients: 50, zipf: 1.1}
classes: [{name: chat, share: 80 %}, {name: batch, share: 20 %}]
)";

TEST(TideSpec, IsReadFromYaml) {
    const auto spec = spec_of<GeneratedDemand>(kAll);
    EXPECT_EQ(spec.tide.base.value, 40);
    EXPECT_EQ(spec.tide.noise->memory, Seconds{7200});
    EXPECT_EQ(spec.tide.flash.at(0).factor, 8);
    EXPECT_EQ(spec.lengths.out.table.at(1), (std::vector<double>{0.5, 100}));
    EXPECT_EQ(spec.arrivals.clients, 50);
    EXPECT_EQ(spec.classes.at(1).share.value, 0.2);
    EXPECT_EQ(spec_of<TideSpec>("{base: 1 /s, profile: azure-2024}").profile,
              HourProfile::kAzure2024);
}

TEST(TideSpec, ReadsBackWhatIsWritten) {
    for (const std::string& yaml :
         {std::string(kAll), std::string("{tide: {base: 1 /h}, lengths: {preset: "
                                         "mooncake-conversation}}")}) {
        const auto spec = spec_of<GeneratedDemand>(yaml);
        EXPECT_EQ(spec_of<GeneratedDemand>(config::to_yaml(spec)), spec) << config::to_yaml(spec);
    }
}

TEST(TideSpec, SaysWhatIsWrong) {
    const auto said = [](const std::string& rest) {
        return complaints_of<TideSpec>("{base: 1 /s, " + rest + "}");
    };
    EXPECT_THAT(complaints_of<TideSpec>("{}"), HasSubstr("base"));
    EXPECT_THAT(complaints_of<TideSpec>("{base: 40}"), HasSubstr("base"));
    EXPECT_THAT(said("profile: deepseak"), HasSubstr("did you mean 'deepseek'?"));
    EXPECT_THAT(said("hours: [1, 2]"), HasSubstr("hours: needs 24 factors (got 2)"));
    EXPECT_THAT(said("days: [0, 0, 0, 0, 0, 0, 0]"), HasSubstr("days: needs a factor above 0"));
    EXPECT_THAT(said("days: [1, 1, 1, 1, 1, 1, -1]"), HasSubstr("days[6]"));
    EXPECT_THAT(said("time_zone: Asia/Shangai"), HasSubstr("did you mean 'Asia/Shanghai'?"));
    EXPECT_THAT(said("start: 2026-02-30"), HasSubstr("start: is no date"));
    EXPECT_THAT(said("start: 2026-1-005"), HasSubstr("start: is no date"));
    EXPECT_THAT(said("noise: {}"), HasSubstr("deviation"));
    EXPECT_THAT(said("noise: {deviation: 0.1, step: 1 s}"), HasSubstr("noise.step"));
    EXPECT_THAT(said("flash: [{at: 1 h, factor: 0.5}]"), HasSubstr("flash[0].factor"));
    std::string hours = "1";
    for (int i = 1; i < 24; ++i) {
        hours += ", 1";
    }
    EXPECT_THAT(said("profile: deepseek, hours: [" + hours + "]"), HasSubstr("beside `profile`"));
    EXPECT_THAT(said("hours: [" + hours + "]"), IsEmpty());
    std::string crowds;
    for (int i = 0; i < 1001; ++i) {
        crowds += "{at: 1 h, factor: 2}, ";
    }
    EXPECT_THAT(said("flash: [" + crowds + "]"), HasSubstr("more than 1000 flash crowds"));
}

TEST(LengthsSpec, WantsOneWayEach) {
    const auto said = [](const std::string& yaml) { return complaints_of<LengthsSpec>(yaml); };
    EXPECT_THAT(said("{in: {fixed: 1}}"), HasSubstr("out: does not say how many tokens"));
    EXPECT_THAT(said("{in: {fixed: 1, exponential: 2}, out: {fixed: 1}}"),
                HasSubstr("in: says in several ways"));
    EXPECT_THAT(said("{preset: azure-2023-conversation, in: {fixed: 1}}"),
                HasSubstr("in: is given beside `preset`"));
    EXPECT_THAT(said("{preset: azure}"), HasSubstr("preset"));
    EXPECT_THAT(said("{in: {fixed: 9}, out: {fixed: 1}, most: 8}"),
                HasSubstr("in: is always longer than `most` (8)"));
    EXPECT_THAT(said("{in: {lognormal: [5]}, out: {fixed: 1}}"), HasSubstr("is not [mu, sigma]"));
    EXPECT_THAT(said("{in: {lognormal: [5, -1]}, out: {fixed: 1}}"), HasSubstr("sigma must be"));
    EXPECT_THAT(said("{in: {lognormal: []}, out: {fixed: 1}}"),
                HasSubstr("in: does not say how many tokens"));
    for (const char* table :
         {"[[0, 1]]", "[[0, 1], [1]]", "[[0, 1], [1, 2, 3]]", "[[0, 5], [1, 4]]",
          "[[0, 1], [0, 2], [1, 3]]", "[[0.1, 1], [1, 2]]", "[[0, 1], [0.9, 2]]",
          "[[0, 1], [2, 3]]", "[0, 1]", "[[0, -1], [1, 2]]", "7"}) {
        EXPECT_THAT(said(std::string("{in: {table: ") + table + "}, out: {fixed: 1}}"),
                    HasSubstr("in.table"))
            << table;
    }
}

TEST(GeneratedDemand, SaysWhatIsWrongWithClasses) {
    const auto said = [](const std::string& classes) {
        return complaints_of<GeneratedDemand>(
            "{tide: {base: 1 /s}, lengths: {in: {fixed: 1}, out: {fixed: 1}}, classes: " + classes +
            "}");
    };
    EXPECT_THAT(said("[{name: a, share: 0.4}, {name: b, share: 0.6}]"), IsEmpty());
    EXPECT_THAT(said("[{name: a, share: 0.4}]"), HasSubstr("shares add up to 0.4, not to 1"));
    EXPECT_THAT(said("[{name: a, share: 0.4}, {name: a, share: 0.6}]"),
                HasSubstr("classes[1].name: is there twice (got 'a')"));
    EXPECT_THAT(said("[{share: 1}]"), HasSubstr("name"));
    EXPECT_THAT(complaints_of<GeneratedDemand>("{tide: {base: 1 /s}, arrivals: {cv: 0}}"),
                testing::AllOf(HasSubstr("lengths"), HasSubstr("arrivals.cv")));
}

}  // namespace
}  // namespace tidepool::workloads
