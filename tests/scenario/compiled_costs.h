#pragma once
// From a `costs` section in YAML to a cost book, and issues as text.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/read.h"
#include "sim/scenario/compile_costs.h"
#include "tests/topology/reading.h"

namespace tidepool::scenario {

inline constexpr const char* kTwoServers = "clusters: [{name: a, server: hgx-h100, nodes: 2}]\n";

struct Compiled {
    money::CostBook book;
    Issues issues;
    std::vector<std::string> problems() const {
        std::vector<std::string> lines;
        for (const Issue& issue : issues.list()) {
            lines.push_back(to_string(issue));
        }
        return lines;
    }
};

inline Compiled compiled(const std::string& yaml, const std::string& topology = kTwoServers,
                         const std::string& file = "c.yaml") {
    Compiled result;
    const config::Value section =
        resolve_costs(config::parse_yaml(yaml, file, result.issues), "costs", result.issues);
    const auto spec = config::read<CostsSpec>(section, "costs", result.issues);
    if (result.issues.empty()) {
        result.book = compile_costs(spec, topology::good_topology(topology), currencies_of(spec),
                                    section, "costs", result.issues);
    }
    return result;
}

inline money::CostBook good(const std::string& yaml, const std::string& topology = kTwoServers) {
    Compiled result = compiled(yaml, topology);
    EXPECT_THAT(result.problems(), testing::IsEmpty());
    return result.book;
}

inline std::string only_problem(const std::string& yaml,
                                const std::string& topology = kTwoServers) {
    const std::vector<std::string> problems = compiled(yaml, topology).problems();
    EXPECT_EQ(problems.size(), 1u) << yaml << testing::PrintToString(problems);
    return problems.empty() ? "" : problems[0];
}

}  // namespace tidepool::scenario
