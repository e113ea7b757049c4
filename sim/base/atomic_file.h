#pragma once
// Files that are there completely or not at all: bytes go to a temporary file in the same folder,
// which is then renamed. Whoever is killed or runs out of disk leaves the old file untouched, at
// worst with a stray temporary file beside it (`<path>.0`, `<path>.1`, ...), which may be deleted.
// Temporary files are created exclusively: never through a link, never one that somebody else has.
// Every failure is a RunError that names the file, what was attempted and the system's answer; only
// a name that is taken is an InputError.

#include <string>
#include <string_view>

namespace tidepool {

// Throws InputError when a result must not take this name: when a plain file has it and `force` is
// false (the issue then carries `hint`), or when anything else has it, be it a folder or a link.
void require_free(const std::string& path, bool force,
                  const std::string& hint = "use --force to replace it");

// A file written portion by portion, which takes its name in one step once it is complete.
class NewFile {
public:
    // Creates the temporary file. Throws InputError as require_free() does.
    NewFile(std::string path, bool force);
    ~NewFile();  // removes the temporary file unless committed
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::string_view bytes);
    // Brings the file to the disk and gives it its name; nothing may be called afterwards. Checks
    // again whether the name is free, so that of several writers without `force` the first wins.
    void commit();

private:
    void close();

    std::string path_;
    std::string temporary_;  // empty once committed
    bool force_;
    int file_ = -1;
};

// A NewFile of these bytes.
void create_file(const std::string& path, std::string_view bytes, bool force);

// Writes the bytes to a new file beside `path` and returns its name. `durable`: they have reached
// the disk on return. Leaves nothing behind when it throws.
std::string write_beside(const std::string& path, std::string_view bytes, bool durable);

// Both steps: afterwards `path` holds these bytes, or what it held before if this throws.
void replace_file(const std::string& path, std::string_view bytes, bool durable);

// Renames, replacing `to` if it exists. Changes nothing when it throws.
void move_over(const std::string& from, const std::string& to);

// Renames unless `to` exists: returns false then and leaves both alone. Two processes that try at
// the same time cannot both succeed. Where the file system has no hard links, a kill between two
// system calls can leave `to` empty.
bool move_new(const std::string& from, const std::string& to);

// Makes renames in the folder of `path` durable.
void sync_folder(const std::string& path);

void remove_file(const std::string& path);

}  // namespace tidepool
