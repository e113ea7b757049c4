#include "sim/scenario/compile_power.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "sim/config/number.h"
#include "sim/config/text.h"
#include "topology/bill.h"

namespace tidepool::scenario {
namespace {

using topology::Where;

std::uint64_t milliwatts_of(Watts power) {
    return static_cast<std::uint64_t>(std::llround(power.value * 1e3));
}

std::int64_t millionths(double share) {
    return std::llround(share * static_cast<double>(money::kMillion));
}

void add_network(const topology::Topology& topology, RatedPower& rated) {
    for (const topology::BillLine& line : topology::bill(topology).lines) {
        if (line.inside || line.kind == "server") {
            continue;
        }
        if (line.power) {
            rated.constant += line.count * milliwatts_of(*line.power);
        } else {
            rated.unknown.push_back(line.kind + " " + line.part);
        }
    }
}

struct Cut {  // a window, or the part of one before or after midnight
    money::PriceWindow window;
    std::size_t number = 0;
};

}  // namespace

std::uint64_t RatedPower::milliwatts() const {
    std::uint64_t sum = constant;
    for (const money::ModelPower& model : models) {
        sum += model.milliwatts;
    }
    return sum;
}

RatedPower rated_power(const PowerSpec& spec, const topology::Topology& topology) {
    RatedPower rated;
    for (const topology::GpuModel& model : topology.gpu_models) {
        rated.models.push_back({model.name, 0, 0});
    }
    std::set<std::string> unknown;
    for (const topology::Node& node : topology.nodes) {
        const topology::Server& server = topology.servers[node.server];
        const std::optional<Watts> power = spec.server ? spec.server : server.power;
        rated.models[node.gpu_model].gpus += node.gpus;
        if (power) {
            rated.models[node.gpu_model].milliwatts += milliwatts_of(*power);
        } else {
            unknown.insert("server " + server.name);
        }
    }
    std::erase_if(rated.models, [](const money::ModelPower& model) { return model.gpus == 0; });
    rated.unknown.assign(unknown.begin(), unknown.end());
    if (spec.network) {
        rated.constant += milliwatts_of(*spec.network);
    } else {
        add_network(topology, rated);
    }
    rated.constant += milliwatts_of(spec.storage);
    return rated;
}

money::Power power_of(const PowerSpec& spec, RatedPower rated) {
    money::Power power;
    power.models = std::move(rated.models);
    power.constant = rated.constant;
    power.busy = millionths(spec.busy.value);
    power.idle = millionths(spec.idle.value);
    power.down = millionths(spec.down.value);
    power.pue = millionths(spec.pue);
    return power;
}

money::Electricity electricity_of(const ElectricitySpec& spec, CostReader& reader,
                                  const Where& where, Issues& issues) {
    const auto ticks = [](Seconds time) {
        return static_cast<std::uint32_t>(std::llround(time.value * kTicksPerSecond));
    };
    constexpr auto kDay = static_cast<std::uint32_t>(money::kTicksPerDay);
    money::Electricity electricity;
    electricity.price = reader.per_kwh(spec.price, where["price"]);
    electricity.clock = std::min(ticks(spec.run_starts), kDay - 1);
    std::vector<Cut> cuts;
    for (std::size_t i = 0; i < spec.time_of_use.size(); ++i) {
        const PriceWindowSpec& window = spec.time_of_use[i];
        const Where at = where["time_of_use"][i];
        const std::int64_t price = reader.per_kwh(window.price, at["price"]);
        const std::uint32_t from = ticks(window.from) % kDay, until = ticks(window.until);
        if (from == until) {
            report(issues, at, "a window needs some length");
        } else if (from < until) {
            cuts.push_back({{from, until, price}, i});
        } else {
            cuts.push_back({{from, kDay, price}, i});
            if (until > 0) {
                cuts.push_back({{0, until, price}, i});
            }
        }
    }
    std::ranges::sort(cuts, {}, [](const Cut& cut) { return cut.window.from; });
    for (std::size_t c = 0; c < cuts.size(); ++c) {
        if (c > 0 && cuts[c].window.from < cuts[c - 1].window.until) {
            const auto [first, second] = std::minmax(cuts[c - 1].number, cuts[c].number);
            report(issues, where["time_of_use"][second],
                   "overlaps time_of_use[" + std::to_string(first) + "]");
        }
        electricity.windows.push_back(cuts[c].window);
    }
    return electricity;
}

money::Carbon constant_carbon(const std::string& text, const Where& where, Issues& issues) {
    const std::size_t length = config::number_length(text);
    std::string_view unit = std::string_view(text).substr(length);
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    const auto grams = parse_ratio(std::string_view(text).substr(0, length));
    if (length == 0 || unit != "g/kWh" || !grams.ok()) {
        report(issues, where, "expected an intensity (got " + config::shown(text) + ")",
               "write it like 380 g/kWh");
        return {};
    }
    const auto exact = product(grams.value, {10'000, 1});
    const auto intensity = exact ? nearest_integer(*exact) : std::nullopt;
    if (!intensity || *intensity > 100'000'000) {
        report(issues, where, "more than 10 kg per kWh (got " + config::shown(text) + ")");
        return {};
    }
    return {{{0, static_cast<std::uint64_t>(*intensity)}},
            std::numeric_limits<std::uint64_t>::max()};
}

}  // namespace tidepool::scenario
