#include "workloads/file_requests.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/json.h"
#include "sim/base/random.h"
#include "workloads/calendar.h"

namespace tidepool::workloads {
namespace {

std::int64_t nanoseconds(Seconds time) {
    return std::llround(std::min(time.value, kClockEnd) * 1e9);
}

// The first word of an entity's draw `number`; 2^56 of them.
std::uint32_t word(std::uint64_t seed, Purpose purpose, std::uint32_t entity,
                   std::uint64_t number) {
    return draw(seed, purpose, static_cast<std::uint32_t>((number >> 32U) & 0xFF'FFFFU), entity,
                static_cast<std::uint32_t>(number))[0];
}

// One-to-one within a population and as good as random between them (the finaliser of SplitMix64:
// Steele, Lea and Flood, OOPSLA 2014); population 0 keeps its ids.
std::uint64_t id_in(std::uint64_t population, std::uint64_t id) {
    if (population == 0) {
        return id;
    }
    std::uint64_t x = id + population * 0x9E37'79B9'7F4A'7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return x ^ (x >> 31U);
}

}  // namespace

FileRounds::FileRounds(const DemandSpec& spec, std::string path, const DemandFileFormat& format)
    : path_(std::move(path)), format_(format), repeat_(spec.repeat) {
    if (!spec.window.empty()) {
        from_ = nanoseconds(spec.window[0]);
        to_ = nanoseconds(spec.window[1]);
    }
    begin_round();
}

void FileRounds::begin_round() {
    file_ = std::make_unique<RequestFile>(path_, format_);
    count_ = 0;
}

void FileRounds::fail(std::string_view field, std::string problem) const {
    Issues issues;
    issues.add({path_, 0, 0}, std::string(field), std::move(problem));
    throw InputError(issues.list());
}

bool FileRounds::next_in_window(Request& request) {
    while (file_->next(request)) {
        if (to_ && request.arrival >= *to_) {
            return false;
        }
        if (request.arrival >= from_) {
            first_ = count_ == 0 ? request.arrival : first_;
            last_ = request.arrival;
            ++count_;
            return true;
        }
    }
    return false;
}

std::int64_t FileRounds::mean_gap() const {
    const auto gaps = static_cast<std::int64_t>(count_) - 1;
    return gaps > 0 ? (last_ - first_ + gaps / 2) / gaps : 0;
}

bool FileRounds::next(Request& request) {
    while (!next_in_window(request)) {
        if (count_ == 0) {
            fail("window", "no request arrives from " + shortest(static_cast<double>(from_) / 1e9) +
                               " s to " + shortest(static_cast<double>(*to_) / 1e9) + " s");
        }
        if (!repeat_) {
            return false;
        }
        const std::int64_t length = (to_ ? *to_ : last_ + mean_gap()) - from_;
        if (length <= 0) {
            fail("repeat",
                 "all requests arrive in the same instant; a window says how long a "
                 "round is");
        }
        begin_ += length;
        if (begin_ > nanoseconds({kClockEnd})) {
            return false;
        }
        ++round_;
        begin_round();
    }
    request.arrival += begin_ - from_;
    return true;
}

std::string FileRounds::origin() const {
    const auto origin = parse_calendar(file_->origin());
    return origin ? print_calendar(later(*origin, static_cast<double>(from_) / 1e9)) : "";
}

FileRequests::FileRequests(const DemandSpec& spec, const std::string& path,
                           const DemandFileFormat& format, std::uint64_t seed, std::uint32_t entity,
                           Seconds end)
    : rounds_(spec, path, format),
      seed_(seed),
      entity_(entity),
      end_(nanoseconds(end)),
      scale_(spec.scale) {
    double sum = 0;
    for (const ClassShare& share : spec.classes) {
        sum += share.share.value;
        classes_.push_back(share.name);
        shares_.push_back(static_cast<std::uint64_t>(std::llround(std::ldexp(sum, 32))));
    }
    if (!shares_.empty()) {
        shares_.back() = std::uint64_t{1} << 32U;  // the sum may be off by roundings
    }
}

bool FileRequests::next(Request& request) {
    ended_ = ended_ || !(scale_ == 1 ? rounds_.next(request) : next_copy(request)) ||
             request.arrival >= end_;
    if (ended_) {
        return false;
    }
    if (scale_ == 1) {
        separate_blocks(request, rounds_.round());
    }
    set_class(request);
    ++given_;
    return true;
}

// Copies of a request are spread evenly over the gap to the next one, which keeps the coefficient
// of variation of the gaps when there are equally many of each; requests left out by chance leave a
// Poisson process one.
bool FileRequests::next_copy(Request& request) {
    while (copy_ == copies_) {
        advance();
        if (!has_current_ || current_.request.arrival >= end_) {
            return false;
        }
    }
    const auto most = static_cast<std::uint64_t>(std::ceil(scale_));
    const auto copies = static_cast<std::int64_t>(copies_);
    const auto copy = static_cast<std::int64_t>(copy_);
    request = current_.request;
    request.blocks = current_.blocks;
    request.arrival += gap_ / copies * copy + gap_ % copies * copy / copies;
    separate_blocks(request, current_.round * most + copy_);
    ++copy_;
    return true;
}

void FileRequests::advance() {
    if (recorded_ == 0) {
        has_following_ = record(following_);
    }
    std::swap(current_, following_);
    has_current_ = has_following_;
    if (!has_current_) {
        return;
    }
    const std::int64_t mean_gap = rounds_.mean_gap();
    has_following_ = record(following_);
    gap_ = has_following_ ? following_.request.arrival - current_.request.arrival : mean_gap;
    copies_ = copies_of(current_.number);
    copy_ = 0;
}

bool FileRequests::record(Recorded& recorded) {
    if (!rounds_.next(recorded.request)) {
        return false;
    }
    recorded.blocks.assign(recorded.request.blocks.begin(), recorded.request.blocks.end());
    recorded.round = rounds_.round();
    recorded.number = recorded_++;
    return true;
}

std::uint64_t FileRequests::copies_of(std::uint64_t number) const {
    const double whole = std::floor(scale_);
    const auto chance = static_cast<std::uint64_t>(std::ldexp(scale_ - whole, 32));
    const bool one_more = word(seed_, Purpose::kDemandCopies, entity_, number) < chance;
    return static_cast<std::uint64_t>(whole) + (one_more ? 1 : 0);
}

void FileRequests::separate_blocks(Request& request, std::uint64_t population) {
    if (population == 0) {
        return;
    }
    blocks_.clear();
    for (const std::uint64_t id : request.blocks) {
        blocks_.push_back(id_in(population, id));
    }
    request.blocks = blocks_;
}

void FileRequests::set_class(Request& request) {
    const std::vector<std::string>& theirs = rounds_.file().classes();
    while (from_file_.size() < theirs.size()) {
        const std::string& name = theirs[from_file_.size()];
        const auto found = std::find(classes_.begin(), classes_.end(), name);
        from_file_.push_back(static_cast<std::uint32_t>(found - classes_.begin()));
        if (found == classes_.end()) {
            classes_.push_back(name);
        }
    }
    request.request_class = from_file_[request.request_class];
    if (request.request_class == 0 && !shares_.empty()) {
        const std::uint64_t at = word(seed_, Purpose::kDemandClass, entity_, given_);
        const auto found = std::upper_bound(shares_.begin(), shares_.end(), at);
        request.request_class = static_cast<std::uint32_t>(found - shares_.begin()) + 1;
    }
}

}  // namespace tidepool::workloads
