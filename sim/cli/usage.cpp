#include "sim/cli/usage.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <sstream>

#include "sim/base/issue.h"

namespace tidepool::cli {

std::vector<std::string> choices_in(const std::string& type) {
    const std::size_t open = type.find('{');
    std::vector<std::string> choices;
    if (open != std::string::npos) {
        std::istringstream names(type.substr(open + 1, type.find('}') - open - 1));
        for (std::string name; std::getline(names, name, ',');) {
            choices.push_back(name);
        }
    }
    return choices;
}

std::string slip_in(const std::vector<std::string>& words, const std::string& command,
                    const std::vector<std::string>& known) {
    std::istringstream path(command);
    const std::vector<std::string> commands{std::istream_iterator<std::string>(path), {}};
    for (std::string word : words) {
        if (std::find(commands.begin(), commands.end(), word) != commands.end()) {
            continue;  // `model` is a command here, not a slip for --model
        }
        word = word.substr(0, word.starts_with("--") ? word.find('=') : std::string::npos);
        if (std::find(known.begin(), known.end(), word) != known.end()) {
            continue;
        }
        std::string hint = did_you_mean(word, known);
        if (!hint.empty() && (word.starts_with("-") || !known.empty())) {
            return hint;
        }
    }
    return {};
}

}  // namespace tidepool::cli
