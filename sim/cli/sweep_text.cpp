#include "sim/cli/sweep_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <span>
#include <utility>
#include <vector>

#include "sim/base/json.h"
#include "sim/model/statistics.h"
#include "sim/results/kpi_table.h"

namespace tidepool::cli {
namespace {

constexpr std::uint64_t kCellsShown = 40;
constexpr std::size_t kProblemsShown = 10;
constexpr std::size_t kWidestLabel = 32;  // bytes

using Line = std::vector<std::string>;

// Four significant digits, so that columns of KPIs of all sizes stay narrow.
std::string short_number(double value) {
    if (std::isnan(value)) {
        return "-";
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string with_interval(const model::Spread& spread) {
    const std::string mean = short_number(spread.mean);
    return std::isnan(spread.high) ? mean : mean + " +- " + short_number(spread.high - spread.mean);
}

// One line of text, not too long, cut between characters.
std::string cell_text(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (text.size() > kWidestLabel) {
        std::size_t end = kWidestLabel - 3;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text = text.substr(0, end) + "...";
    }
    return text;
}

std::string aligned(const std::vector<Line>& lines) {
    std::vector<std::size_t> widths(lines.front().size());
    for (const Line& line : lines) {
        for (std::size_t c = 0; c < line.size(); ++c) {
            widths[c] = std::max(widths[c], line[c].size());
        }
    }
    std::string text;
    for (const Line& line : lines) {
        for (std::size_t c = 0; c < line.size(); ++c) {
            const bool last = c + 1 == line.size();
            text += line[c] + std::string(last ? 0 : widths[c] - line[c].size() + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

std::vector<std::size_t> shown_kpis(const Arguments& arguments) {
    static const std::vector<std::string> kDefault{"goodput_rate", "ettr", "wait_p95_s",
                                                   "jobs_completed"};
    std::vector<std::size_t> shown;
    for (const std::string& name : arguments.kpis.empty() ? kDefault : arguments.kpis) {
        for (std::size_t k = 0; k < results::kKpis.size(); ++k) {
            if (results::kKpis[k].name == name) {
                shown.push_back(k);
            }
        }
    }
    return shown;
}

Line heading(const results::SweepHeader& header) {
    Line line{"cell"};
    for (const results::SweepAxis& axis : header.axes) {
        line.push_back(axis.path);
    }
    return line;
}

Line labels(const results::SweepHeader& header, std::uint64_t cell) {
    Line line{std::to_string(cell)};
    for (const results::SweepAxis& axis : header.axes) {
        line.push_back(cell_text(axis.labels[cell]));
    }
    return line;
}

std::string not_shown(std::uint64_t cells) {
    return cells <= kCellsShown
               ? ""
               : "... and " + std::to_string(cells - kCellsShown) + " more cells\n";
}

std::string table_text(const Arguments& arguments, const results::SweepHeader& header,
                       const results::SweepTable& table) {
    const std::vector<std::size_t> kpis = shown_kpis(arguments);
    std::vector<Line> lines{heading(header)};
    for (const std::size_t k : kpis) {
        lines.front().emplace_back(results::kKpis[k].name);
    }
    std::vector<double> values;
    for (std::uint64_t cell = 0; cell < std::min(header.cells, kCellsShown); ++cell) {
        Line& line = lines.emplace_back(labels(header, cell));
        for (const std::size_t k : kpis) {
            table.values(cell, k, values);
            line.push_back(with_interval(model::spread(values)));
        }
    }
    return aligned(lines) + not_shown(header.cells);
}

void print_header(JsonWriter& json, const results::SweepHeader& header) {
    json.member("name", header.title)
        .member("sweep_id", header.sweep_id)
        .member("scenarios", header.cells)
        .member("replicas", std::uint64_t{header.replicas})
        .member("rows", header.rows())
        .member("first_row", header.first_row)
        .member("last_row", header.last_row);
}

std::string count(std::uint64_t n, const char* what) {
    return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

}  // namespace

void print_plan(const Arguments& arguments, const SweepJob& job) {
    const results::SweepHeader& header = job.header;
    if (arguments.json) {
        JsonWriter json;
        json.begin_object();
        print_header(json, header);
        json.member("output", job.output).end_object();
        std::cout << json.str();
        return;
    }
    std::vector<Line> lines{heading(header)};
    for (std::uint64_t cell = 0; cell < std::min(header.cells, kCellsShown); ++cell) {
        lines.push_back(labels(header, cell));
    }
    std::cout << header.title << ": " << count(header.cells, "cell") << " x "
              << count(header.replicas, "replica") << " = " << count(header.rows(), "row") << "\n\n"
              << aligned(lines) << not_shown(header.cells) << "\nwould run rows "
              << header.first_row << " to " << header.last_row - 1 << " into " << job.output
              << '\n';
}

void print_sweep(const Arguments& arguments, const results::SweepHeader& header,
                 const results::SweepTable& table, const SweepOutcome& outcome) {
    if (arguments.json) {
        JsonWriter json;
        json.begin_object();
        print_header(json, header);
        json.member("complete", table.complete())
            .member("failed", table.failed())
            .member("missing", table.missing())
            .member("device", outcome.device)
            .member("output", outcome.file)
            .member("reproduce", outcome.reproduce)
            .end_object();
        std::cout << json.str();
        return;
    }
    std::cout << header.title << ": " << count(header.cells, "cell") << " x "
              << count(header.replicas, "replica") << '\n';
    if (!header.question.empty()) {
        std::cout << header.question << '\n';
    }
    std::cout << "\nmean over the replicas +- half of its 95 % interval\n"
              << table_text(arguments, header, table) << "\nresults:   " << outcome.file
              << "\nreproduce: " << outcome.reproduce << '\n';
}

std::string problems_text(const results::SweepTable& table) {
    std::string text;
    std::size_t shown = 0;
    for (const auto& [cell, problem] : table.problems()) {
        if (++shown > kProblemsShown) {
            return text + "  ... and " + std::to_string(table.problems().size() - kProblemsShown) +
                   " more cells\n";
        }
        text += "  cell " + std::to_string(cell) + ": " + problem.text + '\n';
    }
    return text;
}

}  // namespace tidepool::cli
