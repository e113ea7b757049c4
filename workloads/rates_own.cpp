// Tidepool's own CSV of rates, and Azure's digitised curve of 2024.

#include <array>
#include <optional>
#include <utility>

#include "workloads/arrival.h"
#include "workloads/csv.h"
#include "workloads/own_rates.h"
#include "workloads/rate_reader.h"
#include "workloads/request.h"
#include "workloads/source.h"

namespace tidepool::workloads {
namespace {

enum Column : std::size_t { kTime, kRate, kClient, kTokensIn, kTokensOut, kCv, kLaw, kShape };
constexpr std::array kColumns{CsvColumn{"time", true},        CsvColumn{"rate", true},
                              CsvColumn{"client", false},     CsvColumn{"tokens_in", false},
                              CsvColumn{"tokens_out", false}, CsvColumn{"cv", false},
                              CsvColumn{"law", false},        CsvColumn{"shape", false}};

constexpr double kLeastCv = 1e-3;  // Gamma: the shape is 1 / cv^2
constexpr double kMostCv = 10;

class OwnRates {
public:
    OwnRates(const std::string& path, Issues& issues)
        : problems_(path, issues), lines_(path, problems_), table_(lines_, problems_) {}

    RateTrace read() {
        std::vector<Note> notes;
        if (!problems_.any() && table_.read_header(kColumns, OtherColumns::kRefuse, &notes)) {
            read_notes(notes);
            check_columns();
            while (table_.next_row()) {
                Row row{problems_, table_.line()};
                read_row(row);
            }
            finish();
        }
        problems_.finish();
        return std::move(builder_.trace());
    }

private:
    void read_notes(const std::vector<Note>& notes) {
        for (const Note& note : notes) {
            Row row{problems_, note.line};
            if (const auto origin = note_value(note.text, "origin")) {
                if (const auto time = parse_calendar(origin->text)) {
                    clock_.set_origin(*time);
                } else {
                    row.fail(*origin, "origin", "not a calendar time" + got(origin->text),
                             "write it like # origin: 2017-09-04T10:30:41+08:00");
                }
            } else if (const auto end = note_value(note.text, kEndNote)) {
                end_ = row.time(*end, kEndNote);
                end_line_ = note.line;
            }
        }
    }

    void check_columns() {
        if (table_.has(kLaw) != table_.has(kShape)) {
            problems_.add(table_.line(), 0, "header", "law and shape go together");
        }
        if (table_.has(kCv) && table_.has(kShape)) {
            problems_.add(table_.line(), 0, "header", "both cv and shape say how gaps vary",
                          "leave one of them out");
        }
        builder_.trace().gaps_given = table_.has(kCv) || table_.has(kShape);
    }

    void read_row(Row& row) {
        RateStep step;
        const Field& time = *table_[kTime];
        if (looks_like_date(time.text) || clock_.calendar()) {
            step.begin = {static_cast<double>(clock_.read(row, time, "time")) / 1e9};
        } else {
            step.begin = row.time(time, "time");
        }
        step.rate = row.real(*table_[kRate], "rate", 0, kMostRate);
        const auto if_given = [&](Column column, double low, double high, double otherwise) {
            return table_.has(column) && !table_[column]->text.empty()
                       ? row.real(*table_[column], kColumns[column].name, low, high)
                       : otherwise;
        };
        step.tokens_in = if_given(kTokensIn, 1, kMostTokens, 0);
        step.tokens_out = if_given(kTokensOut, 1, kMostTokens, 0);
        const double cv = if_given(kCv, kLeastCv, kMostCv, 1);
        read_law(row, step);
        step.shape = if_given(kShape, step.law == GapLaw::kGamma ? kLeastShape : kLeastWeibull,
                              kMostShape, 1 / (cv * cv));
        std::string_view name;
        if (table_.has(kClient) && !table_[kClient]->text.empty()) {
            name = row.text(*table_[kClient], "client");
        }
        if (row.ok) {
            const std::size_t client = builder_.client(row, time, name);
            if (row.ok) {
                builder_.add(row, time, "time", client, step);
            }
        }
    }

    void read_law(Row& row, RateStep& step) {
        if (!table_.has(kLaw) || table_[kLaw]->text.empty()) {
            return;
        }
        const std::string_view law = table_[kLaw]->text;
        step.law = law == kWeibullName ? GapLaw::kWeibull : GapLaw::kGamma;
        if (law != kWeibullName && law != kGammaName) {
            row.fail(*table_[kLaw], "law", "unknown value" + got(law), "use gamma or weibull");
        }
    }

    void finish() {
        RateTrace& trace = builder_.trace();
        trace.origin = clock_.origin();
        if (trace.clients.empty() && !problems_.any()) {
            problems_.add(0, 0, {}, "the file holds no rates");
        }
        trace.end = end_.value_or(builder_.natural_end());
        for (const RateClient& client : trace.clients) {
            if (end_ && !client.steps.empty() && client.steps.back().begin >= *end_) {
                problems_.add(end_line_, 0, kEndNote, "not later than the last step");
                break;
            }
        }
    }

    Problems problems_;
    LineSource lines_;
    CsvTable table_;
    RateBuilder builder_;
    ArrivalClock clock_;
    std::optional<Seconds> end_;
    std::uint64_t end_line_ = 0;
};

}  // namespace

RateTrace read_own_rates(const std::string& path, Issues& issues) {
    return OwnRates(path, issues).read();
}

// A row stands in the middle of its step: the steps meet halfway between two rows, the first and
// the last reach as far to their outer side. Second 0 is where the first one begins.
RateTrace read_azure_rates(const std::string& path, Issues& issues) {
    constexpr std::array kAzure{CsvColumn{"timestamp", true},
                                CsvColumn{"requests_per_minute", true}};
    constexpr double kMinute = 60;
    Problems problems(path, issues);
    LineSource lines(path, problems);
    CsvTable table(lines, problems);
    ArrivalClock clock;
    std::vector<std::pair<double, double>> points;  // s since the first row, requests/s
    if (!problems.any() && table.read_header(kAzure, OtherColumns::kIgnore)) {
        while (table.next_row() && points.size() < kMostRateSteps) {
            Row row{problems, table.line()};
            const double time = static_cast<double>(clock.read(row, *table[0], "timestamp")) / 1e9;
            const double rate =
                row.real(*table[1], "requests_per_minute", 0, kMostRate * kMinute) / kMinute;
            if (row.ok && !points.empty() && time == points.back().first) {
                row.fail(*table[0], "timestamp",
                         "not later than the row before" + got(table[0]->text));
            }
            points.emplace_back(time, rate);
        }
        if (points.size() < 2 && !problems.any()) {
            problems.add(0, 0, {}, "at least two rows are wanted");
        }
    }
    RateTrace trace;
    if (!problems.any()) {
        std::vector<RateStep>& steps = trace.clients.emplace_back().steps;
        const double lead = (points[1].first - points[0].first) / 2;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const double before = i == 0 ? -lead : (points[i - 1].first + points[i].first) / 2;
            steps.push_back({{before + lead}, points[i].second});
        }
        const std::size_t last = points.size() - 1;
        trace.end = {points[last].first + (points[last].first - points[last - 1].first) / 2 + lead};
        if (const auto origin = parse_calendar(clock.origin())) {
            trace.origin = print_calendar(later(*origin, -lead));
        }
    }
    problems.finish();
    return trace;
}

}  // namespace tidepool::workloads
