#include "compiler/sema/other_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace berth::sema {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

/// Words of compose files and Terraform that are not the API's, plainly spelled.
constexpr std::array<Row, 14> kWords = {{{"count", "replicas"},
                                         {"instances", "replicas"},
                                         {"scaling", "scale"},
                                         {"autoscaling", "scale"},
                                         {"deployment", "deploy"},
                                         {"loadbalancer", "expose"},
                                         {"servicediscovery", "registries"},
                                         {"containers", "container"},
                                         {"volumes", "mount"},
                                         {"volumes", "volume"},
                                         {"secret", "secrets"},
                                         {"logging", "logs"},
                                         {"readonly", "read_only_root"},
                                         {"workingdir", "workdir"}}};

constexpr std::array<Row, 10> kDeclarations = {{{"variable", "param NAME: TYPE = …"},
                                                {"parameter", "param NAME: TYPE = …"},
                                                {"var", "let NAME = …"},
                                                {"const", "let NAME = …"},
                                                {"locals", "let NAME = …"},
                                                {"function", "fn NAME(a: TYPE): TYPE = …"},
                                                {"def", "fn NAME(a: TYPE): TYPE = …"},
                                                {"data", "extern KIND NAME { … }"},
                                                {"module", "from \"./FILE.ecs\" import NAME"},
                                                {"assertion", "assert CONDITION, \"MESSAGE\""}}};

/// Without capitals and underscores: all that `desiredCount`, `DesiredCount` and `desired_count` differ in.
std::string plain(std::string_view word) {
  std::string made;
  for (const char c : word) {
    if (c != '_' && c != '-') made += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return made;
}

/// The last member of a path of the API, plainly spelled: of `a.b.loadBalancers`.
std::string plain_end(std::string_view path) { return plain(path.substr(path.rfind('.') + 1)); }

}  // namespace

std::optional<std::string> word_for(std::string_view word, const ir::schema::Block& schema) {
  const std::string wanted = plain(word);
  if (wanted.empty()) return std::nullopt;
  const auto is_called_so = [&](std::string_view path) { return !path.empty() && (plain_end(path) == wanted || plain_end(path) == wanted + "s"); };
  for (const ir::schema::Field& field : schema.fields) {
    if (is_called_so(field.path) || plain(field.name) == wanted) return std::string(field.name);
  }
  for (const ir::schema::Block& block : schema.blocks) {
    if (is_called_so(block.path) || plain(block.kind) == wanted) return std::string(block.kind);
  }
  for (const auto& [other, here] : kWords) {
    if (other == wanted && (schema.field(here) != nullptr || schema.block(here) != nullptr)) return std::string(here);
  }
  return std::nullopt;
}

std::optional<std::string_view> declaration_for(std::string_view word) {
  const auto row = std::find_if(kDeclarations.begin(), kDeclarations.end(), [&](const Row& known) { return known.first == word; });
  return row == kDeclarations.end() ? std::nullopt : std::optional(row->second);
}

}  // namespace berth::sema
