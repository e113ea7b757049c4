#pragma once
// The result file of one run. While the run goes on, `<path>.partial` holds what is known so far;
// at the end `<path>` appears and the partial file goes. Every version of either file appears by
// rename, complete: whoever kills the run, fills the disk or reads at the wrong moment finds a
// readable HDF5 file, never half of one, and no reader can lock the writer out. The bytes are a
// pure function of what is passed in, whenever and however often progress() was called; everything
// volatile goes to /provenance.
//
// Left behind by a killed run: `<path>.partial` with status=running, the scenario and the time
// series up to the last progress(); sometimes a stray temporary `<path>.partial.<n>`, which may be
// deleted; after a kill in the last instant both `<path>`, complete, and the partial file. Of two
// runs that write one `<path>` with `force` at once, each leaves a complete file: the last to end
// stands, and `<path>.partial` is of whoever wrote it last. The caller ignores SIGXFSZ if a file
// size limit shall be an error and not a kill.
//
// All text is UTF-8 without NUL. The layout is documented in docs/results.md.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/ticks.h"
#include "sim/model/ledger.h"
#include "sim/results/partial_file.h"

namespace tidepool::results {

inline constexpr std::string_view kSchemaVersion =
    "1.6";  // the first number changes when readers break

// Values are part of the results (root attribute `status`, by name).
enum class Status { kRunning, kComplete, kFailed, kInterrupted };
std::string_view name_of(Status status);  // running, complete, failed, interrupted

// What was read, to find out later whether it has changed since.
struct InputFile {
    std::string path;    // as the scenario names it
    std::string sha256;  // 64 hexadecimal digits
    std::uint64_t bytes = 0;
};

// What is known before the run starts; stored at once.
struct Header {
    std::string title;    // name of the scenario
    std::string engine;   // simgrid | batch
    std::string network;  // simgrid | maxmin | off
    std::uint64_t seed = 0;
    std::string
        origin;  // calendar time of tick 0, ISO 8601, offset optional (then UTC); empty: none
    std::optional<Ticks> horizon;  // planned length of the run; none: until the last job has ended
    std::string source_yaml;       // the scenario file, verbatim
    std::string resolved_yaml;     // includes, overrides and defaults applied, SI units
    std::vector<std::string> overrides;  // --set arguments, in order
    std::vector<InputFile> inputs;       // in the order they were read
};

// Attributes of /provenance, in this order: version, host, wall time, ...
using Provenance =
    std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, double>>>;

class ResultFile {
public:
    // Writes `<path>.partial`. Throws InputError if `path` or `<path>.partial` exists and `force`
    // is false (the latter: another run is writing it or was killed), or if one of them is no plain
    // file; RunError if it cannot be written.
    static ResultFile create(std::string path, bool force, Header header);

    // Replaces `<path>.partial` by one with the bins that ended by `now`; the ledger's integrals
    // must have reached `now`, nothing else of it is read but gpus, bin_width and events. Costs one
    // write of the time series, some milliseconds: every few seconds of wall time is enough.
    // RunError if it cannot be written; the last version stays.
    void progress(const model::Ledger& ledger, Ticks now);

    // Writes everything and returns the name of the file that holds it: `path` if the status is
    // kComplete,
    // `<path>.partial` if the run failed or was interrupted. `ids`: what the trace calls the jobs,
    // one per job of the ledger. Without provenance that group is left out (`--reproducible`). The
    // file has reached the disk on return. RunError if it cannot be written, or if without `force`
    // somebody else has created `path` meanwhile; `path` is untouched then and `<path>.partial`
    // readable; it holds the complete result if only the name could not be had.
    std::string finish(Status status, const model::Ledger& ledger,
                       std::span<const std::string_view> ids, const Provenance& provenance);

    const std::string& path() const { return file_.path(); }
    const std::string& partial_path() const { return file_.partial_path(); }

private:
    ResultFile(std::string path, bool force, Header header);

    PartialFile file_;
    Header header_;
};

}  // namespace tidepool::results
