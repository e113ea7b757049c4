// Energy, time of use and carbon: by hand, as properties, and against a loop over minutes.

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/money/energy.h"
#include "tests/money/cost_usage.h"

namespace tidepool::money {
namespace {

// Two servers of 10 kW for two hours; 8 of 16 GPUs busy: 10 kW + 0.4 x 10 kW.
TEST(Energy, AddsTheStatesTimesTheirPower) {
    Usage usage = steady_usage(16, 8, 2 * kHour, kHour);
    usage.states[0][1] = {0, 12 * std::uint64_t{kHour}, 4 * std::uint64_t{kHour}};
    Power power = plain_power(2);
    power.constant = 1'500'000;
    power.pue = 1'200'000;
    const EnergyUse use = energy_use(usage, power);
    const Energy energy = energy_of(use, nullptr);
    // 14 + 1.5 kWh; then 12 x 0.4 x 1.25 + 4 x 0.1 x 1.25 + 1.5 = 6 + 0.5 + 1.5 kWh
    EXPECT_EQ(use.bins[0].it, 15'500'000u);
    EXPECT_EQ(use.bins[1].it, 8'000'000u);
    EXPECT_EQ(energy.milliwatt_hours_it, 23'500'000u);
    EXPECT_EQ(energy.milliwatt_hours, 28'200'000u);
    EXPECT_EQ(energy.peak_watts, 18'600u);
    EXPECT_FALSE(energy.has_carbon);
}

TEST(Energy, AShortLastBinIsAsLongAsItIs) {
    const Usage usage = steady_usage(8, 8, kHour + kHour / 2, kHour);
    const EnergyUse use = energy_use(usage, plain_power(1));
    const Energy energy = energy_of(use, nullptr);
    EXPECT_EQ(energy.milliwatt_hours, 15'000'000u);
    EXPECT_EQ(energy.peak_watts, 10'000u);
    Electricity flat;
    flat.price = 100'000'000;
    EXPECT_EQ(electricity_cost(use, flat), usd(1.5));
}

TEST(Electricity, ByTimeOfUse) {
    // 10 kW for two days from 06:00; 0.3 from 08:00 until 22:00, else 0.1: 14 h and 10 h a day.
    const EnergyUse use = energy_use(steady_usage(8, 8, 2 * kDay, kHour), plain_power(1));
    Electricity tou;
    tou.price = 100'000'000;
    tou.windows = {{8 * kHour, 22 * kHour, 300'000'000}};
    tou.clock = 6 * kHour;
    EXPECT_EQ(electricity_cost(use, tou), usd(2 * 10 * (14 * 0.3 + 10 * 0.1)));
    // The first six hours: 2 h at 0.1, 4 h at 0.3.
    EXPECT_NEAR(electricity_cost(use, tou, 0, 6 * kHour), 10 * (2 * 0.1 + 4 * 0.3), 1e-9);
    EXPECT_NEAR(electricity_cost(use, tou, 0, 2 * kDay), 2 * 10 * (14 * 0.3 + 10 * 0.1), 1e-9);
    // A bin that a window cuts: half an hour each.
    const EnergyUse hour = energy_use(steady_usage(8, 8, kHour, kHour), plain_power(1));
    tou.clock = 7 * kHour + kHour / 2;
    EXPECT_EQ(electricity_cost(hour, tou), usd(2));
}

TEST(Electricity, EqualPricesInAllWindowsAreOnePrice) {
    const EnergyUse use = energy_use(steady_usage(8, 3, 5 * kDay + 777, 3 * kHour), plain_power(1));
    Electricity flat, tou;
    flat.price = tou.price = 87'654'321;
    tou.windows = {{0, 3 * kHour, flat.price}, {5 * kHour + 7, 22 * kHour, flat.price}};
    tou.clock = 4711;
    EXPECT_EQ(electricity_cost(use, tou), electricity_cost(use, flat));
}

TEST(Carbon, OfAConstantGridIsTheProduct) {
    const EnergyUse use = energy_use(steady_usage(8, 8, 30 * kDay, kHour), plain_power(1));
    const Carbon constant{{{0, 3'800'000}}, 30 * kTicksPerDay};  // 380 g/kWh
    EXPECT_EQ(energy_of(use, &constant).grams_co2, 7200u * 380);
    EXPECT_TRUE(energy_of(use, &constant).has_carbon);
}

TEST(Carbon, FollowsTheGrid) {
    // 10 kW; 100 g/kWh for 90 minutes, then 400: hours of 10 kWh.
    const EnergyUse use = energy_use(steady_usage(8, 8, 3 * kHour, kHour), plain_power(1));
    const Carbon grid{{{0, 1'000'000}, {kHour + kHour / 2, 4'000'000}}, 3 * kTicksPerHour};
    EXPECT_EQ(energy_of(use, &grid).grams_co2, 15u * 100 + 15 * 400);
}

// Any energies, windows and intensities, in a loop over minutes.
TEST(EnergyTwin, ALoopOverMinutesFindsTheSame) {
    constexpr std::uint32_t kMinute = 60 * kTicksPerSecond;
    for (std::uint32_t round = 0; round < 2000; ++round) {
        std::uint32_t next = 0;
        const auto below = [&](std::uint32_t n) {
            return bounded(draw(7, Purpose::kSynthetic, round, next++)[0], n);
        };
        const std::uint32_t minutes = 1 + below(3000), width = 1 + below(400);
        Usage usage = steady_usage(64, 0, minutes * kMinute, width * kMinute);
        for (StateBin& bin : usage.states[0]) {
            const std::uint64_t gpu_minute = bin.idle / 64;
            bin.allocated = gpu_minute * below(40);
            bin.down = gpu_minute * below(20);
            bin.idle -= bin.allocated + bin.down;
        }
        Power power = plain_power(8);
        power.constant = below(5'000'000);
        power.pue = 1'000'000 + below(600'000);
        Electricity tou;
        tou.price = below(200'000'000);
        tou.clock = below(1440) * kMinute;
        for (std::uint32_t at = below(600); at < 1400;) {
            const std::uint32_t until = at + 1 + below(1440 - at);
            tou.windows.push_back({at * kMinute, until * kMinute, below(500'000'000)});
            at = until + below(200);
        }
        Carbon grid;
        for (std::uint32_t at = 0; at < minutes; at += 1 + below(300)) {
            grid.steps.push_back({std::uint64_t{at} * kMinute, below(8'000'000)});
        }
        grid.until = std::uint64_t{minutes} * kMinute;

        long double cost = 0, grams = 0, energy = 0;
        for (std::uint32_t m = 0; m < minutes; ++m) {
            const StateBin& bin = usage.states[0][m / width];
            const std::uint64_t sum = bin.allocated + bin.idle + bin.down;
            const auto share = [&](std::uint64_t part) {  // GPUs in this state
                return static_cast<long double>(part) / static_cast<long double>(sum) * 64;
            };
            const long double kw =
                (share(bin.allocated) + share(bin.idle) * 0.4L + share(bin.down) * 0.1L) * 1.25L +
                power.constant / 1e6L;
            const long double kwh = kw / 60 * power.pue / 1e6L;
            const std::uint32_t of_day = (tou.clock / kMinute + m) % 1440;
            long double price = tou.price;
            for (const PriceWindow& window : tou.windows) {
                if (of_day * kMinute >= window.from && of_day * kMinute < window.until) {
                    price = window.price;
                }
            }
            std::uint64_t intensity = 0;
            for (const CarbonStep& step : grid.steps) {
                intensity = step.from <= std::uint64_t{m} * kMinute ? step.intensity : intensity;
            }
            energy += kwh;
            cost += kwh * price / 1e9L;
            grams += kwh * intensity / 1e4L;
        }
        const EnergyUse use = energy_use(usage, power);
        const Energy told = energy_of(use, &grid);
        // Rounding: a milliwatt-hour in each bin or so, at 0.5 per kWh at most.
        const auto bins = static_cast<long double>(use.bins.size());
        EXPECT_NEAR(static_cast<double>(told.milliwatt_hours), static_cast<double>(energy * 1e6L),
                    static_cast<double>(2.5L * bins));
        EXPECT_NEAR(static_cast<double>(electricity_cost(use, tou).micro),
                    static_cast<double>(cost * 1e6L), static_cast<double>(1.5L * bins + 1));
        EXPECT_NEAR(static_cast<double>(told.grams_co2), static_cast<double>(grams), 1.1);
        EXPECT_NEAR(electricity_cost(use, tou, 0, usage.end.value), static_cast<double>(cost),
                    1e-6 * static_cast<double>(2 * bins + 1));
    }
}

}  // namespace
}  // namespace tidepool::money
