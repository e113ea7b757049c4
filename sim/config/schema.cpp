#include "sim/config/schema.h"

#include <cmath>
#include <cstdint>

#include "sim/base/json.h"

namespace tidepool::config {
namespace {

using Type = Shape::Type;

class SchemaPrinter {
public:
    explicit SchemaPrinter(const std::vector<SpecShape>& specs) : specs_(specs) {}

    std::string document(std::string_view title, std::string_view id) {
        json_.begin_object();
        json_.member("$schema", "http://json-schema.org/draft-07/schema#");
        json_.member("$id", id);
        json_.member("title", title);
        object(specs_.front());
        if (specs_.size() > 1) {
            json_.key("definitions").begin_object();
            for (std::size_t i = 1; i < specs_.size(); ++i) {
                json_.key(specs_[i].name).begin_object();
                object(specs_[i]);
                json_.end_object();
            }
            json_.end_object();
        }
        json_.end_object();
        return json_.str();
    }

private:
    void object(const SpecShape& spec) {
        json_.member("description", spec.doc);
        json_.member("type", "object");
        json_.member("additionalProperties", false);
        json_.key("properties").begin_object();
        bool any_required = false;
        for (const FieldShape& field : spec.fields) {
            property(field);
            any_required = any_required || field.rule.required;
        }
        json_.end_object();
        if (any_required) {
            json_.key("required").begin_array();
            for (const FieldShape& field : spec.fields) {
                if (field.rule.required) {
                    json_.value(field.name);
                }
            }
            json_.end_array();
        }
    }

    void property(const FieldShape& field) {
        const std::string range = range_text(field.shape, field.rule);
        json_.key(field.name).begin_object();
        json_.member("description",
                     std::string(field.doc) + (range.empty() ? "" : " Allowed: " + range + "."));
        if (field.shape.type == Type::kSpec) {
            // Draft 7 ignores whatever stands beside a $ref.
            json_.key("allOf").begin_array().begin_object();
            constraints(field.shape, field.rule);
            json_.end_object().end_array();
        } else {
            constraints(field.shape, field.rule);
        }
        if (field.fallback) {
            json_.key("default");
            value(field.shape, *field.fallback);
        }
        json_.end_object();
    }

    void constraints(const Shape& shape, const Rule& rule) {
        switch (shape.type) {
            case Type::kText:
                json_.member("type", "string");
                bounds("minLength", "maxLength", rule);
                break;
            case Type::kBool:
                json_.member("type", "boolean");
                break;
            case Type::kInteger:
                either("integer");
                json_.member("pattern", "^[-+]?(?:0|[1-9][0-9]*) *[A-Za-z]{3,}$");
                bounds("minimum", "maximum", rule);
                break;
            case Type::kNumber:
                json_.member("type", "number");
                bounds("minimum", "maximum", rule);
                break;
            case Type::kQuantity:
                if (shape.dimension == Dimension::kFraction) {
                    either("number");
                    bounds("minimum", "maximum", rule);
                } else {
                    json_.member("type", "string");
                }
                json_.member("pattern", quantity_pattern(shape.dimension));
                break;
            case Type::kKind:
                kinds(shape);
                break;
            case Type::kSpec:
                json_.member("$ref", shape.spec == specs_.front().name
                                         ? "#"
                                         : "#/definitions/" + std::string(shape.spec));
                break;
            case Type::kList:
            case Type::kMap:
                json_.member("type", shape.type == Type::kList ? "array" : "object");
                if (shape.type == Type::kList && shape.item.front().type == Type::kAny) {
                    json_.member("minItems", 1.0);  // values to choose from
                }
                json_.key(shape.type == Type::kList ? "items" : "additionalProperties");
                json_.begin_object();
                constraints(shape.item.front(), rule);
                json_.end_object();
                break;
            case Type::kAny:
                break;
        }
    }

    void either(std::string_view bare) {
        json_.key("type").begin_array().value(bare).value("string").end_array();
    }

    void bounds(std::string_view least, std::string_view most, const Rule& rule) {
        if (!std::isinf(rule.min)) {
            json_.member(least, rule.min);
        }
        if (!std::isinf(rule.max)) {
            json_.member(most, rule.max);
        }
    }

    void kinds(const Shape& shape) {
        json_.member("type", "string");
        json_.key("enum").begin_array();
        for (const Choice& choice : shape.choices) {
            json_.value(choice.name);
        }
        json_.end_array();
        json_.key("enumDescriptions").begin_array();  // shown by yaml-language-server
        for (const Choice& choice : shape.choices) {
            json_.value(choice.summary);
        }
        json_.end_array();
    }

    void value(const Shape& shape, const Value& tree) {
        switch (tree.kind) {
            case Value::Kind::kNull:
                json_.null();
                break;
            case Value::Kind::kScalar:
                scalar(shape, tree);
                break;
            case Value::Kind::kSequence:
                json_.begin_array();
                for (const Value& item : tree.items) {
                    value(shape.item.front(), item);
                }
                json_.end_array();
                break;
            case Value::Kind::kMap:
                json_.begin_object();
                for (const Member& member : tree.members) {
                    json_.key(member.key);
                    value(shape.type == Type::kMap ? shape.item.front()
                                                   : shape_of(specs_, shape.spec, member.key),
                          member.value);
                }
                json_.end_object();
                break;
        }
    }

    void scalar(const Shape& shape, const Value& tree) {
        const std::string text = human_text(shape, tree);
        const bool bare = number_length(text) == text.size();
        if (shape.type == Type::kBool) {
            json_.value(text == "true");
        } else if (shape.type == Type::kInteger) {
            json_.value(parse_integer(text).value);
        } else if (shape.type == Type::kNumber || (shape.type == Type::kQuantity && bare)) {
            json_.value(parse_number(text).value);
        } else {
            json_.value(text);
        }
    }

    const std::vector<SpecShape>& specs_;
    JsonWriter json_;
};

}  // namespace

std::string json_schema(const std::vector<SpecShape>& specs, std::string_view title,
                        std::string_view id) {
    return SchemaPrinter(specs).document(title, id);
}

}  // namespace tidepool::config
