#include "sim/cli/result_output.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/base/issue.h"
#include "sim/base/version.h"
#include "sim/batch/devices.h"
#include "sim/engine/simgrid_version.h"
#include "sim/results/hdf5_version.h"

namespace tidepool::cli {
namespace {

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

}  // namespace

std::string default_output(const std::string& name) {
    std::string file;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                           (c == '.' && !file.empty());
        file += plain ? c : '-';
    }
    return file + ".h5";
}

results::Provenance provenance(const std::string& command_line, double wall_seconds,
                               const std::string& device, unsigned threads) {
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const std::string cuda = batch::cuda_version();
    return {
        {"version", std::string(version())},
        {"git_commit", std::string(git_commit())},
        {"git_dirty", std::int64_t{git_dirty() ? 1 : 0}},
        {"compiler", std::string(compiler())},
        {"build_type", std::string(build_type())},
        {"simgrid", engine::simgrid_version()},
        {"hdf5", results::hdf5_version()},
        {"cuda", cuda.empty() ? std::string("none") : cuda},
        {"device", device},
        {"threads", std::int64_t{threads}},
        {"argv", command_line},
        {"hostname", std::string(host.data())},
        {"created_utc", utc_now()},
        {"wall_s", wall_seconds},
        {"peak_rss_bytes", std::int64_t{usage.ru_maxrss} * 1024},
    };
}

void refuse_input_as_output(const std::string& input, const std::string& output) {
    std::error_code none;
    if (std::filesystem::equivalent(input, output, none)) {
        throw input_error(output, "is an input of this run", "choose another name for the result");
    }
}

void refuse_input_as_output(const std::vector<scenario::Input>& inputs, const std::string& file,
                            const std::string& output) {
    for (const std::string& name : {output, output + ".partial"}) {
        refuse_input_as_output(file, name);
        for (const scenario::Input& input : inputs) {
            refuse_input_as_output(input.location, name);
        }
    }
}

}  // namespace tidepool::cli
