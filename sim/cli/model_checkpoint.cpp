// `tidepool model checkpoint`: intervals, and what a job loses at each.
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/model_input.h"
#include "sim/cli/model_text.h"
#include "sim/model/checkpoint.h"
#include "sim/model/mtti.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using model::ExpectedTime;

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
                 const JobSize& size, const std::vector<Choice>& choices) {
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
              << topology::columns(rows, "lrrrrrrrrr");
    const double period = choices.back().interval.value + job.write.value;
    if (job.background.value > period) {
        std::cout << "\nAt the optimal interval "
                  << formatted("%.1f", job.background.value / period)
                  << " checkpoints are on their way at once: can the storage do that?\n";
    }
}

void print_json(const CheckpointQuestion& question, const model::InterruptedJob& job,
                const JobSize& size, const std::vector<Choice>& choices) {
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

}  // namespace

ExitCode model_checkpoint_command(const Arguments& arguments) {
    const auto question = ask<CheckpointQuestion>(arguments);
    const JobSize size = size_of(question);
    model::InterruptedJob job;
    job.mtti = question.mtbf
                   ? *question.mtbf
                   : model::series_mtti(
                         model::from_thousand_node_days(node_rate(
                             question.per_1000_node_days, question.preset, question.gpus_per_node)),
                         size.nodes);
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
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
