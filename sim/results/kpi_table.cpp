#include "sim/results/kpi_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "sim/base/assert.h"

namespace tidepool::results {
namespace {

std::string fixed(double value, int decimals) {
    if (std::isnan(value)) {
        return "-";
    }
    std::array<char, 400> buffer{};  // the longest double has 309 digits before the point
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed, decimals);
    TP_ASSERT(end.ec == std::errc{}, "the buffer holds every double");
    return {buffer.data(), end.ptr};
}

std::string left(std::string_view text, std::size_t width) {
    return std::string(text) + std::string(width - text.size(), ' ');
}

std::string right(std::string_view text, std::size_t width) {
    return std::string(width - text.size(), ' ') + std::string(text);
}

// The run has nothing of what the group is about, say a network.
bool says_nothing(Group group, const std::vector<double>& values) {
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        if (kKpis[k].group == group && !std::isnan(values[k])) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string_view name_of(Better better) {
    switch (better) {
        case Better::kHigher:
            return "higher";
        case Better::kLower:
            return "lower";
        case Better::kNone:
            break;
    }
    return "none";
}

std::string_view name_of(Group group) {
    switch (group) {
        case Group::kCapacity:
            return "capacity";
        case Group::kReliability:
            return "reliability";
        case Group::kNetwork:
            return "network";
        case Group::kMoney:
            return "money";
        case Group::kTenants:
            return "tenants";
        case Group::kInference:
            return "inference";
        case Group::kService:
            break;
    }
    return "service";
}

std::string unit_of(const Kpi& kpi, std::string_view currency) {
    constexpr std::string_view kCurrency = "currency";
    if (currency.empty() || !kpi.unit.starts_with(kCurrency)) {
        return std::string(kpi.unit);
    }
    return std::string(currency) + std::string(kpi.unit.substr(kCurrency.size()));
}

std::vector<double> kpi_values(const model::Ledger& ledger) {
    return kpi_values(model::totals(ledger));
}

std::vector<double> kpi_values(const model::Totals& totals) {
    std::vector<double> values;
    for (const Kpi& kpi : kKpis) {
        values.push_back(kpi.value(totals));
    }
    return values;
}

std::string kpi_table_text(const model::Ledger& ledger) {
    return kpi_table_text(kpi_values(ledger), ledger.statement ? ledger.statement->currency : "");
}

std::string kpi_table_text(const std::vector<double>& values, std::string_view currency) {
    std::vector<std::string> numbers, units(kKpis.size());
    std::size_t name_width = 0, number_width = 0, unit_width = 0;
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        numbers.push_back(fixed(values[k], kKpis[k].decimals));
        if (says_nothing(kKpis[k].group, values)) {
            continue;
        }
        name_width = std::max(name_width, kKpis[k].name.size());
        number_width = std::max(number_width, numbers[k].size());
        units[k] = unit_of(kKpis[k], currency);
        unit_width = std::max(unit_width, units[k].size());
    }
    std::string text;
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const Kpi& kpi = kKpis[k];
        if (says_nothing(kpi.group, values)) {
            continue;
        }
        if (k == 0 || kpi.group != kKpis[k - 1].group) {
            text += std::string(name_of(kpi.group)) + '\n';
        }
        text += "  " + left(kpi.name, name_width) + "  " + right(numbers[k], number_width) + ' ' +
                left(units[k] == "1" ? "" : units[k], unit_width) + "  " +
                std::string(kpi.long_name) + '\n';
    }
    return text;
}

void write_kpis(JsonWriter& json, const model::Ledger& ledger) {
    write_kpis(json, kpi_values(ledger));
}

void write_kpis(JsonWriter& json, const std::vector<double>& values) {
    json.begin_object();
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        json.member(kKpis[k].name, values[k]);
    }
    json.end_object();
}

std::string kpis_json(const model::Ledger& ledger) {
    JsonWriter json;
    write_kpis(json, ledger);
    return json.str();
}

std::string kpi_reference_markdown() {
    std::string text =
        "Scalars under `/summary` of a result file, in the table that every run prints, and under\n"
        "`kpis` of its JSON. They are pure functions of the ledger, which counts time in ticks of\n"
        "1/16 s: every sum below is exact, and rounded once, when it becomes a decimal number.\n\n"
        "The GPU time adds up exactly: capacity = down + spare + idle + allocated, and allocated "
        "=\n"
        "useful + checkpoint + lost + restart + stalled; `docs/interruptions.md` says what the "
        "words\n"
        "mean.\n\n"
        "*Waits* count the jobs that started within the run, each from submission to first start. "
        "A job\n"
        "still queued at the end has no wait yet and is left out, so on an overloaded cluster the\n"
        "waits look better than the truth: read them beside `jobs_unfinished` and\n"
        "`queue_length_mean`. *Percentiles* are by nearest rank: a wait that really occurred, "
        "never\n"
        "an interpolation. A value over nothing (the wait when no job started) is undefined: `-` "
        "in\n"
        "the table, `null` in JSON, NaN in the file. Those of the groups `network` and `inference` "
        "are,\n"
        "without one or without services, and the table leaves them out.\n\n"
        "| KPI | unit | meaning | better | group | formula |\n"
        "|---|---|---|---|---|---|\n";
    for (const Kpi& kpi : kKpis) {
        text += "| `" + std::string(kpi.name) + '`';
        for (const std::string_view cell :
             {kpi.unit, kpi.long_name, name_of(kpi.better), name_of(kpi.group), kpi.formula}) {
            text += " | " + std::string(cell);
        }
        text += " |\n";
    }
    return text;
}

}  // namespace tidepool::results
