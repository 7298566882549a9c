#include "cli/field_chain.h"

#include <algorithm>
#include <map>

namespace berth::cli {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
  Words words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// A field with the words that lead to it: first the ways to write its resource, then the path inside.
struct Known {
  const ir::Value* value = nullptr;  ///< null for a field that was unset
  std::vector<Words> ways;
};

/// `task.orders` is also the task of the service or job `orders`.
std::vector<Words> ways_to(const ir::Program& program, const ir::Address& address) {
  const Words name = words_of(address.name);
  std::vector<Words> ways;
  const auto add = [&](const std::string& kind, bool task) {
    Words way{kind};
    way.insert(way.end(), name.begin(), name.end());
    if (task) way.emplace_back("task");
    ways.push_back(std::move(way));
  };
  add(address.kind, false);
  if (address.kind != "task") return ways;
  for (const char* kind : {"service", "job"}) {
    if (program.resources.count({kind, address.name}) != 0) add(kind, true);
  }
  return ways;
}

void collect(const ir::Value& value, const std::string& path, std::map<std::string, const ir::Value*>& fields) {
  const ir::Map* map = value.as_map();
  if (map == nullptr || map->empty()) {
    fields.emplace(path, &value);
    return;
  }
  for (const auto& [key, inner] : *map) collect(inner, path + "." + key, fields);
}

std::map<std::string, const ir::Value*> fields_of(const ir::Program& program) {
  std::map<std::string, const ir::Value*> fields;
  for (const auto* all : {&program.resources, &program.externs}) {
    for (const auto& [address, resource] : *all) collect(resource.body, address.text(), fields);
  }
  for (const auto& [path, layers] : program.chains) fields.emplace(path, nullptr);
  return fields;
}

/// Whether `query` leads along `way`: it begins with the kind or the name, the words in between may be left out, and it ends where `way` ends (or, for
/// `prefix`, anywhere in it).
bool leads(const Words& query, const Words& way, std::size_t name_words, bool prefix) {
  if (query.front() != way[0] && query.front() != way[1]) return false;
  std::size_t q = query.front() == way[0] ? 1 : 0;
  for (std::size_t i = 1; i < way.size(); ++i) {
    if (q == query.size()) return prefix;
    const bool name = i <= name_words;
    if (query[q] == way[i]) {
      ++q;
    } else if (name || i + 1 == way.size()) {
      return false;
    }
  }
  return q == query.size();
}

/// The resource that a path belongs to: its address is the longest that the path begins with.
const ir::Address* resource_of(const ir::Program& program, const std::string& path) {
  const ir::Address* found = nullptr;
  for (const auto* all : {&program.resources, &program.externs}) {
    for (const auto& [address, resource] : *all) {
      const std::string text = address.text();
      if (path.size() > text.size() && path.compare(0, text.size(), text) == 0 && path[text.size()] == '.' && (found == nullptr || text.size() > found->text().size())) found = &address;
    }
  }
  return found;
}

/// Where the setting around a field was written: what a function such as `awslogs(…)` makes has no text of its own.
Span place_around(const ir::Program& program, std::string path) {
  for (std::size_t dot = path.rfind('.'); dot != std::string::npos; dot = path.rfind('.')) {
    path.resize(dot);
    const auto known = program.chains.find(path);
    if (known != program.chains.end() && !known->second.empty()) return known->second.back().origin;
  }
  return {};
}

FieldChain chain_of(const ir::Program& program, const std::string& path, const ir::Value* value) {
  FieldChain chain{.path = path, .value = value == nullptr ? "unset" : ir::spell(*value), .layers = {}};
  if (const auto known = program.chains.find(path); known != program.chains.end()) chain.layers.assign(known->second.rbegin(), known->second.rend());
  if (!chain.layers.empty()) {
    // What is written and equals the schema's default is no field of the program.
    if (value == nullptr) chain.value = chain.layers.front().value;
    chain.layers.front().value = chain.value;
  }
  if (chain.layers.empty()) {
    const bool is_default = value == nullptr || value->origin().is_default;
    const Span own = value == nullptr ? Span{} : value->origin().span;
    chain.layers.push_back({.value = chain.value, .origin = own.valid() || is_default ? own : place_around(program, path), .how = is_default ? "default" : "a part of what stands there"});
  }
  return chain;
}

}  // namespace

std::vector<FieldChain> find_fields(const ir::Program& program, const std::string& query) {
  std::vector<FieldChain> exact;
  std::vector<FieldChain> inside;
  const Words wanted = words_of(query);
  for (const auto& [path, value] : fields_of(program)) {
    const ir::Address* address = resource_of(program, path);
    if (address == nullptr) continue;
    const std::size_t name_words = words_of(address->name).size();
    const Words rest = words_of(path.substr(address->text().size() + 1));
    for (const Words& start : ways_to(program, *address)) {
      Words way = start;
      way.insert(way.end(), rest.begin(), rest.end());
      const bool whole = leads(wanted, way, name_words, false);
      if (!whole && !leads(wanted, way, name_words, true)) continue;
      (whole ? exact : inside).push_back(chain_of(program, path, value));
      break;
    }
  }
  return exact.empty() ? inside : exact;
}

std::vector<std::string> field_paths(const ir::Program& program) {
  std::vector<std::string> paths;
  for (const auto& [path, value] : fields_of(program)) paths.push_back(path);
  return paths;
}

}  // namespace berth::cli
