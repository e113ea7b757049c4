// How a TraceInfo looks: as a table for people and as JSON for programs.

#include <algorithm>
#include <cstddef>

#include "sim/base/json.h"
#include "workloads/figures.h"
#include "workloads/info.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kTenantsShown = 15;

void print_sizes(const TraceInfo& info, std::string& text) {
    text += "\n" + left("GPUs", 12) + right("jobs", 12) + right("", 10) + right("GPU-hours", 16) +
            right("", 10) + right("median s", 12) + '\n';
    for (const TraceInfo::Size& size : info.sizes) {
        const std::string range =
            (size.from == size.to ? "" : std::to_string(size.from) + '-') + std::to_string(size.to);
        text += left(range, 12) + right(grouped(size.jobs), 12) +
                right(percent(static_cast<double>(size.jobs), static_cast<double>(info.jobs)), 10) +
                right(grouped(size.gpu_hours, 1), 16) +
                right(percent(size.gpu_hours, info.gpu_hours), 10) +
                right(grouped(size.median_duration.value), 12) + '\n';
    }
}

void print_durations(const TraceInfo& info, std::string& text) {
    std::string names = "\n" + left("duration", 12);
    std::string values = left("s", 12);
    for (const TraceInfo::Quantile& quantile : info.durations) {
        names += right(quantile.name, 11);
        values += right(grouped(quantile.duration.value), 11);
    }
    text += names + right("mean", 11) + '\n' + values +
            right(grouped(info.mean_duration.value), 11) + '\n';
}

void print_arrivals(const TraceInfo& info, std::string& text) {
    constexpr std::uint64_t kBar = 40;
    std::uint64_t most = 1;
    for (const std::uint64_t count : info.arrivals_by_hour) {
        most = std::max(most, count);
    }
    text += info.origin.empty() ? "\narrivals by hour of the trace's day\n"
                                : "\narrivals by hour of day\n";
    for (std::size_t hour = 0; hour < info.arrivals_by_hour.size(); ++hour) {
        const std::uint64_t count = info.arrivals_by_hour[hour];
        text += right(std::to_string(hour), 2) + right(grouped(count), 22);
        if (count > 0) {
            text +=
                "  " + std::string(static_cast<std::size_t>((count * kBar + most / 2) / most), '#');
        }
        text += '\n';
    }
}

void print_shares(const TraceInfo& info, const char* what,
                  const std::vector<TraceInfo::Share>& shares, std::string& text) {
    text += "\n" + left(what, 24) + right("jobs", 12) + right("GPU-hours", 16) + '\n';
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (i == kTenantsShown && shares.size() > kTenantsShown + 1) {
            text += "and " + std::to_string(shares.size() - i) + " more\n";
            return;
        }
        if (shares[i].jobs > 0) {
            text += left(shares[i].name, 24) + right(grouped(shares[i].jobs), 12) +
                    right(grouped(shares[i].gpu_hours, 1), 16) +
                    right(percent(shares[i].gpu_hours, info.gpu_hours), 10) + '\n';
        }
    }
}

void write_shares(const char* name, const std::vector<TraceInfo::Share>& shares, JsonWriter& json) {
    json.key(name).begin_array();
    for (const TraceInfo::Share& share : shares) {
        json.begin_object()
            .member("name", share.name)
            .member("jobs", share.jobs)
            .member("gpu_hours", share.gpu_hours)
            .end_object();
    }
    json.end_array();
}

}  // namespace

std::string to_text(const TraceInfo& info) {
    std::string text;
    line(text, "file", info.file + " (" + info.format + ")");
    if (!info.origin.empty()) {
        line(text, "second 0", info.origin);
    }
    line(text, "rows", grouped(info.rows));
    if (info.skipped > 0) {
        line(text, "left out", grouped(info.skipped) + ": " + info.skipped_why);
    }
    line(text, "jobs", grouped(info.jobs));
    line(text, "GPU-hours", grouped(info.gpu_hours, 1));
    line(text, "GPUs per job",
         "mean " + grouped(info.mean_gpus, 3) + ", most " + grouped(std::uint64_t{info.most_gpus}));
    line(text, "submits",
         grouped(info.first_submit.value) + " s to " + grouped(info.last_submit.value) + " s");
    line(text, "last end", grouped(info.last_end.value) + " s, were no job to wait");
    line(text, "offered load",
         info.offered_gpus ? grouped(*info.offered_gpus, 1) +
                                 " GPUs on average between first and last "
                                 "submit"
                           : "-");
    print_sizes(info, text);
    print_durations(info, text);
    print_arrivals(info, text);
    print_shares(info, "state", info.states, text);
    print_shares(info, "plan", info.plans, text);
    print_shares(info, "tenant", info.tenants, text);
    return text;
}

std::string to_json(const TraceInfo& info) {
    JsonWriter json;
    json.begin_object();
    json.member("file", info.file).member("format", info.format).key("origin");
    info.origin.empty() ? json.null() : json.value(info.origin);
    json.member("rows", info.rows).member("skipped", info.skipped);
    json.member("skipped_why", info.skipped_why).member("jobs", info.jobs);
    json.member("gpu_hours", info.gpu_hours);
    json.member("gpus_mean", info.mean_gpus).member("gpus_max", info.most_gpus);
    json.member("first_submit_s", info.first_submit.value);
    json.member("last_submit_s", info.last_submit.value);
    json.member("last_end_s", info.last_end.value).key("offered_gpus");
    info.offered_gpus ? json.value(*info.offered_gpus) : json.null();
    json.key("sizes").begin_array();
    for (const TraceInfo::Size& size : info.sizes) {
        json.begin_object().member("gpus_from", size.from).member("gpus_to", size.to);
        json.member("jobs", size.jobs).member("gpu_hours", size.gpu_hours);
        json.member("duration_p50_s", size.median_duration.value).end_object();
    }
    json.end_array().key("duration_s").begin_object();
    for (const TraceInfo::Quantile& quantile : info.durations) {
        json.member(quantile.name, quantile.duration.value);
    }
    json.member("mean", info.mean_duration.value).end_object();
    json.key("arrivals_by_hour").begin_array();
    for (const std::uint64_t count : info.arrivals_by_hour) {
        json.value(count);
    }
    json.end_array();
    write_shares("states", info.states, json);
    write_shares("plans", info.plans, json);
    write_shares("tenants", info.tenants, json);
    return json.end_object().str();
}

}  // namespace tidepool::workloads
