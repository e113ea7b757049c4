#pragma once
// What a command line may hold, as text; apart from arguments.cpp, which takes long to compile.

#include <string>
#include <vector>

namespace tidepool::cli {

// The words that an option is restricted to, from what the parser library calls its type:
// `TEXT:{a,b}`.
std::vector<std::string> choices_in(const std::string& type);

// "did you mean ...?" for the first word that is likely a slip for one of `known`; empty if there
// is none. `command`: the words of the command, which are none.
std::string slip_in(const std::vector<std::string>& words, const std::string& command,
                    const std::vector<std::string>& known);

}  // namespace tidepool::cli
