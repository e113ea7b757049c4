#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "sim/base/json.h"
#include "sim/cli/commands.h"
#include "sim/config/field.h"
#include "sim/config/units.h"
#include "sim/model/model_catalog.h"
#include "sim/model/serving_catalog.h"
#include "sim/model/step_time.h"
#include "sim/results/kpi_table.h"
#include "sim/scenario/compile_costs.h"
#include "sim/scenario/price_presets.h"
#include "sim/scenario/spec.h"
#include "topology/catalog.h"
#include "topology/failure_presets.h"
#include "topology/load.h"
#include "workloads/formats.h"

namespace tidepool::cli {
namespace {

struct Entry {
    std::string name, doc;
};
struct List {
    std::string kind;  // as on the command line
    std::string title;
    std::vector<Entry> entries;
};

template <class Rows>
List list_of(std::string kind, std::string title, const Rows& rows) {
    List list{std::move(kind), std::move(title), {}};
    for (const auto& row : rows) {
        list.entries.push_back({std::string(row.name), std::string(row.summary)});
    }
    return list;
}

using config::Dimension;
using config::print_human;

std::string doc_of(const topology::GpuModel& gpu) {
    std::string doc = gpu.vendor + ", " + print_human(gpu.memory.value, Dimension::kBytes);
    if (gpu.bf16) {
        doc += ", " + print_human(gpu.bf16->value, Dimension::kFlops) + " dense BF16";
    }
    return doc;
}

std::string doc_of(const topology::Server& server) {
    std::string doc = std::to_string(server.gpus) + " x " + server.gpu;
    if (server.nics > 0) {
        doc += ", " + std::to_string(server.nics) + " x " + server.nic;
    }
    return doc;
}

std::string doc_of(const topology::Switch& part) {
    return std::to_string(part.ports) + " ports of " +
           print_human(part.rate.value, Dimension::kRate);
}

List models() {
    List list{"models", "Models (model --model, communication.model.name)", {}};
    for (const model::KnownModel& row : model::known_models()) {
        model::ModelShape shape;
        shape.name = row.name;
        const auto billions = [](double parameters) {
            return config::print_human(std::round(parameters / 1e8) / 10, Dimension::kFraction) +
                   "B parameters";
        };
        std::string doc = billions(model::parameters_of(shape)) + ", " +
                          std::to_string(row.layers) + " layers of " + std::to_string(row.hidden);
        if (row.experts > 0) {
            doc += ", " + std::to_string(row.experts) + " experts";
        }
        doc += "; " + std::string(row.source) + (row.confirmed ? "" : " (unconfirmed)");
        list.entries.push_back({std::string(row.name), doc});
    }
    return list;
}

List serving() {
    List list{"serving", "Measured units of inference (unit.model, unit.gpu)", {}};
    for (const model::ServingUnit& row : model::serving_units()) {
        const double prompt =
            1e9 * (1 << 12) / static_cast<double>(time_at(row.unit.prefill, 1 << 12));
        const double batch = row.unit.batch_limit;
        const double answer =
            1e9 * batch / static_cast<double>(time_at(row.unit.decode, row.unit.batch_limit));
        const auto rate = [](double value) {
            return config::print_human(std::round(value / 10) / 100, Dimension::kFraction) + " k";
        };
        list.entries.push_back({row.model + " " + row.gpu,
                                std::to_string(row.gpus) + " GPUs: " + rate(prompt) +
                                    " prompt or " + rate(answer) +
                                    " answer tokens/s in batches of " +
                                    std::to_string(row.unit.batch_limit) + "; " + row.source});
    }
    return list;
}

template <class Parts>
List parts_of(std::string kind, std::string title, const Parts& parts) {
    List list{std::move(kind), std::move(title), {}};
    for (const auto& part : parts) {
        list.entries.push_back({part.name, doc_of(part)});
    }
    return list;
}

std::vector<List> all_lists() {
    std::vector<List> lists{
        list_of("queues", "Queue policies (scheduler.queue)",
                config::KindTable<core::QueuePolicy>::kinds),
        list_of("placements", "Placement rules (scheduler.placement)",
                config::KindTable<scenario::PlacementChoice>::kinds),
        list_of("formats", "Trace formats (workloads[].trace.format)",
                config::KindTable<workloads::Format>::kinds),
    };
    List topologies{"topologies", "Topology presets (topology.preset)", {}};
    for (const topology::PresetSummary& preset : topology::presets()) {
        topologies.entries.push_back({preset.name, preset.about});
    }
    lists.push_back(topologies);
    List failures{"failures", "Failure calibrations (failures.preset)", {}};
    for (const topology::NamedFailurePreset& row : topology::failure_presets()) {
        failures.entries.push_back({row.name, row.preset.about});
    }
    lists.push_back(failures);
    List costs{"costs", "Costs (costs.preset)", {}};
    for (const scenario::CostPreset& preset : scenario::cost_presets()) {
        costs.entries.push_back({preset.name, preset.about});
    }
    lists.push_back(costs);
    const auto add_prices = [&](std::string kind, std::string title, const auto& presets) {
        List list{std::move(kind), std::move(title), {}};
        for (const scenario::PricePreset& preset : presets) {
            list.entries.push_back({preset.name, preset.about});
        }
        lists.push_back(std::move(list));
    };
    add_prices("prices", "Prices (prices.preset)", scenario::price_presets());
    add_prices("token-prices", "Prices of tokens (prices.tokens[].preset)",
               scenario::token_presets());
    add_prices("sla", "Promises of availability (sla.preset)", scenario::sla_presets());
    const topology::Catalog& catalog = topology::shipped_catalog();
    lists.push_back(parts_of("gpus", "GPUs of the catalogue", catalog.gpus));
    lists.push_back(parts_of("servers", "Servers of the catalogue", catalog.servers));
    lists.push_back(parts_of("switches", "Switches of the catalogue", catalog.switches));
    lists.push_back(models());
    lists.push_back(serving());
    List kpis{"kpis", "KPIs (/summary)", {}};
    for (const results::Kpi& kpi : results::kKpis) {
        const std::string unit = kpi.unit == "1" ? "" : " [" + std::string(kpi.unit) + "]";
        kpis.entries.push_back({std::string(kpi.name), std::string(kpi.long_name) + unit});
    }
    lists.push_back(kpis);
    return lists;
}

void print_json(const std::vector<List>& lists) {
    JsonWriter json;
    json.begin_object();
    for (const List& list : lists) {
        json.key(list.kind).begin_array();
        for (const Entry& entry : list.entries) {
            json.begin_object().member("name", entry.name).member("doc", entry.doc).end_object();
        }
        json.end_array();
    }
    std::cout << json.end_object().str();
}

void print_text(const List& list) {
    std::size_t width = 0;
    for (const Entry& entry : list.entries) {
        width = std::max(width, entry.name.size());
    }
    std::cout << list.title << '\n';
    for (const Entry& entry : list.entries) {
        const std::string gap(entry.doc.empty() ? 0 : width + 2 - entry.name.size(), ' ');
        std::cout << "  " << entry.name << gap << entry.doc << '\n';
    }
}

}  // namespace

ExitCode list_command(const Arguments& arguments) {
    std::vector<List> lists = all_lists();
    if (!arguments.kind.empty()) {
        std::erase_if(lists, [&](const List& list) { return list.kind != arguments.kind; });
    }
    if (arguments.json) {
        print_json(lists);
        return ExitCode::kOk;
    }
    for (std::size_t i = 0; i < lists.size(); ++i) {
        std::cout << (i > 0 ? "\n" : "");
        print_text(lists[i]);
    }
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
