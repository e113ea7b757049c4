#include "workloads/pack.h"

#include <exception>

#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>

#include "sim/base/atomic_file.h"
#include "sim/base/issue.h"
#include "workloads/unpack.h"

namespace tidepool::workloads {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kBuffer = 1 << 16;

// The file under the filters. A failed write is remembered and the rest swallowed: an exception
// would have to pass through the filters' clean-up, which loses it.
class Disk {
public:
    Disk(const std::string& path, bool replace) : file_(path, replace) {}

    void write(std::string_view text) {
        try {
            if (!failure_) {
                file_.write(text);
            }
        } catch (const RunError&) {
            failure_ = std::current_exception();
        }
    }
    void check() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }
    void commit() { file_.commit(); }

private:
    NewFile file_;
    std::exception_ptr failure_;
};

// Copied by the filters, so it only points.
struct DiskDevice {
    using char_type = char;
    using category = io::sink_tag;
    Disk* disk;

    std::streamsize write(const char* text, std::streamsize size) const {
        disk->write({text, static_cast<std::size_t>(size)});
        return size;
    }
};

}  // namespace

struct PackedWriter::State {
    State(const std::string& path, bool replace) : disk(path, replace) {
        const Packing packing = packing_by_name(path);
        if (packing == Packing::kGzip) {
            stream.push(io::gzip_compressor(io::gzip_params(), kBuffer), kBuffer);  // mtime 0
        } else if (packing == Packing::kZstd) {
            stream.push(io::zstd_compressor(io::zstd_params(), kBuffer), kBuffer);
        }
        stream.push(DiskDevice{&disk}, kBuffer);
    }

    Disk disk;
    io::filtering_streambuf<io::output> stream;
};

PackedWriter::PackedWriter(const std::string& path, bool replace)
    : state_(std::make_unique<State>(path, replace)) {}

PackedWriter::~PackedWriter() = default;

void PackedWriter::write(std::string_view text) {
    state_->stream.sputn(text.data(), static_cast<std::streamsize>(text.size()));
    state_->disk.check();
}

void PackedWriter::commit() {
    state_->stream.reset();
    state_->disk.check();
    state_->disk.commit();
}

}  // namespace tidepool::workloads
