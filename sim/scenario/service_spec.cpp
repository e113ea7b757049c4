#include "sim/scenario/service_spec.h"

#include <algorithm>
#include <set>

#include "sim/base/ticks.h"
#include "sim/config/read.h"

namespace tidepool::scenario {
namespace {

using config::Value;

void report(Issues& issues, const Value& value, const std::string& path, const char* key,
            std::string problem, std::string hint = {}) {
    issues.add(config::position_of(value, key), path.empty() ? key : path + "." + key,
               std::move(problem), std::move(hint));
}

}  // namespace

void validate(const AutoscaleSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    if (spec.units.size() != 2) {
        report(issues, value, path, "units", "needs two numbers",
               "`[least, most]`, say `units: [2, 40]`");
    } else if (spec.units[0] > spec.units[1]) {
        report(issues, value, path, "units", "the least is more than the most");
    } else if (spec.units[1] == 0) {
        report(issues, value, path, "units", "a service without units serves nobody");
    }
    const bool scheduled = spec.rule == ScaleRule::kSchedule;
    if (scheduled != !spec.schedule.empty()) {
        report(issues, value, path, scheduled ? "rule" : "schedule",
               scheduled ? "`schedule` needs a `schedule`" : "only `rule: schedule` has one");
    }
    for (std::size_t i = 1; i < spec.schedule.size(); ++i) {
        if (spec.schedule[i].at <= spec.schedule[i - 1].at) {
            report(issues, value, path, "schedule", "its times do not rise");
            break;
        }
    }
    if (spec.rule != ScaleRule::kLatency && (spec.ttft_p95 || spec.tpot_p95)) {
        report(issues, value, path, spec.ttft_p95 ? "ttft_p95" : "tpot_p95",
               "only `rule: latency` has limits");
    }
    if (to_seconds(to_ticks(spec.every).value_or(kNever)) != spec.every) {
        report(issues, value, path, "every", "is not a whole number of ticks of 1/16 s");
    }
}

void validate(const CacheSpec& spec, const Value& value, const std::string& path, Issues& issues) {
    if (spec.hit_rate && spec.capacity) {
        report(issues, value, path, "hit_rate", "and `capacity` exclude each other",
               "a given rate is not the work of a cache of some size");
    }
    if (spec.bandwidth && spec.bytes_per_token.value / spec.bandwidth->value > 1e-3) {
        report(issues, value, path, "bandwidth", "takes more than a millisecond to load a token",
               "see `bytes_per_token`");
    }
    if (spec.capacity && spec.capacity->value < spec.bytes_per_token.value) {
        report(issues, value, path, "capacity", "is less than one token of KV cache",
               "see `bytes_per_token`");
    }
}

void validate(const ServiceSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    if (spec.autoscale.rule == ScaleRule::kLatency && !spec.autoscale.ttft_p95 &&
        !spec.autoscale.tpot_p95 && !spec.slo.ttft_p95 && !spec.slo.tpot_p95) {
        report(issues, value, path, "autoscale", "`rule: latency` needs limits",
               "give the service an `slo`, or `autoscale` `ttft_p95` or `tpot_p95`");
    }
    std::set<std::string> names;
    for (const RequestClassSpec& c : spec.classes) {
        if (!names.insert(c.name).second) {
            report(issues, value, path, "classes", "two have the name '" + c.name + "'");
        }
    }
    const auto with_deadline = [](const RequestClassSpec& c) { return c.deadline.has_value(); };
    if (spec.fidelity == Fidelity::kFlow &&
        std::count_if(spec.classes.begin(), spec.classes.end(), with_deadline) > 1) {
        report(issues, value, path, "classes", "`fidelity: flow` knows one class with a deadline",
               "leave one, or take `fidelity: requests`");
    }
    if (spec.fidelity == Fidelity::kFlow && spec.cache && !spec.cache->hit_rate) {
        report(issues, value, path, "cache", "`fidelity: flow` follows no prefixes",
               "give `cache.hit_rate`, or take `fidelity: requests`");
    }
    if (spec.fidelity == Fidelity::kRequests && spec.cache && spec.cache->hit_rate) {
        report(issues, value, path, "cache", "`fidelity: requests` finds out the hit rate itself",
               "leave `hit_rate` out, or take `fidelity: flow`");
    }
}

void validate(const TideRulesSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const bool window = spec.policy == TidePolicy::kWindow;
    if (window != spec.window.has_value()) {
        report(issues, value, path, window ? "policy" : "window",
               window ? "`window` needs a `window`" : "only `policy: window` has one");
    }
    if (spec.window && spec.window->from == spec.window->to) {
        report(issues, value, path, "window", "is empty: `from` is `to`");
    }
    if (spec.policy == TidePolicy::kSplit && (!spec.training.ceiling || !spec.serving.ceiling)) {
        report(issues, value, path, "policy", "`split` needs both ceilings",
               "say `training: {ceiling: ...}` and `serving: {ceiling: ...}`");
    }
    if (spec.serving.floor) {
        report(issues, value, path, "serving", "has no floor of its own",
               "`autoscale.units` of each service says what it has at least");
    }
    if (spec.training.floor && spec.training.ceiling &&
        *spec.training.floor > *spec.training.ceiling) {
        report(issues, value, path, "training", "its floor is above its ceiling");
    }
}

}  // namespace tidepool::scenario
