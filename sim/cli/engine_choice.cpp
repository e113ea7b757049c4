#include "sim/cli/engine_choice.h"

#include <utility>

#include "sim/base/issue.h"
#include "sim/batch/closed_form.h"
#include "sim/engine/engine.h"

namespace tidepool::cli {

std::string network_name(const Arguments& arguments, const scenario::Loaded& loaded) {
    using scenario::NetworkRates;
    const NetworkRates rates =
        loaded.spec.network ? loaded.spec.network->rates : NetworkRates::kOff;
    switch (rates) {
        case NetworkRates::kOff:
            return "off";
        case NetworkRates::kTable:
            return "table";
        case NetworkRates::kMaxMin:
            return "maxmin";
        case NetworkRates::kSimGrid:
            return "simgrid";
        case NetworkRates::kAuto:
            break;
    }
    return arguments.engine == "batch" || arguments.cell ? "maxmin" : "simgrid";
}

void check_engine(const Arguments& arguments, const scenario::Loaded& loaded) {
    if (arguments.engine == "batch" && network_name(arguments, loaded) == "simgrid") {
        throw input_error("--engine", "`batch` has no SimGrid rates, which `network.rates` wants",
                          "leave --engine out, or add --network maxmin");
    }
}

model::Ledger run_on_engine(const Arguments& arguments, const scenario::Loaded& loaded,
                            const scenario::Compiled& compiled, scenario::Observer observer) {
    if (arguments.engine == "batch") {
        return batch::run(compiled, std::move(observer));
    }
    const bool theirs = network_name(arguments, loaded) == "simgrid";
    return engine::run(loaded.topology, compiled,
                       theirs ? engine::Rates::kSimGrid : engine::Rates::kOwn, std::move(observer));
}

}  // namespace tidepool::cli
