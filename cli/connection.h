#pragma once

#include <memory>
#include <string>

#include "cli/common.h"
#include "providers/ecs/client.h"
#include "providers/http/endpoint.h"
#include "providers/http/http_client.h"

namespace berth::cli {

/// A way to a target that speaks the Amazon ECS API.
struct Connection {
  std::shared_ptr<provider::HttpClient> http;
  provider::EcsClient::Options calls;
  /// The local engine's address; without meaning for another target.
  provider::Endpoint engine;
};

/// Finds the target that the flags, else the program's environment name, and, where it is Amazon ECS, says whom it is asked as. The account and the
/// region that the environment names are checked before anything else is asked. What is found out is written into the program (null = there is
/// none): its target, and on Amazon ECS the account and the region that ARNs are made of.
Result<Connection> connect_target(Session& session, View& view, const CommonFlags& flags, ir::Program* program);

}  // namespace berth::cli
