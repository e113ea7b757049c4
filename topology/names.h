#pragma once
// What a kind is called in YAML.

#include <string>

#include "sim/config/field.h"

namespace tidepool::topology {

template <class Enum>
std::string kind_name(Enum value) {
    for (const auto& row : config::KindTable<Enum>::kinds) {
        if (row.value == value) {
            return std::string(row.name);
        }
    }
    return "";
}

}  // namespace tidepool::topology
