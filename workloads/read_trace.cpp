#include "workloads/read_trace.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sim/base/json.h"
#include "sim/base/portable_math.h"
#include "workloads/calendar.h"
#include "workloads/problems.h"
#include "workloads/source.h"

namespace tidepool::workloads {
namespace {

constexpr double kDay = 86400;  // s

std::string names_of_formats() {
    std::string names;
    for (const TraceFormat& format : kTraceFormats) {
        names += ' ' + std::string(format.name);
    }
    return names;
}

JobTrace read_file(Format wanted, const std::string& path, Problems& problems) {
    LineSource lines(path, problems);
    if (problems.any()) {
        return {};
    }
    const TraceFormat* format =
        wanted == Format::kAuto ? detect_format(lines.head()) : &format_of(wanted);
    if (format == nullptr && lines.head().find('\n') == std::string_view::npos) {
        format =
            &format_of(Format::kTidepool);  // says whether the file is empty, cut off or one line
    }
    if (format == nullptr) {
        problems.add(1, 0, "header", "this is no trace format known",
                     "name one with format:" + names_of_formats());
        return {};
    }
    JobTrace trace = format->read(lines, problems);
    trace.file = path;
    trace.format = format->name;
    return trace;
}

// Keeps the jobs of the window, at most `first` of them, and makes its beginning second 0.
void select(const TraceSpec& spec, JobTrace& trace, Problems& problems) {
    const Seconds from = spec.window.empty() ? Seconds{0} : spec.window[0];
    const Seconds to = spec.window.empty() ? Seconds{INFINITY} : spec.window[1];
    const auto before = [](const Job& job, Seconds time) { return job.submit < time; };
    const auto begin = std::lower_bound(trace.jobs.begin(), trace.jobs.end(), from, before);
    auto end = std::lower_bound(begin, trace.jobs.end(), to, before);
    if (begin == end) {
        problems.add(0, 0, "window",
                     "no job was submitted from " + shortest(from.value) + " s to " +
                         shortest(to.value) + " s; the first at " +
                         shortest(trace.jobs.front().submit.value) + " s, the last at " +
                         shortest(trace.jobs.back().submit.value) + " s");
        return;
    }
    if (spec.first && *spec.first < end - begin) {
        end = begin + *spec.first;
    }
    std::vector<std::uint32_t> kept;
    for (auto job = begin; job != end; ++job) {
        kept.push_back(static_cast<std::uint32_t>(job - trace.jobs.begin()));
    }
    rearrange(trace, kept);
    for (Job& job : trace.jobs) {
        job.submit.value -= from.value;
    }
    if (const auto origin = parse_calendar(trace.origin)) {
        const CalendarTime moved = later(*origin, from.value);
        trace.origin = print_calendar(moved);
        if (!in_calendar(moved)) {
            problems.add(0, 0, "window", "begins after the year 9999" + got(trace.origin));
        }
    }
}

// When what would come at `time` comes if the rate grows by exp(k t): the t at which the integral
// of exp(k t) from 0 has reached `time`, so log(1 + k time) / k. Infinite: a rate that falls never
// gets there.
double grown(double time, double k) {
    if (k * time <= -1) {
        return INFINITY;
    }
    return portable::log1p(k * time) / k;
}

std::string_view culprit(const TraceSpec& spec) {
    if (spec.growth < 0) {
        return "growth";
    }
    return spec.time_scale > 1 ? "time_scale" : "load_scale";
}

void scale(const TraceSpec& spec, JobTrace& trace, Problems& problems) {
    const double k = portable::log1p(spec.growth) / kDay;
    double latest = 0;
    const auto slow_down = [&](Seconds& time) {
        time.value *= time == kUnknown ? 1 : spec.time_scale;
    };
    for (Job& job : trace.jobs) {
        job.submit.value /= spec.load_scale;
        if (spec.growth != 0) {  // rounding must not bring a job before the one ahead of it
            latest = std::max(latest, grown(job.submit.value, k));
            job.submit.value = latest;
        }
        for (Seconds* time : {&job.submit, &job.duration, &job.estimate, &job.checkpoint_interval,
                              &job.checkpoint_write}) {
            slow_down(*time);
        }
        if (job.submit.value + job.duration.value > kClockEnd) {
            problems.add(job.line, 0, culprit(spec),
                         "moves the end of this job beyond the simulator's clock of " +
                             shortest(kClockEnd) + " s (8.5 years)" +
                             got(shortest(job.submit.value + job.duration.value)));
        }
    }
}

}  // namespace

void validate(const TraceSpec& spec, const Position& at, const std::string& path, Issues& issues) {
    const std::string prefix = path.empty() ? path : path + '.';
    if (spec.file.empty()) {
        issues.add(at, prefix + "file", "the path of a trace file is missing");
    }
    if (!spec.window.empty() && (spec.window.size() != 2 || !(spec.window[0].value >= 0) ||
                                 !(spec.window[0] < spec.window[1]))) {
        std::string values;
        for (const Seconds time : spec.window) {
            values += (values.empty() ? "" : ", ") + shortest(time.value) + " s";
        }
        issues.add(at, prefix + "window",
                   "two times are wanted, the second later (got [" + values + "])");
    }
    if (spec.first && *spec.first < 1) {
        issues.add(at, prefix + "first",
                   "at least one job is wanted (got " + std::to_string(*spec.first) + ")");
    }
    for (const auto& [name, value] :
         {std::pair{"load_scale", spec.load_scale}, std::pair{"time_scale", spec.time_scale}}) {
        if (!(value >= kLeastScale && value <= kMostScale)) {
            issues.add(at, prefix + name,
                       "must lie between 1e-6 and 1e6 (got " + shortest(value) + ")");
        }
    }
    if (!(spec.growth >= kLeastGrowth && spec.growth <= kMostGrowth)) {
        issues.add(at, prefix + "growth",
                   "must lie between -0.5 and 1 (got " + shortest(spec.growth) + ")");
    }
}

JobTrace read_trace(const TraceSpec& spec, const std::string& base_dir, Issues& issues) {
    Issues unfit;
    validate(spec, {spec.file, 0, 0}, {}, unfit);
    if (!unfit.empty()) {
        for (const Issue& issue : unfit.list()) {
            issues.add(issue);
        }
        return {};
    }
    const std::string path = (std::filesystem::path(base_dir) / spec.file).string();
    Problems problems(path, issues);
    JobTrace trace = read_file(spec.format, path, problems);
    if (!problems.any() && (!spec.window.empty() || spec.first)) {
        select(spec, trace, problems);
    }
    if (!problems.any() && (spec.load_scale != 1 || spec.growth != 0 || spec.time_scale != 1)) {
        scale(spec, trace, problems);
    }
    problems.finish();
    return trace;
}

}  // namespace tidepool::workloads
