#include "sim/scenario/sweep.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/random.h"
#include "sim/config/text.h"
#include "sim/config/write.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/sweep_spec.h"

namespace tidepool::scenario {
namespace {

using config::Assignment;
using config::Member;
using config::Value;

// a * b, or kMostRows + 1 if that is more than kMostRows.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    const bool fits = a == 0 || b <= kMostRows / a;
    return fits ? a * b : kMostRows + 1;
}

std::vector<Assignment> assignments_of(const Value& map) {
    std::vector<Assignment> all;
    for (const Member& member : map.members) {
        all.push_back({member.key, member.value, member.at});
    }
    return all;
}

// Replaces or adds what --replicas says.
void put_replicas(Value& tree, const std::string& text) {
    Value number;
    number.kind = Value::Kind::kScalar;
    number.text = text;
    number.at = {"--replicas", 0, 0};
    const auto at = std::find_if(tree.members.begin(), tree.members.end(),
                                 [](const Member& member) { return member.key == "replicas"; });
    if (at != tree.members.end()) {
        at->value = number;
    } else if (tree.kind == Value::Kind::kMap) {
        tree.members.push_back({"replicas", number.at, number});
    }
}

// The scenario that a sweep starts from; what is wrong with it also has a place in the sweep.
ScenarioFile read_base(const Value& tree, const std::string& base, Issues& issues) {
    const Value& named = *tree.find("base");
    const auto refuse = [&](const std::string& hint) {
        issues.add(named.at, "base",
                   "cannot be used as a scenario (got " + config::shown(base) + ")", hint);
    };
    ScenarioFile file;
    try {
        file = read_scenario_file(base, joined(folder_of(named), base));
    } catch (const InputError& error) {
        for (const Issue& issue : error.issues()) {
            issues.add(issue);
        }
        refuse("");
        return file;
    }
    if (file.tree.find("tidepool_sweep") != nullptr) {
        refuse("it is a sweep itself");
    } else if (file.tree.kind != Value::Kind::kMap) {
        refuse("it must hold a map of keys and values");
    }
    return file;
}

std::string normal_of(const Assignment& assignment) {
    Issues none;
    const auto path = config::normal_path(assignment.path, assignment.at, none);
    TP_ASSERT(path, "read_sweep_spec() refuses other paths");
    return *path;
}

}  // namespace

bool is_sweep(const std::string& path) {
    Issues ignored;
    return config::load_yaml(path, ignored).find("tidepool_sweep") != nullptr;
}

Sweep Sweep::load(const std::string& path, const std::optional<std::string>& replicas) {
    Issues issues;
    ScenarioFile own = read_scenario_file(path, path);
    for (const Issue& issue : own.issues) {
        issues.add(issue);
    }
    if (replicas) {
        put_replicas(own.tree, *replicas);
    }
    const SweepSpec spec = read_sweep_spec(own.tree, issues);
    Sweep sweep(spec.base.empty() ? ScenarioFile{} : read_base(own.tree, spec.base, issues));
    issues.throw_if_any();
    sweep.name_ = spec.name;
    sweep.question_ = spec.question;
    sweep.source_yaml_ = std::move(own.text);
    sweep.folder_ = std::filesystem::path(path).parent_path().string();
    sweep.take_blocks(own.tree);
    sweep.count(spec.replicas, own.tree.at, issues);
    issues.throw_if_any();
    sweep.name_axes();
    return sweep;
}

Sweep::Lists Sweep::lists_of(const Value* block) {
    Lists lists;
    if (block == nullptr) {
        return lists;
    }
    for (const Member& member : block->members) {
        std::vector<Assignment>& values = lists.values.emplace_back();
        for (const Value& value : member.value.items) {
            values.push_back({member.key, value, member.at});
        }
        lists.paths.push_back(normal_of({member.key, {}, member.at}));
    }
    return lists;
}

void Sweep::take_blocks(const Value& tree) {
    if (const Value* set = tree.find("set")) {
        set_ = assignments_of(*set);
    }
    if (const Value* list = tree.find("list")) {
        for (const Value& entry : list->items) {
            list_.push_back(assignments_of(entry));
        }
    } else {
        list_.emplace_back();
    }
    zip_ = lists_of(tree.find("zip"));
    grid_ = lists_of(tree.find("grid"));
}

void Sweep::count(std::int64_t replicas, const Position& file, Issues& issues) {
    steps_ = zip_.values.empty() ? 1 : zip_.values[0].size();
    cells_ = product(list_.size(), steps_);
    for (const auto& values : grid_.values) {
        cells_ = product(cells_, values.size());
    }
    replicas_ = static_cast<std::uint32_t>(replicas);
    if (cells_ > kMostCells) {
        issues.add({file.file, 0, 0}, "", "has more than 2^24 cells");
    } else if (product(cells_, replicas_) > kMostRows) {
        issues.add({file.file, 0, 0}, "", "has more than 2^40 rows (cells times replicas)");
    }
}

void Sweep::name_axes() {
    std::vector<Axis> of_list;
    for (std::size_t e = 0; e < list_.size(); ++e) {
        for (const Assignment& assignment : list_[e]) {
            const std::string path = normal_of(assignment);
            auto axis = std::find_if(of_list.begin(), of_list.end(),
                                     [&](const Axis& known) { return known.path == path; });
            if (axis == of_list.end()) {
                axis = of_list.insert(axis, {path, std::vector<std::string>(list_.size())});
            }
            axis->labels[e] = config::to_flow_yaml(assignment.value);
        }
    }
    axes_ = std::move(of_list);
    for (const Lists* lists : {&zip_, &grid_}) {
        for (std::size_t p = 0; p < lists->paths.size(); ++p) {
            Axis& axis = axes_.emplace_back();
            axis.path = lists->paths[p];
            for (const Assignment& assignment : lists->values[p]) {
                axis.labels.push_back(config::to_flow_yaml(assignment.value));
            }
        }
    }
}

// `list` turns slowest, the last key of `grid` fastest.
Sweep::Digits Sweep::digits_of(std::uint64_t cell) const {
    TP_ASSERT(cell < cells_, "cells are counted from 0");
    Digits digits;
    digits.of_grid.resize(grid_.values.size());
    for (std::size_t p = grid_.values.size(); p-- > 0;) {
        digits.of_grid[p] = cell % grid_.values[p].size();
        cell /= grid_.values[p].size();
    }
    digits.step = cell % steps_;
    digits.entry = cell / steps_;
    return digits;
}

std::vector<std::string_view> Sweep::labels(std::uint64_t cell) const {
    const Digits digits = digits_of(cell);
    const std::size_t of_list = axes_.size() - zip_.paths.size() - grid_.paths.size();
    const std::size_t up_to_zip = of_list + zip_.paths.size();
    std::vector<std::string_view> labels;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        const std::uint64_t digit = a < of_list     ? digits.entry
                                    : a < up_to_zip ? digits.step
                                                    : digits.of_grid[a - up_to_zip];
        labels.push_back(axes_[a].labels[digit]);
    }
    return labels;
}

std::vector<Assignment> Sweep::assignments(std::uint64_t cell) const {
    const Digits digits = digits_of(cell);
    std::vector<Assignment> all = set_;
    const std::vector<Assignment>& entry = list_[digits.entry];
    all.insert(all.end(), entry.begin(), entry.end());
    for (const auto& values : zip_.values) {
        all.push_back(values[digits.step]);
    }
    for (std::size_t p = 0; p < grid_.values.size(); ++p) {
        all.push_back(grid_.values[p][digits.of_grid[p]]);
    }
    return all;
}

std::shared_ptr<const Loaded> Sweep::load_cell(std::uint64_t cell) const {
    return std::make_shared<const Loaded>(load_cell(cell, {}));
}

Loaded Sweep::load_cell(std::uint64_t cell, LoadOptions options) const {
    options.assignments = assignments(cell);
    return scenario::load(base_, options, *cache_);
}

std::uint64_t replica_seed(std::uint64_t seed, std::uint32_t replica) {
    if (replica == 0) {
        return seed;
    }
    const Block words = draw(seed, Purpose::kReplica, replica, 0);
    const std::uint64_t whole = (std::uint64_t{words[1]} << 32U) | words[0];
    return whole & ((std::uint64_t{1} << 53U) - 1);
}

}  // namespace tidepool::scenario
