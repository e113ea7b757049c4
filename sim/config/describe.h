#pragma once
// What a field table says, as data: the JSON Schema and the reference page are printed from this,
// so that only this step needs templates.

#include <algorithm>
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
#include "sim/config/write.h"

namespace tidepool::config {

struct Choice {
    std::string_view name, summary;
};

struct Shape {
    enum class Type { kText, kBool, kInteger, kNumber, kQuantity, kKind, kSpec, kList, kMap, kAny };
    Type type = Type::kText;
    Dimension dimension = Dimension::kTime;  // of quantities
    std::vector<Choice> choices;             // of kinds
    std::string_view spec;                   // name of the spec
    std::vector<Shape> item;                 // of lists and maps: one
};

struct FieldShape {
    std::string_view name, doc;
    Rule rule;
    Shape shape;
    std::optional<Value>
        fallback;  // the default, as to_yaml() writes it; none for required fields,
                   // optional values, and specs that start as their own defaults
};

struct SpecShape {
    std::string_view name, doc;
    std::vector<FieldShape> fields;
    const void* identity = nullptr;  // tells apart specs that share a name by mistake
};

template <class T>
struct Describer;  // static Shape shape(std::vector<SpecShape>& specs)

// Adds a spec, and the specs of its fields after it, unless it is there already.
template <HasFields Spec>
void add_spec(std::vector<SpecShape>& specs) {
    const std::string_view name = SpecTable<Spec>::name;
    const void* identity = &SpecTable<Spec>::fields;
    const auto same = std::find_if(specs.begin(), specs.end(),
                                   [&](const SpecShape& spec) { return spec.name == name; });
    if (same != specs.end()) {
        TP_ASSERT(same->identity == identity, "specs that appear together have different names");
        return;
    }
    const std::size_t index = specs.size();
    specs.push_back({name, SpecTable<Spec>::doc, {}, identity});
    std::vector<FieldShape> fields;
    const Spec defaults{};
    const auto add = [&]<class T>(const Field<Spec, T>& field) {
        FieldShape shape{field.name, field.doc, field.rule, Describer<T>::shape(specs), {}};
        if (!field.rule.required) {
            shape.fallback = Describer<T>::fallback(defaults.*field.member);
        }
        fields.push_back(std::move(shape));
    };
    std::apply([&](const auto&... field) { (add(field), ...); }, SpecTable<Spec>::fields);
    specs[index].fields = std::move(fields);
}

// Types whose shape is only a tag.
template <class T, Shape::Type kType>
struct LeafDescriber {
    static Shape shape(std::vector<SpecShape>&) {
        return {.type = kType, .choices = {}, .spec = {}, .item = {}};
    }
    static std::optional<Value> fallback(const T& value) { return Writer<T>::write(value); }
};
template <>
struct Describer<std::string> : LeafDescriber<std::string, Shape::Type::kText> {};
template <>
struct Describer<bool> : LeafDescriber<bool, Shape::Type::kBool> {};
template <>
struct Describer<std::int64_t> : LeafDescriber<std::int64_t, Shape::Type::kInteger> {};
template <>
struct Describer<double> : LeafDescriber<double, Shape::Type::kNumber> {};
template <>
struct Describer<Value> : LeafDescriber<Value, Shape::Type::kAny> {};

template <HasDimension T>
struct Describer<T> : LeafDescriber<T, Shape::Type::kQuantity> {
    static Shape shape(std::vector<SpecShape>&) {
        Shape shape;
        shape.type = Shape::Type::kQuantity;
        shape.dimension = DimensionOf<T>::value;
        return shape;
    }
};

template <HasKinds T>
struct Describer<T> : LeafDescriber<T, Shape::Type::kKind> {
    static Shape shape(std::vector<SpecShape>&) {
        Shape shape;
        shape.type = Shape::Type::kKind;
        for (const auto& kind : KindTable<T>::kinds) {
            shape.choices.push_back({kind.name, kind.summary});
        }
        return shape;
    }
};

template <HasFields T>
struct Describer<T> {
    static Shape shape(std::vector<SpecShape>& specs) {
        add_spec<T>(specs);
        Shape shape;
        shape.type = Shape::Type::kSpec;
        shape.spec = SpecTable<T>::name;
        return shape;
    }
    static std::optional<Value> fallback(const T& value) {
        Value tree = Writer<T>::write(value);
        const bool usual = to_yaml(tree) == to_yaml(T{});
        return usual ? std::nullopt : std::optional(std::move(tree));
    }
};

template <class T>
struct Describer<std::optional<T>> {
    static Shape shape(std::vector<SpecShape>& specs) { return Describer<T>::shape(specs); }
    static std::optional<Value> fallback(const std::optional<T>& value) {
        return value ? std::optional(Writer<T>::write(*value)) : std::nullopt;
    }
};

template <class T>
struct Describer<std::vector<T>> : LeafDescriber<std::vector<T>, Shape::Type::kList> {
    static Shape shape(std::vector<SpecShape>& specs) {
        Shape shape;
        shape.type = Shape::Type::kList;
        shape.item.push_back(Describer<T>::shape(specs));
        return shape;
    }
};

template <class T>
struct Describer<std::vector<std::pair<std::string, T>>>
    : LeafDescriber<std::vector<std::pair<std::string, T>>, Shape::Type::kMap> {
    static Shape shape(std::vector<SpecShape>& specs) {
        Shape shape;
        shape.type = Shape::Type::kMap;
        shape.item.push_back(Describer<T>::shape(specs));
        return shape;
    }
};

// The spec itself first, then every spec it uses, each once, in the order met.
template <HasFields Spec>
std::vector<SpecShape> describe() {
    std::vector<SpecShape> specs;
    add_spec<Spec>(specs);
    return specs;
}

// The shape of a field of the spec called `spec`; both must exist.
const Shape& shape_of(const std::vector<SpecShape>& specs, std::string_view spec,
                      std::string_view key);

// "between 1 s and 7 d", "at least 1", or empty; of lists and maps, the range of an item.
std::string range_text(const Shape& shape, const Rule& rule);

// A default as people write it: `1 d` for 86400 s.
std::string human_text(const Shape& shape, const Value& scalar);

}  // namespace tidepool::config
