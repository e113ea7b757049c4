#include "sim/model/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/assert.h"
#include "sim/base/portable_math.h"

namespace tidepool::model {
namespace {

using portable::exp;
using portable::expm1;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// M (e^(time/M) - 1), the mean time until `time` has passed without interruption, for instant
// recovery; `time` itself if nothing fails.
double stretched(double time, double mtti) {
    return std::isinf(mtti) ? time : mtti * expm1(time / mtti);
}

// stretched(time) - time, without cancellation.
double excess(double time, double mtti) {
    const double x = time / mtti;  // 0 if nothing fails
    if (x > 0.25) {
        return stretched(time, mtti) - time;
    }
    double sum = 0;  // x/2! + x^2/3! + ...
    for (int n = 14; n >= 2; --n) {
        sum = (sum + 1) * x / n;
    }
    return time * sum;
}

void check(const InterruptedJob& job, double interval) {
    TP_ASSERT(job.mtti.value > 0 && interval > 0, "times to interruption and intervals are > 0");
    TP_ASSERT(job.write.value >= 0 && job.downtime.value >= 0 && job.restart.value >= 0 &&
                  job.background.value >= 0,
              "durations are not negative");
}

// 0 wins over infinity.
double product(double a, double b) {
    return a == 0 || b == 0 ? 0 : a * b;
}

// Adds `count` stretches of uninterrupted time that end in safety: `work` and `pause` in each,
// entered with a checkpoint that lies `behind` back.
void add(ExpectedTime& sum, const InterruptedJob& job, double count, double work, double pause,
         double behind) {
    const double m = job.mtti.value;
    const double growth = exp(behind / m) * count;
    const double paused = product(growth, stretched(pause, m));
    // work until safe: growth e^(pause/M) stretched(work), of which count * work stays
    const double lost = growth * (exp(pause / m) * excess(work, m) + expm1(pause / m) * work) +
                        count * expm1(behind / m) * work;
    const double failures = growth * expm1((work + pause) / m);  // of work or writes
    const double restarts = failures == 0 ? 0 : failures * exp(job.restart.value / m);
    sum.useful.value += count * work;
    sum.checkpoint.value += paused;
    sum.lost.value += lost;
    sum.recovery.value +=
        product(restarts, job.downtime.value) + product(failures, stretched(job.restart.value, m));
    sum.interruptions += restarts;
}

// Adds the end of a job: `periods` checkpoints that come too late and `last` work, all redone from
// the safe checkpoint before. A pause that ends x before the end is passed e^(x/M) times as often
// as the end: a geometric sum.
void add_unsafe_end(ExpectedTime& sum, const InterruptedJob& job, double periods, double interval,
                    double last) {
    const double m = job.mtti.value;
    const double period = interval + job.write.value;
    ExpectedTime end;
    add(end, job, 1, periods * period + last, 0, 0);
    const double redone = end.useful.value + end.lost.value;
    double paused = kInfinity;
    double lost = kInfinity;
    if (std::isfinite(redone)) {
        const double passes =
            std::isinf(m) ? periods
                          : exp(last / m) * (expm1(periods * period / m) / expm1(period / m));
        paused = passes * stretched(job.write.value, m);
        lost = redone - paused - (periods * interval + last);
    }
    sum.checkpoint.value += paused;
    sum.lost.value += lost;
    sum.recovery.value += end.recovery.value;
    sum.interruptions += end.interruptions;
}

ExpectedTime with_wall(ExpectedTime sum) {
    sum.wall.value = sum.useful.value + sum.checkpoint.value + sum.lost.value + sum.recovery.value;
    return sum;
}

// ceil(work / interval), forgiving rounding.
double segments(double work, double interval) {
    return std::max(1.0, std::ceil(work / interval * (1 - 1e-12)));
}

}  // namespace

ExpectedTime expected_segment(const InterruptedJob& job, Seconds interval) {
    check(job, interval.value);
    ExpectedTime sum;
    add(sum, job, 1, interval.value, job.write.value, job.background.value);
    return with_wall(sum);
}

ExpectedTime expected_job(const InterruptedJob& job, Seconds work, Seconds interval) {
    check(job, interval.value);
    TP_ASSERT(work.value >= 0 && std::isfinite(work.value), "a job has a finite length");
    if (work.value == 0) {
        return {};
    }
    const double n = segments(work.value, interval.value);
    const double last = n > 1 ? work.value - (n - 1) * interval.value : work.value;
    const double background = job.background.value;
    const double period = interval.value + job.write.value;
    // Checkpoints that are not safe before the end protect nothing.
    const double useless =
        last >= background || n == 1 ? 0 : std::min(n - 1, std::ceil((background - last) / period));
    ExpectedTime sum;
    if (n - 1 > useless) {
        add(sum, job, n - 1 - useless, interval.value, job.write.value, background);
    }
    if (useless == 0) {
        add(sum, job, 1, last, 0, 0);
    } else {
        add_unsafe_end(sum, job, useless, interval.value, last);
    }
    sum.useful = work;
    return with_wall(sum);
}

double ettr(const ExpectedTime& time) {
    return time.wall.value == 0 ? 1 : time.useful.value / time.wall.value;
}

Seconds interval_optimal(Seconds mtti, Seconds write) {
    if (std::isinf(mtti.value)) {
        return {kInfinity};
    }
    return {mtti.value * portable::one_plus_lambert_w0(write.value / mtti.value)};
}

Seconds interval_young_1974(Seconds mtti, Seconds write) {
    return {std::isinf(mtti.value) ? kInfinity : std::sqrt(2 * write.value * mtti.value)};
}

Seconds interval_daly_2006(Seconds mtti, Seconds write) {
    const double ratio = write.value / (2 * mtti.value);
    if (std::isinf(mtti.value) || ratio >= 1) {
        return mtti;
    }
    return {std::sqrt(2 * write.value * mtti.value) * (1 + std::sqrt(ratio) / 3 + ratio / 9) -
            write.value};
}

Seconds interval_saxena_2024(Seconds mtti, Seconds write, Seconds recovery) {
    const double save = write.value;
    if (std::isinf(mtti.value)) {
        return {kInfinity};
    }
    return {std::sqrt(2 * (mtti.value + recovery.value) * save + save * save)};
}

double ettr_kokolis_2024(Seconds mtti, Seconds write, Seconds overhead, Seconds interval) {
    return (1 - (overhead.value + interval.value / 2) / mtti.value) /
           (1 + write.value / interval.value);
}

Bytes checkpoint_size(double parameters, Bytes per_parameter) {
    return {parameters * per_parameter.value};
}

Seconds transfer_time(Bytes size, const StoragePath& path) {
    const double rate = std::min(path.storage.value, path.per_writer.value * path.writers);
    TP_ASSERT(rate > 0, "a checkpoint needs some bandwidth");
    return {size.value / rate};
}

}  // namespace tidepool::model
