// `tidepool model serving` and `tidepool model fleet`.
#include <iostream>
#include <string>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/cli/model_text.h"
#include "sim/cli/serving_input.h"
#include "sim/model/fleet_size.h"
#include "sim/model/service_capacity.h"
#include "topology/columns.h"

namespace tidepool::cli {
namespace {

using model::FlowPoint;
using topology::columns;
using topology::scaled;

constexpr std::uint32_t kMostUnits = 1'000'000;

struct Answer {
    AskedUnit asked;
    double prefill = 0;   // tokens/s of a prompt alone, of mean length
    double decode = 0;    // tokens/s of a full batch
    double capacity = 0;  // requests/s of one unit
    FlowPoint idle, loaded;
    std::uint32_t units = 0;  // 0: no rate was given
};

Answer answer_of(const ServingQuestion& question) {
    Answer answer;
    answer.asked = unit_of(question);
    const auto lengths = lengths_of(question);
    const model::UnitSpeed speed(answer.asked.unit);
    const model::MixWork mix(speed, lengths, question.cached.value);
    if (mix.work <= 0) {
        throw input_error("command line", "these requests are no work for the unit",
                          "give longer answers, or a unit that computes prompts");
    }
    const double wait = question.ttft ? question.ttft->value : 0;
    const double pace = question.tpot ? question.tpot->value : 0;
    const model::FlowLatency latency(answer.asked.unit, lengths, question.cached.value,
                                     question.arrival_scv, question.shared_queue, wait, pace);
    const double computed = question.tokens_in * (1 - question.cached.value);
    answer.prefill = mix.prompt > 0 ? computed / mix.prompt * speed.prompt_workers() : 0;
    answer.decode = mix.steps > 0 ? mix.places / mix.full_iteration * speed.decode_workers() : 0;
    answer.capacity = latency.capacity();
    answer.idle = latency.idle();
    if (question.rate) {
        const double rate = question.rate->value;
        answer.units = question.units ? static_cast<std::uint32_t>(*question.units)
                                      : latency.units_for(rate, wait, pace, kMostUnits);
        answer.loaded = latency.at(answer.units, rate);
    }
    return answer;
}

void members(JsonWriter& json, const FlowPoint& point) {
    json.member("utilisation", point.utilisation).member("busy", point.busy);
    json.member("batch", point.batch).member("in_slo", point.in_slo);
    const auto times = [&](const char* name, double mean, double p50, double p95, double p99) {
        json.key(name).begin_object().member("mean_s", mean).member("p50_s", p50);
        json.member("p95_s", p95).member("p99_s", p99).end_object();
    };
    times("ttft", point.ttft_mean, point.ttft_p50, point.ttft_p95, point.ttft_p99);
    times("tpot", point.tpot_mean, point.tpot_p50, point.tpot_p95, point.tpot_p99);
    times("total", point.total_mean, point.total_p50, point.total_p95, point.total_p99);
}

void print_json(const ServingQuestion& question, const Answer& answer) {
    JsonWriter json;
    json.begin_object().member("unit", answer.asked.name).member("source", answer.asked.source);
    json.member("gpus", model::gpus_of(answer.asked.spec));
    json.member("prefill_tokens_per_s", answer.prefill);
    json.member("decode_tokens_per_s", answer.decode);
    json.member("capacity_per_s", answer.capacity);
    json.member("capacity_tokens_out_per_s", answer.capacity * question.tokens_out);
    json.key("idle").begin_object();
    members(json, answer.idle);
    json.end_object();
    if (answer.units > 0) {
        json.member("rate_per_s", question.rate->value).member("units", answer.units);
        json.key("loaded").begin_object();
        members(json, answer.loaded);
        json.end_object();
    }
    std::cout << json.end_object().str();
}

std::string seconds(double value) {
    return value < 1 ? formatted("%.4g ms", 1e3 * value) : formatted("%.4g s", value);
}

Rows latencies(const FlowPoint& point) {
    const auto row = [](const char* name, double mean, double p50, double p95, double p99) {
        return std::vector<std::string>{name, seconds(mean), seconds(p50), seconds(p95),
                                        seconds(p99)};
    };
    return {
        {"", "mean", "p50", "p95", "p99"},
        row("time to first token", point.ttft_mean, point.ttft_p50, point.ttft_p95, point.ttft_p99),
        row("time per further token", point.tpot_mean, point.tpot_p50, point.tpot_p95,
            point.tpot_p99),
        row("whole request", point.total_mean, point.total_p50, point.total_p95, point.total_p99)};
}

void print_table(const ServingQuestion& question, const Answer& answer) {
    std::cout << answer.asked.name << ": " << formatted("%.4g requests/s", answer.capacity)
              << " or " << scaled(answer.capacity * question.tokens_out, "tokens/s")
              << " of answers at most.\n";
    if (!answer.asked.source.empty()) {
        std::cout << answer.asked.source << ".\n";
    }
    std::cout << '\n'
              << columns({{"prompts alone",
                           answer.prefill > 0 ? scaled(answer.prefill, "tokens/s") : "no time"},
                          {"answers alone, full batch", scaled(answer.decode, "tokens/s")}},
                         "lr")
              << "\nAn idle unit:\n\n"
              << columns(latencies(answer.idle), "lrrrr");
    if (answer.units == 0) {
        return;
    }
    const bool asked = question.units.has_value();
    std::cout << '\n'
              << formatted("%.4g requests/s", question.rate->value) << (asked ? " on " : " take ")
              << counted(static_cast<double>(answer.units), "unit") << " ("
              << counted(static_cast<double>(answer.units) *
                             static_cast<double>(model::gpus_of(answer.asked.spec)),
                         "GPU")
              << "): ";
    if (!(answer.loaded.ttft_mean < 1e300)) {
        std::cout << "overloaded, " << percent(answer.loaded.utilisation)
                  << " of what they can do.\n";
        return;
    }
    std::cout << percent(answer.loaded.utilisation) << " used, "
              << formatted("%.4g", answer.loaded.batch) << " answers at a time in a unit.\n\n"
              << columns(latencies(answer.loaded), "lrrrr");
    if (question.ttft || question.tpot) {
        std::cout << "\nThe promise is kept in " << percent(answer.loaded.in_slo)
                  << " of requests.\n";
    }
}

}  // namespace

ExitCode model_serving_command(const Arguments& arguments) {
    const auto question = ask<ServingQuestion>(arguments);
    const Answer answer = answer_of(question);
    (arguments.json ? print_json : print_table)(question, answer);
    return ExitCode::kOk;
}

ExitCode model_fleet_command(const Arguments& arguments) {
    const auto question = ask<FleetQuestion>(arguments);
    const TokensPerSecond demand = question.visits
                                       ? model::token_demand(*question.visits, question.questions,
                                                             question.tokens, question.period)
                                       : *question.tokens_per_second;
    const double gpus =
        model::gpus_for_tokens(demand, question.parameters, question.flop_per_parameter,
                               question.flops_per_gpu, question.utilisation);
    const double flops = demand.value * question.parameters * question.flop_per_parameter;
    if (arguments.json) {
        JsonWriter json;
        json.begin_object().member("tokens_per_s", demand.value).member("flops", flops);
        std::cout << json.member("gpus", gpus).end_object().str();
        return ExitCode::kOk;
    }
    std::cout << columns({{"demand", scaled(demand.value, "tokens/s")},
                          {"computing", scaled(flops, "FLOP/s")},
                          {"GPUs", rounded(gpus)}},
                         "lr")
              << "\nAt mean demand, by computing alone: peaks, memory and latency are not in it.\n";
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
