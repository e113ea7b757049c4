#include "sim/money/cost_book.h"

#include <algorithm>

#include "sim/money/annuity.h"

namespace tidepool::money {
namespace {

std::string problem_of(const Capital& capital) {
    Wide sum = 0;
    for (const CapitalItem& item : capital.items) {
        sum += item.cost.micro;
        if (item.cost.micro < 0 || item.residual.micro < 0 || item.residual > item.cost) {
            return "a residual value below zero or above the cost";
        }
        if (item.life == 0 || item.life > 100 * kTicksPerYear) {
            return "a life that is not within 100 years";
        }
    }
    if (sum > kMostMoney) {
        return "capital of more than 1e12";
    }
    if (capital.term > kMostTerm || !(capital.wacc >= 0) || capital.wacc > 1) {
        return "a term above 30 years or a cost of capital that is no share";
    }
    const bool term_needed = capital.charge == CapitalCharge::kAnnuity || capital.loan > 0;
    if (term_needed && capital.term == 0) {
        return "neither annuity nor loan without a term";
    }
    if (capital.charge == CapitalCharge::kAnnuity && capital.loan > 0) {
        return "a loan beside an annuity, which is one";
    }
    const bool shares = capital.loan >= 0 && capital.loan <= kBillion && capital.interest >= 0 &&
                        capital.interest <= kBillion;
    return shares ? "" : "a loan or an interest that is no share";
}

std::string problem_of(const Power& power) {
    Wide sum = power.constant;
    for (const ModelPower& model : power.models) {
        sum += model.milliwatts;
        if (model.gpus == 0) {
            return "power of servers without GPUs";
        }
    }
    if (sum > kMostMilliwatts) {
        return "more than 10 GW";
    }
    for (const std::int64_t share : {power.busy, power.idle, power.down}) {
        if (share < 0 || share > kMillion) {
            return "a state that draws more than the largest draw";
        }
    }
    return power.pue < kMillion || power.pue > kMostPue ? "a PUE that is not within 1 to 3" : "";
}

std::string problem_of(const Electricity& electricity) {
    const auto bad = [](std::int64_t price) { return price < 0 || price > kMostPowerPrice; };
    std::uint64_t free_from = 0;
    for (const PriceWindow& window : electricity.windows) {
        if (window.from < free_from || window.until <= window.from || window.until > kTicksPerDay ||
            bad(window.price)) {
            return "windows of prices that overlap, or a price that is not within 0 to 10 per kWh";
        }
        free_from = window.until;
    }
    return bad(electricity.price) || electricity.clock >= kTicksPerDay
               ? "a price of electricity that is not within 0 to 10 per kWh"
               : "";
}

std::string problem_of(const Carbon& carbon) {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < carbon.steps.size(); ++i) {
        const CarbonStep& step = carbon.steps[i];
        if ((i == 0 ? step.from != 0 : step.from <= last) || step.intensity > 100'000'000) {
            return "a carbon series out of order, or above 10 kg per kWh";
        }
        last = step.from;
    }
    return carbon.steps.empty() || carbon.until <= last ? "a carbon series without an end" : "";
}

std::string problem_of(const Outlook& outlook) {
    if (outlook.months == 0 || outlook.months > kMostMonths || outlook.prices.empty() ||
        outlook.ramp > kMostMonths || !(outlook.ramp_from >= 0) || outlook.ramp_from > 1) {
        return "an outlook that is not within 1 to 600 months";
    }
    const bool whole = outlook.steady_from == outlook.steady_until;
    if (!whole &&
        (outlook.steady_from > outlook.steady_until || outlook.steady_from % kTicksPerDay != 0 ||
         outlook.steady_until % kTicksPerDay != 0)) {
        return "a steady state that is not made of whole days";
    }
    return std::ranges::all_of(outlook.prices, [](double p) { return p >= 0 && p <= 1e3; })
               ? ""
               : "a path of prices below zero or above 1,000 times today's";
}

// No run of that length costs more, in micro-units.
Wide worst_case(const CostBook& book, const Usage& usage) {
    const Wide end = usage.end.value, years = end / kTicksPerYear + 1;
    const Amount bought = capex(book);
    Wide sum = bought.micro;
    if (book.capital.charge == CapitalCharge::kAnnuity) {
        sum += Wide{annuity(bought, book.capital.wacc, book.capital.term).micro} * 12 * years;
    }
    if (book.capital.loan > 0) {
        sum += Wide{bought.micro} * book.capital.interest / kBillion * years;
    }
    for (const RecurringCost& cost : book.recurring) {
        sum += Wide{cost.a_year.micro} * years;
    }
    if (book.rent) {
        sum += end * usage.gpus * book.rent->price.numerator / book.rent->price.denominator;
    }
    if (book.electricity) {
        std::int64_t price = book.electricity->price;
        for (const PriceWindow& window : book.electricity->windows) {
            price = std::max(price, window.price);
        }
        Wide milliwatts = book.power->constant;
        for (const ModelPower& model : book.power->models) {
            milliwatts += model.milliwatts;
        }
        const Wide hours = end / kTicksPerHour + 1;
        sum += milliwatts * book.power->pue / kMillion * hours * price / kBillion;
    }
    return sum;
}

}  // namespace

std::string problem_of(const CostBook& book) {
    if (std::string problem = problem_of(book.capital); !problem.empty()) {
        return problem;
    }
    Wide sum = 0;
    for (const RecurringCost& cost : book.recurring) {
        sum += cost.a_year.micro;
        if (cost.a_year.micro < 0) {
            return "a cost below zero";
        }
    }
    if (sum > kMostMoney) {
        return "costs of more than 1e12 a year";
    }
    if (book.rent && (book.rent->price.numerator < 0 || book.rent->price.denominator <= 0 ||
                      Wide{book.rent->price.numerator} * kTicksPerHour >
                          Wide{book.rent->price.denominator} * kMostRent * kMicro)) {
        return "a rent above 1e6 per GPU-hour";
    }
    if ((book.electricity || book.carbon) && !book.power) {
        return "electricity without a power";
    }
    std::string problem = book.power ? problem_of(*book.power) : "";
    if (problem.empty() && book.electricity) {
        problem = problem_of(*book.electricity);
    }
    if (problem.empty() && book.carbon) {
        problem = problem_of(*book.carbon);
    }
    if (problem.empty() && book.outlook) {
        problem = problem_of(*book.outlook);
    }
    if (problem.empty() && (book.tax < 0 || book.tax > kBillion)) {
        problem = "a tax that is no share";
    }
    return problem;
}

std::string problem_of(const CostBook& book, Ticks end) {
    if (book.carbon && book.carbon->until < end.value) {
        return "the carbon series ends before the run does";
    }
    if (book.outlook && book.outlook->steady_until > end.value) {
        return "the run ends before the steady state of `outlook.steady` does";
    }
    return book.outlook && end.value == 0 ? "a run of no time has no steady state" : "";
}

std::string problem_of(const CostBook& book, const Usage& usage) {
    const std::uint64_t end = usage.end.value;
    if (book.power) {
        const std::uint64_t bins = (end + usage.bin_width.value - 1) / usage.bin_width.value;
        for (std::size_t m = 0; m < usage.models.size(); ++m) {
            const auto& models = book.power->models;
            const auto known = std::ranges::find(models, usage.models[m], &ModelPower::model);
            if (known == models.end()) {
                return "no power is known of servers with the GPU model " + usage.models[m];
            }
            if (usage.model_gpus[m] > known->gpus) {
                return "the run has more GPUs of the model " + usage.models[m] +
                       " than the datacenter whose costs these are";
            }
            if (usage.states[m].size() != bins) {
                return "the run tells the states of its GPUs for a part of its time only";
            }
        }
    }
    if (worst_case(book, usage) > kMostOfRun) {
        return "the run costs more than 8e12";
    }
    return problem_of(book, usage.end);
}

Amount capex(const CostBook& book) {
    Amount sum;
    for (const CapitalItem& item : book.capital.items) {
        sum += item.cost;
    }
    return sum;
}

}  // namespace tidepool::money
