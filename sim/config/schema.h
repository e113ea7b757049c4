#pragma once
// A field table as JSON Schema (draft-07, the newest that yaml-language-server knows) for editors
// and checkers, and as a Markdown page for people. Both are complete: nested specs, kinds with
// their summaries, defaults, ranges, units.

#include <string>
#include <string_view>
#include <vector>

#include "sim/config/describe.h"

namespace tidepool::config {

// `specs` as describe() returns them: the root first.
std::string json_schema(const std::vector<SpecShape>& specs, std::string_view title,
                        std::string_view id);
std::string reference_markdown(const std::vector<SpecShape>& specs);

// A checker that follows the schema accepts what read() accepts; what no schema can say (ranges of
// numbers with units, rules between fields) is left to read(), ranges are part of the descriptions.
template <HasFields Spec>
std::string json_schema(std::string_view title, std::string_view id) {
    return json_schema(describe<Spec>(), title, id);
}

// One section per spec, the root first: a table of keys, and the kinds of every field that has
// some.
template <HasFields Spec>
std::string reference_markdown() {
    return reference_markdown(describe<Spec>());
}

}  // namespace tidepool::config
