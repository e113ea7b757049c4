#include <iostream>

#include "sim/base/json.h"
#include "sim/base/version.h"
#include "sim/batch/devices.h"
#include "sim/cli/commands.h"
#include "sim/engine/simgrid_version.h"
#include "sim/results/hdf5_version.h"

namespace tidepool::cli {

ExitCode version_command(const Arguments& arguments) {
    if (!arguments.json) {
        std::cout << "tidepool " << version() << " (" << git_commit()
                  << (git_dirty() ? ", modified" : "") << ")\n";
        return ExitCode::kOk;
    }
    std::string why_none;
    const std::vector<batch::Device> devices = batch::devices(&why_none);
    JsonWriter json;
    json.begin_object()
        .member("version", version())
        .member("git_commit", git_commit())
        .member("git_dirty", git_dirty())
        .member("compiler", compiler())
        .member("build_type", build_type())
        .member("simgrid", engine::simgrid_version())
        .member("hdf5", results::hdf5_version())
        .member("cuda", batch::cuda_version())
        .key("devices")
        .begin_array();
    for (const batch::Device& device : devices) {
        json.begin_object()
            .member("name", device.name)
            .member("memory_bytes", device.memory_bytes)
            .end_object();
    }
    json.end_array();
    if (devices.empty()) {
        json.member("no_device", why_none);
    }
    std::cout << json.end_object().str();
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
