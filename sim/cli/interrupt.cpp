#include "sim/cli/interrupt.h"

#include <csignal>

namespace tidepool::cli {
namespace {

// The one piece of state that a signal handler can reach; nothing else in Tidepool is global.
volatile std::sig_atomic_t noted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void note(int) {
    noted = 1;
}

}  // namespace

void watch_interrupts() {
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
    return noted != 0;
}

}  // namespace tidepool::cli
