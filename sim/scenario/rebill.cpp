#include "sim/scenario/rebill.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/base/issue.h"
#include "sim/config/read.h"
#include "sim/config/write.h"
#include "sim/money/bill.h"
#include "sim/scenario/books.h"
#include "sim/scenario/overrides.h"
#include "topology/build.h"

namespace tidepool::scenario {
namespace {

using config::Value;

constexpr std::array<std::string_view, 3> kSections{"prices", "costs", "sla"};

void replace(Value& root, const config::Member& section) {
    for (config::Member& member : root.members) {
        if (member.key == section.key) {
            member = section;
            return;
        }
    }
    root.members.push_back(section);
}

void remove(Value& root, std::string_view key) {
    std::erase_if(root.members, [&](const config::Member& m) { return m.key == key; });
}

// The sections of the file over those of the scenario; an empty one takes it away.
void lay_over(Value& root, const Value& file, const std::string& name, Issues& issues) {
    if (file.kind != Value::Kind::kMap || file.members.empty()) {
        issues.add({name, 0, 0}, "", "holds no `prices`, `costs` or `sla`");
        return;
    }
    for (const config::Member& member : file.members) {
        if (std::ranges::find(kSections, member.key) == kSections.end()) {
            issues.add(member.at, member.key, "unknown key (got '" + member.key + "')",
                       did_you_mean(member.key, {kSections.begin(), kSections.end()}));
        } else if (member.value.kind == Value::Kind::kNull) {
            remove(root, member.key);
        } else {
            replace(root, member);
        }
    }
}

// A resolved scenario has empty texts where none were given, which some keys refuse.
void leave_out_empty_texts(Value& value) {
    std::erase_if(value.members, [](const config::Member& member) {
        return member.value.kind == Value::Kind::kScalar && member.value.text.empty();
    });
    for (config::Member& member : value.members) {
        leave_out_empty_texts(member.value);
    }
    for (Value& item : value.items) {
        leave_out_empty_texts(item);
    }
}

struct Told {
    ScenarioSpec spec;
    const Value& tree;
};

bool bids(const ScenarioSpec& spec) {
    return spec.prices && !spec.prices->spot.bids.empty();
}

// Bids decide who runs, and so belong to the run.
void require_same_evictions(const Told& before, const Told& now, const Books& books,
                            const topology::Topology& topology, const PriceNames& names,
                            Issues& issues) {
    if (!bids(before.spec) && !bids(now.spec)) {
        return;
    }
    const Position at = now.tree.find("prices") == nullptr
                            ? Position{}
                            : config::position_of(*now.tree.find("prices"), "spot");
    const auto refuse = [&] {
        issues.add(at, "prices.spot", "would have changed the run: bids decide who runs",
                   "run the scenario again with these prices");
    };
    if (!bids(before.spec) || !bids(now.spec) ||
        before.spec.prices->spot.rule != now.spec.prices->spot.rule) {
        refuse();
        return;
    }
    const Books old = compile_books(before.spec, before.tree, topology, names, issues);
    issues.throw_if_any();
    bool same = old.prices.spot.bid == books.prices.spot.bid || !old.prices.spot.by_bids;
    for (std::uint32_t tenant = 0; tenant < names.tenants.size(); ++tenant) {
        for (std::uint32_t model = 0; model < names.models.size(); ++model) {
            same = same && money::outbid(old.prices, tenant, model, *names.end) ==
                               money::outbid(books.prices, tenant, model, *names.end);
        }
    }
    if (!same || old.prices.spot.notice != books.prices.spot.notice) {
        refuse();
    }
}

}  // namespace

Rebilled rebill(const std::string& result, const std::string& resolved_yaml,
                const std::string& origin, const money::Usage& usage,
                const std::string& price_file) {
    Issues issues;
    Value root = config::parse_yaml(resolved_yaml, result + ":/scenario/resolved_yaml", issues);
    issues.throw_if_any();
    leave_out_empty_texts(root);
    const Value before = root;
    const Value file = config::load_yaml(price_file, issues);
    issues.throw_if_any();
    lay_over(root, file, price_file, issues);
    issues.throw_if_any();
    apply_overrides(root, {}, false, issues);
    const auto spec = config::read<ScenarioSpec>(root, "", issues);
    issues.throw_if_any();
    const topology::Topology topology =
        topology::build(spec.topology, *root.find("topology"), "topology", issues);
    issues.throw_if_any();
    const PriceNames names = names_of(usage, topology, origin);
    const Books books = compile_books(spec, root, topology, names, issues);
    issues.throw_if_any();
    require_same_evictions({config::read<ScenarioSpec>(before, "", issues), before}, {spec, root},
                           books, topology, names, issues);
    issues.throw_if_any();
    return {statement_of(books, usage), config::to_yaml(spec)};
}

}  // namespace tidepool::scenario
