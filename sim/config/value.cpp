#include "sim/config/value.h"

#include <algorithm>
#include <map>

namespace tidepool::config {

const Value* Value::find(std::string_view key) const {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const Member& member) { return member.key == key; });
    return found == members.end() ? nullptr : &found->value;
}

Value merged(const Value& base, const Value& over) {
    if (base.kind != Value::Kind::kMap || over.kind != Value::Kind::kMap) {
        return over;
    }
    Value result = base;
    std::map<std::string_view, std::size_t> index;  // into base; keys of result may move
    for (std::size_t i = 0; i < base.members.size(); ++i) {
        index.emplace(base.members[i].key, i);
    }
    for (const Member& member : over.members) {
        const auto found = index.find(member.key);
        if (found == index.end()) {
            result.members.push_back(member);
        } else {
            Member& target = result.members[found->second];
            target.value = merged(base.members[found->second].value, member.value);
            target.at = member.at;
        }
    }
    return result;
}

Position position_of(const Value& map, std::string_view key) {
    const Value* value = map.find(key);
    return value == nullptr ? map.at : value->at;
}

}  // namespace tidepool::config
