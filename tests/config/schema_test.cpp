#include "sim/config/schema.h"

#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/rig.h"
#include "tests/config/texts.h"

namespace tidepool::config {
namespace {

using rig::RigSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// JSON is YAML, so the schema can be read with our own reader.
Value schema() {
    Issues issues;
    Value root =
        parse_yaml(json_schema<RigSpec>("Rig", "https://example.org/rig.json"), "s", issues);
    EXPECT_THAT(texts(issues), IsEmpty());
    return root;
}

const Value& at(const Value& root, const std::vector<std::string>& path) {
    const Value* value = &root;
    for (const std::string& key : path) {
        const Value* next = value->find(key);
        if (next == nullptr) {
            ADD_FAILURE() << "no key " << key;
            return *value;
        }
        value = next;
    }
    return *value;
}

std::vector<std::string> items(const Value& list) {
    std::vector<std::string> result;
    for (const Value& item : list.items) {
        result.push_back(item.text);
    }
    return result;
}

TEST(JsonSchema, IsDraftSevenAndStrict) {
    const Value root = schema();
    EXPECT_EQ(at(root, {"$schema"}).text, "http://json-schema.org/draft-07/schema#");
    EXPECT_EQ(at(root, {"$id"}).text, "https://example.org/rig.json");
    EXPECT_EQ(at(root, {"title"}).text, "Rig");
    EXPECT_EQ(at(root, {"additionalProperties"}).text, "false");
    EXPECT_EQ(at(root, {"definitions", "disk", "additionalProperties"}).text, "false");
    EXPECT_THAT(items(at(root, {"required"})), ElementsAre("name"));
    EXPECT_EQ(at(root, {"properties"}).members.size(), 17U);
    EXPECT_EQ(root.find("definitions")->members.size(), 1U);
}

TEST(JsonSchema, SaysTypesRangesAndDefaults) {
    const Value properties = at(schema(), {"properties"});
    EXPECT_EQ(at(properties, {"name", "minLength"}).text, "1");
    EXPECT_EQ(at(properties, {"name"}).find("default"), nullptr);
    EXPECT_THAT(items(at(properties, {"gpus", "type"})), ElementsAre("integer", "string"));
    EXPECT_EQ(at(properties, {"gpus", "minimum"}).text, "1");
    EXPECT_EQ(at(properties, {"gpus", "maximum"}).text, "72");
    EXPECT_EQ(at(properties, {"gpus", "default"}).text, "8");
    EXPECT_EQ(at(properties, {"load"}).find("maximum"), nullptr);
    EXPECT_EQ(at(properties, {"timeout", "default"}).text, "1 d");
    EXPECT_EQ(at(properties, {"timeout", "description"}).text,
              "Longest job. Allowed: between 1 s and 7 d.");
    EXPECT_EQ(at(properties, {"share", "default"}).text, "0.6");
    EXPECT_FALSE(at(properties, {"share", "default"}).quoted);
    EXPECT_THAT(items(at(properties, {"window", "default"})), ElementsAre("7 d", "2 w"));
    EXPECT_EQ(at(properties, {"power"}).find("default"), nullptr);
    EXPECT_EQ(at(properties, {"caps", "additionalProperties", "type"}).text, "string");
}

TEST(JsonSchema, ListsKindsWithTheirSummaries) {
    const Value root = schema();
    EXPECT_THAT(items(at(root, {"properties", "order", "enum"})),
                ElementsAre("fifo", "shortest", "backfill"));
    EXPECT_THAT(
        items(at(root, {"properties", "order", "enumDescriptions"})),
        ElementsAre("first come, first served", "least work first", "short jobs fill the gaps"));
}

TEST(JsonSchema, RefersToNestedSpecsAndTheirOwnDefaults) {
    const Value properties = at(schema(), {"properties"});
    EXPECT_EQ(at(properties, {"scratch", "allOf"}).items.at(0).find("$ref")->text,
              "#/definitions/disk");
    EXPECT_EQ(at(properties, {"scratch"}).find("default"), nullptr);
    EXPECT_EQ(at(properties, {"archive", "default", "size"}).text, "1 PB");
    EXPECT_EQ(at(properties, {"disks", "items", "$ref"}).text, "#/definitions/disk");
}

TEST(JsonSchema, PatternsAndReaderAgree) {
    const Value properties = at(schema(), {"properties"});
    for (const char* text : {"90 s", "1.5h", "90", "5 GB", "1 h 30 min", "s", "010 s", "1e3 ms"}) {
        for (const char* key : {"timeout", "speed", "failures", "budget"}) {
            const std::regex pattern(at(properties, {key, "pattern"}).text);
            const Dimension dimension = std::string(key) == "timeout"  ? Dimension::kTime
                                        : std::string(key) == "speed"  ? Dimension::kFlops
                                        : std::string(key) == "budget" ? Dimension::kMoney
                                                                       : Dimension::kEventRate;
            EXPECT_EQ(std::regex_match(text, pattern), parse_quantity(text, dimension).ok())
                << key << ": " << text;
        }
        const std::regex counts(at(properties, {"gpus", "pattern"}).text);
        EXPECT_FALSE(std::regex_match(text, counts) && std::string(text) != "1 h 30 min") << text;
    }
    const std::regex counts(at(properties, {"gpus", "pattern"}).text);
    EXPECT_TRUE(std::regex_match("512 GPUs", counts));
    EXPECT_FALSE(std::regex_match("12 k", counts));
}

TEST(ReferenceMarkdown, HasASectionPerSpecAndARowPerField) {
    const std::string text = reference_markdown<RigSpec>();
    EXPECT_THAT(text, testing::StartsWith("## rig\n\nA server on a bench.\n\n| key | type |"));
    EXPECT_THAT(text,
                HasSubstr("| `name` | text | **required** | not empty | What people call it. |"));
    EXPECT_THAT(text,
                HasSubstr("| `gpus` | whole number | `8` | between 1 and 72 | GPUs in it. |"));
    EXPECT_THAT(text, HasSubstr("| `timeout` | time, as `90 s` | `1 d` | between 1 s and 7 d | "));
    EXPECT_THAT(text, HasSubstr("| `power` | power, as `90 kW` | none | at least 0 W | "));
    EXPECT_THAT(text, HasSubstr("Dense BF16 \\| tensor cores."));
    EXPECT_THAT(text, HasSubstr("| `scratch` | [disk](#disk) | see there |  | "));
    EXPECT_THAT(text,
                HasSubstr("| `archive` | [disk](#disk) | `{size: 1 PB, rate: 1 GB/s}` |  | "));
    EXPECT_THAT(text, HasSubstr("| `window` | list of: time, as `90 s` | `[7 d, 2 w]` | each at "
                                "least 0 s | "));
    EXPECT_THAT(text, HasSubstr("| `caps` | map from names to: power, as `90 kW` | `{}` | each "
                                "between 0 W and 1 MW | "));
    EXPECT_THAT(text, HasSubstr("Kinds of `order`:\n\n- `fifo`: first come, first served\n"));
    EXPECT_THAT(text, HasSubstr("\n## disk\n\nA place for checkpoints.\n"));
}

}  // namespace
}  // namespace tidepool::config
