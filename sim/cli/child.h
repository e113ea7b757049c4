#pragma once
// Work in a process of its own: SimGrid's engine is one per process (docs/adr/0001).

#include <functional>
#include <string>

namespace tidepool::cli {

// What `work` returns, in a child of this process. Bad input and refusals of the world come back as
// RunError, as does the child's death; `what` says whose. Empty if the user interrupts it meanwhile
// (interrupted()); the child is gone then. No other thread may be running.
std::string in_child(const std::string& what, const std::function<std::string()>& work);

}  // namespace tidepool::cli
