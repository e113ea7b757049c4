#include "sim/cli/sweep_input.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "sim/base/issue.h"
#include "sim/cli/result_output.h"
#include "sim/config/text.h"
#include "sim/results/kpi_table.h"
#include "sim/results/result_file.h"

namespace tidepool::cli {
namespace {

constexpr std::uint64_t kMostThreads = 4096;

struct Shard {
    std::uint32_t number = 1, of = 1;
};

Shard read_shard(const std::optional<std::string>& given) {
    if (!given) {
        return {};
    }
    const std::string& text = *given;
    Shard shard;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, shard.number);
    const bool slash = first.ec == std::errc{} && first.ptr != end && *first.ptr == '/';
    const auto second = slash ? std::from_chars(first.ptr + 1, end, shard.of) : first;
    if (!slash || second.ec != std::errc{} || second.ptr != end || shard.number < 1 ||
        shard.number > shard.of) {
        throw input_error("--shard",
                          "is to be I/N with 1 <= I <= N (got " + config::shown(text) + ")",
                          "for example 2/4");
    }
    return shard;
}

void check_kpis(const std::vector<std::string>& names) {
    std::vector<std::string> known;
    for (const results::Kpi& kpi : results::kKpis) {
        known.emplace_back(kpi.name);
    }
    Issues issues;
    for (const std::string& name : names) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string hint = did_you_mean(name, known);
            issues.add({"--kpi", 0, 0}, "", "there is no KPI " + config::shown(name),
                       hint.empty() ? "see `tidepool list kpis`" : hint);
        }
    }
    issues.throw_if_any();
}

results::SweepHeader make_header(const scenario::Sweep& sweep, const Shard& shard) {
    std::vector<std::string_view> kpis;
    for (const results::Kpi& kpi : results::kKpis) {
        kpis.push_back(kpi.name);
    }
    results::SweepHeader header;
    header.title = sweep.name();
    header.question = sweep.question();
    header.sweep_id = scenario::sweep_id(sweep, kpis, results::kSchemaVersion);
    header.source_yaml = sweep.source_yaml();
    header.base_yaml = sweep.base_yaml();
    header.cells = sweep.cells();
    header.replicas = sweep.replicas();
    for (const scenario::Axis& axis : sweep.axes()) {
        header.axes.push_back({axis.path, {}});
    }
    for (std::uint64_t cell = 0; cell < sweep.cells(); ++cell) {
        const std::vector<std::string_view> labels = sweep.labels(cell);
        for (std::size_t a = 0; a < labels.size(); ++a) {
            header.axes[a].labels.emplace_back(labels[a]);
        }
    }
    for (const scenario::Input& input : sweep.inputs()) {
        header.inputs.push_back({input.path, input.sha256, input.bytes});
    }
    header.shard = shard.number;
    header.shards = shard.of;
    const auto bound = [&](std::uint64_t parts) {  // floor(parts * rows / of), without overflow
        const std::uint64_t whole = header.rows() / shard.of, rest = header.rows() % shard.of;
        return parts * whole + parts * rest / shard.of;
    };
    header.first_row = bound(shard.number - 1);
    header.last_row = bound(shard.number);
    return header;
}

}  // namespace

std::uint64_t whole_number(const std::string& option, const std::string& text,
                           std::uint64_t least) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || number < least) {
        throw input_error(option, "is to be a whole number, at least " + std::to_string(least) +
                                      " (got " + config::shown(text) + ")");
    }
    return number;
}

SweepJob read_sweep_job(const Arguments& arguments) {
    const Shard shard = read_shard(arguments.shard);
    check_kpis(arguments.kpis);
    const std::uint64_t processors = std::max(1U, std::thread::hardware_concurrency());
    const std::uint64_t threads =
        arguments.threads ? whole_number("--threads", *arguments.threads, 1) : processors;
    if (threads > kMostThreads) {
        throw input_error("--threads", "is more than " + std::to_string(kMostThreads));
    }
    scenario::Sweep sweep = scenario::Sweep::load(arguments.files.at(0), arguments.replicas);
    if (shard.of > sweep.rows()) {
        throw input_error("--shard", "there are more shards than the " +
                                         std::to_string(sweep.rows()) + " rows of the sweep");
    }
    if (sweep.rows() > kManyRows && !arguments.yes && !arguments.dry_run) {
        throw input_error(arguments.files.at(0),
                          "the sweep has " + std::to_string(sweep.rows()) +
                              " rows: " + std::to_string(sweep.cells()) + " cells times " +
                              std::to_string(sweep.replicas()) + " replicas",
                          "if that is meant, say --yes");
    }
    sweep.check_cells(static_cast<unsigned>(threads));
    results::SweepHeader header = make_header(sweep, shard);
    const std::string output =
        arguments.output.empty() ? default_output(sweep.name()) : arguments.output;
    return {std::move(sweep), std::move(header), output, static_cast<unsigned>(threads)};
}

}  // namespace tidepool::cli
