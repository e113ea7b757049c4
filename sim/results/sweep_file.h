#pragma once
// The result file of a sweep or of a shard of one. As with a single run, `<path>.partial` holds the
// finished rows while it goes on, every version appears complete, by rename, and at the end
// `<path>` appears and the partial file goes. The bytes are a pure function of header, rows and
// status, whenever the rows came and however often they were saved; everything volatile is in
// /provenance.
//
// Reading trusts nothing: what is no sweep file, damaged or contradicts itself is an InputError
// that names the file and what is wrong. The layout is documented in docs/results.md.

#include <span>
#include <string>
#include <string_view>

#include "sim/results/partial_file.h"
#include "sim/results/sweep_table.h"

namespace tidepool::results {

class SweepFile {
public:
    // Writes `<path>.partial` without rows. InputError if `path` or `<path>.partial` exists and
    // `force` is false, or if one of them is no plain file; RunError if it cannot be written.
    static SweepFile create(std::string path, bool force, SweepHeader header);

    // Goes on with what `<path>.partial` holds: adds its rows to `table`, which is empty and made
    // from `header`. Without such a file as create(). InputError if that file, or `path`, is of
    // another sweep or shard, no sweep file, or damaged; also if `path` exists and `force` is
    // false (see is_finished()).
    static SweepFile resume(std::string path, bool force, SweepHeader header, SweepTable& table);

    // Replaces `<path>.partial` by one with the rows there are. RunError if it cannot be written;
    // the last version stays. Takes time that grows with the number of rows and cells.
    void save(const SweepTable& table);

    // Writes the rows and the statistics of the cells; returns the name of the file that holds
    // them: `path` if the status is kComplete, which wants all rows, else `<path>.partial`. Without
    // provenance that group is left out (`--reproducible`). The file has reached the disk on
    // return. Errors as of ResultFile::finish().
    std::string finish(const SweepTable& table, Status status, const Provenance& provenance);

    const std::string& path() const { return file_.path(); }
    const std::string& partial_path() const { return file_.partial_path(); }

private:
    SweepFile(std::string path, bool force, SweepHeader header);

    PartialFile file_;
    SweepHeader header_;
};

// A sweep file, or the .partial file of one that is going on or ended early.
struct SweepContents {
    SweepHeader header;
    SweepTable table;
    Status status = Status::kRunning;
};
SweepContents read_sweep(const std::string& path);

// Whether `path` exists and holds all rows of this sweep and range. InputError if it exists and is
// something else.
bool is_finished(const std::string& path, const SweepHeader& header);

// The rows of files of one sweep together, in a table of all its rows. InputError if they are not
// of one sweep, if two hold one row, or, unless `partial`, if a row is missing.
SweepContents merge_sweeps(std::span<const std::string> paths, bool partial);

// Writes a file in one go: what merge_sweeps() gave. InputError if `path` exists and `force` is
// false; RunError if it cannot be written, which leaves `path` alone.
void write_sweep(const std::string& path, bool force, const SweepContents& contents,
                 const Provenance& provenance);

// The bytes of such a file. Statistics are left out while it is running.
std::string sweep_image(const SweepHeader& header, const SweepTable& table, Status status,
                        const Provenance& provenance);

}  // namespace tidepool::results
