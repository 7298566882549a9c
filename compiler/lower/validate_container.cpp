// Settings of one container, and of a task, that contradict each other or name what there is not.
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

const std::vector<std::string>& capabilities() {
  static const std::vector<std::string> names = {
      "ALL",      "AUDIT_CONTROL", "AUDIT_WRITE",      "BLOCK_SUSPEND", "CHOWN",     "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER",     "FSETID",         "IPC_LOCK",
      "IPC_OWNER", "KILL",         "LEASE",            "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD",          "NET_ADMIN",  "NET_BIND_SERVICE", "NET_BROADCAST",
      "NET_RAW",  "SETFCAP",       "SETGID",           "SETPCAP",       "SETUID",    "SYS_ADMIN",    "SYS_BOOT",        "SYS_CHROOT", "SYS_MODULE",     "SYS_NICE",
      "SYS_PACCT", "SYS_PTRACE",   "SYS_RAWIO",        "SYS_RESOURCE",  "SYS_TIME",  "SYS_TTY_CONFIG", "SYSLOG",        "WAKE_ALARM"};
  return names;
}

const std::vector<std::string>& mount_options() {
  static const std::vector<std::string> names = {
      "defaults", "ro",      "rw",     "suid",     "nosuid", "dev",      "nodev",   "exec",     "noexec",  "sync",   "async",    "dirsync",     "remount",
      "mand",     "nomand",  "atime",  "noatime",  "diratime", "nodiratime", "bind", "rbind",   "unbindable", "runbindable", "private", "rprivate", "shared",
      "rshared",  "slave",   "rslave", "relatime", "norelatime", "strictatime", "nostrictatime", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"};
  return names;
}

constexpr std::array<std::string_view, 8> kIpcKeys = {"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"};

bool is_ipc_key(std::string_view key) { return key.starts_with("fs.mqueue.") || std::find(kIpcKeys.begin(), kIpcKeys.end(), key) != kIpcKeys.end(); }

class ContainerRules {
 public:
  ContainerRules(const ir::Program& program, const ir::Resource& task, sema::Reporter& reporter)
      : program_(program), task_(task), reporter_(reporter), mode_(text_of(task.body, {"network_mode"})) {}

  void check() {
    for (const auto& [name, container] : entries_of(task_.body, {"container"})) {
      header_ = place_of(&container, task_.origin);
      variables(container);
      ulimits(container);
      words(container);
      sysctls(container);
      network(name, container);
      execution_role(container);
      swap(container);
    }
    proxy();
    faults();
  }

 private:
  [[nodiscard]] Span place(const ir::Value* value) const { return place_of(value, header_); }

  void variables(const ir::Value& container) {
    const ir::Map& env = entries_of(container, {"env"});
    for (const auto& [name, secret] : entries_of(container, {"secrets"})) {
      const ir::Value* plain = env.find(name);
      if (plain == nullptr) continue;
      const Span a = place(plain);
      const Span b = place(&secret);
      reporter_.report_each("E0335", std::max(a, b), fmt::format("`{}` is a variable and a secret", name), "again")
          .label(std::min(a, b), "already here")
          .note("a variable has one value; ECS refuses both")
          .help("remove one of the two");
    }
    for (const ir::Value& file : items_of(container, {"env_file"})) {
      const std::string* uri = object_of(file);
      if (uri == nullptr || uri->ends_with(".env")) continue;
      reporter_.report_each("E0335", place(&file), fmt::format("`{}` is no file of environment variables", *uri), "its name does not end in `.env`").help("ECS reads only files that are called `….env`");
    }
  }

  /// The S3 URI behind a reference; null when it is not known here.
  const std::string* object_of(const ir::Value& file) const {
    if (file.as_reference() == nullptr) return nullptr;
    const auto found = program_.externs.find(file.as_reference()->target);
    return found == program_.externs.end() ? nullptr : text_of(found->second.body, {"uri"});
  }

  void ulimits(const ir::Value& container) {
    for (const auto& [name, limit] : entries_of(container, {"ulimit"})) {
      const auto soft = number_of(limit, {"soft"});
      const auto hard = number_of(limit, {"hard"});
      if (!soft || !hard || *hard == -1 || (*soft != -1 && *soft <= *hard)) continue;
      const Span at_soft = place_of(ir::at(limit, {"soft"}), place(&limit));
      reporter_.report_each("E0338", at_soft, fmt::format("the soft limit `{}` is above the hard one", name), *soft == -1 ? "unlimited" : "higher")
          .label(place_of(ir::at(limit, {"hard"}), at_soft), "the hard limit")
          .help(fmt::format("at most `{}`", *hard));
    }
  }

  void unknown(const ir::Value& item, std::string_view what, const std::string& word, const std::vector<std::string>& known, std::string_view help) {
    Diagnostic& diagnostic = reporter_.report_each("E0339", place(&item), fmt::format("there is no {} `{}`", what, word), "unknown");
    if (const auto meant = suggest(word, known)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    else diagnostic.help(std::string(help));
  }

  void words(const ir::Value& container) {
    for (const std::string_view setting : {"add_capabilities", "drop_capabilities"}) {
      for (const ir::Value& item : items_of(container, {"linux", setting})) {
        const std::string* word = item.as_string();
        if (word == nullptr || std::find(capabilities().begin(), capabilities().end(), *word) != capabilities().end()) continue;
        unknown(item, "capability", *word, capabilities(), word->starts_with("CAP_") ? "without `CAP_`, as in \"NET_ADMIN\"" : "in capitals, as in \"NET_ADMIN\"");
      }
    }
    for (const auto& [path, tmpfs] : entries_of(container, {"linux", "tmpfs"})) {
      for (const ir::Value& item : items_of(tmpfs, {"options"})) {
        if (item.as_string() == nullptr) continue;
        const std::string word = item.as_string()->substr(0, item.as_string()->find('='));
        if (std::find(mount_options().begin(), mount_options().end(), word) == mount_options().end()) unknown(item, "option of a mount", word, mount_options(), "as in \"noexec\" or \"mode=1777\"");
      }
    }
    static const std::vector<std::string> kSecurity = {"no-new-privileges", "apparmor:", "label:", "credentialspec:"};
    for (const ir::Value& item : items_of(container, {"security_options"})) {
      const std::string* word = item.as_string();
      if (word == nullptr || std::any_of(kSecurity.begin(), kSecurity.end(), [&](const std::string& known) { return word->starts_with(known); })) continue;
      unknown(item, "security option", *word, kSecurity, "\"no-new-privileges\", \"apparmor:PROFILE\", \"label:VALUE\" or \"credentialspec:PATH\"");
    }
    for (const ir::Value& item : items_of(container, {"credential_specs"})) {
      const std::string* word = item.as_string();
      if (word == nullptr || word->starts_with("credentialspec:") || word->starts_with("credentialspecdomainless:")) continue;
      unknown(item, "specification of credentials", *word, {}, "\"credentialspec:ARN\" or \"credentialspecdomainless:ARN\"");
    }
  }

  void sysctls(const ir::Value& container) {
    const ir::Value* ipc = ir::at(task_.body, {"ipc"});
    for (const auto& [key, value] : entries_of(container, {"sysctls"})) {
      const bool of_net = key.starts_with("net.");
      if (!of_net && !is_ipc_key(key)) {
        unknown(value, "kernel parameter for containers", key, {}, "parameters of a container begin with `net.` or `fs.mqueue.`, or are of `kernel.msg…`, `kernel.sem` and `kernel.shm…`");
      } else if (of_net && mode_ != nullptr && *mode_ == "host") {
        other_mode(place(&value), fmt::format("`{}` cannot be set in the machine's own network", key), "remove it, or use another network mode");
      } else if (!of_net && ipc != nullptr && ipc->as_string() != nullptr && *ipc->as_string() == "host") {
        reporter_.report_each("E0336", place(&value), fmt::format("`{}` cannot be set: the containers share the machine's memory", key), "the machine's own")
            .label(place_of(ipc, task_.origin), "by this")
            .help("remove one of the two");
      }
    }
  }

  void other_mode(Span at, std::string message, std::string help) {
    Diagnostic& diagnostic = reporter_.report_each("E0336", at, std::move(message), "not in this network mode");
    const Span mode = place_of(ir::at(task_.body, {"network_mode"}), task_.origin);
    if (mode != task_.origin) diagnostic.label(mode, "the network mode");
    diagnostic.help(std::move(help));
  }

  void network(const std::string& name, const ir::Value& container) {
    const ir::Map& containers = entries_of(task_.body, {"container"});
    for (const ir::Value& item : items_of(container, {"links"})) {
      if (item.as_string() == nullptr) continue;
      const std::string target = item.as_string()->substr(0, item.as_string()->find(':'));
      if (mode_ != nullptr && *mode_ != "bridge") {
        other_mode(place(&item), fmt::format("`links` needs the network mode `bridge`, not `{}`", *mode_), *mode_ == "none" ? "remove it" : "remove it: containers of a task reach each other at `localhost`");
      } else if (target == name) {
        reporter_.report_each("E0336", place(&item), fmt::format("`{}` links to itself", name), "the container itself").help("remove it");
      } else if (containers.find(target) == nullptr) {
        std::vector<std::string> others;
        for (const auto& [other, body] : containers) others.push_back(other);
        Diagnostic& diagnostic = reporter_.report_each("E0336", place(&item), fmt::format("`{}` links to `{}`, and the task has no such container", name, target), "no such container");
        if (const auto meant = suggest(target, others)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
        else diagnostic.help(fmt::format("containers here: `{}`", fmt::join(others, "`, `")));
      }
    }
    if (mode_ == nullptr || *mode_ != "awsvpc") return;
    if (const ir::Value* hostname = ir::at(container, {"hostname"})) other_mode(place(hostname), "a task with an address of its own has no `hostname`", "remove it, or use `bridge`");
    if (const ir::Value* hosts = ir::at(container, {"hosts"})) other_mode(place(hosts), "a task with an address of its own takes no `hosts`", "remove it, or use `bridge`");
  }

  /// What ECS itself does before the container runs is done with the execution role.
  void execution_role(const ir::Value& container) {
    if (ir::at(task_.body, {"execution_role"}) != nullptr) return;
    const auto missing = [&](const ir::Value* value, std::string_view what) {
      if (value == nullptr) return;
      reporter_.report_each("E0337", place(value), fmt::format("{} need an execution role", what), "fetched before the container starts")
          .note("ECS fetches them with the `execution_role` of the task; it refuses a task without")
          .help("`execution_role = NAME` in the task, with `extern role NAME { … }`");
    };
    const ir::Map& secrets = entries_of(container, {"secrets"});
    missing(secrets.empty() ? nullptr : &secrets.begin()->second, "secrets");
    missing(ir::at(container, {"logs", "secret_options"}), "secret options of a log driver");
    missing(ir::at(container, {"image_credentials"}), "credentials of a registry");
    missing(ir::at(container, {"env_file"}), "files of variables");
  }

  void swap(const ir::Value& container) {
    const ir::Value* swappiness = ir::at(container, {"linux", "swappiness"});
    if (swappiness == nullptr || ir::at(container, {"linux", "max_swap"}) != nullptr) return;
    reporter_.report_each("W0510", place(swappiness), "`swappiness` has no effect without `max_swap`", "ignored").help("add `max_swap = 256 MiB`, or remove it");
  }

  /// The agent injects faults into the network of the machine or of the task, and answers that it has none otherwise.
  void faults() {
    if (!is_on(task_.body, {"fault_injection"}) || mode_ == nullptr || *mode_ == "awsvpc" || *mode_ == "host") return;
    reporter_.report_each("W0510", place_of(ir::at(task_.body, {"fault_injection"}), task_.origin), fmt::format("`fault_injection` has no effect with the network mode `{}`", *mode_), "every request is refused")
        .help("`network_mode = \"awsvpc\"` with a `network`, or `host`");
  }

  void proxy() {
    const ir::Value* proxy = ir::at(task_.body, {"proxy"});
    if (proxy == nullptr) return;
    const Span header = place_of(proxy, task_.origin);
    if (mode_ != nullptr && *mode_ != "awsvpc") {
      reporter_.report_each("E0340", header, "a proxy needs tasks with an address of their own", "no such task").help("`network_mode = \"awsvpc\"`");
    }
    const auto has = [&](std::string_view property) {
      const std::string* value = text_of(*proxy, {"properties", property});
      return value != nullptr && !value->empty();
    };
    for (const std::string_view property : {"AppPorts", "ProxyIngressPort", "ProxyEgressPort"}) {
      if (!has(property)) reporter_.report_each("E0340", header, fmt::format("the proxy has no property `{}`", property), "it is missing").help(fmt::format("`properties {{ {} = \"…\" }}`", property));
    }
    if (!has("IgnoredUID") && !has("IgnoredGID")) {
      reporter_.report_each("E0340", header, "the proxy would send its own traffic to itself", "neither `IgnoredUID` nor `IgnoredGID`").help("`properties { IgnoredUID = \"1337\" }`, the user of the proxy's container");
    }
  }

  const ir::Program& program_;
  const ir::Resource& task_;
  sema::Reporter& reporter_;
  const std::string* mode_;
  Span header_;
};

/// Settings that Windows does not have.
constexpr std::array<std::string_view, 11> kNotOnWindows = {"privileged", "links", "user", "read_only_root", "dns", "dns_search",
                                                            "hosts", "no_network", "ulimit", "linux", "sysctls"};

}  // namespace

void validate_containers(const ir::Program& program, const ir::Resource& task, sema::Reporter& reporter) {
  ContainerRules(program, task, reporter).check();
}

void validate_windows(const ir::Resource& task, sema::Reporter& reporter) {
  const ir::Value* os = ir::at(task.body, {"os"});
  const bool is_windows = os != nullptr && os->as_string() != nullptr && os->as_string()->starts_with("windows");
  const Span at_os = place_of(os, task.origin);
  const auto refuse = [&](const ir::Value* value, std::string_view what) {
    if (value == nullptr) return;
    reporter.report_each("E0341", place_of(value, task.origin), fmt::format("Windows has no {}", what), "not possible there").label(at_os, "the task runs on Windows").help("remove it, or let the task run on Linux");
  };
  if (!is_windows) {
    for (const auto& [name, volume] : entries_of(task.body, {"volume"})) {
      const ir::Value* fsx = ir::at(volume, {"fsx"});
      if (fsx == nullptr) continue;
      reporter.report_each("E0341", place_of(fsx, place_of(&volume, task.origin)), "only Windows mounts FSx for Windows File Server", "this volume").help("`os = \"windows_server_2022_core\"` in the task, or another kind of volume");
    }
    return;
  }
  refuse(ir::at(task.body, {"pid"}), "`pid`");
  refuse(ir::at(task.body, {"ipc"}), "`ipc`");
  if (has_text(task.body, {"arch"}, "arm64")) refuse(ir::at(task.body, {"arch"}), "tasks on `arm64`");
  for (const auto& [name, container] : entries_of(task.body, {"container"})) {
    for (const std::string_view setting : kNotOnWindows) {
      refuse(ir::at(container, {setting}), fmt::format("`{}`", setting));
    }
  }
  for (const auto& [name, volume] : entries_of(task.body, {"volume"})) {
    const std::string* driver = text_of(volume, {"docker", "driver"});
    if (driver != nullptr && *driver != "local") refuse(ir::at(volume, {"docker", "driver"}), fmt::format("volume driver `{}`, only `local`", *driver));
  }
}

}  // namespace berth::lower
