#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "ir/ecs_form.h"
#include "ir/resource.h"

namespace berth::test {

/// A resource in canonical form from `{"address": "service.web", "body": {…}}`; its name is derived unless the body has one.
inline ir::Resource resource_of(const std::string& address_text, const Json& body_json) {
  const auto address = ir::Address::parse(address_text);
  BERTH_CHECK(address.has_value(), address_text);
  auto body = ir::body_from_json(address->kind, body_json);
  BERTH_CHECK(body.has_value(), body ? "" : body.error().message);
  ir::Resource resource{.address = *address, .body = *std::move(body), .origin = {}, .doc = ""};
  if (ir::at(resource.body, {"name"}) == nullptr) {
    std::string name = address->name;
    std::replace(name.begin(), name.end(), '_', '-');
    resource.body.as_map()->set("name", ir::Value::string(name, {.is_default = true}));
  }
  ir::canonicalize(*ir::schema::resource_kind(address->kind), resource.body);
  return resource;
}

/// A program of stack shop/default from an object of bodies by address.
inline ir::Program program_of(const Json& bodies) {
  ir::Program program{.stack = "shop"};
  for (const auto& [address, body] : bodies.items()) {
    ir::Resource resource = resource_of(address, body);
    program.resources.emplace(resource.address, std::move(resource));
  }
  return program;
}

/// The same from text.
inline ir::Program program_of(std::string_view json) {
  auto parsed = parse_json(json);
  BERTH_CHECK(parsed.has_value(), json);
  return program_of(*parsed);
}

/// A cluster, a task with one container and a service that runs it.
inline Json small_stack() {
  return {{"cluster.main", Json::object()},
          {"task.web", {{"container", {{"app", {{"image", "web:1"}}}}}}},
          {"service.web", {{"cluster", {{"$ref", "cluster.main"}}}, {"task", {{"$ref", "task.web"}}}, {"replicas", 2}}}};
}

}  // namespace berth::test
