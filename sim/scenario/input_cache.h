#pragma once
// The files that scenarios name, read once for all scenarios that name them alike. For any number
// of threads. A file that changes in between may or may not be read again: keep inputs still while
// a sweep runs.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/issue.h"
#include "sim/scenario/hash.h"
#include "sim/scenario/kept.h"
#include "sim/scenario/service_model.h"
#include "sim/scenario/slowdown_table.h"
#include "topology/topology.h"
#include "workloads/fault_log.h"
#include "workloads/job_trace.h"
#include "workloads/trace_spec.h"

namespace tidepool::scenario {

class InputCache {
public:
    // What reading a trace gave: without issues, jobs.
    struct Trace {
        std::shared_ptr<const workloads::JobTrace> jobs;
        std::vector<Issue> issues;
    };
    std::shared_ptr<const Trace> trace(const workloads::TraceSpec& spec, const std::string& folder);

    // Whatever `make` gives for this key, which must say all that it depends on. Null (what was
    // read was wrong) is not kept.
    template <class T>
    using Maker = std::function<std::shared_ptr<const T>()>;
    std::shared_ptr<const topology::Topology> topology(const std::string& key,
                                                       const Maker<topology::Topology>& make);
    std::shared_ptr<const workloads::FaultLog> log(const std::string& key,
                                                   const Maker<workloads::FaultLog>& make);
    std::shared_ptr<const SlowdownTable> slowdowns(const std::string& location,
                                                   const Maker<SlowdownTable>& make);
    std::shared_ptr<const ServiceModel> service(const std::string& key,
                                                const Maker<ServiceModel>& make);

    // Throws RunError if the file cannot be read.
    FileHash hash(const std::string& location);

private:
    static constexpr std::uint64_t kMost = std::uint64_t{1} << 30U;  // bytes of each sort
    static std::uint64_t weight_of(const Trace& trace);
    static std::uint64_t weight_of(const topology::Topology& topology);
    static std::uint64_t weight_of(const workloads::FaultLog& log);
    static std::uint64_t weight_of(const SlowdownTable& table);
    static std::uint64_t weight_of(const ServiceModel& service);
    static std::uint64_t weight_of(const FileHash& hash);

    Kept<Trace> traces_{kMost, weight_of};
    Kept<topology::Topology> topologies_{kMost, weight_of};
    Kept<workloads::FaultLog> logs_{kMost, weight_of};
    Kept<SlowdownTable> slowdowns_{kMost, weight_of};
    Kept<ServiceModel> services_{kMost, weight_of};
    Kept<FileHash> hashes_{kMost, weight_of};
};

}  // namespace tidepool::scenario
