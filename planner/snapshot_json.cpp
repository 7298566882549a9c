#include "planner/snapshot_json.h"

#include <fmt/format.h>

namespace berth::plan {
namespace {

Json live_json(const ir::LiveResource& live) {
  return {{"address", live.resource.address.text()},
          {"body", ir::to_json(live.resource.body)},
          {"arn", live.arn},
          {"revision", live.revision},
          {"status", live.status},
          {"stack", live.stack},
          {"hash", live.hash},
          {"tagged_address", live.tagged_address},
          {"protect", live.protect},
          {"sensitive", live.sensitive},
          {"unmapped", live.unmapped},
          {"runtime", live.runtime}};
}

Result<ir::LiveResource> live_from(const Json& json) {
  try {
    const auto address = ir::Address::parse(json.at("address").get_ref<const std::string&>());
    if (!address) return Error{"plan-file", "what ran has a wrong address"};
    auto body = ir::body_from_json(address->kind, json.at("body"));
    if (!body) return Error{"plan-file", fmt::format("what ran as {}: {}", address->text(), body.error().message)};
    return ir::LiveResource{.resource = {.address = *address, .body = *std::move(body), .origin = {}, .doc = ""},
                            .arn = json.at("arn").get<std::string>(),
                            .revision = json.at("revision").get<int>(),
                            .status = json.at("status").get<std::string>(),
                            .stack = json.at("stack").get<std::string>(),
                            .hash = json.at("hash").get<std::string>(),
                            .tagged_address = json.at("tagged_address").get<std::string>(),
                            .protect = json.at("protect").get<bool>(),
                            .sensitive = json.at("sensitive").get<bool>(),
                            .unmapped = json.at("unmapped").get<std::vector<std::string>>(),
                            .runtime = json.at("runtime")};
  } catch (const Json::exception&) {
    return Error{"plan-file", "what ran has the wrong form"};
  }
}

}  // namespace

Json snapshot_json(const ir::Snapshot& snapshot) {
  Json rows = Json::array();
  for (const ir::LiveResource& live : snapshot.resources) rows.push_back(live_json(live));
  return rows;
}

Result<ir::Snapshot> snapshot_from_json(const Json& json) {
  if (!json.is_array()) return Error{"plan-file", "what ran has the wrong form"};
  ir::Snapshot snapshot;
  for (const Json& row : json) {
    BERTH_TRY(live, live_from(row));
    snapshot.resources.push_back(std::move(live));
  }
  return snapshot;
}

}  // namespace berth::plan
