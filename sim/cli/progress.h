#pragma once
// Progress of a run on stderr: a bar that redraws itself, or one JSON object per line, or nothing.

#include <chrono>
#include <cstdint>
#include <string>

#include "sim/base/ticks.h"

namespace tidepool::cli {

class Progress {
public:
    // kind: auto (a bar if stderr is a terminal that can move its cursor), bar, json, none.
    explicit Progress(const std::string& kind);

    // fraction: of the work done so far, 0 to 1. Draws at most ten times a second.
    void update(Ticks now, double fraction, std::uint64_t events);
    // Clears the bar; a JSON reader gets a last line.
    void finish(Ticks now, std::uint64_t events);

private:
    using Clock = std::chrono::steady_clock;
    enum class Kind { kBar, kJson, kNone };
    void draw(Ticks now, double fraction, std::uint64_t events);

    Kind kind_ = Kind::kNone;
    Clock::time_point started_, last_;
    bool drawn_ = false;
};

}  // namespace tidepool::cli
