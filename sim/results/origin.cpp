#include "sim/results/origin.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tidepool::results {
namespace {

std::vector<std::string_view> views(std::span<const InputFile> files,
                                    std::string InputFile::*column) {
    std::vector<std::string_view> result;
    for (const InputFile& file : files) {
        result.push_back(file.*column);
    }
    return result;
}

}  // namespace

void write_inputs(h5::Group& scenario, std::span<const InputFile> files) {
    h5::Group inputs = scenario.group("inputs");
    inputs.texts("path", views(files, &InputFile::path), {"", "file that was read", ""});
    inputs.texts("sha256", views(files, &InputFile::sha256), {"", "SHA-256 of its content", ""});
    std::vector<std::uint64_t> sizes;
    for (const InputFile& file : files) {
        sizes.push_back(file.bytes);
    }
    inputs.column<std::uint64_t>("bytes", sizes, {"B", "its size", ""});
}

void write_provenance(h5::Group& root, const Provenance& provenance) {
    if (provenance.empty()) {
        return;
    }
    h5::Group group = root.group("provenance");
    for (const auto& [name, value] : provenance) {
        std::visit([&, &key = name](const auto& v) { group.attribute(key.c_str(), v); }, value);
    }
}

}  // namespace tidepool::results
