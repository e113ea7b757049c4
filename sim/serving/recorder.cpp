#include "sim/serving/recorder.h"

#include <algorithm>

#include "sim/base/assert.h"
#include "sim/serving/iteration_time.h"

namespace tidepool::serving {
namespace {

model::RequestSums sums(const Slot& slot) {
    return {1, slot.tokens_in, slot.tokens_out};
}

}  // namespace

Recorder::Recorder(const ServiceRules& rules, std::int64_t end, std::int64_t bin)
    : rules_(rules),
      width_(bin),
      bin_end_(bin),
      full_iteration_(
          std::max<std::uint64_t>(1, model::time_at(rules.unit.decode, rules.unit.batch_limit))) {
    TP_ASSERT(bin > 0 && end >= 0 && end < kFar, "a run covers a span of time");
    ledger_.bins.resize(static_cast<std::size_t>(end / bin + (end % bin != 0 ? 1 : 0)));
}

model::ServiceClass& Recorder::of(const Slot& slot) {
    if (slot.request_class >= ledger_.classes.size()) {
        ledger_.classes.resize(slot.request_class + 1);
    }
    return ledger_.classes[slot.request_class];
}

void Recorder::offered(const Slot& slot) {
    of(slot).flow.offered += sums(slot);
    bin(slot.arrival).offered += sums(slot);
}

void Recorder::rejected(const Slot& slot, std::int64_t now) {
    of(slot).flow.rejected += sums(slot);
    bin(now).rejected += sums(slot);
}

void Recorder::timed_out(const Slot& slot, std::int64_t now) {
    of(slot).flow.timed_out += sums(slot);
    bin(now).timed_out += sums(slot);
}

void Recorder::first_token(const Slot& slot, std::int64_t now) {
    const auto wait = static_cast<std::uint64_t>(now - slot.arrival + rules_.round_trip);
    of(slot).latencies.ttft.add(wait);
    bin(now).ttft.add(wait);
}

void Recorder::served(const Slot& slot, std::int64_t now, std::int64_t deadline) {
    model::ServiceClass& in_class = of(slot);
    model::ServiceBin& in_bin = bin(now);
    const std::int64_t total = now - slot.arrival + rules_.round_trip;
    const std::int64_t to_first = slot.first - slot.arrival + rules_.round_trip;
    const auto after_first = static_cast<std::uint64_t>(now - slot.first);
    const std::uint64_t further = slot.tokens_out - 1;
    in_class.flow.served += sums(slot);
    in_class.flow.cached_tokens += slot.cached;
    in_class.sell(bin_, sums(slot), slot.cached);
    in_class.latencies.total.add(static_cast<std::uint64_t>(total));
    if (further > 0) {
        in_class.latencies.tpot.add(after_first / further);
    }
    bool kept = total <= deadline;
    if (deadline == 0) {
        const auto most = Wide{static_cast<std::uint64_t>(rules_.tpot_promise)} * further;
        kept = (rules_.ttft_promise == 0 || to_first <= rules_.ttft_promise) &&
               (rules_.tpot_promise == 0 || after_first <= most);
    }
    if (kept) {
        in_class.flow.in_slo += sums(slot);
        ++in_bin.in_slo;
    }
    in_bin.served += sums(slot);
    in_bin.work_ns += work(slot);
}

void Recorder::lost(const Slot& slot, std::uint64_t tokens) {
    model::ServiceFlow& flow = of(slot).flow;
    flow.lost_tokens += tokens;
    ++flow.moved;
}

void Recorder::asked_cache(std::uint64_t blocks, std::uint64_t hits) {
    ledger_.cache_lookups += blocks;
    ledger_.cache_hits += hits;
}

std::uint64_t Recorder::work(const Slot& slot) const {
    const model::UnitModel& unit = rules_.unit;
    const std::uint64_t computed = slot.tokens_in - slot.cached;
    const std::uint64_t prompt =
        unit.prefill.empty() || computed == 0
            ? 0
            : std::max<std::uint64_t>(1, model::time_at(unit.prefill, computed));
    const std::uint64_t workers =
        std::max<std::uint64_t>(1, std::uint64_t{unit.prefill_workers} + unit.decode_workers);
    const auto parts = Wide{unit.batch_limit} * workers;
    const auto work = Wide{prompt} * unit.batch_limit + Wide{full_iteration_} * slot.tokens_out;
    const auto numerator = 2 * work + parts, denominator = 2 * parts;
    if (numerator >> 64U == 0) {  // the usual case, and a much shorter division
        return static_cast<std::uint64_t>(numerator) / static_cast<std::uint64_t>(denominator);
    }
    return static_cast<std::uint64_t>(numerator / denominator);
}

void Recorder::count(Count& what, std::int64_t now, std::int32_t change) {
    while (what.value > 0 && what.since < now) {
        const std::int64_t in_bin = what.since / width_;
        const std::int64_t until = std::min(now, (in_bin + 1) * width_);
        ledger_.bins[static_cast<std::size_t>(in_bin)].*what.sum +=
            what.value * static_cast<std::uint64_t>(until - what.since);
        what.since = until;
    }
    what.since = now;
    what.value += static_cast<std::uint64_t>(std::int64_t{change});
}

model::ServiceLedger Recorder::close(std::int64_t now, const RequestPool& house,
                                     const std::vector<std::string>& classes) {
    ready(now, 0);
    busy(now, 0);
    for (const Slot& slot : house.slots()) {
        if (!slot.free) {
            of(slot).flow.unfinished += sums(slot);
        }
    }
    ledger_.classes.resize(std::max(ledger_.classes.size(), classes.size()));
    for (std::size_t i = 0; i < classes.size(); ++i) {
        ledger_.classes[i].name = classes[i];
    }
    return std::move(ledger_);
}

}  // namespace tidepool::serving
