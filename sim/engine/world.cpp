#include "sim/engine/world.h"

#include <array>
#include <atomic>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <simgrid/kernel/resource/Model.hpp>
#include <simgrid/kernel/routing/NetPoint.hpp>
#include <simgrid/kernel/routing/NetZoneImpl.hpp>
#include <simgrid/s4u.hpp>

#include "sim/base/assert.h"
#include "sim/engine/simgrid_network.h"
#include "sim/engine/simgrid_solver.h"

namespace tidepool::engine {
namespace {

namespace sg = simgrid::s4u;
namespace sgk = simgrid::kernel;

// Hands SimGrid the route of the flow being started. No table, nothing cached.
class FabricZone : public sgk::routing::NetZoneImpl {
public:
    FabricZone() : NetZoneImpl(kZoneName) {}
    void get_local_route(const sgk::routing::NetPoint* /*from*/,
                         const sgk::routing::NetPoint* /*to*/, sgk::routing::Route* into,
                         double* /*latency, left at 0*/) override {
        for (const sg::Link* link : route) {
            into->link_list_.push_back(link->get_impl());
        }
    }
    std::vector<sg::Link*> route;  // an entry per crossing
};

// SimGrid takes SIGINT (and exits with 1), SIGSEGV, SIGBUS and the terminate handler for itself.
// This puts back what was there.
class KeepHandlers {
public:
    KeepHandlers() {
        for (std::size_t i = 0; i < kSignals.size(); ++i) {
            sigaction(kSignals[i], nullptr, &actions_[i]);
        }
    }
    ~KeepHandlers() {
        for (std::size_t i = 0; i < kSignals.size(); ++i) {
            sigaction(kSignals[i], &actions_[i], nullptr);
        }
        std::set_terminate(terminate_);
    }
    KeepHandlers(const KeepHandlers&) = delete;
    KeepHandlers& operator=(const KeepHandlers&) = delete;

private:
    static constexpr std::array kSignals{SIGINT, SIGSEGV, SIGBUS};
    std::array<struct sigaction, kSignals.size()> actions_{};
    std::terminate_handler terminate_ = std::get_terminate();
};

void claim_process() {
    static std::atomic<bool> taken{false};
    if (taken.exchange(true)) {
        throw std::logic_error(
            "a process can have one World only: SimGrid cannot be started twice");
    }
}

std::unique_ptr<sg::Engine> start_simgrid() {
    // SimGrid takes its options out of the arguments it is given, so it gets its own. Its defaults
    // model TCP over long lines; these make links share exactly. Precision: SimGrid rounds what is
    // left of a link to nothing below this part of its capacity, and aborts on a flow that gets
    // nothing.
    std::vector<std::string> flags{"tidepool",
                                   "--cfg=network/model:CM02",
                                   "--cfg=network/TCP-gamma:1e30",
                                   "--cfg=network/crosstraffic:0",
                                   "--cfg=maxmin/precision:1e-15",
                                   "--log=root.thres:warning"};
    std::vector<char*> argv;
    argv.reserve(flags.size() + 1);
    for (std::string& flag : flags) {
        argv.push_back(flag.data());
    }
    int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    const KeepHandlers keep;
    return std::make_unique<sg::Engine>(&argc, argv.data());
}

}  // namespace

struct World::Impl {
    std::unique_ptr<sg::Engine> engine;
    SimGridNetwork network;
    Ticks now;

    explicit Impl(const Platform& platform) : engine(start_simgrid()) {
        auto* fabric = new FabricZone;  // SimGrid owns it
        sg::NetZone* zone = fabric->get_iface();
        for (const PlatformHost& host : platform.hosts) {
            zone->create_host(host.name, host.speed.value)->seal();
        }
        network.source = zone->create_host(kSourceName, 1.0)->seal();
        network.sink = zone->create_host(kSinkName, 1.0)->seal();
        for (const topology::Trunk& trunk : platform.trunks) {
            const double capacity = trunk.capacity.value / kSimGridUnit;
            network.up.push_back(zone->create_link(trunk.name + ":up", capacity)->seal());
            network.down.push_back(zone->create_link(trunk.name + ":down", capacity)->seal());
        }
        zone->seal();
        engine->seal_platform();
        network.route = &fabric->route;
        for (sgk::resource::Model* model : engine->get_all_models()) {
            if (model->get_name() == "Network_CM02") {
                network.model = model;
            }
        }
        TP_ASSERT(network.model != nullptr, "the network model is the one asked for");
        sg::Activity::on_completion_cb([](const sg::Activity& flow) {
            TP_ASSERT(flow.get_state() != sg::Activity::State::FINISHED, "no flow ends by itself");
        });
    }
};

World::World(const Platform& platform) {
    Issues issues;
    validate(platform, issues);
    issues.throw_if_any();
    claim_process();
    impl_ = std::make_unique<Impl>(platform);
}

World::~World() = default;

void World::advance_to(Ticks now) {
    TP_ASSERT(now >= impl_->now, "time never runs backwards");
    const double seconds = to_seconds(now).value;
    impl_->engine->run_until(seconds);
    TP_ASSERT(sg::Engine::get_clock() == seconds, "a tick is exact in SimGrid's clock");
    impl_->now = now;
}

Ticks World::now() const {
    return impl_->now;
}

std::unique_ptr<network::RateSolver> World::simgrid_rates() {
    return make_simgrid_solver(*this, impl_->network);
}

}  // namespace tidepool::engine
