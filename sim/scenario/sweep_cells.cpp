// All cells of a sweep at once: whether they are good, what they read, what identifies them.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <set>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/team.h"
#include "sim/base/version.h"
#include "sim/config/write.h"
#include "sim/scenario/hash.h"
#include "sim/scenario/sweep.h"

namespace tidepool::scenario {
namespace {

constexpr std::uint64_t kBlock = 64;  // cells that a thread takes at a time

using Seen = std::set<std::string>;

void add_input(std::vector<Input>& inputs, Seen& seen, const Input& input) {
    if (seen.insert(input.path + '\n' + input.location + '\n' + input.sha256).second) {
        inputs.push_back(input);
    }
}

// With its length, so that no two lists of texts look alike.
std::string counted(std::string_view text) {
    return std::to_string(text.size()) + ':' + std::string(text) + '\n';
}

}  // namespace

// What the cells of a block have shown, each thing once.
struct Sweep::Findings {
    std::vector<Issue> issues;
    std::vector<Input> inputs;
    std::exception_ptr failure;  // of the world
};

Sweep::Findings Sweep::check_block(std::uint64_t first, std::uint64_t last) const {
    Findings found;
    Seen issues;
    Seen inputs;
    try {
        for (std::uint64_t cell = first; cell < last; ++cell) {
            try {
                const std::shared_ptr<const Loaded> loaded = load_cell(cell);
                for (const Input& input : loaded->inputs) {
                    add_input(found.inputs, inputs, input);
                }
            } catch (const InputError& error) {
                for (const Issue& issue : error.issues()) {
                    if (issues.insert(to_string(issue)).second) {
                        found.issues.push_back(issue);
                    }
                }
            }
        }
    } catch (...) {
        found.failure = std::current_exception();
    }
    return found;
}

void Sweep::check_cells(unsigned threads) {
    std::vector<Findings> blocks((cells_ + kBlock - 1) / kBlock);
    std::atomic<std::uint64_t> next{0};
    const auto work = [&] {
        for (std::uint64_t b = next++; b < blocks.size(); b = next++) {
            blocks[b] = check_block(b * kBlock, std::min(cells_, (b + 1) * kBlock));
        }
    };
    work_together(std::min<std::uint64_t>(threads, blocks.size()), work);
    Issues issues;
    std::vector<Input> inputs;
    Seen seen_issues;
    Seen seen_inputs;
    for (const Findings& found : blocks) {
        if (found.failure) {
            std::rethrow_exception(found.failure);
        }
        for (const Issue& issue : found.issues) {
            if (seen_issues.insert(to_string(issue)).second && seen_issues.size() <= kMostIssues) {
                issues.add(issue);
            }
        }
        for (const Input& input : found.inputs) {
            add_input(inputs, seen_inputs, input);
        }
    }
    if (seen_issues.size() > kMostIssues) {
        issues.add({}, "",
                   "... and " + std::to_string(seen_issues.size() - kMostIssues) + " more issues");
    }
    issues.throw_if_any();
    inputs_ = std::move(inputs);
}

const std::vector<Input>& Sweep::inputs() const {
    TP_ASSERT(inputs_, "check_cells() comes first");
    return *inputs_;
}

std::vector<std::string> Sweep::recipe() const {
    std::vector<std::string> lines;
    const auto add = [&](const std::string& block, const std::vector<config::Assignment>& some) {
        lines.push_back(block);
        for (const config::Assignment& assignment : some) {
            lines.push_back(assignment.path);
            lines.push_back(config::to_flow_yaml(assignment.value));
        }
    };
    add("set", set_);
    for (const std::vector<config::Assignment>& entry : list_) {
        add("list", entry);
    }
    for (const auto& values : zip_.values) {
        add("zip", values);
    }
    for (const auto& values : grid_.values) {
        add("grid", values);
    }
    return lines;
}

std::string sweep_id(const Sweep& sweep, std::span<const std::string_view> kpi_names,
                     std::string_view layout_version) {
    std::string text = counted("tidepool sweep") + counted(version()) + counted(layout_version) +
                       counted(std::to_string(sweep.replicas())) + counted(sweep.source_yaml());
    text += counted(std::to_string(kpi_names.size()));
    for (const std::string_view name : kpi_names) {
        text += counted(name);
    }
    const std::vector<std::string> recipe = sweep.recipe();
    text += counted(std::to_string(recipe.size()));
    for (const std::string& line : recipe) {
        text += counted(line);
    }
    for (const Input& input : sweep.inputs()) {
        text += counted(input.path) + counted(input.sha256);
    }
    return hash_text(text);
}

}  // namespace tidepool::scenario
