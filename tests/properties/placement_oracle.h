#pragma once
// Where a job goes: the sections "Gangs, nodes, classes, domains" and "Placement" of
// docs/scheduling.md once more, in the plainest way. Classes, domains and what is wholly free are
// worked out anew whenever they are needed. Shares only the random words and the names of the rules
// with the simulator.

#include <iterator>
#include <map>
#include <optional>

#include "sim/base/random.h"
#include "tests/properties/small_schedule.h"

namespace tidepool::properties {

inline constexpr std::uint32_t kNobody = 0xFFFF'FFFFu;

struct Take {
    std::uint32_t place = 0;
    std::uint32_t gpus = 0;
    friend bool operator==(const Take&, const Take&) = default;
};
inline std::ostream& operator<<(std::ostream& out, const Take& take) {
    return out << take.gpus << " GPUs of " << take.place;
}
using Takes = std::vector<Take>;
using Counts = std::vector<std::uint32_t>;  // free GPUs of each place

class PlacementOracle {
public:
    explicit PlacementOracle(const Problem& problem) : p_(problem) {
        if (p_.fungible) {
            make_pools();
        } else {
            places_ = p_.nodes;
        }
    }

    // The nodes; or, fungible, the pools in class order.
    const std::vector<SmallNode>& places() const { return places_; }

    bool fits_empty_machine(std::uint32_t rank) const {
        Counts all;
        for (const SmallNode& place : places_) {
            all.push_back(place.gpus);
        }
        return choose(rank, all).has_value();
    }

    // What the job would get if `free` were free; nothing if it does not fit.
    std::optional<Takes> choose(std::uint32_t rank, const Counts& free) const {
        const std::uint32_t g = p_.jobs[rank].gpus;
        std::vector<Class> accepted;
        for (const Class& c : classes()) {
            if (accepts(rank, c.model)) {
                accepted.push_back(c);
            }
        }
        if (accepted.empty()) {
            return std::nullopt;
        }
        if (p_.fungible) {
            for (const Class& pool : accepted) {
                if (free[pool.nodes.front()] >= g) {
                    return Takes{{pool.nodes.front(), g}};
                }
            }
            return std::nullopt;
        }
        const std::uint32_t s = accepted.front().gpus;
        if (g <= s) {
            const Block words = draw(p_.seed, Purpose::kPlacement, rank, 0);
            const std::uint32_t node = one_node(accepted, free, g, words[0]);
            return node == kNobody ? std::nullopt : std::optional(Takes{{node, g}});
        }
        for (const Class& c : accepted) {
            if (class_fits(c, free, g / c.gpus, g % c.gpus)) {
                return gang(c, rank, free, g / c.gpus, g % c.gpus);
            }
        }
        return std::nullopt;
    }

private:
    using Nodes = std::vector<std::uint32_t>;

    struct Class {
        std::uint32_t model = 0;
        std::uint32_t gpus = 0;
        Nodes nodes;
    };

    // One place per GPU model, all of its GPUs together; largest first, then the lowest model.
    void make_pools() {
        std::map<std::uint32_t, std::uint32_t> gpus;
        for (const SmallNode& node : p_.nodes) {
            gpus[node.model] += node.gpus;
        }
        for (const auto& [model, sum] : gpus) {
            places_.push_back({model, sum, model, model});
        }
        std::map<std::uint32_t, std::uint32_t> lowest;
        for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
            lowest.try_emplace(p_.nodes[n].model, n);
        }
        std::sort(places_.begin(), places_.end(), [&](const SmallNode& a, const SmallNode& b) {
            return a.gpus != b.gpus ? a.gpus > b.gpus : lowest[a.model] < lowest[b.model];
        });
    }

    bool accepts(std::uint32_t rank, std::uint32_t model) const {
        return ((p_.jobs[rank].models >> model) & 1) != 0;
    }

    std::vector<Class> classes() const {
        std::vector<Class> found;
        for (std::uint32_t n = 0; n < places_.size(); ++n) {
            const auto same = [&](const Class& c) {
                return c.model == places_[n].model && c.gpus == places_[n].gpus;
            };
            auto it = std::find_if(found.begin(), found.end(), same);
            if (it == found.end()) {
                it = found.insert(found.end(), {places_[n].model, places_[n].gpus, {}});
            }
            it->nodes.push_back(n);
        }
        std::sort(found.begin(), found.end(), [](const Class& a, const Class& b) {
            return a.gpus != b.gpus ? a.gpus > b.gpus : a.nodes.front() < b.nodes.front();
        });
        return found;
    }

    // The class's nodes by pod or by island, lowest first.
    std::vector<Nodes> domains(const Class& c, std::uint32_t SmallNode::*domain) const {
        std::vector<Nodes> found;
        for (const std::uint32_t n : c.nodes) {
            if (found.empty() || places_[found.back().back()].*domain != places_[n].*domain) {
                found.emplace_back();
            }
            found.back().push_back(n);
        }
        return found;
    }

    std::vector<Nodes> islands(const Class& c) const {
        std::vector<Nodes> found = domains(c, &SmallNode::island);
        std::erase_if(found, [](const Nodes& island) { return island.size() < 2; });
        return found;
    }
    std::vector<Nodes> leaves(const Class& c) const {
        return p_.fabric ? domains(c, &SmallNode::leaf) : std::vector<Nodes>();
    }

    Nodes wholly_free(const Nodes& among, const Counts& free) const {
        Nodes found;
        std::copy_if(among.begin(), among.end(), std::back_inserter(found),
                     [&](std::uint32_t n) { return free[n] == places_[n].gpus; });
        return found;
    }

    bool class_fits(const Class& c, const Counts& free, std::uint32_t n, std::uint32_t r) const {
        const std::size_t whole = wholly_free(c.nodes, free).size();
        const bool part = std::any_of(c.nodes.begin(), c.nodes.end(), [&](std::uint32_t node) {
            return free[node] < c.gpus && free[node] >= r;
        });
        return whole > n || (whole == n && (r == 0 || part));
    }

    Takes gang(const Class& c, std::uint32_t rank, Counts free, std::uint32_t n,
               std::uint32_t r) const {
        Takes takes;
        const Nodes whole = whole_nodes(c, rank, free, n);
        for (const std::uint32_t node : whole) {
            takes.push_back({node, c.gpus});
            free[node] = 0;
        }
        if (r > 0) {
            const std::uint32_t word = draw(p_.seed, Purpose::kPlacement, rank, 0)[1];
            std::uint32_t node = kNobody;
            for (const Nodes& near : beside(c, whole.back())) {
                node = node == kNobody ? one_node({{c.model, c.gpus, near}}, free, r, word) : node;
            }
            takes.push_back({node == kNobody ? one_node({c}, free, r, word) : node, r});
        }
        return takes;
    }

    // The nodes of the class among which a part of one is looked for first, then second, ...
    std::vector<Nodes> beside(const Class& c, std::uint32_t node) const {
        std::vector<std::vector<Nodes>> levels;
        if (p_.placement == core::Placement::kPack) {
            levels = {islands(c), domains(c, &SmallNode::pod)};
        }
        if (p_.placement == core::Placement::kCompact) {
            levels = {islands(c), leaves(c), domains(c, &SmallNode::pod)};
        }
        std::vector<Nodes> found;
        for (const std::vector<Nodes>& level : levels) {
            std::copy_if(level.begin(), level.end(), std::back_inserter(found),
                         [&](const Nodes& d) { return std::count(d.begin(), d.end(), node) > 0; });
        }
        return found;
    }

    std::uint32_t one_node(const std::vector<Class>& among, const Counts& free, std::uint32_t g,
                           std::uint32_t word) const {
        Nodes fit;  // by class, then free GPUs, then number
        for (const Class& c : among) {
            for (std::uint32_t f = g; f <= c.gpus; ++f) {
                std::copy_if(c.nodes.begin(), c.nodes.end(), std::back_inserter(fit),
                             [&](std::uint32_t n) { return free[n] == f; });
            }
        }
        if (fit.empty()) {
            return kNobody;
        }
        if (p_.placement == core::Placement::kRandom) {
            return fit[static_cast<std::size_t>((std::uint64_t{word} * fit.size()) >> 32)];
        }
        std::sort(fit.begin(), fit.end());
        const auto fewer = [&](std::uint32_t a, std::uint32_t b) { return free[a] < free[b]; };
        switch (p_.placement) {
            case core::Placement::kPack:
            case core::Placement::kCompact:
                return *std::min_element(fit.begin(), fit.end(), fewer);
            case core::Placement::kSpread:
                return *std::max_element(fit.begin(), fit.end(), fewer);  // the first of equals
            default:
                return fit.front();
        }
    }

    Nodes whole_nodes(const Class& c, std::uint32_t rank, const Counts& free,
                      std::uint32_t n) const {
        const Nodes all = wholly_free(c.nodes, free);
        switch (p_.placement) {
            case core::Placement::kPack:
                return packed(c, free, n, false);
            case core::Placement::kCompact:
                return packed(c, free, n, true);
            case core::Placement::kFirstFit:
                return {all.begin(), all.begin() + n};
            case core::Placement::kSpread:
                return spread(c, free, n);
            case core::Placement::kRandom:
                break;
        }
        Nodes taken;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const std::uint64_t w = draw(p_.seed, Purpose::kPlacement, rank, 1 + i / 4)[i % 4];
            if ((w * (all.size() - i)) >> 32 < n - taken.size()) {
                taken.push_back(all[i]);
            }
        }
        return taken;
    }

    Nodes spread(const Class& c, Counts free, std::size_t n) const {
        Nodes taken;
        while (taken.size() < n) {
            for (const std::uint32_t node :
                 wholly_free(emptiest(domains(c, &SmallNode::pod), free), free)) {
                if (taken.size() < n) {
                    taken.push_back(node);
                    free[node] = 0;
                }
            }
        }
        return taken;
    }

    Nodes packed(const Class& c, Counts free, std::size_t n, bool by_leaf) const {
        Nodes taken;
        const auto take = [&](const Nodes& domain, std::size_t count) {
            const Nodes nodes = wholly_free(domain, free);
            for (std::size_t i = 0; i < count; ++i) {
                taken.push_back(nodes[i]);
                free[nodes[i]] = 0;
            }
        };
        for (const auto& level : {islands(c), by_leaf ? leaves(c) : std::vector<Nodes>()}) {
            if (const Nodes* domain = tightest(level, free, n)) {
                take(*domain, n);
                return taken;
            }
        }
        take_from(domains(c, &SmallNode::pod), free, n, [&](const Nodes& pod, std::size_t count) {
            if (by_leaf && p_.fabric) {
                take_from(leaves({c.model, c.gpus, pod}), free, count, take);
            } else {
                take(pod, count);
            }
        });
        return taken;
    }

    // All of the emptiest until the rest fits into one, then of the fullest that holds it. Calls
    // take(domain, nodes), which notes in `free` that they are taken.
    template <class Take>
    void take_from(const std::vector<Nodes>& among, const Counts& free, std::size_t count,
                   const Take& take) const {
        const Nodes* last = nullptr;
        while ((last = tightest(among, free, count)) == nullptr) {
            const Nodes all = emptiest(among, free);
            const std::size_t some = wholly_free(all, free).size();
            take(all, some);
            count -= some;
        }
        take(*last, count);
    }

    // The domain with the most wholly free nodes.
    Nodes emptiest(const std::vector<Nodes>& among, const Counts& free) const {
        return *std::max_element(among.begin(), among.end(), [&](const Nodes& a, const Nodes& b) {
            return wholly_free(a, free).size() < wholly_free(b, free).size();
        });
    }

    // The domain with the fewest wholly free nodes, but at least n.
    const Nodes* tightest(const std::vector<Nodes>& among, const Counts& free,
                          std::size_t n) const {
        const Nodes* best = nullptr;
        for (const Nodes& domain : among) {
            const std::size_t size = wholly_free(domain, free).size();
            if (size >= n && (best == nullptr || size < wholly_free(*best, free).size())) {
                best = &domain;
            }
        }
        return best;
    }

    const Problem& p_;
    std::vector<SmallNode> places_;
};

}  // namespace tidepool::properties
