#pragma once
// Generated demand, as YAML tells it: how the rate of requests rises and falls, how long requests
// are, how they arrive. docs/demand.md states the formulas.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/base/issue.h"
#include "sim/base/quantity.h"
#include "sim/config/field.h"
#include "sim/config/value.h"
#include "workloads/hour_profiles.h"
#include "workloads/rate_trace.h"
#include "workloads/request.h"
#include "workloads/row.h"

namespace tidepool::workloads {

// One of these ways to say how many tokens; none of them only beside LengthsSpec::preset.
struct LengthSpec {
    std::optional<std::int64_t> fixed;
    std::optional<double> exponential;       // mean
    std::vector<double> lognormal;           // [mu, sigma] of the natural logarithm
    std::vector<std::vector<double>> table;  // [[share, tokens], ...]: quantiles, linear in between
    friend bool operator==(const LengthSpec&, const LengthSpec&) = default;
};

enum class LengthPreset : std::uint8_t { kAzure2023Conversation, kMooncakeConversation };

// A preset, or `in` and `out`.
struct LengthsSpec {
    std::optional<LengthPreset> preset;
    LengthSpec in, out;
    std::int64_t most = 131'072;  // tokens of a prompt, of an answer; longer draws are cut
    friend bool operator==(const LengthsSpec&, const LengthsSpec&) = default;
};

// Requests come from `clients` of Zipf-distributed size, each a renewal process with Gamma gaps.
struct ArrivalsSpec {
    double cv = 1;  // of a client's gaps; 1: Poisson
    std::int64_t clients = 1;
    double zipf = 0;  // exponent; 0: all alike
    friend bool operator==(const ArrivalsSpec&, const ArrivalsSpec&) = default;
};

struct ClassShare {
    std::string name;
    Fraction share;
    friend bool operator==(const ClassShare&, const ClassShare&) = default;
};

struct NoiseSpec {  // AR(1) of the logarithm of the rate, mean rate kept
    Fraction deviation;
    Seconds memory{3600};  // after which the correlation is 1/e
    Seconds step{600};
    friend bool operator==(const NoiseSpec&, const NoiseSpec&) = default;
};

struct FlashSpec {  // flash crowd: up to `factor` and back, linearly
    Seconds at, rise{60}, hold{0}, fall{600};
    double factor = 1;
    friend bool operator==(const FlashSpec&, const FlashSpec&) = default;
};

struct TideSpec {
    EventsPerSecond base;  // mean rate of requests in an average hour
    HourProfile profile = HourProfile::kFlat;
    std::vector<double> hours;  // 24 factors instead, normalised to mean 1
    std::vector<double> days;   // 7 factors, Monday first, normalised to mean 1; empty: all 1
    double growth = 0;          // per day, compounded: 0.01 is 1 % a day
    std::optional<NoiseSpec> noise;
    std::vector<FlashSpec> flash;
    std::string time_zone = "UTC";     // IANA name; hours and days are local, DST included
    std::string start = "2026-01-05";  // local date (a Monday) of second 0, at 00:00
    friend bool operator==(const TideSpec&, const TideSpec&) = default;
};

inline constexpr std::size_t kMostFlashes = 1'000;
inline constexpr std::size_t kMostQuantiles = 10'000;

// What must hold beyond each field's own rule.
void validate(const LengthSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const LengthsSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
void validate(const TideSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues);
// Of a whole list: shares add up to 1 (to 1e-9), no name twice. `list` may be null: absent.
void validate_classes(const std::vector<ClassShare>& classes, const config::Value* list,
                      const std::string& path, Issues& issues);

}  // namespace tidepool::workloads

namespace tidepool::config {

template <>
struct KindTable<workloads::LengthPreset> {
    using Enum = workloads::LengthPreset;
    static constexpr std::array kinds{
        Kind<Enum>{"azure-2023-conversation", Enum::kAzure2023Conversation,
                   "lognormal with the logarithms' mean and deviation of the Azure LLM 2023 "
                   "conversation trace (Patel et al., ISCA 2024; CC-BY-4.0)"},
        Kind<Enum>{"mooncake-conversation", Enum::kMooncakeConversation,
                   "prompts likewise, answers by quantiles, of the first 40 min of the Mooncake "
                   "conversation trace, long prompts (FAST 2025; Apache-2.0)"},
    };
};

template <>
struct SpecTable<workloads::LengthSpec> {
    using Spec = workloads::LengthSpec;
    static constexpr std::string_view name = "length";
    static constexpr std::string_view doc =
        "How many tokens a prompt or an answer has, in one of these ways. Draws are rounded to the "
        "nearest whole number, at least 1, and cut at `most`.";
    static constexpr std::tuple fields{
        Field{"fixed", &Spec::fixed, optional(1, workloads::kMostTokens), "Always so many."},
        Field{"exponential", &Spec::exponential, optional(1, workloads::kMostTokens),
              "Exponential with this mean."},
        Field{"lognormal", &Spec::lognormal, optional(-5, 20),
              "`[mu, sigma]`: mean and standard deviation (0 .. 4) of the natural logarithm."},
        Field{"table", &Spec::table, optional(0, workloads::kMostTokens),
              "`[[share, tokens], ...]`: this share of the requests has at most so many tokens; "
              "linear in between; from share 0 to share 1."},
    };
};

template <>
struct SpecTable<workloads::LengthsSpec> {
    using Spec = workloads::LengthsSpec;
    static constexpr std::string_view name = "lengths";
    static constexpr std::string_view doc =
        "How long requests are: a `preset`, or `in` and `out`, independent of each other.";
    static constexpr std::tuple fields{
        Field{"preset", &Spec::preset, optional(), "As measured elsewhere."},
        Field{"in", &Spec::in, optional(), "Tokens of the prompt."},
        Field{"out", &Spec::out, optional(), "Tokens of the answer."},
        Field{"most", &Spec::most, optional(1, workloads::kMostTokens),
              "Tokens of a prompt, of an answer; longer draws are cut."},
    };
};

template <>
struct SpecTable<workloads::ArrivalsSpec> {
    using Spec = workloads::ArrivalsSpec;
    static constexpr std::string_view name = "arrivals";
    static constexpr std::string_view doc =
        "How single requests come about where a rate is given: from independent clients, each with "
        "Gamma-distributed gaps, in the time in which its rate is 1.";
    static constexpr std::tuple fields{
        Field{"cv", &Spec::cv, optional(0.001, 10),
              "Coefficient of variation of a client's gaps; 1 is Poisson, 1.5 to 3 are usual."},
        Field{"clients", &Spec::clients, optional(1, workloads::kMostClients), "How many."},
        Field{"zipf", &Spec::zipf, optional(0, 10),
              "Client i of them, from 1, has a share proportional to 1 / i^zipf; 0: all alike."},
    };
};

template <>
struct SpecTable<workloads::ClassShare> {
    using Spec = workloads::ClassShare;
    static constexpr std::string_view name = "class_share";
    static constexpr std::string_view doc = "A class of requests: a tenant, or a tier of service.";
    static constexpr std::tuple fields{
        Field{"name", &Spec::name, required(1, workloads::kLongestName), "Name of the class."},
        Field{"share", &Spec::share, required(0, 1), "Of the requests; all shares add up to 1."},
    };
};

template <>
struct SpecTable<workloads::NoiseSpec> {
    using Spec = workloads::NoiseSpec;
    static constexpr std::string_view name = "noise";
    static constexpr std::string_view doc =
        "Random ups and downs of the rate: its logarithm is autoregressive of first order. The "
        "mean rate stays.";
    static constexpr std::tuple fields{
        Field{"deviation", &Spec::deviation, required(0, 2),
              "Standard deviation of the natural logarithm."},
        Field{"memory", &Spec::memory, optional(1, workloads::kClockEnd),
              "After this time the correlation is 1/e."},
        Field{"step", &Spec::step, optional(60, workloads::kClockEnd),
              "The rate changes so often."},
    };
};

template <>
struct SpecTable<workloads::FlashSpec> {
    using Spec = workloads::FlashSpec;
    static constexpr std::string_view name = "flash";
    static constexpr std::string_view doc =
        "A flash crowd: the rate rises to a multiple, stays there and falls back, in straight "
        "lines "
        "of 30 steps. What several crowds add to the usual rate adds up.";
    static constexpr std::tuple fields{
        Field{"at", &Spec::at, required(0, workloads::kClockEnd), "When it begins."},
        Field{"rise", &Spec::rise, optional(0, workloads::kClockEnd), "How long it grows."},
        Field{"hold", &Spec::hold, optional(0, workloads::kClockEnd), "How long it stays."},
        Field{"fall", &Spec::fall, optional(0, workloads::kClockEnd), "How long it fades."},
        Field{"factor", &Spec::factor, required(1, 10'000), "Times the usual rate, at its height."},
    };
};

template <>
struct SpecTable<workloads::TideSpec> {
    using Spec = workloads::TideSpec;
    static constexpr std::string_view name = "tide";
    static constexpr std::string_view doc =
        "A rate of requests that rises and falls: base x hour of the day x day of the week x "
        "growth x noise x flash crowds. docs/demand.md has the formula.";
    static constexpr std::tuple fields{
        Field{"base", &Spec::base, required(0, workloads::kMostRate),
              "Mean rate of requests in an average hour of an average day."},
        Field{"profile", &Spec::profile, optional(),
              "Shape of the day by name, normalised to mean 1."},
        Field{"hours", &Spec::hours, optional(0, 1e6),
              "Instead of `profile`: 24 factors, from 00:00, normalised to mean 1."},
        Field{"days", &Spec::days, optional(0, 1e6),
              "Seven factors, Monday first, normalised to mean 1. Empty: all days alike."},
        Field{"growth", &Spec::growth, optional(-0.5, 1),
              "Per local day, compounded: 0.01 is 1 % a day."},
        Field{"noise", &Spec::noise, optional(), "Random ups and downs; absent: none."},
        Field{"flash", &Spec::flash, optional(), "Flash crowds."},
        Field{"time_zone", &Spec::time_zone, optional(1, 64),
              "Of hours and days, as the IANA time zone database calls it, e.g. `Asia/Shanghai`; "
              "daylight saving time included."},
        Field{"start", &Spec::start, optional(10, 10),
              "Local date of second 0, at 00:00; `2026-01-05` is a Monday."},
    };
};

}  // namespace tidepool::config
