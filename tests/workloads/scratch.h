#pragma once
// A folder that lives as long as a test, and short ways to put files there and read them as traces.

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

#include <gtest/gtest.h>

#include "workloads/pack.h"
#include "workloads/read_trace.h"

namespace tidepool::workloads {

class Scratch {
public:
    Scratch() {
        const std::string pattern =
            (std::filesystem::temp_directory_path() / "tidepool-XXXXXX").string();
        path_ = pattern;
        if (::mkdtemp(path_.data()) == nullptr) {
            throw RunError("cannot create " + pattern);
        }
    }
    ~Scratch() { std::filesystem::remove_all(path_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::string path(const std::string& name) const { return path_ + '/' + name; }

    // Writes these bytes.
    std::string file(const std::string& name, std::string_view bytes) const {
        std::ofstream(path(name), std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return path(name);
    }
    // Writes this text, packed as the name says.
    std::string packed(const std::string& name, std::string_view text) const {
        PackedWriter writer(path(name), true);
        writer.write(text);
        writer.commit();
        return path(name);
    }

private:
    std::string path_;
};

inline std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A trace that must be without problems.
inline JobTrace read_good(const TraceSpec& spec) {
    Issues issues;
    JobTrace trace = read_trace(spec, "", issues);
    for (const Issue& issue : issues.list()) {
        ADD_FAILURE() << to_string(issue);
    }
    return trace;
}
inline JobTrace read_good(const std::string& path) {
    TraceSpec spec;
    spec.file = path;
    return read_good(spec);
}

// What is said about a trace, one problem a line, without the folder.
inline std::string complaints(const TraceSpec& spec) {
    Issues issues;
    read_trace(spec, "", issues);
    std::string text;
    for (Issue issue : issues.list()) {
        issue.at.file = std::filesystem::path(issue.at.file).filename().string();
        text += to_string(issue) + '\n';
    }
    return text;
}
inline std::string complaints(const std::string& path, Format format = Format::kAuto) {
    TraceSpec spec;
    spec.file = path;
    spec.format = format;
    return complaints(spec);
}
inline std::string complaints_about(std::string_view text, Format format = Format::kAuto) {
    const Scratch scratch;
    return complaints(scratch.file("t.csv", text), format);
}
inline JobTrace read_text(std::string_view text, Format format = Format::kAuto) {
    const Scratch scratch;
    TraceSpec spec;
    spec.file = scratch.file("t.csv", text);
    spec.format = format;
    return read_good(spec);
}

inline std::string shipped(const std::string& name) {
    return std::string(TIDEPOOL_SOURCE_DIR) + "/workloads/traces/" + name;
}
inline std::string sample(const std::string& name) {
    return std::string(TIDEPOOL_SOURCE_DIR) + "/tests/workloads/data/" + name;
}

}  // namespace tidepool::workloads
