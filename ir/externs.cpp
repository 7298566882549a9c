#include "ir/externs.h"

#include "base/hash.h"
#include "base/json.h"
#include "ir/schema.h"

namespace berth::ir {
namespace {

/// Where nothing says otherwise, as the local engine has it.
constexpr std::string_view kNoAccount = "000000000000";
constexpr std::string_view kSomeRegion = "us-east-1";

std::string text_of(const Resource& external, std::string_view field) {
  const Value* value = at(external.body, {field});
  return value == nullptr || value->as_string() == nullptr ? std::string() : *value->as_string();
}

std::string placeholder(const Resource& external, const Program& program, std::string_view name) {
  std::string text = text_of(external, name);
  if (name == "account" && text.empty()) text = program.account.empty() ? std::string(kNoAccount) : program.account;
  if (name == "region" && text.empty()) text = program.region.empty() ? std::string(kSomeRegion) : program.region;
  // The path of a parameter begins with the slash that the ARN has already.
  return name == "path" && !text.empty() && text.front() == '/' ? text.substr(1) : text;
}

std::string filled(std::string_view pattern, const Resource& external, const Program& program) {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = pattern.find('}');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    text += placeholder(external, program, pattern.substr(open + 1, close - open - 1));
    pattern = pattern.substr(close + 1);
  }
  return text;
}

/// The ARN as the partition of the region has it: "arn:aws-cn:…".
std::string in_partition(std::string arn, const std::string& region) {
  constexpr std::string_view kCommon = "arn:aws:";
  if (arn.rfind(kCommon, 0) != 0) return arn;
  if (region.rfind("cn-", 0) == 0) arn.replace(0, kCommon.size(), "arn:aws-cn:");
  if (region.rfind("us-gov-", 0) == 0) arn.replace(0, kCommon.size(), "arn:aws-us-gov:");
  return arn;
}

/// Ids as they are; for a choice by tag one id that is made of it, the same each time.
Json selected(const Value* selection, const char* prefix) {
  Json ids = Json::array();
  if (selection == nullptr) return ids;
  if (const List* list = selection->as_list()) {
    for (const Value& item : *list) {
      if (item.as_string() != nullptr) ids.push_back(*item.as_string());
    }
    return ids;
  }
  ids.push_back(prefix + sha256_hex(canonical_json(to_json(*selection))).substr(0, 17));
  return ids;
}

std::string network_text(const Resource& network) {
  const Value* open = at(network.body, {"public_ip"});
  const bool is_public = open != nullptr && open->as_bool() != nullptr && *open->as_bool();
  Json json = {{"subnets", selected(at(network.body, {"subnets"}), "subnet-")}, {"assignPublicIp", is_public ? "ENABLED" : "DISABLED"}};
  const Json groups = selected(at(network.body, {"security_groups"}), "sg-");
  if (!groups.empty()) json["securityGroups"] = groups;
  return canonical_json(json);
}

/// "s3://bucket/key" as ARN.
std::string object_text(const Resource& object) {
  const std::string uri = text_of(object, "uri");
  return uri.rfind("s3://", 0) == 0 ? "arn:aws:s3:::" + uri.substr(5) : uri;
}

/// The API gives an absent group of members in several ways.
std::string normal_network(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return text;
  if (json.contains("securityGroups") && json["securityGroups"].empty()) json.erase("securityGroups");
  if (!json.contains("assignPublicIp")) json["assignPublicIp"] = "DISABLED";
  return canonical_json(json);
}

}  // namespace

std::string api_text(const Resource& external, const Program& program) {
  const schema::Block* kind = schema::extern_kind(external.address.kind);
  if (kind == nullptr) return external.address.name;
  if (kind->kind == "network") return network_text(external);
  if (kind->kind == "object") return in_partition(object_text(external), program.region);
  if (std::string told = text_of(external, "verbatim"); !told.empty()) return told;
  std::string text = text_of(external, kind->stands_for);
  if (!text.empty()) return text;
  if (kind->stands_for == "arn" && !kind->arn_template.empty()) return in_partition(filled(kind->arn_template, external, program), program.region);
  return external.address.name;
}

ExternIndex::ExternIndex(const Program& program) {
  for (const auto& [address, external] : program.externs) {
    std::string text = api_text(external, program);
    addresses_.emplace(std::pair(address.kind, text), address);
    texts_.emplace(address, std::move(text));
  }
}

Value ExternIndex::refer(std::string_view kind, const std::string& text) const {
  const auto found = addresses_.find(std::pair(std::string(kind), kind == "network" ? normal_network(text) : text));
  if (found != addresses_.end()) return Value::reference(found->second);
  return Value::string(text);
}

}  // namespace berth::ir
