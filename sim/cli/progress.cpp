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

bool Progress::is_due() {
    if (kind_ == Kind::kNone || Clock::now() - last_ < std::chrono::milliseconds(100)) {
        return false;
    }
    last_ = Clock::now();
    return true;
}

void Progress::draw(double fraction, const Line& line) {
    fraction = std::clamp(fraction, 0.0, 1.0);
    const double spent = std::chrono::duration<double>(Clock::now() - started_).count();
    const double left = fraction > 0 ? spent / fraction - spent : 0;
    if (kind_ == Kind::kJson) {
        JsonWriter json(0);
        json.begin_object();
        for (const auto& [name, number] : line.numbers) {
            json.member(name, number);
        }
        json.member("frac", fraction).member("eta_s", left).end_object();
        std::cerr << json.str() << '\n' << std::flush;
        return;
    }
    constexpr int kWidth = 30;
    const auto full = static_cast<std::size_t>(std::lround(fraction * kWidth));
    std::string bar(full, '#');
    bar.resize(kWidth, '.');
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "%3.0f %%", fraction * 100);
    std::cerr << "\r[" << bar << "] " << numbers << "  " << line.words;
    std::snprintf(numbers, sizeof numbers, "  %.0f s left ", left);
    std::cerr << numbers << std::flush;
    drawn_ = true;
}

void Progress::finish(const Line& line) {
    if (kind_ == Kind::kJson) {
        draw(1, line);
    } else if (drawn_) {
        std::cerr << "\r\033[K" << std::flush;
    }
}

}  // namespace tidepool::cli
