// The reference page says everything the readers know, and its example notes are true.

#include "workloads/reference.h"

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"
#include "workloads/demand_formats.h"
#include "workloads/formats.h"
#include "workloads/own_format.h"

namespace tidepool::workloads {
namespace {

using ::testing::HasSubstr;

TEST(TraceReference, DocumentsEveryFormatAndColumn) {
    const std::string page = trace_reference_markdown();
    for (const TraceFormat& format : kTraceFormats) {
        EXPECT_THAT(page, HasSubstr("| `" + std::string(format.name) + "` | "));
        const bool own = format.read == read_own;
        EXPECT_THAT(page, HasSubstr(own ? std::string("\n## tidepool, common\n")
                                        : "\n## " + std::string(format.name) + "\n"));
    }
    for (const OwnColumn& column : own_columns()) {
        EXPECT_THAT(page, HasSubstr("\n| `" + std::string(column.name) + "` | "));
        EXPECT_FALSE(column.doc.empty());
        EXPECT_EQ(column.required, column.fallback.empty()) << column.name;
    }
}

TEST(TraceReference, LimitsAreThoseOfTheReaders) {
    EXPECT_THAT(trace_reference_markdown(),
                HasSubstr("a line 1 MiB, a name 128 bytes, 10000000 jobs"));
}

TEST(TraceReference, DocumentsEveryFormatOfDemand) {
    const std::string page = trace_reference_markdown();
    for (const DemandFileFormat& format : kDemandFormats) {
        const std::string section = "\n## " + std::string(format.name) + "\n\n";
        EXPECT_THAT(page, HasSubstr(section));
        EXPECT_NE(page.substr(page.find(section) + section.size(), 1), "\n") << "says something";
        EXPECT_EQ(&demand_format_of(format.value), &format);
        EXPECT_NE(format.requests == nullptr, format.rates == nullptr);
    }
    EXPECT_THAT(page, HasSubstr("16777216 tokens of a prompt or an answer, 1000 classes"));
}

TEST(TraceFormats, EveryEnumeratorHasOneRow) {
    for (const Format value :
         {Format::kTidepool, Format::kCommon, Format::kPhilly, Format::kSwf, Format::kOpenb}) {
        EXPECT_EQ(format_of(value).value, value);
    }
    EXPECT_EQ(config::KindTable<Format>::kinds.size(), kTraceFormats.size() + 1);
}

}  // namespace
}  // namespace tidepool::workloads
