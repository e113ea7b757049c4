#include <iostream>
#include <string>

#include "sim/base/assert.h"
#include "sim/base/atomic_file.h"
#include "sim/cli/commands.h"
#include "sim/cli/topology_input.h"
#include "topology/export.h"
#include "topology/stats.h"

namespace tidepool::cli {
namespace {

topology::ExportFormat export_format(const std::string& name) {
    for (const auto& kind : config::KindTable<topology::ExportFormat>::kinds) {
        if (kind.name == name) {
            return kind.value;
        }
    }
    TP_ASSERT(false, "the command line only lets known formats through");
}

}  // namespace

ExitCode topology_command(const Arguments& arguments) {
    if (arguments.command == "topology flows") {
        return flows_command(arguments);
    }
    const topology::Topology topology =
        load_topology(arguments.files.at(0), arguments.overrides).topology;
    if (arguments.command == "topology show") {
        std::cout << (arguments.json ? topology::show_json(topology)
                                     : topology::show_table(topology));
    } else if (arguments.command == "topology stats") {
        const topology::Stats stats = topology::stats(topology);
        std::cout << (arguments.json ? topology::stats_json(topology, stats)
                                     : topology::stats_table(topology, stats));
    } else {
        const std::string text = topology::export_graph(topology, export_format(arguments.format));
        if (arguments.output.empty()) {
            std::cout << text;
        } else {
            create_file(arguments.output, text, arguments.force);
        }
    }
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
