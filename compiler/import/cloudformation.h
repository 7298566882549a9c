#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "compiler/import/item.h"

namespace berth::importing {

/// Works out the intrinsic functions of a template: to values, to names of its resources, to parameters where a text may have one.
class TemplateValues {
 public:
  TemplateValues(Workspace& workspace, const Document& document) : workspace_(workspace), document_(document), root_(document.root()) {}

  /// The value at `pointer` without functions; null for what is `AWS::NoValue`. With `open`, parameters of the template stay parameters.
  Json resolve(const Json& value, const std::string& pointer, bool open, int depth = 0);
  /// What a resource of the template is called: the name that it gives itself, else its logical id.
  std::string physical_name(const std::string& logical);

 private:
  Json function(const std::string& name, const Json& arguments, const std::string& pointer, bool open, int depth);
  Json reference(const std::string& logical, const std::string& pointer, bool open);
  Json parameter(const std::string& name, const Json& declared, const std::string& pointer, bool open);
  Json substitute(const Json& arguments, const std::string& pointer, bool open, int depth);
  Json choose(const Json& arguments, const std::string& pointer, bool open, int depth);
  std::optional<bool> condition(const Json& value, const std::string& pointer, int depth);
  Json unknown(const std::string& pointer, const std::string& why);
  std::string text(const Json& value) const;

  Workspace& workspace_;
  const Document& document_;
  const Json& root_;
  std::set<std::string> noted_;
  int names_ = 0;  ///< names that are being worked out, each in the name of another
};

}  // namespace berth::importing
