#pragma once

#include <string>

#include "compiler/import/workspace.h"

namespace berth::importing {

/// Adds a service, as it is created or described, as `name`. Its task definition has been added: else that is E0704.
void add_service(Workspace& workspace, const Document& document, const std::string& pointer, Json service, const Json& tags, const std::string& name);

/// Adds a cluster, as it is created or described.
void add_cluster(Workspace& workspace, const Document& document, const std::string& pointer, Json cluster, const Json& tags);

/// Keeps a capacity provider, as it is created or described, for the cluster that lists it. Fargate's own are no news.
void add_provider(Workspace& workspace, const Document& document, const std::string& pointer, const Json& provider);

/// The family in the name or ARN of a task definition: "arn:…:task-definition/web:3" and "web:3" are "web".
std::string family_of(const std::string& text);

/// The name in the name or ARN of a cluster.
std::string cluster_of(const std::string& text);

}  // namespace berth::importing
