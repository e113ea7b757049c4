#include "sim/cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <unistd.h>

#include "sim/base/json.h"

namespace tidepool::cli {
namespace {

bool terminal_can_draw() {
    const char* term = std::getenv("TERM");
    return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

Progress::Progress(const std::string& kind) : started_(Clock::now()), last_(started_) {
    if (kind == "json") {
        kind_ = Kind::kJson;
    } else if (kind == "bar" || (kind == "auto" && terminal_can_draw())) {
        kind_ = Kind::kBar;
    }
}

void Progress::update(Ticks now, double fraction, std::uint64_t events) {
    if (kind_ == Kind::kNone || Clock::now() - last_ < std::chrono::milliseconds(100)) {
        return;
    }
    last_ = Clock::now();
    draw(now, std::clamp(fraction, 0.0, 1.0), events);
}

void Progress::draw(Ticks now, double fraction, std::uint64_t events) {
    const double spent = std::chrono::duration<double>(Clock::now() - started_).count();
    const double left = fraction > 0 ? spent / fraction - spent : 0;
    if (kind_ == Kind::kJson) {
        JsonWriter json(0);
        json.begin_object()
            .member("t_sim", to_seconds(now).value)
            .member("frac", fraction)
            .member("eta_s", left)
            .member("events", events)
            .end_object();
        std::cerr << json.str() << '\n' << std::flush;
        return;
    }
    constexpr int kWidth = 30;
    const auto full = static_cast<std::size_t>(std::lround(fraction * kWidth));
    std::string bar(full, '#');
    bar.resize(kWidth, '.');
    char line[160];
    std::snprintf(line, sizeof line, "\r[%s] %3.0f %%  day %.1f  %llu events  %.0f s left ",
                  bar.c_str(), fraction * 100, to_seconds(now).value / 86400,
                  static_cast<unsigned long long>(events), left);
    std::cerr << line << std::flush;
    drawn_ = true;
}

void Progress::finish(Ticks now, std::uint64_t events) {
    if (kind_ == Kind::kJson) {
        draw(now, 1, events);
    } else if (drawn_) {
        std::cerr << "\r\033[K" << std::flush;
    }
}

}  // namespace tidepool::cli
