#pragma once
// Reads result files back with the plain C interface of HDF5, independent of the code that writes
// them. Everything that fails, fails the test and returns something empty.

#include <filesystem>
#include <string>
#include <vector>

namespace tidepool::results {

// Does H5Fopen, read only and without repair, accept it?
bool opens(const std::string& path);
bool has(const std::string& path, const std::string& object);
std::string text_attribute(const std::string& path, const std::string& object, const char* name);
double number_attribute(const std::string& path, const std::string& object, const char* name);
std::vector<double> numbers(const std::string& path, const std::string& dataset);
std::vector<std::string> texts(const std::string& path, const std::string& dataset);
// Names in creation order.
std::vector<std::string> links(const std::string& path, const std::string& group);
// Name of the enum value in this row.
std::string enum_name(const std::string& path, const std::string& dataset, std::size_t row);
// Name of the scale attached to the first dimension.
std::string scale_of(const std::string& path, const std::string& dataset);

std::string content(const std::string& path);

// A folder of its own for this test, gone at the end.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }
    std::vector<std::string> files() const;  // sorted

private:
    std::filesystem::path path_;
};

}  // namespace tidepool::results
