#include "sim/engine/platform.h"

#include <cmath>
#include <cstddef>
#include <unordered_set>

#include "sim/base/json.h"
#include "sim/engine/rate_solver.h"
#include "sim/engine/simgrid_network.h"

namespace tidepool::engine {
namespace {

void check_name(const std::string& name, const std::string& path,
                std::unordered_set<std::string>& taken, Issues& issues) {
    if (name.empty()) {
        issues.add({}, path, "must not be empty");
    } else if (!taken.insert(name).second) {
        issues.add({}, path, "is already taken (got '" + name + "')");
    }
}

}  // namespace

void validate(const Platform& platform, Issues& issues) {
    std::unordered_set<std::string> taken{kZoneName, kSourceName, kSinkName};
    for (std::size_t i = 0; i < platform.hosts.size(); ++i) {
        const PlatformHost& host = platform.hosts[i];
        const std::string path = "hosts[" + std::to_string(i) + "]";
        check_name(host.name, path + ".name", taken, issues);
        if (!(host.speed.value > 0) || !std::isfinite(host.speed.value)) {
            issues.add({}, path + ".speed",
                       "must be positive and finite (got " + shortest(host.speed.value) + ")");
        }
    }
    taken.clear();
    for (std::size_t i = 0; i < platform.trunks.size(); ++i) {
        const topology::Trunk& trunk = platform.trunks[i];
        const std::string path = "trunks[" + std::to_string(i) + "]";
        check_name(trunk.name, path + ".name", taken, issues);
        if (!(trunk.capacity.value > 0 && trunk.capacity <= kLargestCapacity)) {
            issues.add({}, path + ".capacity",
                       "must be above 0 and at most 2^60 B/s (got " +
                           shortest(trunk.capacity.value) + ")");
        }
    }
}

}  // namespace tidepool::engine
