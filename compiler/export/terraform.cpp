#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "compiler/export/losses.h"
#include "compiler/export/marks.h"
#include "compiler/export/parameters.h"
#include "compiler/export/requests.h"
#include "compiler/export/scaling.h"
#include "compiler/export/schedules.h"
#include "compiler/export/terraform_names.h"
#include "ir/externs.h"

namespace berth::exporting {
namespace {

constexpr std::string_view kProviderVersion = ">= 6.4";

/// The type of resource that a call makes.
std::string terraform_type(std::string_view operation) {
  if (operation == "CreateCluster") return "aws_ecs_cluster";
  if (operation == "CreateCapacityProvider") return "aws_ecs_capacity_provider";
  if (operation == "CreateSchedule") return "aws_scheduler_schedule";
  if (operation == "PutMetricAlarm") return "aws_cloudwatch_metric_alarm";
  if (operation == "PutClusterCapacityProviders") return "aws_ecs_cluster_capacity_providers";
  return operation == "CreateService" ? "aws_ecs_service" : "aws_ecs_task_definition";
}

/// A text in which `${` and `%{` mean themselves.
std::string literal(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '$' || text[i] == '%') && i + 1 < text.size() && text[i + 1] == '{') escaped += text[i];
    escaped += text[i];
  }
  return escaped;
}

/// The same in a quoted text inside an expression.
std::string in_quotes(std::string_view text) {
  const std::string json = canonical_json(std::string(text));
  return literal(std::string_view(json).substr(1, json.size() - 2));
}

class Configuration {
 public:
  Configuration(const ir::Program& program, const Options& options) : program_(program), marks_(program, options) {}

  Export run() {
    std::vector<Loss> losses;
    for (const Request& request : requests(program_, marks_.spelling(), losses)) add(request);
    scaling();
    for (const Request& request : schedule_requests(program_, marks_.spelling(), losses)) add(request);
    for (const Request& request : alarm_requests(program_, marks_.spelling(), losses)) add(request);
    for (Loss& loss : losses) {
      if (!is_said_otherwise(loss)) made_.losses.push_back(std::move(loss));
    }
    lifecycles();
    outputs();
    Json document{{"terraform", {{"required_providers", {{"aws", {{"source", "hashicorp/aws"}, {"version", kProviderVersion}}}}}}}, {"resource", std::move(resources_)}};
    if (!program_.region.empty()) document["provider"] = {{"aws", {{"region", program_.region}}}};
    for (auto& [section, content] : {std::pair("data", &data_), std::pair("variable", &variables_), std::pair("output", &outputs_)}) {
      if (!content->empty()) document[section] = std::move(*content);
    }
    made_.files.push_back({program_.stack + ".tf.json", pretty_json(document)});
    finish(made_);
    return std::move(made_);
  }

 private:
  // ---- what marks become ----------------------------------------------------------------------------------------------------------------------

  /// The expression for a mark, without `${` and `}`. `by_name`: a cluster is wanted by its name.
  std::string expression(const std::string& mark, bool by_name) {
    const auto [what, subject] = Marks::meaning(mark);
    if (what == "sensitive") return variable(subject, "the sensitive value of " + subject, true);
    if (what == "input") return variable(subject, marks_.meaning_of_input(subject), false);
    const auto address = ir::Address::parse(subject);
    if (what == "arn" || what == "name") return fmt::format("aws_ecs_{}.{}.{}", address->kind == "task" ? "task_definition" : address->kind, label(*address), what);
    if (what == "resource") {
      if (address->kind == "cluster") return fmt::format("aws_ecs_cluster.{}.{}", label(*address), by_name ? "name" : "id");
      if (address->kind == "capacity") return fmt::format("aws_ecs_capacity_provider.{}.name", label(*address));
      return fmt::format("aws_ecs_{}.{}.{}", address->kind == "task" ? "task_definition" : "service", label(*address), address->kind == "task" ? "arn" : "id");
    }
    const ir::Resource& external = program_.externs.at(*address);
    if (what == "subnets" || what == "security_groups") return selection(external, what);
    return extern_expression(external);
  }

  std::string variable(const std::string& key, const std::string& meaning, bool is_sensitive) {
    const std::string& name = names_.of("variable " + key, snake_words(key));
    made_.inputs[name] = meaning;
    variables_[name] = {{"type", "string"}, {"description", literal(meaning)}};
    if (is_sensitive) variables_[name]["sensitive"] = true;
    return "var." + name;
  }

  /// Looked up by tag or name, and by the network's VPC where it says one.
  std::string selection(const ir::Resource& external, const std::string& setting) {
    const std::string type = setting == "subnets" ? "aws_subnets" : "aws_security_groups";
    const ir::Value& choice = *ir::at(external.body, {setting});
    const auto text = [&](std::string_view key) { return literal(*ir::at(choice, {key})->as_string()); };
    Json filters = Json::array();
    std::string ids;  // what stands there by id, beside what stands there by name
    if (choice.as_map() != nullptr) {
      filters.push_back({{"name", "tag:" + text("tag")}, {"values", Json::array({text("value")})}});
    } else {
      const std::vector<std::string> names = group_names(external);
      filters.push_back({{"name", "group-name"}, {"values", names}});
      for (const ir::Value& group : *choice.as_list()) {
        if (std::find(names.begin(), names.end(), *group.as_string()) == names.end()) ids += fmt::format(", \"{}\"", in_quotes(*group.as_string()));
      }
    }
    if (const ir::Value* vpc = ir::at(external.body, {"vpc"}); vpc != nullptr && vpc->as_string() != nullptr) {
      filters.push_back({{"name", "vpc-id"}, {"values", Json::array({literal(*vpc->as_string())})}});
    }
    data_[type][label(external.address)] = {{"filter", std::move(filters)}};
    const std::string found = fmt::format("data.{}.{}.ids", type, label(external.address));
    return ids.empty() ? found : fmt::format("concat({}, [{}])", found, ids.substr(2));
  }

  std::string extern_expression(const ir::Resource& external) {
    const auto has = [&](std::string_view field) { return ir::at(external.body, {field}) != nullptr; };
    struct Lookup {
      std::string_view kind;
      std::string_view type;
    };
    static constexpr Lookup kLookups[] = {{"target_group", "aws_lb_target_group"}, {"asg", "aws_autoscaling_group"}, {"secret", "aws_secretsmanager_secret"}, {"role", "aws_iam_role"}, {"instance_profile", "aws_iam_instance_profile"}};
    const auto* lookup = std::find_if(std::begin(kLookups), std::end(kLookups), [&](const Lookup& row) { return row.kind == external.address.kind; });
    // What is of another account or region cannot be looked up from here.
    if (lookup != std::end(kLookups) && !has("account") && !has("region")) {
      data_[std::string(lookup->type)][label(external.address)] = {{"name", literal(extern_name(external))}};
      return fmt::format("data.{}.{}.arn", lookup->type, label(external.address));
    }
    return fmt::format("\"{}\"", deployed_arn(external));
  }

  /// The ARN with account and region of the deployment where nothing names them.
  std::string deployed_arn(const ir::Resource& external) {
    constexpr std::string_view kAccount = "<account>";
    constexpr std::string_view kRegion = "<region>";
    ir::Program unknown;
    unknown.account = program_.account.empty() ? kAccount : program_.account;
    unknown.region = program_.region.empty() ? kRegion : program_.region;
    std::string text = in_quotes(ir::api_text(external, unknown));
    if (const std::size_t at = text.find(kAccount); at != std::string::npos) {
      data_["aws_caller_identity"]["current"] = Json::object();
      text.replace(at, kAccount.size(), "${data.aws_caller_identity.current.account_id}");
    }
    if (const std::size_t at = text.find(kRegion); at != std::string::npos) {
      data_["aws_region"]["current"] = Json::object();
      text.replace(at, kRegion.size(), "${data.aws_region.current.region}");
    }
    return text;
  }

  /// A text with marks as one template.
  std::string template_of(const std::vector<Tokens::Piece>& pieces, bool by_name, bool in_expression) {
    std::string text;
    for (const Tokens::Piece& piece : pieces) {
      if (!piece.is_mark) {
        text += in_expression ? in_quotes(piece.text) : literal(piece.text);
        continue;
      }
      const std::string made = expression(piece.text, by_name);
      // A plain text needs no expression around it.
      const bool is_text = made.front() == '"';
      const std::string inner = is_text ? made.substr(1, made.size() - 2) : "";
      if (is_text && (in_expression || inner.find('\\') == std::string::npos)) text += inner;
      else text += "${" + made + "}";
    }
    return text;
  }

  /// A document with all its texts as Terraform reads them.
  // NOLINTNEXTLINE(misc-no-recursion)
  Json finished(const Json& document, bool by_name) {
    if (document.is_object()) {
      Json object = Json::object();
      for (const auto& [key, value] : document.items()) object[literal(key)] = finished(value, by_name);
      return object;
    }
    if (document.is_array()) {
      Json array = Json::array();
      for (const Json& item : document) array.push_back(finished(item, by_name));
      return array;
    }
    return document.is_string() ? Json(template_of(marks_.tokens().pieces(document.get<std::string>()), by_name, false)) : document;
  }

  /// A document as JSON text inside of a text: what is known only to Terraform is encoded when it knows it.
  std::string json_text(const Json& document) {
    Tokens encoded;
    const Json marked = marks_.tokens().replaced(document, [&](const std::vector<Tokens::Piece>& pieces) -> Json {
      const std::string text = template_of(pieces, false, true);
      return encoded.mark(fmt::format("${{jsonencode(\"{}\")}}", text));
    });
    std::string text;
    const std::vector<Tokens::Piece> pieces = encoded.pieces(canonical_json(marked));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].is_mark) {
        text += pieces[i].text;
        continue;
      }
      // The quotes around a mark come from jsonencode().
      std::string_view plain = pieces[i].text;
      if (i > 0) plain.remove_prefix(1);
      if (i + 1 < pieces.size()) plain.remove_suffix(1);
      text += literal(plain);
    }
    return text;
  }

  // ---- resources ---------------------------------------------------------------------------------------------------------------------------

  const std::string& label(const ir::Address& address) {
    std::string wanted = snake_words(address.name);
    if (wanted.empty() || std::isdigit(static_cast<unsigned char>(wanted.front())) != 0) wanted = "_" + wanted;
    return labels_[address.kind].of(address.name, wanted);
  }

  void add(const Request& request) {
    std::vector<std::string> missing;
    Json arguments = terraform_arguments(request.operation, request.input, missing);
    for (const std::string& member : missing) {
      const auto found = program_.resources.find(request.address);
      made_.losses.push_back({fmt::format("{} {}", request.address.text(), member), "Terraform's AWS provider has no argument for it", found == program_.resources.end() ? Span() : found->second.origin});
    }
    Json containers = arguments.is_object() && arguments.contains("container_definitions") ? arguments["container_definitions"] : Json();
    arguments.erase("container_definitions");
    const bool is_association = request.operation == "PutClusterCapacityProviders";
    Json resource = finished(arguments, is_association || request.operation == "CreateCapacityProvider");
    if (!containers.is_null()) resource["container_definitions"] = json_text(containers);
    if (is_association) with_capacity_.insert(request.address);
    if (request.operation == "CreateService") {
      const ir::Value* cluster = ir::at(program_.resources.at(request.address).body, {"cluster"});
      const bool waits = cluster != nullptr && cluster->as_reference() != nullptr && with_capacity_.contains(cluster->as_reference()->target);
      if (waits) resource["depends_on"] = Json::array({fmt::format("aws_ecs_cluster_capacity_providers.{}", label(cluster->as_reference()->target))});
    }
    resources_[terraform_type(request.operation)][label(request.address)] = std::move(resource);
  }

  static bool is_said_otherwise(const Loss& loss) {
    return loss.subject.find(" lifecycle.") != std::string::npos || (loss.subject.starts_with("service.") && loss.subject.ends_with(" scale"));
  }

  /// `lifecycle` and what Application Auto Scaling owns, in Terraform's own words.
  void lifecycles() {
    static const std::map<std::string, std::string> kArguments{{"replicas", "desired_count"}, {"task", "task_definition"}, {"tags", "tags"}};
    for (const auto& [address, resource] : program_.resources) {
      const std::string type = address.kind == "cluster" ? "aws_ecs_cluster" : address.kind == "task" ? "aws_ecs_task_definition" : address.kind == "service" ? "aws_ecs_service" : "";
      if (type.empty()) continue;
      Json& block = resources_[type][label(address)];
      std::set<std::string> ignored;
      if (address.kind == "service" && ir::at(resource.body, {"scale"}) != nullptr) ignored.insert("desired_count");
      const ir::Value* ignore = ir::at(resource.body, {"lifecycle", "ignore"});
      if (ignore != nullptr && ignore->as_list() != nullptr) {
        for (const ir::Value& setting : *ignore->as_list()) {
          const auto found = setting.as_string() == nullptr ? kArguments.end() : kArguments.find(*setting.as_string());
          if (found != kArguments.end()) ignored.insert(found->second);
          else made_.losses.push_back({fmt::format("{} lifecycle.ignore", address.text()), fmt::format("{} is no argument of its own", ir::spell(setting)), setting.origin().span});
        }
      }
      const ir::Value* keep = ir::at(resource.body, {"lifecycle", "prevent_destroy"});
      if (keep != nullptr && keep->as_bool() != nullptr && *keep->as_bool()) block["lifecycle"]["prevent_destroy"] = true;
      if (!ignored.empty()) block["lifecycle"]["ignore_changes"] = ignored;
    }
  }

  void scaling() {
    for (const Scaling& scaling : scalings(program_, made_.losses)) {
      const std::string& name = label(scaling.service);
      std::string cluster;
      if (program_.resources.contains(scaling.cluster)) {
        cluster = fmt::format("${{aws_ecs_cluster.{}.name}}", label(scaling.cluster));
      } else {
        const std::string text = ir::api_text(program_.externs.at(scaling.cluster), program_);
        cluster = literal(text.substr(text.rfind('/') + 1));
      }
      resources_["aws_appautoscaling_target"][name] = {{"min_capacity", scaling.least},
                                                       {"max_capacity", scaling.most},
                                                       {"resource_id", fmt::format("service/{}/${{aws_ecs_service.{}.name}}", cluster, name)},
                                                       {"scalable_dimension", "ecs:service:DesiredCount"},
                                                       {"service_namespace", "ecs"}};
      const auto of_target = [&](std::string_view attribute) { return fmt::format("${{aws_appautoscaling_target.{}.{}}}", name, attribute); };
      for (const Scaling::Target& target : scaling.targets) {
        Json metric{{"predefined_metric_type", target.metric}};
        if (target.needs_label) {
          metric["resource_label"] = "${" + variable(fmt::format("{}.{}.label", scaling.service.name, target.name), fmt::format("load balancer and target group of {} (app/NAME/ID/targetgroup/NAME/ID)", scaling.service.text()), false) + "}";
        }
        resources_["aws_appautoscaling_policy"][fmt::format("{}_{}", name, snake_words(target.name))] = {
            {"name", fmt::format("{}-{}", scaling.name, target.name)},
            {"policy_type", "TargetTrackingScaling"},
            {"resource_id", of_target("resource_id")},
            {"scalable_dimension", of_target("scalable_dimension")},
            {"service_namespace", of_target("service_namespace")},
            {"target_tracking_scaling_policy_configuration",
             {{"target_value", target.value}, {"scale_in_cooldown", scaling.cooldown}, {"scale_out_cooldown", scaling.cooldown}, {"predefined_metric_specification", std::move(metric)}}}};
      }
    }
  }

  void outputs() {
    for (const ir::Output& output : program_.outputs) {
      if (ir::contains_sensitive(output.value)) {
        made_.losses.push_back({"output " + output.name, "it is sensitive", output.value.origin().span});
        continue;
      }
      const ir::Reference* reference = output.value.as_reference();
      if (reference != nullptr && !program_.resources.contains(reference->target)) {
        made_.losses.push_back({"output " + output.name, "what it refers to is no resource", output.value.origin().span});
        continue;
      }
      const bool is_text = output.value.as_quantity() != nullptr && output.value.as_quantity()->unit != ir::Unit::none;
      const Json value = reference != nullptr ? Json(marks_.resource(reference->target)) : is_text ? Json(ir::spell(output.value)) : ir::to_json(output.value);
      outputs_[snake_words(output.name)] = {{"value", finished(value, false)}};
    }
  }

  const ir::Program& program_;
  Marks marks_;
  UniqueNames names_;
  std::map<std::string, UniqueNames> labels_;  ///< by kind
  Json resources_ = Json::object();
  Json data_ = Json::object();
  Json variables_ = Json::object();
  Json outputs_ = Json::object();
  std::set<ir::Address> with_capacity_;
  Export made_;
};

}  // namespace

Export to_terraform(const ir::Program& program, const Options& options) { return Configuration(program, options).run(); }

}  // namespace berth::exporting
