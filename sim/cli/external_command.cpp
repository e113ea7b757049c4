#include "sim/cli/external_command.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "sim/base/issue.h"

namespace tidepool::cli {
namespace {

namespace fs = std::filesystem;

// Programs of the Python package by verb, each with the extra it needs, and what it does.
struct Shipped {
    std::string_view verb, extra, does;
};
constexpr Shipped kShipped[] = {
    {"show", "", "KPIs and small charts of a result in the terminal"},
    {"report", "", "One HTML page of one or several results"},
    {"picture", "[picture]", "One chart of a result as SVG"},
    {"compare", "", "How the KPIs of results differ"},
    {"check", "", "Check a result against a golden file"},
    {"optimize", "[optimize]", "Find the best plan under constraints"},
    {"cluster-sweep", "[cluster]", "Run a sweep on the machines of a cluster"},
};

bool is_plain(std::string_view word) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !word.empty() && word.front() != '-' &&
           word.find_first_not_of(kLetters) == std::string_view::npos;
}

bool is_ours(const std::string& word) {
    const std::vector<CommandHelp> all = all_commands();
    return std::any_of(all.begin(), all.end(), [&](const CommandHelp& command) {
        return command.name.substr(0, command.name.find(' ')) == word;
    });
}

// The first executable file of that name on PATH; empty if there is none.
fs::path on_path(const std::string& program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path file = fs::path(folder.empty() ? "." : folder) / program;
        std::error_code ignored;
        if (fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    return {};
}

[[noreturn]] void become(const fs::path& program, char** words) {
    std::error_code unknown;
    const fs::path self = fs::read_symlink("/proc/self/exe", unknown);
    if (!unknown) {
        setenv("TIDEPOOL_BINARY", self.c_str(), 1);
    }
    execv(program.c_str(), words);
    throw RunError("cannot start " + program.string() + ": " + std::strerror(errno));
}

}  // namespace

std::vector<CommandHelp> external_commands() {
    std::vector<CommandHelp> commands;
    for (const Shipped& shipped : kShipped) {
        CommandHelp& command = commands.emplace_back();
        command.name = shipped.verb;
        command.doc = shipped.does;
    }
    return commands;
}

std::string external_help() {
    std::string text = "From the Python package (.venv/bin must be on PATH):\n";
    for (const CommandHelp& command : external_commands()) {
        text += "  " + command.name + std::string(28 - command.name.size(), ' ') + command.doc;
        text += '\n';
    }
    return text;
}

std::optional<ExitCode> external_command(int argc, char** argv) {
    const std::string word = argc > 1 ? argv[1] : "";
    if (!is_plain(word) || is_ours(word)) {
        return {};
    }
    std::string name = "tidepool-" + word;
    const fs::path program = on_path(name);
    if (!program.empty()) {
        argv[1] = name.data();  // the new program's own name, then the words after the verb
        become(program, argv + 1);
    }
    for (const Shipped& shipped : kShipped) {
        if (shipped.verb == word) {
            std::cerr << "tidepool: " << word << " is a program of the Python package, and " << name
                      << " is not on PATH;\n  in the source folder: .venv/bin/pip install -e "
                      << "'analysis" << shipped.extra << "' && PATH=\"$PWD/.venv/bin:$PATH\"\n";
            return ExitCode::kBadInput;
        }
    }
    return {};
}

}  // namespace tidepool::cli
