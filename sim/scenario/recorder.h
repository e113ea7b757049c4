#pragma once
// The part of a driver that every clock shares: writes the ledger while core::replay runs. Job
// records, exact integrals per bin and over the whole run. The clock itself comes from a derived
// driver.

#include <cstdint>
#include <functional>

#include "sim/core/state.h"
#include "sim/model/ledger.h"
#include "sim/scenario/compile.h"

namespace tidepool::scenario {

// Called between events with the present tick and the ledger so far (bins before the present one
// are final). Returning false ends the run.
using Observer = std::function<bool(Ticks now, const model::Ledger& ledger)>;

class Recorder {
public:
    // Both must outlive the recorder. `state` is the state that replay() runs on.
    Recorder(const Compiled& compiled, const core::State& state, Observer observer);

    // Hooks of core::replay.
    bool advance(std::uint32_t now);
    void started(const core::Slot& slot);
    void finished(const core::Slot& slot);

    // After replay() returned `end`: closes the integrals and hands the ledger out, conservation
    // checked.
    model::Ledger close(std::uint32_t end);

private:
    void account(std::uint32_t to);

    const Compiled& compiled_;
    const core::Plan plan_;
    const core::State& state_;
    Observer observer_;
    model::Ledger ledger_;
    std::uint32_t last_ = 0;          // accounted up to here
    std::uint64_t observed_bin_ = 0;  // bin of the last call to the observer
    std::uint64_t since_observed_ = 0;
    bool stopped_ = false;
};

}  // namespace tidepool::scenario
