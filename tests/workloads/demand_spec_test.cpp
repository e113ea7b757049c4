// The `demand:` section: what YAML may say.

#include "workloads/demand_spec.h"

#include <gmock/gmock.h>

#include "sim/config/read.h"
#include "sim/config/value.h"
#include "sim/config/write.h"

namespace tidepool::workloads {
namespace {

using ::testing::HasSubstr;

DemandSpec read_spec(const std::string& yaml, Issues& issues) {
    return config::read<DemandSpec>(config::parse_yaml(yaml, "d.yaml", issues), "", issues);
}
std::string complaints_of(const std::string& yaml) {
    Issues issues;
    read_spec(yaml, issues);
    std::string text;
    for (const Issue& issue : issues.list()) {
        text += to_string(issue) + '\n';
    }
    return text;
}

TEST(DemandSpec, GoesToYamlAndBack) {
    Issues issues;
    const DemandSpec spec = read_spec(
        "format: servegen\nfile: a.tar.gz\nwindow: [1 h, 1 d]\nscale: 2.5\nrepeat: true\n"
        "lengths: {in: {fixed: 100}, out: {exponential: 50}}\n"
        "classes: [{name: a, share: 40 %}, {name: b, share: 60 %}]\n",
        issues);
    EXPECT_TRUE(issues.empty());
    EXPECT_EQ(spec.format, DemandFormat::kServeGen);
    EXPECT_EQ(spec.window[1], Seconds{86'400});
    EXPECT_EQ(spec.scale, 2.5);
    EXPECT_EQ(read_spec(config::to_yaml(spec), issues), spec);
    EXPECT_TRUE(issues.empty());
}

TEST(DemandSpec, FileOrTide) {
    EXPECT_EQ(complaints_of("scale: 2\n"), "d.yaml:1:1: file: a file or a tide is missing\n");
    EXPECT_EQ(complaints_of("file: a\nformat: rates\nrepeat: true\nwindow: [1 s, 2 s]\n"
                            "tide: {base: 1 /s}\nlengths: {in: {fixed: 1}, out: {fixed: 1}}\n"),
              "d.yaml:5:7: tide: either a file or a tide, not both\n"
              "d.yaml:2:9: format: a tide has none; it is that of a file\n"
              "d.yaml:4:9: window: a tide has none; it is that of a file\n"
              "d.yaml:3:9: repeat: a tide does not end; only files are repeated\n");
}

TEST(DemandSpec, LengthsAreForRatesAndTides) {
    EXPECT_THAT(complaints_of("tide: {base: 1 /s}\n"),
                HasSubstr("lengths: a tide does not say how long requests are, add e.g. lengths:"));
    EXPECT_THAT(complaints_of("file: a\nformat: servegen\n"),
                HasSubstr("lengths: a file of rates does not say how long requests are"));
    EXPECT_EQ(complaints_of("file: a\nformat: mooncake\narrivals: {cv: 2}\n"
                            "lengths: {in: {fixed: 1}, out: {fixed: 1}}\n"),
              "d.yaml:4:10: lengths: a file of requests has its own\n"
              "d.yaml:3:11: arrivals: a file of requests has its own\n");
    EXPECT_EQ(complaints_of("file: a\nlengths: {in: {fixed: 1}, out: {fixed: 1}}\n"), "")
        << "the file will tell";
}

TEST(DemandSpec, NumbersHaveRanges) {
    EXPECT_THAT(
        complaints_of("file: a\nwindow: [2 s, 2 s]\n"),
        HasSubstr("d.yaml:2:9: window: two times are wanted, the second later (got [2 s, 2 s])"));
    EXPECT_THAT(complaints_of("file: a\nwindow: [2 s]\n"), HasSubstr("two times are wanted"));
    EXPECT_THAT(complaints_of("file: a\nscale: 0\n"), HasSubstr("d.yaml:2:8: scale:"));
    EXPECT_THAT(complaints_of("file: a\nscale: 1e7\n"), HasSubstr("d.yaml:2:8: scale:"));
    EXPECT_THAT(complaints_of("file: a\nformat: mooncak\n"), HasSubstr("did you mean 'mooncake'?"));
    EXPECT_THAT(complaints_of("file: a\nclasses: [{name: a, share: 0.5}]\n"), HasSubstr("classes"));
}

}  // namespace
}  // namespace tidepool::workloads
