#include "workloads/trace_builder.h"

#include <algorithm>
#include <numeric>

#include "sim/base/json.h"

namespace tidepool::workloads {
namespace {

// FNV-1a, 64 bits; used only to bring equal ids together cheaply, never to order or to decide.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xCBF2'9CE4'8422'2325u;
    for (const char c : text) {
        value = (value ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3u;
    }
    return value;
}

}  // namespace

std::uint32_t TraceBuilder::number_of(std::string_view name, Names& numbers,
                                      std::vector<std::string>& names) {
    if (name.empty()) {
        return kAny;
    }
    auto found = numbers.find(name);
    if (found == numbers.end()) {
        found = numbers.emplace(name, static_cast<std::uint32_t>(names.size())).first;
        names.emplace_back(name);
    }
    return found->second;
}

// Counts from the whole second of the first row, so that sums stay exact; the true zero is known at
// the end.
bool TraceBuilder::set_calendar_submit(Row& row, const Draft& draft, Job& job) {
    const CalendarTime& time = *draft.submitted;
    if (!origin_ && trace_.jobs.empty()) {
        origin_ = time;
        origin_->fraction = 0;
        calendar_ = true;
    }
    std::string problem;
    if (!calendar_) {
        problem = "a calendar time, where the file counts seconds";
    } else if (time.offset_minutes && !origin_->offset_minutes) {
        problem = "an offset from UTC, which the rows before do not have";
    } else if (!time.offset_minutes && origin_->offset_minutes) {
        problem = "no offset from UTC, which the rows before have";
    } else {
        job.submit.value = static_cast<double>(time.instant() - origin_->instant()) + time.fraction;
        return true;
    }
    row.fail(draft.submit, "submit", problem + got(draft.submit.text));
    return false;
}

// Is the job's submit of the file's kind, and not before that of the row before?
bool TraceBuilder::fits_before(Row& row, const Draft& draft, Job& job) {
    if (draft.submitted) {
        if (!set_calendar_submit(row, draft, job)) {
            return false;
        }
    } else if (calendar_) {
        row.fail(draft.submit, "submit",
                 "seconds, where the rows before have calendar times" + got(draft.submit.text));
        return false;
    }
    if (order_ == RowOrder::kBySubmit && !trace_.jobs.empty() &&
        job.submit < trace_.jobs.back().submit) {
        const Job& before = trace_.jobs.back();
        row.fail(draft.submit, "submit",
                 shortest(before.submit.value - job.submit.value) +
                     " s before the submit of line " + std::to_string(before.line) +
                     got(draft.submit.text),
                 "sort the rows by submit");
        return false;
    }
    return true;
}

bool TraceBuilder::add(Row& row, const Draft& draft) {
    Job job = draft.job;
    if (!fits_before(row, draft, job)) {
        return true;
    }
    if (trace_.jobs.size() == kMostJobs) {
        row.fail({}, {}, "more than " + std::to_string(kMostJobs) + " jobs");
        return false;
    }
    job.id_begin = trace_.id_text.size();
    job.line = static_cast<std::uint32_t>(row.line);
    job.tenant = number_of(draft.tenant, tenant_numbers_, trace_.tenants);
    job.gpu_model = number_of(draft.gpu_model, gpu_model_numbers_, trace_.gpu_models);
    trace_.id_text += draft.id;
    trace_.jobs.push_back(job);
    where_.push_back({static_cast<std::uint32_t>(draft.id_column),
                      static_cast<std::uint32_t>(draft.submit.column),
                      static_cast<std::uint32_t>(draft.duration.column)});
    return true;
}

void TraceBuilder::skip(std::string_view why) {
    ++trace_.skipped;
    const auto same = [&](const auto& entry) { return entry.first == why; };
    const auto found = std::find_if(skipped_.begin(), skipped_.end(), same);
    if (found == skipped_.end()) {
        skipped_.emplace_back(why, 1);
    } else {
        ++found->second;
    }
}

void TraceBuilder::set_zero_to_first_submit() {
    Seconds first = trace_.jobs.front().submit;
    for (const Job& job : trace_.jobs) {
        first = std::min(first, job.submit);
    }
    for (Job& job : trace_.jobs) {
        job.submit.value -= first.value;
    }
    origin_ = later(*origin_, first.value);
}

void TraceBuilder::check_clock() {
    for (std::size_t i = 0; i < trace_.jobs.size(); ++i) {
        const Job& job = trace_.jobs[i];
        if (job.submit.value > kClockEnd) {
            const std::string time = origin_ ? print_calendar(later(*origin_, job.submit.value))
                                             : shortest(job.submit.value);
            problems_.add(job.line, where_[i].submit, "submit",
                          shortest(job.submit.value) +
                              " s after the first, beyond the simulator's clock of " +
                              shortest(kClockEnd) + " s (8.5 years)" + got(time));
        } else if (job.submit.value + job.duration.value > kClockEnd) {
            problems_.add(job.line, where_[i].duration, "duration",
                          "the job would end beyond the simulator's clock of " +
                              shortest(kClockEnd) + " s (8.5 years)" +
                              got(shortest(job.duration.value)));
        }
    }
}

// Equal ids are neighbours after sorting by hash, then by line. Sorting and not a hash table:
// nobody can write a file that makes it slow.
void TraceBuilder::check_ids() {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order(trace_.jobs.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        order[i] = {hash(trace_.id_view(i)), i};
    }
    std::sort(order.begin(), order.end());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> twice;  // job, the earlier one
    for (auto from = order.begin(); from != order.end();) {
        const auto same_hash = [&](const auto& entry) { return entry.first != from->first; };
        const auto to = std::find_if(from, order.end(), same_hash);
        if (to - from > 1) {
            std::stable_sort(from, to, [&](const auto& a, const auto& b) {
                return trace_.id_view(a.second) < trace_.id_view(b.second);
            });
            for (auto it = from + 1; it != to; ++it) {
                if (trace_.id_view(it->second) == trace_.id_view((it - 1)->second)) {
                    twice.emplace_back(it->second, (it - 1)->second);
                }
            }
        }
        from = to;
    }
    std::sort(twice.begin(), twice.end());
    for (const auto& [job, earlier] : twice) {
        problems_.add(trace_.jobs[job].line, where_[job].id, "job_id",
                      "line " + std::to_string(trace_.jobs[earlier].line) + " has this id already" +
                          got(trace_.id_view(job)));
    }
}

void TraceBuilder::sort() {
    const std::vector<Job>& jobs = trace_.jobs;
    std::vector<std::uint32_t> order(jobs.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return jobs[a].submit < jobs[b].submit;
    });
    rearrange(trace_, order);
}

JobTrace TraceBuilder::finish() {
    for (const auto& [why, count] : skipped_) {
        trace_.skipped_why += (trace_.skipped_why.empty() ? "" : ", ") + std::to_string(count) +
                              ' ' + std::string(why);
    }
    if (trace_.jobs.empty()) {
        if (!problems_.any()) {
            problems_.add(
                0, 0, {},
                trace_.skipped == 0
                    ? "the trace holds no jobs"
                    : "the trace holds no jobs that can be used; left out: " + trace_.skipped_why);
        }
        return std::move(trace_);
    }
    if (calendar_) {
        set_zero_to_first_submit();
    }
    if (origin_) {
        trace_.origin = print_calendar(*origin_);
        if (!in_calendar(*origin_)) {  // on the clock of the first row, whose offset is another
            problems_.add(trace_.jobs.front().line, 0, "origin",
                          "the first submit lies outside the years 1970 to 9999 on the clock of "
                          "this row" +
                              got(trace_.origin));
        }
    }
    check_clock();
    check_ids();
    if (order_ == RowOrder::kFree) {
        sort();
    }
    return std::move(trace_);
}

}  // namespace tidepool::workloads
