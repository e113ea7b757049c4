#pragma once
// The options of `tidepool model tco` and `tidepool model payback`. Money is a plain number, of any
// one currency.

#include <cstdint>
#include <tuple>

#include "sim/cli/model_input.h"

namespace tidepool::cli {

struct TcoQuestion {
    double capex = 0;
    std::int64_t gpus = 8;
    Fraction wacc;
    std::int64_t months = 60;
    Watts power;
    double electricity = 0;
    Fraction load{1};
    double pue = 1;
    double colocation = 0, other = 0;
    Fraction occupancy{1};
};

struct PaybackQuestion {
    double capex = 0, revenue = 0;
    Fraction occupancy{1};
    double opex = 0;
    Fraction wacc;
    std::int64_t years = 5;
    Fraction residual;
    std::int64_t ramp = 0;
    Fraction ramp_from;
    Fraction price_change;
};

}  // namespace tidepool::cli

namespace tidepool::config {

inline constexpr double kMostMoney = 1e12;

template <>
struct SpecTable<cli::TcoQuestion> {
    using Spec = cli::TcoQuestion;
    static constexpr std::string_view name = "tco", doc = "Options of model tco.";
    static constexpr std::tuple fields{
        Field{"capex", &Spec::capex, required(0, kMostMoney),
              "What a server costs, its share of network, storage and building included"},
        Field{"gpus", &Spec::gpus, optional(1, 1e6), "GPUs of a server; default: 8"},
        Field{"wacc", &Spec::wacc, optional(0, 1),
              "Cost of capital per year, e.g. '10.25 %'; default: 0, a straight line"},
        Field{"months", &Spec::months, optional(1, 360),
              "In which equal payments return capital and interest; default: 60"},
        Field{"power", &Spec::power, optional(0, 1e9), "Of a server, rated, e.g. '10.2 kW'"},
        Field{"electricity", &Spec::electricity, optional(0, 10), "Price of a kWh; default: 0"},
        Field{"load", &Spec::load, optional(0, 1),
              "Share of the rated power that is drawn; default: 1"},
        Field{"pue", &Spec::pue, optional(1, 3), "Power of the building over that; default: 1"},
        Field{"colocation", &Spec::colocation, optional(0, 1e6),
              "Price of a kW of rated power per month; default: 0"},
        Field{"other", &Spec::other, optional(0, kMostMoney),
              "Further costs of a server per month; default: 0"},
        Field{"occupancy", &Spec::occupancy, optional(0.001, 1),
              "Share of the time that is sold; default: 1"}};
};

template <>
struct SpecTable<cli::PaybackQuestion> {
    using Spec = cli::PaybackQuestion;
    static constexpr std::string_view name = "payback", doc = "Options of model payback.";
    static constexpr std::tuple fields{
        Field{"capex", &Spec::capex, required(0.01, kMostMoney), "What is paid at the start"},
        Field{"revenue", &Spec::revenue, required(0, kMostMoney), "Of a year in which all is sold"},
        Field{"occupancy", &Spec::occupancy, optional(0, 1), "Share that is sold; default: 1"},
        Field{"opex", &Spec::opex, optional(0, kMostMoney),
              "Costs of running for a year, whatever is sold; default: 0"},
        Field{"wacc", &Spec::wacc, optional(0, 1), "Cost of capital per year; default: 0"},
        Field{"years", &Spec::years, optional(1, 50),
              "Life, and horizon of the present value; default: 5"},
        Field{"residual", &Spec::residual, optional(0, 1),
              "Share of the capex that is left after them; default: 0"},
        Field{"ramp", &Spec::ramp, optional(0, 600),
              "Months until all of the revenue is there; default: 0"},
        Field{"ramp_from", &Spec::ramp_from, optional(0, 1),
              "Share of it at the start; default: 0"},
        Field{"price_change", &Spec::price_change, optional(-1, 1),
              "Of prices from year to year, e.g. '-10 %'; default: 0"}};
};

}  // namespace tidepool::config
