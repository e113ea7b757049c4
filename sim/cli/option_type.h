#pragma once
// The words that --help shows for what an option of a question takes.

#include <optional>
#include <string>
#include <type_traits>

#include "sim/config/field.h"
#include "sim/config/units.h"

namespace tidepool::cli {

template <class T>
std::string option_type(const std::optional<T>*);
template <class T>
std::string option_type(const T*) {
    if constexpr (config::HasDimension<T>) {
        switch (config::DimensionOf<T>::value) {
            case config::Dimension::kTime:
                return "TIME";
            case config::Dimension::kBytes:
                return "BYTES";
            case config::Dimension::kFraction:
                return "SHARE";
            default:
                return "RATE";
        }
    }
    if (std::is_same_v<T, bool>) {
        return "true|false";
    }
    return std::is_same_v<T, std::string> || config::HasKinds<T> ? "NAME" : "NUMBER";
}
template <class T>
std::string option_type(const std::optional<T>*) {
    return option_type(static_cast<const T*>(nullptr));
}

}  // namespace tidepool::cli
