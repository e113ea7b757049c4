#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/issue.h"
#include "sim/cli/arguments.h"
#include "sim/cli/commands.h"
#include "sim/cli/external_command.h"

namespace tidepool::cli {
namespace {

// The command as a shell would read it back.
std::string shell_quoted(int argc, char** argv) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+";
    std::string line;
    for (int i = 0; i < argc; ++i) {
        const std::string_view word = argv[i];
        line += i > 0 ? " " : "";
        if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word) {
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        }
        line += '\'';
    }
    return line;
}

ExitCode dispatch(const Arguments& arguments, const std::string& command_line) {
    const std::string& command = arguments.command;
    if (arguments.version) {
        return version_command(arguments);
    }
    if (command == "run") {
        return run_command(arguments, command_line);
    }
    if (command == "sweep") {
        return sweep_command(arguments, command_line);
    }
    if (command == "merge") {
        return merge_command(arguments, command_line);
    }
    if (command == "reprice") {
        return reprice_command(arguments, command_line);
    }
    if (command.starts_with("topology ")) {
        return topology_command(arguments);
    }
    if (command.starts_with("trace ")) {
        return trace_command(arguments);
    }
    if (command.starts_with("model ")) {
        return model_command(arguments);
    }
    using Command = ExitCode (*)(const Arguments&);
    static const std::map<std::string_view, Command> kCommands{
        {"calibrate", calibrate_command}, {"validate", validate_command},
        {"list", list_command},           {"schema", schema_command},
        {"reference", reference_command}, {"completion", completion_command},
    };
    return kCommands.at(command)(arguments);
}

int guarded(int argc, char** argv) {
    try {
        if (const std::optional<ExitCode> code = external_command(argc, argv)) {
            return static_cast<int>(*code);
        }
        const Parsed parsed = parse_arguments(argc, argv);
        const ExitCode code = parsed.finished
                                  ? *parsed.finished
                                  : dispatch(parsed.arguments, shell_quoted(argc, argv));
        std::cout.flush();
        if (!std::cout) {
            throw RunError("writing to standard output failed");
        }
        return static_cast<int>(code);
    } catch (const InputError& error) {
        std::cerr << error.what();
        return static_cast<int>(ExitCode::kBadInput);
    } catch (const RunError& error) {
        std::cerr << "tidepool: " << error.what() << '\n';
        return static_cast<int>(ExitCode::kRunFailed);
    } catch (const std::filesystem::filesystem_error& error) {
        std::cerr << "tidepool: " << error.what() << '\n';
        return static_cast<int>(ExitCode::kRunFailed);
    } catch (const std::bad_alloc&) {
        std::cerr << "tidepool: out of memory\n";
        return static_cast<int>(ExitCode::kRunFailed);
    } catch (const std::exception& error) {
        std::cerr << "tidepool: unexpected: " << error.what() << '\n';
        std::abort();
    }
}

}  // namespace
}  // namespace tidepool::cli

int main(int argc, char** argv) {
    // A file size limit or quota is an error to report, not a reason to die.
    std::signal(SIGXFSZ, SIG_IGN);
    return tidepool::cli::guarded(argc, argv);
}
