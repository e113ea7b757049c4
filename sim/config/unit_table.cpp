// Every spelling of every unit, in one table. Decimal prefixes are powers of 1000, binary ones of
// 1024.

#include <algorithm>
#include <array>
#include <cstddef>

#include "sim/config/units.h"

namespace tidepool::config {
namespace {

using enum Dimension;

constexpr double kKi = 1024.0;
constexpr double kMi = kKi * kKi;
constexpr double kGi = kMi * kKi;
constexpr double kTi = kGi * kKi;
constexpr double kPi = kTi * kKi;

constexpr std::array kUnits{
    UnitSpelling{kTime, "s"},
    UnitSpelling{kTime, "sec"},
    UnitSpelling{kTime, "ns", 1, 1e9},
    UnitSpelling{kTime, "us", 1, 1e6},
    UnitSpelling{kTime, "ms", 1, 1e3},
    UnitSpelling{kTime, "min", 60},
    UnitSpelling{kTime, "h", 3600},
    UnitSpelling{kTime, "d", 86400},
    UnitSpelling{kTime, "w", 7 * 86400},
    UnitSpelling{kTime, "yr", 365 * 86400},  // a year is 365 days; months have no fixed length

    UnitSpelling{kBytes, "B"},
    UnitSpelling{kBytes, "kB", 1e3},
    UnitSpelling{kBytes, "MB", 1e6},
    UnitSpelling{kBytes, "GB", 1e9},
    UnitSpelling{kBytes, "TB", 1e12},
    UnitSpelling{kBytes, "PB", 1e15},
    UnitSpelling{kBytes, "KiB", kKi},
    UnitSpelling{kBytes, "MiB", kMi},
    UnitSpelling{kBytes, "GiB", kGi},
    UnitSpelling{kBytes, "TiB", kTi},
    UnitSpelling{kBytes, "PiB", kPi},

    UnitSpelling{kRate, "B/s"},
    UnitSpelling{kRate, "kB/s", 1e3},
    UnitSpelling{kRate, "MB/s", 1e6},
    UnitSpelling{kRate, "GB/s", 1e9},
    UnitSpelling{kRate, "TB/s", 1e12},
    UnitSpelling{kRate, "PB/s", 1e15},
    UnitSpelling{kRate, "KiB/s", kKi},
    UnitSpelling{kRate, "MiB/s", kMi},
    UnitSpelling{kRate, "GiB/s", kGi},
    UnitSpelling{kRate, "TiB/s", kTi},
    UnitSpelling{kRate, "PiB/s", kPi},
    UnitSpelling{kRate, "Bps"},
    UnitSpelling{kRate, "kBps", 1e3},
    UnitSpelling{kRate, "MBps", 1e6},
    UnitSpelling{kRate, "GBps", 1e9},
    UnitSpelling{kRate, "TBps", 1e12},
    UnitSpelling{kRate, "PBps", 1e15},
    UnitSpelling{kRate, "bps", 1, 8},
    UnitSpelling{kRate, "kbps", 1e3, 8},
    UnitSpelling{kRate, "Mbps", 1e6, 8},
    UnitSpelling{kRate, "Gbps", 1e9, 8},
    UnitSpelling{kRate, "Tbps", 1e12, 8},
    UnitSpelling{kRate, "b/s", 1, 8},
    UnitSpelling{kRate, "kb/s", 1e3, 8},
    UnitSpelling{kRate, "Mb/s", 1e6, 8},
    UnitSpelling{kRate, "Gb/s", 1e9, 8},
    UnitSpelling{kRate, "Tb/s", 1e12, 8},
    UnitSpelling{kRate, "bit/s", 1, 8},
    UnitSpelling{kRate, "kbit/s", 1e3, 8},
    UnitSpelling{kRate, "Mbit/s", 1e6, 8},
    UnitSpelling{kRate, "Gbit/s", 1e9, 8},
    UnitSpelling{kRate, "Tbit/s", 1e12, 8},

    UnitSpelling{kFlops, "FLOP/s"},
    UnitSpelling{kFlops, "MFLOP/s", 1e6},
    UnitSpelling{kFlops, "GFLOP/s", 1e9},
    UnitSpelling{kFlops, "TFLOP/s", 1e12},
    UnitSpelling{kFlops, "PFLOP/s", 1e15},
    UnitSpelling{kFlops, "EFLOP/s", 1e18},
    UnitSpelling{kFlops, "FLOPS"},
    UnitSpelling{kFlops, "MFLOPS", 1e6},
    UnitSpelling{kFlops, "GFLOPS", 1e9},
    UnitSpelling{kFlops, "TFLOPS", 1e12},
    UnitSpelling{kFlops, "PFLOPS", 1e15},
    UnitSpelling{kFlops, "EFLOPS", 1e18},

    UnitSpelling{kPower, "W"},
    UnitSpelling{kPower, "kW", 1e3},
    UnitSpelling{kPower, "MW", 1e6},
    UnitSpelling{kPower, "GW", 1e9},

    UnitSpelling{kFraction, "%", 1, 100},

    UnitSpelling{kMoney, "USD"},

    UnitSpelling{kEventRate, "/s"},
    UnitSpelling{kEventRate, "/h", 1, 3600},
    UnitSpelling{kEventRate, "/d", 1, 86400},
    UnitSpelling{kEventRate, "/yr", 1, 365 * 86400},

    UnitSpelling{kTokenRate, "tok/s"},
    UnitSpelling{kTokenRate, "ktok/s", 1e3},
    UnitSpelling{kTokenRate, "Mtok/s", 1e6},
};

constexpr std::array<DimensionInfo, 9> kDimensions{{
    {"time", "a time", "s", "s"},
    {"data", "an amount of data", "B", "GB"},
    {"data rate", "a data rate", "B/s", "GB/s"},
    {"computing speed", "a computing speed", "FLOP/s", "TFLOPS"},
    {"power", "a power", "W", "kW"},
    {"fractions", "a fraction", "", "%"},
    {"money", "an amount of money", "USD", "USD"},
    {"event rate", "an event rate", "/s", "/h"},
    {"token rate", "a token rate", "tok/s", "tok/s"},
}};

}  // namespace

std::span<const UnitSpelling> unit_table() {
    return kUnits;
}

const DimensionInfo& dimension_info(Dimension dimension) {
    return kDimensions[static_cast<std::size_t>(dimension)];
}

std::optional<Dimension> dimension_of_unit(std::string_view unit) {
    const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                    [&](const UnitSpelling& row) { return row.name == unit; });
    return found == kUnits.end() ? std::nullopt : std::optional(found->dimension);
}

}  // namespace tidepool::config
