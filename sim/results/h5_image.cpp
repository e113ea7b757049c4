#include <cstdlib>
#include <cstring>

#include <hdf5.h>

#include "sim/base/assert.h"
#include "sim/results/h5.h"
#include "sim/results/h5_errors.h"

namespace tidepool::results::h5 {
namespace {

constexpr std::size_t kImageGrowth = std::size_t{1} << 20U;

// The buffer of the file in memory is the library's until the file is closed, which is when the
// image is final: only then are the marks of an open file gone. So we take it over in that moment.
struct Capture {
    std::string bytes;
};

void* image_malloc(std::size_t size, H5FD_file_image_op_t, void*) {
    return std::malloc(size);
}

void* image_memcpy(void* to, const void* from, std::size_t size, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, size);
}

void* image_realloc(void* buffer, std::size_t size, H5FD_file_image_op_t, void*) {
    return std::realloc(buffer, size);
}

// The buffer may be longer than the file; the superblock (version 2) knows the length.
herr_t image_free(void* buffer, H5FD_file_image_op_t event, void* capture) {
    constexpr std::size_t kEndOfFile = 28;  // address, 8 bytes, little endian
    if (event == H5FD_FILE_IMAGE_OP_FILE_CLOSE && buffer != nullptr) {
        const auto* byte = static_cast<const unsigned char*>(buffer);
        std::uint64_t length = 0;
        for (std::size_t i = 8; i-- > 0;) {
            length = length << 8U | byte[kEndOfFile + i];
        }
        static_cast<Capture*>(capture)->bytes.assign(static_cast<const char*>(buffer), length);
    }
    std::free(buffer);
    return 0;
}

void* share_capture(void* capture) {
    return capture;
}
herr_t keep_capture(void*) {
    return 0;
}

// The library looks for a file of this name and would take it for the image, so none may have it.
constexpr const char* kNoFile = "/dev/null/image";

Handle access_to(Capture* capture) {
    Handle access(must(H5Pcreate(H5P_FILE_ACCESS), "create properties"));
    must(H5Pset_fapl_core(access.id(), kImageGrowth, false), "keep a file in memory");
    H5FD_file_image_callbacks_t callbacks{image_malloc,  image_memcpy, image_realloc, image_free,
                                          share_capture, keep_capture, capture};
    must(H5Pset_file_image_callbacks(access.id(), &callbacks), "keep a file in memory");
    must(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_V18), "set format bounds");
    return access;
}

Handle open_image(Capture* capture, std::string_view bytes) {
    const Quiet quiet;
    const Handle access = access_to(capture);
    std::string copy(bytes);  // the library copies it once more
    must(H5Pset_file_image(access.id(), copy.data(), copy.size()), "keep a file in memory");
    return Handle(must(H5Fopen(kNoFile, H5F_ACC_RDWR, access.id()), "open a file in memory"));
}

Handle create_image(Capture* capture) {
    const Quiet quiet;
    const Handle access = access_to(capture);
    const Handle creation(must(H5Pcreate(H5P_FILE_CREATE), "create properties"));
    must(H5Pset_obj_track_times(creation.id(), false), "switch object times off");
    must(H5Pset_link_creation_order(creation.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
         "order links");
    return Handle(must(H5Fcreate(kNoFile, H5F_ACC_TRUNC, creation.id(), access.id()),
                       "create a file in memory"));
}

}  // namespace

class Image::Open {
public:
    Open() : file(create_image(&capture)) {}
    explicit Open(std::string_view bytes) : file(open_image(&capture, bytes)) {}
    Capture capture;
    Handle file;
};

Image::Image() : open_(std::make_unique<Open>()) {}
Image::Image(std::string_view bytes) : open_(std::make_unique<Open>(bytes)) {}
Image::~Image() = default;

Group Image::root() {
    const Quiet quiet;
    return Group(Handle(must(H5Gopen2(open_->file.id(), "/", H5P_DEFAULT), "open the root group")));
}

std::string Image::bytes() && {
    const Quiet quiet;
    const std::unique_ptr<Open> open = std::move(open_);
    TP_ASSERT(H5Fget_obj_count(open->file.id(), H5F_OBJ_ALL) == 1, "nothing in it is still open");
    must(H5Fclose(open->file.release()), "close the file in memory");
    TP_ASSERT(!open->capture.bytes.empty(), "a closed file has been captured");
    return std::move(open->capture.bytes);
}

}  // namespace tidepool::results::h5
