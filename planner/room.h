#pragma once

#include "base/json.h"

namespace berth::plan {

/// The instances of a cluster and what runs on them, in the API's words: objects of DescribeContainerInstances and DescribeTasks with the members that placement
/// looks at.
struct Room {
  Json instances = Json::array();
  Json tasks = Json::array();
  bool operator==(const Room&) const = default;
};

}  // namespace berth::plan
