#pragma once

#include <functional>
#include <map>
#include <string>

#include "ir/resource.h"

namespace berth::ir {

/// What stands for an extern in the ECS API, by what the source says about it: its ARN, name or id, or, for a network, the JSON of its
/// `awsvpcConfiguration`. An ARN that is not written is made of the name, the program's region and account: deterministic, so that what was applied
/// compares equal, and good for a target that resolves nothing (the local engine only keeps it).
std::string api_text(const Resource& external, const Program& program);

/// The externs of a program by kind and by what stands for them, so that what is live can be turned back into references. Of two externs that are
/// the same thing the first address counts.
class ExternIndex {
 public:
  ExternIndex() = default;
  explicit ExternIndex(const Program& program);
  /// A reference to the extern that `text` stands for; `text` itself when there is none.
  [[nodiscard]] Value refer(std::string_view kind, const std::string& text) const;
  /// What stands for each.
  [[nodiscard]] const std::map<Address, std::string>& texts() const { return texts_; }

 private:
  std::map<Address, std::string> texts_;
  std::map<std::pair<std::string, std::string>, Address> addresses_;
};

}  // namespace berth::ir
