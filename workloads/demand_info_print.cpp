// How RequestsInfo and RatesInfo look: as tables for people and as JSON for programs.

#include <algorithm>

#include "sim/base/json.h"
#include "workloads/demand_info.h"
#include "workloads/figures.h"

namespace tidepool::workloads {
namespace {

void print_tokens(const char* name, const TokensInfo& tokens, std::string& text) {
    text += left(name, 12) + right(grouped(tokens.mean, 1), 12);
    for (const std::uint32_t value : {tokens.p50, tokens.p90, tokens.p95, tokens.p99, tokens.max}) {
        text += right(grouped(std::uint64_t{value}), 11);
    }
    text += right(grouped(tokens.sum), 18) + '\n';
}

void write_tokens(const char* name, const TokensInfo& tokens, JsonWriter& json) {
    json.key(name).begin_object();
    json.member("mean", tokens.mean).member("p50", tokens.p50).member("p90", tokens.p90);
    json.member("p95", tokens.p95).member("p99", tokens.p99).member("max", tokens.max);
    json.member("sum", tokens.sum).end_object();
}

template <class T>
void write_optional(const char* name, const std::optional<T>& value, JsonWriter& json) {
    json.key(name);
    value ? json.value(*value) : json.null();
}

void write_origin(const std::string& origin, JsonWriter& json) {
    json.key("origin");
    origin.empty() ? json.null() : json.value(origin);
}

void print_blocks(const RequestsInfo::Blocks& blocks, std::string& text) {
    line(text, "blocks",
         grouped(blocks.blocks) + " of " + grouped(std::uint64_t{blocks.tokens}) + " tokens, " +
             (blocks.distinct ? grouped(*blocks.distinct) + " distinct" : "too many to compare"));
    if (blocks.hits) {
        line(text, "prefix hits",
             percent(static_cast<double>(*blocks.hits), static_cast<double>(blocks.blocks)) +
                 " of an endless cache that starts empty");
    }
}

}  // namespace

std::string to_text(const RequestsInfo& info) {
    std::string text;
    line(text, "file", info.file + " (" + info.format + ")");
    if (!info.origin.empty()) {
        line(text, "second 0", info.origin);
    }
    line(text, "requests", grouped(info.requests));
    line(text, "arrivals",
         grouped(info.first.value, 1) + " s to " + grouped(info.last.value, 1) + " s");
    line(text, "rate", info.rate ? grouped(*info.rate, 3) + " requests/s" : "-");
    line(text, "per minute",
         info.minute_min ? grouped(*info.minute_min) + " to " + grouped(*info.minute_max) : "-");
    line(text, "gap CV", info.gap_cv ? grouped(*info.gap_cv, 3) : "-");
    if (info.blocks) {
        print_blocks(*info.blocks, text);
    }
    text += "\n" + left("tokens", 12) + right("mean", 12);
    for (const char* const name : {"p50", "p90", "p95", "p99", "max"}) {
        text += right(name, 11);
    }
    text += right("sum", 18) + '\n';
    print_tokens("in", info.in, text);
    print_tokens("out", info.out, text);
    if (info.classes.size() > 1) {
        text += "\n" + left("class", 24) + right("requests", 14) + '\n';
        for (const RequestsInfo::Class& one : info.classes) {
            text += left(one.name.empty() ? "-" : one.name, 24) + right(grouped(one.requests), 14) +
                    right(percent(static_cast<double>(one.requests),
                                  static_cast<double>(info.requests)),
                          10) +
                    '\n';
        }
    }
    return text;
}

std::string to_json(const RequestsInfo& info) {
    JsonWriter json;
    json.begin_object().member("file", info.file).member("format", info.format);
    json.member("holds", "requests");
    write_origin(info.origin, json);
    json.member("requests", info.requests);
    json.member("first_arrival_s", info.first.value).member("last_arrival_s", info.last.value);
    write_optional("requests_per_s", info.rate, json);
    write_optional("per_minute_min", info.minute_min, json);
    write_optional("per_minute_max", info.minute_max, json);
    write_optional("gap_cv", info.gap_cv, json);
    write_tokens("tokens_in", info.in, json);
    write_tokens("tokens_out", info.out, json);
    json.key("classes").begin_array();
    for (const RequestsInfo::Class& one : info.classes) {
        json.begin_object().member("name", one.name).member("requests", one.requests).end_object();
    }
    json.end_array().key("blocks");
    if (info.blocks) {
        json.begin_object().member("tokens", info.blocks->tokens);
        json.member("blocks", info.blocks->blocks);
        write_optional("distinct", info.blocks->distinct, json);
        write_optional("prefix_hits", info.blocks->hits, json);
        json.end_object();
    } else {
        json.null();
    }
    return json.end_object().str();
}

std::string to_text(const RatesInfo& info) {
    std::string text;
    line(text, "file", info.file + " (" + info.format + ")");
    if (!info.origin.empty()) {
        line(text, "second 0", info.origin);
    }
    line(text, "clients", grouped(info.clients) + ", " + grouped(info.steps) + " steps");
    line(text, "end", grouped(info.end.value, 1) + " s");
    line(text, "requests", grouped(info.requests) + " expected");
    line(text, "requests/s",
         "mean " + grouped(info.mean, 3) + ", " + grouped(info.min, 3) + " to " +
             grouped(info.max, 3));
    if (info.silent.value > 0) {
        line(text, "silent",
             grouped(info.silent.value) + " s without any request; perhaps not recorded");
    }
    line(text, "gap CV", info.gap_cv ? grouped(*info.gap_cv, 3) + " of a client" : "-");
    if (info.clients > 1) {
        line(text, "largest",
             percent(info.top, 1) + " of the requests from one client, " + percent(info.top5, 1) +
                 " from 5, " + percent(info.top20, 1) + " from 20");
    }
    text += info.origin.empty() ? "\nrequests/s by hour of the trace's day\n"
                                : "\nrequests/s by hour of day\n";
    constexpr double kBar = 40;
    double most = 0;
    for (const auto& rate : info.by_hour) {
        most = std::max(most, rate.value_or(0));
    }
    for (std::size_t hour = 0; hour < info.by_hour.size(); ++hour) {
        if (const auto& rate = info.by_hour[hour]) {
            text += right(std::to_string(hour), 2) + right(grouped(*rate, 3), 22);
            const auto bar = static_cast<std::size_t>(most > 0 ? *rate / most * kBar + 0.5 : 0);
            text += (bar > 0 ? "  " : "") + std::string(bar, '#') + '\n';
        }
    }
    return text;
}

std::string to_json(const RatesInfo& info) {
    JsonWriter json;
    json.begin_object().member("file", info.file).member("format", info.format);
    json.member("holds", "rates");
    write_origin(info.origin, json);
    json.member("clients", info.clients).member("steps", info.steps);
    json.member("end_s", info.end.value).member("requests_expected", info.requests);
    json.member("requests_per_s_mean", info.mean).member("requests_per_s_min", info.min);
    json.member("requests_per_s_max", info.max).member("silent_s", info.silent.value);
    write_optional("client_gap_cv", info.gap_cv, json);
    json.member("top_client_share", info.top).member("top5_clients_share", info.top5);
    json.member("top20_clients_share", info.top20).key("requests_per_s_by_hour").begin_array();
    for (const auto& rate : info.by_hour) {
        rate ? json.value(*rate) : json.null();
    }
    return json.end_array().end_object().str();
}

}  // namespace tidepool::workloads
