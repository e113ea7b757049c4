#include "sim/results/latency_table.h"

#include <array>
#include <string_view>
#include <utility>

#include "sim/model/service_totals.h"
#include "sim/results/columns.h"

namespace tidepool::results {
namespace {

constexpr double kSecondsPerNanosecond = 1e-9;
constexpr std::array<std::string_view, 3> kQuantities{"ttft", "tpot", "latency"};

struct LatencyRow {
    std::uint32_t service = 0;
    std::int8_t quantity = 0;
    LatencyBucket bucket;
};

// `together`: so many neighbouring buckets of the sketch make one, from multiples of it on.
std::vector<LatencyBucket> merged(const LatencySketch& sketch, std::uint32_t together) {
    std::vector<LatencyBucket> buckets;
    for (std::uint32_t first = 0; first < LatencySketch::kBuckets; first += together) {
        std::uint64_t requests = 0;
        for (std::uint32_t b = first; b < first + together; ++b) {
            requests += sketch.in_bucket(b);
        }
        if (requests > 0) {
            const std::uint32_t last = first + together - 1;
            const double end = static_cast<double>(LatencySketch::begin(last)) +
                               static_cast<double>(LatencySketch::width(last));
            buckets.push_back(
                {static_cast<double>(LatencySketch::begin(first)) * kSecondsPerNanosecond,
                 end * kSecondsPerNanosecond, requests});
        }
    }
    return buckets;
}

}  // namespace

std::vector<LatencyBucket> latency_buckets(const LatencySketch& sketch, std::size_t most) {
    static_assert(LatencySketch::kBuckets % 64 == 0);
    std::uint32_t together = 1;
    std::vector<LatencyBucket> buckets = merged(sketch, together);
    while (buckets.size() > most && together < 64) {  // 59 are left then
        together *= 2;
        buckets = merged(sketch, together);
    }
    TP_ASSERT(buckets.size() <= most, "a bucket per factor of two is few enough");
    return buckets;
}

void write_latencies(h5::Group& root, const model::Ledger& ledger) {
    std::vector<LatencyRow> rows;
    for (std::uint32_t s = 0; s < ledger.services.size(); ++s) {
        const model::Latencies of = model::sums_of(ledger.services[s].flow).latencies;
        const std::array<const LatencySketch*, kQuantities.size()> sketches{&of.ttft, &of.tpot,
                                                                            &of.total};
        for (std::size_t q = 0; q < sketches.size(); ++q) {
            for (const LatencyBucket& bucket : latency_buckets(*sketches[q])) {
                rows.push_back({s, static_cast<std::int8_t>(q), bucket});
            }
        }
    }
    if (rows.empty()) {
        return;
    }
    Columns<LatencyRow> columns(root.group("latency"), "bucket", rows);
    columns.number_rows("row number, from 0: by service, quantity, latency");
    columns.add<std::uint32_t>("service", "1", "row of /services",
                               [](const LatencyRow& r) { return r.service; });
    columns.add_enum("quantity", kQuantities, "time to the first, per further, to the last token",
                     [](const LatencyRow& r) { return r.quantity; });
    columns.add<double>("lower", "s", "shortest latency of the bucket",
                        [](const LatencyRow& r) { return r.bucket.lower; });
    columns.add<double>("upper", "s", "all latencies of the bucket are below",
                        [](const LatencyRow& r) { return r.bucket.upper; });
    columns.add<std::uint64_t>("requests", "1", "requests with a latency in the bucket",
                               [](const LatencyRow& r) { return r.bucket.requests; });
    columns.close();
}

}  // namespace tidepool::results
