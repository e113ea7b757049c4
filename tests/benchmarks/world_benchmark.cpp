// 12,500 nodes (100,000 GPUs) into SimGrid: time and memory of building the topology and the world,
// and the cost of moving the clock. One world per process, so this is a program of its own, not a
// benchmark that can be repeated inside one.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <sys/resource.h>

#include "sim/engine/platform.h"
#include "sim/engine/world.h"
#include "topology/build.h"

namespace {

double since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

int main() {
    using namespace tidepool;
    auto began = std::chrono::steady_clock::now();
    const topology::Topology topology = topology::build_preset("fat-tree-100k");
    std::printf("topology_s %.3f\n", since(began));
    began = std::chrono::steady_clock::now();
    engine::World world(engine::platform_of(topology));
    std::printf("world_s %.3f\n", since(began));
    constexpr std::uint32_t kSteps = 1'000'000;
    began = std::chrono::steady_clock::now();
    for (std::uint32_t tick = 1; tick <= kSteps; ++tick) {
        world.advance_to(Ticks{tick * 16});
    }
    std::printf("advance_us %.3f\n", since(began) * 1e6 / kSteps);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("peak_rss_mb %.0f\n", static_cast<double>(usage.ru_maxrss) / 1024);
}
