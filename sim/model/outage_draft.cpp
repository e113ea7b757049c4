#include "sim/model/outage_draft.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

namespace tidepool::model {
namespace {

constexpr unsigned kDigit = 8;       // bits that one pass within a part looks at
constexpr unsigned kMostParts = 12;  // bits: more write streams than the caches take
constexpr std::size_t kPart = 1024;  // drafts of a part, about: it stays in the first cache
using Drafts = std::span<OutageDraft>;

// Moves `from` to `to` in the order of `bits` bits of begin, from bit `shift` on. Returns where
// each value of them ends.
std::vector<std::size_t> distribute(Drafts from, Drafts to, unsigned shift, unsigned bits) {
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    const auto digit = [&](const OutageDraft& draft) {
        return (std::uint64_t{draft.begin.value} >> shift) & mask;
    };
    std::vector<std::size_t> at(mask + 1);
    for (const OutageDraft& draft : from) {
        ++at[digit(draft)];
    }
    std::size_t sum = 0;
    for (std::size_t& count : at) {
        const std::size_t here = count;
        count = sum;
        sum += here;
    }
    for (const OutageDraft& draft : from) {
        to[at[digit(draft)]++] = draft;
    }
    return at;
}

// Sorts `part` by the lowest `width` bits of begin; `spare` has the same size.
void sort_part(Drafts part, Drafts spare, unsigned width) {
    if (part.size() < 64) {
        std::stable_sort(part.begin(), part.end(), [](const OutageDraft& a, const OutageDraft& b) {
            return a.begin < b.begin;
        });
        return;
    }
    Drafts from = part;
    Drafts to = spare;
    for (unsigned bit = 0; bit < width; bit += kDigit) {
        distribute(from, to, bit, std::min(kDigit, width - bit));
        std::swap(from, to);
    }
    if (from.data() != part.data()) {
        std::copy(from.begin(), from.end(), part.begin());
    }
}

bool earlier(const Outage& a, const Outage& b) {
    return std::tuple(a.cause, a.entity, a.end) < std::tuple(b.cause, b.entity, b.end);
}

}  // namespace

// First by the highest bits into parts that the caches hold, then each part by the others.
void sort_by_begin(std::vector<OutageDraft>& drafts) {
    std::uint32_t latest = 0;
    for (const OutageDraft& draft : drafts) {
        latest = std::max(latest, draft.begin.value);
    }
    const auto width = static_cast<unsigned>(std::bit_width(latest));
    const auto parts = static_cast<unsigned>(std::bit_width(drafts.size() / kPart));
    const unsigned high = std::min({width, parts, kMostParts});
    std::vector<OutageDraft> sorted(drafts.size());
    std::size_t begin = 0;
    for (const std::size_t end : distribute(drafts, sorted, width - high, high)) {
        const std::size_t size = end - begin;
        sort_part(Drafts(sorted).subspan(begin, size), Drafts(drafts).subspan(begin, size),
                  width - high);
        begin = end;
    }
    drafts.swap(sorted);
}

void order_ties(std::vector<Outage>& list) {
    for (auto first = list.begin(); first != list.end();) {
        auto last = first + 1;
        while (last != list.end() && last->begin == first->begin) {
            ++last;
        }
        if (last - first > 1 && !std::is_sorted(first, last, earlier)) {
            std::stable_sort(first, last, earlier);
        }
        first = last;
    }
}

}  // namespace tidepool::model
