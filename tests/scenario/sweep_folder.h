#pragma once
// A scenario folder with a sweep of small.yaml in it.

#include <optional>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/scenario/sweep.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {

class SweepFolder : public ScenarioFolder {
protected:
    // The blocks of a sweep; the first of their lines is line 4 of the file.
    Sweep sweep(const std::string& blocks, std::optional<std::string> replicas = {}) const {
        write("sweep.yaml", "tidepool_sweep: 1\nname: s\nbase: small.yaml\n" + blocks);
        return Sweep::load((folder_ / "sweep.yaml").string(), replicas);
    }
    // Every issue of loading and checking it, a line each, without the folder.
    std::vector<std::string> problems_of(const std::string& blocks,
                                         std::optional<std::string> replicas = {}) const {
        try {
            sweep(blocks, std::move(replicas)).check_cells(2);
        } catch (const InputError& error) {
            return lines_of(error);
        }
        return {};
    }
    std::vector<std::string> lines_of(const InputError& error) const {
        std::vector<std::string> lines;
        for (const Issue& issue : error.issues()) {
            std::string line = to_string(issue);
            const std::string folder = folder_.string() + "/";
            for (auto at = line.find(folder); at != std::string::npos; at = line.find(folder)) {
                line.erase(at, folder.size());
            }
            lines.push_back(line);
        }
        return lines;
    }
};

}  // namespace tidepool::scenario
