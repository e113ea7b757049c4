#include "sim/results/money_tables.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/model/kpis.h"
#include "sim/results/columns.h"

namespace tidepool::results {
namespace {

using money::CostLine;
using money::Credit;
using money::RevenueLine;

constexpr std::array<std::string_view, money::kItems> kItemNames{
    "reserved",  "overage",       "on-demand",  "spot",   "block",
    "tokens-in", "tokens-cached", "tokens-out", "refund", "commission"};

constexpr std::array<std::string_view, money::kCostKinds> kCostKindNames{
    "depreciation", "electricity", "colocation", "staff",    "software",
    "network",      "rent",        "other",      "interest", "tax"};

constexpr std::string_view kUnits = "1e-6 of the attribute `currency`";

void write_revenue(h5::Group& group, const std::vector<RevenueLine>& lines) {
    Columns<RevenueLine> columns(group.group("revenue"), "line", lines);
    columns.number_rows("row number, from 0: by day, tenant, item, GPU model");
    columns.add<std::uint32_t>("day", "1", "24 h since the start of the run, from 0",
                               [](const RevenueLine& l) { return l.day; });
    columns.add<std::uint32_t>("tenant", "1", "row of /dim/tenant",
                               [](const RevenueLine& l) { return l.tenant; });
    columns.add_enum("item", kItemNames, "what it is for",
                     [](const RevenueLine& l) { return l.item; });
    columns.add_optional(
        "gpu_model", "row of /dim/gpu_model; -1: tokens",
        [](const RevenueLine& l) { return l.model == money::kNone ? Row{} : Row{l.model}; });
    columns.add<std::uint64_t>("pieces", "1", "GPU-ticks of 1/16 s charged, or tokens",
                               [](const RevenueLine& l) { return l.pieces; });
    columns.add<std::int64_t>("amount", kUnits, "charged; negative: given back",
                              [](const RevenueLine& l) { return l.amount.micro; });
    columns.close();
}

void write_credits(h5::Group& group, const std::vector<Credit>& credits) {
    Columns<Credit> columns(group.group("credits"), "credit", credits);
    columns.number_rows("row number, from 0: by month, tenant, node");
    columns.add<std::uint32_t>("month", "1", "730 h since the start of the run, from 0",
                               [](const Credit& c) { return c.month; });
    columns.add<std::uint32_t>("tenant", "1", "row of /dim/tenant",
                               [](const Credit& c) { return c.tenant; });
    columns.add<std::uint32_t>("node", "1", "row of /nodes",
                               [](const Credit& c) { return c.node; });
    columns.add<double>("down", "h", "not to be reached, as far as it counts",
                        [](const Credit& c) { return model::gpu_hours(c.down); });
    columns.add<std::int64_t>("fee", kUnits, "what the node cost the tenant in the month",
                              [](const Credit& c) { return c.fee.micro; });
    columns.add<std::int64_t>("amount", kUnits, "given back",
                              [](const Credit& c) { return c.amount.micro; });
    columns.close();
}

void write_costs(h5::Group& group, const std::vector<CostLine>& costs) {
    std::vector<std::string_view> names;
    for (const CostLine& line : costs) {
        names.push_back(line.name);
    }
    Columns<CostLine> columns(group.group("costs"), "line", costs);
    columns.number_rows("row number, from 0: in the order of the cost book");
    columns.add(columns.group().texts("name", names, {"", "what it is for", ""}));
    columns.add_enum("kind", kCostKindNames, "kind of cost",
                     [](const CostLine& l) { return l.kind; });
    columns.add<std::int64_t>("amount", kUnits, "over the run",
                              [](const CostLine& l) { return l.amount.micro; });
    columns.close();
}

void write_cash(h5::Group& group, const std::vector<double>& cash) {
    struct Month {
        double cash = 0;
    };
    std::vector<Month> months;
    for (const double value : cash) {
        months.push_back({value});
    }
    Columns<Month> columns(group.group("cash"), "month", months);
    columns.number_rows("months of 730 h since the investment; row 0: the investment itself");
    columns.add<double>("cumulative", "1",
                        "cash paid out (negative) and in by the end of the month",
                        [](const Month& m) { return m.cash; });
    columns.close();
}

}  // namespace

void write_money(h5::Group& root, const money::Statement& statement) {
    h5::Group group = root.group("money");
    group.attribute("currency", statement.currency);
    write_revenue(group, statement.revenue);
    write_credits(group, statement.credits);
    write_costs(group, statement.costs);
    if (statement.investment) {
        write_cash(group, statement.investment->cumulative_cash);
    }
}

}  // namespace tidepool::results
