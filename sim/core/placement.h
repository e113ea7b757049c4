#pragma once
// Where a gang goes. A gang that fits into the largest node it accepts takes one node; a larger one
// takes whole nodes of one class and, when its size is no multiple, a part of one more. `fits`
// asks, `place` answers by calling take(node, gpus) for each node, which must enter the change into
// the map.

#include <cstdint>

#include "sim/core/one_node.h"

namespace tidepool::core {

namespace detail {

TP_HD inline bool fits_gang(const FreeMap& map, const NodeClass& c, std::uint32_t gpus) {
    const std::uint32_t needed = gpus / c.gpus;
    const std::uint32_t rest = gpus % c.gpus;
    const std::uint32_t whole = whole_nodes(map, c);
    if (whole != needed) {
        return whole > needed;
    }
    if (rest == 0) {
        return true;
    }
    for (std::uint32_t level = rest; level < c.gpus; ++level) {
        if (level_count(map, c, level) > 0) {
            return true;
        }
    }
    return false;
}

// Some domains of one level, by their numbers.
struct DomainRange {
    std::uint32_t first = 0, last = 0;
};

TP_HD inline DomainRange domains_of(const Plan& plan, std::uint32_t level) {
    return {plan.level_begin[level], plan.level_begin[level + 1]};
}

TP_HD inline DomainRange leaves_of(const Plan& plan, std::uint32_t pod) {
    const std::uint32_t* leaf_of = plan.domain_of + std::size_t{plan.leaf_level} * plan.nodes;
    return {leaf_of[plan.domains[pod].first], leaf_of[plan.domains[pod].last - 1] + 1};
}

// Whether the domain lies within one domain of this level; kNone: within the machine.
TP_HD inline bool within(const Plan& plan, const Domain& domain, std::uint32_t level) {
    if (level == kNone) {
        return true;
    }
    const std::uint32_t* domain_of = plan.domain_of + std::size_t{level} * plan.nodes;
    return domain_of[domain.first] == domain_of[domain.last - 1];
}

// The domain that holds at least `needed` wholly free nodes of class c: the one with the fewest
// (best = true) or the most; lowest number among equals; kNone if there is none. `near`: only those
// within one domain of that level.
template <class Exec>
TP_HD inline std::uint32_t find_domain(Exec exec, const Plan& plan, const FreeMap& map,
                                       DomainRange among, std::uint32_t c, std::uint32_t needed,
                                       bool best, std::uint32_t near) {
    const std::uint32_t least = needed > 0 ? needed : 1;
    std::uint32_t top = kNone;  // this lane's; fewest wins: the count; most wins: its complement
    std::uint32_t found = kNone;
    for (std::uint32_t d = among.first + exec.lane(); d < among.last; d += Exec::kWidth) {
        const std::uint32_t whole = map.whole[d];
        const std::uint32_t score = best ? whole : kNone - 1 - whole;
        if (whole >= least && score < top && plan.domains[d].node_class == c &&
            within(plan, plan.domains[d], near)) {
            top = score;
            found = d;
        }
    }
    return exec.min(top == exec.min(top) ? found : kNone);
}

// The whole nodes that a gang still needs, and where it looks for them.
struct Gang {
    std::uint32_t node_class = kNone;  // kNone: the job is no gang
    std::uint32_t needed = 0;          // nodes
    std::uint32_t near = kNone;        // level of which one domain must hold all
    std::uint32_t beside = 0;          // then: 1 if a part of one more node must find room as well
    std::uint32_t lo = 0, hi = 0;      // looks in [lo, hi)
    std::uint32_t pod = kNone;         // takes its leaf groups one after the other
    bool begun = false;                // has looked somewhere
    std::uint32_t candidates = 0;      // random: how many are left, and how many have been seen
    std::uint32_t seen = 0;
};

// A gang that has to be near is placed as by `compact`.
TP_HD inline bool is_compact(const Plan& plan, const Gang& gang) {
    return plan.placement == Placement::kCompact || gang.near != kNone;
}

// Where to look next: the smallest domain that holds all that are needed (pack, compact) or the
// emptiest pod (spread); if no pod does, the pods with the most wholly free nodes until the rest
// fits into one. Compact looks at a pod's leaf groups in the same way.
template <class Exec>
TP_HD inline void look_elsewhere(Exec exec, const Plan& plan, const FreeMap& map, Gang& gang) {
    const bool compact = is_compact(plan, gang);
    const bool smallest = compact || plan.placement == Placement::kPack;
    const std::uint32_t pods = plan.levels - 1;
    std::uint32_t level = smallest && !gang.begun ? 0 : pods;
    level += level == plan.leaf_level && !compact ? 1 : 0;
    bool any = false;  // none holds all that are needed
    std::uint32_t d = kNone;
    for (;;) {
        const bool in_pod = gang.pod != kNone;
        d = find_domain(
            exec, plan, map, in_pod ? leaves_of(plan, gang.pod) : domains_of(plan, level),
            gang.node_class, any ? 1 : gang.needed + gang.beside, smallest && !any, gang.near);
        if (d == kNone) {
            TP_ASSERT(in_pod || !any, "only what fits is placed");
            gang.pod = any ? kNone : gang.pod;  // this pod is used up
            any = (in_pod || level == pods) && !any;
            level += in_pod || level == pods ? 0 : 1;
            level += level == plan.leaf_level && !compact ? 1 : 0;
        } else if (!in_pod && level == pods && compact && plan.leaf_level != kNone) {
            gang.pod = d;
            any = false;
        } else {
            break;
        }
    }
    gang.lo = plan.domains[d].first;
    gang.hi = plan.domains[d].last;
    gang.begun = true;
}

// Selection sampling (Knuth, TAOCP 2, algorithm 3.4.2 S): every set of `needed` wholly free nodes
// with equal chance, in one pass over them. The i-th wholly free node uses word i % 4 of draw 1 + i
// / 4.
template <class Exec>
TP_HD inline std::uint32_t next_sample(Exec exec, const Plan& plan, const FreeMap& map,
                                       std::uint32_t rank, Gang& gang) {
    const NodeClass& k = plan.classes_by_size[gang.node_class];
    for (;;) {
        const std::uint32_t node = first_at_level(exec, map, k, k.gpus, gang.lo, gang.hi);
        TP_ASSERT(node != kNone, "only what fits is placed");
        const Block words = draw(plan.seed, Purpose::kPlacement, rank, 1 + gang.seen / 4);
        const std::uint32_t w = gang.seen % 4;
        const std::uint32_t word = w == 0   ? words[0]
                                   : w == 1 ? words[1]
                                   : w == 2 ? words[2]
                                            : words[3];
        gang.lo = node + 1;
        ++gang.seen;
        if (bounded(word, gang.candidates--) < gang.needed) {
            return node;
        }
    }
}

template <class Exec>
TP_HD inline std::uint32_t next_whole(Exec exec, const Plan& plan, const FreeMap& map,
                                      std::uint32_t rank, Gang& gang) {
    if (plan.placement == Placement::kRandom && gang.near == kNone) {
        return next_sample(exec, plan, map, rank, gang);
    }
    const NodeClass& k = plan.classes_by_size[gang.node_class];
    for (;;) {
        const std::uint32_t node = first_at_level(exec, map, k, k.gpus, gang.lo, gang.hi);
        if (node != kNone) {
            gang.lo = node + 1;
            return node;
        }
        look_elsewhere(exec, plan, map, gang);
    }
}

// The same with all nodes, also one of which it takes a part, in one domain of this level.
template <class Exec>
TP_HD TP_RARE inline bool fits_near(Exec exec, const Plan& plan, const FreeMap& map,
                                    std::uint32_t c, std::uint32_t gpus, std::uint32_t near) {
    const std::uint32_t size = plan.classes_by_size[c].gpus;
    return find_domain(exec, plan, map, domains_of(plan, near), c, (gpus - 1) / size + 1, false,
                       kNone) != kNone;
}

// The gang that a job is, if it is one, before its first node. `near`: see fits().
template <class Exec>
TP_HD inline Gang gang_of(Exec exec, const Plan& plan, const FreeMap& map, std::uint32_t rank,
                          std::uint32_t near) {
    const std::uint32_t gpus = plan.job_gpus[rank];
    Gang gang;
    if (gpus <= largest_node(plan, rank)) {
        return gang;
    }
    for (std::uint32_t c = 0; c < plan.classes && gang.node_class == kNone; ++c) {
        const NodeClass& k = plan.classes_by_size[c];
        if (!accepts(plan, rank, k)) {
            continue;
        }
        if (near == kNone ? fits_gang(map, k, gpus) : fits_near(exec, plan, map, c, gpus, near)) {
            gang.node_class = c;
            gang.near = near;
            gang.beside = near != kNone && gpus % k.gpus != 0 ? 1 : 0;
            gang.needed = gpus / k.gpus;
            gang.candidates = whole_nodes(map, k);
            const bool everywhere = near == kNone && (plan.placement == Placement::kFirstFit ||
                                                      plan.placement == Placement::kRandom);
            gang.lo = everywhere ? k.first : 0;
            gang.hi = everywhere ? k.last : 0;
        }
    }
    return gang;
}

// The node of which the job gets a part: of its only one, or beside the whole ones, of which `last`
// is the last.
template <class Exec>
TP_HD inline std::uint32_t part_node(Exec exec, const Plan& plan, const FreeMap& map,
                                     std::uint32_t rank, std::uint32_t gpus, const Gang& gang,
                                     std::uint32_t last) {
    const std::uint32_t c = gang.node_class;
    const bool single = c == kNone;
    if (plan.placement == Placement::kRandom && gang.near == kNone) {
        const Block words = draw(plan.seed, Purpose::kPlacement, rank, 0);
        return random_node(exec, plan, map, rank, gpus, c, single ? words[0] : words[1]);
    }
    std::uint64_t best = kNoChoice;
    const bool compact = is_compact(plan, gang);
    if (!single && (compact || plan.placement == Placement::kPack)) {  // beside the others
        for (std::uint32_t level = 0; level < plan.levels && best == kNoChoice; ++level) {
            const Domain& around = plan.domains[plan.domain_of[level * plan.nodes + last]];
            if ((compact || level != plan.leaf_level) && around.node_class == c &&
                within(plan, around, gang.near)) {
                best = fullest(exec, map, plan.classes_by_size[c], gpus, around.first, around.last);
            }
        }
    }
    if (best != kNoChoice) {
        return static_cast<std::uint32_t>(best);
    }
    for (std::uint32_t i = single ? 0 : c; i < (single ? plan.classes : c + 1); ++i) {
        const NodeClass& k = plan.classes_by_size[i];
        if (k.gpus >= gpus && accepts(plan, rank, k)) {
            const std::uint64_t here = prefer(exec, plan, map, k, gpus);
            best = here < best ? here : best;
        }
    }
    return static_cast<std::uint32_t>(best);
}

}  // namespace detail

// Can the job be placed now?
TP_HD inline bool fits(const Plan& plan, const FreeMap& map, std::uint32_t rank) {
    const std::uint32_t gpus = plan.job_gpus[rank];
    const bool single = gpus <= largest_node(plan, rank);
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        const NodeClass& k = plan.classes_by_size[c];
        if (!accepts(plan, rank, k)) {
            continue;
        }
        if (single ? k.gpus >= gpus && detail::any_node(map, k, gpus)
                   : detail::fits_gang(map, k, gpus)) {
            return true;
        }
    }
    return false;
}

// The same, with all its nodes in one domain of level `near`, also one of which it gets a part: a
// wholly free one. kNone: anywhere.
template <class Exec>
TP_HD inline bool fits(Exec exec, const Plan& plan, const FreeMap& map, std::uint32_t rank,
                       std::uint32_t near) {
    if (near == kNone) {
        return fits(plan, map, rank);
    }
    for (std::uint32_t c = 0; c < plan.classes; ++c) {
        if (accepts(plan, rank, plan.classes_by_size[c]) &&
            detail::fits_near(exec, plan, map, c, plan.job_gpus[rank], near)) {
            return true;
        }
    }
    return false;
}

// Places a job for which fits() holds. One loop and one take() for all kinds of jobs: a GPU has the
// code only once.
template <class Exec, class Take>
TP_HD inline void place(Exec exec, const Plan& plan, const FreeMap& map, std::uint32_t rank,
                        std::uint32_t near, Take&& take) {
    detail::Gang gang = detail::gang_of(exec, plan, map, rank, near);
    const std::uint32_t size =
        gang.node_class == kNone ? 0 : plan.classes_by_size[gang.node_class].gpus;
    std::uint32_t left = plan.job_gpus[rank];
    for (std::uint32_t last = kNone; left > 0;) {
        const bool whole = gang.needed > 0;
        const std::uint32_t gpus = whole ? size : left;
        last = whole ? detail::next_whole(exec, plan, map, rank, gang)
                     : detail::part_node(exec, plan, map, rank, left, gang, last);
        gang.needed -= whole ? 1U : 0U;
        left -= gpus;
        take(last, gpus);
    }
}

}  // namespace tidepool::core
