#pragma once
// A result that is renewed while a run goes on: `<path>.partial` until it is complete, then `path`.
// Every version appears complete, by rename, and whoever reads, kills or fills the disk at the
// wrong moment finds one of them. ResultFile and SweepFile say what this means for their callers.

#include <string>
#include <string_view>

namespace tidepool::results {

class PartialFile {
public:
    // Writes nothing. InputError if `path` is no name of a file.
    PartialFile(std::string path, bool force);

    // Writes the first `<path>.partial`. InputError if `path` or `<path>.partial` exists and
    // `force` is false, or if one of them is no plain file; RunError if it cannot be written.
    void create(std::string_view bytes) const;

    // The next one. RunError if it cannot be written; the last version stays.
    void renew(std::string_view bytes) const;

    // The last one, brought to the disk. Returns the name of the file that holds it: `path` if
    // `complete`, and the partial file goes; else `<path>.partial`. RunError if it cannot be
    // written, or if without `force` somebody else has created `path` meanwhile; `path` is
    // untouched then and `<path>.partial` readable; it holds these bytes if only the name could not
    // be had.
    std::string finish(std::string_view bytes, bool complete) const;

    const std::string& path() const { return path_; }
    const std::string& partial_path() const { return partial_; }

private:
    std::string path_, partial_;
    bool force_;
};

}  // namespace tidepool::results
