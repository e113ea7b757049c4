#include "sim/scenario/compile_costs.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "sim/config/text.h"
#include "sim/scenario/carbon_trace.h"
#include "sim/scenario/compile_power.h"
#include "sim/scenario/cost_text.h"
#include "sim/scenario/overrides.h"
#include "topology/bill.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

using money::Amount;
using money::CostKind;
using topology::Where;

std::int64_t billionths(double share) {
    return std::llround(share * static_cast<double>(money::kBillion));
}

std::uint64_t whole_ticks(Seconds time) {
    return static_cast<std::uint64_t>(std::llround(time.value * kTicksPerSecond));
}

Amount share_of(Amount amount, double share) {
    return money::amount(money::Wide{amount.micro} * billionths(share), money::kBillion);
}

// FP16 rate with sparsity of all GPUs; empty if the catalogue does not say it of some.
std::optional<std::uint64_t> gigaflops_of(const topology::Topology& topology) {
    std::uint64_t sum = 0;
    for (const topology::Node& node : topology.nodes) {
        const topology::GpuModel& gpu = topology.gpu_models[node.gpu_model];
        if (!gpu.bf16 || !gpu.sparsity) {
            return std::nullopt;
        }
        sum += node.gpus *
               static_cast<std::uint64_t>(std::llround(gpu.bf16->value * *gpu.sparsity / 1e9));
    }
    return sum;
}

class Compiler {
public:
    Compiler(const CostsSpec& spec, const topology::Topology& topology,
             const Currencies& currencies, const Where& where, Issues& issues)
        : spec_(spec),
          topology_(topology),
          currencies_(currencies),
          where_(where),
          issues_(issues) {}

    money::CostBook compile() {
        const std::size_t before = issues_.list().size();
        book_.currency = currencies_.own;
        read_bases();
        read_capital();
        read_electricity();
        read_recurring();
        if (spec_.rent) {
            book_.rent = money::Rent{
                reader_.per_gpu_tick(spec_.rent->price, where_["rent"]["price"]), spec_.rent->of};
        }
        read_carbon_section();
        book_.tax = billionths(spec_.tax.value);
        read_outlook();
        check_names();
        if (issues_.list().size() == before) {
            if (const std::string problem = problem_of(book_); !problem.empty()) {
                report(issues_, where_, "these costs cannot be: " + problem);
            }
        }
        return std::move(book_);
    }

private:
    void read_bases() {
        bases_.servers = topology_.nodes.size();
        bases_.gpus = topology_.gpus();
        bases_.gigaflops = gigaflops_of(topology_);
        const bool told = spec_.power || spec_.electricity || spec_.carbon;
        const PowerSpec power = spec_.power.value_or(PowerSpec{});
        RatedPower rated = rated_power(power, topology_);
        if (rated.unknown.empty()) {
            bases_.milliwatts = rated.milliwatts();
        } else if (told) {
            std::string names;
            for (const std::string& name : rated.unknown) {
                names += (names.empty() ? "" : ", ") + name;
            }
            report(issues_, where_["power"], "the catalogue knows no power of: " + names,
                   "say it as `server` or `network`, or in the topology's `catalog`");
        }
        if (told) {
            book_.power = power_of(power, std::move(rated));
        }
    }

    void add_item(std::string name, Amount cost, std::optional<Seconds> life,
                  std::optional<Fraction> residual) {
        money::CapitalItem item;
        item.name = std::move(name);
        item.cost = cost;
        item.life = whole_ticks(life.value_or(spec_.depreciation.life));
        item.residual = share_of(cost, residual.value_or(spec_.depreciation.residual).value);
        book_.capital.items.push_back(std::move(item));
    }

    void read_catalog() {
        const Where where = where_["capex"]["catalog"];
        std::string without;
        for (const topology::BillLine& line : topology::bill(topology_).lines) {
            const std::string name = line.kind + " " + line.part;
            if (line.inside) {
                continue;
            }
            if (!line.price) {
                without += (without.empty() ? "" : ", ") + name;
                continue;
            }
            const double low = line.price->low, high = line.price->high;
            const double one = spec_.capex.catalog == CatalogPrices::kLow    ? low
                               : spec_.capex.catalog == CatalogPrices::kHigh ? high
                                                                             : (low + high) / 2;
            const bool dollars = line.price->currency == topology::Currency::kUsd;
            add_item(name,
                     reader_.piece(one * static_cast<double>(line.count), dollars ? "USD" : "CNY",
                                   where),
                     {}, {});
        }
        if (!without.empty()) {
            report(issues_, where, "the catalogue knows no price of: " + without,
                   "say what they cost in the topology's `catalog`, or take `catalog: none` and "
                   "list `items`");
        }
    }

    void read_capital() {
        if (spec_.capex.catalog != CatalogPrices::kNone) {
            read_catalog();
        }
        for (std::size_t i = 0; i < spec_.capex.items.size(); ++i) {
            const CapitalItemSpec& item = spec_.capex.items[i];
            add_item(item.name, reader_.once(item.cost, where_["capex"]["items"][i]["cost"]),
                     item.life, item.residual);
        }
        const CapitalSpec& from = spec_.capital;
        const Where where = where_["capital"];
        money::Capital& capital = book_.capital;
        capital.wacc = from.wacc.value;
        capital.term = static_cast<std::uint32_t>(from.term);
        capital.charge = from.charge;
        capital.loan = billionths(from.loan.value);
        capital.interest = billionths(from.interest.value);
        if (from.charge == money::CapitalCharge::kAnnuity && from.loan.value > 0) {
            report(issues_, where["loan"], "an annuity pays interest already",
                   "leave out `loan`, or take `charge: depreciation`");
        }
        if ((from.loan.value > 0) != (from.interest.value > 0)) {
            report(issues_, where[from.loan.value > 0 ? "interest" : "loan"],
                   "`loan` and `interest` go together");
        }
    }

    void read_electricity() {
        if (spec_.electricity) {
            book_.electricity =
                electricity_of(*spec_.electricity, reader_, where_["electricity"], issues_);
        }
    }

    void add_recurring(const std::string& name, CostKind kind, Amount a_year) {
        book_.recurring.push_back({name, kind, a_year});
    }

    void add_text(const char* key, CostKind kind, const std::string& text) {
        if (!text.empty()) {
            add_recurring(key, kind, reader_.a_year(text, where_[key]));
        }
    }

    void read_recurring() {
        add_text("colocation", CostKind::kColocation, spec_.colocation);
        if (spec_.maintenance.value > 0) {
            const bool small = issues_.empty() && problem_of(book_).empty();
            add_recurring("maintenance", CostKind::kStaff,
                          small ? share_of(capex(book_), spec_.maintenance.value) : Amount{});
        }
        add_text("staff", CostKind::kStaff, spec_.staff);
        add_text("software", CostKind::kSoftware, spec_.software);
        for (std::size_t i = 0; i < spec_.other.size(); ++i) {
            const OtherCostSpec& cost = spec_.other[i];
            add_recurring(cost.name, cost.kind,
                          reader_.a_year(cost.cost, where_["other"][i]["cost"]));
        }
    }

    void read_carbon_section() {
        if (!spec_.carbon) {
            return;
        }
        const CarbonSpec& from = *spec_.carbon;
        const Where where = where_["carbon"];
        if (from.file.empty() == from.intensity.empty()) {
            report(issues_, where, "needs either `file` or `intensity`");
        } else if (!from.intensity.empty()) {
            book_.carbon = constant_carbon(from.intensity, where["intensity"], issues_);
            if (!from.from.empty()) {
                report(issues_, where["from"], "goes with `file`");
            }
        } else {
            const Where file = where["file"];
            const std::string folder = file.value == nullptr ? "" : folder_of(*file.value);
            book_.carbon =
                read_carbon(joined(folder, from.file), from.from, where["from"], issues_);
        }
    }

    void read_outlook() {
        if (!spec_.outlook && book_.capital.items.empty()) {
            return;
        }
        const OutlookSpec from = spec_.outlook.value_or(OutlookSpec{});
        const Where where = where_["outlook"];
        money::Outlook& outlook = book_.outlook.emplace();
        outlook.months = months_of(from);
        outlook.ramp = static_cast<std::uint32_t>(from.ramp.over);
        outlook.ramp_from = from.ramp.from.value;
        outlook.replace = from.replace;
        if (!from.prices.empty()) {
            outlook.prices.clear();
            for (const Fraction& price : from.prices) {
                outlook.prices.push_back(price.value);
            }
            if (from.price_change.value != 0) {
                report(issues_, where["prices"], "says the path of prices a second time",
                       "leave out `prices` or `price_change`");
            }
        } else {
            const double factor = 1 + from.price_change.value;
            while (outlook.prices.size() < 50 && outlook.prices.back() * factor <= 1000) {
                outlook.prices.push_back(outlook.prices.back() * factor);
            }
        }
        read_steady(from, where["steady"], outlook);
    }

    std::uint32_t months_of(const OutlookSpec& from) const {
        if (from.years) {
            return static_cast<std::uint32_t>(12 * *from.years);
        }
        std::uint64_t longest = 0;
        for (const money::CapitalItem& item : book_.capital.items) {
            longest = std::max(longest, item.life);
        }
        const std::uint64_t months = (longest + money::kTicksPerMonth - 1) / money::kTicksPerMonth;
        return longest == 0 ? money::Outlook{}.months
                            : static_cast<std::uint32_t>(
                                  std::min<std::uint64_t>(months, money::kMostMonths));
    }

    void read_steady(const OutlookSpec& from, const Where& where, money::Outlook& outlook) {
        if (from.steady.empty()) {
            return;
        }
        const bool two = from.steady.size() == 2;
        const std::uint64_t begin = two ? whole_ticks(from.steady[0]) : 0;
        const std::uint64_t end = two ? whole_ticks(from.steady[1]) : 0;
        if (!two || begin >= end || begin % money::kTicksPerDay != 0 ||
            end % money::kTicksPerDay != 0) {
            report(issues_, where, "needs two whole days, the later one last",
                   "write it like [7 d, 30 d]");
            return;
        }
        outlook.steady_from = begin;
        outlook.steady_until = end;
    }

    void check_names() {
        std::set<std::string> seen{"electricity", "colocation", "maintenance", "staff",
                                   "software",    "rent",       "interest",    "tax"};
        const auto check = [&](const std::string& name, const Where& where) {
            if (!seen.insert(name).second) {
                report(issues_, where,
                       "another cost has this name (got " + config::shown(name) + ")");
            }
        };
        for (std::size_t i = 0; i < spec_.capex.items.size(); ++i) {
            check(spec_.capex.items[i].name, where_["capex"]["items"][i]["name"]);
        }
        for (std::size_t i = 0; i < spec_.other.size(); ++i) {
            check(spec_.other[i].name, where_["other"][i]["name"]);
        }
    }

    const CostsSpec& spec_;
    const topology::Topology& topology_;
    const Currencies& currencies_;
    const Where where_;
    Issues& issues_;
    CostBases bases_;
    CostReader reader_{bases_, currencies_, issues_};
    money::CostBook book_;
};

}  // namespace

Currencies currencies_of(const CostsSpec& spec) {
    return {spec.currency.empty() ? "USD" : spec.currency, spec.rates};
}

money::CostBook compile_costs(const CostsSpec& spec, const topology::Topology& topology,
                              const Currencies& currencies, const config::Value& where,
                              const std::string& path, Issues& issues) {
    return Compiler(spec, topology, currencies, Where::root(where, path), issues).compile();
}

}  // namespace tidepool::scenario
