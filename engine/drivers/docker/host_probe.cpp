#include "engine/drivers/docker/host_probe.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>

namespace berth::engine::docker {
namespace {

/// By their numbers in linux/capability.h.
constexpr std::array<std::string_view, 41> kCapabilities{
    "CHOWN",          "DAC_OVERRIDE",    "DAC_READ_SEARCH", "FOWNER",           "FSETID",       "KILL",       "SETGID",       "SETUID",     "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST",  "NET_ADMIN",        "NET_RAW",      "IPC_LOCK",   "IPC_OWNER",    "SYS_MODULE", "SYS_RAWIO",
    "SYS_CHROOT",     "SYS_PTRACE",      "SYS_PACCT",       "SYS_ADMIN",        "SYS_BOOT",     "SYS_NICE",   "SYS_RESOURCE", "SYS_TIME",   "SYS_TTY_CONFIG",
    "MKNOD",          "LEASE",           "AUDIT_WRITE",     "AUDIT_CONTROL",    "SETFCAP",      "MAC_OVERRIDE", "MAC_ADMIN",  "SYSLOG",     "WAKE_ALARM",
    "BLOCK_SUSPEND",  "AUDIT_READ",      "PERFMON",         "BPF",              "CHECKPOINT_RESTORE"};

/// The row in /proc/PID/limits, and the name of the ulimit.
struct Row {
  std::string_view title;
  std::string_view name;
};
constexpr std::array<Row, 15> kRows{{{"Max core file size", "core"},
                                     {"Max cpu time", "cpu"},
                                     {"Max data size", "data"},
                                     {"Max file size", "fsize"},
                                     {"Max file locks", "locks"},
                                     {"Max locked memory", "memlock"},
                                     {"Max msgqueue size", "msgqueue"},
                                     {"Max nice priority", "nice"},
                                     {"Max open files", "nofile"},
                                     {"Max processes", "nproc"},
                                     {"Max resident set", "rss"},
                                     {"Max realtime priority", "rtprio"},
                                     {"Max realtime timeout", "rttime"},
                                     {"Max pending signals", "sigpending"},
                                     {"Max stack size", "stack"}}};

/// The rest of the line that begins with `title`; empty when there is none.
std::string_view line_after(std::string_view text, std::string_view title) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.substr(0, title.size()) == title) return line.substr(title.size());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

template <class Number>
std::optional<Number> number_of(const std::string& text, int base = 10) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The process that listens on the socket; 0 when that can't be said.
pid_t listener_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return 0;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return 0;
  ucred peer{};
  socklen_t size = sizeof(peer);
  const bool known = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                     ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  ::close(socket);
  return known ? peer.pid : 0;
}

bool is_dockerd(const std::string& directory) { return read_all(directory + "/comm") == "dockerd\n"; }

/// The directory in /proc of the Docker Engine behind the socket: who listens there, else (systemd does, for it) the only one of this machine.
std::string process_of(const std::string& path) {
  const pid_t listener = listener_of(path);
  const std::string direct = fmt::format("/proc/{}", listener);
  if (listener == 0 || is_dockerd(direct)) return listener == 0 ? "" : direct;
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
    if (is_dockerd(entry.path().string())) found.push_back(entry.path().string());
  }
  return found.size() == 1 ? found.front() : "";
}

}  // namespace

HostLimits limits_of(std::string_view limits, std::string_view status, std::int64_t most_open_files) {
  HostLimits found;
  const auto mask_words = words_of(line_after(status, "CapBnd:"));
  const auto mask = mask_words.empty() ? std::nullopt : number_of<std::uint64_t>(mask_words.front(), 16);
  bool raises = true;
  for (std::size_t i = 0; mask && i < kCapabilities.size(); ++i) {
    if ((*mask >> i & 1U) != 0) {
      found.granted_capabilities.insert(std::string(kCapabilities[i]));
    } else {
      found.missing_capabilities.insert(std::string(kCapabilities[i]));
      raises = raises && kCapabilities[i] != "SYS_RESOURCE";
    }
  }
  if (most_open_files > 0) found.ulimits["nofile"] = most_open_files;
  if (raises) return found;
  for (const Row& row : kRows) {
    // Soft limit, hard limit, unit.
    const auto words = words_of(line_after(limits, row.title));
    const auto hard = words.size() < 2 ? std::nullopt : number_of<std::int64_t>(words[1]);
    if (hard) found.ulimits[std::string(row.name)] = *hard;
  }
  return found;
}

std::set<std::string> missing_controls_of(const Json& info) {
  std::set<std::string> missing;
  const auto lacks = [&info](const char* control) {
    const auto found = info.find(control);
    return found != info.end() && found->is_boolean() && !found->get<bool>();
  };
  if (lacks("MemoryLimit")) missing.insert("memory");
  if (lacks("MemoryLimit") || lacks("SwapLimit")) missing.insert("swap");
  if (lacks("CpuCfsQuota")) missing.insert("cpu");
  // Control groups of version 2 have no such setting, and Docker drops it.
  const auto version = info.find("CgroupVersion");
  if (version != info.end() && *version == "2") missing.insert("swappiness");
  return missing;
}

HostLimits probe_host(const std::string& host) {
  constexpr std::string_view kScheme = "unix://";
  if (host.rfind(kScheme, 0) != 0) return {};
  const std::string directory = process_of(host.substr(kScheme.size()));
  if (directory.empty()) return {};
  const auto words = words_of(read_all("/proc/sys/fs/nr_open"));
  const auto most = words.empty() ? std::nullopt : number_of<std::int64_t>(words.front());
  return limits_of(read_all(directory + "/limits"), read_all(directory + "/status"), most.value_or(0));
}

}  // namespace berth::engine::docker
