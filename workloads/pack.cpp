#include "workloads/pack.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>

#include "sim/base/issue.h"
#include "workloads/unpack.h"

namespace tidepool::workloads {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kBuffer = 1 << 16;

[[noreturn]] void refuse(const std::string& attempt, int error) {
    throw RunError("cannot " + attempt + ": " + std::strerror(error));
}

// The file under the filters. A failed write is remembered and the rest swallowed: an exception
// would have to pass through the filters' clean-up, which loses it.
class Disk {
public:
    Disk(const std::string& partial, bool replace) {
        const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL);
        descriptor_ = ::open(partial.c_str(), flags, 0666);
        if (descriptor_ < 0 && errno == EEXIST) {
            throw RunError("cannot create " + partial +
                           ": it exists; another run is writing it or was killed, remove it then");
        }
        if (descriptor_ < 0) {
            refuse("create " + partial, errno);
        }
    }
    ~Disk() { close(); }
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    void write(const char* text, std::size_t size) {
        while (size > 0 && error_ == 0) {
            const ::ssize_t n = ::write(descriptor_, text, size);
            if (n >= 0) {
                text += n;
                size -= static_cast<std::size_t>(n);
            } else if (errno != EINTR) {
                error_ = errno;
            }
        }
    }
    void sync() {
        if (error_ == 0 && ::fsync(descriptor_) != 0) {
            error_ = errno;
        }
    }
    void close() {
        if (descriptor_ >= 0 && ::close(descriptor_) != 0 && error_ == 0) {
            error_ = errno;
        }
        descriptor_ = -1;
    }
    int error() const { return error_; }

private:
    int descriptor_ = -1;
    int error_ = 0;
};

// Copied by the filters, so it only points.
struct DiskDevice {
    using char_type = char;
    using category = io::sink_tag;
    Disk* disk;

    std::streamsize write(const char* text, std::streamsize size) const {
        disk->write(text, static_cast<std::size_t>(size));
        return size;
    }
};

// Makes the new name last through a power cut. A file system that cannot do this for folders keeps
// the file all the same.
void sync_folder(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

void refuse_existing(const std::string& path, bool replace) {
    std::error_code error;
    if (!replace && std::filesystem::exists(path, error)) {
        Issues issues;
        issues.add({path, 0, 0}, {}, "the file exists", "use --force to replace it");
        issues.throw_if_any();
    }
}

}  // namespace

struct PackedWriter::State {
    State(const std::string& target, bool over)
        : path(target), partial(target + ".partial"), replace(over), disk(partial, over) {
        const Packing packing = packing_by_name(path);
        if (packing == Packing::kGzip) {
            stream.push(io::gzip_compressor(io::gzip_params(), kBuffer), kBuffer);  // mtime 0
        } else if (packing == Packing::kZstd) {
            stream.push(io::zstd_compressor(io::zstd_params(), kBuffer), kBuffer);
        }
        stream.push(DiskDevice{&disk}, kBuffer);
    }

    void check() const {
        if (disk.error() != 0) {
            refuse("write " + partial, disk.error());
        }
    }

    std::string path;
    std::string partial;
    bool replace;
    bool committed = false;
    Disk disk;
    io::filtering_streambuf<io::output> stream;
};

PackedWriter::PackedWriter(const std::string& path, bool replace) {
    refuse_existing(path, replace);
    state_ = std::make_unique<State>(path, replace);
}

PackedWriter::~PackedWriter() {
    if (!state_->committed) {
        ::unlink(state_->partial.c_str());
    }
}

void PackedWriter::write(std::string_view text) {
    state_->stream.sputn(text.data(), static_cast<std::streamsize>(text.size()));
    state_->check();
}

void PackedWriter::commit() {
    state_->stream.reset();
    state_->disk.sync();
    state_->disk.close();
    state_->check();
    refuse_existing(state_->path, state_->replace);  // somebody else may have been faster
    if (::rename(state_->partial.c_str(), state_->path.c_str()) != 0) {
        refuse("rename " + state_->partial + " to " + state_->path, errno);
    }
    state_->committed = true;
    sync_folder(state_->path);
}

}  // namespace tidepool::workloads
