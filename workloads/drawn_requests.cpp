#include "workloads/drawn_requests.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/issue.h"
#include "sim/base/portable_math.h"
#include "sim/base/random.h"
#include "workloads/gaps.h"
#include "workloads/length_law.h"
#include "workloads/uniform.h"

namespace tidepool::workloads {
namespace {

std::int64_t nanoseconds(double seconds) {
    constexpr auto kPerSecond = static_cast<double>(kNanosecondsPerSecond);
    return static_cast<std::int64_t>(std::floor(seconds * kPerSecond + 0.5));
}

// Shares of Zipf-distributed clients.
std::vector<double> zipf_shares(const ArrivalsSpec& spec) {
    std::vector<double> shares(static_cast<std::size_t>(spec.clients));
    double sum = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        shares[i] = portable::pow(static_cast<double>(i + 1), -spec.zipf);
        sum += shares[i];
    }
    for (double& share : shares) {
        share /= sum;
    }
    return shares;
}

// One client: where its process stands, and its next request.
struct Source {
    const RateClient* client = nullptr;
    double share = 1;  // of the client's rates
    GapStream stream;
    Gaps gaps;
    bool started = false;  // `gaps` is the law of the gap that is running
    std::size_t step = 0;
    double rate = 0;                         // of the step, requests/s of this source
    double begin = 0, length = 0, into = 0;  // s: of the step; the last request after its begin
    std::int64_t begin_ns = 0;
    double scale_in = 1, scale_out = 1;
    std::int64_t next = 0;    // ns
    std::uint64_t drawn = 0;  // requests
};

class DrawnRequests final : public RequestStream {
public:
    DrawnRequests(const RateTrace& rates, const LengthsSpec& lengths, const ArrivalsSpec& arrivals,
                  const std::vector<ClassShare>& classes, std::uint64_t seed, std::uint32_t entity,
                  Seconds end)
        : rates_(rates),
          in_(LengthLaw::in(lengths)),
          out_(LengthLaw::out(lengths)),
          means_in_(in_),
          means_out_(out_),
          end_(std::min(end.value, rates.end.value)),
          end_ns_(nanoseconds(end_)) {
        set_classes(classes);
        if (!rates.gaps_given) {
            TP_ASSERT(arrivals.cv > 0, "ArrivalsSpec::cv has a lower limit");
            shape_ = arrivals.cv == 1 ? 1 : 1 / (arrivals.cv * arrivals.cv);
        }
        const std::vector<double> shares =
            rates.gaps_given ? std::vector<double>{1} : zipf_shares(arrivals);
        if (shares.size() * rates_.clients.size() > kMostClients) {
            Issue issue;
            issue.path = "arrivals.clients";
            issue.problem = std::to_string(shares.size()) + " for each of the " +
                            std::to_string(rates_.clients.size()) + " of the trace";
            issue.hint = "at most " + std::to_string(kMostClients) + " in all";
            throw InputError({issue});
        }
        for (std::size_t c = 0; c < rates_.clients.size(); ++c) {
            for (std::size_t part = 0; part < shares.size(); ++part) {
                add(c, part, shares[part],
                    {seed, entity, static_cast<std::uint32_t>(c),
                     static_cast<std::uint32_t>(part)});
            }
        }
        std::make_heap(heap_.begin(), heap_.end(), after);
    }

    bool next(Request& request) override {
        if (heap_.empty()) {
            return false;
        }
        Source& source = sources_[heap_.front().source];
        request.arrival = source.next;
        request.blocks = {};
        fill(source, request);
        if (advance(source)) {
            heap_.front().at = source.next;
            sift_down();
        } else {
            std::pop_heap(heap_.begin(), heap_.end(), after);
            heap_.pop_back();
        }
        return true;
    }

    const std::vector<std::string>& classes() const override { return names_; }

private:
    struct Entry {
        std::int64_t at = 0;
        std::uint32_t source = 0;
    };
    static bool after(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at > b.at : a.source > b.source;
    }

    void set_classes(const std::vector<ClassShare>& classes) {
        names_.emplace_back();
        double sum = 0;
        for (const ClassShare& one : classes) {
            names_.push_back(one.name);
            sum += one.share.value;
            upto_.push_back(sum);
        }
        if (!upto_.empty()) {
            upto_.back() = 1;
        }
    }

    void add(std::size_t client, std::size_t part, double share, const GapStream& stream) {
        Source source;
        source.client = &rates_.clients[client];
        source.share = share;
        source.stream = stream;
        if (source.client->steps.empty()) {
            return;
        }
        TP_ASSERT(part < (1U << 24U) && client < (1U << 24U), "kMostClients is below");
        enter(source, 0);
        // Time before the first step has no requests; the process starts with the first rate.
        double need = 0;
        if (source.rate > 0) {
            need = start(source);
        }
        if (settle(source, need)) {
            heap_.push_back({source.next, static_cast<std::uint32_t>(sources_.size())});
            sources_.push_back(source);
        }
    }

    void enter(Source& source, std::size_t index) {
        const std::vector<RateStep>& steps = source.client->steps;
        const RateStep& step = steps[index];
        const double until = index + 1 < steps.size() ? steps[index + 1].begin.value : end_;
        source.step = index;
        source.rate = step.rate * source.share;
        source.begin = step.begin.value;
        source.begin_ns = nanoseconds(step.begin.value);
        source.length = std::max(std::min(until, end_) - step.begin.value, 0.0);
        source.into = 0;
        source.scale_in = means_in_.scale_for(step.tokens_in);
        source.scale_out = means_out_.scale_for(step.tokens_out);
    }

    // In equilibrium, with the law of the present step.
    double start(Source& source) {
        const RateStep& step = source.client->steps[source.step];
        source.gaps = rates_.gaps_given ? Gaps(step.law, step.shape) : Gaps(GapLaw::kGamma, shape_);
        source.started = true;
        return source.gaps.first(source.stream);
    }

    bool advance(Source& source) { return settle(source, source.gaps.next(source.stream)); }

    // The next request comes when the client's rate has added up to `need`. False: never.
    bool settle(Source& source, double need) {
        for (;;) {
            const double room = source.rate * (source.length - source.into);
            if (need < room) {
                source.into += need / source.rate;
                const std::int64_t at =
                    source.begin_ns + static_cast<std::int64_t>(
                                          source.into * static_cast<double>(kNanosecondsPerSecond));
                source.next = std::max(source.next, at);  // begins are rounded
                return source.next < end_ns_;
            }
            need -= room;
            const std::size_t next = source.step + 1;
            if (next >= source.client->steps.size() ||
                !(source.client->steps[next].begin.value < end_)) {
                return false;
            }
            enter(source, next);
            const RateStep& step = source.client->steps[next];
            if (source.rate > 0 &&
                (!source.started || (rates_.gaps_given && !source.gaps.is(step.law, step.shape)))) {
                need = start(source);
            }
        }
    }

    void fill(Source& source, Request& request) {
        const std::uint64_t k = source.drawn++;
        if (in_.is_fixed() && out_.is_fixed() && upto_.size() < 2) {
            request.tokens_in = in_.tokens(0.5, source.scale_in);
            request.tokens_out = out_.tokens(0.5, source.scale_out);
            request.request_class = static_cast<std::uint32_t>(upto_.size());
            return;
        }
        const GapStream& stream = source.stream;
        const Block words =
            draw_long(stream.seed, Purpose::kLengths, stream.client, stream.part, stream.entity, k);
        request.tokens_in = in_.tokens(uniform32(words[0]), source.scale_in);
        request.tokens_out = out_.tokens(uniform32(words[1]), source.scale_out);
        request.request_class = 0;
        if (!upto_.empty()) {
            const auto found = std::upper_bound(upto_.begin(), upto_.end(), uniform32(words[2]));
            request.request_class = static_cast<std::uint32_t>(found - upto_.begin()) + 1;
        }
    }

    // The heap's front may have become later than its children.
    void sift_down() {
        const Entry moved = heap_.front();
        const std::size_t size = heap_.size();
        std::size_t hole = 0;
        for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && after(heap_[child], heap_[child + 1])) {
                ++child;
            }
            if (!after(moved, heap_[child])) {
                break;
            }
            heap_[hole] = heap_[child];
            hole = child;
        }
        heap_[hole] = moved;
    }

    const RateTrace rates_;
    const LengthLaw in_, out_;
    const LengthMeans means_in_, means_out_;
    const double end_;
    const std::int64_t end_ns_;
    double shape_ = 1;  // of Gamma gaps, where the trace gives none
    std::vector<std::string> names_;
    std::vector<double> upto_;  // sums of the shares of the classes
    std::vector<Source> sources_;
    std::vector<Entry> heap_;  // earliest in front
};

}  // namespace

std::unique_ptr<RequestStream> draw_requests(const RateTrace& rates, const LengthsSpec& lengths,
                                             const ArrivalsSpec& arrivals,
                                             const std::vector<ClassShare>& classes,
                                             std::uint64_t seed, std::uint32_t entity,
                                             Seconds end) {
    return std::make_unique<DrawnRequests>(rates, lengths, arrivals, classes, seed, entity, end);
}

}  // namespace tidepool::workloads
