#include "workloads/demand_spec.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "sim/base/json.h"

namespace tidepool::workloads {
namespace {

struct Check {
    const DemandSpec& spec;
    const config::Value& value;
    const std::string& path;
    Issues& issues;

    void fail(std::string_view field, std::string problem, std::string hint = {}) const {
        const config::Value* at = value.find(field);
        issues.add((at != nullptr ? *at : value).at,
                   path.empty() ? std::string(field) : path + '.' + std::string(field),
                   std::move(problem), std::move(hint));
    }

    void source() const {
        if (spec.file.empty() == !spec.tide.has_value()) {
            fail(spec.tide ? "tide" : "file",
                 spec.tide ? "either a file or a tide, not both" : "a file or a tide is missing");
        }
        if (!spec.tide) {
            return;
        }
        if (spec.format != DemandFormat::kAuto) {
            fail("format", "a tide has none; it is that of a file");
        }
        if (!spec.window.empty()) {
            fail("window", "a tide has none; it is that of a file");
        }
        if (spec.repeat) {
            fail("repeat", "a tide does not end; only files are repeated");
        }
    }

    void window() const {
        if (!spec.window.empty() && (spec.window.size() != 2 || !(spec.window[0].value >= 0) ||
                                     !(spec.window[0] < spec.window[1]))) {
            std::string values;
            for (const Seconds time : spec.window) {
                values += (values.empty() ? "" : ", ") + shortest(time.value) + " s";
            }
            fail("window", "two times are wanted, the second later (got [" + values + "])");
        }
    }

    void drawing() const {
        const bool known = spec.format != DemandFormat::kAuto;
        const bool requests = known && demand_format_of(spec.format).requests != nullptr;
        if (requests && spec.lengths) {
            fail("lengths", "a file of requests has its own");
        }
        if (requests && spec.arrivals) {
            fail("arrivals", "a file of requests has its own");
        }
        if ((spec.tide || (known && !requests)) && !spec.lengths) {
            fail("lengths",
                 std::string(spec.tide ? "a tide" : "a file of rates") +
                     " does not say how long requests are",
                 "add e.g. lengths: {in: {fixed: 1000}, out: {fixed: 200}}");
        }
    }
};

}  // namespace

void validate(const DemandSpec& spec, const config::Value& value, const std::string& path,
              Issues& issues) {
    const Check check{spec, value, path, issues};
    check.source();
    check.window();
    check.drawing();
    validate_classes(spec.classes, value.find("classes"),
                     path.empty() ? "classes" : path + ".classes", issues);
}

}  // namespace tidepool::workloads
