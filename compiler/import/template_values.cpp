#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "compiler/import/cloudformation.h"
#include "compiler/import/spelling.h"

namespace berth::importing {
namespace {

constexpr int kDeepestFunction = 40;

const Json* member_of(const Json& object, const std::string& name) { return object.is_object() && object.contains(name) ? &object[name] : nullptr; }

/// "ImageTag" -> "image_tag".
std::string snake_case(const std::string& name) {
  std::string result;
  for (const char c : identifier(name)) {
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (upper && !result.empty() && std::islower(static_cast<unsigned char>(result.back())) != 0) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

}  // namespace

std::string TemplateValues::text(const Json& value) const { return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump(); }

Json TemplateValues::unknown(const std::string& pointer, const std::string& why) {
  workspace_.note(document_, path_text(pointer), why);
  return nullptr;
}

std::string TemplateValues::physical_name(const std::string& logical) {
  const Json* resources = member_of(root_, "Resources");
  const Json* resource = resources == nullptr ? nullptr : member_of(*resources, logical);
  const Json* properties = resource == nullptr ? nullptr : member_of(*resource, "Properties");
  if (properties == nullptr) return logical;
  for (const char* name : {"Family", "ClusterName", "ServiceName", "RoleName", "LogGroupName", "Name", "GroupName", "FunctionName", "TopicName"}) {
    const Json* given = member_of(*properties, name);
    if (given == nullptr || names_ > kDeepestFunction) continue;
    ++names_;
    const std::size_t notes = workspace_.report.size();
    const Json name_of_it = resolve(*given, "", false);
    workspace_.report.resize(notes);  // noted where the name is declared
    --names_;
    if (name_of_it.is_string()) return name_of_it.get<std::string>();
  }
  return logical;
}

Json TemplateValues::resolve(const Json& value, const std::string& pointer, bool open, int depth) {
  if (depth > kDeepestFunction) return unknown(pointer, "its functions go too deep: left out");
  if (value.is_string()) return without_marks(value.get_ref<const std::string&>());
  if (value.is_array()) {
    Json list = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
      Json item = resolve(value[i], below(pointer, i), open, depth + 1);
      if (!item.is_null()) list.push_back(std::move(item));
    }
    return list;
  }
  if (!value.is_object()) return value;
  if (value.size() == 1) {
    const std::string& name = value.begin().key();
    if (name == "Ref" || name.starts_with("Fn::")) return function(name, value.begin().value(), pointer, open, depth);
  }
  Json object = Json::object();
  for (const auto& [key, item] : value.items()) {
    Json resolved = resolve(item, below(pointer, key), open, depth + 1);
    if (!resolved.is_null()) object[without_marks(key)] = std::move(resolved);
  }
  return object;
}

Json TemplateValues::function(const std::string& name, const Json& arguments, const std::string& pointer, bool open, int depth) {
  if (name == "Ref" && arguments.is_string()) return reference(arguments.get<std::string>(), pointer, open);
  if (name == "Fn::GetAtt" && arguments.is_string()) return reference(arguments.get<std::string>().substr(0, arguments.get<std::string>().find('.')), pointer, open);
  if (name == "Fn::GetAtt" && arguments.is_array() && !arguments.empty() && arguments[0].is_string()) return reference(arguments[0].get<std::string>(), pointer, open);
  if (name == "Fn::Sub") return substitute(arguments, pointer, open, depth);
  if (name == "Fn::If") return choose(arguments, pointer, open, depth);
  if (name == "Fn::ImportValue") {
    const Json exported = resolve(arguments, pointer, false, depth + 1);
    workspace_.note(document_, path_text(pointer), fmt::format("is exported by another stack as `{}`: that name stands for it until it is replaced", text(exported)));
    return text(exported);
  }
  const Json given = resolve(arguments, pointer, open, depth + 1);
  if (name == "Fn::Join" && given.is_array() && given.size() == 2 && given[0].is_string() && given[1].is_array()) {
    std::string joined;
    for (std::size_t i = 0; i < given[1].size(); ++i) joined += (i == 0 ? "" : given[0].get<std::string>()) + text(given[1][i]);
    return joined;
  }
  if (name == "Fn::Select" && given.is_array() && given.size() == 2 && given[1].is_array()) {
    const std::size_t index = static_cast<std::size_t>(std::max(0, std::atoi(text(given[0]).c_str())));
    if (index < given[1].size()) return given[1][index];
  }
  if (name == "Fn::Split" && given.is_array() && given.size() == 2 && given[0].is_string() && !given[0].get_ref<const std::string&>().empty()) {
    const std::string separator = given[0].get<std::string>();
    const std::string whole = text(given[1]);
    Json parts = Json::array();
    std::size_t begin = 0;
    for (std::size_t end = whole.find(separator); end != std::string::npos; end = whole.find(separator, begin)) {
      parts.push_back(whole.substr(begin, end - begin));
      begin = end + separator.size();
    }
    parts.push_back(whole.substr(begin));
    return parts;
  }
  if (name == "Fn::FindInMap" && given.is_array() && given.size() >= 3) {
    const Json* at = member_of(root_, "Mappings");
    for (std::size_t i = 0; i < 3 && at != nullptr; ++i) at = member_of(*at, text(given[i]));
    if (at != nullptr) return *at;
  }
  return unknown(pointer, fmt::format("`{}` cannot be worked out here: left out", name));
}

Json TemplateValues::parameter(const std::string& name, const Json& declared, const std::string& pointer, bool open) {
  const Json* fallback = member_of(declared, "Default");
  const std::string type = declared.is_object() ? text(declared.value("Type", Json("String"))) : "String";
  const bool list = type.starts_with("List<") || type == "CommaDelimitedList";
  if (open && !list) {
    const Json* about = member_of(declared, "Description");
    std::string doc = about == nullptr ? fmt::format("The parameter {} of the template.", name) : text(*about);
    std::replace(doc.begin(), doc.end(), '\n', ' ');
    return workspace_.parameter(snake_case(name), "string", fallback == nullptr ? std::nullopt : std::optional(text(*fallback)), without_marks(doc));
  }
  if (fallback == nullptr) {
    workspace_.note(document_, path_text(pointer), fmt::format("is the parameter `{}`, which has no default: its name stands for it until it is replaced", name));
    return list ? Json::array({name}) : Json(name);
  }
  if (noted_.insert(pointer).second) workspace_.note(document_, path_text(pointer), fmt::format("is the parameter `{}`; its default `{}` stands here from now on", name, text(*fallback)));
  if (!list) return *fallback;
  Json parts = Json::array();
  const std::string whole = text(*fallback);
  for (std::size_t begin = 0; begin <= whole.size();) {
    const std::size_t end = std::min(whole.find(',', begin), whole.size());
    parts.push_back(whole.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Json TemplateValues::reference(const std::string& logical, const std::string& pointer, bool open) {
  static const std::map<std::string, std::string> pseudo = {{"AWS::Partition", "aws"}, {"AWS::URLSuffix", "amazonaws.com"}};
  if (logical == "AWS::NoValue") return nullptr;
  if (const auto known = pseudo.find(logical); known != pseudo.end()) return known->second;
  if (logical.starts_with("AWS::")) {
    const std::string fallback = logical == "AWS::Region" ? "us-east-1" : logical == "AWS::AccountId" ? "000000000000" : workspace_.options.stack;
    if (open) return workspace_.parameter(snake_case(logical.substr(5)), "string", fallback, fmt::format("{} of the template.", logical));
    if (noted_.insert(pointer + logical).second) workspace_.note(document_, path_text(pointer), fmt::format("is `{}`: `{}` stands for it until it is replaced", logical, fallback));
    return fallback;
  }
  const Json* parameters = member_of(root_, "Parameters");
  if (const Json* declared = parameters == nullptr ? nullptr : member_of(*parameters, logical)) return parameter(logical, *declared, pointer, open);
  const Json* resources = member_of(root_, "Resources");
  const Json* resource = resources == nullptr ? nullptr : member_of(*resources, logical);
  if (resource == nullptr) return unknown(pointer, fmt::format("refers to `{}`, which the template does not have: left out", logical));
  const std::string name = without_marks(physical_name(logical));
  if (!text(resource->is_object() ? resource->value("Type", Json()) : Json()).starts_with("AWS::ECS::")) {
    workspace_.note(document_, path_text(pointer), fmt::format("is `{}`, which the template makes: `{}` stands for it until its name or ARN is put there", logical, name));
  }
  return name;
}

Json TemplateValues::substitute(const Json& arguments, const std::string& pointer, bool open, int depth) {
  const Json& pattern = arguments.is_array() && !arguments.empty() ? arguments[0] : arguments;
  const Json own = arguments.is_array() && arguments.size() > 1 && arguments[1].is_object() ? arguments[1] : Json::object();
  if (!pattern.is_string()) return unknown(pointer, "`Fn::Sub` needs a text: left out");
  const std::string whole = without_marks(pattern.get<std::string>());
  std::string result;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t begin = whole.find("${", at);
    const std::size_t end = begin == std::string::npos ? begin : whole.find('}', begin);
    if (end == std::string::npos) {
      result += whole.substr(at);
      break;
    }
    result += whole.substr(at, begin - at);
    const std::string name = whole.substr(begin + 2, end - begin - 2);
    if (name.starts_with('!')) result += fmt::format("${{{}}}", name.substr(1));
    else if (own.contains(name)) result += text(resolve(own[name], pointer, open, depth + 1));
    else result += text(reference(name.substr(0, name.find('.')), pointer, open));
    at = end + 1;
  }
  return result;
}

std::optional<bool> TemplateValues::condition(const Json& value, const std::string& pointer, int depth) {
  if (depth > kDeepestFunction) return std::nullopt;
  if (value.is_string()) {
    const Json* conditions = member_of(root_, "Conditions");
    const Json* named = conditions == nullptr ? nullptr : member_of(*conditions, value.get<std::string>());
    return named == nullptr ? std::nullopt : condition(*named, pointer, depth + 1);
  }
  if (!value.is_object() || value.size() != 1) return std::nullopt;
  const std::string& name = value.begin().key();
  const Json& arguments = value.begin().value();
  if (name == "Condition") return condition(arguments, pointer, depth + 1);
  if (!arguments.is_array() || arguments.empty()) return std::nullopt;
  if (name == "Fn::Equals" && arguments.size() == 2) return text(resolve(arguments[0], pointer, false, depth + 1)) == text(resolve(arguments[1], pointer, false, depth + 1));
  if (name == "Fn::Not") {
    const auto inner = condition(arguments[0], pointer, depth + 1);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (name != "Fn::And" && name != "Fn::Or") return std::nullopt;
  bool result = name == "Fn::And";
  for (const Json& argument : arguments) {
    const auto inner = condition(argument, pointer, depth + 1);
    if (!inner) return std::nullopt;
    result = name == "Fn::And" ? result && *inner : result || *inner;
  }
  return result;
}

Json TemplateValues::choose(const Json& arguments, const std::string& pointer, bool open, int depth) {
  if (!arguments.is_array() || arguments.size() != 3) return unknown(pointer, "`Fn::If` has a condition and two values: left out");
  const auto holds = condition(arguments[0], pointer, depth + 1);
  workspace_.note(document_, path_text(pointer), fmt::format("depends on the condition `{}`, which {} by default: that side is kept", text(arguments[0]), holds.value_or(true) ? "holds" : "does not hold"));
  return resolve(arguments[holds.value_or(true) ? 1 : 2], pointer, open, depth + 1);
}

}  // namespace berth::importing
