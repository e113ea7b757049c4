#include "workloads/fault_log.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "workloads/csv.h"
#include "workloads/fault_readers.h"
#include "workloads/problems.h"
#include "workloads/row.h"
#include "workloads/source.h"

namespace tidepool::workloads {
namespace {

enum Column : std::size_t { kNode, kBegin, kEnd, kCause, kKind, kSpeed };
constexpr std::array kColumns{CsvColumn{"node", true},  CsvColumn{"begin", true},
                              CsvColumn{"end", true},   CsvColumn{"cause", true},
                              CsvColumn{"kind", false}, CsvColumn{"speed", false}};
constexpr std::array<std::string_view, 4> kKinds{"repair", "interruption", "maintenance",
                                                 "degraded"};  // by FaultKind

FaultKind read_kind(Row& row, const Field* field) {
    if (field == nullptr || field->text.empty()) {
        return FaultKind::kRepair;
    }
    const auto at = std::find(kKinds.begin(), kKinds.end(), field->text);
    if (at == kKinds.end()) {
        row.fail(*field, "kind", "no such kind of fault" + got(field->text),
                 did_you_mean(field->text, {kKinds.begin(), kKinds.end()}));
        return FaultKind::kRepair;
    }
    return static_cast<FaultKind>(at - kKinds.begin());
}

void read_speed(Row& row, const CsvTable& table, Fault& fault) {
    const Field* field = table[kSpeed];
    const bool given = field != nullptr && !field->text.empty();
    if (fault.kind == FaultKind::kDegraded && given) {
        fault.speed = row.real(*field, "speed", 0.001, 0.999);
    } else if (fault.kind == FaultKind::kDegraded) {
        row.fail(*table[kKind], "kind", "a degradation needs the speed that is left",
                 "in a column `speed`, as 0.7");
    } else if (given) {
        row.fail(*field, "speed", "only what is degraded has a speed" + got(field->text));
    }
}

Fault read_row(Row& row, const CsvTable& table) {
    Fault fault;
    const Field& end = *table[kEnd];
    fault.begin = row.time(*table[kBegin], "begin");
    fault.end = end.text.empty() ? kStillOpen : row.time(end, "end");
    fault.kind = read_kind(row, table[kKind]);
    read_speed(row, table, fault);
    if (row.ok && fault.end < fault.begin) {
        row.fail(end, "end", "lies before the begin" + got(end.text));
    }
    if (row.ok && fault.kind == FaultKind::kInterruption && fault.end > fault.begin) {
        row.fail(end, "end", "an interruption has no length" + got(end.text),
                 "let it end when it begins, or make it a repair");
    }
    if (row.ok && fault.kind == FaultKind::kDegraded && fault.end == fault.begin) {
        row.fail(end, "end", "a degradation has a length" + got(end.text));
    }
    return fault;
}

void read_csv(LineSource& lines, FaultLog& log, Problems& problems) {
    CsvTable table(lines, problems);
    if (!table.read_header(kColumns, OtherColumns::kRefuse)) {
        return;
    }
    Numbering nodes(log.nodes), causes(log.causes);
    while (!problems.too_many() && table.next_row()) {
        Row row{problems, table.line()};
        const std::string node(row.text(*table[kNode], "node"));
        const std::string cause(row.text(*table[kCause], "cause"));
        Fault fault = read_row(row, table);
        if (!row.ok) {
            continue;
        }
        fault.node = nodes[node];
        fault.cause = causes[cause];
        log.last = std::max(log.last, fault.end == kStillOpen ? fault.begin : fault.end);
        log.faults.push_back(fault);
    }
}

bool is_json(std::string_view head) {
    const std::size_t at = head.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && (head[at] == '[' || head[at] == '{');
}

}  // namespace

FaultLog read_fault_log(const std::string& path, FaultFormat format, Issues& issues) {
    FaultLog log;
    log.file = path;
    Problems problems(path, issues);
    LineSource lines(path, problems);
    if (!problems.any()) {
        if (format == FaultFormat::kInfiniteHbd ||
            (format == FaultFormat::kAuto && is_json(lines.head()))) {
            read_infinitehbd(path, log, issues);
        } else {
            read_csv(lines, log, problems);
        }
    }
    problems.finish();
    std::stable_sort(log.faults.begin(), log.faults.end(),
                     [](const Fault& a, const Fault& b) { return a.begin < b.begin; });
    return log;
}

}  // namespace tidepool::workloads
