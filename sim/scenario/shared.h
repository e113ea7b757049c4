#pragma once
// A value that copies of its owner share, however large it is: copying costs nothing and several
// threads may look at it. Reads like the value; who wants to change it asks for one of its own.

#include <memory>
#include <utility>

namespace tidepool::scenario {

template <class T>
class Shared {
public:
    Shared() : value_(std::make_shared<T>()) {}
    Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}
    Shared(std::shared_ptr<const T> value) : value_(std::move(value)) {}

    operator const T&() const { return *value_; }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }

    // A copy that nobody else looks at, in the place of the value; good until the next call.
    T& edit() {
        auto own = std::make_shared<T>(*value_);
        value_ = own;
        return *own;
    }

private:
    std::shared_ptr<const T> value_;  // never null
};

}  // namespace tidepool::scenario
