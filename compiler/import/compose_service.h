#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/import/item.h"

namespace berth::importing {

/// A service of a compose file, with all that it extends in it: becomes a task definition and a service of the ECS API.
void convert_compose_service(Workspace& workspace, const std::shared_ptr<const Document>& document, const std::string& name, const Json& service, const Json& volumes,
                             const std::string& cluster, std::vector<Item>& items);

/// `environment` and the like, which may be a list of "KEY=value", as a map; what has no value is null.
Json as_map(const Json& given, char separator = '=');

}  // namespace berth::importing
