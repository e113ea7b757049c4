#pragma once
// The workers of all units: what they compute, and until when. Nothing happens at most iteration
// boundaries, so none of these is an event: a worker's next one is the first at which a request
// gets its first or last token, or at which one that waits may join. docs/inference.md has the
// rules.
//
// Workers are numbered unit by unit, those for prompts first. So are queues: unit by unit, prompts
// (and all, if nothing is apart) first, then requests that were handed over.

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/serving/block_cache.h"
#include "sim/serving/iteration_time.h"
#include "sim/serving/min_tree.h"
#include "sim/serving/recorder.h"
#include "sim/serving/request_pool.h"

namespace tidepool::serving {

// What befell requests at the ends of iterations, for the caller to act on and to clear.
struct Outcome {
    std::vector<std::uint32_t> served;  // slots; the caller records them and takes them away
    std::vector<std::uint32_t> handed;  // prompt complete, its answer is computed elsewhere
};

class Workers {
public:
    Workers(const ServiceRules& rules, std::uint32_t units, RequestPool& pool, Queues& queues,
            Recorder& recorder);

    std::uint32_t queues_per_unit() const { return apart() ? 2 : 1; }
    // When the next iteration that matters ends; MinTree::kNone: never.
    std::uint64_t next_event() const { return events_.min(); }
    // Ends all iterations that matter and end at `now`.
    void end_iterations(std::int64_t now, Outcome& outcome);
    // Brings what the next event needs near to the processor.
    void prefetch() const {
        const std::uint32_t next = events_.first();
        if (events_.min() != MinTree::kNone) {
            __builtin_prefetch(&workers_[next], 1);
            __builtin_prefetch(&workers_[next].partial, 1);
            pool_.prefetch(next_slots_[next]);
        }
    }
    // The first request of a queue is another one than before.
    void look_at(std::uint32_t queue, std::int64_t now);
    // Workers that have nothing under way take requests and begin iterations. `begun`: how many
    // requests did.
    void begin_iterations(std::int64_t now, std::vector<std::uint32_t>& begun);
    // The unit is gone at once. Its requests, but for those that wait, with the tokens lost.
    struct Left {
        std::uint32_t slot;
        std::uint64_t tokens;
    };
    void stop(std::uint32_t unit, std::int64_t now, std::vector<Left>& left);
    // Prompt tokens computed and first token, of a request whose answer is to be computed.
    std::uint64_t prompt_tokens(const Slot& slot) const {
        return std::uint64_t{slot.tokens_in} - slot.cached + 1;
    }
    // Blocks of a prompt that the unit's cache holds.
    std::uint32_t cached_blocks(std::uint32_t unit, std::span<const std::uint64_t> blocks) const {
        return caches_[cache_.shared ? 0 : unit].hits(blocks);
    }

    void set_block_tokens(std::uint32_t tokens) { block_tokens_ = tokens; }

private:
    enum class Doing : std::uint8_t {
        kIdle,
        kBoundary,  // between two iterations
        kAnswers,   // iterations of the batch; `steps` of them until something matters
        kPrompt,    // a prompt by itself
        kMixed,     // one iteration of prompts and answers
    };
    // Iterations are numbered modulo 2^32: an answer has at most 2^24 before it.
    struct Answer {
        std::uint32_t last;  // iteration that brings the last token
        std::uint32_t slot;
    };
    struct alignas(64) Worker {
        Stretch at;                    // the present iteration, or stretch of them
        std::uint32_t iterations = 0;  // for answers, that ended before
        std::uint32_t steps = 0;
        std::uint64_t memory = 0;    // tokens in use
        std::uint32_t requests = 0;  // places in use
        Doing doing = Doing::kIdle;
        bool touched = false;              // in the list below
        std::uint32_t partial = kNoSlot;   // a prompt begun that remains incomplete
        std::uint32_t partial_tokens = 0;  // what this iteration computes of it
        std::uint64_t next_fraction = 0;   // carried over from an iteration of prompts and answers
        std::vector<Answer> answers;       // a heap, the next last token in front
        std::vector<std::uint32_t> news;   // slots whose prompts are worked on, or without a table
                                           // of prompts those that wait for their first token
    };
    enum class Kind : std::uint8_t { kBoth, kPrompts, kAnswers };

    bool apart() const { return unit_.prefill_workers > 0; }
    Kind kind(std::uint32_t worker) const {
        return !apart()                                     ? Kind::kBoth
               : worker % per_unit_ < unit_.prefill_workers ? Kind::kPrompts
                                                            : Kind::kAnswers;
    }
    std::uint32_t queue_of(std::uint32_t worker) const {
        return !apart() ? worker
                        : 2 * (worker / per_unit_) + (kind(worker) == Kind::kAnswers ? 1 : 0);
    }
    std::pair<std::uint32_t, std::uint32_t> workers_of(std::uint32_t queue) const;
    void touch(std::uint32_t worker);
    void stop_for(std::uint32_t worker, std::uint32_t head, std::int64_t from, std::int64_t now);
    void pass_on(std::uint32_t worker, std::int64_t now);
    void set_event(std::uint32_t worker, std::int64_t time);
    bool fits(const Worker& worker, std::uint32_t slot) const;
    std::uint32_t take(std::uint32_t worker, std::vector<std::uint32_t>& begun);
    void ask_cache(std::uint32_t slot);
    std::uint64_t loading(const Slot& slot) const {
        return scaled(slot.cached, cache_.load_ns_per_token);
    }
    void begin(std::uint32_t worker, std::int64_t now, std::vector<std::uint32_t>& begun);
    bool begin_prompt(std::uint32_t worker, std::int64_t now, std::vector<std::uint32_t>& begun);
    bool begin_mixed(std::uint32_t worker, std::int64_t now, std::vector<std::uint32_t>& begun);
    void end(std::uint32_t worker, std::int64_t now, Outcome& outcome);
    void advance(Worker& worker, std::uint32_t steps, std::int64_t now);
    void prompt_complete(std::uint32_t slot, std::int64_t now);
    void add_answer(Worker& worker, std::uint32_t slot, std::uint32_t tokens_left);
    void finish(Worker& worker, Outcome& outcome);
    void leave(Worker& worker, std::uint32_t slot);
    void after_prompt(std::uint32_t number, std::uint32_t slot, Outcome& outcome);
    void start(std::uint32_t number, Doing doing, std::int64_t now, std::int64_t until);
    void rest(std::uint32_t number, std::int64_t now);

    const model::UnitModel& unit_;
    const PrefixCache& cache_;
    IterationTimes times_;
    RequestPool& pool_;
    Queues& queues_;
    Recorder& recorder_;
    std::uint32_t per_unit_;
    std::uint32_t block_tokens_ = 0;
    std::vector<Worker> workers_;
    MinTree events_;
    std::vector<std::uint32_t> next_slots_;  // of workers: a request that their event concerns
    std::vector<std::uint32_t> touched_;     // to begin their next iteration at the present time
    std::vector<BlockCache> caches_;
};

}  // namespace tidepool::serving
