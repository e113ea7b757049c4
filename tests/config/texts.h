#pragma once
// Issues as the lines that a user reads.

#include <string>
#include <vector>

#include "sim/base/issue.h"

namespace tidepool {

inline std::vector<std::string> texts(const Issues& issues) {
    std::vector<std::string> lines;
    for (const Issue& issue : issues.list()) {
        lines.push_back(to_string(issue));
    }
    return lines;
}

}  // namespace tidepool
