#include "sim/scenario/compile_price_list.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <utility>

#include "sim/base/assert.h"
#include "sim/config/units.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/price_series.h"
#include "topology/embedded.h"

namespace tidepool::scenario {
namespace {

using money::PricePath;
using topology::Where;

constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

// A line of the list, read.
struct Line {
    std::size_t number = 0;
    std::optional<std::uint32_t> model;  // empty: every one
    std::int64_t from = kAlways, until = kForever;
    bool open = true;  // no `until` of its own
    PriceBasis basis = PriceBasis::kGpu;
    std::vector<std::pair<std::int64_t, Exact>> steps;  // tick, price; by tick
};

std::string as_time(std::int64_t tick) {
    return config::print_human(static_cast<double>(tick) / kTicksPerSecond,
                               config::Dimension::kTime);
}

std::string place_of(const Where& where) {
    return where.path + " at " + where.at.file + ":" + std::to_string(where.at.line);
}

class ListCompiler {
public:
    ListCompiler(const PricesSpec& prices, const PriceNames& names, const PriceClock& clock,
                 const Where& where, Issues& issues)
        : prices_(prices),
          names_(names),
          clock_(clock),
          exchange_(prices),
          where_(where),
          issues_(issues),
          end_(std::max(1U, names.end.value_or(kNever).value)) {}

    CompiledList compile() {
        for (std::size_t l = 0; l < prices_.list.size(); ++l) {
            if (auto line = read(l)) {
                lines_[static_cast<std::size_t>(prices_.list[l].plan)].push_back(*std::move(line));
            }
        }
        CompiledList list;
        for (std::size_t plan = 0; plan < money::kPlans; ++plan) {
            list.paths[plan].resize(names_.models.size());
            list.missing[plan].resize(names_.models.size());
            for (std::uint32_t model = 0; model < names_.models.size(); ++model) {
                list.paths[plan][model] = path_of(plan, model, list.missing[plan][model]);
            }
        }
        return list;
    }

private:
    std::optional<Line> read(std::size_t number) {
        const PriceLineSpec& spec = prices_.list[number];
        const Where where = where_[number];
        Line line;
        line.number = number;
        if (!spec.gpu.empty()) {
            const auto known = std::ranges::find(names_.models, spec.gpu, &PriceNames::Model::name);
            if (known == names_.models.end() && where.at.file.starts_with(topology::kShipped)) {
                return std::nullopt;  // presets price more than a datacenter has
            }
            line.model = find_model(spec.gpu, names_, where["gpu"], issues_);
            if (!line.model) {
                return std::nullopt;
            }
        }
        if (!read_times(spec, where, line)) {
            return std::nullopt;
        }
        const bool good =
            spec.series ? read_series(*spec.series, where, line) : read_price(spec, where, line);
        return good ? std::optional(std::move(line)) : std::nullopt;
    }

    bool read_times(const PriceLineSpec& spec, const Where& where, Line& line) {
        if (!spec.from.empty()) {
            const auto from = clock_.tick(spec.from, where["from"], issues_);
            if (!from) {
                return false;
            }
            line.from = *from;
        }
        if (!spec.until.empty()) {
            const auto until = clock_.tick(spec.until, where["until"], issues_);
            if (!until) {
                return false;
            }
            line.until = *until;
            line.open = false;
        }
        if (line.from >= line.until) {
            topology::report(issues_, where["until"],
                             "has to be after `from` (got '" + spec.until + "')");
            return false;
        }
        return true;
    }

    bool read_price(const PriceLineSpec& spec, const Where& where, Line& line) {
        const PriceText text = parse_price(spec.price).value;
        const auto price = exchange_.price(text, where["price"], issues_);
        if (!price) {
            return false;
        }
        line.basis = text.basis;
        line.steps.emplace_back(kAlways, *price);
        return true;
    }

    bool read_series(const PriceSeriesSpec& spec, const Where& line_where, Line& line) {
        const Where where = line_where["series"];
        const std::string folder =
            where["file"].value == nullptr ? std::string() : folder_of(*where["file"].value);
        const auto series = read_price_series(spec, joined(folder, spec.file), issues_);
        if (!series) {
            return false;
        }
        std::int64_t origin = 0;
        if (series->calendar) {
            const auto begins = spec.origin.empty() ? clock_.start() : parse_date(spec.origin);
            origin = begins ? begins->instant() * kTicksPerSecond : series->points.front().tick;
        } else if (!spec.origin.empty()) {
            topology::report(issues_, where["origin"],
                             "has no effect: the file counts seconds of the run");
            return false;
        }
        const std::string currency = spec.currency.empty() ? prices_.currency : spec.currency;
        const auto unit = exchange_.convert(1, currency, where["currency"], issues_);
        if (!unit) {
            return false;
        }
        const Exact per_tick =
            unit->times(*billionths(spec.scale), 1'000'000'000)
                .times(1, static_cast<money::Wide>(money::kTicksPerHour) * spec.per);
        for (const SeriesPoint& point : series->points) {
            line.steps.emplace_back(point.tick - origin, per_tick.times(point.billionths, 1));
        }
        const std::int64_t first = std::max<std::int64_t>(line.from, 0);
        if (line.steps.front().first > first && first < std::min(line.until, end_)) {
            topology::report(issues_, where["file"],
                             "has no price before " + as_time(line.steps.front().first) +
                                 " of the run (got '" + spec.file + "')",
                             "say with `origin` which time of the file is the start of the run, or "
                             "with `from` when it begins to hold");
            return false;
        }
        return true;
    }

    // The lines of a plan and GPU model: its own, or without any the ones of every model.
    std::vector<Line> lines_of(std::size_t plan, std::uint32_t model) const {
        std::vector<Line> own, general;
        for (const Line& line : lines_[plan]) {
            if (line.model == model) {
                own.push_back(line);
            } else if (!line.model) {
                general.push_back(line);
            }
        }
        std::vector<Line>& lines = own.empty() ? general : own;
        std::ranges::stable_sort(lines, {}, &Line::from);
        for (std::size_t l = 0; l + 1 < lines.size(); ++l) {
            if (lines[l].open) {
                lines[l].until = lines[l + 1].from;
            }
        }
        return std::move(lines);
    }

    bool overlap(const std::vector<Line>& lines) {
        bool any = false;
        for (std::size_t l = 0; l + 1 < lines.size(); ++l) {
            if (lines[l].until <= lines[l + 1].from && lines[l].from < lines[l + 1].from) {
                continue;
            }
            any = true;
            if (told_.emplace(lines[l].number, lines[l + 1].number).second) {
                topology::report(issues_, where_[lines[l + 1].number],
                                 "holds at a time at which another line of the plan and GPU model "
                                 "does: " +
                                     place_of(where_[lines[l].number]),
                                 "give `from` and `until`");
            }
        }
        return any;
    }

    std::optional<PricePath> path_of(std::size_t plan, std::uint32_t model, std::string& missing) {
        const std::vector<Line> lines = lines_of(plan, model);
        if (overlap(lines)) {
            missing = "has lines that overlap";
            return std::nullopt;
        }
        std::vector<PricePath::Step> steps;
        std::int64_t until = 0;  // covered so far
        for (const Line& line : lines) {
            if (line.until <= until || line.from >= end_) {
                continue;
            }
            if (line.from > until) {
                break;
            }
            if (!add_steps(line, model, until, steps, missing)) {
                return std::nullopt;
            }
            until = line.until;
        }
        if (until < end_) {
            missing = until == 0 ? "has no price" : "has no price from " + as_time(until) + " on";
            return std::nullopt;
        }
        auto path = PricePath::make(steps);
        if (!path) {
            topology::report(issues_, where_[lines.front().number],
                             "is too fine to be added up exactly", "use fewer decimals");
        } else if (too_much(*path, model)) {
            topology::report(issues_, where_[lines.front().number],
                             "is more than 4e12 " + prices_.currency + " over the run");
        }
        return path;
    }

    // Amounts are micro-units in 63 bits.
    bool too_much(const PricePath& path, std::uint32_t model) const {
        constexpr money::Wide kMost = 4'000'000'000'000'000'000;
        const auto gpus =
            static_cast<money::Wide>(std::max<std::uint64_t>(1, names_.models[model].gpus));
        for (std::size_t s = 0; s < path.steps(); ++s) {
            if (money::Wide{path.numerator(s)} / path.denominator() > kMost / (gpus * end_)) {
                return true;
            }
        }
        return false;
    }

    // The prices of the line from `from` to its end, or that of the run.
    bool add_steps(const Line& line, std::uint32_t model, std::int64_t from,
                   std::vector<PricePath::Step>& steps, std::string& missing) {
        const std::int64_t until = std::min(line.until, end_);
        for (std::size_t s = 0; s < line.steps.size(); ++s) {
            const bool last = s + 1 == line.steps.size();
            const std::int64_t begin = std::max(line.steps[s].first, from);
            const std::int64_t end = last ? until : std::min(line.steps[s + 1].first, until);
            if (begin >= end) {
                continue;
            }
            const auto price = per_gpu(line.steps[s].second, line.basis, names_.models[model]);
            if (!price) {
                missing = "has a price per P, but its rate with sparsity is not known";
                return false;
            }
            const auto rate = price->rate();
            if (!rate) {
                topology::report(issues_, where_[line.number], "is too fine to be exact",
                                 "use fewer decimals");
                missing = "has no exact price";
                return false;
            }
            if (steps.empty() || !(steps.back().rate == *rate)) {
                steps.push_back({Ticks{static_cast<std::uint32_t>(begin)}, *rate});
            }
        }
        return true;
    }

    const PricesSpec& prices_;
    const PriceNames& names_;
    const PriceClock& clock_;
    Exchange exchange_;
    Where where_;  // of the list
    Issues& issues_;
    std::int64_t end_;  // tick
    std::array<std::vector<Line>, money::kPlans> lines_;
    std::set<std::pair<std::size_t, std::size_t>> told_;
};

}  // namespace

CompiledList compile_price_list(const PricesSpec& prices, const PriceNames& names,
                                const PriceClock& clock, const Where& where, Issues& issues) {
    return ListCompiler(prices, names, clock, where, issues).compile();
}

std::optional<Exact> per_gpu(const Exact& price, PriceBasis basis, const PriceNames::Model& model) {
    if (basis != PriceBasis::kPflops) {
        return price;
    }
    if (model.sparse_gflops == 0) {
        return std::nullopt;
    }
    return price.times(static_cast<money::Wide>(model.sparse_gflops), 1'000'000);
}

std::optional<std::uint32_t> find_model(const std::string& name, const PriceNames& names,
                                        const Where& where, Issues& issues) {
    std::vector<std::string> known;
    for (std::uint32_t m = 0; m < names.models.size(); ++m) {
        if (names.models[m].name == name) {
            return m;
        }
        known.push_back(names.models[m].name);
    }
    topology::report(issues, where, "the datacenter has no such GPU model (got '" + name + "')",
                     did_you_mean(name, known));
    return std::nullopt;
}

}  // namespace tidepool::scenario
