#pragma once

#include <map>
#include <string>

#include "compiler/sema/drafts.h"
#include "compiler/sema/evaluate.h"
#include "ir/resource.h"

namespace berth::sema {

/// The finished program for `check` and `test`: what Drafts reads, and `stack` with everything in it: `services`, `tasks`, `clusters`, `jobs`, `alarms`,
/// `containers`, `env_vars`. Elements are references and blocks, so that only what is asked for is made; each has `address` and `kind` besides its
/// settings, containers their `name`, services, jobs and tasks their `containers`.
class ProgramReader final : public ResourceReader {
 public:
  /// `settings`: what else `stack` has (its region and tags).
  ProgramReader(const ir::Program& program, Drafts& drafts, Map settings, Reporter& reporter)
      : program_(program), drafts_(drafts), settings_(std::move(settings)), reporter_(reporter) {}

  [[nodiscard]] Value stack() const;
  Value member(const Value& object, const ast::Name& name, Span object_span) override;
  Value elements(const BlockHandle& block, Span span) override { return drafts_.elements(block, span); }

 private:
  Value of_stack(const ast::Name& name);
  [[nodiscard]] Value list(const std::string& word) const;
  [[nodiscard]] List containers_of(const ir::Address& address, const ir::Resource& task) const;
  Value containers(const ir::Address& address, Span use);
  void variables(const Value& container, const ir::Resource& task, List& found) const;

  const ir::Program& program_;
  Drafts& drafts_;
  Map settings_;
  Reporter& reporter_;
  std::map<std::string, Value> lists_;
};

/// Runs the assertions of `check` over the elements it names. What does not hold is E0131, or W0507 when the check is advisory. Gives whether it is advisory.
bool run_check(const ast::Check& check, Evaluator& evaluator);

}  // namespace berth::sema
