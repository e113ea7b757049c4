#pragma once
// Values by name, each made once however many threads ask for it. What has not been asked for the
// longest is let go once they weigh too much together: it is made anew when somebody asks again, so
// `make` must always give the same.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tidepool::scenario {

template <class T>
class Kept {
public:
    // `most`: bytes, as weigh() counts them.
    Kept(std::uint64_t most, std::uint64_t (*weigh)(const T&)) : most_(most), weigh_(weigh) {}

    // `make()` returns a std::shared_ptr<const T>; null is handed on, not kept. Others who ask for
    // the same name wait for it. Throws what it throws.
    template <class Make>
    std::shared_ptr<const T> get(const std::string& name, Make&& make) {
        const std::shared_ptr<Slot> slot = slot_of(name);
        const std::lock_guard making(slot->mutex);
        if (!slot->value) {
            slot->value = make();
            settle(name, slot);
        }
        return slot->value;
    }

private:
    struct Slot {
        std::mutex mutex;  // of value
        std::shared_ptr<const T> value;
        std::uint64_t weight = 0, last_use = 0;  // guarded by the owner
    };

    std::shared_ptr<Slot> slot_of(const std::string& name) {
        const std::lock_guard lock(mutex_);
        std::shared_ptr<Slot>& slot = slots_[name];
        if (!slot) {
            slot = std::make_shared<Slot>();
        }
        slot->last_use = ++uses_;
        return slot;
    }

    // Lets others go until there is room for this one; lets this one go if it is null.
    void settle(const std::string& name, const std::shared_ptr<Slot>& slot) {
        const std::uint64_t weight = slot->value ? weigh_(*slot->value) : 0;
        const std::lock_guard lock(mutex_);
        const auto at = slots_.find(name);
        if (at == slots_.end() || at->second != slot) {
            return;
        }
        if (!slot->value) {
            slots_.erase(at);
            return;
        }
        slot->weight = weight;
        total_ += weight;
        while (total_ > most_ && total_ > weight) {
            const auto oldest =
                std::min_element(slots_.begin(), slots_.end(), [&](const auto& a, const auto& b) {
                    return rank(*a.second, *slot) < rank(*b.second, *slot);
                });
            total_ -= oldest->second->weight;
            slots_.erase(oldest);
        }
    }

    // Slots without a weight are being made; they and `keep` go last, that is, never.
    std::uint64_t rank(const Slot& slot, const Slot& keep) const {
        return &slot == &keep || slot.weight == 0 ? ~std::uint64_t{0} : slot.last_use;
    }

    const std::uint64_t most_;
    std::uint64_t (*const weigh_)(const T&);
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Slot>> slots_;
    std::uint64_t total_ = 0, uses_ = 0;
};

}  // namespace tidepool::scenario
