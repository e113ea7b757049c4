#include "workloads/demand_convert.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "sim/base/json.h"
#include "workloads/convert.h"
#include "workloads/own_format.h"
#include "workloads/own_rates.h"
#include "workloads/own_requests.h"
#include "workloads/pack.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16U;

// 1500000000 ns -> `1.5`
void append_seconds(std::int64_t nanoseconds, std::string& out) {
    constexpr std::size_t kDigits = 9;
    out += std::to_string(nanoseconds / kNanosecondsPerSecond);
    if (const std::int64_t rest = nanoseconds % kNanosecondsPerSecond; rest != 0) {
        const std::string digits = std::to_string(rest);
        out += '.' + std::string(kDigits - digits.size(), '0') + digits;
        out.erase(out.find_last_not_of('0') + 1);
    }
}

void append_row(const Request& request, const RequestStream& stream, bool classes, bool blocks,
                std::string& text) {
    append_seconds(request.arrival, text);
    text += ',' + std::to_string(request.tokens_in) + ',' + std::to_string(request.tokens_out);
    if (classes) {
        text += ',';
        if (request.request_class != 0) {
            append_quoted(stream.classes()[request.request_class], text);
        }
    }
    if (blocks) {
        char before = ',';
        if (request.blocks.empty()) {
            text += before;
        }
        for (const std::uint64_t id : request.blocks) {
            text += before + std::to_string(id);
            before = ' ';
        }
    }
    text += '\n';
}

}  // namespace

std::uint64_t write_requests(const OpenStream& open, const std::function<std::string()>& origin,
                             const std::string& path, bool replace) {
    require_trace_ending(path);
    bool classes = false, blocks = false;
    std::uint64_t count = 0;
    std::uint32_t block_tokens = 0;
    {
        const std::unique_ptr<RequestStream> stream = open();
        for (Request request; stream->next(request); ++count) {
            classes = classes || request.request_class != 0;
            blocks = blocks || !request.blocks.empty();
        }
        block_tokens = stream->block_tokens();
    }
    PackedWriter file(path, replace);
    std::string text;
    if (const std::string zero = origin(); !zero.empty()) {
        text += std::string(kOriginNote) + ' ' + zero + '\n';
    }
    if (block_tokens > 0) {
        text += "# " + std::string(kBlockTokensNote) + " = " + std::to_string(block_tokens) + '\n';
    }
    text += std::string("arrival,tokens_in,tokens_out") + (classes ? ",class" : "") +
            (blocks ? ",blocks" : "") + '\n';
    const std::unique_ptr<RequestStream> stream = open();
    for (Request request; stream->next(request);) {
        append_row(request, *stream, classes, blocks, text);
        if (text.size() >= kChunk) {
            file.write(text);
            text.clear();
        }
    }
    file.write(text);
    file.commit();
    return count;
}

void write_rates(const RateTrace& rates, const std::string& path, bool replace) {
    require_trace_ending(path);
    const auto any = [&](auto has) {
        return std::any_of(rates.clients.begin(), rates.clients.end(), [&](const RateClient& one) {
            return std::any_of(one.steps.begin(), one.steps.end(), has);
        });
    };
    const bool in = any([](const RateStep& step) { return step.tokens_in > 0; });
    const bool out = any([](const RateStep& step) { return step.tokens_out > 0; });
    const bool names =
        rates.clients.size() > 1 || (!rates.clients.empty() && !rates.clients[0].name.empty());
    PackedWriter file(path, replace);
    std::string text;
    if (!rates.origin.empty()) {
        text += std::string(kOriginNote) + ' ' + rates.origin + '\n';
    }
    text += "# " + std::string(kEndNote) + ": " + shortest(rates.end.value) + "\ntime,rate";
    text += std::string(names ? ",client" : "") + (in ? ",tokens_in" : "") +
            (out ? ",tokens_out" : "") + (rates.gaps_given ? ",law,shape" : "") + '\n';
    const auto append = [&](const RateClient& client, const RateStep& step) {
        text += shortest(step.begin.value) + ',' + shortest(step.rate);
        if (names) {
            text += ',';
            client.name.empty() ? void() : append_quoted(client.name, text);
        }
        const auto tokens = [&](bool wanted, double value) {
            text += !wanted ? "" : ',' + (value > 0 ? shortest(value) : std::string());
        };
        tokens(in, step.tokens_in);
        tokens(out, step.tokens_out);
        if (rates.gaps_given) {
            text += ',' + std::string(step.law == GapLaw::kGamma ? kGammaName : kWeibullName) +
                    ',' + shortest(step.shape);
        }
        text += '\n';
        if (text.size() >= kChunk) {
            file.write(text);
            text.clear();
        }
    };
    for (const RateClient& client : rates.clients) {
        for (const RateStep& step : client.steps) {
            append(client, step);
        }
        if (client.steps.empty()) {
            append(client, RateStep{});  // read back, it leaves a client without steps
        }
    }
    file.write(text);
    file.commit();
}

}  // namespace tidepool::workloads
