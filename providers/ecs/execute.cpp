#include "providers/ecs/execute.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "providers/ecs/capacity.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"
#include "providers/ecs/requests.h"

namespace berth::provider {
namespace {

/// Everything an action needs while it is carried out.
struct Context {
  EcsClient& client;
  WaitingClock& clock;
  const AwaitOptions& options;
  const plan::Action& action;
  const plan::Bindings& bindings;
  plan::Progress& progress;
};

std::string primary_deployment(const Json& service) {
  for (const Json& deployment : list_at(service, "deployments")) {
    if (text_at(deployment, "status") == "PRIMARY") return text_at(deployment, "id");
  }
  return "";
}

plan::ActionResult service_result(const Json& answer) {
  const Json& service = object_at(answer, "service");
  return {.arn = text_at(service, "serviceArn"), .name = text_at(service, "serviceName"), .revision = 0, .deployment = primary_deployment(service)};
}

Result<plan::ActionResult> create(const Context& c) {
  BERTH_TRY(request, create_request(c.action, c.bindings));
  if (c.action.address.kind == "cluster") {
    BERTH_TRY(answer, c.client.call("CreateCluster", request));
    const Json& cluster = object_at(answer, "cluster");
    return plan::ActionResult{.arn = text_at(cluster, "clusterArn"), .name = text_at(cluster, "clusterName"), .revision = 0, .deployment = ""};
  }
  BERTH_CHECK(c.action.address.kind == "service", c.action.text());
  request["clientToken"] = c.client.client_token();
  BERTH_TRY(answer, c.client.call("CreateService", request));
  return service_result(answer);
}

Result<plan::ActionResult> register_revision(const Context& c) {
  BERTH_TRY(request, create_request(c.action, c.bindings));
  BERTH_TRY(answer, c.client.call("RegisterTaskDefinition", request));
  const Json& definition = object_at(answer, "taskDefinition");
  return plan::ActionResult{.arn = text_at(definition, "taskDefinitionArn"),
                            .name = text_at(definition, "family"),
                            .revision = static_cast<int>(number_at(definition, "revision")),
                            .deployment = ""};
}

Result<void> update_tags(const Context& c, const std::string& arn) {
  if (!c.action.tags.empty()) {
    BERTH_TRY_VOID(c.client.call("TagResource", {{"resourceArn", arn}, {"tags", tag_list(c.action.tags)}}));
  }
  if (!c.action.untag.empty()) {
    BERTH_TRY_VOID(c.client.call("UntagResource", {{"resourceArn", arn}, {"tagKeys", c.action.untag}}));
  }
  return {};
}

Result<plan::ActionResult> update(const Context& c) {
  BERTH_CHECK(c.action.live != nullptr, c.action.text());
  const ir::LiveResource& live = *c.action.live;
  if (c.action.address.kind != "service") {
    if (!c.action.fields.empty() && c.action.address.kind != "cluster") return Error{"unsupported", fmt::format("{} cannot be changed in place", c.action.fields.front())};
    if (!c.action.fields.empty()) {
      BERTH_TRY(request, update_cluster_request(c.action, c.bindings));
      BERTH_TRY_VOID(c.client.call("UpdateCluster", request));
    }
    BERTH_TRY_VOID(update_tags(c, live.arn));
    return plan::ActionResult{.arn = live.arn, .name = last_part(live.arn), .revision = live.revision, .deployment = ""};
  }
  BERTH_TRY(request, update_service_request(c.action, c.bindings));
  plan::ActionResult result{.arn = live.arn, .name = last_part(live.arn), .revision = 0, .deployment = primary_deployment(live.runtime)};
  if (changes_anything(request)) {
    BERTH_TRY(answer, c.client.call("UpdateService", request));
    result = service_result(answer);
  }
  // Our tag with the content's hash comes last: it says that the content is there.
  BERTH_TRY_VOID(update_tags(c, live.arn));
  return result;
}

/// Another revision, or the same with new tasks; the tags stay as they are, since they speak of what was applied.
Result<plan::ActionResult> redeploy(const Context& c) {
  BERTH_CHECK(c.action.live != nullptr, c.action.text());
  const ir::LiveResource& live = *c.action.live;
  Json request{{"cluster", text_at(live.runtime, "clusterArn")}, {"service", live.arn}};
  if (c.action.revision.empty()) request["forceNewDeployment"] = true;
  else request["taskDefinition"] = c.action.revision;
  BERTH_TRY(answer, c.client.call("UpdateService", request));
  return service_result(answer);
}

CapacityCalls capacity_calls(const Context& c, const std::string& cluster) {
  return {.client = c.client, .clock = c.clock, .options = c.options, .action = c.action, .bindings = c.bindings, .progress = c.progress, .cluster = cluster};
}

/// attach and detach; the tags come last, with what they say of the cluster's content.
Result<plan::ActionResult> change_capacity(const Context& c) {
  const auto bound = c.bindings.find(c.action.address);
  const std::string arn = c.action.live != nullptr ? c.action.live->arn : bound ? bound->arn : "";
  if (arn.empty()) return Error{"unbound", fmt::format("{} does not exist", c.action.address.text())};
  const CapacityCalls calls = capacity_calls(c, arn);
  BERTH_TRY_VOID(c.action.verb == plan::Verb::attach ? calls.attach() : calls.detach());
  BERTH_TRY_VOID(update_tags(c, arn));
  return plan::ActionResult{.arn = arn, .name = last_part(arn), .revision = 0, .deployment = ""};
}

/// Fargate needs no farewell.
bool has_own_capacity(const ir::LiveResource& cluster) {
  const std::vector<ir::CapacityPart> parts = ir::capacity_parts(cluster.resource.body);
  return std::any_of(parts.begin(), parts.end(), [](const ir::CapacityPart& part) { return !ir::fargate_provider(part.kind); });
}

bool is_gone(const Error& error) {
  return error.code == "ClusterNotFoundException" || error.code == "ServiceNotFoundException" || error.code == "ServiceNotActiveException";
}

/// A cluster can be deleted once the last tasks of its services have stopped.
Result<void> delete_cluster(const Context& c) {
  const Timestamp deadline = c.clock.now() + c.options.timeout;
  for (;;) {
    const auto answer = c.client.call("DeleteCluster", {{"cluster", c.action.live->arn}});
    if (answer || is_gone(answer.error())) return {};
    const std::string& code = answer.error().code;
    const bool still_stopping = code == "ClusterContainsTasksException" || code == "ClusterContainsServicesException" || code == "ClusterContainsCapacityProviderException";
    if (!still_stopping) return answer.error();
    if (c.clock.now() >= deadline) return Error{std::string(plan::kTimedOut), "timed out: " + answer.error().message};
    if (c.progress.cancelled() || !c.clock.wait(c.options.longest_pause)) {
      return Error{std::string(plan::kInterrupted), "stopped waiting for the last tasks: " + answer.error().message};
    }
  }
}

Result<plan::ActionResult> destroy(const Context& c) {
  BERTH_CHECK(c.action.live != nullptr, c.action.text());
  const ir::LiveResource& live = *c.action.live;
  plan::ActionResult result{.arn = live.arn, .name = last_part(live.arn), .revision = 0, .deployment = ""};
  if (c.action.address.kind == "cluster") {
    if (has_own_capacity(live)) BERTH_TRY_VOID(capacity_calls(c, live.arn).detach());
    BERTH_TRY_VOID(delete_cluster(c));
    return result;
  }
  const auto answer = c.client.call("DeleteService", {{"cluster", text_at(live.runtime, "clusterArn")}, {"service", live.arn}, {"force", true}});
  if (!answer && !is_gone(answer.error())) return answer.error();
  return result;
}

Result<plan::ActionResult> deregister(const Context& c) {
  BERTH_CHECK(c.action.live != nullptr, c.action.text());
  const ir::LiveResource& live = *c.action.live;
  BERTH_TRY_VOID(c.client.call("DeregisterTaskDefinition", {{"taskDefinition", live.arn}}));
  return plan::ActionResult{.arn = live.arn, .name = family_of(live.arn), .revision = live.revision, .deployment = ""};
}

/// The cluster of a service's ARN: "arn:…:service/prod/web" -> "prod".
std::string cluster_in(const std::string& service_arn) {
  const std::size_t last = service_arn.rfind('/');
  if (last == std::string::npos || last == 0) return "";
  return last_part(service_arn.substr(0, last));
}

Result<plan::ActionResult> stable(const Context& c) {
  const auto service = c.bindings.find(c.action.address);
  if (!service) return Error{"unbound", fmt::format("{} does not exist", c.action.address.text())};
  std::string revision;
  if (c.action.desired != nullptr) {
    if (const ir::Value* task = ir::at(c.action.desired->body, {"task"}); task != nullptr && task->as_reference() != nullptr) {
      if (const auto bound = c.bindings.find(task->as_reference()->target)) revision = bound->arn;
    }
  }
  BERTH_TRY_VOID(await_stable(c.client, c.clock, {cluster_in(service->arn), service->arn}, {service->deployment, revision}, c.options, c.action, c.progress));
  return plan::ActionResult{.arn = service->arn, .name = service->name, .revision = 0, .deployment = service->deployment};
}

Result<plan::ActionResult> gone(const Context& c) {
  BERTH_CHECK(c.action.live != nullptr, c.action.text());
  const std::string& arn = c.action.live->arn;
  BERTH_TRY_VOID(await_gone(c.client, c.clock, {cluster_in(arn), arn}, c.options, c.action, c.progress));
  return plan::ActionResult{.arn = arn, .name = last_part(arn), .revision = 0, .deployment = ""};
}

}  // namespace

Result<plan::ActionResult> execute_action(EcsClient& client, WaitingClock& clock, const AwaitOptions& options, const plan::Action& action,
                                          const plan::Bindings& bindings, plan::Progress& progress) {
  const Context context{client, clock, options, action, bindings, progress};
  switch (action.verb) {
    case plan::Verb::create: return create(context);
    case plan::Verb::register_revision: return register_revision(context);
    case plan::Verb::update: return update(context);
    case plan::Verb::redeploy: return redeploy(context);
    case plan::Verb::destroy: return destroy(context);
    case plan::Verb::deregister: return deregister(context);
    case plan::Verb::attach:
    case plan::Verb::detach: return change_capacity(context);
    case plan::Verb::await_stable: return stable(context);
    case plan::Verb::await_gone: return gone(context);
  }
  BERTH_CHECK(false, "an action has a verb");
  return Error{"unsupported", action.text()};
}

}  // namespace berth::provider
