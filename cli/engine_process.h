#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "cli/session.h"
#include "providers/ecs/client.h"
#include "providers/http/endpoint.h"

namespace berth::cli {

/// A connection to an engine for what is not the planner's: status, logs, tasks.
class EngineConnection {
 public:
  EngineConnection(const provider::Endpoint& endpoint, const Session& session, provider::EcsClient::Options options = {});
  ~EngineConnection();
  [[nodiscard]] provider::EcsClient& client() { return *client_; }

 private:
  std::unique_ptr<provider::HttpClient> http_;
  std::unique_ptr<provider::EcsClient> client_;
};

/// What the engine says about itself (EngineStatus). Error "connect" when none answers. Asks once, without repeating.
Result<Json> ask_engine(const provider::Endpoint& endpoint, const Session& session);

/// How to start an engine; empty members are left to berthd.
struct EngineStart {
  std::string data_dir;  ///< "" = default_data_dir
  std::string driver;
  std::string docker_host;
  std::string healthy_after;
  std::string image_pull;
  std::string listen;
  std::string auth;
};

/// BERTH_DATA_DIR, else /var/lib/berth for root, else $XDG_STATE_HOME/berth or ~/.local/state/berth.
std::string default_data_dir(const Session& session);

struct StartedEngine {
  pid_t pid = 0;
  std::string log_file;
  /// Where an engine that asks for signatures keeps the keys.
  std::string credentials_file;
};

/// Starts berthd (beside this binary) in the background, in a session of its own with its output in DATA_DIR/berthd.log, and waits until it answers.
/// Errors: "engine" with the end of its log when it does not come up.
Result<StartedEngine> start_engine(const provider::Endpoint& endpoint, const EngineStart& start, const Session& session);

/// Starts an engine unless one answers; says so in `on_start`. Only an engine on a unix socket can be started.
Result<void> ensure_engine(const provider::Endpoint& endpoint, const Session& session, const std::function<void(const std::string&)>& on_start);

/// The process that listens on a unix socket. Error "connect" when nobody does.
Result<pid_t> listening_process(const std::string& socket_path);

/// Ends the engine by SIGTERM and waits until it is gone; its containers keep running. Gives its process id.
Result<pid_t> stop_engine(const provider::Endpoint& endpoint, const Session& session);

}  // namespace berth::cli
