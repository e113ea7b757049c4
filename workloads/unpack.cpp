#include "workloads/unpack.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>

#include "workloads/zstd_frames.h"

namespace tidepool::workloads {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kBuffer = 1 << 16;

// An open file, closed at the end of its life.
struct Descriptor {
    // Looks before it opens, since opening alone makes some devices act, and again afterwards,
    // since the name may have come to mean another file.
    explicit Descriptor(const std::string& path) {
        struct ::stat status {};
        require_regular(::stat(path.c_str(), &status), status);
        value = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (value < 0) {
            cannot_open();
        }
        try {
            require_regular(::fstat(value, &status), status);
        } catch (const BrokenStream&) {
            ::close(value);
            throw;
        }
    }
    ~Descriptor() { ::close(value); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int value = -1;

private:
    [[noreturn]] static void cannot_open() {
        throw BrokenStream(std::string("cannot be opened: ") + std::strerror(errno));
    }
    static void require_regular(int returned, const struct ::stat& status) {
        if (returned != 0) {
            cannot_open();
        }
        if (!S_ISREG(status.st_mode)) {
            throw BrokenStream("not a regular file");
        }
    }
};

// The file as it lies on disk. The first bytes are read on opening, to tell the packing.
class PackedFile {
public:
    explicit PackedFile(const std::string& path) : descriptor_(path) {
        std::size_t n = 1;
        while (head_size_ < head_.size() && n > 0) {
            n = from_disk(head_.data() + head_size_, head_.size() - head_size_);
            head_size_ += n;
        }
    }

    Packing packing() const {
        const std::string_view head(head_.data(), head_size_);
        return head.starts_with("\x1f\x8b")           ? Packing::kGzip
               : head.starts_with("\x28\xb5\x2f\xfd") ? Packing::kZstd
                                                      : Packing::kPlain;
    }

    std::size_t read(char* to, std::size_t size) {
        std::size_t n = 0;
        if (head_used_ < head_size_) {
            n = std::min(size, head_size_ - head_used_);
            std::memcpy(to, head_.data() + head_used_, n);
            head_used_ += n;
        }
        if (n < size) {
            n += from_disk(to + n, size - n);
        }
        bytes_ += n;
        at_end_ = n == 0;
        return n;
    }

    bool at_end() const { return at_end_; }
    std::uint64_t bytes() const { return bytes_; }

private:
    std::size_t from_disk(char* to, std::size_t size) const {
        for (;;) {
            const ::ssize_t n = ::read(descriptor_.value, to, size);
            if (n >= 0) {
                return static_cast<std::size_t>(n);
            }
            if (errno != EINTR) {
                throw BrokenStream(std::string("cannot be read: ") + std::strerror(errno));
            }
        }
    }

    Descriptor descriptor_;
    std::array<char, 4> head_{};
    std::size_t head_size_ = 0;
    std::size_t head_used_ = 0;
    std::uint64_t bytes_ = 0;
    bool at_end_ = false;
};

// The packed file as the Boost filters want it; copied by them, so it only points.
struct PackedDevice {
    using char_type = char;
    using category = io::source_tag;
    PackedFile* file;
    ZstdFrames* frames;

    std::streamsize read(char* to, std::streamsize size) const {
        const std::size_t n = file->read(to, static_cast<std::size_t>(size));
        if (frames != nullptr) {
            frames->feed({to, n});
        }
        return n == 0 ? -1 : static_cast<std::streamsize>(n);
    }
};

class PlainBytes final : public ByteSource {
public:
    explicit PlainBytes(std::unique_ptr<PackedFile> file) : file_(std::move(file)) {}
    std::size_t read(char* to, std::size_t size) override { return file_->read(to, size); }

private:
    std::unique_ptr<PackedFile> file_;
};

class UnpackedBytes final : public ByteSource {
public:
    UnpackedBytes(std::unique_ptr<PackedFile> file, Packing packing)
        : file_(std::move(file)), packing_(packing) {
        const PackedDevice device{file_.get(), packing == Packing::kZstd ? &frames_ : nullptr};
        if (packing == Packing::kGzip) {
            stream_.push(io::gzip_decompressor(io::gzip::default_window_bits, kBuffer), kBuffer);
        } else {
            stream_.push(io::zstd_decompressor(kBuffer), kBuffer);
        }
        stream_.push(device, kBuffer);
    }

    std::size_t read(char* to, std::size_t size) override {
        try {
            const auto n =
                static_cast<std::size_t>(stream_.sgetn(to, static_cast<std::streamsize>(size)));
            if (n == 0 && packing_ == Packing::kZstd && !frames_.complete()) {
                throw BrokenStream(cut_off());
            }
            return n;
        } catch (const io::gzip_error& error) {
            const bool checksum = error.error() == io::gzip::bad_crc;
            throw BrokenStream(file_->at_end() && !checksum ? cut_off()
                                                            : damaged(checksum ? "checksum" : ""));
        } catch (const io::zstd_error&) {
            throw BrokenStream(damaged(""));
        } catch (const std::bad_alloc&) {  // the filters' word for "the window does not fit"
            throw BrokenStream("asks for too much memory to unpack");
        }
    }

private:
    const char* kind() const { return packing_ == Packing::kGzip ? "gzip" : "zstd"; }
    std::string cut_off() const {
        return std::string("the ") + kind() + " data is cut off after " +
               std::to_string(file_->bytes()) + " bytes";
    }
    std::string damaged(std::string_view what) const {
        return std::string("the ") + kind() + " data is damaged" +
               (what.empty() ? "" : " (wrong " + std::string(what) + ")") + ", within the first " +
               std::to_string(file_->bytes()) + " bytes";
    }

    std::unique_ptr<PackedFile> file_;
    Packing packing_;
    ZstdFrames frames_;
    io::filtering_streambuf<io::input> stream_;
};

// Refuses to hand out more than `most` bytes.
class Capped final : public ByteSource {
public:
    Capped(std::unique_ptr<ByteSource> source, std::uint64_t most)
        : source_(std::move(source)), most_(most) {}
    std::size_t read(char* to, std::size_t size) override {
        const std::size_t n = source_->read(to, size);
        given_ += n;
        if (given_ > most_) {
            throw BrokenStream("holds more than " + std::to_string(most_) + " bytes of text");
        }
        return n;
    }

private:
    std::unique_ptr<ByteSource> source_;
    std::uint64_t most_;
    std::uint64_t given_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path, std::uint64_t most) {
    auto file = std::make_unique<PackedFile>(path);
    const Packing packing = file->packing();
    std::unique_ptr<ByteSource> source;
    if (packing == Packing::kPlain) {
        source = std::make_unique<PlainBytes>(std::move(file));
    } else {
        source = std::make_unique<UnpackedBytes>(std::move(file), packing);
    }
    return std::make_unique<Capped>(std::move(source), most);
}

Packing packing_by_name(const std::string& path) {
    return path.ends_with(".gz")    ? Packing::kGzip
           : path.ends_with(".zst") ? Packing::kZstd
                                    : Packing::kPlain;
}

}  // namespace tidepool::workloads
