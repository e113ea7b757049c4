#include <algorithm>

#include "sim/model/gpu_time.h"
#include "sim/model/laws.h"

namespace tidepool::model {
namespace {

// What the attempts of one job add up to.
struct Course {
    GpuTime time;
    std::uint64_t running = 0;           // ticks in attempts
    std::uint64_t preempted_pauses = 0;  // ticks from preemptions to the next start
    std::uint64_t checkpoints = 0;
    std::uint32_t attempts = 0, interruptions = 0, preemptions = 0, reclaims = 0, evictions = 0;
    Ticks first_start = kNever, last_end = kNever, resumes = kNever;
    AttemptEnd ended = AttemptEnd::kRunning;
    bool chained = true;  // each attempt starts where the pause after the one before ends
};

bool goes_on(AttemptEnd ended) {
    return ended == AttemptEnd::kOutage || ended == AttemptEnd::kSoftware || is_preempted(ended);
}

void add(Course& course, const Attempt& attempt) {
    if (course.attempts == 0) {
        course.first_start = attempt.start;
    } else if (!goes_on(course.ended) || course.resumes != attempt.start) {
        course.chained = false;
    }
    ++course.attempts;
    course.time += attempt.time;
    course.running += attempt.end.value - attempt.start.value;
    course.checkpoints += attempt.checkpoints;
    course.last_end = attempt.end;
    course.resumes = attempt.recovered;
    course.ended = attempt.ended;
    if (is_preempted(attempt.ended)) {
        ++course.preemptions;
        course.reclaims += attempt.ended == AttemptEnd::kReclaimed ? 1 : 0;
        course.evictions += attempt.ended == AttemptEnd::kEvicted ? 1 : 0;
    } else if (goes_on(attempt.ended)) {
        ++course.interruptions;
    }
}

// Of a preemption that nothing followed.
std::uint64_t open_pause(const Course& course, Ticks end) {
    return is_preempted(course.ended) ? end.value - course.last_end.value : 0;
}

std::vector<Course> courses(const Ledger& ledger) {
    std::vector<Course> all(ledger.jobs.size());
    for (const Attempt& attempt : ledger.attempts) {
        Course& course = all[attempt.job];
        if (is_preempted(course.ended) && attempt.start >= course.last_end) {
            course.preempted_pauses += attempt.start.value - course.last_end.value;
        }
        add(course, attempt);
    }
    for (Course& course : all) {
        course.preempted_pauses += open_pause(course, ledger.end);
    }
    return all;
}

// Without a list of attempts every job that started ran through in one.
Course straight(const JobRecord& job, Ticks end) {
    Course course;
    if (job.start != kNever) {
        course.attempts = 1;
        course.running = std::min(job.end, end).value - job.start.value;
        course.checkpoints = job.checkpoints;
        course.time = job.time;
    }
    return course;
}

std::string_view problem_of_state(const JobRecord& job, bool again) {
    const bool started = job.start != kNever, ended = job.end != kNever;
    switch (job.state) {
        case JobState::kRejected:
            return started ? "it must not have started" : "";
        case JobState::kQueued:
            return ended || (started && !again) ? "it must not have started" : "";
        case JobState::kWithdrawn:
            return ended || (started && !again) || job.withdrawn == kNever
                       ? "it must have been withdrawn"
                       : "";
        case JobState::kRunning:
            return !started || ended ? "it must have started and not ended" : "";
        case JobState::kCompleted:
        case JobState::kFailed:
        case JobState::kCancelled:
            return ended ? "" : "it must have ended";
    }
    return "its state is unknown";
}

std::string_view problem_of_record(const JobRecord& job, const Ledger& ledger) {
    const bool started = job.start != kNever;
    const bool ended = job.end != kNever;
    if (job.submit == kNever || (started && (job.start < job.submit || job.start > ledger.end)) ||
        (ended && (!started || job.end < job.start || job.end > ledger.end))) {
        return "its times are out of order";
    }
    const bool rejected = job.state == JobState::kRejected;
    if (rejected != (job.rejection != Rejection::kNone)) {
        return "rejected jobs, and no others, have a reason";
    }
    if (job.rejection == Rejection::kHorizon && job.submit < ledger.end) {
        return "it was submitted before the end of the run";
    }
    if (!rejected && job.submit > ledger.end) {
        return "it was submitted after the end of the run";
    }
    if (job.tenant >= ledger.tenants.size() ||
        (started && job.gpu_model >= ledger.gpu_models.size())) {
        return "its tenant or GPU model is unknown";
    }
    if (!started &&
        job.nodes != 0) {  // a job in a pool runs without nodes, no job holds some before
        return "it holds nodes without having started";
    }
    return problem_of_state(job, job.interruptions + job.preemptions > 0);
}

std::string_view problem_of_time(const JobRecord& job, const Course& course, Ticks end) {
    if (job.state == JobState::kRejected) {
        return job.queued == Ticks{0} && held(job.time) == 0 ? "" : "rejected jobs spend no time";
    }
    const std::uint64_t span = std::min({job.end, job.withdrawn, end}).value - job.submit.value;
    const std::uint64_t first_wait = std::min(job.start, end).value - job.submit.value;
    const bool left = job.state == JobState::kWithdrawn;
    if ((!left && job.queued.value < first_wait + course.preempted_pauses) ||
        job.queued.value > span) {
        return "it was queued for less than its waits, or longer than it was there";
    }
    const std::uint64_t gpus = kWorkUnits * job.gpus;
    const std::uint64_t time = held(job.time);
    if (time < gpus * course.running || time > gpus * (span - job.queued.value)) {
        return "the GPU time it held does not fit the time it was running or recovering";
    }
    const bool undisturbed =
        job.interruptions + job.preemptions + job.asked + job.told == 0 && !left;
    if (undisturbed && (job.time.lost > 0 || job.time.restart > 0 ||
                        time != gpus * course.running || job.queued.value != first_wait)) {
        return "nothing interrupted it, yet it lost time or waited again";
    }
    if (job.interval == Ticks{0}) {
        const bool leaving = job.asked + job.told > 0;  // that one is not counted, its time is
        return job.checkpoints == 0 && (leaving || job.time.checkpoint == 0)
                   ? ""
                   : "it writes no checkpoints";
    }
    if (job.end != kNever && job.gpus > 0) {
        const std::uint64_t work = job.time.useful / gpus;
        if (job.time.useful % gpus != 0) {
            return "the work of a job that ended is whole ticks";
        }
        const std::uint64_t most =
            work == 0 ? 0 : (work + job.interval.value - 1) / job.interval.value - 1;
        if (undisturbed && job.checkpoints > most) {
            return "it wrote more checkpoints than it has intervals";
        }
    }
    return "";
}

bool ends_like(const JobRecord& job, const Course& course) {
    switch (job.state) {
        case JobState::kRejected:
            return course.attempts == 0;
        case JobState::kQueued:
        case JobState::kWithdrawn:
            return course.attempts == 0 || goes_on(course.ended);
        case JobState::kRunning:  // or recovering
            return !is_preempted(course.ended) &&
                   (course.ended == AttemptEnd::kRunning || goes_on(course.ended));
        case JobState::kCompleted:
            return course.ended == AttemptEnd::kCompleted;
        case JobState::kFailed:
            return course.ended == AttemptEnd::kFailed;
        case JobState::kCancelled:
            return course.ended == AttemptEnd::kCancelled;
    }
    return false;
}

std::string_view problem_of_attempts(const JobRecord& job, const Course& course) {
    if (course.attempts > 0 && (!course.chained || course.resumes != kNever)) {
        return "its attempts do not follow each other";
    }
    if (course.first_start != job.start || !ends_like(job, course) ||
        (job.end != kNever && job.end != course.last_end)) {
        return "its first attempt does not start, or its last one end, as it does";
    }
    if (job.interruptions != course.interruptions || job.preemptions != course.preemptions ||
        job.reclaims != course.reclaims || job.reclaims > job.asked ||
        job.evictions != course.evictions || job.evictions > job.told ||
        job.checkpoints != course.checkpoints) {
        return "its interruptions, preemptions or checkpoints are not those of its attempts";
    }
    return course.time == job.time ? "" : "its attempts' GPU time does not add up to its own";
}

}  // namespace

void check_jobs(const Ledger& ledger, Laws& laws) {
    const std::vector<Course> listed =
        ledger.interruptible ? courses(ledger) : std::vector<Course>{};
    laws.each("job", ledger.jobs.size(), [&](std::size_t j) -> std::string_view {
        const JobRecord& job = ledger.jobs[j];
        const std::string_view problem = problem_of_record(job, ledger);
        if (!problem.empty()) {
            return problem;
        }
        const std::uint64_t by_reason = std::uint64_t{job.wait_priority.value} +
                                        job.wait_quota.value + job.wait_capacity.value +
                                        job.wait_fragmentation.value;
        if (by_reason != (ledger.by_reason ? job.queued.value : 0)) {
            return "its waits by reason do not add up to its time in the queue";
        }
        const Course course = ledger.interruptible ? listed[j] : straight(job, ledger.end);
        if (job.attempts != course.attempts) {
            return "it has not as many attempts as it says";
        }
        const std::string_view wrong =
            ledger.interruptible ? problem_of_attempts(job, course) : std::string_view{};
        return wrong.empty() ? problem_of_time(job, course, ledger.end) : wrong;
    });
}

}  // namespace tidepool::model
