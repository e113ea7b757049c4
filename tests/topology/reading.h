#pragma once
// Shared by the tests of topology/: from YAML text to a topology, and issues as text.

#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/config/read.h"
#include "topology/build.h"
#include "topology/load.h"

namespace tidepool::topology {

struct Reading {
    config::Value section;
    TopologySpec spec;
    Topology topology;
    Issues issues;

    std::vector<std::string> problems() const {
        std::vector<std::string> lines;
        for (const Issue& issue : issues.list()) {
            lines.push_back(to_string(issue));
        }
        return lines;
    }
};

// The text of a topology section (file `t.yaml`, path `topology`), through every step.
inline Reading read_topology(const std::string& yaml, const std::string& folder = "") {
    Reading reading;
    const config::Value written = config::parse_yaml(yaml, "t.yaml", reading.issues);
    reading.section = resolve(written, "topology", folder, reading.issues);
    reading.spec = config::read<TopologySpec>(reading.section, "topology", reading.issues);
    if (reading.issues.empty()) {
        reading.topology = build(reading.spec, reading.section, "topology", reading.issues);
    }
    return reading;
}

// A topology that must be free of issues.
inline Topology good_topology(const std::string& yaml) {
    Reading reading = read_topology(yaml);
    reading.issues.throw_if_any();
    return reading.topology;
}

}  // namespace tidepool::topology
