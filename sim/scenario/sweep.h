#pragma once
// A sweep file as its cells: one scenario under other assignments, and how often each runs.
// docs/sweeps.md states the rules. A Sweep may be asked by any number of threads; its cells share
// the traces, fault logs and datacenters that they have in common.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/value.h"
#include "sim/scenario/input_cache.h"
#include "sim/scenario/load.h"

namespace tidepool::scenario {

inline constexpr std::uint64_t kMostCells = std::uint64_t{1} << 24U;
inline constexpr std::uint64_t kMostRows = std::uint64_t{1} << 40U;

// A path and its values, as text: YAML in flow style, scalars as they were written. On an axis of
// `list` an entry that leaves the path alone has an empty label.
struct Axis {
    std::string path;
    std::vector<std::string> labels;
};

// Whether the file says `tidepool_sweep`.
bool is_sweep(const std::string& path);

class Sweep {
public:
    // `replicas`: instead of the file's, as given to --replicas. Throws InputError for everything
    // wrong with the file and with the YAML of its base; what the cells make of that, check_cells()
    // tells.
    static Sweep load(const std::string& path, const std::optional<std::string>& replicas);

    const std::string& name() const { return name_; }
    const std::string& question() const { return question_; }
    const std::string& source_yaml() const { return source_yaml_; }  // the sweep file, verbatim
    const std::string& base_yaml() const { return base_.text; }      // its base, verbatim
    const std::string& folder() const { return folder_; }  // of that file; empty: the present one
    std::uint64_t cells() const { return cells_; }
    std::uint32_t replicas() const { return replicas_; }
    std::uint64_t rows() const { return cells_ * replicas_; }  // at most kMostRows

    // Those of `list` (in the order in which they first appear), `zip`, `grid`.
    const std::vector<Axis>& axes() const { return axes_; }
    // Of the cell, one for each axis.
    std::vector<std::string_view> labels(std::uint64_t cell) const;
    // What makes the cell of the base, in the order in which it acts.
    std::vector<config::Assignment> assignments(std::uint64_t cell) const;

    // Throws InputError for a cell that is no good scenario.
    std::shared_ptr<const Loaded> load_cell(std::uint64_t cell) const;
    // The same, with what is to act after its own assignments.
    Loaded load_cell(std::uint64_t cell, LoadOptions options) const;

    // Loads every cell on so many threads and throws one InputError with all that is wrong, each
    // issue once, in the order of the cells; beyond kMostIssues they are counted.
    void check_cells(unsigned threads);
    static constexpr std::size_t kMostIssues = 1000;

    // After check_cells(): what the cells read, in the order of the cells; the base comes first.
    const std::vector<Input>& inputs() const;

    // What belongs to the identity of the rows: every assignment, in order, by block.
    std::vector<std::string> recipe() const;

private:
    // One step of an odometer: which entry of `list`, which value of `zip`, of each of `grid`.
    struct Digits {
        std::uint64_t entry = 0, step = 0;
        std::vector<std::uint64_t> of_grid;
    };
    struct Lists {  // of `zip` or `grid`
        std::vector<std::string> paths;
        std::vector<std::vector<config::Assignment>> values;  // by path
    };
    struct Findings;

    explicit Sweep(ScenarioFile base) : base_(std::move(base)) {}
    static Lists lists_of(const config::Value* block);
    void take_blocks(const config::Value& tree);
    void name_axes();
    void count(std::int64_t replicas, const Position& file, Issues& issues);
    Digits digits_of(std::uint64_t cell) const;
    Findings check_block(std::uint64_t first, std::uint64_t last) const;

    std::string name_, question_, source_yaml_, folder_;
    ScenarioFile base_;
    std::vector<config::Assignment> set_;
    std::vector<std::vector<config::Assignment>> list_;  // without the block: one empty entry
    Lists zip_, grid_;
    std::vector<Axis> axes_;
    std::uint64_t steps_ = 1;  // of zip
    std::uint64_t cells_ = 1;
    std::uint32_t replicas_ = 1;
    std::unique_ptr<InputCache> cache_ = std::make_unique<InputCache>();
    std::optional<std::vector<Input>> inputs_;
};

// The seed of a replica of a scenario with this seed: itself for replica 0, else below 2^53.
std::uint64_t replica_seed(std::uint64_t seed, std::uint32_t replica);

// SHA-256, in hex, of all that the file depends on: Tidepool's version, the layout's, the names of
// the KPIs, the replicas, the assignments, the sweep file's text, and names and contents of every
// input, the base among them. Presets are part of the version. Sweeps with equal ids have equal
// files; the same cells written in another way (a grid as a list) have another id. After
// check_cells().
std::string sweep_id(const Sweep& sweep, std::span<const std::string_view> kpi_names,
                     std::string_view layout_version);

}  // namespace tidepool::scenario
