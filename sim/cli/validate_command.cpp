#include <algorithm>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/promise_text.h"
#include "sim/cli/topology_input.h"
#include "sim/scenario/books.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/load.h"
#include "sim/scenario/sweep.h"

namespace tidepool::cli {
namespace {

// Escapes of GitHub's workflow commands: data may not hold `%` or line ends, properties also not
// `:` or `,`.
std::string escaped(const std::string& text, bool property) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '%':
                out += "%25";
                break;
            case '\r':
                out += "%0D";
                break;
            case '\n':
                out += "%0A";
                break;
            case ':':
                out += property ? "%3A" : ":";
                break;
            case ',':
                out += property ? "%2C" : ",";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string annotation(const Issue& issue) {
    std::string text = "::error file=" + escaped(issue.at.file, true);
    if (issue.at.line > 0) {
        text += ",line=" + std::to_string(issue.at.line);
    }
    if (issue.at.column > 0) {
        text += ",col=" + std::to_string(issue.at.column);
    }
    Issue content = issue;
    content.at = {};
    return text + "::" + escaped(to_string(content), false);
}

// Every cell, and of the first also what only compiling shows.
void check_sweep(const std::string& file, const Arguments& arguments) {
    if (!arguments.overrides.empty()) {
        throw input_error("--set#1", "a sweep takes no --set", "write it under `set` in " + file);
    }
    scenario::Sweep sweep = scenario::Sweep::load(file, {});
    sweep.check_cells(std::max(1U, std::thread::hardware_concurrency()));
    const auto first = sweep.load_cell(0);
    scenario::check_books(*first, scenario::compile(*first));
}

void check(const std::string& file, const Arguments& arguments) {
    if (scenario::is_sweep(file)) {
        check_sweep(file, arguments);
    } else if (is_scenario(file)) {
        const scenario::Loaded loaded = scenario::load(file, {arguments.overrides, {}, {}});
        scenario::check_books(loaded, scenario::compile(loaded));
        for (const std::string& sentence : impossible_promises(loaded)) {
            std::cerr << file << ": warning: " << sentence << '\n';
        }
    } else {
        load_topology(file, arguments.overrides);
    }
}

}  // namespace

ExitCode validate_command(const Arguments& arguments) {
    ExitCode code = ExitCode::kOk;
    for (const std::string& file : arguments.files) {
        try {
            check(file, arguments);
            if (arguments.format != "github") {
                std::cout << file << ": ok\n";
            }
        } catch (const InputError& error) {
            code = ExitCode::kBadInput;
            for (const Issue& issue : error.issues()) {
                if (arguments.format == "github") {
                    std::cout << annotation(issue) << '\n';
                } else {
                    std::cerr << to_string(issue) << '\n';
                }
            }
        }
    }
    return code;
}

}  // namespace tidepool::cli
