#include <string>

#include "sim/config/schema.h"

namespace tidepool::config {
namespace {

using Type = Shape::Type;

// Text inside a table cell.
std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') {
            result += "\\|";
        } else {
            result += c == '\n' ? ' ' : c;
        }
    }
    return result;
}

std::string code(std::string_view text) {
    return "`" + cell(text) + "`";
}

std::string type_text(const Shape& shape) {
    switch (shape.type) {
        case Type::kText:
            return "text";
        case Type::kBool:
            return "`true` or `false`";
        case Type::kInteger:
            return "whole number";
        case Type::kNumber:
            return "number";
        case Type::kQuantity: {
            const DimensionInfo& info = dimension_info(shape.dimension);
            if (shape.dimension == Dimension::kFraction) {
                return "fraction, as `60 %` or `0.6`";
            }
            return std::string(info.name) + ", as " + code("90 " + std::string(info.usual));
        }
        case Type::kKind: {
            std::string text = "one of";
            for (const Choice& choice : shape.choices) {
                text += (text.ends_with('f') ? " " : ", ") + code(choice.name);
            }
            return text;
        }
        case Type::kSpec:
            return "[" + std::string(shape.spec) + "](#" + std::string(shape.spec) + ")";
        case Type::kList:
            return "list of: " + type_text(shape.item.front());
        case Type::kMap:
            return "map from names to: " + type_text(shape.item.front());
        case Type::kAny:
            return "any YAML";
    }
    return {};
}

// A value in flow style, with numbers as people write them.
std::string flow_text(const std::vector<SpecShape>& specs, const Shape& shape, const Value& value) {
    std::string text;
    switch (value.kind) {
        case Value::Kind::kNull:
            return "null";
        case Value::Kind::kScalar:
            return value.text.empty() ? "''" : human_text(shape, value);
        case Value::Kind::kSequence:
            for (const Value& item : value.items) {
                text += (text.empty() ? "" : ", ") + flow_text(specs, shape.item.front(), item);
            }
            return "[" + text + "]";
        case Value::Kind::kMap:
            for (const Member& member : value.members) {
                const Shape& inner = shape.type == Type::kMap
                                         ? shape.item.front()
                                         : shape_of(specs, shape.spec, member.key);
                text += (text.empty() ? "" : ", ") + member.key + ": " +
                        flow_text(specs, inner, member.value);
            }
            return "{" + text + "}";
    }
    return {};
}

std::string default_text(const std::vector<SpecShape>& specs, const FieldShape& field) {
    if (field.rule.required) {
        return "**required**";
    }
    if (field.fallback) {
        return code(flow_text(specs, field.shape, *field.fallback));
    }
    return field.shape.type == Type::kSpec ? "see there" : "none";
}

const Shape& innermost(const Shape& shape) {
    return shape.item.empty() ? shape : innermost(shape.item.front());
}

std::string section(const std::vector<SpecShape>& specs, const SpecShape& spec) {
    std::string text = "## " + std::string(spec.name) + "\n\n" + std::string(spec.doc) + "\n\n";
    text += "| key | type | default | range | meaning |\n|---|---|---|---|---|\n";
    for (const FieldShape& field : spec.fields) {
        text += "| " + code(field.name) + " | " + type_text(field.shape) + " | " +
                default_text(specs, field) + " | " + cell(range_text(field.shape, field.rule)) +
                " | " + cell(field.doc) + " |\n";
    }
    for (const FieldShape& field : spec.fields) {
        const Shape& shape = innermost(field.shape);
        if (shape.type == Type::kKind) {
            text += "\nKinds of " + code(field.name) + ":\n\n";
            for (const Choice& choice : shape.choices) {
                text += "- " + code(choice.name) + ": " + std::string(choice.summary) + "\n";
            }
        }
    }
    return text;
}

}  // namespace

std::string reference_markdown(const std::vector<SpecShape>& specs) {
    std::string text;
    for (const SpecShape& spec : specs) {
        text += (text.empty() ? "" : "\n") + section(specs, spec);
    }
    return text;
}

}  // namespace tidepool::config
