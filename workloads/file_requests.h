#pragma once
// The requests of a file as a DemandSpec wants them: its window, repeated, scaled, with classes.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/demand_spec.h"
#include "workloads/request_file.h"

namespace tidepool::workloads {

// The window of a file, once or over and over. A round lasts as long as the window; without one, to
// a mean gap after the last request.
class FileRounds {
public:
    FileRounds(const DemandSpec& spec, std::string path, const DemandFileFormat& format);

    // As RequestStream::next(). Arrivals count from the begin of the window.
    bool next(Request& request);
    std::uint64_t round() const { return round_; }
    // Mean gap between the requests of this round so far, ns; 0 with fewer than two.
    std::int64_t mean_gap() const;
    const RequestFile& file() const { return *file_; }
    std::string origin() const;  // calendar time of second 0; empty: not known

private:
    bool next_in_window(Request& request);
    void begin_round();
    [[noreturn]] void fail(std::string_view field, std::string problem) const;

    std::string path_;
    const DemandFileFormat& format_;
    std::unique_ptr<RequestFile> file_;
    std::int64_t from_ = 0;  // ns of the file, as the next four
    std::optional<std::int64_t> to_;
    std::int64_t first_ = 0, last_ = 0;  // arrivals of this round
    std::uint64_t count_ = 0;            // of them
    bool repeat_;
    std::uint64_t round_ = 0;
    std::int64_t begin_ = 0;  // of this round, ns
};

class FileRequests final : public RequestStream {
public:
    // Of the spec, only window, scale, repeat and classes are looked at.
    FileRequests(const DemandSpec& spec, const std::string& path, const DemandFileFormat& format,
                 std::uint64_t seed, std::uint32_t entity, Seconds end);

    bool next(Request& request) override;
    const std::vector<std::string>& classes() const override { return classes_; }
    std::uint32_t block_tokens() const override { return rounds_.file().block_tokens(); }
    std::string origin() const { return rounds_.origin(); }

private:
    struct Recorded {
        Request request;
        std::vector<std::uint64_t> blocks;
        std::uint64_t round = 0;
        std::uint64_t number = 0;
    };
    bool next_copy(Request& request);
    void advance();
    bool record(Recorded& recorded);
    std::uint64_t copies_of(std::uint64_t number) const;
    void separate_blocks(Request& request, std::uint64_t population);
    void set_class(Request& request);

    FileRounds rounds_;
    std::uint64_t seed_;
    std::uint32_t entity_;
    std::int64_t end_;  // ns
    double scale_;
    std::vector<std::uint64_t> shares_;  // cumulated, in 2^-32: of classes_[1], [2], ...
    std::vector<std::string> classes_{""};
    std::vector<std::uint32_t> from_file_;  // the file's number of a class -> ours
    std::uint64_t given_ = 0;               // requests given out
    bool ended_ = false;

    Recorded current_, following_;  // only while scaling
    bool has_current_ = false, has_following_ = false;
    std::uint64_t recorded_ = 0;
    std::uint64_t copy_ = 0, copies_ = 0;  // of the current one: given out, in all
    std::int64_t gap_ = 0;                 // over which they are spread, ns
    std::vector<std::uint64_t> blocks_;    // of the request given out
};

}  // namespace tidepool::workloads
