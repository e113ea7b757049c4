#include "sim/config/map_rules.h"

#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sim/config/text.h"

namespace tidepool::config {
namespace {

using Keys = std::set<std::string, std::less<>>;

void append_new(Value& from, std::vector<Member>& to, Keys& keys, Issues& issues) {
    if (from.kind != Value::Kind::kMap) {
        issues.add(from.at, {}, "'<<' merges a map or a list of maps and nothing else");
        return;
    }
    for (Member& member : from.members) {
        if (keys.insert(member.key).second) {
            to.push_back(std::move(member));
        }
    }
}

std::vector<Member> merge(std::vector<Member> members, std::size_t place, Keys& keys,
                          Issues& issues) {
    const auto middle = members.begin() + static_cast<std::ptrdiff_t>(place);
    std::vector<Member> result(std::make_move_iterator(members.begin()),
                               std::make_move_iterator(middle));
    if (middle->value.kind == Value::Kind::kSequence) {
        for (Value& item : middle->value.items) {
            append_new(item, result, keys, issues);
        }
    } else {
        append_new(middle->value, result, keys, issues);
    }
    result.insert(result.end(), std::make_move_iterator(middle + 1),
                  std::make_move_iterator(members.end()));
    return result;
}

}  // namespace

void finish_map(std::vector<Member>& members, const std::vector<bool>& plain_keys, Issues& issues) {
    Keys keys;
    std::vector<Member> kept;
    std::optional<std::size_t> merge_place;
    kept.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!keys.insert(members[i].key).second) {
            issues.add(members[i].at, {}, "duplicate key " + shown(members[i].key),
                       "remove one of the two");
            continue;
        }
        if (members[i].key == "<<" && plain_keys[i]) {
            merge_place = kept.size();
        }
        kept.push_back(std::move(members[i]));
    }
    members = merge_place ? merge(std::move(kept), *merge_place, keys, issues) : std::move(kept);
}

}  // namespace tidepool::config
