#include "sim/config/describe.h"

#include <cmath>

#include "sim/base/json.h"

namespace tidepool::config {

const Shape& shape_of(const std::vector<SpecShape>& specs, std::string_view spec,
                      std::string_view key) {
    for (const SpecShape& candidate : specs) {
        for (const FieldShape& field : candidate.fields) {
            if (candidate.name == spec && field.name == key) {
                return field.shape;
            }
        }
    }
    TP_ASSERT(false, "values are written from the same tables as shapes");
}

std::string range_text(const Shape& shape, const Rule& rule) {
    if (shape.type == Shape::Type::kList || shape.type == Shape::Type::kMap) {
        const std::string each = range_text(shape.item.front(), rule);
        return each.empty() ? each : "each " + each;
    }
    const auto print = [&](double bound) {
        return shape.type == Shape::Type::kQuantity ? print_human(bound, shape.dimension)
                                                    : shortest(bound);
    };
    const std::string unit = shape.type == Shape::Type::kText ? " characters" : "";
    if (std::isinf(rule.min) && std::isinf(rule.max)) {
        return {};
    }
    if (shape.type == Shape::Type::kText && rule.min == 1 && std::isinf(rule.max)) {
        return "not empty";
    }
    if (std::isinf(rule.max)) {
        return "at least " + print(rule.min) + unit;
    }
    if (std::isinf(rule.min)) {
        return "at most " + print(rule.max) + unit;
    }
    return "between " + print(rule.min) + " and " + print(rule.max) + unit;
}

std::string human_text(const Shape& shape, const Value& scalar) {
    if (shape.type != Shape::Type::kQuantity) {
        return scalar.text;
    }
    const Parsed<double> number = parse_quantity(scalar.text, shape.dimension);
    TP_ASSERT(number.ok(), "what to_yaml() writes can be read");
    return print_human(number.value, shape.dimension);
}

}  // namespace tidepool::config
