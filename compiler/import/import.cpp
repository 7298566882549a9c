#include "compiler/import/import.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "compiler/import/item.h"
#include "compiler/import/service.h"
#include "compiler/import/spelling.h"
#include "compiler/import/task_definition.h"
#include "compiler/import/workspace.h"

namespace berth::importing {
namespace {

constexpr std::string_view kKnown = "import reads task definitions, services, clusters and capacity providers as JSON, compose files, and CloudFormation templates with ECS resources in them";

/// Texts of an input are never marks of ours.
void strip_marks(Json& json) {
  if (json.is_string()) {
    const std::string& text = json.get_ref<const std::string&>();
    if (text.find('\xEE') != std::string::npos) json = without_marks(text);
  } else if (json.is_structured()) {
    for (Json& item : json) strip_marks(item);
  }
}

bool is_list_of_objects(const Json& json, const char* member) {
  return json.contains(member) && json[member].is_array() && std::all_of(json[member].begin(), json[member].end(), [](const Json& item) { return item.is_object(); });
}

/// What an input consists of, by what is in it.
class Sorter {
 public:
  Sorter(Workspace& workspace, std::vector<Item>& items) : workspace_(workspace), items_(items) {}

  void document(const std::shared_ptr<const Document>& document) {
    const std::size_t before = items_.size();
    const std::size_t errors = workspace_.sink.count(Severity::error);
    value(document, document->root(), "");
    if (items_.size() == before && workspace_.sink.count(Severity::error) == errors) {
      workspace_.sink.report("E0702", document->place("", workspace_.sources), "nothing in this can be imported", "not known").note(std::string(kKnown));
    }
  }

 private:
  void value(const std::shared_ptr<const Document>& document, const Json& json, const std::string& pointer) {
    if (json.is_array()) {
      for (std::size_t i = 0; i < json.size() && pointer.empty(); ++i) value(document, json[i], below(pointer, i));
      return;
    }
    if (!json.is_object()) return;
    if (json.contains("Resources")) return read_template(workspace_, document, items_);
    if (json.contains("services") && !json["services"].is_array()) return read_compose(workspace_, document, items_);
    if (json.contains("containerDefinitions") || (json.contains("family") && !json.contains("taskDefinition"))) {
      items_.push_back({Item::Kind::task, document, pointer, json, nullptr});
      return;
    }
    if (json.contains("taskDefinition") && json["taskDefinition"].is_object()) {
      items_.push_back({Item::Kind::task, document, below(pointer, "taskDefinition"), json["taskDefinition"], json.value("tags", Json())});
      return;
    }
    if (json.contains("service") && json["service"].is_object()) {
      items_.push_back({Item::Kind::service, document, below(pointer, "service"), json["service"], nullptr});
      return;
    }
    for (const auto& [member, kind] : {std::pair<const char*, Item::Kind>{"services", Item::Kind::service}, {"clusters", Item::Kind::cluster}, {"taskDefinitions", Item::Kind::task}, {"capacityProviders", Item::Kind::provider}}) {
      if (!is_list_of_objects(json, member)) continue;
      for (std::size_t i = 0; i < json[member].size(); ++i) items_.push_back({kind, document, below(below(pointer, member), i), json[member][i], nullptr});
    }
    if (json.contains("capacityProvider") && json["capacityProvider"].is_object()) items_.push_back({Item::Kind::provider, document, below(pointer, "capacityProvider"), json["capacityProvider"], nullptr});
    if (json.contains("name") && (json.contains("autoScalingGroupProvider") || json.contains("managedInstancesProvider"))) items_.push_back({Item::Kind::provider, document, pointer, json, nullptr});
    if (json.contains("serviceName")) items_.push_back({Item::Kind::service, document, pointer, json, nullptr});
    else if (json.contains("clusterName")) items_.push_back({Item::Kind::cluster, document, pointer, json, nullptr});
    else if (json.contains("cluster") && json["cluster"].is_object()) items_.push_back({Item::Kind::cluster, document, below(pointer, "cluster"), json["cluster"], nullptr});
    if (json.contains("failures") && json["failures"].is_array() && !json["failures"].empty()) workspace_.wrong(*document, below(pointer, "failures"), "says what could not be described", "not everything is here");
  }

  Workspace& workspace_;
  std::vector<Item>& items_;
};

std::string text_in(const Json& json, const char* member) {
  return json.contains(member) && json[member].is_string() ? json[member].get<std::string>() : "";
}

/// Services have their names first; a task that only one service runs is called as that.
void add_all(Workspace& workspace, const std::vector<Item>& items) {
  const auto each = [&](Item::Kind kind, auto&& body) {
    for (const Item& item : items) {
      if (item.kind == kind) body(item);
    }
  };
  each(Item::Kind::provider, [&](const Item& item) { add_provider(workspace, *item.document, item.pointer, item.object); });
  each(Item::Kind::cluster, [&](const Item& item) { add_cluster(workspace, *item.document, item.pointer, item.object, item.tags); });
  std::map<std::string, int> runs;
  each(Item::Kind::service, [&](const Item& item) { ++runs[family_of(text_in(item.object, "taskDefinition"))]; });
  std::map<const Item*, std::string> service_names;
  std::map<std::string, std::string> task_names;
  each(Item::Kind::service, [&](const Item& item) {
    const std::string& name = service_names[&item] = workspace.names.take(text_in(item.object, "serviceName"), "service");
    const std::string family = family_of(text_in(item.object, "taskDefinition"));
    if (runs[family] == 1) task_names[family] = name;
  });
  each(Item::Kind::task, [&](const Item& item) {
    const auto named = task_names.find(text_in(item.object, "family"));
    add_task_definition(workspace, *item.document, item.pointer, item.object, item.tags, named == task_names.end() ? std::string() : named->second);
  });
  each(Item::Kind::service, [&](const Item& item) { add_service(workspace, *item.document, item.pointer, item.object, item.tags, service_names[&item]); });
  for (const auto& [name, provider] : workspace.providers) {
    if (!provider.used) workspace.note(*provider.document, path_text(provider.pointer), fmt::format("no cluster among the inputs has the capacity provider `{}`: left out", name));
  }
}

/// The region in which all containers have their logs; "" when they do not agree, or one leaves it open.
std::string common_region(const ir::Program& program) {
  std::string region;
  for (const auto& [address, resource] : program.resources) {
    const ir::Value* containers = address.kind == "task" ? ir::at(resource.body, {"container"}) : nullptr;
    if (containers == nullptr || containers->as_map() == nullptr) continue;
    for (const auto& [name, container] : *containers->as_map()) {
      const ir::Value* driver = ir::at(container, {"logs", "driver"});
      if (driver == nullptr || driver->as_string() == nullptr || *driver->as_string() != "awslogs") continue;
      const ir::Value* own = ir::at(container, {"logs", "options", "awslogs-region"});
      if (ir::at(container, {"logs", "options"}) == nullptr) continue;
      if (own == nullptr || own->as_string() == nullptr || own->as_string()->empty() || !lone_parameter(*own->as_string()).empty()) return "";
      if (!region.empty() && region != *own->as_string()) return "";
      region = *own->as_string();
    }
  }
  return region;
}

}  // namespace

std::optional<Imported> import_files(const std::vector<Input>& inputs, const ImportOptions& options, SourceSet& sources, DiagnosticSink& sink) {
  Workspace workspace(options, sources, sink);
  std::vector<Item> items;
  Sorter sorter(workspace, items);
  try {
    for (const Input& input : inputs) {
      auto document = read_document(sources.add(input.path, input.text), sources, sink);
      if (document) sorter.document(std::make_shared<const Document>(std::move(*document)));
    }
    for (Item& item : items) {
      if (!item.synthetic) strip_marks(item.object);
    }
    add_all(workspace, items);
  } catch (const Json::exception& error) {
    // Every member is looked at before it is used; what slips through is a value of a kind that nobody expects there.
    sink.report("E0703", items.empty() ? Span{} : items.back().document->place("", sources), fmt::format("an input has a value of the wrong kind: {}", error.what()), "in here");
  }
  if (sink.has_errors()) return std::nullopt;
  workspace.draft.program.region = common_region(workspace.draft.program);
  Imported imported{.draft = std::move(workspace.draft), .files = {}, .report = std::move(workspace.report)};
  imported.files = write(imported.draft);
  return imported;
}

std::string report_text(const std::vector<ReportLine>& report) {
  std::string text;
  std::string file;
  for (const ReportLine& line : report) {
    if (line.file != file) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", line.file);
    file = line.file;
    text += fmt::format("  {}: {}\n", line.path.empty() ? "(all of it)" : line.path, line.text);
  }
  return text;
}

}  // namespace berth::importing
