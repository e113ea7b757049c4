#include <iostream>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/demand_trace.h"
#include "sim/config/read.h"
#include "workloads/convert.h"
#include "workloads/info.h"
#include "workloads/read_trace.h"

namespace tidepool::cli {
namespace {

using config::Value;

Value text(const std::string& content) {
    Value value;
    value.kind = Value::Kind::kScalar;
    value.text = content;
    value.at = {"command line", 0, 0};
    return value;
}

// The options as the `trace:` section they stand for, so that one reader judges both.
workloads::TraceSpec spec_of(const Arguments& arguments, const std::string& file, Issues& issues) {
    Value section;
    section.kind = Value::Kind::kMap;
    section.at = {"command line", 0, 0};
    const auto set = [&](const std::string& key, Value value) {
        section.members.push_back({key, section.at, std::move(value)});
    };
    Value name = text(file);
    name.quoted = true;
    set("file", name);
    if (!arguments.format.empty() && !is_demand(arguments, file)) {
        set("format", text(arguments.format));
    }
    if (!arguments.window.empty()) {
        Value window = section;
        window.members.clear();
        window.kind = Value::Kind::kSequence;
        for (const std::string& time : arguments.window) {
            window.items.push_back(text(time));
        }
        set("window", window);
    }
    const auto set_if = [&](const std::string& key, const std::optional<std::string>& value) {
        if (value) {
            set(key, text(*value));
        }
    };
    set_if("first", arguments.first);
    set_if("load_scale", arguments.load_scale);
    set_if("growth", arguments.growth);
    set_if("time_scale", arguments.time_scale);
    return config::read<workloads::TraceSpec>(section, "", issues);
}

workloads::TraceSpec demand_spec_of(const Arguments& arguments, const std::string& file) {
    Issues issues;
    workloads::TraceSpec spec = spec_of(arguments, file, issues);
    workloads::validate(spec, {"command line", 0, 0}, "", issues);
    issues.throw_if_any();
    return spec;
}

// Files of demand; false: it is one of jobs.
bool did_demand(const Arguments& arguments) {
    const std::string& file = arguments.files.at(0);
    if (!is_demand(arguments, file)) {
        return false;
    }
    const workloads::TraceSpec spec = demand_spec_of(arguments, file);
    if (arguments.command == "trace info") {
        print_demand(arguments, spec);
    } else {
        convert_demand(arguments, spec, arguments.files.at(1));
    }
    return true;
}

workloads::JobTrace read(const Arguments& arguments, const std::string& file) {
    Issues issues;
    const workloads::TraceSpec spec = spec_of(arguments, file, issues);
    issues.throw_if_any();
    workloads::JobTrace trace = workloads::read_trace(spec, "", issues);
    issues.throw_if_any();
    return trace;
}

ExitCode validate(const Arguments& arguments) {
    ExitCode code = ExitCode::kOk;
    for (const std::string& file : arguments.files) {
        try {
            if (is_demand(arguments, file)) {
                std::cout << demand_verdict(arguments, demand_spec_of(arguments, file));
                continue;
            }
            const workloads::JobTrace trace = read(arguments, file);
            std::cout << file << ": ok, " << trace.jobs.size() << " jobs (" << trace.format << ")";
            if (trace.skipped > 0) {
                std::cout << ", " << trace.skipped << " rows left out: " << trace.skipped_why;
            }
            std::cout << '\n';
        } catch (const InputError& error) {
            code = ExitCode::kBadInput;
            std::cerr << error.what();
        }
    }
    return code;
}

}  // namespace

ExitCode trace_command(const Arguments& arguments) {
    if (arguments.command == "trace validate") {
        return validate(arguments);
    }
    if (arguments.command.starts_with("trace generate ")) {
        return trace_generate_command(arguments);
    }
    if (did_demand(arguments)) {
        return ExitCode::kOk;
    }
    const workloads::JobTrace trace = read(arguments, arguments.files.at(0));
    if (arguments.command == "trace info") {
        const workloads::TraceInfo info = workloads::describe(trace);
        std::cout << (arguments.json ? workloads::to_json(info) : workloads::to_text(info));
        return ExitCode::kOk;
    }
    workloads::write_trace(trace, arguments.files.at(1), arguments.force);
    std::cerr << "wrote " << trace.jobs.size() << " jobs to " << arguments.files.at(1) << '\n';
    return ExitCode::kOk;
}

}  // namespace tidepool::cli
