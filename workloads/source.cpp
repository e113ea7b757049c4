#include "workloads/source.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tidepool::workloads {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18U;

// "did you mean 'philly.csv.gz'?" for a file that is not there, from the names beside it.
std::string neighbour_hint(const std::string& path) {
    constexpr std::size_t kMostNames = 10'000;
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path wanted(path);
    if (fs::exists(wanted, error)) {
        return {};
    }
    const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
    std::vector<std::string> names;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (names.size() == kMostNames) {
            break;
        }
        names.push_back(it->path().filename().string());
    }
    std::sort(names.begin(), names.end());  // the folder's own order is accidental
    return did_you_mean(wanted.filename().string(), names);
}

}  // namespace

LineSource::LineSource(const std::string& path, Problems& problems) : problems_(problems) {
    try {
        bytes_ = open_bytes(path);
    } catch (const BrokenStream& error) {
        stop(0, error.what(), neighbour_hint(path));
        return;
    }
    begin();
}

LineSource::LineSource(std::unique_ptr<ByteSource> bytes, Problems& problems)
    : problems_(problems), bytes_(std::move(bytes)) {
    begin();
}

void LineSource::begin() {
    buffer_.resize(kMostLine + 2 + kChunk);
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    while (head().find('\n') == std::string_view::npos && end_ < kMostLine && fill()) {
    }
    if (head().starts_with(kMark)) {
        begin_ = kMark.size();
    }
}

// Reads more text behind what is left. False when there is no more.
bool LineSource::fill() {
    if (bytes_ == nullptr) {
        return false;
    }
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    try {
        const std::size_t n =
            bytes_->read(buffer_.data() + end_, std::min(kChunk, buffer_.size() - end_));
        end_ += n;
        if (n > 0) {
            return true;
        }
    } catch (const BrokenStream& error) {
        broken_ = error.what();
    }
    bytes_ = nullptr;
    return false;
}

void LineSource::stop(std::uint64_t line, std::string problem, std::string hint) {
    problems_.add(line, 0, {}, std::move(problem), std::move(hint));
    bytes_ = nullptr;
    ended_ = true;
}

bool LineSource::next(std::string_view& line) {
    std::size_t searched = 0;  // bytes after begin_ known to hold no line end
    while (!ended_) {
        const char* const text = buffer_.data() + begin_;
        const std::size_t held = end_ - begin_;
        const void* const found = std::memchr(text + searched, '\n', held - searched);
        const std::size_t length =
            found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - text)
                             : held;
        if (length > kMostLine + 1) {  // one more for the CR
            stop(line_ + 1, "the line is longer than 1 MiB");
        } else if (line_ >= kMostLines) {
            stop(line_, "more than " + std::to_string(kMostLines) + " lines");
        } else if (found == nullptr && fill()) {
            searched = held;
        } else if (found == nullptr && !broken_.empty()) {
            stop(line_ + 1, broken_);  // what is left of the text may be half a line
        } else if (found == nullptr && held == 0) {
            ended_ = true;
        } else {
            line = {buffer_.data() + begin_, length};
            begin_ += length + (found != nullptr ? 1 : 0);
            ++line_;
            if (line.ends_with('\r')) {
                line.remove_suffix(1);
            }
            return true;
        }
    }
    return false;
}

}  // namespace tidepool::workloads
