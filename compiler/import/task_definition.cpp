#include "compiler/import/task_definition.h"

#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/words.h"
#include "compiler/import/canonical.h"
#include "compiler/import/members.h"
#include "compiler/import/spelling.h"
#include "compiler/sema/image.h"
#include "ir/ecs_form.h"
#include "ir/externs.h"

namespace berth::importing {
namespace {

/// In front of the text of a secret that is only a version of the whole: ir/secret_text would look for a key.
constexpr char kWhole = '\x01';

/// "1 GB", ".5 vCPU": amounts in words. The number of MiB or CPU units as text.
std::optional<std::string> amount_in_words(const std::string& text, std::string_view unit) {
  std::string number;
  std::string word;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || c == '.') number += c;
    else if (c != ' ') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (word != unit || number.empty() || number.size() > 9) return std::nullopt;
  const double amount = std::strtod(number.c_str(), nullptr) * 1024;
  if (amount != std::floor(amount)) return std::nullopt;
  return std::to_string(static_cast<std::int64_t>(amount));
}

/// A version of a secret without a key of it: "ARN::STAGE:".
bool is_version_of_whole(const std::string& text) {
  if (text.rfind("arn:", 0) != 0 || text.find(":secretsmanager:") == std::string::npos) return false;
  std::size_t colon = 0;
  for (int i = 0; i < 7; ++i) {
    colon = text.find(':', colon + (i == 0 ? 0 : 1));
    if (colon == std::string::npos) return false;
  }
  return text.compare(colon, 2, "::") == 0 && text.find_first_not_of(':', colon) != std::string::npos;
}

/// Brings a definition into the one form that ir::from_ecs reads, and notes what that changes.
class Normalizer {
 public:
  Normalizer(Workspace& workspace, const Document& document, const std::string& pointer) : workspace_(workspace), document_(document), pointer_(pointer) {}

  /// Before the members are checked.
  void amounts(Json& definition) {
    for (const auto& [member, unit] : {std::pair<const char*, const char*>{"memory", "gb"}, {"cpu", "vcpu"}}) {
      if (!definition.contains(member) || !definition[member].is_string()) continue;
      const auto amount = amount_in_words(definition[member].get<std::string>(), unit);
      if (amount) definition[member] = *amount;
    }
  }

  /// After it: every member has the type that it should have.
  void rest(Json& definition) {
    if (definition.contains("volumes") && definition["volumes"].is_array()) {
      for (Json& volume : definition["volumes"]) {
        if (volume.contains("host") && volume["host"].is_object() && volume["host"].value("sourcePath", Json("")) == Json("")) volume.erase("host");
      }
    }
    if (!definition.contains("containerDefinitions") || !definition["containerDefinitions"].is_array()) return;
    std::size_t index = 0;
    for (Json& container : definition["containerDefinitions"]) this->container(container, below(below(pointer_, "containerDefinitions"), index++));
  }

  /// Labels of ports that have no name in ECS, by container.
  [[nodiscard]] const std::set<std::pair<std::string, std::string>>& unnamed() const { return unnamed_; }

 private:
  void container(Json& container, const std::string& pointer) {
    image(container, pointer);
    health(container, pointer);
    for (const auto& [list, key] : {std::pair<const char*, const char*>{"environment", "name"}, {"secrets", "name"}, {"extraHosts", "hostname"}, {"systemControls", "namespace"}}) {
      repetitions(container, list, key, pointer);
    }
    for (Json* secrets : {member(container, "secrets"), container.contains("logConfiguration") ? member(container["logConfiguration"], "secretOptions") : nullptr}) {
      if (secrets == nullptr || !secrets->is_array()) continue;
      for (Json& secret : *secrets) {
        const std::string text = secret.value("valueFrom", "");
        if (is_version_of_whole(text)) secret["valueFrom"] = kWhole + text;
      }
    }
    ports(container);
  }

  static Json* member(Json& object, const char* name) { return object.is_object() && object.contains(name) ? &object[name] : nullptr; }

  void image(const Json& container, const std::string& pointer) {
    if (!container.contains("image") || !container["image"].is_string()) return;
    const std::string text = container["image"].get<std::string>();
    if (without_marks(text) != text) return;  // looked at where its parameters have their defaults
    const auto parsed = sema::parse_image(text);
    if (parsed.index() == 0) return;
    Diagnostic& diagnostic = workspace_.wrong(document_, below(pointer, "image"), std::get<1>(parsed), "no name of an image");
    if (text.find_first_of("${<") != std::string::npos) diagnostic.help("it looks like a place that another tool fills in: import what that tool makes");
  }

  /// What begins with neither word is a program for Docker's own command line, and is asked for so.
  void health(Json& container, const std::string& pointer) {
    if (!container.contains("healthCheck") || !container["healthCheck"].contains("command")) return;
    Json& command = container["healthCheck"]["command"];
    if (!command.is_array() || command.empty() || command[0] == "CMD" || command[0] == "CMD-SHELL" || command[0] == "NONE") return;
    command.insert(command.begin(), "CMD");
    workspace_.note(document_, path_text(below(below(pointer, "healthCheck"), "command")), "begins with neither CMD nor CMD-SHELL: taken as a program, with CMD in front");
  }

  /// Of two entries with one key the later one counts.
  void repetitions(Json& container, const char* list, const char* key, const std::string& pointer) {
    if (!container.contains(list) || !container[list].is_array()) return;
    std::map<std::string, std::size_t> last;
    const Json& entries = container[list];
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::string name = entries[i].value(key, "");
      const auto [before, added] = last.emplace(name, i);
      if (added) continue;
      if (entries[before->second] != entries[i]) {
        workspace_.note(document_, path_text(below(below(pointer, list), before->second)), fmt::format("`{}` is there twice: the later one is kept", name));
      }
      before->second = i;
    }
  }

  /// Every port gets a label that no other port of the task has.
  void ports(Json& container) {
    if (!container.contains("portMappings") || !container["portMappings"].is_array()) return;
    const std::string owner = container.value("name", "");
    for (const Json& port : container["portMappings"]) {
      if (port.contains("name") && port["name"].is_string()) labels_.insert(port["name"].get<std::string>());
    }
    for (Json& port : container["portMappings"]) {
      if (port.contains("name") && port["name"].is_string()) continue;
      const Json number = port.contains("containerPort") ? port["containerPort"] : port.value("containerPortRange", Json(0));
      std::string label = fmt::format("p{}{}", number.is_string() ? number.get<std::string>() : canonical_json(number), port.value("protocol", Json()) == Json("udp") ? "_udp" : "");
      if (labels_.contains(label)) {
        std::string low = identifier(owner).substr(0, 40);
        std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        label += "_" + low;
      }
      const std::string wanted = label;
      for (int i = 2; !labels_.insert(label).second; ++i) label = fmt::format("{}_{}", wanted, i);
      port["name"] = label;
      unnamed_.emplace(owner, label);
    }
  }

  Workspace& workspace_;
  const Document& document_;
  const std::string& pointer_;
  std::set<std::string> labels_;
  std::set<std::pair<std::string, std::string>> unnamed_;
};

void mark_unnamed(ir::Value& body, const std::set<std::pair<std::string, std::string>>& unnamed) {
  ir::Value* containers = body.as_map()->find("container");
  if (containers == nullptr || containers->as_map() == nullptr) return;
  for (auto& [name, container] : *containers->as_map()) {
    ir::Value* ports = container.as_map()->find("port");
    if (ports == nullptr || ports->as_map() == nullptr) continue;
    for (auto& [label, port] : *ports->as_map()) {
      if (unnamed.contains({name, label})) port.as_map()->set("unnamed", ir::Value::boolean(true));
    }
  }
}

/// "/containerDefinitions/app/cpu" -> "containerDefinitions[app].cpu".
std::string canonical_path(const std::string& pointer) {
  static const std::set<std::string> kLists = {"containerDefinitions", "environment", "secrets", "portMappings", "mountPoints", "volumes", "ulimits", "tags", "dependsOn"};
  std::string text;
  bool of_list = false;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string part = pointer.substr(begin, end - begin);
    text += of_list ? fmt::format("[{}]", part) : text.empty() ? part : "." + part;
    of_list = !of_list && kLists.contains(part);
    begin = end + 1;
  }
  return text;
}

}  // namespace

void set_tags(Workspace& workspace, const Document& document, const std::string& pointer, const Json& tags, ir::Map& body) {
  if (tags.is_null()) return;
  ir::Map map;
  std::size_t index = 0;
  for (const Json& tag : tags.is_array() ? tags : Json::array()) {
    const std::string place = below(pointer, index++);
    const char* upper = tag.is_object() && tag.contains("Key") ? "Value" : nullptr;
    const Json key = tag.is_object() ? tag.value(upper != nullptr ? "Key" : "key", Json()) : Json();
    const Json value = tag.is_object() ? tag.value(upper != nullptr ? upper : "value", Json("")) : Json();
    if (!key.is_string() || !value.is_string()) {
      workspace.wrong(document, place, "is no tag; ECS takes {\"key\": …, \"value\": …}", "here");
      continue;
    }
    const std::string name = key.get<std::string>();
    if (name.starts_with("berth:") || name.starts_with("aws:")) {
      workspace.note(document, path_text(place), fmt::format("the tag `{}` is set by the service that owns it: left out", name));
      continue;
    }
    map.set(name, ir::Value::string(value.get<std::string>()));
  }
  if (!tags.is_array()) workspace.wrong(document, pointer, "is no list of tags", "here");
  if (!map.empty()) body.set("tags", ir::Value::map(std::move(map)));
}

void note_losses(Workspace& workspace, const Document& document, const Json& before, const Json& after, const std::string& prefix) {
  if (before == after) return;
  for (const Json& step : Json::diff(before, after)) {
    const std::string pointer = step["path"].get<std::string>();
    const std::string what = step["op"] == "remove"    ? "there is no way to say it here: left out"
                             : step["op"] == "add"     ? fmt::format("becomes {}, which the input leaves open", canonical_json(step["value"]))
                                                       : fmt::format("becomes {}", canonical_json(step["value"]));
    workspace.note(document, prefix + canonical_path(pointer), what);
  }
}

void add_task_definition(Workspace& workspace, const Document& document, const std::string& pointer, Json definition, const Json& tags, std::string_view hint) {
  const ir::schema::Block& kind = *ir::schema::resource_kind("task");
  const std::size_t errors = workspace.sink.count(Severity::error);
  const Json original = definition;
  Normalizer normalizer(workspace, document, pointer);
  normalizer.amounts(definition);
  check_members(workspace, document, kind, definition, pointer);
  if (!definition.contains("family") || definition["family"].is_null()) workspace.wrong(document, pointer.empty() ? "/family" : below(pointer, "family"), "is missing", "a task definition has a family");
  if (!definition.contains("containerDefinitions") || definition["containerDefinitions"].is_null()) {
    workspace.wrong(document, below(pointer, "containerDefinitions"), "is missing", "a task definition has containers");
  }
  if (workspace.sink.count(Severity::error) != errors) return;
  normalizer.rest(definition);

  const auto refer = [&](std::string_view of, const std::string& text) {
    ir::Value found = !text.empty() && text.front() == kWhole ? workspace.external("secret", text.substr(1)) : workspace.external(of, text);
    if (found.as_reference() == nullptr) workspace.wrong(document, pointer, fmt::format("names `{}`, which cannot be {}", text, with_article(of)), "in here");
    return found;
  };
  ir::FromEcs read = ir::from_ecs(kind, definition, refer);
  mark_unnamed(read.body, normalizer.unnamed());
  ir::Map& body = *read.body.as_map();
  const bool own = definition.contains("tags");
  body.erase("tags");
  set_tags(workspace, document, below(pointer, "tags"), own ? definition["tags"] : tags, body);

  const std::string family = definition["family"].get<std::string>();
  if (const auto known = workspace.families.find(family); known != workspace.families.end()) {
    workspace.wrong(document, below(pointer, "family"), fmt::format("is `{}`, as in another input: one family is one task", family), "a second definition of it");
    return;
  }
  const ir::Address address{"task", hint.empty() ? workspace.names.take(family, "task") : std::string(hint)};
  workspace.families.emplace(family, address);
  ir::Resource& added = workspace.draft.program.resources[address];
  added = ir::Resource{.address = address, .body = std::move(read.body), .origin = {}, .doc = ""};

  const auto resolve = [&](const ir::Address& target) { return ir::api_text(workspace.draft.program.externs.at(target), workspace.draft.program); };
  Json expected = canonical_task_definition(original);
  expected.erase("tags");
  const std::string prefix = pointer.empty() ? "" : path_text(pointer) + ".";
  note_losses(workspace, document, expected, canonical_task_definition(ir::to_ecs(kind, added.body, resolve)), prefix);
}

}  // namespace berth::importing
