#include "sim/batch/closed_form.h"

#include <utility>

#include "sim/scenario/drive.h"

namespace tidepool::batch {

model::Ledger run(const scenario::Compiled& compiled, scenario::Observer observer) {
    return scenario::drive<scenario::Recorder>(compiled, std::move(observer),
                                               scenario::own_solver(compiled));
}

}  // namespace tidepool::batch
