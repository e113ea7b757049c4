#pragma once
// Inside sim/engine only: the SimGrid objects that World owns and that its rate solver works on.

#include <vector>

namespace simgrid::s4u {
class Host;
class Link;
}  // namespace simgrid::s4u
namespace simgrid::kernel::resource {
class Model;
}

namespace tidepool::engine {

// SimGrid counts in 2^30 B here. A flow of the largest payload it takes then lasts 2^32 s over the
// largest trunk: more than the 2^28 s of the clock. A power of two, so the change of unit is exact.
inline constexpr double kSimGridUnit = 1073741824.0;

// Names that no node can have.
inline constexpr char kZoneName[] = "<fabric>";
inline constexpr char kSourceName[] = "<source>";
inline constexpr char kSinkName[] = "<sink>";

struct SimGridNetwork {
    std::vector<simgrid::s4u::Link*> up, down;  // by trunk
    // Every flow runs between these two: SimGrid wants hosts, and a route is what `route` says.
    simgrid::s4u::Host* source = nullptr;
    simgrid::s4u::Host* sink = nullptr;
    std::vector<simgrid::s4u::Link*>* route = nullptr;  // of the next flow to start
    simgrid::kernel::resource::Model* model = nullptr;
};

}  // namespace tidepool::engine
