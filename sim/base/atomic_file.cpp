#include "sim/base/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "sim/base/issue.h"

namespace tidepool {
namespace {

[[noreturn]] void fail(const std::string& attempted, int error) {
    throw RunError("cannot " + attempted + ": " + std::strerror(error));
}

// Creates `<path>.<n>` for the first n whose name is free; a link has a name, too (O_EXCL).
int create_beside(const std::string& path, std::string& name) {
    constexpr int kTries = 100;  // as many runs killed in the middle of a write
    for (int n = 0; n < kTries; ++n) {
        name = path + '.' + std::to_string(n);
        const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0) {
            return file;
        }
        if (errno != EEXIST) {
            fail("create '" + name + "'", errno);
        }
    }
    throw RunError("cannot create a temporary file: '" + path + ".0' to '" + name +
                   "' all exist; delete them");
}

// 0 or the error.
int write_all(int file, std::string_view bytes) {
    constexpr std::size_t kPortion = std::size_t{1} << 30U;  // Linux writes at most 2 GiB at once
    while (!bytes.empty()) {
        const ::ssize_t written = ::write(file, bytes.data(), std::min(bytes.size(), kPortion));
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return 0;
}

// Of the name itself, not of what it links to. False when there is none.
bool mode_of(const std::string& path, ::mode_t& mode) {
    struct ::stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) {
            return false;
        }
        fail("look for '" + path + "'", errno);
    }
    mode = status.st_mode;
    return true;
}

}  // namespace

void require_free(const std::string& path, bool force, const std::string& hint) {
    ::mode_t mode = 0;
    if (!mode_of(path, mode)) {
        return;
    }
    if (!S_ISREG(mode)) {
        throw input_error(path, "exists already and is not a plain file", "choose another name");
    }
    if (!force) {
        throw input_error(path, "exists already", hint);
    }
}

NewFile::NewFile(std::string path, bool force) : path_(std::move(path)), force_(force) {
    require_free(path_, force_);
    file_ = create_beside(path_, temporary_);
}

NewFile::~NewFile() {
    if (file_ >= 0) {
        ::close(file_);
    }
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

void NewFile::write(std::string_view bytes) {
    if (const int error = write_all(file_, bytes); error != 0) {
        fail("write '" + temporary_ + "'", error);
    }
}

void NewFile::close() {
    int error = ::fsync(file_) == 0 ? 0 : errno;
    if (::close(std::exchange(file_, -1)) != 0 && error == 0) {
        error = errno;
    }
    if (error != 0) {
        fail("write '" + temporary_ + "'", error);
    }
}

void NewFile::commit() {
    close();
    require_free(path_, force_);
    if (force_) {
        move_over(temporary_, path_);
    } else if (!move_new(temporary_, path_)) {
        require_free(path_, force_);
        throw RunError("cannot create '" + path_ + "': it came and went during the run");
    }
    temporary_.clear();
    sync_folder(path_);
}

void create_file(const std::string& path, std::string_view bytes, bool force) {
    NewFile file(path, force);
    file.write(bytes);
    file.commit();
}

std::string write_beside(const std::string& path, std::string_view bytes, bool durable) {
    std::string name;
    const int file = create_beside(path, name);
    int error = write_all(file, bytes);
    if (error == 0 && durable && ::fsync(file) != 0) {
        error = errno;
    }
    if (::close(file) != 0 && error == 0) {
        error = errno;  // where a quota or a network file system reports its full disk
    }
    if (error != 0) {
        ::unlink(name.c_str());
        fail("write " + std::to_string(bytes.size()) + " bytes to '" + name + "'", error);
    }
    return name;
}

void move_over(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        fail("rename '" + from + "' to '" + to + "'", errno);
    }
}

void replace_file(const std::string& path, std::string_view bytes, bool durable) {
    const std::string name = write_beside(path, bytes, durable);
    if (::rename(name.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(name.c_str());
        fail("rename '" + name + "' to '" + path + "'", error);
    }
}

bool move_new(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return true;
    }
    if (errno == EEXIST) {
        return false;
    }
    // No hard links here (FAT, some network file systems): claim the name first, then replace it.
    const int claim = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (claim < 0) {
        if (errno == EEXIST) {
            return false;
        }
        fail("create '" + to + "'", errno);
    }
    ::close(claim);
    if (::rename(from.c_str(), to.c_str()) != 0) {
        const int error = errno;
        ::unlink(to.c_str());
        fail("rename '" + from + "' to '" + to + "'", error);
    }
    return true;
}

void sync_folder(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder =
        slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) {
        fail("open the folder '" + folder + "'", errno);
    }
    // EINVAL: a file system that has nothing to sync.
    const int error = ::fsync(file) == 0 || errno == EINVAL ? 0 : errno;
    ::close(file);
    if (error != 0) {
        fail("sync the folder '" + folder + "'", error);
    }
}

void remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        fail("delete '" + path + "'", errno);
    }
}

}  // namespace tidepool
