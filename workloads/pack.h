#pragma once
// Writes a file that is there completely or not at all (sim/base/atomic_file.h), packed as the name
// says (`.gz`, `.zst`); the same text always gives the same bytes.

#include <memory>
#include <string>
#include <string_view>

namespace tidepool::workloads {

class PackedWriter {
public:
    // Creates a temporary file. Throws InputError when something has this name already (with
    // `replace`: something that is no plain file), RunError when the file system refuses.
    PackedWriter(const std::string& path, bool replace);
    ~PackedWriter();  // removes the temporary file unless committed
    PackedWriter(const PackedWriter&) = delete;
    PackedWriter& operator=(const PackedWriter&) = delete;

    // Both throw RunError when the disk refuses; the file is not there then.
    void write(std::string_view text);
    // Throws InputError, too, when somebody else has taken the name meanwhile.
    void commit();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tidepool::workloads
