// Azure's traces of LLM inference of 2023 and 2024: one row a request, calendar times.

#include <array>

#include "workloads/arrival.h"
#include "workloads/csv.h"
#include "workloads/request_reader.h"

namespace tidepool::workloads {
namespace {

constexpr std::array kColumns{CsvColumn{"TIMESTAMP", true}, CsvColumn{"ContextTokens", true},
                              CsvColumn{"GeneratedTokens", true}};

class AzureRequests final : public RequestReader {
public:
    AzureRequests(LineSource& lines, Problems& problems)
        : problems_(problems), table_(lines, problems) {
        good_ = table_.read_header(kColumns, OtherColumns::kIgnore);
    }

    bool next(Request& request) override {
        while (good_ && table_.next_row()) {
            Row row{problems_, table_.line()};
            const auto tokens = [&](std::size_t column) {
                return static_cast<std::uint32_t>(
                    row.integer(*table_[column], kColumns[column].name, 1, kMostTokens));
            };
            request = {};
            request.arrival = read_time(row, *table_[0]);
            request.tokens_in = tokens(1);
            request.tokens_out = tokens(2);
            if (row.ok) {
                return true;
            }
        }
        return false;
    }
    const std::vector<std::string>& classes() const override { return classes_; }
    std::string origin() const override { return clock_.origin(); }

private:
    std::int64_t read_time(Row& row, const Field& field) {
        if (!field.text.empty() && !looks_like_date(field.text)) {
            row.fail(field, kColumns[0].name, "not a calendar time" + got(field.text));
            return 0;
        }
        return clock_.read(row, field, kColumns[0].name);
    }

    Problems& problems_;
    CsvTable table_;
    bool good_ = false;
    ArrivalClock clock_;
    std::vector<std::string> classes_{""};
};

}  // namespace

std::unique_ptr<RequestReader> open_azure_requests(LineSource& lines, Problems& problems) {
    return std::make_unique<AzureRequests>(lines, problems);
}

}  // namespace tidepool::workloads
