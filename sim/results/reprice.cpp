#include "sim/results/reprice.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "sim/base/issue.h"
#include "sim/results/h5.h"
#include "sim/results/h5_source.h"
#include "sim/results/kpi_table.h"
#include "sim/results/money_tables.h"
#include "sim/results/result_file.h"
#include "sim/results/summary.h"
#include "sim/results/usage_tables.h"

namespace tidepool::results {
namespace {

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || !text) {
        throw RunError("cannot read " + path);
    }
    return std::move(text).str();
}

void require_run(const h5::Source& file, const std::string& path) {
    if (!file.has_attribute("tidepool_schema") || file.has_attribute("kind") ||
        !file.has_attribute("status")) {
        throw input_error(path, "is not the result of a run");
    }
    if (const std::string schema = file.text_attribute("tidepool_schema");
        schema != kSchemaVersion) {
        throw input_error(path, "has a layout of another version (got '" + schema + "')",
                          "run its scenario again");
    }
    if (file.text_attribute("status") != name_of(Status::kComplete)) {
        throw input_error(path, "is not the result of a run that came to its end");
    }
    if (!file.has("usage")) {
        throw input_error(path, "has no /usage",
                          "only runs of scenarios with `prices` or `costs` can be billed again");
    }
}

}  // namespace

BilledRun read_billed_run(const std::string& path) {
    const h5::Source file(path);
    require_run(file, path);
    BilledRun run;
    run.title = file.text_attribute("title");
    run.origin = file.text_attribute("start");
    run.resolved_yaml = file.text("scenario/resolved_yaml");
    run.kpis = read_summary(file);
    run.usage = read_usage(file);
    run.bytes = bytes_of(path);
    return run;
}

std::vector<double> repriced_kpis(const BilledRun& run, const money::Statement& statement) {
    model::Totals totals;
    totals.money = &statement;
    std::vector<double> values = run.kpis;
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        if (kKpis[k].group == Group::kMoney) {
            values[k] = kKpis[k].value(totals);
        }
    }
    return values;
}

std::string repriced_image(const BilledRun& run, const money::Statement& statement,
                           const std::string& resolved_yaml, const std::string& price_yaml) {
    h5::Image image(run.bytes);
    {
        h5::Group root = image.root();
        root.remove("summary");
        root.remove("money");
        write_summary(root, repriced_kpis(run, statement), statement.currency);
        write_money(root, statement);
        h5::Group scenario = root.existing("scenario");
        scenario.remove("resolved_yaml");
        scenario.remove("repriced_yaml");
        scenario.text("resolved_yaml", resolved_yaml,
                      {"", "scenario with includes, overrides and defaults, in SI units", ""});
        scenario.text("repriced_yaml", price_yaml,
                      {"", "what the run was billed again with, verbatim", ""});
    }
    return std::move(image).bytes();
}

}  // namespace tidepool::results
