#include "sim/model/conservation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/model/downtime.h"
#include "sim/model/gpu_time.h"
#include "sim/model/laws.h"

namespace tidepool::model {
namespace {

struct Column {
    std::string_view name;
    std::uint64_t Bin::*of;
};

constexpr std::array kColumns{
    Column{"allocated", &Bin::allocated},
    Column{"down", &Bin::down},
    Column{"spare", &Bin::spare},
    Column{"absent", &Bin::absent},
    Column{"queued_gpus", &Bin::queued_gpus},
    Column{"queue_length", &Bin::queue_length},
    Column{"units", &Bin::units},
};

// Everything that is not idle.
std::uint64_t taken(const Bin& bin) {
    return bin.absent + bin.down + bin.spare + bin.allocated;
}

void check_bins(const Ledger& ledger, Laws& laws) {
    const std::uint64_t width = ledger.bin_width.value;
    if (width == 0) {
        laws.broken("bins have a width");
        return;
    }
    const std::uint64_t end = ledger.end.value;
    laws.equal("bins = ceil(end / bin_width)", ledger.bins.size(), (end + width - 1) / width);
    Bin sum;
    for (std::size_t b = 0; b < ledger.bins.size(); ++b) {
        const Bin& bin = ledger.bins[b];
        const std::uint64_t from = std::min(b * width, end);
        const std::uint64_t length = std::min(from + width, end) - from;
        const std::string where = " in bin " + std::to_string(b);
        laws.at_most("absent + down + spare + allocated <= gpus * time" + where, taken(bin),
                     ledger.gpus * length);
        laws.at_most("queue_length <= queue_length_max * time" + where, bin.queue_length,
                     ledger.queue_length_max * length);
        for (const Column& column : kColumns) {
            sum.*column.of += bin.*column.of;
        }
    }
    for (const Column& column : kColumns) {
        laws.equal(std::string(column.name) + " summed over bins = total", sum.*column.of,
                   ledger.total.*column.of);
    }
}

void check_pools(const Ledger& ledger, Laws& laws) {
    if (ledger.pools.empty()) {
        return;
    }
    std::uint64_t gpus = 0;
    for (const PoolRecord& pool : ledger.pools) {
        gpus += pool.gpus;
        laws.equal("bins of a pool = bins", pool.bins.size(), ledger.bins.size());
    }
    laws.equal("gpus summed over pools = gpus", gpus, ledger.gpus);
    for (std::size_t b = 0; b < ledger.bins.size() && laws.none_broken(); ++b) {
        PoolBin sum;
        for (const PoolRecord& pool : ledger.pools) {
            sum.held += pool.bins[b].held;
            sum.down += pool.bins[b].down;
            sum.absent += pool.bins[b].absent;
        }
        const Bin& bin = ledger.bins[b];
        if (sum != PoolBin{bin.allocated, bin.down, bin.absent}) {
            const std::string where = " summed over pools = of all in bin " + std::to_string(b);
            laws.equal("allocated" + where, sum.held, bin.allocated);
            laws.equal("down" + where, sum.down, bin.down);
            laws.equal("absent" + where, sum.absent, bin.absent);
        }
    }
}

void check_capacity(const Ledger& ledger, Laws& laws) {
    const std::uint64_t all = ledger.gpus * ledger.end.value;
    laws.at_most("absent + down + spare + allocated <= gpus * time", taken(ledger.total), all);
    if (ledger.node_gpus.empty()) {  // outages need nodes
        laws.equal("absent = time before the nodes arrived", ledger.total.absent, 0);
        laws.equal("down <= down time of the outages", ledger.total.down, 0);
        return;
    }
    const Downtimes nodes = downtimes(ledger);
    laws.equal("gpus * time - absent = time the nodes are there", all - ledger.total.absent,
               nodes.installed);
    laws.at_most("down <= down time of the outages", ledger.total.down, nodes.down);
}

void check_sums(const Ledger& ledger, Laws& laws) {
    GpuTime time;
    std::uint64_t queue_length = 0, queued_gpus = 0;
    for (const JobRecord& job : ledger.jobs) {
        time += job.time;
        queue_length += job.queued.value;
        queued_gpus += std::uint64_t{job.gpus} * job.queued.value;
    }
    GpuTime unit_time;
    for (const JobRecord& unit : ledger.units) {
        unit_time += unit.time;
    }
    laws.equal("1024 * units = sum over units of their GPU time", kWorkUnits * ledger.total.units,
               held(unit_time));
    time += unit_time;
    laws.equal("1024 * allocated = sum over jobs and units of their GPU time",
               kWorkUnits * ledger.total.allocated, held(time));
    laws.equal("queue_length = sum over jobs of queued", ledger.total.queue_length, queue_length);
    laws.equal("queued_gpus = sum over jobs of gpus * queued", ledger.total.queued_gpus,
               queued_gpus);
}

}  // namespace

std::vector<std::string> check_conservation(const Ledger& ledger) {
    Laws laws;
    check_outages(ledger, laws);
    check_attempts(ledger, laws);
    if (laws.none_broken()) {
        check_effects(ledger, laws);
        check_jobs(ledger, laws);
        check_capacity(ledger, laws);
    }
    check_bins(ledger, laws);
    check_sums(ledger, laws);
    check_pools(ledger, laws);
    check_network(ledger, laws);
    return laws.take();
}

}  // namespace tidepool::model
