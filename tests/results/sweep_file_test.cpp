// Sweep files from the first row to the last: saved, resumed, sharded, merged.

#include "sim/results/sweep_file.h"

#include <algorithm>
#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "tests/results/full_disk.h"
#include "tests/results/read_back.h"
#include "tests/results/sweep_sample.h"

namespace tidepool::results {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Attempt>
std::string input_error_of(Attempt attempt) {
    try {
        attempt();
    } catch (const InputError& error) {
        return error.what();
    }
    return "no InputError";
}

// The rows in an order of their own.
std::vector<std::uint64_t> shuffled(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> rows(last - first);
    std::iota(rows.begin(), rows.end(), first);
    for (std::size_t n = rows.size(); n > 1; --n) {
        const auto word = draw(9, Purpose::kSynthetic, 0, static_cast<std::uint32_t>(n))[0];
        std::swap(rows[n - 1], rows[bounded(word, static_cast<std::uint32_t>(n))]);
    }
    return rows;
}

void write(const std::string& path, const SweepHeader& header) {
    SweepFile::create(path, false, header).finish(full_table(header), Status::kComplete, {});
}

TEST(SweepFile, TheOrderOfTheRowsLeavesNoTrace) {
    const SweepHeader header = sweep_header(30, 20);
    SweepTable table(header);
    for (const std::uint64_t row : shuffled(0, header.rows())) {
        EXPECT_EQ(table.state(row), RowState::kMissing);
        table.add(sample_row(row));
        EXPECT_NE(table.state(row), RowState::kMissing);
    }
    EXPECT_EQ(table.missing(), 0u);
    EXPECT_EQ(sweep_image(header, table, Status::kComplete, {}),
              sweep_image(header, full_table(header), Status::kComplete, {}));
}

TEST(SweepFile, ReadsBackWhatWasWritten) {
    const Folder folder;
    const SweepHeader header = sweep_header(7, 9);
    write(folder / "a.h5", header);
    const SweepContents read = read_sweep(folder / "a.h5");
    EXPECT_EQ(read.status, Status::kComplete);
    EXPECT_EQ(read.header.axes, header.axes);
    EXPECT_EQ(read.header.title, header.title);
    EXPECT_EQ(read.header.source_yaml, header.source_yaml);
    EXPECT_EQ(read.header.inputs.at(1).bytes, 5'000'000'000u);
    for (std::uint64_t number = 0; number < header.rows(); ++number) {
        const SweepRow expected = sample_row(number), row = read.table.row(number);
        EXPECT_EQ(row.state, expected.state);
        EXPECT_EQ(row.seed, expected.seed);
        EXPECT_EQ(row.decisions, expected.decisions);
        for (std::size_t k = 0; k < expected.kpis.size(); ++k) {
            EXPECT_TRUE(row.kpis[k] == expected.kpis[k] || std::isnan(expected.kpis[k]));
        }
    }
    EXPECT_EQ(sweep_image(read.header, read.table, read.status, {}), content(folder / "a.h5"));
}

// More replicas than a tile has rows, fewer, and as many as fill it.
TEST(SweepFile, ShardsMergeIntoTheBytesOfTheWhole) {
    struct Case {
        std::uint64_t cells;
        std::uint32_t replicas, shards;
    };
    for (const auto& [cells, replicas, shards] :
         {Case{1, 1, 1}, Case{7, 3, 5}, Case{1, 20'000, 3}, Case{6, 4'096, 4}, Case{600, 30, 4},
          Case{129, 1, 2}}) {
        const Folder folder;
        const SweepHeader header = sweep_header(cells, replicas);
        write(folder / "whole.h5", header);
        std::vector<std::string> parts;
        for (std::uint32_t shard = shards; shard >= 1; --shard) {
            parts.push_back(folder / std::to_string(shard));
            write(parts.back(), shards == 1 ? header : shard_of(header, shard, shards));
        }
        const SweepContents merged = merge_sweeps(parts, false);
        EXPECT_EQ(merged.status, Status::kComplete);
        write_sweep(folder / "merged.h5", false, merged, {});
        EXPECT_EQ(content(folder / "merged.h5"), content(folder / "whole.h5"))
            << cells << ' ' << replicas;
    }
}

TEST(SweepFile, PartsThatDoNotFitAreRefused) {
    const Folder folder;
    const SweepHeader header = sweep_header(6, 4);
    for (std::uint32_t shard = 1; shard <= 3; ++shard) {
        write(folder / std::to_string(shard), shard_of(header, shard, 3));
    }
    SweepHeader other = header;
    other.sweep_id = std::string(64, 'c');
    write(folder / "other", shard_of(other, 3, 3));
    const auto merge = [&](std::vector<std::string> names, bool partial = false) {
        for (std::string& name : names) {
            name = folder / name;
        }
        return input_error_of([&] { merge_sweeps(names, partial); });
    };
    EXPECT_EQ(merge({"1", "2", "3"}), "no InputError");
    EXPECT_THAT(merge({"1", "2", "1"}),
                AllOf(HasSubstr((folder / "1") + ": has rows that '" + (folder / "1") + "' has"),
                      HasSubstr("cell 0, replica 0")));
    EXPECT_THAT(merge({"3", "1"}), AllOf(HasSubstr("no part has 8 of 24 rows"),
                                         HasSubstr("cell 2, replica 0"), HasSubstr("--partial")));
    EXPECT_EQ(merge({"3", "1"}, true), "no InputError");
    EXPECT_THAT(merge({"1", "2", "other"}),
                AllOf(HasSubstr((folder / "other") + ": belongs to another sweep"),
                      HasSubstr("'" + (folder / "1") + "' has 'bbb")));
    EXPECT_THAT(merge({"1", "nowhere"}), HasSubstr("nowhere: cannot be read"));
    EXPECT_THAT(merge({}), HasSubstr("nothing to merge"));
}

TEST(SweepFile, PartsOfAPartialMergeCanBeMergedOn) {
    const Folder folder;
    const SweepHeader header = sweep_header(6, 4);
    write(folder / "whole", header);
    for (std::uint32_t shard = 1; shard <= 4; ++shard) {
        write(folder / std::to_string(shard), shard_of(header, shard, 4));
    }
    const std::vector<std::string> odd{folder / "1", folder / "3"};
    const SweepContents some = merge_sweeps(odd, true);
    EXPECT_EQ(some.status, Status::kInterrupted);
    EXPECT_EQ(some.table.missing(), 12u);
    write_sweep(folder / "odd", false, some, {});
    const std::vector<std::string> all{folder / "4", folder / "odd", folder / "2"};
    write_sweep(folder / "all", false, merge_sweeps(all, false), {});
    EXPECT_EQ(content(folder / "all"), content(folder / "whole"));
}

TEST(SweepFile, AnInterruptedSweepGoesOnToTheSameBytes) {
    const Folder folder;
    const SweepHeader header = sweep_header(40, 11);
    write(folder / "whole.h5", header);
    const std::vector<std::uint64_t> order = shuffled(0, header.rows());
    std::size_t done = 0;
    for (const std::size_t stop : {0ul, 100ul, 101ul, 300ul, order.size()}) {
        SweepTable table(header);
        SweepFile file = SweepFile::resume(folder / "out.h5", false, header, table);
        EXPECT_EQ(table.missing(), order.size() - done);
        for (; done < stop; ++done) {
            EXPECT_EQ(table.state(order[done]), RowState::kMissing);
            table.add(sample_row(order[done]));
        }
        EXPECT_FALSE(is_finished(folder / "out.h5", header));
        file.save(table);
        EXPECT_EQ(text_attribute(folder / "out.h5.partial", "/", "status"), "running");
        if (stop % 2 == 0) {  // Ctrl-C; else killed
            file.finish(table, table.missing() > 0 ? Status::kInterrupted : Status::kComplete, {});
        }
    }
    EXPECT_THAT(folder.files(), ElementsAre("out.h5", "whole.h5"));
    EXPECT_EQ(content(folder / "out.h5"), content(folder / "whole.h5"));
    EXPECT_TRUE(is_finished(folder / "out.h5", header));
}

TEST(SweepFile, WhatBelongsToAnotherSweepIsNotGoneOnWith) {
    const Folder folder;
    const SweepHeader header = sweep_header(6, 4);
    SweepFile::create(folder / "a.h5", false, header);
    const auto resume = [&](const SweepHeader& wanted) {
        SweepTable table(wanted);
        return input_error_of([&] { SweepFile::resume(folder / "a.h5", false, wanted, table); });
    };
    SweepHeader other = header;
    other.sweep_id = "c";
    EXPECT_THAT(resume(other), HasSubstr("a.h5.partial: belongs to another sweep"));
    EXPECT_THAT(resume(shard_of(header, 1, 2)),
                HasSubstr("a.h5.partial: belongs to another shard (got '1/1')"));
    std::ofstream(folder / "a.h5") << "old";
    EXPECT_THAT(resume(header), HasSubstr("a.h5: exists already"));
    EXPECT_THAT(input_error_of([&] { is_finished(folder / "a.h5", header); }),
                HasSubstr("a.h5: is not a readable HDF5 file"));
    EXPECT_THAT(input_error_of([&] { SweepFile::create(folder / "a.h5", false, header); }),
                HasSubstr("a.h5: exists already, replace it with --force"));
}

TEST(SweepFile, AFullDiskKeepsTheLastRows) {
    const Folder folder;
    const SweepHeader header = sweep_header(40, 30);
    SweepTable table(header);
    SweepFile file = SweepFile::create(folder / "out.h5", false, header);
    for (std::uint64_t row = 0; row < 500; ++row) {
        table.add(sample_row(row));
    }
    file.save(table);
    for (std::uint64_t row = 500; row < header.rows(); ++row) {
        table.add(sample_row(row));
    }
    const std::string message = run_error_on_full_disk([&] { file.save(table); }, 100'000);
    EXPECT_THAT(message, HasSubstr("cannot write"));
    EXPECT_THAT(run_error_on_full_disk([&] { file.finish(table, Status::kComplete, {}); }, 100'000),
                HasSubstr("cannot write"));
    EXPECT_THAT(folder.files(), ElementsAre("out.h5.partial"));
    SweepTable found(header);
    SweepFile again = SweepFile::resume(folder / "out.h5", false, header, found);
    EXPECT_EQ(found.next_missing(0), 500u);
    EXPECT_EQ(found.missing(), 700u);
    EXPECT_EQ(again.finish(table, Status::kComplete, {}), folder / "out.h5");
}

}  // namespace
}  // namespace tidepool::results
