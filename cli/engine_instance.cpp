#include "cli/engine_instance.h"

#include <fmt/format.h>

#include "cli/engine_process.h"
#include "providers/ecs/json_access.h"

namespace berth::cli {
namespace {

using provider::list_at;
using provider::number_at;
using provider::object_at;
using provider::text_at;

std::string id_of(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

std::int64_t resource(const Json& instance, const char* list, const char* name) {
  for (const Json& item : list_at(instance, list)) {
    if (text_at(item, "name") == name) return number_at(item, "integerValue");
  }
  return 0;
}

/// One line: id, state, what is free of what, the attributes that are not the machine's.
std::string line_of(const Json& instance) {
  std::string attributes;
  for (const Json& attribute : list_at(instance, "attributes")) {
    const std::string name = text_at(attribute, "name");
    const bool built_in = name.compare(0, 4, "ecs.") == 0 || name.compare(0, 18, "com.amazonaws.ecs.") == 0;
    if (!built_in || name == "ecs.availability-zone") attributes += fmt::format(" {}={}", name, text_at(attribute, "value"));
  }
  return fmt::format("{}  {}  cpu {}/{}  memory {}/{} MiB  tasks {}{}\n", id_of(text_at(instance, "containerInstanceArn")), text_at(instance, "status"),
                     resource(instance, "remainingResources", "CPU"), resource(instance, "registeredResources", "CPU"),
                     resource(instance, "remainingResources", "MEMORY"), resource(instance, "registeredResources", "MEMORY"),
                     number_at(instance, "runningTasksCount") + number_at(instance, "pendingTasksCount"), attributes);
}

class Instances {
 public:
  Instances(Session& session, View& view, const InstanceFlags& flags, const provider::Endpoint& endpoint)
      : view_(view), flags_(flags), cluster_(flags.cluster.empty() ? "default" : flags.cluster), engine_(endpoint, session) {}

  ExitCode run() {
    const std::string what = flags_.words.empty() ? "list" : flags_.words[0];
    const bool needs_name = what == "drain" || what == "activate" || what == "remove" || what == "why";
    if (flags_.words.size() != (needs_name ? 2u : flags_.words.empty() ? 0u : 1u)) {
      return fail(view_, {"usage", needs_name ? fmt::format("`berth engine instance {}` needs one name", what)
                                              : fmt::format("`berth engine instance {}` takes no name", what)});
    }
    if (what == "add") return add();
    if (what == "list") return list();
    if (what == "drain") return set_state("DRAINING");
    if (what == "activate") return set_state("ACTIVE");
    if (what == "remove") return remove();
    if (what == "why") return why();
    return fail(view_, {"usage", fmt::format("`berth engine instance` can add, list, drain, activate, remove and why, not `{}`", what)});
  }

 private:
  ExitCode add() {
    if (flags_.cpu == 0 || flags_.memory == 0) return fail(view_, {"usage", "`berth engine instance add` needs --cpu and --memory"});
    Json request{{"cluster", cluster_}, {"cpu", flags_.cpu}, {"memory", flags_.memory}, {"attributes", Json::array()}};
    for (const std::string& text : flags_.attributes) {
      const std::size_t equals = text.find('=');
      Json attribute{{"name", text.substr(0, equals)}};
      if (equals != std::string::npos) attribute["value"] = text.substr(equals + 1);
      request["attributes"].push_back(std::move(attribute));
    }
    const auto answer = engine_.client().call_engine("AddContainerInstance", request);
    return answer ? show(object_at(*answer, "containerInstance")) : fail(view_, answer.error());
  }

  ExitCode list() {
    auto& client = engine_.client();
    const auto listed = client.call("ListContainerInstances", {{"cluster", cluster_}});
    if (!listed) return fail(view_, listed.error());
    Json found = Json::array();
    if (!list_at(*listed, "containerInstanceArns").empty()) {
      const auto answer =
          client.call("DescribeContainerInstances", {{"cluster", cluster_}, {"containerInstances", list_at(*listed, "containerInstanceArns")}});
      if (!answer) return fail(view_, answer.error());
      found = list_at(*answer, "containerInstances");
    }
    std::string text;
    for (const Json& instance : found) text += line_of(instance);
    view_.result({{"containerInstances", found}}, text.empty() ? "the cluster has no container instances\n" : text);
    return ExitCode::ok;
  }

  ExitCode set_state(const char* status) {
    const Json request{{"cluster", cluster_}, {"containerInstances", Json::array({flags_.words[1]})}, {"status", status}};
    const auto answer = engine_.client().call("UpdateContainerInstancesState", request);
    if (!answer) return fail(view_, answer.error());
    if (list_at(*answer, "containerInstances").empty()) return missing();
    return show(list_at(*answer, "containerInstances")[0]);
  }

  ExitCode remove() {
    const auto answer =
        engine_.client().call("DeregisterContainerInstance", {{"cluster", cluster_}, {"containerInstance", flags_.words[1]}, {"force", true}});
    return answer ? show(object_at(*answer, "containerInstance")) : fail(view_, answer.error());
  }

  ExitCode why() {
    const auto answer = engine_.client().call_engine("ExplainPlacement", {{"cluster", cluster_}, {"service", flags_.words[1]}});
    if (!answer) return fail(view_, answer.error());
    std::string text;
    for (const Json& outlook : list_at(*answer, "instances")) {
      const bool fits = provider::flag_at(outlook, "fits");
      text += fmt::format("{}  {}\n", id_of(text_at(outlook, "containerInstanceArn")), fits ? "takes another task" : text_at(outlook, "detail"));
    }
    view_.result(*answer, text.empty() ? "the cluster has no container instances\n" : text);
    return ExitCode::ok;
  }

  ExitCode missing() { return fail(view_, {"instance", fmt::format("cluster {} has no container instance {}", cluster_, flags_.words[1])}); }

  ExitCode show(const Json& instance) {
    view_.result({{"containerInstance", instance}}, line_of(instance));
    return ExitCode::ok;
  }

  View& view_;
  const InstanceFlags& flags_;
  const std::string cluster_;
  EngineConnection engine_;
};

}  // namespace

ExitCode engine_instance(Session& session, View& view, const InstanceFlags& flags, const provider::Endpoint& endpoint) {
  return Instances(session, view, flags, endpoint).run();
}

}  // namespace berth::cli
