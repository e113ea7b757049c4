// Writes generated demand as a trace.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "sim/base/issue.h"
#include "sim/cli/commands.h"
#include "sim/config/read.h"
#include "workloads/drawn_requests.h"
#include "workloads/expected_bins.h"
#include "workloads/generated_demand.h"

namespace tidepool::cli {
namespace {

struct HowLong {
    std::int64_t seed = 0;
    Seconds until{7 * 86'400};
    Seconds bin{300};
};

constexpr double kMostBins = 1e7;

}  // namespace
}  // namespace tidepool::cli

namespace tidepool::config {

template <>
struct SpecTable<cli::HowLong> {
    using Spec = cli::HowLong;
    static constexpr std::string_view name = "generate";
    static constexpr std::string_view doc = "Options of `tidepool trace generate`.";
    static constexpr std::tuple fields{
        Field{"seed", &Spec::seed, optional(0), "Whose luck."},
        Field{"until", &Spec::until, optional(1, workloads::kClockEnd), "How long it lasts."},
        Field{"bin", &Spec::bin, optional(1, workloads::kClockEnd), "Width of a bin."},
    };
};

}  // namespace tidepool::config

namespace tidepool::cli {
namespace {

// Texts of options are read as YAML is, which knows units.
HowLong read_options(const Arguments& arguments, Issues& issues) {
    config::Value section;
    section.kind = config::Value::Kind::kMap;
    section.at = {"command line", 0, 0};
    const auto set = [&](const std::string& key, const std::optional<std::string>& text) {
        if (text) {
            config::Value value;
            value.kind = config::Value::Kind::kScalar;
            value.text = *text;
            value.at = section.at;
            section.members.push_back({key, section.at, std::move(value)});
        }
    };
    set("seed", arguments.seed);
    set("until", arguments.until);
    set("bin", arguments.bin);
    const auto how = config::read<HowLong>(section, "", issues);
    if (arguments.bin && arguments.kind != "rates") {
        issues.add(section.at, "bin", "has no effect", "it needs --kind rates");
    } else if (how.until.value / how.bin.value > kMostBins) {
        issues.add(section.at, "bin", "gives more than 10,000,000 rates", "take wider bins");
    }
    return how;
}

}  // namespace

ExitCode trace_generate_command(const Arguments& arguments) {
    const std::string& file = arguments.files.at(0);
    Issues issues;
    const HowLong how = read_options(arguments, issues);
    const auto demand =
        config::read<workloads::GeneratedDemand>(config::load_yaml(file, issues), "", issues);
    issues.throw_if_any();
    const auto seed = static_cast<std::uint64_t>(how.seed);
    const workloads::RateTrace rates = workloads::generate_tide(demand.tide, seed, 0, how.until);
    if (arguments.kind == "rates") {
        const auto bins = workloads::expected_bins(rates, demand.lengths, how.bin, how.until);
        workloads::write_rates(bins, how.bin, how.until, rates.origin, arguments.output,
                               arguments.force);
        std::cerr << "wrote " << bins.size() << " rates to " << arguments.output << '\n';
        return ExitCode::kOk;
    }
    const auto requests = workloads::draw_requests(rates, demand.lengths, demand.arrivals,
                                                   demand.classes, seed, 0, how.until);
    const std::uint64_t count =
        workloads::write_requests(*requests, rates.origin, arguments.output, arguments.force);
    std::cerr << "wrote " << count << " requests to " << arguments.output << '\n';
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
