#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/blocks.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/module.h"

namespace berth::sema {

/// The environments of a stack, and what the chosen one says.
class Environment {
 public:
  Environment(Evaluator& evaluator, Scope& scope) : evaluator_(evaluator), scope_(scope) {}

  /// Reads the environment `name` of `blocks` ("" when there are none): its values for parameters enter `evaluator.given`, its account, region, target and
  /// protection `module`. Mistakes in the other environments are left to the run that chooses them. E0202, E0207, E0218, E0219, E0221, E0224.
  void choose(const std::vector<const ast::Entry*>& blocks, const std::string& name, Module& module);
  /// Values of further `set` blocks, after those of the environment: of a test.
  void set(const ast::Body& body);

  /// What is laid over the resource or instance that is written `word name`, last of all.
  [[nodiscard]] std::vector<Piece> overrides_of(std::string_view word, const std::string& name);
  /// E0208 for overrides of what does not exist. `kinds`: what each name is.
  void report_unused(const std::map<std::string, std::string_view>& kinds);

 private:
  struct Override {
    const ast::Entry* entry;
    std::string word;  ///< "service", "web_service", "extern role"
    std::string name;
    bool used = false;
  };

  void read(const ast::Entry& block, Module& module);
  void setting(const ast::Entry& entry, Module& module);
  void text(const ast::Entry& entry, std::string& target);
  void override_of(const ast::Entry& entry);

  Evaluator& evaluator_;
  Scope& scope_;
  std::string name_;
  std::vector<Override> overrides_;
};

}  // namespace berth::sema
