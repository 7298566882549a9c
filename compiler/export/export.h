#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/source.h"
#include "ir/resource.h"

/// The way out: what a program asks for, as documents of other tools. Each target is one pure function.
namespace berth::exporting {

/// A document of the target.
struct File {
  std::string name;
  std::string text;
};

/// Something of the program that the target cannot say.
struct Loss {
  std::string subject;  ///< "service.web scale"
  std::string reason;
  Span span;            ///< the text that asked for it
};

struct Options {
  /// Whether sensitive values stand in the documents in the clear. Else a target writes a variable in their place, or `(sensitive)` where it has none.
  bool reveal = false;
};

struct Export {
  std::vector<File> files;     ///< sorted by name
  std::vector<Loss> losses;    ///< by subject
  /// The variables or parameters that stand for sensitive values and for what only the account knows, with what each is.
  std::map<std::string, std::string> inputs;
};

/// Inputs of the AWS CLI, one file a call, named in the order in which they are made: `4-register-task-definition.web.json`.
Export to_taskdef(const ir::Program& program, const Options& options);
/// A compose file: a service for each container. Secrets and sensitive values are variables that must be set.
Export to_compose(const ir::Program& program, const Options& options);
/// One template of CloudFormation, as JSON. What only the account knows is a parameter; sensitive values are parameters that are not shown.
Export to_cloudformation(const ir::Program& program, const Options& options);
/// One configuration of Terraform for its AWS provider, as JSON. What is known by name or tag is looked up; sensitive values are variables.
Export to_terraform(const ir::Program& program, const Options& options);

/// "service.web scale: Application Auto Scaling does this, not ECS (main.ecs:4:3)", a line each.
std::string report(const std::vector<Loss>& losses, const SourceSet* sources);

}  // namespace berth::exporting
