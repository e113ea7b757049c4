// Completion scripts, from the tree of commands itself.
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/external_command.h"

namespace tidepool::cli {
namespace {

// "-o,--output" -> {"-o", "--output"}
std::vector<std::string> spellings(const std::string& names) {
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find(',', begin), names.size());
        found.push_back(names.substr(begin, end - begin));
        begin = end + 1;
    }
    return found;
}

std::string last_word(const std::string& name) {
    return name.substr(name.rfind(' ') + 1);
}

bool is_child(const CommandHelp& child, const std::string& parent) {
    const std::string prefix = parent.empty() ? "" : parent + " ";
    return child.name.size() > prefix.size() && child.name.starts_with(prefix) &&
           child.name.find(' ', prefix.size()) == std::string::npos;
}

// Everything that may follow a command: its subcommands, then its options.
std::vector<std::string> words_after(const CommandHelp& command,
                                     const std::vector<CommandHelp>& all) {
    std::vector<std::string> words;
    for (const CommandHelp& other : all) {
        if (is_child(other, command.name)) {
            words.push_back(last_word(other.name));
        }
    }
    for (const CommandHelp::Option& option : command.options) {
        for (const std::string& spelling : spellings(option.names)) {
            words.push_back(spelling);
        }
        words.insert(words.end(), option.choices.begin(), option.choices.end());
    }
    words.insert(words.end(), command.choices.begin(), command.choices.end());
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

// The words of the line that name a command, then what may follow it; files where nothing matches.
std::string bash(const std::vector<CommandHelp>& all) {
    std::string text =
        "# bash completion for tidepool; load with: source <(tidepool completion bash)\n"
        "_tidepool() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} path= word\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        case \"$path $word\" in\n";
    for (const CommandHelp& command : all) {
        if (!command.name.empty()) {
            const std::size_t space = command.name.rfind(' ');
            const std::string parent =
                space == std::string::npos ? "" : command.name.substr(0, space);
            text += "            '" + parent + " " + last_word(command.name) + "') path='" +
                    command.name + "' ;;\n";
        }
    }
    text +=
        "        esac\n"
        "    done\n"
        "    local words=\n"
        "    case \"$path\" in\n";
    for (const CommandHelp& command : all) {
        text += "        '" + command.name + "') words='" + joined(words_after(command, all)) +
                "' ;;\n";
    }
    text +=
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
        "}\n"
        "complete -o bashdefault -o default -F _tidepool tidepool\n";
    return text;
}

std::string zsh(const std::vector<CommandHelp>& all) {
    return "#compdef tidepool\n"
           "# zsh completion for tidepool; load with: source <(tidepool completion zsh)\n"
           "autoload -U +X bashcompinit && bashcompinit\n" +
           bash(all);
}

// Text between single quotes, for fish.
std::string fish_quoted(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return quoted + "'";
}

std::string fish(const std::vector<CommandHelp>& all) {
    std::string text =
        "# fish completion for tidepool; load with: tidepool completion fish | source\n";
    for (const CommandHelp& command : all) {
        std::string condition = "__fish_use_subcommand";
        if (!command.name.empty()) {
            condition.clear();
            for (const std::string& word : spellings([&] {
                     std::string names = command.name;
                     for (char& c : names) {
                         c = c == ' ' ? ',' : c;
                     }
                     return names;
                 }())) {
                condition +=
                    (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
            }
        }
        const std::string start = "complete -c tidepool -n " + fish_quoted(condition);
        for (const CommandHelp& other : all) {
            if (is_child(other, command.name)) {
                text +=
                    start + " -a " + last_word(other.name) + " -d " + fish_quoted(other.doc) + '\n';
            }
        }
        for (const std::string& choice : command.choices) {
            text += start + " -a " + choice + '\n';
        }
        for (const CommandHelp::Option& option : command.options) {
            std::string line = start;
            for (const std::string& spelling : spellings(option.names)) {
                line += spelling.starts_with("--") ? " -l " + spelling.substr(2)
                                                   : " -s " + spelling.substr(1);
            }
            line += option.takes_value ? " -r" : "";
            line += option.choices.empty() ? "" : " -f -a " + fish_quoted(joined(option.choices));
            text += line + " -d " + fish_quoted(option.doc) + '\n';
        }
    }
    return text;
}

}  // namespace

ExitCode completion_command(const Arguments& arguments) {
    std::vector<CommandHelp> all = all_commands();
    for (CommandHelp& command : external_commands()) {
        all.push_back(std::move(command));
    }
    std::cout << (arguments.kind == "bash"  ? bash(all)
                  : arguments.kind == "zsh" ? zsh(all)
                                            : fish(all));
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
