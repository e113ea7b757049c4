#pragma once
// Progress on stderr: a bar that redraws itself, or one JSON object per line, or nothing.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidepool::cli {

class Progress {
public:
    // kind: auto (a bar if stderr is a terminal that can move its cursor), bar, json, none.
    explicit Progress(const std::string& kind);

    // What a line says beside the fraction and the time left: `words` in the bar, `numbers` in
    // JSON.
    struct Line {
        std::string words;
        std::vector<std::pair<std::string_view, double>> numbers;
    };

    // fraction: of the work done so far, 0 to 1. Draws at most ten times a second, and asks for the
    // line only then.
    template <class MakeLine>
    void update(double fraction, MakeLine&& make_line) {
        if (is_due()) {
            draw(fraction, make_line());
        }
    }
    // Clears the bar; a JSON reader gets a last line.
    void finish(const Line& line);

private:
    using Clock = std::chrono::steady_clock;
    enum class Kind { kBar, kJson, kNone };
    bool is_due();
    void draw(double fraction, const Line& line);

    Kind kind_ = Kind::kNone;
    Clock::time_point started_, last_;
    bool drawn_ = false;
};

}  // namespace tidepool::cli
