#pragma once
// Files that are there completely or not at all: bytes go to a temporary file in the same folder,
// which is then renamed. Whoever is killed or runs out of disk leaves the old file untouched, at
// worst with a stray temporary file beside it (`<path>.0`, `<path>.1`, ...), which may be deleted.
// Every failure is a RunError that names the file, what was attempted and the system's answer.

#include <string>
#include <string_view>

namespace tidepool::results {

// True for anything that has this name, a dangling link included.
bool exists(const std::string& path);

// True for a plain file, not through links.
bool is_regular(const std::string& path);

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

}  // namespace tidepool::results
