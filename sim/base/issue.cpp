#include "sim/base/issue.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>

namespace tidepool {
namespace {

std::string join(const std::vector<Issue>& issues) {
    std::string text;
    for (const Issue& issue : issues) {
        text += to_string(issue) + '\n';
    }
    return text;
}

// Edit distance with insertions, deletions, substitutions and swaps of neighbours (optimal string
// alignment; Damerau 1964), upper and lower case equal.
std::size_t distance(std::string_view a, std::string_view b) {
    const auto same = [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    };
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = same(a[i - 1], b[j - 1]) ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    return last[b.size()];
}

}  // namespace

std::string to_string(const Issue& issue) {
    std::string text = issue.at.file;
    if (issue.at.line > 0) {
        text += ':' + std::to_string(issue.at.line);
        if (issue.at.column > 0) {
            text += ':' + std::to_string(issue.at.column);
        }
    }
    for (const std::string& part : {issue.path, issue.problem}) {
        if (!part.empty()) {
            text += (text.empty() ? "" : ": ") + part;
        }
    }
    return issue.hint.empty() ? text : text + ", " + issue.hint;
}

void Issues::throw_if_any() {
    if (!list_.empty()) {
        throw InputError(std::exchange(list_, {}));
    }
}

InputError::InputError(std::vector<Issue> issues)
    : std::runtime_error(join(issues)), issues_(std::move(issues)) {}

InputError input_error(const std::string& file, std::string problem, std::string hint) {
    std::vector<Issue> issues(1);
    issues[0].at.file = file;
    issues[0].problem = std::move(problem);
    issues[0].hint = std::move(hint);
    return InputError(std::move(issues));
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
    constexpr std::size_t kLongestName = 64;  // a name longer than this is no slip of the finger
    if (name.size() > kLongestName) {
        return {};
    }
    std::size_t best = name.size() <= 4 ? 2 : 3;  // one more than the distance allowed
    std::string found;
    for (const std::string& candidate : candidates) {
        const std::size_t edits = distance(name, candidate);
        if (edits < best && edits < std::max(name.size(), candidate.size())) {
            best = edits;
            found = candidate;
        }
    }
    return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
    const std::string found = nearest(name, candidates);
    return found.empty() ? std::string{} : "did you mean '" + found + "'?";
}

}  // namespace tidepool
