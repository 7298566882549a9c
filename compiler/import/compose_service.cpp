#include "compiler/import/compose_service.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/import/compose_text.h"
#include "compiler/import/spelling.h"
#include "compiler/sema/image.h"

namespace berth::importing {
namespace {

/// What is written as a mapping; nothing where it is none.
const Json& members(const Json& value) {
  static const Json kNone = Json::object();
  return value.is_object() ? value : kNone;
}

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kSomeMemory = 512;
constexpr std::size_t kMostPorts = 100;

std::string scalar(const Json& value) { return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump(); }

/// The elements; of one value that is no list, the value.
Json as_list(const Json& value) { return value.is_array() ? value : value.is_null() ? Json::array() : Json::array({value}); }

std::optional<std::int64_t> number(const std::string& text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoll(text);
}

std::string ecs_name(const std::string& name) {
  std::string result = name;
  std::replace_if(result.begin(), result.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_'; }, '-');
  return result.substr(0, 255);
}

/// One service, key by key.
class ComposeService {
 public:
  ComposeService(Workspace& workspace, const Document& document, const std::string& name, const Json& service, const Json& volumes)
      : workspace_(workspace), document_(document), name_(name), pointer_(below("/services", name)), service_(service), volumes_(volumes) {}

  void convert() {
    container_ = {{"name", ecs_name(name_)}, {"essential", true}};
    image();
    for (const auto& [key, value] : service_.items()) {
      if (!value.is_null()) this->key(key, value);
    }
    environment();
    if (!container_.contains("memory") && !container_.contains("memoryReservation")) {
      task_["memory"] = std::to_string(kSomeMemory);
      note("", fmt::format("has no limit of memory, which ECS asks for: the task gets {} MiB", kSomeMemory));
    }
    task_["family"] = ecs_name(name_);
    task_["containerDefinitions"] = Json::array({container_});
    ecs_service_["serviceName"] = ecs_name(name_);
    ecs_service_["taskDefinition"] = ecs_name(name_);
  }

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  Json task_ = Json::object();
  Json ecs_service_ = Json::object();

 private:
  void note(std::string_view path, std::string text) {
    workspace_.note(document_, path.empty() ? path_text(pointer_) : fmt::format("{}.{}", path_text(pointer_), path), std::move(text));
  }

  /// With parameters for its variables.
  std::string text(const Json& value) {
    return interpolated(scalar(value), [&](const Variable& variable) {
      std::string low = variable.name;
      std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      return workspace_.parameter(low, "string", variable.value, fmt::format("The variable {} of the compose file.", variable.name));
    });
  }

  /// With the defaults of its variables: where the language takes no parameter.
  std::string fixed(std::string_view path, const Json& value) {
    const std::string given = scalar(value);
    std::string result = interpolated(given, [](const Variable& variable) { return variable.value.value_or(""); });
    if (result != given && given.find("$") != std::string::npos) note(path, fmt::format("`{}` is `{}` from now on", given, result));
    return result;
  }

  Json texts(const Json& list) {
    Json result = Json::array();
    for (const Json& item : as_list(list)) result.push_back(text(item));
    return result;
  }

  Json text_map(const Json& given) {
    Json result = Json::object();
    const Json map = as_map(given);
    for (const auto& [key, value] : map.items()) result[key] = text(value);
    return result;
  }

  void image() {
    if (service_.contains("build") && !service_["build"].is_null()) note("build", "ECS builds no images: build it, push it, and name it in `image`");
    if (!service_.contains("image") || service_["image"].is_null()) {
      std::string low = ecs_name(name_);
      std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      container_["image"] = low;
      note("image", fmt::format("is not there: `{}` stands for what `build` makes", low));
      return;
    }
    const std::string plain = interpolated(scalar(service_["image"]), [](const Variable& variable) { return variable.value.value_or(""); });
    const auto parsed = sema::parse_image(plain);
    const bool tagged = parsed.index() == 0 && (!std::get<0>(parsed).tag.empty() || !std::get<0>(parsed).digest.empty());
    container_["image"] = tagged ? text(service_["image"]) : fixed("image", service_["image"]);
  }

  void environment() {
    Json all = Json::object();
    for (const auto& [key, value] : env_files_.items()) all[key] = value;
    const Json own = service_.contains("environment") ? as_map(service_["environment"]) : Json::object();
    for (const auto& [key, value] : own.items()) {
      if (value.is_null()) {
        all[key] = text(fmt::format("${{{}}}", key));
        note(fmt::format("environment.{}", key), "has no value: compose takes it from the shell, here it is a parameter");
      } else {
        all[key] = text(value);
      }
    }
    for (const auto& [key, value] : all.items()) container_["environment"].push_back({{"name", key}, {"value", value}});
  }

  void key(const std::string& key, const Json& value) {
    using Handler = void (ComposeService::*)(const std::string&, const Json&);
    static const std::map<std::string, Handler> handlers = {
        {"command", &ComposeService::command},     {"entrypoint", &ComposeService::command},  {"ports", &ComposeService::ports},
        {"volumes", &ComposeService::mounts},      {"env_file", &ComposeService::env_file},   {"healthcheck", &ComposeService::health},
        {"deploy", &ComposeService::deploy},       {"restart", &ComposeService::restart},     {"ulimits", &ComposeService::ulimits},
        {"cap_add", &ComposeService::capabilities}, {"cap_drop", &ComposeService::capabilities}, {"user", &ComposeService::plain},
        {"working_dir", &ComposeService::plain},   {"hostname", &ComposeService::plain},      {"privileged", &ComposeService::flag},
        {"read_only", &ComposeService::flag},      {"tty", &ComposeService::flag},            {"stdin_open", &ComposeService::flag},
        {"init", &ComposeService::flag},           {"extra_hosts", &ComposeService::hosts},   {"dns", &ComposeService::list},
        {"dns_search", &ComposeService::list},     {"security_opt", &ComposeService::list},   {"links", &ComposeService::links},
        {"labels", &ComposeService::labels},       {"logging", &ComposeService::logging},     {"sysctls", &ComposeService::sysctls},
        {"mem_limit", &ComposeService::memory},    {"mem_reservation", &ComposeService::memory}, {"shm_size", &ComposeService::memory},
        {"cpus", &ComposeService::cpus},           {"cpu_shares", &ComposeService::cpus},     {"stop_grace_period", &ComposeService::stop},
        {"network_mode", &ComposeService::network_mode}, {"pid", &ComposeService::namespaces}, {"ipc", &ComposeService::namespaces},
        {"tmpfs", &ComposeService::tmpfs},         {"devices", &ComposeService::devices},     {"scale", &ComposeService::scale}};
    static const std::map<std::string, std::string> reasons = {
        {"depends_on", "each service is a task of its own, which does not wait for others: let the program wait, or put the containers into one task"},
        {"networks", "tasks have the network of their service: a service is reached through a load balancer or Service Connect, not by the name of a network"},
        {"container_name", "ECS gives containers names of its own"},
        {"profiles", "there are no profiles: it is imported as any other service"},
        {"secrets", "compose mounts files; ECS sets variables from Secrets Manager or the Parameter Store: use `secrets { }`"},
        {"configs", "compose mounts files; put them into the image, or on a volume"},
        {"expose", "containers reach every port of each other: nothing to say"},
        {"platform", "images are pulled for the machine they run on: `arch` of the task says which that is"},
        {"pull_policy", "ECS pulls as its agent is set up"},
        {"extends", "it could not be followed"}};
    if (key == "image" || key == "build" || key == "environment" || key.starts_with("x-")) return;
    if (const auto handler = handlers.find(key); handler != handlers.end()) return (this->*handler->second)(key, value);
    const auto reason = reasons.find(key);
    note(key, (reason == reasons.end() ? "has no counterpart in a task definition" : reason->second) + ": left out");
  }

  void command(const std::string& key, const Json& value) {
    const char* member = key == "command" ? "command" : "entryPoint";
    Json words = Json::array();
    if (value.is_array()) {
      words = texts(value);
    } else {
      for (const std::string& word : shell_words(text(value))) words.push_back(word);
    }
    if (!words.empty()) container_[member] = std::move(words);
  }

  // ---- ports -------------------------------------------------------------------------------------------------------------------------

  void port(const std::string& where, const std::string& target, const std::string& published, const std::string& protocol, const Json& given) {
    const std::size_t dash = target.find('-');
    const auto first = number(target.substr(0, dash));
    const auto last = dash == std::string::npos ? first : number(target.substr(dash + 1));
    const std::size_t host_dash = published.find('-');
    const auto host = published.empty() ? std::optional<std::int64_t>(0) : number(published.substr(0, host_dash));
    if (!first || !last || *last < *first || *last - *first >= static_cast<std::int64_t>(kMostPorts) || !host) {
      note(where, "is no port that can be read: left out");
      return;
    }
    const bool several_for_one = host_dash != std::string::npos && *first == *last;
    if (several_for_one) note(where, fmt::format("takes one of the ports {} of the machine: any free one is taken", published));
    for (std::int64_t i = 0; i <= *last - *first; ++i) {
      Json mapping = {{"containerPort", *first + i}, {"hostPort", published.empty() || several_for_one ? 0 : *host + i}};
      if (protocol == "udp") mapping["protocol"] = "udp";
      if (given.is_object() && given.contains("name") && given["name"].is_string()) mapping["name"] = ecs_name(given["name"].get<std::string>());
      container_["portMappings"].push_back(std::move(mapping));
    }
  }

  void ports(const std::string&, const Json& value) {
    std::size_t index = 0;
    for (const Json& entry : as_list(value)) {
      const std::string where = fmt::format("ports[{}]", index++);
      if (entry.is_object()) {
        port(where, fixed(where, entry.value("target", Json(""))), fixed(where, entry.value("published", Json(""))), fixed(where, entry.value("protocol", Json("tcp"))), entry);
        for (const char* key : {"host_ip", "mode", "app_protocol"}) {
          if (entry.contains(key)) note(where + "." + key, "has no counterpart: left out");
        }
        continue;
      }
      std::string text = fixed(where, entry);
      std::string protocol = "tcp";
      if (const auto slash = text.rfind('/'); slash != std::string::npos) {
        protocol = text.substr(slash + 1);
        text.resize(slash);
      }
      const std::size_t colon = text.rfind(':');
      const std::string target = colon == std::string::npos ? text : text.substr(colon + 1);
      std::string published = colon == std::string::npos ? "" : text.substr(0, colon);
      if (const auto address = published.rfind(':'); address != std::string::npos) {
        note(where, fmt::format("is published on `{}` only; ECS publishes on every address of the machine", published.substr(0, address)));
        published = published.substr(address + 1);
      }
      port(where, target, published, protocol, entry);
    }
  }

  // ---- volumes -----------------------------------------------------------------------------------------------------------------------

  std::string volume(const std::string& source, const std::string& target, const std::string& where) {
    const bool path = source.starts_with('/') || source.starts_with('.') || source.starts_with('~');
    std::string name = ecs_name(path || source.empty() ? identifier(source.empty() ? target : source) : source);
    if (name.empty()) name = "volume";
    for (int i = 2; mounted_.contains(name); ++i) {
      if (!path && !source.empty()) {
        note(where, fmt::format("mounts `{}` a second time, which a container cannot: left out", source));
        return "";
      }
      name = fmt::format("{}_{}", name, i);
    }
    mounted_.insert(name);
    Json volume = {{"name", name}};
    if (path) {
      volume["host"] = {{"sourcePath", source}};
      if (!source.starts_with('/')) note(where, fmt::format("`{}` is beside the compose file: it has to be on each machine, under an absolute path", source));
    } else if (!source.empty()) {
      volume["dockerVolumeConfiguration"] = {{"scope", "shared"}, {"autoprovision", true}};
      if (volumes_.is_object() && volumes_.contains(source) && volumes_[source].is_object()) {
        for (const auto& [key, value] : volumes_[source].items()) {
          if (key == "driver" && value.is_string()) volume["dockerVolumeConfiguration"]["driver"] = fixed(where, value);
          else if (key == "driver_opts" && value.is_object()) volume["dockerVolumeConfiguration"]["driverOpts"] = text_map(value);
          else if (key == "labels") volume["dockerVolumeConfiguration"]["labels"] = text_map(value);
          else if (!key.starts_with("x-")) workspace_.note(document_, fmt::format("volumes.{}.{}", source, key), "has no counterpart: left out");
        }
      }
    }
    task_["volumes"].push_back(std::move(volume));
    return name;
  }

  void mount(const std::string& where, const std::string& source, const std::string& target, bool read_only) {
    const std::string name = volume(source, target, where);
    if (name.empty()) return;
    Json point = {{"sourceVolume", name}, {"containerPath", target}};
    if (read_only) point["readOnly"] = true;
    container_["mountPoints"].push_back(std::move(point));
  }

  void mounts(const std::string&, const Json& value) {
    std::size_t index = 0;
    for (const Json& entry : as_list(value)) {
      const std::string where = fmt::format("volumes[{}]", index++);
      if (entry.is_object()) {
        const std::string kind = scalar(entry.value("type", Json("volume")));
        const std::string target = fixed(where, entry.value("target", Json("")));
        for (const auto& [key, unused] : entry.items()) {
          if (key != "type" && key != "source" && key != "target" && key != "read_only") note(where + "." + key, "has no counterpart: left out");
        }
        if (kind == "tmpfs") memory_folder(where, target);
        else if ((kind == "volume" || kind == "bind") && !target.empty()) mount(where, fixed(where, entry.value("source", Json(""))), target, entry.value("read_only", Json(false)) == true);
        else note(where, "is no volume that ECS has: left out");
        continue;
      }
      std::string text = fixed(where, entry);
      const std::size_t first = text.find(':');
      if (first == std::string::npos) {
        mount(where, "", text, false);
        continue;
      }
      const std::size_t second = text.find(':', first + 1);
      const std::string options = second == std::string::npos ? "" : text.substr(second + 1);
      if (!options.empty() && options != "ro" && options != "rw") note(where, fmt::format("the options `{}` have no counterpart but `ro`", options));
      mount(where, text.substr(0, first), text.substr(first + 1, second == std::string::npos ? second : second - first - 1), options.find("ro") != std::string::npos);
    }
  }

  void memory_folder(const std::string& where, const std::string& path) {
    container_["linuxParameters"]["tmpfs"].push_back({{"containerPath", path.substr(0, path.find(':'))}, {"size", 64}});
    note(where, "ECS asks for the size of a folder in memory: 64 MiB");
  }

  void tmpfs(const std::string& key, const Json& value) {
    for (const Json& path : as_list(value)) memory_folder(key, fixed(key, path));
  }

  void devices(const std::string& key, const Json& value) {
    for (const Json& entry : as_list(value)) {
      const std::string text = fixed(key, entry);
      const std::size_t first = text.find(':');
      const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
      Json device = {{"hostPath", text.substr(0, first)}};
      if (first != std::string::npos) device["containerPath"] = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
      const std::string rights = second == std::string::npos ? "" : text.substr(second + 1);
      for (const auto& [letter, word] : {std::pair<char, const char*>{'r', "read"}, {'w', "write"}, {'m', "mknod"}}) {
        if (rights.find(letter) != std::string::npos) device["permissions"].push_back(word);
      }
      container_["linuxParameters"]["devices"].push_back(std::move(device));
    }
  }

  // ---- what stands in files ----------------------------------------------------------------------------------------------------------

  void env_file(const std::string& key, const Json& value) {
    for (const Json& entry : as_list(value)) {
      const std::string path = fixed(key, entry.is_object() ? entry.value("path", Json("")) : entry);
      const std::string& of = workspace_.sources.file(document_.source()).path();
      const std::string full = path.starts_with('/') || of.rfind('/') == std::string::npos ? path : of.substr(0, of.rfind('/') + 1) + path;
      const auto content = workspace_.options.files == nullptr ? Result<std::string>(Error{"not-found", "not looked for"}) : workspace_.options.files->read(full);
      if (!content) {
        note(key, fmt::format("`{}` cannot be read: its variables are left out", path));
        continue;
      }
      for (const auto& [name, text] : env_lines(*content)) env_files_[name] = without_marks(text);
      note(key, fmt::format("the variables of `{}` stand in `env` from now on", path));
    }
  }

  // ---- health, deployment ------------------------------------------------------------------------------------------------------------

  /// Whole seconds within bounds.
  void seconds(const Json& from, const char* key, Json& to, const char* member, std::int64_t low, std::int64_t high) {
    if (!from.contains(key) || from[key].is_null()) return;
    const std::string where = fmt::format("healthcheck.{}", key);
    const auto duration = duration_ms(fixed(where, from[key]));
    if (!duration) return note(where, "is no duration: left out");
    const std::int64_t wanted = (*duration + 999) / 1000;
    const std::int64_t taken = std::clamp(wanted, low, high);
    if (taken * 1000 != *duration) note(where, fmt::format("becomes {}s: ECS takes whole seconds, {} to {}", taken, low, high));
    to[member] = taken;
  }

  void health(const std::string& key, const Json& value) {
    if (!value.is_object()) return note(key, "is no object: left out");
    const Json test = value.value("test", Json());
    const bool none = value.value("disable", Json(false)) == true || test == Json("NONE") || (test.is_array() && !test.empty() && test[0] == "NONE");
    if (none || test.is_null()) return note(key, none ? "ECS does not look at the image's check: nothing to switch off" : "has no `test`: the image's own check, which ECS does not look at");
    Json check = {{"command", test.is_array() ? texts(test) : Json::array({"CMD-SHELL", text(test)})}};
    seconds(value, "interval", check, "interval", 5, 300);
    seconds(value, "timeout", check, "timeout", 2, 60);
    seconds(value, "start_period", check, "startPeriod", 0, 300);
    if (value.contains("retries")) {
      const auto retries = number(fixed("healthcheck.retries", value["retries"]));
      if (retries) check["retries"] = std::clamp<std::int64_t>(*retries, 1, 10);
      if (!retries || *retries < 1 || *retries > 10) note("healthcheck.retries", "ECS takes 1 to 10");
    }
    if (value.contains("start_interval")) note("healthcheck.start_interval", "has no counterpart: left out");
    container_["healthCheck"] = std::move(check);
  }

  void scale(const std::string& key, const Json& value) {
    if (const auto count = number(fixed(key, value))) ecs_service_["desiredCount"] = *count;
    else note(key, "is no number: left out");
  }

  void deploy(const std::string& key, const Json& value) {
    for (const auto& [part, item] : members(value).items()) {
      const std::string where = key + "." + part;
      if (part == "replicas") {
        scale(where, item);
      } else if (part == "mode" && item == "global") {
        ecs_service_["schedulingStrategy"] = "DAEMON";
      } else if (part == "resources" && item.is_object()) {
        resources(where, item);
      } else if (!(part == "mode" && item == "replicated") && !part.starts_with("x-")) {
        note(where, part == "restart_policy" ? "a service starts tasks again that end: left out" : "has no counterpart: left out");
      }
    }
  }

  void resources(const std::string& where, const Json& resources) {
    for (const auto& [side, amounts] : resources.items()) {
      for (const auto& [what, amount] : members(amounts).items()) {
        const std::string path = fmt::format("{}.{}.{}", where, side, what);
        if (what == "memory" && (side == "limits" || side == "reservations")) memory_at(path, side == "limits" ? "memory" : "memoryReservation", amount);
        else if (what == "cpus") cpus(path, amount);
        else note(path, "has no counterpart: left out");
      }
    }
  }

  void memory_at(const std::string& where, const char* member, const Json& value) {
    const auto bytes = byte_size(fixed(where, value));
    if (!bytes) return note(where, "is no size: left out");
    const std::int64_t whole = std::max<std::int64_t>(6, (*bytes + kMiB - 1) / kMiB);
    if (whole * kMiB != *bytes) note(where, fmt::format("becomes {} MiB: ECS counts whole MiB, at least 6", whole));
    container_[member] = whole;
  }

  void memory(const std::string& key, const Json& value) {
    if (key != "shm_size") return memory_at(key, key == "mem_limit" ? "memory" : "memoryReservation", value);
    const auto bytes = byte_size(fixed(key, value));
    if (!bytes) return note(key, "is no size: left out");
    container_["linuxParameters"]["sharedMemorySize"] = std::max<std::int64_t>(1, (*bytes + kMiB - 1) / kMiB);
  }

  void cpus(const std::string& key, const Json& value) {
    const std::string text = fixed(key, value);
    const double amount = std::strtod(text.c_str(), nullptr) * (key == "cpu_shares" ? 1 : 1024);
    if (!(amount > 0 && amount <= 196'608)) return note(key, "is no amount of CPU: left out");
    container_["cpu"] = static_cast<std::int64_t>(amount + 0.5);
    if (key != "cpu_shares") note(key, "becomes `cpu`, which is a share when the CPU is contended, and no ceiling");
  }

  void restart(const std::string& key, const Json& value) {
    const std::string policy = fixed(key, value);
    if (policy == "no" || policy == "false" || policy.starts_with("on-failure")) note(key, fmt::format("is `{}`; a service starts a task again whenever it ends", policy));
  }

  void stop(const std::string& key, const Json& value) {
    const auto duration = duration_ms(fixed(key, value));
    if (!duration) return note(key, "is no duration: left out");
    container_["stopTimeout"] = std::max<std::int64_t>(1, (*duration + 999) / 1000);
  }

  // ---- the rest ----------------------------------------------------------------------------------------------------------------------

  void ulimits(const std::string& key, const Json& value) {
    for (const auto& [name, limit] : members(value).items()) {
      const auto soft = number(fixed(key, limit.is_object() ? limit.value("soft", Json("")) : limit));
      const auto hard = number(fixed(key, limit.is_object() ? limit.value("hard", Json("")) : limit));
      if (soft && hard) container_["ulimits"].push_back({{"name", name}, {"softLimit", *soft}, {"hardLimit", *hard}});
      else note(key + "." + name, "is no limit that can be read: left out");
    }
  }

  /// Docker takes them in any case and with `CAP_` in front, ECS as they are called.
  void capabilities(const std::string& key, const Json& value) {
    Json& names = container_["linuxParameters"]["capabilities"][key == "cap_add" ? "add" : "drop"];
    for (const Json& given : as_list(value)) {
      std::string name = fixed(key, given);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      names.push_back(name.starts_with("CAP_") ? name.substr(4) : name);
    }
  }

  void plain(const std::string& key, const Json& value) {
    const std::string given = text(value);
    if (!given.empty()) container_[key == "working_dir" ? "workingDirectory" : key] = given;
  }

  void flag(const std::string& key, const Json& value) {
    static const std::map<std::string, std::string> members = {{"privileged", "privileged"}, {"read_only", "readonlyRootFilesystem"}, {"tty", "pseudoTerminal"}, {"stdin_open", "interactive"}};
    const bool on = value == true || fixed(key, value) == "true";
    if (!on) return;
    if (key == "init") container_["linuxParameters"]["initProcessEnabled"] = true;
    else container_[members.at(key)] = true;
  }

  void hosts(const std::string& key, const Json& value) {
    const Json map = as_map(value, ':');
    for (const auto& [host, address] : map.items()) {
      const std::string where = scalar(address);
      if (where == "host-gateway" || where.empty()) note(key + "." + host, "ECS takes addresses only: left out");
      else container_["extraHosts"].push_back({{"hostname", host}, {"ipAddress", fixed(key, address)}});
    }
  }

  void list(const std::string& key, const Json& value) {
    static const std::map<std::string, std::string> members = {{"dns", "dnsServers"}, {"dns_search", "dnsSearchDomains"}, {"security_opt", "dockerSecurityOptions"}};
    container_[members.at(key)] = texts(value);
  }

  void links(const std::string& key, const Json&) { note(key, "each service is a task of its own: containers of other tasks cannot be linked: left out"); }

  void labels(const std::string&, const Json& value) {
    Json labels = text_map(value);
    if (!labels.empty()) container_["dockerLabels"] = std::move(labels);
  }

  void sysctls(const std::string&, const Json& value) {
    const Json map = as_map(value);
    for (const auto& [name, setting] : map.items()) container_["systemControls"].push_back({{"namespace", name}, {"value", text(setting)}});
  }

  void logging(const std::string& key, const Json& value) {
    static const std::set<std::string> drivers = {"awslogs", "awsfirelens", "fluentd", "gelf", "journald", "json-file", "splunk", "syslog"};
    const std::string driver = value.is_object() ? fixed(key, value.value("driver", Json("json-file"))) : "";
    if (!drivers.contains(driver)) return note(key, fmt::format("ECS has no log driver `{}`: left out", driver));
    container_["logConfiguration"]["logDriver"] = driver;
    const Json options = text_map(value.value("options", Json::object()));
    if (!options.empty()) container_["logConfiguration"]["options"] = options;
  }

  void network_mode(const std::string& key, const Json& value) {
    const std::string mode = fixed(key, value);
    if (mode == "host" || mode == "none" || mode == "bridge") task_["networkMode"] = mode;
    else note(key, fmt::format("`{}` has no counterpart: left out", mode));
  }

  void namespaces(const std::string& key, const Json& value) {
    if (fixed(key, value) == "host") task_[key == "pid" ? "pidMode" : "ipcMode"] = "host";
    else note(key, "has no counterpart but `host`: left out");
  }

  Workspace& workspace_;
  const Document& document_;
  const std::string& name_;
  std::string pointer_;
  const Json& service_;
  const Json& volumes_;
  Json container_;
  Json env_files_ = Json::object();
  std::set<std::string> mounted_;
};

}  // namespace

Json as_map(const Json& given, char separator) {
  if (given.is_object()) return given;
  Json map = Json::object();
  for (const Json& entry : as_list(given)) {
    const std::string text = scalar(entry);
    const std::size_t at = text.find(separator);
    map[text.substr(0, at)] = at == std::string::npos ? Json() : Json(text.substr(at + 1));
  }
  return map;
}

void convert_compose_service(Workspace& workspace, const std::shared_ptr<const Document>& document, const std::string& name, const Json& service, const Json& volumes,
                             const std::string& cluster, std::vector<Item>& items) {
  ComposeService converted(workspace, *document, name, service, volumes);
  converted.convert();
  converted.ecs_service_["cluster"] = cluster;
  items.push_back({Item::Kind::task, document, converted.pointer(), std::move(converted.task_), nullptr, true});
  items.push_back({Item::Kind::service, document, converted.pointer(), std::move(converted.ecs_service_), nullptr, true});
}

}  // namespace berth::importing
