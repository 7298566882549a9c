// Compose files: what they include and extend, and their services in turn.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/import/compose_service.h"
#include "compiler/import/compose_text.h"
#include "compiler/import/item.h"
#include "compiler/import/spelling.h"

namespace berth::importing {
namespace {

constexpr int kDeepestChain = 16;

/// What a service says over what it extends: mappings together, lists one after the other, but commands as a whole.
Json over(const Json& base, const Json& own) {
  if (!base.is_object() || !own.is_object()) return own;
  static const std::set<std::string> whole = {"command", "entrypoint", "test"};
  static const std::set<std::string> maps = {"environment", "labels", "sysctls", "extra_hosts"};
  Json result = base;
  for (const auto& [key, value] : own.items()) {
    if (!result.contains(key) || result[key].is_null()) {
      result[key] = value;
    } else if (maps.contains(key)) {
      const char separator = key == "extra_hosts" ? ':' : '=';
      Json merged = as_map(result[key], separator);
      const Json added = as_map(value, separator);
      for (const auto& [name, item] : added.items()) merged[name] = item;
      result[key] = std::move(merged);
    } else if (result[key].is_object() && value.is_object()) {
      result[key] = over(result[key], value);
    } else if (result[key].is_array() && value.is_array() && !whole.contains(key)) {
      for (const Json& item : value) result[key].push_back(item);
    } else {
      result[key] = value;
    }
  }
  return result;
}

class ComposeReader {
 public:
  ComposeReader(Workspace& workspace, std::vector<Item>& items) : workspace_(workspace), items_(items) {}

  void read(const std::shared_ptr<const Document>& document, int depth) {
    const Json& root = document->root();
    for (const auto& [key, value] : root.items()) top(*document, key, value);
    if (root.contains("include")) include(document, root["include"], depth);
    if (!root.contains("services") || !root["services"].is_object()) {
      if (root.contains("services") && !root["services"].is_null()) workspace_.wrong(*document, "/services", "is no mapping of services", "here");
      return;
    }
    const Json volumes = root.value("volumes", Json::object());
    for (const auto& [name, service] : root["services"].items()) {
      if (!service.is_object()) {
        workspace_.wrong(*document, below("/services", name), "is no service", "a service is a mapping");
        continue;
      }
      std::set<std::string> chain;
      convert_compose_service(workspace_, document, without_marks(name), extended(document, name, service, chain), volumes, workspace_.options.stack, items_);
      ++services_;
    }
  }

  /// The cluster of all services, which a compose file has no word for.
  void finish(const std::shared_ptr<const Document>& document) {
    if (services_ == 0) return;
    const auto same = [&](const Item& item) { return item.kind == Item::Kind::cluster && item.object.value("clusterName", Json()) == Json(workspace_.options.stack); };
    if (std::any_of(items_.begin(), items_.end(), same)) return;
    items_.push_back({Item::Kind::cluster, document, "", {{"clusterName", workspace_.options.stack}}, nullptr, true});
    if (services_ > 1) workspace_.note(*document, "services", "reach each other by name in compose; tasks do not: let them meet through a load balancer, Service Connect, or as containers of one task");
  }

 private:
  void top(const Document& document, const std::string& key, const Json& value) {
    static const std::set<std::string> known = {"services", "version", "name", "volumes", "include"};
    if (known.contains(key) || key.starts_with("x-") || value.is_null() || (value.is_object() && value.empty())) return;
    const bool network = key == "networks";
    workspace_.note(document, key, network ? "are not made: the network of a service is its `network`: left out"
                            : key == "secrets" || key == "configs" ? "are files in compose: put them into Secrets Manager, or into the image: left out"
                                                                   : "has no counterpart: left out");
  }

  /// A file beside the document, read.
  std::shared_ptr<const Document> beside(const Document& document, const std::string& path, const std::string& where) {
    const std::string& of = workspace_.sources.file(document.source()).path();
    const std::string full = path.starts_with('/') || of.rfind('/') == std::string::npos ? path : of.substr(0, of.rfind('/') + 1) + path;
    const auto text = workspace_.options.files == nullptr ? Result<std::string>(Error{"not-found", "not looked for"}) : workspace_.options.files->read(full);
    if (!text) {
      workspace_.note(document, where, fmt::format("`{}` cannot be read: what it says is left out", path));
      return nullptr;
    }
    auto read = read_document(workspace_.sources.add(full, *text), workspace_.sources, workspace_.sink);
    return read && read->root().is_object() ? std::make_shared<const Document>(std::move(*read)) : nullptr;
  }

  void include(const std::shared_ptr<const Document>& document, const Json& value, int depth) {
    for (const Json& entry : value.is_array() ? value : Json::array({value})) {
      const Json path = entry.is_object() ? entry.value("path", Json()) : entry;
      for (const Json& one : path.is_array() ? path : Json::array({path})) {
        if (!one.is_string()) continue;
        if (depth > kDeepestChain) {
          workspace_.wrong(*document, "/include", "goes in a circle, or deeper than import follows", "here");
          return;
        }
        if (const auto other = beside(*document, one.get<std::string>(), "include")) read(other, depth + 1);
      }
    }
  }

  /// The service with all that it extends.
  Json extended(const std::shared_ptr<const Document>& document, const std::string& name, const Json& service, std::set<std::string>& chain) {
    if (!service.contains("extends") || service["extends"].is_null()) return service;
    const Json& extends = service["extends"];
    const std::string where = fmt::format("services.{}.extends", name);
    Json own = service;
    own.erase("extends");
    const std::string base = extends.is_string() ? extends.get<std::string>() : extends.is_object() && extends.contains("service") && extends["service"].is_string() ? extends["service"].get<std::string>() : "";
    const std::string file = extends.is_object() && extends.contains("file") && extends["file"].is_string() ? extends["file"].get<std::string>() : "";
    if (!chain.insert(fmt::format("{} {}", workspace_.sources.file(document->source()).path(), name)).second || static_cast<int>(chain.size()) > kDeepestChain) {
      workspace_.wrong(*document, below(below("/services", name), "extends"), "goes in a circle, or deeper than import follows", "here");
      return own;
    }
    const std::shared_ptr<const Document> other = file.empty() ? document : beside(*document, file, where);
    const Json services = other == nullptr ? Json() : other->root().value("services", Json());
    if (other == nullptr || !services.is_object() || !services.contains(base) || !services[base].is_object()) {
      if (other != nullptr) workspace_.note(*document, where, fmt::format("there is no service `{}`: what it says is left out", base));
      return own;
    }
    return over(extended(other, base, services[base], chain), own);
  }

  Workspace& workspace_;
  std::vector<Item>& items_;
  int services_ = 0;
};

}  // namespace

void read_compose(Workspace& workspace, const std::shared_ptr<const Document>& document, std::vector<Item>& items) {
  ComposeReader reader(workspace, items);
  reader.read(document, 0);
  reader.finish(document);
}

}  // namespace berth::importing
