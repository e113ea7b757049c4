// The part of the trace reference that is about demand.

#include <string>
#include <string_view>

#include "workloads/demand_formats.h"
#include "workloads/own_requests.h"
#include "workloads/reference.h"
#include "workloads/request.h"

namespace tidepool::workloads {
namespace {

constexpr std::string_view kDemand = R"(
Files of demand hold requests to an inference service, one by one, or rates of requests over time. What
applies to trace files above (packing, lines, quotes, notes, messages) applies to them as well. Rows of
requests must be in order of arrival; memory does not grow with their number.
)";

constexpr std::string_view kRequests = R"(
| Column | Type, unit | Default | Meaning |
|---|---|---|---|
| `arrival` | s, at most 9 decimals, or ISO 8601 | required | When it arrives, kept to the nanosecond; calendar times count from the first |
| `tokens_in` | whole number | required | Tokens of the prompt |
| `tokens_out` | whole number | required | Tokens generated |
| `class` | text | none | A tenant or a tier of service |
| `blocks` | whole numbers between blanks | not recorded | Ids of the blocks of tokens that the prompt begins with, first block first; equal id: equal text up to the end of that block |

The notes `# origin: ...` and, where there are blocks, `# block_tokens = 512` stand before the header.
)";

constexpr std::string_view kAzureLlm = R"(
Columns `TIMESTAMP` (`YYYY-MM-DD hh:mm:ss`, a fraction, perhaps an offset), `ContextTokens`, `GeneratedTokens`;
others are ignored. Second 0 is the first request.
)";

constexpr std::string_view kMooncake = R"(
One JSON object a line with `timestamp` (ms, second 0 is that of the file), `input_length` and
`output_length` (tokens) and `hash_ids` (blocks of 512 tokens; may be missing); other members are errors.
)";

constexpr std::string_view kRates = R"(
| Column | Type, unit | Default | Meaning |
|---|---|---|---|
| `time` | s, or ISO 8601 | required | When the rate begins; it holds until the next row of its client |
| `rate` | requests/s | required | Expected requests |
| `client` | text | one client | Whose; the rows of each client must be in order of time |
| `tokens_in`, `tokens_out` | tokens | as `lengths` says | Mean lengths; drawn lengths are multiplied to have them |
| `cv` | 0.001 to 10 | 1 | Coefficient of variation of the client's gaps, Gamma-distributed |
| `law`, `shape` | `gamma` or `weibull`; a number | gamma, 1 | Instead of `cv`: how the gaps are distributed |

The note `# end: 604800` (s) says where the last steps end; without it the last step of a client is as long as
the one before, and a single one holds for good.
)";

constexpr std::string_view kAzureRate = R"(
Columns `timestamp` (ISO 8601) and `requests_per_minute`; others are ignored. A row stands in the middle of its
step: steps meet halfway between two rows. Second 0 is the begin of the first step.
)";

constexpr std::string_view kServeGen = R"(
A tar archive (ustar, may be packed; nothing is unpacked to disk) or a folder of `chunk-<client>-trace.csv`
without header: begin of the window (s), rate (requests/s), coefficient of variation of the gaps, `Gamma`,
`Weibull` or nothing (no requests), shape, scale (s). Clients are drawn with law and shape; the coefficient
beside them and the scale are checked and not used. Other files of the archive are ignored; all clients must
lie in one of its folders.
)";

std::string_view text_of(DemandFormat format) {
    switch (format) {
        case DemandFormat::kRequests:
            return kRequests;
        case DemandFormat::kAzureLlm:
            return kAzureLlm;
        case DemandFormat::kMooncake:
            return kMooncake;
        case DemandFormat::kRates:
            return kRates;
        case DemandFormat::kAzureLlmRate:
            return kAzureRate;
        case DemandFormat::kServeGen:
            return kServeGen;
        case DemandFormat::kAuto:
            break;
    }
    return {};
}

}  // namespace

std::string demand_reference_markdown() {
    std::string text =
        "\n# Demand formats\n" + std::string(kDemand) + "\n| `format:` | What it is |\n|---|---|\n";
    for (const auto& kind : config::KindTable<DemandFormat>::kinds) {
        text += "| `" + std::string(kind.name) + "` | " + std::string(kind.summary) + " |\n";
    }
    text += "\nLimits: " + std::to_string(kMostTokens) + " tokens of a prompt or an answer, " +
            std::to_string(kMostClasses) + " classes, " + std::to_string(kMostClients) +
            " clients, " + std::to_string(kMostRateSteps) + " steps of rates.\n";
    for (const DemandFileFormat& format : kDemandFormats) {
        text += "\n## " + std::string(format.name) + '\n' + std::string(text_of(format.value));
    }
    return text;
}

}  // namespace tidepool::workloads
