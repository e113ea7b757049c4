#pragma once
// What YAML leaves to the application when a map ends: keys that stand twice, and merge keys.

#include <vector>

#include "sim/base/issue.h"
#include "sim/config/value.h"

namespace tidepool::config {

// Drops the second of two equal keys, with an issue there, and puts the members of what `<<` names
// in its place. A key in quotes is never a merge key: `plain_keys` says, beside the members, which
// are not. Merging follows the YAML 1.1 merge type: keys of the map win over merged ones, earlier
// maps of a list over later ones.
void finish_map(std::vector<Member>& members, const std::vector<bool>& plain_keys, Issues& issues);

}  // namespace tidepool::config
