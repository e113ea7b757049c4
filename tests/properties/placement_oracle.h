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

    // Within what the job waits for a place; `spare`: nodes that are not in service, if any.
    Near level(std::uint32_t rank, const std::vector<std::uint8_t>& spare) const {
        Counts in_service;
        for (std::size_t n = 0; n < places_.size(); ++n) {
            in_service.push_back(!spare.empty() && spare[n] != 0 ? 0 : places_[n].gpus);
        }
        for (const Near near : {Near::kLeaf, Near::kPod}) {
            if (p_.wait > 0 && p_.within != Near::kAnywhere && near >= p_.within) {
                const auto takes = choose(rank, in_service, near);
                if (takes && takes->size() > 1) {
                    return near;
                }
            }
        }
        return Near::kAnywhere;
    }

    // What the job would get if `free` were free, a gang within such a domain; nothing if it does
    // not fit.
    std::optional<Takes> choose(std::uint32_t rank, const Counts& free,
                                Near near = Near::kAnywhere) const {
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
            const std::uint32_t node = one_node(accepted, free, g, words[0], p_.placement);
            return node == kNobody ? std::nullopt : std::optional(Takes{{node, g}});
        }
        for (const Class& c : accepted) {
            if (near == Near::kAnywhere
                    ? class_fits(c, free, g / c.gpus, g % c.gpus)
                    : tightest(of_level(c, near), free, (g + c.gpus - 1) / c.gpus) != nullptr) {
                return gang(c, rank, free, g, near);
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

    std::vector<Nodes> of_level(const Class& c, Near near) const {
        return near == Near::kLeaf ? leaves(c) : domains(c, &SmallNode::pod);
    }
    bool lies_within(const Nodes& nodes, Near near) const {
        const auto domain = near == Near::kLeaf ? &SmallNode::leaf : &SmallNode::pod;
        return near == Near::kAnywhere ||
               std::all_of(nodes.begin(), nodes.end(), [&](std::uint32_t n) {
                   return places_[n].*domain == places_[nodes.front()].*domain;
               });
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

    Takes gang(const Class& c, std::uint32_t rank, Counts free, std::uint32_t g, Near near) const {
        const std::uint32_t n = g / c.gpus;
        const std::uint32_t r = g % c.gpus;
        const bool choosy = near != Near::kAnywhere;
        const core::Placement rule = choosy ? core::Placement::kCompact : p_.placement;
        Takes takes;
        const Nodes whole =
            choosy ? packed(c, free, n, true, near, r > 0 ? 1 : 0) : whole_nodes(c, rank, free, n);
        for (const std::uint32_t node : whole) {
            takes.push_back({node, c.gpus});
            free[node] = 0;
        }
        if (r > 0) {
            const std::uint32_t word = draw(p_.seed, Purpose::kPlacement, rank, 0)[1];
            std::uint32_t node = kNobody;
            for (const Nodes& d : beside(c, whole.back(), rule)) {
                if (node == kNobody && lies_within(d, near)) {
                    node = one_node({{c.model, c.gpus, d}}, free, r, word, rule);
                }
            }
            takes.push_back({node == kNobody ? one_node({c}, free, r, word, rule) : node, r});
        }
        return takes;
    }

    // The nodes of the class among which a part of one is looked for first, then second, ...
    std::vector<Nodes> beside(const Class& c, std::uint32_t node, core::Placement rule) const {
        std::vector<std::vector<Nodes>> levels;
        if (rule == core::Placement::kPack) {
            levels = {islands(c), domains(c, &SmallNode::pod)};
        }
        if (rule == core::Placement::kCompact) {
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
                           std::uint32_t word, core::Placement rule) const {
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
        if (rule == core::Placement::kRandom) {
            return fit[static_cast<std::size_t>((std::uint64_t{word} * fit.size()) >> 32)];
        }
        std::sort(fit.begin(), fit.end());
        const auto fewer = [&](std::uint32_t a, std::uint32_t b) { return free[a] < free[b]; };
        switch (rule) {
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

    // Only in domains within one of the level `near`, in which `beside` more nodes must be free.
    Nodes packed(const Class& c, Counts free, std::size_t n, bool by_leaf,
                 Near near = Near::kAnywhere, std::size_t beside = 0) const {
        Nodes taken;
        const auto take = [&](const Nodes& domain, std::size_t count) {
            const Nodes nodes = wholly_free(domain, free);
            for (std::size_t i = 0; i < count; ++i) {
                taken.push_back(nodes[i]);
                free[nodes[i]] = 0;
            }
        };
        for (auto level : {islands(c), by_leaf ? leaves(c) : std::vector<Nodes>()}) {
            std::erase_if(level, [&](const Nodes& domain) { return !lies_within(domain, near); });
            if (const Nodes* domain = tightest(level, free, n + beside)) {
                take(*domain, n);
                return taken;
            }
        }
        const auto pods = domains(c, &SmallNode::pod);
        take_from(pods, free, n, beside, [&](const Nodes& pod, std::size_t count) {
            if (by_leaf && p_.fabric) {
                take_from(leaves({c.model, c.gpus, pod}), free, count, beside, take);
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
                   std::size_t beside, const Take& take) const {
        while (count > 0) {
            const Nodes* last = tightest(among, free, count + beside);
            const Nodes from = last != nullptr ? *last : emptiest(among, free);
            const std::size_t some = std::min(count, wholly_free(from, free).size());
            take(from, some);
            count -= some;
        }
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
