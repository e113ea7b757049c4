#pragma once
// The KPIs of inference services and of the tide between them and jobs.

#include <array>

#include "sim/results/kpi.h"

namespace tidepool::results {

// Undefined without services.
inline double of_services(const model::Totals& t, double value) {
    return t.services.on ? value : model::kUndefined;
}

inline constexpr std::array kInferenceKpis{
    Kpi{"gpu_hours_units", "h", "GPU-hours held by units of services", Better::kNone,
        Group::kInference, 4,
        "of gpu_hours_allocated: from the start of a cold start until the GPUs are given back",
        [](const model::Totals& t) { return of_services(t, model::gpu_hours(t.services.held)); }},
    Kpi{"gpu_hours_ready", "h", "GPU-hours of units that took requests", Better::kNone,
        Group::kInference, 4, "integral over time of the GPUs of ready units",
        [](const model::Totals& t) { return of_services(t, model::gpu_hours(t.services.ready)); }},
    Kpi{"gpu_hours_cold", "h", "GPU-hours of units that took no requests", Better::kLower,
        Group::kInference, 4,
        "gpu_hours_units - gpu_hours_ready: cold starts, recoveries, units that close",
        [](const model::Totals& t) {
            return of_services(t, model::gpu_hours(t.services.held - t.services.ready));
        }},
    Kpi{"gpu_hours_freed", "h", "GPU-hours that services left free below their peaks",
        Better::kHigher, Group::kInference, 4,
        "sum over services of gpus of a unit * integral of (most units wanted - units wanted)",
        [](const model::Totals& t) { return of_services(t, model::gpu_hours(t.services.freed)); }},
    Kpi{"gpu_hours_lent", "h", "GPU-hours held by jobs that make room for units", Better::kHigher,
        Group::kInference, 4, "of gpu_hours_allocated: those of preemptible jobs",
        [](const model::Totals& t) { return of_services(t, model::gpu_hours(t.services.lent)); }},
    Kpi{"gpu_hours_reclaimed", "h", "GPU-hours that jobs waited after making room for units",
        Better::kLower, Group::kInference, 4,
        "sum of gpus * (next start, or end of the run - leaving), over jobs that left",
        [](const model::Totals& t) {
            return of_services(t, model::gpu_hours(t.services.reclaimed));
        }},
    Kpi{"jobs_asked", "1", "times that a job was asked to make room for units", Better::kLower,
        Group::kInference, 0, "notices given; some of these jobs end before they have to leave",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.asked));
        }},
    Kpi{"reclaims", "1", "times that a job left to make room for units", Better::kLower,
        Group::kInference, 0,
        "of preemptions: those for units, and where the window of jobs closed",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.reclaims));
        }},
    Kpi{"units_mean", "1", "mean number of units that took requests", Better::kNone,
        Group::kInference, 4, "integral over time of ready units of all services / horizon_s",
        [](const model::Totals& t) {
            return of_services(t, model::ratio(t.services.unit_ticks, t.length.value));
        }},
    Kpi{"units_max", "1", "most units wanted by one service at a time", Better::kNone,
        Group::kInference, 0, "maximum over services and time of the units wanted",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.units_max));
        }},
    Kpi{"unit_utilisation", "1", "share of the ready units' capacity that requests took",
        Better::kNone, Group::kInference, 4,
        "sum of GPUs * time that served requests take of a full unit / (gpu_hours_ready * 3600)",
        [](const model::Totals& t) {
            return of_services(t, t.services.ready_gpu_ns > 0
                                      ? t.services.work_gpu_ns / t.services.ready_gpu_ns
                                      : model::kUndefined);
        }},
    Kpi{"cold_starts", "1", "starts of units during the run", Better::kLower, Group::kInference, 0,
        "starts and restarts of units after tick 0",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.cold_starts));
        }},
    Kpi{"unit_failures", "1", "interruptions of units", Better::kLower, Group::kInference, 0,
        "units that outages interrupted",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.failures));
        }},
    Kpi{"requests_offered", "1", "requests that arrived", Better::kNone, Group::kInference, 0,
        "requests_served + requests_rejected + requests_timed_out + requests_unfinished",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.offered.requests));
        }},
    Kpi{"requests_served", "1", "requests served to their last token", Better::kHigher,
        Group::kInference, 0, "requests whose last token came within the run",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.served.requests));
        }},
    Kpi{"requests_rejected", "1", "requests turned away at the door", Better::kLower,
        Group::kInference, 0, "requests that met a full queue, or fit into no unit",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.rejected.requests));
        }},
    Kpi{"requests_timed_out", "1", "requests given up before their first token", Better::kLower,
        Group::kInference, 0,
        "requests that waited longer than `patience`, or a batch request's deadline",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.timed_out.requests));
        }},
    Kpi{"requests_unfinished", "1", "requests in service or waiting at the end of the run",
        Better::kLower, Group::kInference, 0, "requests_offered less those that left",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.unfinished.requests));
        }},
    Kpi{"tokens_in", "1", "prompt tokens of the requests that were served", Better::kHigher,
        Group::kInference, 0, "sum over served requests, cached tokens included",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.served.tokens_in));
        }},
    Kpi{"tokens_out", "1", "answer tokens of the requests that were served", Better::kHigher,
        Group::kInference, 0, "sum over served requests",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.served.tokens_out));
        }},
    Kpi{"tokens_rejected", "1", "tokens of the requests that were turned away or given up",
        Better::kLower, Group::kInference, 0,
        "prompt and answer tokens of requests_rejected and requests_timed_out",
        [](const model::Totals& t) {
            return of_services(t, static_cast<double>(t.services.flow.rejected.tokens_in +
                                                      t.services.flow.rejected.tokens_out +
                                                      t.services.flow.timed_out.tokens_in +
                                                      t.services.flow.timed_out.tokens_out));
        }},
    Kpi{"cache_hit_rate", "1", "share of the served prompt tokens that came from the cache",
        Better::kHigher, Group::kInference, 4, "cached prompt tokens / tokens_in",
        [](const model::Totals& t) {
            return of_services(
                t, model::ratio(t.services.flow.cached_tokens, t.services.flow.served.tokens_in));
        }},
    Kpi{"tokens_per_gpu_s", "1", "answer tokens per second and GPU of the units", Better::kHigher,
        Group::kInference, 4, "tokens_out / (gpu_hours_units * 3600)",
        [](const model::Totals& t) {
            return of_services(t, model::ratio(t.services.flow.served.tokens_out, t.services.held) *
                                      double{kTicksPerSecond});
        }},
    Kpi{"slo_attainment", "1", "share of the requests that left within all promises",
        Better::kHigher, Group::kInference, 6,
        "served requests within both promises / (requests_offered - requests_unfinished)",
        [](const model::Totals& t) {
            return of_services(t, t.services.promises
                                      ? model::ratio(t.services.flow.in_slo.requests,
                                                     t.services.flow.offered.requests -
                                                         t.services.flow.unfinished.requests)
                                      : model::kUndefined);
        }},
    Kpi{"goodput_rps", "s-1", "requests per second within all promises", Better::kHigher,
        Group::kInference, 4, "served requests within both promises / horizon_s",
        [](const model::Totals& t) {
            return of_services(t,
                               t.services.promises
                                   ? model::ratio(t.services.flow.in_slo.requests, t.length.value) *
                                         double{kTicksPerSecond}
                                   : model::kUndefined);
        }},
    Kpi{"ttft_p50_s", "s", "median time to the first token", Better::kLower, Group::kInference, 6,
        "over requests that got a first token; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.ttft.p50); }},
    Kpi{"ttft_p95_s", "s", "95th percentile time to the first token", Better::kLower,
        Group::kInference, 6, "over requests that got a first token; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.ttft.p95); }},
    Kpi{"ttft_p99_s", "s", "99th percentile time to the first token", Better::kLower,
        Group::kInference, 6, "over requests that got a first token; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.ttft.p99); }},
    Kpi{"tpot_p50_s", "s", "median time per further token", Better::kLower, Group::kInference, 6,
        "over served requests of more than one token, each its mean; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.tpot.p50); }},
    Kpi{"tpot_p95_s", "s", "95th percentile time per further token", Better::kLower,
        Group::kInference, 6,
        "over served requests of more than one token, each its mean; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.tpot.p95); }},
    Kpi{"tpot_p99_s", "s", "99th percentile time per further token", Better::kLower,
        Group::kInference, 6,
        "over served requests of more than one token, each its mean; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.tpot.p99); }},
    Kpi{"latency_p50_s", "s", "median time to the last token", Better::kLower, Group::kInference, 6,
        "over served requests, from arrival; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.total.p50); }},
    Kpi{"latency_p95_s", "s", "95th percentile time to the last token", Better::kLower,
        Group::kInference, 6, "over served requests, from arrival; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.total.p95); }},
    Kpi{"latency_p99_s", "s", "99th percentile time to the last token", Better::kLower,
        Group::kInference, 6, "over served requests, from arrival; sketch, within 0.8 %",
        [](const model::Totals& t) { return of_services(t, t.services.total.p99); }},
};

}  // namespace tidepool::results
