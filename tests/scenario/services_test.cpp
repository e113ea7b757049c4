// Services: from YAML to units, demand and shares of the core, by hand; and what is refused.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/batch/closed_form.h"
#include "sim/model/kpis.h"
#include "sim/scenario/compile.h"
#include "sim/scenario/serve.h"
#include "tests/scenario/scenario_folder.h"

namespace tidepool::scenario {
namespace {

// Four nodes of 8 H100. A unit takes 1 s for a request: 1,000 tokens at a token per ms, alone.
class Services : public ScenarioFolder {
protected:
    Services() { scenario(""); }

    void scenario(const std::string& autoscale, const std::string& more = "",
                  const std::string& rest = "") const {
        write("demand.csv", "time,rate\n0,1\n600,3\n1200,1\n");
        write("small.yaml",
              "tidepool: 1\nname: small\nhorizon: 30 min\n"
              "topology: {clusters: [{name: a, server: hgx-h100, nodes: 4}]}\nfailures: {}\n"
              "services:\n  - name: chat\n"
              "    unit: {gpus: 4, decode: 1 ktok/s, batch: 1, cold_start: 60 s}\n"
              "    demand: {file: demand.csv, lengths: {in: {fixed: 1}, out: {fixed: 1000}}}\n"
              "    autoscale: {every: 5 min, units: [1, 8]" +
                  autoscale + "}\n" + more + rest);
    }
    std::string refusal() const {
        try {
            compile(load_small());
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }
    std::vector<std::uint32_t> planned() const {
        std::vector<std::uint32_t> units;
        for (const core::DemandStep& step : compile(load_small()).plan.demand) {
            units.push_back(step.units);
        }
        return units;
    }
    model::Ledger run() const {
        const Loaded loaded = load_small();
        const Compiled compiled = compile(loaded);
        model::Ledger ledger = batch::run(compiled, {});
        serve(loaded, compiled.demand, ledger.unit_log, compiled.plan.seed, ledger.end,
              ledger.bin_width, ledger.services);
        return ledger;
    }
};

TEST_F(Services, UnitsAreTheFirstRanks) {
    const Compiled compiled = compile(load_small());
    EXPECT_EQ(compiled.plan.units, 8U);
    EXPECT_EQ(compiled.first_unit(), 0U);
    EXPECT_EQ(compiled.plan.job_gpus.at(7), 4U);
    EXPECT_EQ(compiled.plan.checkpoint_rules.at(0).restart, 60U * 16);
    EXPECT_TRUE(compiled.plan.checkpoint_rules.at(0).cold);
    EXPECT_TRUE(compiled.plan.interruptible);
    EXPECT_EQ(compiled.ids.at(3), "chat/3");
}

// A request is 1 s of a unit, so loads are 1, 1, 3, 3, 1, 1 units, known one look later.
TEST_F(Services, TargetFollowsTheDemandOfTheLastLook) {
    scenario(", rule: target, utilisation: 50 %");
    EXPECT_EQ(planned(), (std::vector<std::uint32_t>{2, 2, 2, 6, 6, 2}));
    const Compiled compiled = compile(load_small());
    EXPECT_EQ(compiled.plan.demand.at(2).load, 3 * core::kUnitLoad);
    EXPECT_EQ(compiled.plan.demand.at(2).tick, 600U * 16);
}

TEST_F(Services, FixedScheduleAndPrediction) {
    scenario(", rule: fixed");
    EXPECT_EQ(planned(), (std::vector<std::uint32_t>{8, 8, 8, 8, 8, 8}));
    scenario(", rule: schedule, schedule: [{at: 10 min, units: 5}, {at: 20 min, units: 3}]");
    EXPECT_EQ(planned(), (std::vector<std::uint32_t>{3, 3, 5, 5, 3, 3}));
    // What came 10 minutes ago and the 5 minutes after: at 1200 s the loads of 600 s and 900 s.
    scenario(", rule: predict, utilisation: 50 %, look_back: 10 min, look_ahead: 5 min");
    EXPECT_EQ(planned(), (std::vector<std::uint32_t>{2, 2, 2, 6, 6, 6}));
}

// Nobody knows the demand of the future, even if the look ahead is longer than the one back.
TEST_F(Services, PredictionsKnowThePastOnly) {
    scenario(", rule: predict, utilisation: 50 %, look_back: 5 min, look_ahead: 1 h");
    EXPECT_EQ(planned(), (std::vector<std::uint32_t>{2, 2, 2, 6, 6, 2}));
}

TEST_F(Services, LatencyRuleScalesToZero) {
    scenario(", rule: latency, ttft_p95: 10 s");
    write("demand.csv", "time,rate\n0,0\n900,1\n");
    EXPECT_EQ(planned().at(1), 0U);
    EXPECT_GT(planned().at(5), 1U);
}

// Recorded requests that come by chance are other ones for another seed: what a replica of a sweep
// draws is what a run with its seed has.
TEST_F(Services, ScaledRequestsAreLuckOfTheSeed) {
    scenario(", rule: latency, ttft_p95: 10 s");
    std::string rows = "arrival,tokens_in,tokens_out\n";
    for (int i = 0; i < 600; ++i) {
        rows += std::to_string(i * 2) + ",1," + std::to_string(1 + i % 1500) + "\n";
    }
    write("requests.csv", rows);
    const std::string demand =
        "services[0].demand={file: " + (folder_ / "requests.csv").string() + ", scale: 0.7}";
    const Loaded one = load_small({demand}), other = load_small({demand, "seed=99"});
    const Compiled mine = compile(other);
    const Luck luck = draw_luck(one, mine.plan, 99);
    EXPECT_EQ(luck.demand.at(0).bins, mine.demand.at(0).bins);
    EXPECT_NE(compile(one).demand.at(0).bins, mine.demand.at(0).bins);
    const auto latency = latency_of(*one.services.at(0), luck.demand.at(0));
    EXPECT_EQ(latency->capacity(), other.services.at(0)->latency->capacity());
    EXPECT_NE(latency->capacity(), one.services.at(0)->latency->capacity());
}

// Jobs from noon until midnight: closed at first, then open, closed at the day's end.
TEST_F(Services, WindowsMayEndAtMidnight) {
    for (const std::string to : {"0 s", "24 h"}) {
        scenario("", "",
                 "tide: {policy: window, training: {floor: 8, ceiling: 24}, window: "
                 "{from: 12 h, to: " +
                     to + "}}\n");
        std::vector<std::pair<std::uint32_t, std::uint64_t>> steps;
        for (const core::CeilingStep& step : compile(load_small({"horizon=48 h"})).plan.ceiling) {
            steps.emplace_back(step.tick, step.gpus);
        }
        constexpr std::uint32_t kHalf = 12 * 3600 * 16;
        EXPECT_EQ(steps, (std::vector<std::pair<std::uint32_t, std::uint64_t>>{
                             {0, 8}, {kHalf, 24}, {2 * kHalf, 8}, {3 * kHalf, 24}}))
            << to;
    }
}

// Ended early, services that have not had their turn have bins like the others, of nothing.
TEST_F(Services, ThatWereNotReachedHaveEmptyBins) {
    const std::string unit = "{gpus: 4, decode: 1 ktok/s, batch: 1}";
    const std::string demand = "{file: demand.csv, lengths: {in: {fixed: 1}, out: {fixed: 9}}}";
    scenario("", "  - {name: late, unit: " + unit + ", demand: " + demand +
                     ", autoscale: {units: [1, 1]}}\n");
    const Loaded loaded = load_small();
    const Compiled compiled = compile(loaded);
    model::Ledger ledger = batch::run(compiled, {});
    EXPECT_FALSE(serve(loaded, compiled.demand, ledger.unit_log, 0, ledger.end, ledger.bin_width,
                       ledger.services, [](double) { return false; }));
    EXPECT_EQ(ledger.services.at(1).flow.bins.size(), ledger.bins.size());
    EXPECT_EQ(ledger.services.at(1).flow.name, "late");
}

// Two units at first; at 900 s six are wanted, and the four new ones are cold for 60 s; at 1500 s
// four close, and serve nobody any more. Unit-seconds ready: 2 * 1800 + 4 * (1500 - 960).
TEST_F(Services, ComeAndGoAsWanted) {
    scenario(", rule: target, utilisation: 50 %", "    drain: 30 s\n");
    const model::Ledger ledger = run();
    const model::UnitTime time =
        model::unit_time(ledger.services.at(0), 0, ledger.unit_log, ledger.end, ledger.end);
    EXPECT_EQ(time.ready, (2U * 1800 + 4U * 540) * 16);
    EXPECT_EQ(time.held, (2U * 1800 + 4U * 630) * 16);
    EXPECT_EQ(time.wanted, (2U * 1200 + 6U * 600) * 16);
    EXPECT_EQ(time.cold_starts, 4U);
    const model::Totals t = model::totals(ledger);
    EXPECT_EQ(t.allocated, time.held * 4);
    EXPECT_EQ(t.services.freed, (4U * 1200) * 16U * 4);
    EXPECT_EQ(t.services.flow.offered.requests, 600U + 1800 + 600);
    EXPECT_EQ(t.services.flow.offered.tokens_out, 3'000'000U);
}

// From 600 s to 900 s three requests a second meet two units, and 300 pile up: beside the six
// units for what comes in, ceil(300 / 100) more clear them in 100 s; at most there are eight.
TEST_F(Services, ClearWhatHasPiledUp) {
    scenario(", rule: target, utilisation: 50 %, clear_backlog: 300 s");
    std::vector<std::uint32_t> wanted;
    for (const UnitNote& note : run().unit_log) {
        if (note.event == UnitEvent::kWanted) {
            wanted.push_back(note.units);
        }
    }
    EXPECT_EQ(wanted, (std::vector<std::uint32_t>{2, 7, 6, 2}));
}

TEST_F(Services, RefuseWhatCannotBe) {
    const auto has = [&](const std::string& text) {
        const std::string all = refusal();
        EXPECT_NE(all.find(text), std::string::npos) << all;
    };
    scenario(", rule: schedule");
    has("`schedule` needs a `schedule`");
    scenario(", rule: latency");
    has("`rule: latency` needs limits");
    scenario("", "    cache: {capacity: 1 kB}\n");
    has("less than one token");
    scenario("", "    cache: {capacity: 1 TB}\n");
    has("follows no prefixes");
    scenario("", "", "tide: {policy: split}\n");
    has("`split` needs both ceilings");
    scenario("", "", "tide: {policy: window}\n");
    has("`window` needs a `window`");
    scenario("", "", "scheduler: {placement: fungible}\n");
    has("knows no nodes for units");
    scenario("");
    EXPECT_NE(problems({"services[0].autoscale.every=1 s", "horizon=300 d"})
                  .find("services: look at their demand more than 10,000,000 times"),
              std::string::npos);
    EXPECT_NE(
        problems({"services[0].autoscale.units=[1, 60000]", "output.bin=30 d", "horizon=300 d"})
            .find("output.bin: is too long for the units of service 'chat'"),
        std::string::npos);
    scenario("", "    classes: [{name: a, deadline: 1 h}, {name: b, deadline: 2 h}]\n");
    has("`fidelity: flow` knows one class with a deadline");
    scenario("", "    demnad: {}\n");
    has("did you mean 'demand'?");
    scenario("");
    write("demand.csv", "time,rate\n0,1\n-5,3\n");
    has("demand.csv:3:");
}

TEST_F(Services, RefuseUnitsThatFitNowhere) {
    const auto with_unit = [&](const std::string& unit) {
        scenario("");
        return problems({"services[0].unit=" + unit}) + [&] {
            try {
                compile(load_small({"services[0].unit=" + unit}));
            } catch (const InputError& error) {
                return std::string(error.what());
            }
            return std::string();
        }();
    };
    EXPECT_NE(with_unit("{gpus: 64, decode: 1 ktok/s, batch: 1}").find("never fits"),
              std::string::npos);
    EXPECT_NE(
        with_unit("{gpus: 4, decode: 1 ktok/s, batch: 1, weights: 140 GB, start: {load: 1 B/s}}")
            .find("unit.start.load: takes longer than the simulated clock"),
        std::string::npos);
    EXPECT_NE(with_unit("{model: llama-3.3-70b, gpu: h20}").find("no node has the GPU model"),
              std::string::npos);
    EXPECT_NE(with_unit("{model: llama-3.3-70b, gpu: h101}").find("did you mean 'h100'?"),
              std::string::npos);
}

TEST_F(Services, RefuseTwoNamesAndRunsWithoutEnd) {
    write("small.yaml",
          "tidepool: 1\nname: small\n"
          "topology: {clusters: [{name: a, server: hgx-h100, nodes: 4}]}\n"
          "services:\n"
          "  - {name: a, unit: {decode: 1 ktok/s, batch: 1}, demand: {tide: {base: 1 /s},"
          " lengths: {in: {fixed: 1}, out: {fixed: 9}}}, autoscale: {units: [1, 2]}}\n"
          "  - {name: a, unit: {decode: 1 ktok/s, batch: 1}, demand: {tide: {base: 1 /s},"
          " lengths: {in: {fixed: 1}, out: {fixed: 9}}}, autoscale: {units: [1, 2]}}\n");
    const std::string all = problems();
    EXPECT_NE(all.find("another service has the name 'a'"), std::string::npos) << all;
    EXPECT_NE(all.find("`horizon`"), std::string::npos) << all;
}

}  // namespace
}  // namespace tidepool::scenario
