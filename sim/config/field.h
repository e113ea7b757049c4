#pragma once
// How a spec declares its fields, once, beside its struct. The strict reader, the writer, the JSON
// Schema and the reference page all come from this table; the member's type is the dimension and
// the struct's initialiser is the default. Specialise SpecTable and KindTable in namespace
// tidepool::config:
//
//   template <>
//   struct SpecTable<topology::RackSpec> {
//       static constexpr std::string_view name = "rack", doc = "A row of these makes a pod.";
//       static constexpr std::tuple fields{
//           Field{"nodes", &topology::RackSpec::nodes, required(1, 72), "Nodes in a rack."},
//           Field{"power", &topology::RackSpec::power, optional(0, 1e6), "Power cap of a rack."}};
//   };
//
// Member types understood: std::string, bool, std::int64_t (may carry a noun: `512 GPUs`), double
// (no dimension), every Quantity of sim/base/quantity.h, enums with a KindTable, specs with a
// SpecTable, config::Value (any YAML), std::vector<T>, std::optional<T> and
// std::vector<std::pair<std::string, T>> (a map with free keys).

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace tidepool::config {

// The range is inclusive and in SI. It bounds numbers; of a text the number of characters; of
// lists, maps and optional values each item. Specs and kinds have none.
struct Rule {
    bool required = false;
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
};

constexpr Rule required(double min = -std::numeric_limits<double>::infinity(),
                        double max = std::numeric_limits<double>::infinity()) {
    return {true, min, max};
}
constexpr Rule optional(double min = -std::numeric_limits<double>::infinity(),
                        double max = std::numeric_limits<double>::infinity()) {
    return {false, min, max};
}

template <class Spec, class T>
struct Field {
    std::string_view name;
    T Spec::*member;
    Rule rule;
    std::string_view doc;  // sentences; what it means, its source where it has one
};
template <class Spec, class T>
Field(std::string_view, T Spec::*, Rule, std::string_view) -> Field<Spec, T>;

// One kind of an enum: what the file says, what the program switches on, one line for people.
template <class Enum>
struct Kind {
    std::string_view name;
    Enum value;
    std::string_view summary;
};

template <class Spec>
struct SpecTable;
template <class Enum>
struct KindTable;

template <class T>
concept HasFields = requires {
    SpecTable<T>::fields;
};
template <class T>
concept HasKinds = std::is_enum_v<T> && requires {
    KindTable<T>::kinds;
};

}  // namespace tidepool::config
