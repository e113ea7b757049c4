#include "sim/model/failure_log.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "sim/config/text.h"

namespace tidepool::model {
namespace {

workloads::FaultFormat format_of(topology::FaultLogFormat format) {
    switch (format) {
        case topology::FaultLogFormat::kInfiniteHbd:
            return workloads::FaultFormat::kInfiniteHbd;
        case topology::FaultLogFormat::kCsv:
            return workloads::FaultFormat::kCsv;
        case topology::FaultLogFormat::kAuto:
            break;
    }
    return workloads::FaultFormat::kAuto;
}

// If the log calls nodes as the datacenter does, its faults are those of these nodes: all names
// must be known then. False if it names none of them.
bool name_nodes(workloads::FaultLog& log, const topology::Topology& topology,
                const topology::Where& where, Issues& issues) {
    std::map<std::string, std::uint32_t> numbers;
    std::vector<std::string> names;
    for (std::uint32_t n = 0; n < topology.nodes.size(); ++n) {
        names.push_back(topology.node_name(n));
        numbers.emplace(names.back(), n);
    }
    const auto known = [&](const std::string& name) { return numbers.count(name) > 0; };
    if (std::none_of(log.nodes.begin(), log.nodes.end(), known)) {
        return false;
    }
    for (const std::string& name : log.nodes) {
        if (!known(name)) {
            topology::report(issues, where,
                             "the log names nodes of the datacenter, and '" +
                                 config::printable(name) + "', which is none",
                             did_you_mean(name, names));
            return true;
        }
    }
    for (workloads::Fault& fault : log.faults) {
        fault.node = numbers.at(log.nodes[fault.node]);
    }
    log.nodes = std::move(names);
    return true;
}

}  // namespace

std::optional<workloads::FaultLog> read_failure_log(const topology::FailureSpec& spec,
                                                    const topology::Topology& topology,
                                                    const std::string& folder,
                                                    const topology::Where& where, Issues& issues) {
    if (!spec.log) {
        return std::nullopt;
    }
    const std::size_t before = issues.list().size();
    const std::string path = (std::filesystem::path(folder) / spec.log->file).string();
    workloads::FaultLog log = workloads::read_fault_log(path, format_of(spec.log->format), issues);
    if (issues.list().size() == before && name_nodes(log, topology, where["log"]["file"], issues)) {
        return log;
    }
    if (issues.list().size() == before && log.nodes.size() > topology.nodes.size()) {
        topology::report(issues, where["log"]["file"],
                         "the log names " + std::to_string(log.nodes.size()) +
                             " nodes, the datacenter has " + std::to_string(topology.nodes.size()));
    }
    return log;
}

}  // namespace tidepool::model
