#include "sim/scenario/recovery_spec.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "sim/config/text.h"

namespace tidepool::scenario {
namespace {

using config::Value;

class Checker {
public:
    Checker(const Value& value, const std::string& path, Issues& issues)
        : value_(value), path_(path), issues_(issues) {}

    bool has(const char* key) const { return value_.find(key) != nullptr; }
    void report(const char* key, const std::string& problem, const std::string& hint = "") const {
        issues_.add(config::position_of(value_, key), config::join_path(path_, key), problem, hint);
    }
    void only_with(const char* key, const char* needed, bool given) const {
        if (has(key) && !given) {
            report(key, "has no effect", std::string("it needs `") + needed + "`");
        }
    }

private:
    const Value& value_;
    const std::string& path_;
    Issues& issues_;
};

}  // namespace

Value inherit(const Value& base, const Value& over) {
    struct Replaced {
        std::string_view by;
        std::vector<std::string_view> keys;
    };
    static const std::vector<Replaced> kReplaced{
        {"interval", {"every"}},
        {"tiers", {"write", "storage", "overlap", "pause", "load"}},
        {"write", {"storage", "parameters", "tiers"}},
        {"storage", {"write", "tiers"}},
        {"overlap", {"pause"}},
    };
    Value kept = base;
    for (const Replaced& replaced : kReplaced) {
        if (over.find(replaced.by) != nullptr) {
            std::erase_if(kept.members, [&](const config::Member& member) {
                return std::find(replaced.keys.begin(), replaced.keys.end(), member.key) !=
                       replaced.keys.end();
            });
        }
    }
    Value both = config::merged(kept, over);
    both.at = over.at;
    return both;
}

void validate(const TierSpec& spec, const Value& value, const std::string& path, Issues& issues) {
    const Checker check(value, path, issues);
    check.only_with("pause", "overlap: true", spec.overlap || spec.pause.value == 0);
    if (!spec.write && spec.storage.empty()) {
        check.report("write", "a tier needs `write` or `storage`");
    }
    if (spec.write && !spec.storage.empty()) {
        check.report("storage", "the time to write is given already",
                     "leave out `write` to compute it");
    }
}

void validate(const CheckpointSpec& spec, const Value& value, const std::string& path,
              Issues& issues) {
    const Checker check(value, path, issues);
    check.only_with("pause", "overlap: true", spec.overlap || spec.pause.value == 0);
    check.only_with("every", "interval: fixed", spec.interval == IntervalRule::kFixed);
    if (spec.interval == IntervalRule::kFixed && !spec.every) {
        check.report("interval", "`fixed` needs `every`", "for instance `every: 30 min`");
    }
    if (spec.tiers.size() > core::kMaxTiers) {
        check.report("tiers", "has more than " + std::to_string(core::kMaxTiers) + " tiers");
    }
    const bool computed = !spec.storage.empty() ||
                          std::any_of(spec.tiers.begin(), spec.tiers.end(),
                                      [](const TierSpec& tier) { return !tier.storage.empty(); });
    if (computed && !spec.parameters) {
        check.report("storage", "the time to write needs `parameters`");
    }
    if (spec.parameters && !computed) {
        check.report("parameters", "has no effect", "name the `storage` that is written to");
    }
    for (const char* key : {"write", "storage", "overlap", "load"}) {
        if (!spec.tiers.empty() && check.has(key)) {
            check.report(key, "belongs into each of the `tiers`");
        }
    }
    if (spec.write && !spec.storage.empty()) {
        check.report("storage", "the time to write is given already",
                     "leave out `write` to compute it");
    }
    const bool writes =
        spec.interval != IntervalRule::kNone && spec.interval != IntervalRule::kTrace;
    if (writes && spec.tiers.empty() && !spec.write && spec.storage.empty()) {
        check.report("interval", "needs to know what a checkpoint costs",
                     "for instance `write: 60 s`");
    }
    if (spec.interval == IntervalRule::kTrace && (spec.write || !spec.tiers.empty() || computed)) {
        check.report("interval", "`trace` takes the time to write from the trace, too");
    }
}

}  // namespace tidepool::scenario
