#pragma once
// Shared by the readers of fault logs: fault_log.cpp, fault_log_json.cpp.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "workloads/fault_log.h"

namespace tidepool::workloads {

// Numbers names by first appearance.
class Numbering {
public:
    explicit Numbering(std::vector<std::string>& names) : names_(names) {}
    std::uint32_t operator[](const std::string& name) {
        const auto next = static_cast<std::uint32_t>(names_.size());
        const auto [at, fresh] = numbers_.try_emplace(name, next);
        if (fresh) {
            names_.push_back(name);
        }
        return at->second;
    }

private:
    std::vector<std::string>& names_;
    std::map<std::string, std::uint32_t> numbers_;
};

// Reads the JSON list of `path` into `log`.
void read_infinitehbd(const std::string& path, FaultLog& log, Issues& issues);

}  // namespace tidepool::workloads
