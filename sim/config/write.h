#pragma once
// Specs -> YAML that reads back to an equal spec: every field with its defaults made visible,
// numbers in SI in the shortest form that is exact, text quoted where it must be. Optional fields
// without a value are left out. Numbers must be finite and enums must have a row in their KindTable
// (broken invariants otherwise).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/config/field.h"
#include "sim/config/units.h"
#include "sim/config/value.h"

namespace tidepool::config {

// A tree as YAML text; scalars marked as quoted are text and get quotes only where needed.
// Positions are ignored. The result ends with a line feed.
std::string to_yaml(const Value& tree);

// The same on one line, in flow style, without a line feed; scalars as they were written.
std::string to_flow_yaml(const Value& tree);

// Appends a key to a map.
void add_member(Value& map, std::string_view key, Value value);
Value text_value(std::string text);
Value bool_value(bool truth);
Value integer_value(std::int64_t number);
Value number_value(double number);
Value quantity_value(double number, Dimension dimension);

template <class T>
struct Writer {
    static_assert(!sizeof(T), "no writer for this member type; field.h lists those that have one");
};

template <>
struct Writer<std::string> {
    static Value write(const std::string& text) { return text_value(text); }
};

template <>
struct Writer<bool> {
    static Value write(bool truth) { return bool_value(truth); }
};

template <>
struct Writer<std::int64_t> {
    static Value write(std::int64_t number) { return integer_value(number); }
};

template <>
struct Writer<double> {
    static Value write(double number) { return number_value(number); }
};

template <>
struct Writer<Value> {
    static Value write(const Value& value) { return value; }
};

template <HasDimension T>
struct Writer<T> {
    static Value write(T quantity) { return quantity_value(quantity.value, DimensionOf<T>::value); }
};

template <HasKinds T>
struct Writer<T> {
    static Value write(T value) {
        for (const auto& kind : KindTable<T>::kinds) {
            if (kind.value == value) {
                return text_value(std::string(kind.name));
            }
        }
        TP_ASSERT(false, "every enumerator in a spec has a row in its KindTable");
    }
};

template <class T>
struct Writer<std::vector<T>> {
    static Value write(const std::vector<T>& items) {
        Value list;
        list.kind = Value::Kind::kSequence;
        for (std::size_t i = 0; i < items.size(); ++i) {
            list.items.push_back(Writer<T>::write(items[i]));
        }
        return list;
    }
};

template <class T>
struct Writer<std::vector<std::pair<std::string, T>>> {
    static Value write(const std::vector<std::pair<std::string, T>>& entries) {
        Value map;
        map.kind = Value::Kind::kMap;
        for (const auto& [key, content] : entries) {
            add_member(map, key, Writer<T>::write(content));
        }
        return map;
    }
};

template <HasFields Spec>
struct Writer<Spec> {
    static Value write(const Spec& spec) {
        Value map;
        map.kind = Value::Kind::kMap;
        std::apply([&](const auto&... field) { (add(map, field, spec.*field.member), ...); },
                   SpecTable<Spec>::fields);
        return map;
    }

private:
    template <class F, class T>
    static void add(Value& map, const F& field, const T& content) {
        add_member(map, field.name, Writer<T>::write(content));
    }
    template <class F, class T>
    static void add(Value& map, const F& field, const std::optional<T>& content) {
        if (content) {
            add(map, field, *content);
        }
    }
};

template <HasFields Spec>
std::string to_yaml(const Spec& spec) {
    return to_yaml(Writer<Spec>::write(spec));
}

}  // namespace tidepool::config
