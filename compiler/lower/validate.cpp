#include "compiler/lower/validate.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/parallel.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/pattern.h"
#include "ir/capacity.h"

namespace berth::lower {
namespace {

constexpr std::size_t kMaxTags = 50;
constexpr std::size_t kMaxTagKey = 128;
constexpr std::string_view kTagCharacters = "_.:/=+-@ ";

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Letters, digits and blanks of any script, and some signs.
bool has_tag_characters(std::string_view text) {
  const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!is_ascii) {
    static const auto pattern = sema::compile_pattern("[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*");  // not made for most stacks
    return pattern->matches_all(text);
  }
  return std::all_of(text.begin(), text.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || kTagCharacters.find(c) != std::string_view::npos; });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

void validate_tags(const ir::Resource& resource, sema::Reporter& reporter) {
  const ir::Value* tags = ir::at(resource.body, {"tags"});
  if (tags == nullptr || tags->as_map() == nullptr) return;
  // Five places are ours: owner, address, hash, protection, and whether something is sensitive.
  constexpr std::size_t kOurs = 5;
  if (tags->as_map()->size() + kOurs > kMaxTags) {
    reporter.report("E0323", place_of(tags, resource.origin), fmt::format("{} tags are too many", tags->as_map()->size()), "with the stack's tags")
        .note(fmt::format("ECS takes {} on a resource, and berth needs {} of them", kMaxTags, kOurs))
        .help(fmt::format("at most {}", kMaxTags - kOurs));
  }
  for (const auto& [key, value] : *tags->as_map()) {
    const Span span = place_of(&value, resource.origin);
    if (value.as_string() == nullptr) {
      sema::report_sensitive(place_of(tags, resource.origin), fmt::format("the tag `{}` cannot be sensitive", key), "tags are shown wherever the resource is", reporter);
      continue;
    }
    const std::string& text = *value.as_string();
    if (key.empty() || characters(key) > kMaxTagKey) {
      reporter.report("E0323", span, fmt::format("the key of a tag has 1 to {} characters, not {}", kMaxTagKey, characters(key)), "the tag").help("use another key");
    } else if (starts_with_ignoring_case(key, "aws:") || starts_with_ignoring_case(key, "berth:")) {
      reporter.report("E0323", span, fmt::format("the tag `{}` cannot be set", key), "the prefix belongs to the service that sets it").help("use another key");
    } else if (!has_tag_characters(key) || !has_tag_characters(text)) {
      reporter.report("E0323", span, fmt::format("the tag `{}` has characters that ECS does not take", key), "not taken").help("use letters, digits, blanks and `_ . : / = + - @`");
    }
  }
}

/// Two clusters, two families, or two services of one cluster with one AWS name.
void validate_names(const ir::Program& program, sema::Reporter& reporter) {
  std::unordered_map<std::string, const ir::Resource*> owners;
  for (const auto& [address, resource] : program.resources) {
    const ir::Value* name = ir::at(resource.body, {"name"});
    if (name == nullptr || name->as_string() == nullptr) continue;
    const ir::Value* cluster = ir::at(resource.body, {"cluster"});
    std::string key = address.kind + "/" + *name->as_string();
    if (cluster != nullptr && cluster->as_reference() != nullptr) key += "/" + cluster->as_reference()->target.name;
    const auto [owner, added] = owners.emplace(std::move(key), &resource);
    if (added) continue;
    Span span = place_of(name, resource.origin);
    Span other = place_of(ir::at(owner->second->body, {"name"}), owner->second->origin);
    if (span < other) std::swap(span, other);
    reporter.report("E0326", span, fmt::format("two {}s have the AWS name `{}`", address.kind, *name->as_string()), "the same name again")
        .label(other, "the other one")
        .note("a name is derived from the identifier (`_` becomes `-`) unless it is written")
        .help("give one of them a `name = \"…\"` of its own");
  }
}

/// Capacity providers of two clusters with one AWS name: it is the account's.
void validate_provider_names(const ir::Program& program, sema::Reporter& reporter) {
  std::map<std::string, Span> owners;
  for (const auto& [address, cluster] : program.resources) {
    const ir::Value* called = address.kind == "cluster" ? ir::at(cluster.body, {"name"}) : nullptr;
    if (called == nullptr || called->as_string() == nullptr) continue;
    for (const ir::CapacityPart& part : ir::capacity_parts(cluster.body)) {
      if (part.is_fargate()) continue;
      const std::string name = ir::capacity_provider_name(*called->as_string(), part);
      const Span span = place_of(part.body->find("name"), part.span.valid() ? part.span : cluster.origin);
      const auto [owner, added] = owners.emplace(name, span);
      if (added) continue;
      reporter.report_each("E0326", std::max(span, owner->second), fmt::format("two capacity providers have the AWS name `{}`", name), "the same name again")
          .label(std::min(span, owner->second), "the other one")
          .note("it is made of the names of cluster and block (`CLUSTER-LABEL`) unless it is written")
          .help("give one of them a `name = \"…\"` of its own");
    }
  }
}

/// What can be said of a resource without the others of its kind.
void validate_resource(const ir::Program& program, const ir::Resource& resource, const Exemptions& exemptions, sema::Reporter& reporter) {
  const std::string& kind = resource.address.kind;
  validate_tags(resource, reporter);
  if (kind == "task") {
    validate_task(resource, reporter);
    validate_ports(resource, reporter);
    validate_logs(resource, reporter);
    validate_volumes(resource, reporter);
    validate_containers(program, resource, reporter);
    validate_windows(resource, reporter);
    validate_compatible(resource, reporter);
    validate_task_placement(program, resource, reporter);
    lint_task(resource, exemptions, reporter);
  }
  if (kind == "service") {
    validate_service(program, resource, reporter);
    validate_launch_volumes(program, resource, reporter);
    validate_deployment(program, resource, reporter);
    validate_traffic(program, resource, reporter);
  }
  if (kind == "service" || kind == "job") {
    validate_where(program, resource, reporter);
    validate_capacity(program, resource, reporter);
  }
  if (kind == "job") validate_job_placement(program, resource, reporter);
  if (kind == "cluster") validate_cluster(resource, reporter);
  validate_raw(resource, exemptions, reporter);
}

}  // namespace

Span place_of(const ir::Value* value, Span fallback) {
  if (value == nullptr || value->origin().is_default || value->origin().component || !value->origin().span.valid()) return fallback;
  return value->origin().span;
}

Span place_within(const ir::Value& text, std::size_t at, std::size_t length, Span fallback, const sema::Reporter& reporter) {
  const Span whole = place_of(&text, fallback);
  const std::string_view written = reporter.text(whole);
  const std::string* value = text.as_string();
  const bool is_literal = value != nullptr && whole != fallback && written.size() == value->size() + 2 && written.substr(1, value->size()) == *value;
  if (!is_literal) return whole;
  const auto begin = static_cast<std::uint32_t>(whole.begin + 1 + at);
  return {whole.source, begin, static_cast<std::uint32_t>(begin + std::max<std::size_t>(length, 1))};
}

void validate(const ir::Program& program, const Exemptions& exemptions, DiagnosticSink& sink, const SourceSet* sources) {
  sema::Reporter reporter(sink, sources);
  std::vector<const ir::Resource*> resources;
  resources.reserve(program.resources.size());
  for (const auto& entry : program.resources) resources.push_back(&entry.second);
  // Most programs are right, and that is seen on all processors. Where something is to be said it is said in order, each thing once.
  const std::vector<Range> ranges = ranges_of(resources.size(), kLeastPerPart);
  std::vector<char> is_clean(ranges.size(), 0);
  if (ranges.size() > 1) {
    in_parts(ranges.size(), [&](std::size_t part) {
      DiagnosticSink found;
      sema::Reporter quiet(found, sources);
      std::size_t i = ranges[part].begin;
      while (i < ranges[part].end && found.empty()) validate_resource(program, *resources[i++], exemptions, quiet);
      is_clean[part] = found.empty() ? 1 : 0;
    });
  }
  for (std::size_t part = 0; part < ranges.size(); ++part) {
    for (std::size_t i = ranges[part].begin; is_clean[part] == 0 && i < ranges[part].end; ++i) validate_resource(program, *resources[i], exemptions, reporter);
  }
  validate_fargate(program, reporter);
  validate_networks(program, reporter);
  validate_quota(program, reporter);
  validate_names(program, reporter);
  validate_provider_names(program, reporter);
}

}  // namespace berth::lower
