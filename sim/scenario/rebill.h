#pragma once
// A finished run under other prices and costs, without running it again.

#include <string>

#include "sim/money/statement.h"
#include "sim/money/usage.h"

namespace tidepool::scenario {

struct Rebilled {
    money::Statement statement;
    std::string resolved_yaml;  // of the scenario with the new sections
};

// `resolved_yaml`, `usage`: of the run, whose file is `result`. `price_file`: a YAML file whose
// `prices`, `costs` and `sla` take the place of the scenario's; what it leaves out stays. Throws
// InputError for everything that is wrong with it, and for prices that would have changed the run:
// what spot tenants bid decides who runs.
Rebilled rebill(const std::string& result, const std::string& resolved_yaml,
                const std::string& origin, const money::Usage& usage,
                const std::string& price_file);

}  // namespace tidepool::scenario
