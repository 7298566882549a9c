#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/sema/infer_types.h"

namespace berth::sema::infer {

/// Paths (`topic`, `size.memory`) that are certainly not null where the checker stands.
class Facts {
 public:
  [[nodiscard]] bool holds(const std::string& path) const { return !counts_.empty() && counts_.contains(path); }
  void enter(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) ++counts_[path];
  }
  void leave(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const auto found = counts_.find(path);
      if (--found->second == 0) counts_.erase(found);
    }
  }

 private:
  std::unordered_map<std::string, int> counts_;
};

/// What a condition says about null, by its outcome.
struct Outcome {
  std::vector<std::string> when_true;   ///< paths that are not null when it holds
  std::vector<std::string> when_false;  ///< paths that are not null when it does not
};

/// What the checker knows about names, for conditions.
class FlowNames {
 public:
  virtual ~FlowNames() = default;
  /// Whether the value of an expression is certainly not null.
  virtual bool never_null(const ast::Expr& expression) = 0;
  /// The condition that a name stands for (`let has_topic = topic != null`), or null.
  virtual const ast::Expr* meaning(const ast::Name& name) = 0;
};

Outcome outcome_of(const ast::Expr& condition, FlowNames& names, int depth = 0);

}  // namespace berth::sema::infer
