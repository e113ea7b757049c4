#include "workloads/job_trace.h"

#include <utility>

#include "sim/base/assert.h"

namespace tidepool::workloads {
namespace {

// Numbers the names that are still used by first appearance, and drops the others.
class Renumbering {
public:
    explicit Renumbering(std::vector<std::string>& names)
        : names_(names), now_(names.size(), kAny), kept_() {}

    std::uint32_t operator()(std::uint32_t before) {
        if (before == kAny) {
            return kAny;
        }
        TP_ASSERT(before < now_.size(), "a job's names are listed in its trace");
        if (now_[before] == kAny) {
            now_[before] = static_cast<std::uint32_t>(kept_.size());
            kept_.push_back(names_[before]);
        }
        return now_[before];
    }
    void finish() { names_ = std::move(kept_); }

private:
    std::vector<std::string>& names_;
    std::vector<std::uint32_t> now_;
    std::vector<std::string> kept_;
};

}  // namespace

std::string_view JobTrace::id_view(std::size_t job) const {
    const std::uint64_t begin = jobs[job].id_begin;
    const std::uint64_t end = job + 1 < jobs.size() ? jobs[job + 1].id_begin : id_text.size();
    return std::string_view(id_text).substr(begin, end - begin);
}

void rearrange(JobTrace& trace, const std::vector<std::uint32_t>& order) {
    std::vector<Job> jobs;
    jobs.reserve(order.size());
    std::string id_text;
    Renumbering tenant(trace.tenants);
    Renumbering gpu_model(trace.gpu_models);
    for (const std::uint32_t old : order) {
        Job job = trace.jobs[old];
        job.id_begin = id_text.size();
        id_text += trace.id_view(old);
        job.tenant = tenant(job.tenant);
        job.gpu_model = gpu_model(job.gpu_model);
        jobs.push_back(job);
    }
    tenant.finish();
    gpu_model.finish();
    trace.jobs = std::move(jobs);
    trace.id_text = std::move(id_text);
}

}  // namespace tidepool::workloads
