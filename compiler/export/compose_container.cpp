#include "compiler/export/compose_container.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "ir/quantity.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

using ir::Map;
using ir::Value;

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '$' ? "$$" : std::string(1, c);
  return result;
}

std::string capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// "${WEB_TOKEN:?the sensitive value of …}": compose stops with the message when the variable is not set.
std::string variable(const std::string& key, const std::string& meaning, const ComposeContext& context) {
  const std::string name = context.names.of(key, capitals(snake_words(key)));
  context.made.inputs[name] = meaning;
  return fmt::format("${{{}:?{}}}", name, meaning);
}

std::string condition_of(const std::string& condition) {
  if (condition == "healthy") return "service_healthy";
  return condition == "start" ? "service_started" : "service_completed_successfully";
}

class ServiceWriter {
 public:
  ServiceWriter(const ComposeTask& task, const std::string& name, const Value& container, const ComposeContext& context)
      : task_(task), name_(name), container_(container), context_(context) {}

  Json run() {
    if (!task_.holder.empty() && task_.holder != name_) made_["network_mode"] = "service:" + task_.names.at(task_.holder);
    if (task_.network == "host" || task_.network == "none") made_["network_mode"] = task_.network;
    for (const auto& [key, value] : *container_.as_map()) setting(key, value);
    if (task_.holder == name_) ports_of_all();
    return std::move(made_);
  }

 private:
  void lost(const std::string& setting, const Value& value, std::string reason = "compose has no place for it") {
    context_.made.losses.push_back({fmt::format("{} container.{}.{}", task_.address.text(), name_, setting), std::move(reason), value.origin().span});
  }
  [[nodiscard]] Json texts(const std::string& setting, const Value& value) const {
    return compose_texts(task_.address, fmt::format("container.{}.{}", name_, setting), value, context_);
  }
  static std::int64_t amount(const Value& value) { return value.as_quantity() == nullptr ? 0 : value.as_quantity()->amount; }
  static std::string seconds(const Value& value) { return fmt::format("{}s", amount(value) / 1000); }
  static std::string bytes(const Value& value) { return fmt::format("{}m", amount(value) / ir::kMebibyte); }

  void setting(const std::string& key, const Value& value) {
    struct Same {
      std::string_view setting;
      std::string_view member;
    };
    // Texts, lists and flags that compose has under another name.
    static constexpr Same kSame[] = {{"image", "image"},          {"command", "command"},       {"entrypoint", "entrypoint"}, {"env", "environment"}, {"user", "user"},
                                     {"workdir", "working_dir"},  {"labels", "labels"},         {"read_only_root", "read_only"}, {"privileged", "privileged"}, {"dns", "dns"},
                                     {"dns_search", "dns_search"}, {"hostname", "hostname"},    {"security_options", "security_opt"}, {"sysctls", "sysctls"}};
    const auto* same = std::find_if(std::begin(kSame), std::end(kSame), [&](const Same& row) { return row.setting == key; });
    if (same != std::end(kSame)) {
      const bool needs_own_network = key == "dns" || key == "dns_search" || key == "hostname";
      if (needs_own_network && made_.contains("network_mode")) return lost(key, value, "compose does not set it where a network is shared");
      const std::string member(same->member);
      if (made_.contains(member) && made_[member].is_object()) made_[member].update(texts(key, value));  // secrets stand in it already
      else made_[member] = texts(key, value);
      return;
    }
    if (key == "cpu") return cpu(value);
    if (key == "memory") return set("mem_limit", bytes(value));
    if (key == "memory_reservation") return set("mem_reservation", bytes(value));
    if (key == "stop_timeout") return set("stop_grace_period", seconds(value));
    if (key == "no_network") return set("network_mode", "none");
    if (key == "secrets") return secrets(value);
    if (key == "hosts") return hosts(value);
    if (key == "depends_on") return depends_on(value);
    if (key == "logs") return logs(value);
    if (key == "port") return ports(name_, value);
    if (key == "mount") return mounts(value);
    if (key == "ulimit") return ulimits(value);
    if (key == "linux") return linux_settings(value);
    if (key == "health") return health(value);
    if (key == "restart") return restart(value);
    if (key == "essential" || value.origin().is_default) return;  // the service around it says what happens when it ends
    lost(key, value);
  }

  void set(const char* member, Json value) { made_[member] = std::move(value); }

  /// Nothing is no share of its own.
  void cpu(const Value& value) {
    if (amount(value) > 0) set("cpu_shares", std::max<std::int64_t>(2, amount(value)));
  }

  void secrets(const Value& value) {
    for (const auto& [name, secret] : *value.as_map()) {
      const std::string key = fmt::format("{}.{}", task_.base, name);
      made_["environment"][name] = variable(key, fmt::format("the secret {} of {}", name, task_.address.text()), context_);
    }
  }

  void hosts(const Value& value) {
    Json list = Json::array();
    for (const auto& [host, address] : *value.as_map()) list.push_back(host + ":" + (address.as_string() == nullptr ? "" : *address.as_string()));
    set("extra_hosts", std::move(list));
  }

  void depends_on(const Value& value) {
    Json conditions = Json::object();
    for (const auto& [container, condition] : *value.as_map()) {
      const auto found = task_.names.find(container);
      if (found == task_.names.end() || condition.as_string() == nullptr) continue;
      conditions[found->second] = {{"condition", condition_of(*condition.as_string())}};
      if (*condition.as_string() == "complete") lost("depends_on." + container, condition, "compose waits for success only, not for an end of any kind");
    }
    set("depends_on", std::move(conditions));
  }

  void logs(const Value& value) {
    const Value* driver = ir::at(value, {"driver"});
    const Value* options = ir::at(value, {"options"});
    if (driver == nullptr || driver->as_string() == nullptr) return;
    if (*driver->as_string() == "awsfirelens" || ir::at(value, {"secret_options"}) != nullptr) return lost("logs", value, "compose has no log router, and no secrets in options of logs");
    Json logging{{"driver", *driver->as_string()}};
    if (options != nullptr) logging["options"] = texts("logs.options", *options);
    set("logging", std::move(logging));
  }

  void ports_of_all() {
    const Value* containers = ir::at(task_.body, {"container"});
    for (const auto& [name, container] : *containers->as_map()) {
      if (const Value* ports_in = ir::at(container, {"port"}); name != name_ && ports_in != nullptr) ports(name, *ports_in);
    }
  }

  void ports(const std::string& container, const Value& value) {
    if (made_.contains("network_mode")) return;  // the network's own container publishes them, or the machine's network is used
    for (const auto& [label, port] : *value.as_map()) {
      const Value* number = ir::at(port, {"number"});
      const Value* range = ir::at(port, {"range"});
      const Value* host = ir::at(port, {"host"});
      const Value* protocol = ir::at(port, {"protocol"});
      std::string text = range != nullptr && range->as_string() != nullptr ? *range->as_string() : number == nullptr ? "" : std::to_string(amount(*number));
      if (text.empty()) continue;
      // An address of the task's own clashes with nothing; here a free port of the machine stands for it.
      const bool is_fixed = task_.network == "bridge" && host != nullptr && amount(*host) != 0;
      if (is_fixed && task_.replicas > 1) lost("port." + label, port, "several replicas cannot have one port of the machine: each gets a free one");
      else if (is_fixed) text = fmt::format("{}:{}", amount(*host), text);
      if (protocol != nullptr && protocol->as_string() != nullptr && *protocol->as_string() == "udp") text += "/udp";
      made_["ports"].push_back(text);
      if (const Value* spoken = ir::at(port, {"app_protocol"}); spoken != nullptr && container == name_) lost("port." + label + ".app_protocol", *spoken);
    }
  }

  void mounts(const Value& value) {
    Json list = Json::array();
    for (const auto& [volume, mount] : *value.as_map()) {
      const Value* path = ir::at(mount, {"path"});
      const auto source = task_.volumes.find(volume);
      if (path == nullptr || path->as_string() == nullptr || source == task_.volumes.end()) continue;
      const Value* read_only = ir::at(mount, {"read_only"});
      const bool is_read_only = read_only != nullptr && read_only->as_bool() != nullptr && *read_only->as_bool();
      list.push_back(escaped(fmt::format("{}:{}{}", source->second, *path->as_string(), is_read_only ? ":ro" : "")));
    }
    set("volumes", std::move(list));
  }

  void ulimits(const Value& value) {
    for (const auto& [limit, bounds] : *value.as_map()) {
      const Value* soft = ir::at(bounds, {"soft"});
      const Value* hard = ir::at(bounds, {"hard"});
      if (soft != nullptr) made_["ulimits"][limit] = {{"soft", amount(*soft)}, {"hard", amount(hard == nullptr ? *soft : *hard)}};
    }
  }

  void linux_settings(const Value& value) {
    for (const auto& [key, entry] : *value.as_map()) {
      if (key == "init") set("init", entry.as_bool() != nullptr && *entry.as_bool());
      else if (key == "add_capabilities") set("cap_add", texts("linux.add_capabilities", entry));
      else if (key == "drop_capabilities") set("cap_drop", texts("linux.drop_capabilities", entry));
      else if (key == "shared_memory") set("shm_size", bytes(entry));
      else if (key == "swappiness") set("mem_swappiness", amount(entry));
      else if (key == "tmpfs") tmpfs(entry);
      else if (key == "device") devices(entry);
      else lost("linux." + key, entry);
    }
  }

  void tmpfs(const Value& value) {
    Json list = Json::array();
    for (const auto& [path, mount] : *value.as_map()) {
      std::string text = path;
      const Value* size = ir::at(mount, {"size"});
      if (size != nullptr) text += ":size=" + bytes(*size);
      const Value* options = ir::at(mount, {"options"});
      if (options != nullptr && options->as_list() != nullptr) {
        for (const Value& option : *options->as_list()) {
          if (option.as_string() != nullptr) text += "," + *option.as_string();
        }
      }
      list.push_back(escaped(text));
    }
    set("tmpfs", std::move(list));
  }

  void devices(const Value& value) {
    Json list = Json::array();
    for (const auto& [path, device] : *value.as_map()) {
      const Value* inside = ir::at(device, {"path"});
      std::string text = fmt::format("{}:{}", path, inside == nullptr || inside->as_string() == nullptr ? path : *inside->as_string());
      const Value* permissions = ir::at(device, {"permissions"});
      if (permissions != nullptr && permissions->as_list() != nullptr) {
        text += ":";
        for (const std::string_view permission : {"read", "write", "mknod"}) {
          const bool has = std::any_of(permissions->as_list()->begin(), permissions->as_list()->end(), [&](const Value& item) { return item.as_string() != nullptr && *item.as_string() == permission; });
          if (has) text += permission.front();
        }
      }
      list.push_back(escaped(text));
    }
    set("devices", std::move(list));
  }

  void health(const Value& value) {
    Json check = Json::object();
    for (const auto& [key, entry] : *value.as_map()) {
      if (key == "command") check["test"] = texts("health.command", entry);
      else if (key == "retries") check["retries"] = amount(entry);
      else if (key == "interval" || key == "timeout" || key == "start_period") check[key] = seconds(entry);
      else lost("health." + key, entry);
    }
    set("healthcheck", std::move(check));
  }

  void restart(const Value& value) {
    set("restart", "always");
    for (const auto& [key, entry] : *value.as_map()) {
      if (!entry.origin().is_default) lost("restart." + key, entry, "compose restarts whatever the exit code and however long it ran");
    }
  }

  const ComposeTask& task_;
  const std::string& name_;
  const Value& container_;
  const ComposeContext& context_;
  Json made_ = Json::object();
};

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion)
Json compose_texts(const ir::Address& owner, const std::string& setting, const ir::Value& value, const ComposeContext& context) {
  if (value.as_sensitive() != nullptr) {
    if (context.options.reveal) return escaped(value.as_sensitive()->text->reveal());
    const std::string& named = context.secrets.of(owner, setting, value).setting;
    return variable(named, "the sensitive value of " + named, context);
  }
  if (const ir::List* list = value.as_list()) {
    Json array = Json::array();
    for (std::size_t i = 0; i < list->size(); ++i) array.push_back(compose_texts(owner, fmt::format("{}.{}", setting, i), (*list)[i], context));
    return array;
  }
  if (const Map* map = value.as_map()) {
    Json object = Json::object();
    for (const auto& [key, entry] : *map) object[key] = compose_texts(owner, setting + "." + key, entry, context);
    return object;
  }
  if (value.as_string() != nullptr) return escaped(*value.as_string());
  return ir::to_json(value);
}

Json compose_service(const ComposeTask& task, const std::string& name, const ir::Value& container, const ComposeContext& context) {
  return ServiceWriter(task, name, container, context).run();
}

}  // namespace berth::exporting
