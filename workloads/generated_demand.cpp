#include "workloads/generated_demand.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "sim/base/json.h"
#include "sim/config/text.h"
#include "workloads/convert.h"
#include "workloads/own_format.h"
#include "workloads/pack.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16U;

void append(std::uint64_t number, std::string& out) {
    std::array<char, 24> digits{};
    out.append(digits.data(),
               std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// `12.000000345`, without zeros at the end.
void append_seconds(std::int64_t nanoseconds, std::string& out) {
    append(static_cast<std::uint64_t>(nanoseconds / kNanosecondsPerSecond), out);
    std::int64_t rest = nanoseconds % kNanosecondsPerSecond;
    if (rest == 0) {
        return;
    }
    std::array<char, 10> text{'.', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
    for (std::size_t i = 9; i > 0; --i) {
        text[i] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    const std::string_view digits(text.data(), text.size());
    out += digits.substr(0, digits.find_last_not_of('0') + 1);
}

std::string origin_note(const std::string& origin) {
    return origin.empty() ? std::string{} : std::string(kOriginNote) + ' ' + origin + '\n';
}

}  // namespace

void validate(const GeneratedDemand& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    validate_classes(spec.classes, value.find("classes"), config::join_path(path, "classes"),
                     issues);
}

std::uint64_t write_requests(RequestStream& requests, const std::string& origin,
                             const std::string& path, bool replace) {
    require_trace_ending(path);
    PackedWriter file(path, replace);
    const bool named = requests.classes().size() > 1;
    std::vector<std::string> names;  // as they stand in the file
    std::string text =
        origin_note(origin) + "arrival,tokens_in,tokens_out" + (named ? ",class\n" : "\n");
    Request request;
    std::uint64_t count = 0;
    while (requests.next(request)) {
        ++count;
        append_seconds(request.arrival, text);
        text += ',';
        append(request.tokens_in, text);
        text += ',';
        append(request.tokens_out, text);
        if (named) {
            while (names.size() <= request.request_class) {
                std::string name;
                append_quoted(requests.classes().at(names.size()), name);
                names.push_back(std::move(name));
            }
            text += ',';
            text += names[request.request_class];
        }
        text += '\n';
        if (text.size() >= kChunk) {
            file.write(text);
            text.clear();
        }
    }
    file.write(text);
    file.commit();
    return count;
}

void write_rates(const std::vector<DemandBin>& bins, Seconds bin, Seconds end,
                 const std::string& origin, const std::string& path, bool replace) {
    require_trace_ending(path);
    PackedWriter file(path, replace);
    std::string text = origin_note(origin) + "# end: " + shortest(end.value) +
                       "\ntime,rate,tokens_in,tokens_out\n";
    for (std::size_t b = 0; b < bins.size(); ++b) {
        const DemandBin& sums = bins[b];
        const double from = static_cast<double>(b) * bin.value;
        const double width = std::min(static_cast<double>(b + 1) * bin.value, end.value) - from;
        text += shortest(from) + ',' + shortest(sums.requests / width) + ',';
        if (sums.requests > 0) {
            text += shortest(sums.tokens_in / sums.requests) + ',' +
                    shortest(sums.tokens_out / sums.requests);
        } else {
            text += ',';
        }
        text += '\n';
        if (text.size() >= kChunk) {
            file.write(text);
            text.clear();
        }
    }
    file.write(text);
    file.commit();
}

}  // namespace tidepool::workloads
