#include "workloads/count_requests.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sim/base/assert.h"

namespace tidepool::workloads {
namespace {

constexpr double kMostBins = 1U << 24U;

// Squared coefficient of variation of gaps whose both ends lie in the same bin, bins weighted by
// their gaps. For n exponential gaps the ratio of sample variance to squared mean is n / (n + 1) on
// average (n independent exponentials over their sum are uniform spacings, whose mean square is
// 2 / (n (n + 1))); divided by that, the estimate is unbiased for a Poisson process.
class GapVariation {
public:
    void add(std::int64_t arrival, std::size_t bin) {
        if (any_ && bin == bin_) {
            const double gap = static_cast<double>(arrival - last_) / 1e9;
            ++gaps_;
            const double off = gap - mean_;  // Welford 1962
            mean_ += off / static_cast<double>(gaps_);
            squares_ += off * (gap - mean_);
        } else {
            close();
        }
        any_ = true;
        bin_ = bin;
        last_ = arrival;
    }
    double result() {
        close();
        return weight_ > 0 ? sum_ / weight_ : 1;
    }

private:
    void close() {
        const auto n = static_cast<double>(gaps_);
        if (gaps_ > 1 && mean_ > 0) {
            sum_ += n * (squares_ / (n - 1) / (mean_ * mean_)) * ((n + 1) / n);
            weight_ += n;
        }
        gaps_ = 0;
        mean_ = squares_ = 0;
    }

    bool any_ = false;
    std::size_t bin_ = 0;
    std::int64_t last_ = 0;
    std::uint64_t gaps_ = 0;  // of this bin, as the next two
    double mean_ = 0, squares_ = 0;
    double sum_ = 0, weight_ = 0;
};

// Every stride-th request; the stride doubles when there are too many.
class EvenSample {
public:
    void add(const Request& request) {
        if (seen_++ % stride_ != 0) {
            return;
        }
        if (kept_.size() == kLengthSample) {
            for (std::size_t i = 0; 2 * i < kept_.size(); ++i) {
                kept_[i] = kept_[2 * i];
            }
            kept_.resize(kLengthSample / 2);
            stride_ *= 2;
            if ((seen_ - 1) % stride_ != 0) {
                return;
            }
        }
        kept_.push_back({request.tokens_in, request.tokens_out});
    }
    std::vector<Lengths> take() { return std::move(kept_); }

private:
    std::uint64_t seen_ = 0, stride_ = 1;
    std::vector<Lengths> kept_;
};

}  // namespace

DemandSeries count_requests(RequestStream& requests, Seconds bin, Seconds end) {
    TP_ASSERT(bin.value >= 1e-9 && end.value >= 0 && end.value / bin.value <= kMostBins,
              "the caller chooses bins that fit into memory");
    DemandSeries series;
    series.bin = bin;
    series.bins.resize(static_cast<std::size_t>(std::ceil(end.value / bin.value)));
    GapVariation gaps;
    EvenSample lengths;
    for (Request request; requests.next(request);) {
        const double arrival = static_cast<double>(request.arrival) / 1e9;
        if (arrival >= end.value) {
            break;
        }
        const std::size_t at =
            std::min(static_cast<std::size_t>(arrival / bin.value), series.bins.size() - 1);
        series.bins[at].requests += 1;
        series.bins[at].tokens_in += request.tokens_in;
        series.bins[at].tokens_out += request.tokens_out;
        gaps.add(request.arrival, at);
        lengths.add(request);
    }
    series.arrival_scv = gaps.result();
    series.lengths = lengths.take();
    return series;
}

}  // namespace tidepool::workloads
