#pragma once
// Outages while they are made: as small as they can be, because making and sorting them takes as
// long as memory does.

#include <cstdint>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/outages.h"

namespace tidepool::model {

struct OutageDraft {
    Ticks begin, end;
    std::uint32_t source = 0;  // whose it is; the generator's own numbering
    std::uint32_t thing = 0;   // which thing of that
};

// By begin; equals keep their order. Linear time.
void sort_by_begin(std::vector<OutageDraft>& drafts);

// Puts outages that begin at the same tick in the order of Outages::list: by cause, entity, end;
// equals keep their order. `list` is in order of begin.
void order_ties(std::vector<Outage>& list);

}  // namespace tidepool::model
