#include "sim/scenario/price_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

#include "sim/config/read.h"
#include "sim/scenario/price_text.h"
#include "workloads/calendar.h"
#include "workloads/csv.h"
#include "workloads/problems.h"
#include "workloads/source.h"
#include "workloads/unpack.h"

namespace tidepool::scenario {
namespace {

struct SpotPriceRow {
    std::string zone, type, product, price, time;
};
struct SpotPriceHistory {
    std::string next_token;
    std::vector<SpotPriceRow> rows;
};

}  // namespace
}  // namespace tidepool::scenario

namespace tidepool::config {

template <>
struct SpecTable<scenario::SpotPriceRow> {
    using Spec = scenario::SpotPriceRow;
    static constexpr std::string_view name = "spot price";
    static constexpr std::string_view doc = "A change of the spot price.";
    static constexpr std::tuple fields{
        Field{"AvailabilityZone", &Spec::zone, required(1, 100), "The zone."},
        Field{"InstanceType", &Spec::type, required(1, 100), "The instance."},
        Field{"ProductDescription", &Spec::product, required(1, 100), "The operating system."},
        Field{"SpotPrice", &Spec::price, required(1, 40), "US dollars per hour."},
        Field{"Timestamp", &Spec::time, required(1, 40), "From when on."},
    };
};

template <>
struct SpecTable<scenario::SpotPriceHistory> {
    using Spec = scenario::SpotPriceHistory;
    static constexpr std::string_view name = "spot price history";
    static constexpr std::string_view doc = "Changes of spot prices, newest first.";
    static constexpr std::tuple fields{
        Field{"NextToken", &Spec::next_token, optional(), "Empty at the end."},
        Field{"SpotPriceHistory", &Spec::rows, required(), "The changes."},
    };
};

}  // namespace tidepool::config

namespace tidepool::scenario {
namespace {

std::string read_bytes(const std::string& path, Issues& issues) {
    std::string text;
    try {
        const auto bytes = workloads::open_bytes(path, config::kMaxFileBytes);
        constexpr std::size_t kChunk = std::size_t{1} << 18U;
        for (std::size_t n = 1; n > 0;) {
            const std::size_t before = text.size();
            text.resize(before + kChunk);
            n = bytes->read(text.data() + before, kChunk);
            text.resize(before + n);
        }
    } catch (const workloads::BrokenStream& error) {
        issues.add({path, 0, 0}, {}, error.what());
    }
    return text;
}

std::int64_t tick_of(const workloads::CalendarTime& time) {
    return time.instant() * kTicksPerSecond +
           static_cast<std::int64_t>(std::ceil(time.fraction * kTicksPerSecond));
}

// Names that are not all the same; the first one comes first.
std::vector<std::string> kinds_of(const std::vector<SpotPriceRow>& rows,
                                  std::string SpotPriceRow::*member) {
    std::vector<std::string> kinds;
    for (const SpotPriceRow& row : rows) {
        if (std::ranges::find(kinds, row.*member) == kinds.end()) {
            kinds.push_back(row.*member);
        }
    }
    std::ranges::sort(kinds);
    return kinds;
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

void read_aws(const PriceSeriesSpec& spec, const std::string& location, PriceSeries& series,
              Issues& issues) {
    const std::size_t before = issues.list().size();
    const std::string text = read_bytes(location, issues);
    if (issues.list().size() != before) {
        return;
    }
    const config::Value tree = config::parse_yaml(text, location, issues);
    if (issues.list().size() != before) {
        return;
    }
    const auto history = config::read<SpotPriceHistory>(tree, "", issues);
    if (issues.list().size() != before) {
        return;
    }
    const auto fail = [&](std::string problem, std::string hint) {
        issues.add({location, 0, 0}, {}, std::move(problem), std::move(hint));
    };
    const auto zones = kinds_of(history.rows, &SpotPriceRow::zone);
    if (kinds_of(history.rows, &SpotPriceRow::type).size() > 1 ||
        kinds_of(history.rows, &SpotPriceRow::product).size() > 1) {
        return fail("has prices of several instance types or products", "filter it to one");
    }
    if (spec.zone.empty() && zones.size() > 1) {
        return fail("has prices of several zones", "`zone` is one of " + listed(zones));
    }
    series.calendar = true;
    const config::Value* list = tree.find("SpotPriceHistory");
    for (std::size_t r = 0; r < history.rows.size(); ++r) {
        const SpotPriceRow& row = history.rows[r];
        if (!spec.zone.empty() && row.zone != spec.zone) {
            continue;
        }
        const std::string path = "SpotPriceHistory[" + std::to_string(r) + "]";
        const auto time = workloads::parse_calendar(row.time);
        const auto price = parse_billionths(row.price);
        if (!time) {
            issues.add(list->items[r].at, path + ".Timestamp",
                       "is no calendar time (got '" + row.time + "')");
        } else if (!price.ok()) {
            issues.add(list->items[r].at, path + ".SpotPrice", price.problem, price.hint);
        } else {
            series.points.push_back({tick_of(*time), price.value});
        }
    }
    if (series.points.empty() && issues.list().size() == before) {
        fail("has no price of the zone '" + spec.zone + "'", did_you_mean(spec.zone, zones));
    }
}

void read_csv(const std::string& location, PriceSeries& series, Issues& issues) {
    constexpr std::array kColumns{workloads::CsvColumn{"time", true},
                                  workloads::CsvColumn{"price", true}};
    constexpr std::size_t kMostRows = 10'000'000;
    workloads::Problems problems(location, issues);
    workloads::LineSource lines(location, problems);
    workloads::CsvTable table(lines, problems);
    if (!problems.any() && table.read_header(kColumns, workloads::OtherColumns::kRefuse)) {
        bool first = true;
        while (!problems.too_many() && series.points.size() < kMostRows && table.next_row()) {
            const workloads::Field& time = *table[0];
            const workloads::Field& price = *table[1];
            const auto value = parse_billionths(price.text);
            const auto date = parse_date(time.text);
            const auto seconds = config::parse_number(time.text);
            const bool calendar = date.has_value();
            if (!value.ok()) {
                problems.add(table.line(), price.column, "price", value.problem, value.hint);
            } else if (!calendar && (!seconds.ok() || seconds.value < 0 || seconds.value > 2.6e8)) {
                problems.add(
                    table.line(), time.column, "time",
                    "neither seconds of the run nor a calendar time" + workloads::got(time.text));
            } else if (!first && calendar != series.calendar) {
                problems.add(table.line(), time.column, "time",
                             "calendar times and seconds do not mix" + workloads::got(time.text));
            } else {
                series.calendar = calendar;
                first = false;
                const auto tick =
                    calendar ? tick_of(*date)
                             : static_cast<std::int64_t>(to_ticks(Seconds{seconds.value})->value);
                series.points.push_back({tick, value.value});
            }
        }
        if (series.points.empty() && !problems.any()) {
            problems.add(0, 0, "", "has no price");
        }
    }
    problems.finish();
}

}  // namespace

std::optional<PriceSeries> read_price_series(const PriceSeriesSpec& spec,
                                             const std::string& location, Issues& issues) {
    const std::size_t before = issues.list().size();
    PriceSeries series;
    if (spec.format == SeriesFormat::kAwsSpot) {
        read_aws(spec, location, series, issues);
    } else {
        read_csv(location, series, issues);
    }
    if (issues.list().size() != before) {
        return std::nullopt;
    }
    auto& points = series.points;
    std::ranges::sort(points, {},
                      [](const SeriesPoint& p) { return std::tuple(p.tick, p.billionths); });
    const auto [last, end] = std::ranges::unique(points);
    points.erase(last, end);
    if (std::ranges::adjacent_find(points, {}, &SeriesPoint::tick) != points.end()) {
        issues.add({location, 0, 0}, {}, "has two different prices for one moment");
        return std::nullopt;
    }
    return series;
}

}  // namespace tidepool::scenario
