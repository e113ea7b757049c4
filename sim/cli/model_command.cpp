// `tidepool model`: closed forms for planners, without a simulation.
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/model_input.h"
#include "sim/model/checkpoint.h"
#include "sim/model/mtti.h"
#include "sim/model/spares.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using model::ExpectedTime;
using topology::columns;
using topology::grouped;
using Rows = std::vector<std::vector<std::string>>;

std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

// Four digits in the largest unit that has two before the point: `17.55 min`.
std::string duration(double seconds) {
    constexpr struct {
        const char* unit;
        double seconds, below;
    } kUnits[] = {{" s", 1, 120}, {" min", 60, 120}, {" h", 3600, 72}, {" d", 86400, 3650}};
    if (std::isinf(seconds)) {
        return "never";
    }
    for (const auto& row : kUnits) {
        if (seconds < row.below * row.seconds) {
            return formatted("%.4g", seconds / row.seconds) + row.unit;
        }
    }
    return formatted("%.4g", seconds / model::kSecondsPerYear) + " yr";
}

// To the nearest whole number, `1,436,021`; large ones in four digits.
std::string rounded(double number) {
    return number < 1e15 ? grouped(static_cast<std::uint64_t>(number + 0.5))
                         : formatted("%.4g", number);
}

std::string percent(double share) {
    return formatted("%.2f %%", 100 * share);
}

std::string counted(double number, const std::string& noun) {
    return grouped(static_cast<std::uint64_t>(number)) + " " + noun + (number == 1 ? "" : "s");
}

// How large a job is; 0: nobody said.
struct Size {
    double nodes = 0, gpus = 0;
};

template <class Question>
Size size_of(const Question& question) {
    const auto per_node = static_cast<double>(question.gpus_per_node);
    if (question.gpus) {
        const auto gpus = static_cast<double>(*question.gpus);
        return {std::ceil(gpus / per_node), gpus};
    }
    const double nodes = question.nodes ? static_cast<double>(*question.nodes) : 0;
    return {nodes, nodes * per_node};
}

std::string frequency(Seconds mtti, const Size& size) {
    const std::string who = size.nodes > 0 ? "A job on " + counted(size.gpus, "GPU") + " (" +
                                                 counted(size.nodes, "node") + ")"
                                           : "The job";
    return std::isinf(mtti.value)
               ? who + " is never interrupted.\n"
               : who + " is interrupted every " + duration(mtti.value) +
                     " on average: " + formatted("%.3g", model::kSecondsPerDay / mtti.value) +
                     " times a day.\n";
}

// One way to choose the interval, and what it leads to.
struct Choice {
    const char* name;
    const char* json_name;
    Seconds interval;
    ExpectedTime time;
    double first_order = 0;  // ETTR by Kokolis et al. 2024
};

ExpectedTime judge(const CheckpointQuestion& question, const model::InterruptedJob& job,
                   Seconds interval) {
    if (question.work) {
        return model::expected_job(job, *question.work, interval);
    }
    if (std::isinf(interval.value)) {  // nothing fails: all time is useful
        ExpectedTime always;
        always.wall = always.useful = {1};
        return always;
    }
    return model::expected_segment(job, interval);
}

std::vector<Choice> choices_of(const CheckpointQuestion& question,
                               const model::InterruptedJob& job) {
    const Seconds recovery{job.downtime.value + job.restart.value};
    std::vector<Choice> choices;
    const auto add = [&](const char* name, const char* json_name, Seconds interval) {
        const double first_order =
            std::isinf(interval.value)
                ? 1
                : model::ettr_kokolis_2024(job.mtti, job.write, recovery, interval);
        choices.push_back({name, json_name, interval, judge(question, job, interval), first_order});
    };
    if (question.interval) {
        add("given", "given", *question.interval);
    }
    add("Young 1974", "young_1974", model::interval_young_1974(job.mtti, job.write));
    add("Daly 2006", "daly_2006", model::interval_daly_2006(job.mtti, job.write));
    add("Saxena 2024", "saxena_2024", model::interval_saxena_2024(job.mtti, job.write, recovery));
    add("optimal", "optimal", model::interval_optimal(job.mtti, job.write));
    return choices;
}

void print_table(const CheckpointQuestion& question, const model::InterruptedJob& job,
                 const Size& size, const std::vector<Choice>& choices) {
    Rows rows{{"interval by", "interval", "ETTR", "checkpoint", "lost", "recovery", "by Kokolis"}};
    if (question.work) {
        rows[0].emplace_back("wall time");
        rows[0].emplace_back("interruptions");
        rows[0].emplace_back(size.gpus > 0 ? "GPU-hours lost" : "");
    }
    for (const Choice& choice : choices) {
        const ExpectedTime& time = choice.time;
        const auto share = [&](Seconds part) {
            return std::isinf(time.wall.value) ? "-" : percent(part.value / time.wall.value);
        };
        rows.push_back({choice.name, duration(choice.interval.value), percent(model::ettr(time)),
                        share(time.checkpoint), share(time.lost), share(time.recovery),
                        choice.first_order > 0 ? percent(choice.first_order) : "-"});
        if (question.work) {
            const double idle = time.wall.value - time.useful.value;
            rows.back().push_back(duration(time.wall.value));
            rows.back().push_back(formatted("%.4g", time.interruptions));
            rows.back().push_back(size.gpus > 0 ? rounded(idle / model::kSecondsPerHour * size.gpus)
                                                : "");
        }
    }
    std::cout << frequency(job.mtti, size) << "A checkpoint stops it for "
              << duration(job.write.value) << ". Shares of its time, "
              << (question.work ? "to the end of the job:\n\n" : "in the long run:\n\n")
              << columns(rows, "lrrrrrrrrr");
    const double period = choices.back().interval.value + job.write.value;
    if (job.background.value > period) {
        std::cout << "\nAt the optimal interval "
                  << formatted("%.1f", job.background.value / period)
                  << " checkpoints are on their way at once: can the storage do that?\n";
    }
}

void print_json(const CheckpointQuestion& question, const model::InterruptedJob& job,
                const Size& size, const std::vector<Choice>& choices) {
    JsonWriter json;
    json.begin_object().member("mtti_s", job.mtti.value);
    if (size.nodes > 0) {
        json.member("nodes", size.nodes).member("gpus", size.gpus);
    }
    json.member("write_s", job.write.value).member("background_s", job.background.value);
    json.member("detect_s", job.downtime.value).member("restart_s", job.restart.value);
    if (question.work) {
        json.member("work_s", question.work->value);
    }
    json.key("intervals").begin_object();
    for (const Choice& choice : choices) {
        const ExpectedTime& time = choice.time;
        json.key(choice.json_name).begin_object();
        json.member("interval_s", choice.interval.value).member("ettr", model::ettr(time));
        json.member("checkpoint_share", time.checkpoint.value / time.wall.value);
        json.member("lost_share", time.lost.value / time.wall.value);
        json.member("recovery_share", time.recovery.value / time.wall.value);
        json.member("ettr_kokolis_2024", choice.first_order);
        if (question.work) {
            json.member("wall_s", time.wall.value).member("interruptions", time.interruptions);
        }
        json.end_object();
    }
    std::cout << json.end_object().end_object().str();
}

void checkpoint(const Arguments& arguments) {
    const auto question = ask<CheckpointQuestion>(arguments);
    const Size size = size_of(question);
    model::InterruptedJob job;
    job.mtti = question.mtbf
                   ? *question.mtbf
                   : model::series_mtti(
                         model::from_thousand_node_days(*question.per_1000_node_days), size.nodes);
    job.write = question.write
                    ? *question.write
                    : model::transfer_time(model::checkpoint_size(*question.parameters,
                                                                  {question.bytes_per_parameter}),
                                           {*question.storage, *question.storage});
    job.downtime = question.detect;
    job.restart = question.restart;
    job.background = question.background;
    const std::vector<Choice> choices = choices_of(question, job);
    (arguments.json ? print_json : print_table)(question, job, size, choices);
}

void spares(const Arguments& arguments) {
    constexpr std::array kConfidences{0.9, 0.99, 0.999, 0.9999};
    const auto question = ask<SparesQuestion>(arguments);
    const double p = model::unavailability(
        model::from_thousand_node_days(question.per_1000_node_days), question.repair);
    const model::Binomial down(static_cast<std::uint64_t>(question.nodes), p);
    const auto enough = [&] { return down.at_most(static_cast<std::uint64_t>(*question.spares)); };
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("nodes", question.nodes).member("unavailability", p);
        json.member("mean_down", down.mean()).key("spares").begin_array();
        for (const double confidence : kConfidences) {
            json.begin_object().member("confidence", confidence);
            json.member("spares", down.quantile(confidence)).end_object();
        }
        json.end_array();
        if (question.spares) {
            json.member("given_spares", *question.spares).member("given_confidence", enough());
        }
        std::cout << json.end_object().str();
        return;
    }
    std::cout << "Of " << counted(static_cast<double>(question.nodes), "node") << ", "
              << formatted("%.4g", down.mean()) << " are down on average (" << percent(p)
              << " each), if they fail one by one.\n\n";
    Rows rows{{"enough in", "spares", "of the nodes"}};
    for (const double confidence : kConfidences) {
        const std::uint64_t k = down.quantile(confidence);
        rows.push_back({formatted("%.4g %%", 100 * confidence), grouped(k),
                        percent(static_cast<double>(k) / static_cast<double>(question.nodes))});
    }
    std::cout << columns(rows, "rrr");
    if (question.spares) {
        std::cout << '\n'
                  << counted(static_cast<double>(*question.spares), "spare") << ": enough in "
                  << formatted("%.6g %%", 100 * enough()) << " of the time.\n";
    }
}

void mtti(const Arguments& arguments) {
    const auto question = ask<MttiQuestion>(arguments);
    const Size size = size_of(question);
    const Seconds mtti =
        question.mtbf ? *question.mtbf
        : question.per_1000_node_days
            ? model::series_mtti(model::from_thousand_node_days(*question.per_1000_node_days),
                                 size.nodes)
            : model::series_mtti(model::observed_rate(static_cast<double>(*question.interruptions),
                                                      size.nodes, *question.over),
                                 size.nodes);
    const EventsPerSecond gpu = model::rate_of_one(mtti, size.gpus);
    const double node_rate = model::to_thousand_node_days(model::rate_of_one(mtti, size.nodes));
    const double per_year = gpu.value * model::kSecondsPerYear;
    const double gpu_hours = model::gpu_hours_per_interruption(mtti, size.gpus);
    constexpr std::array kSizes{8.0, 128.0, 1024.0, 4096.0, 16384.0, 65536.0, 131072.0};
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("nodes", size.nodes).member("gpus", size.gpus);
        json.member("mtti_s", mtti.value).member("per_1000_node_days", node_rate);
        json.member("per_gpu_year", per_year).member("gpu_hours_per_interruption", gpu_hours);
        json.key("mtti_at").begin_array();
        for (const double gpus : kSizes) {
            json.begin_object().member("gpus", gpus);
            json.member("mtti_s", model::series_mtti(gpu, gpus).value).end_object();
        }
        std::cout << json.end_array().end_object().str();
        return;
    }
    std::cout << frequency(mtti, size) << '\n'
              << columns({{"per 1,000 node-days", formatted("%.4g", node_rate)},
                          {"per GPU-year", formatted("%.4g", per_year)},
                          {"GPU-hours per interruption",
                           std::isinf(gpu_hours) ? "-" : rounded(gpu_hours)}},
                         "lr")
              << "\nAt the same rate per GPU, other jobs:\n\n";
    Rows rows{{"GPUs", "MTTI", "a day"}};
    for (const double gpus : kSizes) {
        const double time = model::series_mtti(gpu, gpus).value;
        rows.push_back({grouped(static_cast<std::uint64_t>(gpus)), duration(time),
                        formatted("%.3g", model::kSecondsPerDay / time)});
    }
    std::cout << columns(rows, "rrr");
}

}  // namespace

ExitCode model_command(const Arguments& arguments) {
    if (arguments.command == "model checkpoint") {
        checkpoint(arguments);
    } else if (arguments.command == "model spares") {
        spares(arguments);
    } else {
        mtti(arguments);
    }
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
