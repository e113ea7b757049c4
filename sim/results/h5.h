#pragma once
// The little of HDF5 that result files need, without its headers: an image of a file, built in
// memory, is a pure function of what is put into it. Format bounds (V18, V18), links in creation
// order, no times of day, columns in chunks of at most 16,384 rows with shuffle, gzip 1 and
// checksums.
//
// Names and texts are UTF-8 without NUL. A failure of the library is a RunError with its own words;
// it prints nothing. Not for use from several threads at once: the library has one global state.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidepool::results::h5 {

// Owns one identifier of the library (hid_t).
class Handle {
public:
    explicit Handle(std::int64_t id) : id_(id) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
    Handle& operator=(Handle&&) = delete;
    ~Handle();
    std::int64_t id() const { return id_; }
    std::int64_t release() { return std::exchange(id_, -1); }

private:
    std::int64_t id_;
};

// Sizes or places along the one or two dimensions of a grid.
using Extent = std::span<const std::uint64_t>;

// What a column means, stored as its attributes; empty ones are left out.
struct Meaning {
    std::string_view units;  // UDUNITS style; texts have none
    std::string_view long_name;
    std::string_view cell_methods;  // CF: `time: mean`
};

// Anything that carries attributes.
class Object {
public:
    void attribute(const char* name, std::string_view text);
    void attribute(const char* name, double number);
    void attribute(const char* name, std::int32_t number);
    void attribute(const char* name, std::int64_t number);
    void attribute(const char* name, std::uint64_t number);

protected:
    explicit Object(Handle handle) : handle_(std::move(handle)) {}
    std::int64_t id() const { return handle_.id(); }
    template <class T>
    void number(const char* name, T value);

private:
    Handle handle_;
};

class Dataset : public Object {
public:
    // Makes this the scale (coordinate) of the dimension `name`; `columns` lie along it.
    void scale_of(const char* name, std::span<Dataset* const> columns);
    // Lays a dimension of this along a scale that has been made one before.
    void lie_along(Dataset& scale, unsigned dimension = 0);

    // Of a grid: the values of the block of this size at this place, row by row. T as it was made.
    template <class T>
    void write_block(Extent at, Extent size, const T* values);

private:
    friend class Group;
    using Object::Object;
};

class Group : public Object {
public:
    Group group(const char* name);
    Group existing(const char* name);  // of an image that was opened again
    // Takes a link away, if there is one; its room in the file is lost.
    void remove(const char* name);

    Dataset scalar(const char* name, double value, const Meaning& meaning);
    Dataset text(const char* name, std::string_view text, const Meaning& meaning);

    // T: double, int32_t, uint32_t, int64_t or uint64_t. Doubles fill with NaN.
    template <class T>
    Dataset column(const char* name, std::span<const T> values, const Meaning& meaning);
    // int8 with named values 0, 1, ...
    Dataset enums(const char* name, std::span<const std::int8_t> values,
                  std::span<const std::string_view> names, const Meaning& meaning);
    // Variable length: readable everywhere, but not compressed. For short tables.
    Dataset texts(const char* name, std::span<const std::string_view> values,
                  const Meaning& meaning);
    // Each padded with NUL to the longest, compressed. For columns with many rows of short texts.
    Dataset padded_texts(const char* name, std::span<const std::string_view> values,
                         const Meaning& meaning);

    // Of one or two dimensions, none of them empty, in compressed chunks of this size, to be filled
    // block by block. A chunk that no block touches takes no room and reads as 0, doubles as NaN.
    // (Up to 128 values of one dimension stand uncompressed in the dataset's header.)
    // T: double or uint64_t.
    template <class T>
    Dataset grid(const char* name, Extent size, Extent chunk, const Meaning& meaning);
    Dataset enum_grid(const char* name, Extent size, Extent chunk,
                      std::span<const std::string_view> names, const Meaning& meaning);

private:
    friend class Image;
    using Object::Object;
    Dataset write(const char* name, std::int64_t type, std::int64_t memory_type, const void* values,
                  std::size_t rows, const Meaning& meaning);
    Dataset empty_grid(const char* name, std::int64_t type, Extent size, Extent chunk,
                       const Meaning& meaning);
};

class Image {
public:
    Image();
    // A file of ours that was closed before, to be changed.
    explicit Image(std::string_view bytes);
    ~Image();
    Group root();
    // Closes the file and returns it, byte by byte. Everything taken from it must be gone by now.
    std::string bytes() &&;

private:
    class Open;
    std::unique_ptr<Open> open_;
};

}  // namespace tidepool::results::h5
