#pragma once
// Values -> specs. Strict and total: a key nobody asked for, a missing one, a wrong type, a missing
// unit and a value out of range are all issues, and one call reports every one of them. Never
// throws on bad input; fields that could not be read keep their defaults, so look at the issues
// before using the spec.
//
// What must hold between fields is a function beside the spec, found by argument-dependent lookup
// and called after the fields of a spec were all read without an issue (declare it before the first
// read()):
//   void validate(const Spec&, const config::Value&, const std::string& path, Issues&);

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/config/field.h"
#include "sim/config/scalar.h"
#include "sim/config/text.h"
#include "sim/config/value.h"

namespace tidepool::config {

template <class Spec>
concept HasValidate = requires(const Spec& spec, const Value& value, const std::string& path,
                               Issues& issues) {
    validate(spec, value, path, issues);
};

template <class T>
struct Reader {
    static_assert(!sizeof(T), "no reader for this member type; field.h lists those that have one");
};

template <>
struct Reader<std::string> {
    static void read(const Place& place, const Rule& rule, std::string& out) {
        out = read_text(place, rule).value_or(out);
    }
};

template <>
struct Reader<bool> {
    static void read(const Place& place, const Rule&, bool& out) {
        out = read_bool(place).value_or(out);
    }
};

template <>
struct Reader<std::int64_t> {
    static void read(const Place& place, const Rule& rule, std::int64_t& out) {
        out = read_integer(place, rule).value_or(out);
    }
};

template <>
struct Reader<double> {
    static void read(const Place& place, const Rule& rule, double& out) {
        out = read_number(place, rule).value_or(out);
    }
};

template <HasDimension T>
struct Reader<T> {
    static void read(const Place& place, const Rule& rule, T& out) {
        out.value = read_quantity(place, rule, DimensionOf<T>::value).value_or(out.value);
    }
};

template <HasKinds T>
struct Reader<T> {
    static void read(const Place& place, const Rule&, T& out) {
        std::vector<std::string> names;
        for (const auto& kind : KindTable<T>::kinds) {
            names.emplace_back(kind.name);
        }
        if (const auto index = read_kind(place, names)) {
            out = KindTable<T>::kinds[*index].value;
        }
    }
};

template <>
struct Reader<Value> {  // anything at all, for somebody else to judge
    static void read(const Place& place, const Rule&, Value& out) { out = place.value; }
};

template <class T>
struct Reader<std::optional<T>> {
    static void read(const Place& place, const Rule& rule, std::optional<T>& out) {
        Reader<T>::read(place, rule, out.emplace());
    }
};

template <class T>
struct Reader<std::vector<T>> {
    static void read(const Place& place, const Rule& rule, std::vector<T>& out) {
        if (!expect_list(place)) {
            return;
        }
        out.assign(place.value.items.size(), T{});
        for (std::size_t i = 0; i < out.size(); ++i) {
            const std::string path = place.path + "[" + std::to_string(i) + "]";
            Reader<T>::read({place.value.items[i], path, place.issues}, rule, out[i]);
        }
    }
};

// Anything to choose from: at least one.
template <>
struct Reader<std::vector<Value>> {
    static void read(const Place& place, const Rule&, std::vector<Value>& out) {
        if (expect_list(place)) {
            out = place.value.items;
            if (out.empty()) {
                place.fail("needs at least one value");
            }
        }
    }
};

template <class T>
struct Reader<std::vector<std::pair<std::string, T>>> {
    static void read(const Place& place, const Rule& rule,
                     std::vector<std::pair<std::string, T>>& out) {
        if (!expect_map(place)) {
            return;
        }
        out.clear();
        for (const Member& member : place.value.members) {
            const std::string path = join_path(place.path, printable(member.key));
            out.emplace_back(member.key, T{});
            Reader<T>::read({member.value, path, place.issues}, rule, out.back().second);
        }
    }
};

template <HasFields Spec>
struct Reader<Spec> {
    static void read(const Place& place, const Rule&, Spec& out) {
        if (!expect_map(place)) {
            return;
        }
        const std::size_t issues_before = place.issues.list().size();
        std::vector<std::string> known;
        std::apply(
            [&](const auto&... field) {
                (known.emplace_back(field.name), ...);
                (read_field(place, field, out), ...);
            },
            SpecTable<Spec>::fields);
        report_unknown_keys(place, known);
        if constexpr (HasValidate<Spec>) {
            if (place.issues.list().size() == issues_before) {
                validate(std::as_const(out), place.value, place.path, place.issues);
            }
        }
    }

    template <class T>
    static void read_field(const Place& place, const Field<Spec, T>& field, Spec& out) {
        if (const Value* value = place.value.find(field.name)) {
            const std::string path = join_path(place.path, field.name);
            Reader<T>::read({*value, path, place.issues}, field.rule, out.*field.member);
        } else if (field.rule.required) {
            report_missing(place, field.name);
        }
    }
};

// `path` is the path of the value itself: empty for a whole file.
template <class Spec>
Spec read(const Value& value, const std::string& path, Issues& issues) {
    Spec spec;
    const bool parse_failed = value.kind == Value::Kind::kNull && value.at.file.empty();
    if (parse_failed) {
        TP_ASSERT(!issues.empty(), "a tree that could not be parsed was reported");
    } else {
        Reader<Spec>::read({value, path, issues}, Rule{}, spec);
    }
    return spec;
}

}  // namespace tidepool::config
