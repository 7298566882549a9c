#include "planner/tags.h"

namespace berth::plan {
namespace {

void add_user_tags(const ir::Value& body, Tags& tags) {
  const ir::Value* value = ir::at(body, {"tags"});
  if (value == nullptr || value->as_map() == nullptr) return;
  for (const auto& [key, text] : *value->as_map()) {
    if (text.as_string() != nullptr) tags[key] = *text.as_string();
  }
}

void add(Tags& tags, std::string_view key, const std::string& value) {
  if (!value.empty()) tags[std::string(key)] = value;
}

}  // namespace

std::optional<bool> prevents_destroy(const ir::Resource& resource) {
  const ir::Value* value = ir::at(resource.body, {"lifecycle", "prevent_destroy"});
  if (value == nullptr || value->as_bool() == nullptr) return std::nullopt;
  return *value->as_bool();
}

Tags wanted_tags(const std::string& stack, const ir::Resource& resource) {
  Tags tags;
  add_user_tags(resource.body, tags);
  add(tags, kStackTag, stack);
  add(tags, kAddressTag, resource.address.text());
  add(tags, kHashTag, ir::content_hash(resource));
  if (prevents_destroy(resource) == true) add(tags, kProtectTag, "true");
  if (ir::contains_sensitive(resource.body)) add(tags, kSensitiveTag, "true");
  return tags;
}

Tags live_tags(const ir::LiveResource& live) {
  Tags tags;
  add_user_tags(live.resource.body, tags);
  add(tags, kStackTag, live.stack);
  if (!live.stack.empty()) add(tags, kAddressTag, live.tagged_address.empty() ? live.resource.address.text() : live.tagged_address);
  add(tags, kHashTag, live.hash);
  if (live.sensitive) add(tags, kSensitiveTag, "true");
  return tags;
}

TagChange diff_tags(const Tags& live, const Tags& wanted) {
  TagChange change;
  for (const auto& [key, value] : wanted) {
    const auto found = live.find(key);
    if (found == live.end() || found->second != value) change.set.emplace_back(key, value);
  }
  for (const auto& [key, value] : live) {
    if (wanted.count(key) == 0) change.remove.push_back(key);
  }
  return change;
}

}  // namespace berth::plan
