#pragma once
// Scenarios with services in process: YAML in, the ledger with the fate of its requests out.

#include <filesystem>
#include <string>

#include "sim/batch/closed_form.h"
#include "sim/model/kpis.h"
#include "sim/scenario/serve.h"
#include "tests/validation/whole_program.h"
#include "tests/workloads/scratch.h"

namespace tidepool::validation {

inline std::string shipped(const std::string& trace) {
    return std::string(TIDEPOOL_SOURCE_DIR) + "/workloads/traces/" + trace;
}

inline model::Ledger serve_run(const scenario::Loaded& loaded) {
    const scenario::Compiled compiled = scenario::compile(loaded);
    model::Ledger ledger = batch::run(compiled, {});
    EXPECT_TRUE(scenario::serve(loaded, compiled.demand, ledger.unit_log, compiled.plan.seed,
                                ledger.end, ledger.bin_width, ledger.services));
    return ledger;
}

inline model::Ledger serve_shipped(const std::string& name,
                                   std::vector<std::string> overrides = {}) {
    const std::string path =
        std::string(TIDEPOOL_SOURCE_DIR) + "/scenarios/" + name + "/scenario.yaml";
    return serve_run(scenario::load(path, {std::move(overrides), {}, {}}));
}

inline model::Ledger serve_text(const std::string& yaml) {
    const workloads::Scratch scratch;
    const std::string path = scratch.file("scenario.yaml", yaml);
    return serve_run(scenario::load(path, {}));
}

}  // namespace tidepool::validation
