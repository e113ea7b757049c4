#include "sim/results/summary.h"

#include <string>

#include "sim/model/ratio.h"
#include "sim/results/kpi_table.h"

namespace tidepool::results {

void write_summary(h5::Group& root, const std::vector<double>& values, std::string_view currency) {
    h5::Group summary = root.group("summary");
    for (std::size_t k = 0; k < kKpis.size(); ++k) {
        const Kpi& kpi = kKpis[k];
        h5::Dataset scalar = summary.scalar(std::string(kpi.name).c_str(), values[k],
                                            {unit_of(kpi, currency), kpi.long_name, ""});
        scalar.attribute("better", name_of(kpi.better));
        scalar.attribute("group", name_of(kpi.group));
    }
}

std::vector<double> read_summary(const h5::Source& file) {
    std::vector<double> values;
    for (const Kpi& kpi : kKpis) {
        const std::string name = "summary/" + std::string(kpi.name);
        values.push_back(file.has(name) ? file.number(name) : model::kUndefined);
    }
    return values;
}

}  // namespace tidepool::results
