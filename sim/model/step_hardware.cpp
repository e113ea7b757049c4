#include "sim/model/step_hardware.h"

#include "sim/base/assert.h"

namespace tidepool::model {

StepHardware hardware_of(const topology::Server& server, const topology::Catalog& catalog,
                         std::optional<std::int64_t> island) {
    const topology::GpuModel* gpu = find_part(catalog.gpus, server.gpu);
    TP_ASSERT(gpu != nullptr, "a server of the catalogue has a GPU of the catalogue");
    StepHardware hardware;
    hardware.peak = gpu->bf16.value_or(FlopPerSecond{0});
    hardware.memory = gpu->memory;
    hardware.memory_bandwidth = gpu->memory_bandwidth.value_or(BytesPerSecond{0});
    hardware.island_rate = {gpu->nvlink.value_or(BytesPerSecond{0}).value / 2};
    hardware.gpus_per_node =
        island.value_or(gpu->nvlink_domain > 1 ? gpu->nvlink_domain : server.gpus);
    if (server.nics > 0) {
        const topology::Nic* card = find_part(catalog.nics, server.nic);
        TP_ASSERT(card != nullptr, "a server of the catalogue has a card of the catalogue");
        hardware.node_rate = {card->rate.value * static_cast<double>(server.nics) *
                              static_cast<double>(hardware.gpus_per_node) /
                              static_cast<double>(server.gpus)};
    }
    return hardware;
}

}  // namespace tidepool::model
