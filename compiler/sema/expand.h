#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "compiler/sema/drafts.h"
#include "compiler/sema/environment.h"

namespace berth::sema {

/// Goes through the items of a stack and of the components it calls, and declares what they make: resources, externs, instances. Conditions, loops and
/// names are evaluated, bodies are not.
class Expander final : public InstanceExpander {
 public:
  Expander(Evaluator& evaluator, Scope& scope, Environment& environment)
      : evaluator_(evaluator), scope_(scope), environment_(environment), caller_(evaluator), drafts_(evaluator, scope, *this) {}

  /// The items of the stack's files. With `release`, bodies outside of loops are released after they are built.
  void stack(std::vector<ast::File>& files, bool release);
  /// The externs of a module.
  void module(const std::vector<ast::File>& files);
  /// Externs that were written in place.
  void inline_externs();
  void expand(Instance& instance, Span use) override;

  Drafts& drafts() { return drafts_; }
  /// What a component asserts, with the names it sees and the call that made the instance.
  struct Assertion {
    const ast::Assert* assertion;
    FramePtr frame;
    Span call;
  };
  [[nodiscard]] const std::vector<Assertion>& assertions() const { return assertions_; }
  /// What each top-level name is: "service", "web_service", "extern role".
  [[nodiscard]] std::map<std::string, std::string_view> kinds() const { return kinds_; }

 private:
  /// Where items stand: in the stack, or in an instance.
  struct Place {
    const Instance* instance = nullptr;  ///< null: the stack
    ProvenancePtr by = nullptr;          ///< null: the item's own
    ast::Entry* release = nullptr;       ///< the item, when its body may go after it is built
  };

  void choice_or_loop(const ast::Item& item, const FramePtr& frame, const Place& place);
  void items(const std::vector<ast::Item>& items, const FramePtr& frame, const Place& place);
  /// What the items declare: first what stands alone, then what depends on conditions and loops.
  void declare_all(const std::vector<ast::Item>& items, const FramePtr& inner, const Place& place);
  void entry(const ast::Item& item, const ast::Entry& entry, const FramePtr& frame, const Place& place);
  void resource(const ir::schema::Block& kind, const ast::Item& item, const ast::Entry& entry, const FramePtr& frame, const Place& place);
  void instance(Symbol& component, const ast::Item& item, const ast::Entry& entry, const FramePtr& frame, const Place& place);
  void external(const ast::Item& item, const ast::Entry& entry, const FramePtr& frame);
  std::optional<std::string> name_of(const ast::Entry& entry, std::string_view kind, const FramePtr& frame);
  bool enter(const std::string& name, Symbol symbol, const Place& place);
  FramePtr local_names(const Component& component, const Instance& instance, const FramePtr& frame);

  Evaluator& evaluator_;
  Scope& scope_;
  Environment& environment_;
  Caller caller_;
  Drafts drafts_;
  std::unordered_set<std::string> entered_;
  std::map<std::string, std::string_view> kinds_;
  std::vector<Assertion> assertions_;
};

}  // namespace berth::sema
