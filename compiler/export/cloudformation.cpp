#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "compiler/export/cloudformation_names.h"
#include "compiler/export/losses.h"
#include "compiler/export/marks.h"
#include "compiler/export/parameters.h"
#include "compiler/export/requests.h"
#include "compiler/export/scaling.h"
#include "compiler/export/schedules.h"
#include "ir/externs.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

/// The type of resource that a call makes.
std::string cloudformation_type(std::string_view operation) {
  if (operation == "CreateCluster") return "AWS::ECS::Cluster";
  if (operation == "CreateCapacityProvider") return "AWS::ECS::CapacityProvider";
  if (operation == "CreateSchedule") return "AWS::Scheduler::Schedule";
  if (operation == "PutMetricAlarm") return "AWS::CloudWatch::Alarm";
  if (operation == "PutClusterCapacityProviders") return "AWS::ECS::ClusterCapacityProviderAssociations";
  return operation == "CreateService" ? "AWS::ECS::Service" : "AWS::ECS::TaskDefinition";
}

class Template {
 public:
  Template(const ir::Program& program, const Options& options) : program_(program), marks_(program, options) {}

  Export run() {
    std::vector<Loss> losses;
    for (const Request& request : requests(program_, marks_.spelling(), losses)) add(request);
    for (const Request& request : schedule_requests(program_, marks_.spelling(), losses)) add(request);
    for (const Request& request : alarm_requests(program_, marks_.spelling(), losses)) add(request);
    for (Loss& loss : losses) {
      if (!is_said_otherwise(loss)) made_.losses.push_back(std::move(loss));
    }
    scaling();
    outputs();
    Json document{{"AWSTemplateFormatVersion", "2010-09-09"}, {"Description", fmt::format("{} on Amazon ECS", program_.id())}, {"Resources", std::move(resources_)}};
    if (!parameters_.empty()) document["Parameters"] = std::move(parameters_);
    if (!outputs_.empty()) document["Outputs"] = std::move(outputs_);
    made_.files.push_back({program_.stack + ".template.json", pretty_json(document)});
    finish(made_);
    return std::move(made_);
  }

 private:
  // ---- what marks become ----------------------------------------------------------------------------------------------------------------------

  Json expression(const std::string& mark) {
    const auto [what, subject] = Marks::meaning(mark);
    if (what == "resource") return {{"Ref", logical_id(subject)}};
    if (what == "input") return parameter(subject, {{"Type", "String"}}, marks_.meaning_of_input(subject));
    // What a cluster and a task definition give as their reference is their name and their ARN.
    if (what == "arn") return subject.starts_with("task.") ? Json{{"Ref", logical_id(subject)}} : Json{{"Fn::GetAtt", Json::array({logical_id(subject), "Arn"})}};
    if (what == "name") return subject.starts_with("cluster.") ? Json{{"Ref", logical_id(subject)}} : Json{{"Fn::GetAtt", Json::array({logical_id(subject), "Name"})}};
    if (what == "sensitive") return parameter(subject, {{"Type", "String"}, {"NoEcho", true}}, "the sensitive value of " + subject);
    const auto address = ir::Address::parse(subject);
    const ir::Resource& external = program_.externs.at(*address);
    if (what == "subnets") return parameter(subject + ".subnets", {{"Type", "List<AWS::EC2::Subnet::Id>"}}, fmt::format("the subnets of {}", chosen(external, "subnets")));
    if (what == "security_groups") {
      return parameter(subject + ".security_groups", {{"Type", "List<AWS::EC2::SecurityGroup::Id>"}}, fmt::format("the security groups of {}", chosen(external, "security_groups")));
    }
    return extern_text(external);
  }

  static std::string chosen(const ir::Resource& external, std::string_view setting) {
    return fmt::format("{}, {}", external.address.text(), ir::spell(*ir::at(external.body, {setting})));
  }

  Json extern_text(const ir::Resource& external) {
    const ir::schema::Block* kind = ir::schema::extern_kind(external.address.kind);
    const auto has = [&](std::string_view field) { return ir::at(external.body, {field}) != nullptr; };
    // The API takes the name of a group as well.
    if (external.address.kind == "asg") return extern_name(external);
    if (kind->arn_template.find("00000000") != std::string_view::npos) {
      return parameter(external.address.text(), {{"Type", "String"}}, fmt::format("the ARN of {}", external.address.text()));
    }
    // Account and region are those of the deployment where nothing names them.
    ir::Program unknown;
    unknown.account = has("account") || !program_.account.empty() ? program_.account : "${AWS::AccountId}";
    unknown.region = has("region") || !program_.region.empty() ? program_.region : "${AWS::Region}";
    const std::string text = ir::api_text(external, unknown);
    return text.find("${AWS::") == std::string::npos ? Json(text) : Json{{"Fn::Sub", text}};
  }

  Json parameter(const std::string& key, Json declaration, const std::string& meaning) {
    const std::string& name = names_.of("parameter " + key, pascal_words(key));
    made_.inputs[name] = meaning;
    declaration["Description"] = meaning;
    parameters_[name] = std::move(declaration);
    return {{"Ref", name}};
  }

  Json finished(const Json& document) {
    return marks_.tokens().replaced(document, [this](const std::vector<Tokens::Piece>& pieces) -> Json {
      Json parts = Json::array();
      for (const Tokens::Piece& piece : pieces) parts.push_back(piece.is_mark ? expression(piece.text) : Json(piece.text));
      if (parts.size() == 1) return parts.front();
      return {{"Fn::Join", Json::array({"", std::move(parts)})}};
    });
  }

  // ---- resources ---------------------------------------------------------------------------------------------------------------------------

  const std::string& logical_id(const std::string& address) { return names_.of("resource " + address, pascal_words(address)); }

  void add(const Request& request) {
    const bool is_association = request.operation == "PutClusterCapacityProviders";
    const std::string key = request.address.text() + (is_association ? ".capacity" : "");
    std::vector<std::string> missing;
    Json properties = cloudformation_properties(request.operation, request.input, missing);
    for (const std::string& member : missing) made_.losses.push_back({fmt::format("{} {}", request.address.text(), member), "CloudFormation has no property for it", origin_of(request.address)});
    Json resource{{"Type", cloudformation_type(request.operation)}, {"Properties", finished(properties)}};
    if (is_association) with_capacity_.insert(request.address);
    if (request.operation == "CreateService") {
      const ir::Value* cluster = ir::at(program_.resources.at(request.address).body, {"cluster"});
      const bool waits = cluster != nullptr && cluster->as_reference() != nullptr && with_capacity_.contains(cluster->as_reference()->target);
      if (waits) resource["DependsOn"] = Json::array({logical_id(cluster->as_reference()->target.text() + ".capacity")});
    }
    if (!is_association && is_kept(request.address)) {
      resource["DeletionPolicy"] = "Retain";
      resource["UpdateReplacePolicy"] = "Retain";
    }
    resources_[logical_id(key)] = std::move(resource);
  }

  [[nodiscard]] Span origin_of(const ir::Address& address) const {
    const auto found = program_.resources.find(address);
    return found == program_.resources.end() ? Span() : found->second.origin;
  }

  [[nodiscard]] bool is_kept(const ir::Address& address) const {
    const auto found = program_.resources.find(address);
    const ir::Value* keep = found == program_.resources.end() ? nullptr : ir::at(found->second.body, {"lifecycle", "prevent_destroy"});
    return keep != nullptr && keep->as_bool() != nullptr && *keep->as_bool();
  }

  /// What requests cannot say and a template can.
  static bool is_said_otherwise(const Loss& loss) {
    return loss.subject.ends_with(" lifecycle.prevent_destroy") || (loss.subject.starts_with("service.") && loss.subject.ends_with(" scale"));
  }

  void scaling() {
    for (const Scaling& scaling : scalings(program_, made_.losses)) {
      const std::string key = scaling.service.text() + ".scale";
      const Json cluster = finished(cluster_name(scaling.cluster));
      const Json resource_id{{"Fn::Join", Json::array({"/", Json::array({"service", cluster, {{"Fn::GetAtt", Json::array({logical_id(scaling.service.text()), "Name"})}}})})}};
      resources_[logical_id(key)] = {{"Type", "AWS::ApplicationAutoScaling::ScalableTarget"},
                                     {"Properties",
                                      {{"MinCapacity", scaling.least},
                                       {"MaxCapacity", scaling.most},
                                       {"ResourceId", resource_id},
                                       {"ScalableDimension", "ecs:service:DesiredCount"},
                                       {"ServiceNamespace", "ecs"}}}};
      for (const Scaling::Target& target : scaling.targets) {
        Json metric{{"PredefinedMetricType", target.metric}};
        if (target.needs_label) {
          metric["ResourceLabel"] = parameter(key + "." + target.name, {{"Type", "String"}}, fmt::format("load balancer and target group of {} (app/NAME/ID/targetgroup/NAME/ID)", scaling.service.text()));
        }
        resources_[logical_id(key + "." + target.name)] = {{"Type", "AWS::ApplicationAutoScaling::ScalingPolicy"},
                                                           {"Properties",
                                                            {{"PolicyName", fmt::format("{}-{}", scaling.name, target.name)},
                                                             {"PolicyType", "TargetTrackingScaling"},
                                                             {"ScalingTargetId", {{"Ref", logical_id(key)}}},
                                                             {"TargetTrackingScalingPolicyConfiguration",
                                                              {{"TargetValue", target.value},
                                                               {"PredefinedMetricSpecification", std::move(metric)},
                                                               {"ScaleInCooldown", scaling.cooldown},
                                                               {"ScaleOutCooldown", scaling.cooldown}}}}}};
      }
    }
  }

  /// A cluster by its name.
  Json cluster_name(const ir::Address& cluster) {
    if (program_.resources.contains(cluster)) return marks_.resource(cluster);
    const std::string text = ir::api_text(program_.externs.at(cluster), program_);
    return text.substr(text.rfind('/') + 1);
  }

  void outputs() {
    for (const ir::Output& output : program_.outputs) {
      const std::string* text = output.value.as_string();
      const bool is_hidden = ir::contains_sensitive(output.value);
      if (is_hidden || output.value.as_list() != nullptr || output.value.as_map() != nullptr) {
        made_.losses.push_back({"output " + output.name, is_hidden ? "it is sensitive; outputs of a stack are shown" : "an output of a stack is one text", output.value.origin().span});
        continue;
      }
      if (output.value.as_reference() != nullptr) {
        const std::string target = output.value.as_reference()->target.text();
        if (program_.resources.contains(output.value.as_reference()->target)) outputs_[pascal_words(output.name)] = {{"Value", {{"Ref", logical_id(target)}}}};
        continue;
      }
      outputs_[pascal_words(output.name)] = {{"Value", text != nullptr ? *text : ir::spell(output.value)}};
    }
  }

  const ir::Program& program_;
  Marks marks_;
  UniqueNames names_;
  Json resources_ = Json::object();
  Json parameters_ = Json::object();
  Json outputs_ = Json::object();
  std::set<ir::Address> with_capacity_;
  Export made_;
};

}  // namespace

Export to_cloudformation(const ir::Program& program, const Options& options) { return Template(program, options).run(); }

}  // namespace berth::exporting
