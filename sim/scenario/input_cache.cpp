#include "sim/scenario/input_cache.h"

#include <utility>

#include "sim/config/write.h"
#include "workloads/read_trace.h"

namespace tidepool::scenario {

namespace {

constexpr std::uint64_t kSmall = 1024;  // more than what is not counted

}  // namespace

std::uint64_t InputCache::weight_of(const Trace& trace) {
    return kSmall + (trace.jobs ? trace.jobs->jobs.capacity() * sizeof(workloads::Job) +
                                      trace.jobs->id_text.capacity()
                                : trace.issues.size() * kSmall);
}

std::uint64_t InputCache::weight_of(const topology::Topology& topology) {
    return kSmall + topology.nodes.capacity() * sizeof(topology::Node);
}

std::uint64_t InputCache::weight_of(const workloads::FaultLog& log) {
    return kSmall + log.faults.capacity() * sizeof(workloads::Fault);
}

std::uint64_t InputCache::weight_of(const SlowdownTable& table) {
    return kSmall + table.rows.capacity() * sizeof(SlowdownRow);
}

std::uint64_t InputCache::weight_of(const ServiceModel& service) {
    return kSmall + service.demand.bins.capacity() * sizeof(workloads::DemandBin) +
           service.demand.lengths.capacity() * sizeof(workloads::Lengths);
}

std::uint64_t InputCache::weight_of(const FileHash&) {
    return kSmall;
}

std::shared_ptr<const InputCache::Trace> InputCache::trace(const workloads::TraceSpec& spec,
                                                           const std::string& folder) {
    return traces_.get(folder + '\n' + config::to_yaml(spec), [&] {
        Issues issues;
        Trace trace;
        auto jobs = std::make_shared<const workloads::JobTrace>(
            workloads::read_trace(spec, folder, issues));
        trace.issues = issues.list();
        if (issues.empty()) {
            trace.jobs = std::move(jobs);
        }
        return std::make_shared<const Trace>(std::move(trace));
    });
}

std::shared_ptr<const topology::Topology> InputCache::topology(
    const std::string& key, const Maker<topology::Topology>& make) {
    return topologies_.get(key, make);
}

std::shared_ptr<const workloads::FaultLog> InputCache::log(const std::string& key,
                                                           const Maker<workloads::FaultLog>& make) {
    return logs_.get(key, make);
}

std::shared_ptr<const SlowdownTable> InputCache::slowdowns(const std::string& location,
                                                           const Maker<SlowdownTable>& make) {
    return slowdowns_.get(location, make);
}

std::shared_ptr<const ServiceModel> InputCache::service(const std::string& key,
                                                        const Maker<ServiceModel>& make) {
    return services_.get(key, make);
}

FileHash InputCache::hash(const std::string& location) {
    return *hashes_.get(location,
                        [&] { return std::make_shared<const FileHash>(hash_file(location)); });
}

}  // namespace tidepool::scenario
