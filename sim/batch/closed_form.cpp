#include "sim/batch/closed_form.h"

#include <utility>

#include "sim/scenario/drive.h"

namespace tidepool::batch {
namespace {

class ClosedForm : public scenario::Recorder {
public:
    ClosedForm(const scenario::Compiled& compiled, const core::State& state,
               scenario::Observer observer)
        : Recorder(compiled, state, std::move(observer)), duration_(compiled.plan.duration) {}

    std::uint32_t ends_at(std::uint32_t rank, std::uint32_t start) const {
        return core::later(start, duration_[rank]);
    }

private:
    const std::vector<std::uint32_t>& duration_;
};

}  // namespace

model::Ledger run(const scenario::Compiled& compiled, scenario::Observer observer) {
    return scenario::drive<ClosedForm>(compiled, std::move(observer));
}

}  // namespace tidepool::batch
