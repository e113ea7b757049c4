#pragma once
// Ctrl-C and termination: noted, so that the run can end between two events and keep its partial
// file.

namespace tidepool::cli {

// Notes the first SIGINT or SIGTERM; a second one ends the process at once, as the system would.
void watch_interrupts();
bool interrupted();

}  // namespace tidepool::cli
