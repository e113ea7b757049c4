#include "sim/network/contention.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/assert.h"

namespace tidepool::network {
namespace {

// A flow that is granted all but this part of what it asked for has what it asked for: no rounding
// of the solver reaches so far, no congestion is so small.
constexpr double kRounding = 1e-9;

// Shares are relative: in these units none is so small that SimGrid takes it for nothing (ADR 6). A
// power of two, so that no rate moves by it.
constexpr double kShareUnit = 64;

std::uint32_t to_pace(double share) {
    const double pace = std::floor(share * kFullPace + 0.5);
    return pace < 1 ? 1 : static_cast<std::uint32_t>(std::min<double>(pace, kFullPace));
}

}  // namespace

Contention::Contention(const NetworkPlan& plan, std::span<const CapacityStep> steps,
                       std::uint64_t seed, Ticks bin_width, std::unique_ptr<RateSolver> solver,
                       std::uint64_t most_link_bins)
    : plan_(plan),
      steps_(steps),
      seed_(seed),
      bin_width_(bin_width.value),
      most_link_bins_(most_link_bins),
      solver_(std::move(solver)),
      map_(plan),
      links_(plan.links.size() + 1),
      stalled_(plan.links.size()),
      tier_bins_(model::kLinkTiers),
      rates_(plan.kind_of_job.size()) {
    for (std::size_t l = 0; l < plan.links.size(); ++l) {
        links_[l].capacity = plan.links[l].capacity.value;
    }
}

void Contention::touch(std::uint32_t slot) {
    if (!jobs_[slot].dirty) {
        jobs_[slot].dirty = true;
        dirty_.push_back(slot);
    }
}

void Contention::reconsider(std::uint32_t slot) {
    if (listed_[slot] == 0) {
        listed_[slot] = 1;
        reconsidered_.push_back(slot);
    }
}

void Contention::enter(std::uint32_t slot, std::uint32_t rank, std::uint32_t rule,
                       std::uint32_t entity, std::span<const std::uint32_t> nodes) {
    if (slot >= jobs_.size()) {
        jobs_.resize(slot + 1);
        listed_.resize(slot + 1);
    }
    drop(slot);
    Job& job = jobs_[slot];
    const bool was_dirty = job.dirty;
    job = Job{};
    job.dirty = was_dirty;
    job.in_use = true;
    job.rank = rank;
    job.pace.slot = slot;
    job.storage = plan_.storage_of_rule.empty() ? kNoTrunk : plan_.storage_of_rule[rule];
    job.nodes.assign(nodes.begin(), nodes.end());
    const Traffic& traffic = plan_.kinds[plan_.kind_of_job[rank]];
    if (traffic.profile.line_time > 0 && nodes.size() > 1) {
        job.traffic = &traffic;
        job.training.shape = map_.training(traffic, nodes, seed_, entity);
    }
}

void Contention::act(std::uint32_t slot, Activity activity) {
    jobs_[slot].wanted = activity;
    touch(slot);
}

void Contention::drop(std::uint32_t slot) {
    if (!has(slot)) {
        return;
    }
    stop_flow(jobs_[slot].training);
    stop_flow(jobs_[slot].transfer);
    note_rate(jobs_[slot], false, 0);
    jobs_[slot].in_use = false;
}

Ticks Contention::next_change() const {
    return next_step_ < steps_.size() ? Ticks{steps_[next_step_].tick} : kNever;
}

double Contention::capacity_of(std::uint32_t link) const {
    const Link& l = plan_.links[link];
    const LinkState& s = links_[link];
    const auto left = [](std::uint32_t parts, std::int64_t lost) {
        const std::int64_t all = std::int64_t{parts} * 1024;
        return static_cast<double>(all - std::min(lost, all)) / static_cast<double>(all);
    };
    return l.capacity.value * left(l.own_parts, s.own_lost) * left(l.above_parts, s.above_lost);
}

void Contention::touch_users(std::uint32_t link) {
    const bool node = plan_.links[link].tier == model::LinkTier::kNode;
    const auto crosses = [&](const Flow& flow) {
        return std::ranges::any_of(flow.shape.crossings,
                                   [&](const Crossing& c) { return c.trunk == link; });
    };
    for (std::uint32_t slot = 0; slot < jobs_.size(); ++slot) {
        const Job& job = jobs_[slot];
        if (job.in_use && (node ? std::ranges::find(job.nodes, link) != job.nodes.end()
                                : crosses(job.training) || crosses(job.transfer))) {
            touch(slot);
        }
    }
}

void Contention::apply(const CapacityStep& step) {
    LinkState& link = links_[step.link];
    (step.part == Part::kOwn ? link.own_lost : link.above_lost) += step.lost;
    const double before = link.capacity;
    link.capacity = capacity_of(step.link);
    if (link.capacity == before) {
        return;
    }
    if (plan_.links[step.link].tier == model::LinkTier::kNode) {
        const double nominal = plan_.links[step.link].capacity.value;
        broken_nodes_ += (link.capacity < nominal ? 1U : 0U) - (before < nominal ? 1U : 0U);
        touch_users(step.link);
        return;
    }
    if (link.capacity == 0 || before == 0) {
        touch_users(step.link);
    }
    if (link.capacity > 0) {
        solver_->set_capacity(step.link, Direction::kUp, {link.capacity});
        solver_->set_capacity(step.link, Direction::kDown, {link.capacity});
        unsolved_ = true;
    }
}

std::uint32_t Contention::cut_link(const FlowShape& shape) const {
    for (const Crossing& crossing : shape.crossings) {
        if (links_[crossing.trunk].capacity == 0) {
            return crossing.trunk;
        }
    }
    return kNoTrunk;
}

// What the slowest of the job's nodes can send; `line` with nothing broken.
double Contention::line_left(const Job& job, double line, std::uint32_t& narrowest) const {
    narrowest = kNoTrunk;
    if (broken_nodes_ > 0) {
        for (const std::uint32_t node : job.nodes) {
            if (links_[node].capacity < line) {
                line = links_[node].capacity;
                narrowest = node;
            }
        }
    }
    return line;
}

// `equals`: nodes that it counts as. Rates of nodes are shared out, so that the scale of a flow's
// weights is its share.
void Contention::run_flow(Flow& flow, std::uint64_t owner, double asked, double equals) {
    const BytesPerSecond demand{asked * flow.shape.scale};
    if (!flow.running) {
        flow.id =
            solver_->start(flow.shape.crossings, demand, equals * flow.shape.scale * kShareUnit);
        flow.running = true;
        if (flow.id.slot >= owner_of_flow_.size()) {
            owner_of_flow_.resize(flow.id.slot + 1);
        }
        owner_of_flow_[flow.id.slot] = owner;
        for (const Crossing& crossing : flow.shape.crossings) {
            ++links_[crossing.trunk].flows;
        }
    } else if (asked != flow.asked) {
        solver_->set_demand(flow.id, demand);
    } else {
        return;
    }
    flow.asked = asked;
    unsolved_ = true;
}

void Contention::stop_flow(Flow& flow) {
    carry(flow, 0, 0);
    if (!flow.running) {
        flow.granted = flow.asked = 0;  // of one that meets nobody
        return;
    }
    solver_->stop(flow.id);
    flow.running = false;
    unsolved_ = true;
    for (const Crossing& crossing : flow.shape.crossings) {
        LinkState& link = links_[crossing.trunk];
        double& peak = link.peak[crossing.direction == Direction::kUp ? 0 : 1];
        peak -= crossing.weight * flow.granted * flow.shape.scale;
        if (--link.flows == 0) {  // no rounding is left behind
            link.peak[0] = link.peak[1] = link.load = 0;
        }
    }
    flow.granted = flow.asked = 0;
}

void Contention::update_training(std::uint32_t slot) {
    Job& job = jobs_[slot];
    job.cut_by = kNoTrunk;
    if (job.traffic == nullptr || !job.wanted.trains) {
        stop_flow(job.training);
        note_rate(job, false, 0);
        return;
    }
    const double line = line_left(job, job.training.shape.line.value, job.narrowest);
    job.cut_by = line == 0 ? job.narrowest : cut_link(job.training.shape);
    if (job.cut_by != kNoTrunk) {
        stop_flow(job.training);
    } else if (job.training.shape.crossings.empty()) {
        job.training.asked = job.training.granted = line;
    } else {
        run_flow(job.training, std::uint64_t{slot} * 2, line, 1);
    }
    reconsider(slot);
}

void Contention::update_transfer(std::uint32_t slot) {
    Job& job = jobs_[slot];
    if (job.storage == kNoTrunk || !(job.wanted.writes || job.wanted.reads)) {
        stop_flow(job.transfer);
        return;
    }
    Flow& flow = job.transfer;
    if (flow.running && flow.read != job.wanted.reads) {
        stop_flow(flow);
    }
    if (!flow.running) {
        flow.shape = map_.storage(job.storage, job.nodes, job.wanted.writes);
        flow.read = job.wanted.reads;
    }
    const Link& storage = plan_.links[job.storage];
    const auto nodes = static_cast<double>(job.nodes.size());
    double asked = idle_storage_rate(storage, flow.shape.line, job.nodes.size()).value;
    if (storage.on_fabric) {
        std::uint32_t narrowest = kNoTrunk;
        asked = std::min(asked, nodes * line_left(job, flow.shape.line.value, narrowest));
    }
    if (asked == 0 || cut_link(flow.shape) != kNoTrunk) {
        stop_flow(flow);
    } else {
        run_flow(flow, std::uint64_t{slot} * 2 + 1, asked, nodes);
    }
    reconsider(slot);
}

void Contention::update(std::uint32_t slot) {
    jobs_[slot].dirty = false;
    if (jobs_[slot].in_use) {
        update_training(slot);
        update_transfer(slot);
    }
}

void Contention::grant(std::uint64_t owner, double rate) {
    Job& job = jobs_[owner / 2];
    Flow& flow = owner % 2 == 0 ? job.training : job.transfer;
    const double demand = flow.asked * flow.shape.scale;
    const double y = rate >= demand * (1 - kRounding) ? demand : rate;
    for (const Crossing& crossing : flow.shape.crossings) {
        double& peak = links_[crossing.trunk].peak[crossing.direction == Direction::kUp ? 0 : 1];
        peak += crossing.weight * (y - flow.granted * flow.shape.scale);
    }
    flow.granted = y == demand ? flow.asked : y / flow.shape.scale;
    reconsider(static_cast<std::uint32_t>(owner / 2));
}

// Of the links that the flow crosses, the fullest; of equally full ones the first.
std::uint32_t Contention::holder(const Flow& flow) const {
    std::uint32_t fullest = kNoTrunk;
    double most = 0;
    for (const Crossing& crossing : flow.shape.crossings) {
        const LinkState& link = links_[crossing.trunk];
        const double full = link.peak[crossing.direction == Direction::kUp ? 0 : 1] / link.capacity;
        if (full > most * (1 + kRounding)) {
            most = full;
            fullest = crossing.trunk;
        }
    }
    return fullest;
}

void Contention::note_pace(std::uint32_t slot) {
    Job& job = jobs_[slot];
    Pace pace = job.pace;
    Flow& training = job.training;
    if (job.traffic != nullptr && job.wanted.trains) {
        pace.work = 0;
        job.held_by = job.cut_by;
        double sent = 0;  // by each of its nodes, in the mean; no more than it is granted
        double rate = 0;
        if (job.cut_by == kNoTrunk) {
            const double line = training.shape.line.value;
            const double granted = std::min(1.0, training.granted / line);
            const model::CommProfile& profile = job.traffic->profile;
            const double step = model::relative_step_time(profile, granted);
            rate = granted * line;
            sent = std::min(profile.line_time / step * line, rate);
            pace.work = to_pace(1 / step);
            job.held_by = pace.work == kFullPace              ? kNoTrunk
                          : training.granted < training.asked ? holder(training)
                                                              : job.narrowest;
        }
        note_rate(job, true, rate);
        carry(training, sent * training.shape.scale, sent * training.shape.nodes);
    }
    if (job.storage != kNoTrunk && (job.wanted.writes || job.wanted.reads)) {
        const Flow& flow = job.transfer;
        const double idle =
            idle_storage_rate(plan_.links[job.storage], flow.shape.line, job.nodes.size()).value;
        pace.transfer = flow.running ? to_pace(flow.granted / idle) : 0;
        carry(job.transfer, flow.granted * flow.shape.scale, 0);
    }
    if (pace.work != job.pace.work || pace.transfer != job.pace.transfer) {
        job.pace = pace;
        changed_.push_back(pace);
    }
}

std::span<const Pace> Contention::settle() {
    const Ticks now{now_};
    for (; next_change() <= now && next_change() != kNever; ++next_step_) {
        apply(steps_[next_step_]);
    }
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        update(dirty_[i]);
    }
    dirty_.clear();
    if (unsolved_) {
        unsolved_ = false;
        ++solves_;
        for (const FlowRate& flow : solver_->solve(now)) {
            grant(owner_of_flow_[flow.flow.slot], flow.rate.value);
        }
    }
    changed_.clear();
    for (const std::uint32_t slot : reconsidered_) {
        listed_[slot] = 0;
        if (jobs_[slot].in_use) {
            note_pace(slot);
        }
    }
    reconsidered_.clear();
    return changed_;
}

void Contention::blame(std::uint32_t slot, std::uint64_t stalled) {
    Job& job = jobs_[slot];
    if (stalled > 0) {
        TP_ASSERT(job.blamed != kNoTrunk, "something holds up a job that loses time");
        stalled_[job.blamed] += stalled;
    }
    job.blamed = job.held_by;
}

}  // namespace tidepool::network
