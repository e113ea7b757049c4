#include "sim/model/downtime.h"

#include <algorithm>
#include <cstddef>

namespace tidepool::model {
namespace {

bool takes_down(const Outage& outage) {
    return outage.kind == OutageKind::kRepair || outage.kind == OutageKind::kMaintenance;
}

std::vector<Ticks> arrivals(std::span<const Outage> list, std::size_t nodes, Ticks end) {
    std::vector<Ticks> at(nodes);
    for (const Outage& outage : list) {
        if (outage.kind == OutageKind::kNotInstalled) {
            for (std::uint32_t n = outage.first_node; n < outage.last_node; ++n) {
                at[n] = std::max(at[n], std::min(outage.end, end));
            }
        }
    }
    return at;
}

// For every node the outages that take it down, in the order of the list.
struct ByNode {
    ByNode(std::span<const Outage> list, std::size_t nodes) : first(nodes + 1) {
        for_each(list, [&](std::uint32_t node, std::size_t) { ++first[node + 1]; });
        for (std::size_t n = 1; n < first.size(); ++n) {
            first[n] += first[n - 1];
        }
        outages.resize(first.back());
        std::vector<std::size_t> next = first;
        for_each(list, [&](std::uint32_t node, std::size_t o) { outages[next[node]++] = o; });
    }
    template <class Visit>
    static void for_each(std::span<const Outage> list, Visit visit) {
        for (std::size_t o = 0; o < list.size(); ++o) {
            for (std::uint32_t n = list[o].first_node; takes_down(list[o]) && n < list[o].last_node;
                 ++n) {
                visit(n, o);
            }
        }
    }
    std::vector<std::size_t> first;    // node n: outages [first[n], first[n + 1])
    std::vector<std::size_t> outages;  // indices into the list
};

// One node after the other, the outages of each by begin.
class Walk {
public:
    explicit Walk(Ticks end) : end_(end), months_(end.value / kTicksPerMonth + 1) {}

    // The next node.
    void enter(std::uint32_t gpus, Ticks installed) {
        installed_ = installed;
        up_again_.assign(gpus, Ticks{});
        std::fill(months_.begin(), months_.end(), 0);
        node_ = {};
    }

    void take(const Outage& outage) {
        const Ticks from = std::max(outage.begin, installed_);
        const Ticks to = std::min(outage.end, end_);
        if (from >= to) {
            return;
        }
        if (node_.downtimes == 0 || from > until_) {
            close();
            ++node_.downtimes;
            since_ = from;
            until_ = outage.end;
            repair_ = false;
        }
        repair_ = repair_ || outage.kind == OutageKind::kRepair;
        until_ = std::max(until_, outage.end);
        for (std::uint32_t g = 0; g < up_again_.size(); ++g) {
            if (takes(outage, g) && up_again_[g] < to) {
                add(std::max(from, up_again_[g]), to);
                up_again_[g] = to;
            }
        }
    }

    // After the last outage.
    NodeDowntime finish() {
        close();
        return node_;
    }
    std::uint64_t down_in(std::size_t month) const { return months_[month]; }

private:
    void close() {
        if (node_.downtimes == 0) {
            return;
        }
        node_.length += std::min(until_, end_).value - since_.value;
        if (repair_ && until_ <= end_) {
            ++node_.repaired;
            node_.repaired_length += until_.value - since_.value;
        }
    }

    void add(Ticks from, Ticks to) {
        node_.down += to.value - from.value;
        for (std::uint64_t at = from.value; at < to.value;) {
            const std::uint64_t month = at / kTicksPerMonth;
            const std::uint64_t next =
                std::min<std::uint64_t>(to.value, (month + 1) * kTicksPerMonth);
            months_[month] += next - at;
            at = next;
        }
    }

    const Ticks end_;
    Ticks installed_;
    Ticks since_, until_;                // the latest downtime; its end not cut
    bool repair_ = false;                // a repair is part of it
    std::vector<Ticks> up_again_;        // by GPU
    std::vector<std::uint64_t> months_;  // GPU-ticks down
    NodeDowntime node_;
};

// `walk`: of a node that has outages, or null.
void count_months(std::uint32_t node, std::uint64_t gpus, Ticks arrived, Ticks end,
                  const Walk* walk, Downtimes& all) {
    std::uint32_t month = arrived.value / kTicksPerMonth;
    for (std::uint64_t from = arrived.value; gpus > 0 && from < end.value; ++month) {
        const std::uint64_t next = (std::uint64_t{month} + 1) * kTicksPerMonth;
        const std::uint64_t to = std::min<std::uint64_t>(next, end.value);
        if (to - from >= kTicksPerDay) {
            ++all.month_count;
            if (walk != nullptr && walk->down_in(month) > 0) {
                all.months.push_back({node, month, gpus * (to - from), walk->down_in(month)});
            }
        }
        from = next;
    }
}

}  // namespace

Downtimes downtimes(std::span<const Outage> outages, std::span<const std::uint32_t> node_gpus,
                    Ticks end) {
    Downtimes all;
    const std::vector<Ticks> arrived = arrivals(outages, node_gpus.size(), end);
    const ByNode by_node(outages, node_gpus.size());
    all.nodes.reserve(node_gpus.size());
    Walk walk(end);
    for (std::uint32_t n = 0; n < node_gpus.size(); ++n) {
        const std::uint64_t gpus = node_gpus[n];
        const bool quiet = by_node.first[n] == by_node.first[n + 1];
        NodeDowntime& node = all.nodes.emplace_back();
        if (!quiet) {
            walk.enter(node_gpus[n], arrived[n]);
            for (std::size_t o = by_node.first[n]; o < by_node.first[n + 1]; ++o) {
                walk.take(outages[by_node.outages[o]]);
            }
            node = walk.finish();
        }
        node.installed = gpus * (end.value - arrived[n].value);
        all.installed += node.installed;
        all.down += node.down;
        count_months(n, gpus, arrived[n], end, quiet ? nullptr : &walk, all);
    }
    return all;
}

Downtimes downtimes(const Ledger& ledger) {
    return downtimes(ledger.outages.list, ledger.node_gpus, ledger.end);
}

}  // namespace tidepool::model
