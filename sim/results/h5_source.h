#pragma once
// Reads an HDF5 file that may be anything: of another program, cut off, or made to do harm. What is
// not as asked for is an InputError that names the file and the object; memory is taken only for
// what the file really stores (a compressed file may hold a thousand times its size).
//
// Paths are from the root group: "sweep/replica/seed".

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/results/h5.h"

namespace tidepool::results::h5 {

class Source {
public:
    explicit Source(std::string path);

    bool has(const std::string& object) const;
    bool has_attribute(const char* name) const;                      // of the root group
    std::string text_attribute(const char* name) const;              // of the root group
    std::uint64_t number_attribute(const char* name) const;          // of the root group
    std::vector<std::string> names(const std::string& group) const;  // in the order of creation

    std::string text(const std::string& dataset) const;
    double number(const std::string& dataset) const;  // a scalar
    std::string long_name(const std::string& dataset) const;
    std::uint64_t rows(const std::string& dataset) const;  // of one dimension
    std::vector<std::string> texts(const std::string& dataset, std::uint64_t rows) const;
    std::vector<std::uint64_t> numbers(const std::string& dataset, std::uint64_t rows) const;

    // A dataset [rows, columns] of T: double, uint64_t, or int8_t for an enumeration.
    template <class T>
    class Grid {
    public:
        void read_block(std::array<std::uint64_t, 2> at, std::array<std::uint64_t, 2> size,
                        T* values) const;

    private:
        friend class Source;
        Grid(const Source& source, std::string name, Handle dataset)
            : source_(source), name_(std::move(name)), dataset_(std::move(dataset)) {}
        const Source& source_;
        std::string name_;
        Handle dataset_;
    };
    template <class T>
    Grid<T> grid(const std::string& dataset, std::array<std::uint64_t, 2> size) const;

    // InputError: "is damaged: " and this.
    [[noreturn]] void damaged(const std::string& what) const;

private:
    Handle open(const std::string& dataset) const;
    template <class T>
    T checked(T result, const std::string& object) const;
    std::vector<std::uint64_t> extent(const Handle& dataset, const std::string& name) const;
    void require_stored(const Handle& dataset, const std::string& name) const;
    std::vector<std::string> read_texts(const Handle& dataset, const std::string& name,
                                        std::uint64_t rows) const;

    std::string path_;
    Handle file_;
};

}  // namespace tidepool::results::h5
