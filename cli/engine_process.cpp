#include "cli/engine_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "providers/http/curl_client.h"

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgets to say that it is C
}

extern char** environ;

namespace berth::cli {
namespace {

constexpr Milliseconds kLook{50};
constexpr Milliseconds kStartTime{20'000};
constexpr Milliseconds kStopTime{60'000};

std::string system_reason() { return std::strerror(errno); }

/// The last lines of a file from `offset` on, indented.
std::string end_of_file(const std::string& path, std::uintmax_t offset) {
  constexpr std::size_t kLines = 10;
  std::ifstream file(path);
  file.seekg(static_cast<std::streamoff>(offset));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > kLines) lines.erase(lines.begin());
  }
  std::string text;
  for (const std::string& line : lines) text += "\n  | " + line;
  return text;
}

std::vector<std::string> engine_arguments(const std::string& program, const provider::Endpoint& endpoint, const EngineStart& start) {
  std::vector<std::string> arguments{program, "--data-dir", start.data_dir, "--socket", endpoint.unix_socket};
  const auto add = [&](const char* flag, const std::string& value) {
    if (value.empty()) return;
    arguments.emplace_back(flag);
    arguments.push_back(value);
  };
  add("--driver", start.driver);
  add("--docker-host", start.docker_host);
  add("--healthy-after", start.healthy_after);
  add("--image-pull", start.image_pull);
  add("--listen", start.listen);
  add("--auth", start.auth);
  return arguments;
}

Result<pid_t> spawn_detached(const std::vector<std::string>& arguments, const std::string& log_file) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A session of its own: Ctrl-C and the terminal's end do not reach it. Signals as a fresh program expects them.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, argv.front(), &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return Error{"engine", fmt::format("cannot start {}: {}", arguments.front(), std::strerror(failed))};
  return pid;
}

Result<void> make_directory(const std::filesystem::path& path, bool is_private) {
  std::error_code error;
  const bool created = std::filesystem::create_directories(path, error);
  if (error) return Error{"engine", fmt::format("cannot create {}: {}", path.string(), error.message())};
  if (created && is_private) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  return {};
}

}  // namespace

EngineConnection::EngineConnection(const provider::Endpoint& endpoint, const Session& session, provider::EcsClient::Options options)
    : http_(std::make_unique<provider::CurlClient>(endpoint)),
      client_(std::make_unique<provider::EcsClient>(*http_, *session.clock, std::move(options))) {}

EngineConnection::~EngineConnection() = default;

Result<Json> ask_engine(const provider::Endpoint& endpoint, const Session& session) {
  EngineConnection engine(endpoint, session, {.retry = {.attempts = 1}, .timeout = Milliseconds(5'000), .headers = {}});
  return engine.client().call_engine("EngineStatus", Json::object());
}

std::string default_data_dir(const Session& session) {
  if (session.has("BERTH_DATA_DIR")) return *session.variable("BERTH_DATA_DIR");
  if (session.is_root) return "/var/lib/berth";
  if (session.has("XDG_STATE_HOME")) return *session.variable("XDG_STATE_HOME") + "/berth";
  return session.variable("HOME").value_or("") + "/.local/state/berth";
}

Result<StartedEngine> start_engine(const provider::Endpoint& endpoint, const EngineStart& start, const Session& session) {
  if (!endpoint.is_unix()) {
    return Error{"connect", fmt::format("no engine answers at {}, and only one on a unix socket can be started from here", endpoint.text())};
  }
  const std::filesystem::path program = std::filesystem::path(session.self).parent_path() / "berthd";
  if (access(program.c_str(), X_OK) != 0) return Error{"engine", fmt::format("the engine's program is not there: {}", program.string())};

  EngineStart complete = start;
  if (complete.data_dir.empty()) complete.data_dir = default_data_dir(session);
  // Of the ways to name a Docker Engine only the socket is the driver's.
  if (complete.docker_host.empty() && session.variable("DOCKER_HOST").value_or("").rfind("unix://", 0) == 0) {
    complete.docker_host = *session.variable("DOCKER_HOST");
  }
  BERTH_TRY_VOID(make_directory(complete.data_dir, true));
  BERTH_TRY_VOID(make_directory(std::filesystem::path(endpoint.unix_socket).parent_path(), !session.is_root));

  const std::string log_file = complete.data_dir + "/berthd.log";
  const std::string credentials_file = complete.data_dir + "/credentials";
  std::error_code ignored;
  const std::uintmax_t old_size = std::filesystem::exists(log_file, ignored) ? std::filesystem::file_size(log_file, ignored) : 0;
  BERTH_TRY(pid, spawn_detached(engine_arguments(program.string(), endpoint, complete), log_file));

  const Timestamp deadline = session.clock->now() + kStartTime;
  std::string last_answer;
  while (session.clock->now() < deadline) {
    const auto answer = ask_engine(endpoint, session);
    if (answer) return StartedEngine{pid, log_file, credentials_file};
    last_answer = answer.error().message;
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) == pid) {
      // Somebody else may have started one at the same moment.
      if (ask_engine(endpoint, session)) return StartedEngine{listening_process(endpoint.unix_socket).value_or(pid), log_file, credentials_file};
      return Error{"engine", fmt::format("the engine ended while starting; its log {} says:{}", log_file, end_of_file(log_file, old_size))};
    }
    if (!session.clock->wait(kLook)) return Error{"interrupted", "stopped while the engine was starting"};
  }
  kill(pid, SIGTERM);
  return Error{"engine", fmt::format("the engine does not answer after {} ({}); its log {} says:{}", format_duration(kStartTime), last_answer, log_file,
                                     end_of_file(log_file, old_size))};
}

Result<void> ensure_engine(const provider::Endpoint& endpoint, const Session& session, const std::function<void(const std::string&)>& on_start) {
  const auto answer = ask_engine(endpoint, session);
  if (answer) return {};
  // An engine behind http may not know our extension; whatever it says, it is there.
  if (answer.error().code != "connect") return endpoint.is_unix() ? Result<void>(answer.error()) : Result<void>();
  if (endpoint.is_unix()) on_start(fmt::format("starting the engine at {}", endpoint.text()));
  BERTH_TRY_VOID(start_engine(endpoint, {}, session));
  return {};
}

Result<pid_t> listening_process(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof(address.sun_path)) return Error{"connect", "the socket's path is too long: " + socket_path};
  std::copy(socket_path.begin(), socket_path.end(), address.sun_path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error{"connect", system_reason()};
  ucred peer{};
  socklen_t size = sizeof(peer);
  const bool found = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                     getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  const std::string reason = found ? "" : system_reason();
  close(fd);
  if (!found) return Error{"connect", fmt::format("nobody listens at {}: {}", socket_path, reason)};
  return peer.pid;
}

namespace {

/// One process, followed until it ends: its socket goes earlier than its hold on the data directory.
class Process {
 public:
  explicit Process(pid_t pid) : descriptor_(pidfd_open(pid, 0)) {}
  ~Process() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  bool terminate() { return descriptor_ >= 0 && pidfd_send_signal(descriptor_, SIGTERM, nullptr, 0) == 0; }
  /// Whether its parent has taken note or not.
  [[nodiscard]] bool has_ended() const {
    pollfd wanted{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return poll(&wanted, 1, 0) == 1;
  }

 private:
  int descriptor_;
};

}  // namespace

Result<pid_t> stop_engine(const provider::Endpoint& endpoint, const Session& session) {
  if (!endpoint.is_unix()) return Error{"engine", "only an engine on a unix socket can be stopped from here"};
  BERTH_TRY_VOID(ask_engine(endpoint, session));
  BERTH_TRY(pid, listening_process(endpoint.unix_socket));
  Process engine(pid);
  if (!engine.terminate()) return Error{"engine", fmt::format("cannot end process {}: {}", pid, system_reason())};
  const Timestamp deadline = session.clock->now() + kStopTime;
  while (!engine.has_ended()) {
    if (session.clock->now() >= deadline) return Error{"engine", fmt::format("process {} did not end within {}", pid, format_duration(kStopTime))};
    if (!session.clock->wait(kLook)) return Error{"interrupted", fmt::format("stopped while process {} was ending", pid)};
  }
  return pid;
}

}  // namespace berth::cli
