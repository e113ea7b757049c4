#include "sim/cli/demand_trace.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>

#include "workloads/demand_convert.h"
#include "workloads/demand_formats.h"
#include "workloads/demand_info.h"
#include "workloads/file_requests.h"
#include "workloads/formats.h"
#include "workloads/shape_rates.h"
#include "workloads/sniff.h"

namespace tidepool::cli {
namespace {

const workloads::DemandFileFormat* format_named(const std::string& name) {
    const auto found =
        std::find_if(workloads::kDemandFormats.begin(), workloads::kDemandFormats.end(),
                     [&](const workloads::DemandFileFormat& one) { return one.name == name; });
    return found == workloads::kDemandFormats.end() ? nullptr : &*found;
}

// A file of demand with what the options make of it.
class Demand {
public:
    Demand(const Arguments& arguments, const workloads::TraceSpec& spec) {
        Issues issues;
        const Position at{"command line", 0, 0};
        if (arguments.first) {
            issues.add(at, "first", "is for traces of jobs; choose a window");
        }
        if (arguments.growth) {
            issues.add(at, "growth", "is for traces of jobs");
        }
        if (arguments.time_scale) {
            issues.add(at, "time_scale", "is for traces of jobs");
        }
        spec_.file = spec.file;
        spec_.window = spec.window;
        spec_.scale = spec.load_scale;
        format_ = format_named(arguments.format);
        if (format_ == nullptr) {
            format_ = find_demand_format(workloads::DemandFormat::kAuto, spec.file, issues);
        }
        issues.throw_if_any();
    }

    bool has_requests() const { return format_->requests != nullptr; }
    const std::string& file() const { return spec_.file; }
    std::string format() const { return std::string(format_->name); }

    std::unique_ptr<workloads::FileRequests> requests() const {
        return std::make_unique<workloads::FileRequests>(spec_, spec_.file, *format_, 0, 0,
                                                         Seconds{workloads::kClockEnd});
    }
    workloads::RateTrace rates() const {
        Issues issues;
        workloads::RateTrace trace = format_->rates(spec_.file, issues);
        issues.throw_if_any();
        return shape_rates(std::move(trace), spec_, spec_.file, trace.end);
    }

private:
    workloads::DemandSpec spec_;
    const workloads::DemandFileFormat* format_ = nullptr;
};

template <class Info>
std::string text_of(const Arguments& arguments, Info info, const Demand& demand) {
    info.file = demand.file();
    info.format = demand.format();
    return arguments.json ? to_json(info) : to_text(info);
}

}  // namespace

bool is_demand(const Arguments& arguments, const std::string& file) {
    std::error_code error;
    if (!arguments.format.empty() && arguments.format != "auto") {
        return format_named(arguments.format) != nullptr;
    }
    if (std::filesystem::is_directory(file, error)) {
        return true;
    }
    Issues unused;  // who reads the file says what is wrong with it
    workloads::Problems problems(file, unused);
    const workloads::LineSource lines(file, problems);
    if (problems.any()) {
        return false;
    }
    const workloads::TraceFormat* const jobs = workloads::detect_format(lines.head());
    const int names = jobs == nullptr ? 0 : jobs->sniff(workloads::first_line(lines.head()));
    return workloads::detect_demand(lines.head()).names > names;
}

void print_demand(const Arguments& arguments, const workloads::TraceSpec& spec) {
    const Demand demand(arguments, spec);
    if (!demand.has_requests()) {
        std::cout << text_of(arguments, describe(demand.rates()), demand);
        return;
    }
    const auto requests = demand.requests();
    workloads::RequestsInfo info = describe(*requests);
    info.origin = requests->origin();
    std::cout << text_of(arguments, std::move(info), demand);
}

std::string demand_verdict(const Arguments& arguments, const workloads::TraceSpec& spec) {
    const Demand demand(arguments, spec);
    std::string text = demand.file() + ": ok, ";
    if (demand.has_requests()) {
        const auto requests = demand.requests();
        std::uint64_t count = 0;
        for (workloads::Request request; requests->next(request);) {
            ++count;
        }
        text += std::to_string(count) + " requests";
    } else {
        text += "rates of " + std::to_string(demand.rates().clients.size()) + " clients";
    }
    return text + " (" + demand.format() + ")\n";
}

void convert_demand(const Arguments& arguments, const workloads::TraceSpec& spec,
                    const std::string& to) {
    const Demand demand(arguments, spec);
    if (!demand.has_requests()) {
        const workloads::RateTrace rates = demand.rates();
        workloads::write_rates(rates, to, arguments.force);
        std::cerr << "wrote rates of " << rates.clients.size() << " clients to " << to << '\n';
        return;
    }
    const auto origin = [&] {
        const auto requests = demand.requests();
        workloads::Request request;
        requests->next(request);
        return requests->origin();
    };
    const std::uint64_t count =
        workloads::write_requests([&] { return demand.requests(); }, origin, to, arguments.force);
    std::cerr << "wrote " << count << " requests to " << to << '\n';
}

}  // namespace tidepool::cli
