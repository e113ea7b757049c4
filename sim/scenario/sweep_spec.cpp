#include "sim/scenario/sweep_spec.h"

#include <cstddef>
#include <map>
#include <set>

#include "sim/config/read.h"

namespace tidepool::scenario {
namespace {

using config::Member;
using config::Value;

// Looks at the blocks one after the other and remembers which path belongs to which.
class BlockCheck {
public:
    BlockCheck(const Value& sweep, Issues& issues) : sweep_(sweep), issues_(issues) {}

    void check() {
        check_set();
        check_list();
        check_lists("zip");
        check_lists("grid");
        check_step();
    }

private:
    static std::string below(const std::string& parent, const Member& member) {
        return config::join_path(parent, config::printable(member.key));
    }

    void needs_value(const Value& value, const std::string& path) {
        if (value.kind == Value::Kind::kNull) {
            issues_.add(value.at, path, "needs a value");
        }
    }

    // The path of an axis as all spellings of it agree, or empty after reporting what is wrong.
    std::string checked(const Member& member, const std::string& path) {
        Issues found;
        const std::string normal =
            config::normal_path(member.key, member.at, found).value_or(std::string{});
        for (Issue issue : found.list()) {
            issue.path = path;
            issues_.add(std::move(issue));
        }
        if (normal.find('/') != std::string::npos) {
            issues_.add(member.at, path, "has a '/' in it, which the name of an axis cannot have");
            return {};
        }
        return normal;
    }

    void claim(const Member& member, const std::string& path, const std::string& block) {
        const std::string normal = checked(member, path);
        if (normal.empty()) {
            return;
        }
        const auto [at, is_new] = block_of_.try_emplace(normal, block);
        if (!is_new && at->second == "set") {
            issues_.add(member.at, path, "is given by `set` already, which would have no effect");
        } else if (!is_new) {
            issues_.add(member.at, path, "is an axis of `" + at->second + "` already");
        }
    }

    void check_set() {
        if (const Value* set = sweep_.find("set")) {
            for (const Member& member : set->members) {
                claim(member, below("set", member), "set");
                needs_value(member.value, below("set", member));
            }
        }
    }

    // An entry may change what `set` gave, and entries may have paths in common.
    void check_list() {
        const Value* list = sweep_.find("list");
        if (list == nullptr) {
            return;
        }
        if (list->kind == Value::Kind::kSequence && list->items.empty()) {
            issues_.add(list->at, "list", "needs at least one entry");
        }
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            const Value& entry = list->items[i];
            const std::string inside = "list[" + std::to_string(i) + "]";
            if (entry.kind == Value::Kind::kMap && entry.members.empty()) {
                issues_.add(entry.at, inside, "sets nothing");
            }
            std::set<std::string> own;
            for (const Member& member : entry.members) {
                const std::string normal = checked(member, below(inside, member));
                needs_value(member.value, below(inside, member));
                if (!normal.empty() && !own.insert(normal).second) {
                    issues_.add(member.at, below(inside, member), "is set twice in this entry");
                }
            }
            for (const std::string& normal : own) {
                block_of_[normal] = "list";
            }
        }
    }

    void check_lists(const std::string& block) {
        const Value* lists = sweep_.find(block);
        if (lists == nullptr) {
            return;
        }
        for (const Member& member : lists->members) {
            const std::string path = below(block, member);
            claim(member, path, block);
            for (std::size_t i = 0; i < member.value.items.size(); ++i) {
                needs_value(member.value.items[i], path + "[" + std::to_string(i) + "]");
            }
        }
    }

    void check_step() {
        const Value* zip = sweep_.find("zip");
        if (zip == nullptr) {
            return;
        }
        for (const Member& member : zip->members) {
            const std::size_t first = zip->members[0].value.items.size();
            const std::size_t own = member.value.items.size();
            if (own != first) {
                issues_.add(member.value.at, below("zip", member),
                            "has " + std::to_string(own) + " values, but '" +
                                config::printable(zip->members[0].key) + "' has " +
                                std::to_string(first),
                            "`zip` needs equally many of each");
            }
        }
    }

    const Value& sweep_;
    Issues& issues_;
    std::map<std::string, std::string> block_of_;
};

}  // namespace

SweepSpec read_sweep_spec(const Value& tree, Issues& issues) {
    SweepSpec spec = config::read<SweepSpec>(tree, "", issues);
    BlockCheck(tree, issues).check();
    return spec;
}

}  // namespace tidepool::scenario
