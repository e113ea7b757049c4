#include "workloads/own_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "workloads/arrival.h"
#include "workloads/readers.h"

namespace tidepool::workloads {
namespace {

template <class Enum>
struct Word {
    std::string_view text;
    Enum value;
};
constexpr std::array kPlans{Word<Plan>{"reserved", Plan::kReserved},
                            Word<Plan>{"on-demand", Plan::kOnDemand},
                            Word<Plan>{"spot", Plan::kSpot}};
constexpr std::array kEnds{Word<JobEnd>{"completed", JobEnd::kCompleted},
                           Word<JobEnd>{"failed", JobEnd::kFailed},
                           Word<JobEnd>{"cancelled", JobEnd::kCancelled}};

template <class Words, class Enum>
void read_word(Row& row, const Field& field, std::string_view name, const Words& words,
               Enum& value) {
    std::vector<std::string> known;
    for (const auto& word : words) {
        if (word.text == field.text) {
            value = word.value;
            return;
        }
        known.emplace_back(word.text);
    }
    std::string hint = did_you_mean(field.text, known);
    if (hint.empty()) {
        hint = "use one of";
        for (const std::string& word : known) {
            hint += ' ' + word;
        }
    }
    row.fail(field, name, "unknown value" + got(field.text), hint);
}

template <class Words, class Enum>
void write_word(const Words& words, Enum value, std::string& out) {
    for (const auto& word : words) {
        if (word.value == value) {
            out += word.text;
        }
    }
}

template <class Integer>
void append(Integer number, std::string& out) {
    out += std::to_string(number);
}

// The shortest text that reads back to this number, without an exponent where people would not use
// one.
void append(double number, std::string& out) {
    const bool plain = number == 0 || (std::abs(number) >= 1e-6 && std::abs(number) < 1e15);
    std::array<char, 48> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number,
                                   plain ? std::chars_format::fixed : std::chars_format::general);
    out.append(text.data(), end.ptr);
}

void append_known(Seconds time, std::string& out) {
    if (time != kUnknown) {
        append(time.value, out);
    }
}

void read_submit(Row& row, const Field& field, Draft& draft) {
    draft.submit = field;
    if (!looks_like_date(field.text)) {
        draft.job.submit = row.time(field, "submit");
    } else if (draft.submitted = parse_calendar(field.text); !draft.submitted) {
        row.fail(field, "submit", "not a calendar time" + got(field.text),
                 "write it like 2017-09-04T10:30:41+08:00");
    }
}

constexpr double kMostCpus = 1e9;
constexpr double kMostMemory = 1e18;  // bytes
constexpr double kShortestInterval = 1e-3;

constexpr std::array kColumns{
    OwnColumn{"job_id", true, "text, unique", "", "Name of the job in messages and results.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.id_column = field.column;
                  draft.id = row.text(field, "job_id");
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  append_quoted(trace.id_view(job), out);
              }},
    OwnColumn{
        "submit", true, "s, or ISO 8601", "",
        "When the job is handed in: seconds since the trace's zero, or calendar times "
        "(`2017-09-04T10:30:41`, with or without offset, the same in all rows), whose first is "
        "the zero. Must not fall from row to row.",
        read_submit,
        [](const JobTrace& trace, std::size_t job, std::string& out) {
            append(trace.jobs[job].submit.value, out);
        }},
    OwnColumn{"duration", true, "s", "",
              "Run time on the GPUs asked for, at full speed and without interruptions.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.duration = field;
                  draft.job.duration = row.time(field, "duration");
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  append(trace.jobs[job].duration.value, out);
              }},
    OwnColumn{"gpus", true, "whole number, 1 to 2000000", "",
              "Size of the gang: the job gets all of them at once or none.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.job.gpus =
                      static_cast<std::uint32_t>(row.integer(field, "gpus", 1, kMostGpus));
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  append(trace.jobs[job].gpus, out);
              }},
    OwnColumn{"tenant", false, "text", "none", "Who submitted it.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.tenant = row.text(field, "tenant");
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (const std::uint32_t tenant = trace.jobs[job].tenant; tenant != kAny) {
                      append_quoted(trace.tenants[tenant], out);
                  }
              }},
    OwnColumn{"plan", false, "reserved, on-demand or spot", "on-demand",
              "Commercial plan it runs under.",
              [](Row& row, const Field& field, Draft& draft) {
                  read_word(row, field, "plan", kPlans, draft.job.plan);
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (trace.jobs[job].plan != Job{}.plan) {
                      write_word(kPlans, trace.jobs[job].plan, out);
                  }
              }},
    OwnColumn{"priority", false, "whole number", "0", "Higher is more urgent.",
              [](Row& row, const Field& field, Draft& draft) {
                  using Limits = std::numeric_limits<std::int32_t>;
                  draft.job.priority = static_cast<std::int32_t>(
                      row.integer(field, "priority", Limits::min(), Limits::max()));
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (trace.jobs[job].priority != 0) {
                      append(trace.jobs[job].priority, out);
                  }
              }},
    OwnColumn{"gpu_model", false, "text, `A\\|B` for either", "any", "GPU models the job accepts.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.gpu_model = row.text(field, "gpu_model");
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (const std::uint32_t model = trace.jobs[job].gpu_model; model != kAny) {
                      append_quoted(trace.gpu_models[model], out);
                  }
              }},
    OwnColumn{"cpus", false, "cores", "0: not recorded", "Host cores of the whole gang.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.job.cpus = row.real(field, "cpus", 0, kMostCpus);
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (trace.jobs[job].cpus != 0) {
                      append(trace.jobs[job].cpus, out);
                  }
              }},
    OwnColumn{"memory", false, "B", "0: not recorded", "Host memory of the whole gang.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.job.memory = {row.real(field, "memory", 0, kMostMemory)};
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (trace.jobs[job].memory.value != 0) {
                      append(trace.jobs[job].memory.value, out);
                  }
              }},
    OwnColumn{"state", false, "completed, failed or cancelled", "completed",
              "How it ended in the recorded world; the simulated job ends so after `duration`.",
              [](Row& row, const Field& field, Draft& draft) {
                  read_word(row, field, "state", kEnds, draft.job.end);
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  if (trace.jobs[job].end != Job{}.end) {
                      write_word(kEnds, trace.jobs[job].end, out);
                  }
              }},
    OwnColumn{"estimate", false, "s", "not recorded", "Run time that the user told the scheduler.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.job.estimate = row.time(field, "estimate");
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  append_known(trace.jobs[job].estimate, out);
              }},
    OwnColumn{"checkpoint_interval", false, "s, at least 0.001", "not recorded",
              "Time of work between two checkpoints.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.job.checkpoint_interval = {
                      row.real(field, "checkpoint_interval", kShortestInterval, kClockEnd)};
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  append_known(trace.jobs[job].checkpoint_interval, out);
              }},
    OwnColumn{"checkpoint_write", false, "s", "not recorded",
              "Time that writing one checkpoint takes.",
              [](Row& row, const Field& field, Draft& draft) {
                  draft.job.checkpoint_write = row.time(field, "checkpoint_write");
              },
              [](const JobTrace& trace, std::size_t job, std::string& out) {
                  append_known(trace.jobs[job].checkpoint_write, out);
              }},
};

constexpr std::array<CsvColumn, kColumns.size()> header_of_columns() {
    std::array<CsvColumn, kColumns.size()> header{};
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        header[i] = {kColumns[i].name, kColumns[i].required};
    }
    return header;
}

void read_notes(const std::vector<Note>& notes, Problems& problems, TraceBuilder& builder) {
    for (const Note& note : notes) {
        if (!note.text.starts_with(kOriginNote)) {
            continue;
        }
        std::string_view text = std::string_view(note.text).substr(kOriginNote.size());
        const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
        text.remove_prefix(begin);
        if (const auto origin = parse_calendar(text)) {
            builder.set_origin(*origin);
        } else {
            problems.add(note.line, kOriginNote.size() + begin + 1, "origin",
                         "not a calendar time" + got(text),
                         "write it like # origin: 2017-09-04T10:30:41+08:00");
        }
    }
}

}  // namespace

std::span<const OwnColumn> own_columns() {
    return kColumns;
}

void append_quoted(std::string_view text, std::string& out) {
    const bool plain = text.find_first_of(",\"") == std::string_view::npos && !text.empty() &&
                       text.front() != ' ' && text.back() != ' ' && text.front() != '#';
    if (plain) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        out.append(c == '"' ? 2 : 1, c);
    }
    out += '"';
}

JobTrace read_own(LineSource& lines, Problems& problems) {
    TraceBuilder builder(problems, RowOrder::kBySubmit);
    CsvTable table(lines, problems);
    std::vector<Note> notes;
    if (!table.read_header(header_of_columns(), OtherColumns::kRefuse, &notes)) {
        return {};
    }
    read_notes(notes, problems, builder);
    bool more = true;
    while (more && table.next_row()) {
        builder.count_row();
        Row row{problems, table.line()};
        Draft draft;
        for (const std::size_t i : table.present()) {
            const Field& field = *table[i];
            if (kColumns[i].required || !field.text.empty()) {
                kColumns[i].read(row, field, draft);
            }
        }
        if (row.ok) {
            more = builder.add(row, draft);
        }
    }
    return builder.finish();
}

}  // namespace tidepool::workloads
