#include "sim/scenario/slowdown_table.h"

#include <map>
#include <tuple>
#include <utility>

#include "sim/config/read.h"
#include "sim/config/write.h"
#include "topology/where.h"

namespace tidepool::scenario {
namespace {

template <class T>
std::string lines_of(const char* key, const std::vector<T>& items) {
    if (items.empty()) {
        return std::string(key) + ": []\n";
    }
    std::string text = std::string(key) + ":\n";
    for (const T& item : items) {
        text += "  - " + config::to_flow_yaml(config::Writer<T>::write(item)) + '\n';
    }
    return text;
}

}  // namespace

void validate(const SlowdownRow& row, const config::Value& value, const std::string& path,
              Issues& issues) {
    const topology::Where where = topology::Where::root(value, path);
    const auto power_of_two = [&](const char* key, std::int64_t number) {
        if ((number & (number - 1)) != 0) {
            report(issues, where[key],
                   "must be a power of two (got '" + std::to_string(number) + "')");
        }
    };
    power_of_two("leaves", row.leaves);
    power_of_two("pods", row.pods);
}

void validate(const SlowdownTable& table, const config::Value& value, const std::string& path,
              Issues& issues) {
    const topology::Where where = topology::Where::root(value, path);
    if (table.rows.empty()) {
        report(issues, where["rows"], "needs at least one row");
    }
    std::map<std::tuple<std::string, std::int64_t, std::int64_t, Oversubscription>, std::size_t>
        known;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const SlowdownRow& row = table.rows[r];
        const auto [at, is_new] =
            known.try_emplace(std::tuple(row.job, row.leaves, row.pods, row.fabric()), r);
        if (!is_new) {
            report(issues, where["rows"][r],
                   "says the same as rows[" + std::to_string(at->second) + "]", "keep one of them");
        }
    }
}

SlowdownTable read_slowdowns(const std::string& path, Issues& issues) {
    return config::read<SlowdownTable>(config::load_yaml(path, issues), "", issues);
}

std::string to_text(const SlowdownTable& table) {
    return "# Slow-downs from `tidepool calibrate`; docs/network.md says what they mean.\n"
           "tidepool_slowdowns: " +
           std::to_string(table.version) + "\nmade_from: " +
           config::to_flow_yaml(config::Writer<std::vector<std::string>>::write(table.made_from)) +
           '\n' + lines_of("rows", table.rows) + lines_of("checks", table.checks);
}

}  // namespace tidepool::scenario
