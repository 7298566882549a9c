#include "engine/handlers/resolve.h"

#include <set>

#include <fmt/format.h>

#include "base/hash.h"

namespace berth::engine {
namespace {

constexpr std::string_view kTokenMark = "page:";
constexpr std::size_t kMostTags = 50;

std::optional<std::string> from_hex(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

/// Letters, digits, spaces and _.:/=+-@; bytes beyond ASCII are letters of other alphabets.
bool has_tag_characters(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
  });
}

bool is_reserved(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key.compare(0, 4, "aws:") == 0;
}

}  // namespace

Error client_error(std::string message) { return {"ClientException", std::move(message)}; }
Error invalid_parameter(std::string message) { return {"InvalidParameterException", std::move(message)}; }
Error unsupported(const std::string& what) {
  return {"UnsupportedFeatureException", fmt::format("{} is not supported by this engine.", what)};
}

Result<std::string> local_name(const Context& context, const std::string& text, const std::string& type, const std::string& cluster) {
  if (!api::looks_like_arn(text)) {
    if (text.empty() || text.find('/') != std::string::npos) return invalid_parameter(fmt::format("Invalid {} identifier: {}", type, text));
    return text;
  }
  const auto arn = api::parse_arn(text);
  if (!arn || arn->service != "ecs" || arn->type != type) return invalid_parameter(fmt::format("Invalid {} identifier: {}", type, text));
  if (arn->region != context.config.arns.region || arn->account != context.config.arns.account) {
    return invalid_parameter(fmt::format("The {} is of another account or region: {}", type, text));
  }
  if (!cluster.empty() && arn->parts.size() > 1 && arn->parts.front() != cluster) {
    return invalid_parameter(fmt::format("The {} is not in the cluster {}: {}", type, cluster, text));
  }
  return arn->parts.back();
}

Result<Ref<Cluster>> active_cluster(const Context& context, const std::optional<std::string>& name) {
  BERTH_TRY(local, local_name(context, name && !name->empty() ? *name : "default", "cluster"));
  Ref<Cluster> cluster = context.store.cluster(local);
  if (!cluster || cluster->status != "ACTIVE") return Error{"ClusterNotFoundException", "Cluster not found."};
  return cluster;
}

Result<Ref<TaskDefinitionRecord>> find_task_definition(const Context& context, const std::string& text) {
  const Error unknown = client_error(fmt::format("Unable to describe task definition {}.", text));
  auto name = api::parse_task_definition_name(text);
  if (!name) return unknown;
  if (api::looks_like_arn(text)) {
    if (auto checked = local_name(context, text, "task-definition"); !checked) return unknown;
  }
  if (!name->revision) name->revision = context.store.latest_active_revision(name->family);
  if (!name->revision) return unknown;
  if (auto record = context.store.task_definition(name->family, *name->revision)) return record;
  return unknown;
}

Result<Ref<TaskDefinitionRecord>> usable_task_definition(const Context& context, const std::string& text) {
  auto record = find_task_definition(context, text);
  if (!record) return client_error("TaskDefinition not found.");
  if ((*record)->definition.status != "ACTIVE") return client_error("TaskDefinition is inactive.");
  return record;
}

api::Failure missing(std::string arn) { return {.arn = std::move(arn), .reason = "MISSING"}; }

std::string page_token(const std::string& cursor) { return to_hex(std::string(kTokenMark) + cursor); }

Result<std::string> page_cursor(const std::optional<std::string>& token) {
  if (!token || token->empty()) return std::string();
  const auto text = from_hex(*token);
  if (!text || text->compare(0, kTokenMark.size(), kTokenMark) != 0) return invalid_parameter("Invalid token.");
  return text->substr(kTokenMark.size());
}

std::size_t page_size(const std::optional<std::int64_t>& max_results, std::size_t otherwise) {
  return max_results ? static_cast<std::size_t>(*max_results) : otherwise;
}

Result<std::vector<scheduler::Tag>> checked_tags(const std::optional<std::vector<api::Tag>>& tags) {
  std::vector<scheduler::Tag> checked;
  std::set<std::string> keys;
  if (!tags) return checked;
  if (tags->size() > kMostTags) return invalid_parameter(fmt::format("A resource can have at most {} tags.", kMostTags));
  for (const api::Tag& tag : *tags) {
    scheduler::Tag made{.key = tag.key.value_or(""), .value = tag.value.value_or("")};
    if (made.key.empty()) return invalid_parameter("The key of a tag can not be empty.");
    if (is_reserved(made.key)) return invalid_parameter(fmt::format("The tag prefix aws: is reserved: {}", made.key));
    if (!has_tag_characters(made.key) || !has_tag_characters(made.value)) {
      return invalid_parameter(fmt::format("Some tags contain invalid characters: {}", made.key));
    }
    if (!keys.insert(made.key).second) return invalid_parameter(fmt::format("Duplicate tag key: {}", made.key));
    checked.push_back(std::move(made));
  }
  return checked;
}

std::vector<api::Tag> present_tags(const std::vector<scheduler::Tag>& tags) {
  std::vector<api::Tag> shown;
  for (const scheduler::Tag& tag : tags) shown.push_back({.key = tag.key, .value = tag.value});
  return shown;
}

bool includes(const std::optional<std::vector<std::string>>& include, const std::string& what) {
  return include && std::find(include->begin(), include->end(), what) != include->end();
}

std::string hash_of(const Json& json) {
  return sha256_hex(canonical_json(json));
}

}  // namespace berth::engine
